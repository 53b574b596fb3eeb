"""Programs of another processor: the kernel is told which emulator runs them, when the first one is needed.

Sources: Linux `Documentation/admin-guide/binfmt-misc.rst`; QEMU `scripts/qemu-binfmt-conf.sh`.
"""

import asyncio
import logging
from contextlib import suppress
from pathlib import Path

from backend.runtime import syscalls
from backend.tasks import in_thread

log = logging.getLogger(__name__)

KERNEL_LIST = Path("/proc/sys/fs/binfmt_misc")
INTERPRETERS = Path("/usr/bin")
# By Docker's name: QEMU's name, and the ELF machine number as it stands in a file.
MACHINES = {"amd64": ("x86_64", b"\x3e\x00"), "arm64": ("aarch64", b"\xb7\x00")}
ELF_START = b"\x7fELF\x02\x01\x01" + bytes(9)
# Any OS ABI; executables (2) and shared objects (3), which position-independent programs are.
MASK = b"\xff" * 7 + b"\x00" + b"\xff" * 8 + b"\xfe\xff" + b"\xff\xff"
FLAGS = "POCF"  # argv[0] stays, set-user-ID bits count, and the emulator is opened now: no container has it


class Emulators:
    """What this engine asks the kernel for; one entry serves all containers and outlives the engine."""

    def __init__(self, own_architecture: str) -> None:
        self._own = own_architecture
        self._lock = asyncio.Lock()

    async def prepare(self, architecture: str) -> None:
        """See that programs of `architecture` run, where there is an emulator for it; never raises.

        Without one they fail in the kernel's words, "exec format error", as with Docker.
        """
        if architecture == self._own or architecture not in MACHINES:
            return
        async with self._lock:
            try:
                await in_thread(_register, *MACHINES[architecture])
            except OSError as error:
                log.warning("programs for %s cannot run here: %s", architecture, error)


def _register(name: str, machine: bytes) -> None:
    interpreter = INTERPRETERS / f"qemu-{name}"
    if not interpreter.exists():
        raise FileNotFoundError(f"there is no {interpreter}")
    if not (KERNEL_LIST / "register").exists():
        # Entries live as long as this is mounted somewhere: it stays.
        syscalls.mount("binfmt_misc", str(KERNEL_LIST), "binfmt_misc")
    if any(_is_enabled(KERNEL_LIST / entry) for entry in (f"marina-{name}", f"qemu-{name}")):
        return
    fields = ("", f"marina-{name}", "M", "", _escaped(ELF_START + b"\x02\x00" + machine))
    line = ":".join((*fields, _escaped(MASK), str(interpreter), FLAGS))
    with suppress(FileExistsError):  # another engine was faster
        (KERNEL_LIST / "register").write_text(line)


def _is_enabled(entry: Path) -> bool:
    try:
        return entry.read_text().startswith("enabled")
    except FileNotFoundError:
        return False


def _escaped(data: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in data)
