"""How this Marina came to this computer, which decides who may replace it; and replacing it in one step."""

import ctypes
import os
import platform
import shlex
import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

ARCHITECTURES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}
_AT_FDCWD = -100
_RENAME_EXCHANGE = 2  # linux/fs.h
_RENAME_SWAP = 2  # macOS: sys/stdio.h


class Way(StrEnum):
    """Who puts a new version in place."""

    SWAP = "swap"  # Marina itself: the folder is the user's
    HAND_OVER = "hand-over"  # the package manager, or an installer
    NONE = "none"  # a source tree


@dataclass(frozen=True, slots=True)
class Installation:
    """The program's folder, and the key of its files in a release."""

    way: Way
    folder: Path
    file_key: str = ""
    command: str = ""
    """What the user types to install a file that was handed over; `{file}` stands for it."""

    @property
    def spare(self) -> Path:
        """Beside the program: the next version before the exchange, the former one after it."""
        return self.folder.with_name(self.folder.name + ".spare")

    @property
    def unpacking(self) -> Path:
        """Where the next version is unpacked: not whole before it has the other name."""
        return self.folder.with_name(self.folder.name + ".unpacking")

    @property
    def removal(self) -> str:
        """What the user types to remove the program, "" where that is done in another way."""
        if self.file_key.endswith("-deb"):
            return "sudo apt purge marina"
        script = self.folder / "install.sh"
        return f"sh {shlex.quote(str(script))} --remove" if self.file_key.endswith("-portable") else ""

    def command_line(self, folder: Path) -> Path:
        """Return the command line's program in the folder of a version."""
        return folder / ("Contents/MacOS/marina" if self.file_key.startswith("darwin") else "marina")


def find_installation() -> Installation:
    """Return this program's own."""
    program = Path(sys.executable)
    if not getattr(sys, "frozen", False):
        return Installation(Way.NONE, Path(__file__).parents[3])
    architecture = ARCHITECTURES.get(platform.machine().lower(), platform.machine().lower())
    if sys.platform == "win32":
        return Installation(Way.HAND_OVER, program.parent, f"windows-{architecture}-installer", '"{file}"')
    if sys.platform == "darwin":
        return Installation(Way.SWAP, program.parents[2], f"darwin-{architecture}-app")
    if os.access(program.parent.parent, os.W_OK) and program.parent.name == "marina-program":
        return Installation(Way.SWAP, program.parent, f"linux-{architecture}-portable")
    return Installation(Way.HAND_OVER, program.parent, f"linux-{architecture}-deb", "sudo apt install {file}")


def read_folder_version(folder: Path) -> str:
    """Return the version of the program in a folder, "" when there is none."""
    for inside in ("_internal", "Contents/Resources"):
        try:
            path = folder / inside / "resources" / "version.txt"
            return path.read_text(encoding="utf-8").strip()
        except OSError:
            continue
    return ""


def programs_of(folder: Path, supervisors: bool = True) -> list[str]:
    """Return who else runs programs of a folder: they read on in it, so it cannot be exchanged.

    Without `supervisors` those are left out which end when they are asked to.
    """
    import psutil  # not in the start path

    found = []
    for process in psutil.process_iter(["pid", "exe", "name", "cmdline", "status"]):
        if process.info["status"] == psutil.STATUS_ZOMBIE:
            continue  # has ended, and whoever started it has not asked how
        program = process.info["exe"]
        if not program or process.pid == os.getpid() or not Path(program).is_relative_to(folder):
            continue
        if supervisors or "--supervisor" not in (process.info["cmdline"] or ()):
            found.append(f"{process.info['name']} (pid {process.pid})")
    return found


def exchange(first: Path, second: Path) -> None:
    """Let two folders change their names in one step that is whole at every instant. Raises OSError."""
    library = ctypes.CDLL(None, use_errno=True)
    names = (os.fsencode(first), os.fsencode(second))
    if sys.platform == "darwin":
        failed = library.renamex_np(*names, _RENAME_SWAP)
    else:
        failed = library.renameat2(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _RENAME_EXCHANGE)
    if failed:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(first))


def version_key(version: str) -> tuple[int, ...]:
    """Return a key that orders versions; raises ValueError for what is no version."""
    return tuple(int(part) for part in version.split("."))
