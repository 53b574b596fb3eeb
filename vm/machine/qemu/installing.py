"""QEMU's programs: where they are, and how they come to this computer where they are not."""

import platform
import shutil
import sys

from vm.errors import UserError
from vm.machine.carried import carried

_PROCESSOR = "arm" if platform.machine().lower() in ("arm64", "aarch64") else "x86"
_INSTALLERS = {
    "apt-get": f"sudo apt install qemu-system-{_PROCESSOR} qemu-utils",
    "dnf": "sudo dnf install qemu-kvm qemu-img",
    "pacman": "sudo pacman -S qemu-base",
    "zypper": "sudo zypper install qemu qemu-tools",
}
"""The commands on Linux, by the program that installs packages."""


def find_program(name: str) -> str:
    """Return the path of one of QEMU's programs: those that came with Marina first. Raises UserError."""
    brought = carried("qemu")
    found = (brought and shutil.which(name, path=brought / "bin")) or shutil.which(name)
    if not found:
        raise qemu_missing(name, "not found")
    return found


def qemu_missing(program: str, details: str) -> UserError:
    """Return the error for a QEMU that cannot be run."""
    return UserError(
        "QEMU is not installed.", f"{program}: {details}", f"Install it, then try again: {install_command()}"
    )


def install_command() -> str:
    """Return the command that installs QEMU on this computer."""
    if sys.platform == "darwin":
        return "brew install qemu"
    if sys.platform == "win32":
        return "winget install SoftwareFreedomConservancy.QEMU"
    found = (command for program, command in _INSTALLERS.items() if shutil.which(program))
    return next(found, "qemu-system and qemu-img, from the packages of your system")
