"""What a machine that does nothing costs, beside its kernel with an idle shell, and what a start computes."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.bench.memory import cpu_seconds, process_tree
from tests.bench.statistics_table import Row
from vm.client import MachineClient, supervisor_command
from vm.diagnosis import guest
from vm.machine.machine_files import MachineFiles
from vm.machine.qemu.accelerator import host_architecture, qemu_architecture
from vm.machine.qemu.qemu_command import machine_arguments
from vm.machine.status import MachineState
from vm.machine.storage.image_folder import find_image_folder

SETTLE_SECONDS = 30.0
IDLE_SECONDS = 120.0  # the supervisor asks the engine once in that time
SHELL_LIMIT = 120.0
COUNTING_QEMU = """#!/bin/bash
# -icount: one instruction is one nanosecond of the guest's time; it needs one thread for all processors
for argument; do arguments+=("${argument/thread=multi/thread=single}"); done
case " $* " in *" -kernel "*) arguments+=(-icount shift=0) ;; esac
exec PROGRAM "${arguments[@]}"
"""


def measure(client: MachineClient, name: str) -> list[Row]:
    """Take the figures of a machine that runs, of its bare kernel, and of a start that is counted."""
    client.ask("compact")
    status = client.status()
    supervisor = process_tree(status.supervisor_pid) - process_tree(status.qemu_pid)
    with _bare_kernel(status.accelerator, status.cpus) as bare:
        time.sleep(SETTLE_SECONDS)  # not a wait for an event: idle is what is left when nothing happens
        uses = _cpu_uses([supervisor, {status.qemu_pid}, {bare}])
    titles = (
        "supervisor without a window: idle CPU",
        "QEMU without a window: idle CPU",
        "its kernel with a shell: idle CPU",
    )
    rows = [Row(title, "% of a core", {name: [use]}) for title, use in zip(titles, uses, strict=True)]
    rows.append(Row("guest: memory in use", "MiB", {name: [_memory_in_use(client)]}))
    if status.accelerator == "tcg":
        rows.append(Row("instructions of a start", "billions", {name: [_instructions()]}))
    return rows


def _cpu_uses(groups: Sequence[set[int]]) -> list[float]:
    """All in the same time: what else the computer does then makes all of them dearer."""
    before, began = [cpu_seconds(group) for group in groups], time.monotonic()
    time.sleep(IDLE_SECONDS)
    after, seconds = [cpu_seconds(group) for group in groups], time.monotonic() - began
    return [(used - earlier) / seconds * 100 for used, earlier in zip(after, before, strict=True)]


def _memory_in_use(client: MachineClient) -> float:
    with guest.connected(client.files) as transport:
        _, text = guest.run(transport, "cat /proc/meminfo")
    amounts = {line.split(":")[0]: int(line.split()[1]) for line in text.splitlines()}
    unused = ("MemFree", "Buffers", "Cached", "SReclaimable")
    return (amounts["MemTotal"] - sum(amounts[name] for name in unused)) / 1024


@contextmanager
def _bare_kernel(accelerator: str, cpus: int) -> Iterator[int]:
    """Hold the kernel alone, yield QEMU's pid: without a root the initramfs ends in a shell that waits."""
    image = find_image_folder()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        console = Path(folder) / "console"
        arguments = json.loads((image / "manifest.json").read_text())["kernel_arguments"]
        command = [f"qemu-system-{qemu_architecture()}", "-nodefaults", "-no-user-config", "-display", "none"]
        command += machine_arguments(sys.platform, host_architecture(), accelerator)
        command += [
            "-smp",
            str(cpus),
            "-m",
            "1024",
            "-kernel",
            str(image / "vmlinux"),
            "-initrd",
            str(image / "initramfs.img"),
        ]
        command += ["-append", arguments, "-serial", f"file:{console}"]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
        try:
            deadline = time.monotonic() + SHELL_LIMIT
            while not (console.exists() and "no disk with the serial" in console.read_text()):
                if time.monotonic() > deadline:
                    raise RuntimeError("the bare kernel does not come to its shell")
                time.sleep(0.2)
            yield process.pid
        finally:
            process.kill()
            process.wait()


def _instructions() -> float:
    """Start a machine, once to format its disk and once to count, and ask the guest how long it was busy."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        name = f"qemu-system-{qemu_architecture()}"
        found = shutil.which(name)
        if found is None:
            raise RuntimeError(f"there is no {name}")
        wrapper = Path(folder) / "bin" / name
        wrapper.parent.mkdir()
        wrapper.write_text(COUNTING_QEMU.replace("PROGRAM", found))
        wrapper.chmod(0o755)
        files = MachineFiles.find(Path(folder))
        path = f"PATH={wrapper.parent}:{os.environ['PATH']}"
        client = MachineClient(files, ["env", path, *supervisor_command(files)])
        try:
            for _ in range(2):
                list(client.stop())
                *_, started = client.start()
                if started.state is not MachineState.RUNNING:
                    raise RuntimeError(f"the machine does not start: {started.problem}")
            first, second = _busy_seconds(files), _busy_seconds(files)
        finally:
            client.quit()
    return first - (second - first)  # less what a look itself costs, as the second one shows


def _busy_seconds(files: MachineFiles) -> float:
    with guest.connected(files) as transport:
        _, text = guest.run(transport, "head -n 1 /proc/stat")
    user, nice, system, _, _, irq, softirq = map(int, text.split()[1:8])
    return (user + nice + system + irq + softirq) / 100  # of hundredths of a second
