"""Which accelerator QEMU can really use: found by booting the machine's own kernel with a time limit.

A device such as /dev/kvm proves nothing: on some computers it is there, tiny guests even run, and a real
kernel hangs. So the kernel is booted without a root: it must reach its panic, and QEMU ends. Nothing else in
the program asks which system this is in order to pick an accelerator.
"""

import logging
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from vm.errors import UserError
from vm.machine.json_files import read_json, write_json
from vm.machine.machine_files import MachineFiles
from vm.machine.qemu.qemu_command import escaped, firmware_arguments, machine_arguments

SILENCE_LIMIT = 2.5
"""Seconds without a word from the probe's kernel after which it hangs."""

TOTAL_LIMIT = 10.0
"""Seconds after which the probe is given up even if the kernel still talks."""

NATIVE = {"linux": "kvm", "darwin": "hvf", "win32": "whpx"}
KVM_DEVICE = Path("/dev/kvm")
log = logging.getLogger(__name__)

SLOW = "The machine runs without hardware acceleration and is slow"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The accelerator to use; `reason` is empty unless it is the slow one."""

    accelerator: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ProbeGuest:
    """What the probe boots."""

    qemu: str
    architecture: str
    kernel: Path


def host_architecture() -> str:
    """Return "amd64" or "arm64", as images are named."""
    return "arm64" if platform.machine().lower() in ("arm64", "aarch64") else "amd64"


def qemu_architecture() -> str:
    """Return the architecture in the name of QEMU's program."""
    return {"amd64": "x86_64", "arm64": "aarch64"}[host_architecture()]


def check_accelerator(wanted: str) -> None:
    """Raise UserError for an accelerator in the settings that another system has."""
    native = NATIVE.get(sys.platform)
    if wanted in ("auto", "tcg", native):
        return
    usable = f"{native}, and tcg, which is slow" if native else "tcg"
    raise UserError(
        f"This computer has no accelerator called {wanted}.",
        f"The settings ask for it, but it belongs to another system. Here there is {usable}.",
        "Let Marina find what works: marina settings accelerator auto",
    )


def pick_accelerator(files: MachineFiles, guest: ProbeGuest, wanted: str = "auto") -> Verdict:
    """Return the accelerator to use; blocks while it is probed: once for each boot of the host.

    `wanted` other than "auto" is taken as it is, without a probe.
    """
    if wanted != "auto":
        return Verdict(wanted, "chosen in the settings" if wanted == "tcg" else "")
    native = NATIVE.get(sys.platform)
    if native is None:
        return Verdict("tcg", f"{SLOW}: none is known for {sys.platform}.")
    if native == "kvm" and (problem := kvm_problem(KVM_DEVICE)):
        return Verdict("tcg", f"{SLOW}: {problem}")
    key = _key(guest, native)
    known = read_json(files.accelerator_verdict)
    if isinstance(known, dict) and known.get("key") == key:
        return Verdict(str(known["accelerator"]), str(known["reason"]))
    problem = probe(guest, native)
    verdict = Verdict(native) if not problem else Verdict("tcg", f"{SLOW}: {problem}")
    write_json(files.accelerator_verdict, {"key": key} | asdict(verdict))
    return verdict


def kvm_problem(device: Path) -> str:
    """Return why KVM cannot even be tried, with the remedy; empty when it can."""
    if not device.exists():
        return f"there is no {device}. Switch virtualization on in the firmware, or load the kvm module."
    if not os.access(device, os.R_OK | os.W_OK):
        return f"you may not use {device}. Join its group (sudo usermod -aG kvm $USER) and log in again."
    return ""


def probe(guest: ProbeGuest, accelerator: str) -> str:
    """Boot the kernel to its panic; return what went wrong, empty when it works."""
    console = "ttyAMA0" if guest.architecture == "arm64" else "ttyS0"
    with tempfile.TemporaryDirectory(prefix="marina-probe-") as folder:
        heard = Path(folder) / "console"
        heard.touch()
        command = [
            guest.qemu,
            *firmware_arguments(guest.qemu),
            *("-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-smp", "2", "-m", "256"),
            *machine_arguments(sys.platform, guest.architecture, accelerator),
            *(
                "-kernel",
                str(guest.kernel),
                "-append",
                f"console={console} panic=-1 cryptomgr.notests root=none",
            ),
            *("-chardev", f"file,id=console,path={escaped(heard)}", "-serial", "chardev:console"),
        ]
        with (Path(folder) / "errors").open("w+b") as errors:
            try:
                process = subprocess.Popen(
                    command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors
                )
            except OSError as error:
                return f"QEMU cannot be run: {error}"
            try:
                ended = _wait(process, heard)
            finally:
                process.kill()
                process.wait()
            errors.seek(0)
            return judge(accelerator, heard.read_bytes(), errors.read(), ended)


def _wait(process: subprocess.Popen[bytes], heard: Path) -> bool:
    """Return whether the guest ended by itself before it was silent for too long."""
    start = spoke = time.monotonic()
    size = 0
    while process.poll() is None:
        now = time.monotonic()
        found = heard.stat().st_size
        if found != size:
            size, spoke = found, now
        if now - spoke > SILENCE_LIMIT or now - start > TOTAL_LIMIT:
            return False
        time.sleep(0.03)
    return True


def judge(accelerator: str, heard: bytes, errors: bytes, ended: bool) -> str:
    """Return what a probe's outcome means: empty when the accelerator works."""
    if ended and b"Kernel panic" in heard:
        return ""
    if ended:
        lines = errors.decode("utf-8", "replace").strip().splitlines()
        reason = re.sub(r"^qemu-system-\w+: ", "", lines[-1] if lines else "it ended at once")
        if "Assertion" in reason:  # words for QEMU's developers
            log.warning("QEMU crashed under %s: %s", accelerator, reason)
            return f"QEMU crashes under {accelerator} on this computer."
        return f"QEMU cannot use {accelerator}: {reason}"
    lines = heard.decode("utf-8", "replace").strip().splitlines()
    after = f" after: {lines[-1][:100]}" if lines else " without a word"
    return f"a test guest hangs under {accelerator},{after}"


def _key(guest: ProbeGuest, accelerator: str) -> list[str]:
    """Return all that the verdict depends on: it holds until one of them changes."""
    program = Path(guest.qemu)
    found = program.stat() if program.exists() else None
    device = str(KVM_DEVICE.stat().st_ctime_ns) if accelerator == "kvm" else ""
    return [
        accelerator,
        str(program),
        str((found.st_size, found.st_mtime_ns) if found else ""),
        device,
        str(guest.kernel.stat().st_size),
        _boot_id(),
    ]


def _boot_id() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return str(int(psutil.boot_time()) // 60)
