"""Puts QEMU and the libraries that it needs into a bundle, on systems whose users have none.

The programs come from Homebrew on a Mac and from MSYS2 on Windows; both check what they fetch.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

FIRMWARE = (
    "bios-256k.bin", "kvmvapic.bin", "linuxboot_dma.bin", "multiboot_dma.bin", "pvh.bin", "efi-virtio.rom",
    "vgabios-stdvga.bin",
)  # fmt: skip
"""What a machine that boots a kernel directly may open; the arm64 one opens none of it."""

SYSTEMS = {"amd64": "x86_64", "arm64": "aarch64"}


def carry_qemu(target: Path, architecture: str) -> None:
    """Make `target` with bin/, lib/ and share/qemu/. Raises OSError, CalledProcessError."""
    names = [f"qemu-system-{SYSTEMS[architecture]}", "qemu-img"]
    if sys.platform == "darwin":
        prefix = Path(_output("brew", "--prefix", "qemu").strip())
        carry_for_mac([prefix / "bin" / name for name in names], target)
    else:
        prefix = Path(r"C:\msys64\ucrt64")
        carry_for_windows([prefix / "bin" / f"{name}.exe" for name in names], target)
    share = target / "share" / "qemu"
    share.mkdir(parents=True)
    for name in FIRMWARE:
        if (source := prefix / "share" / "qemu" / name).exists():
            shutil.copyfile(source, share / name)


def carry_for_mac(programs: Iterable[Path], target: Path) -> None:
    """Copy programs and libraries, and have each look for the others where they are now."""
    for folder in ("bin", "lib"):
        (target / folder).mkdir(parents=True)

    def needed_by(path: Path) -> list[Path]:
        return [find_mac_library(name, path) for name in mac_libraries(_output("otool", "-L", str(path)))]

    wanted = set(programs)
    for source in with_needed(programs, needed_by):
        place = target / ("bin" if source in wanted else "lib") / source.name
        shutil.copy(source, place)
        place.chmod(0o755)
        for name in mac_libraries(_output("otool", "-L", str(source))):
            new = f"@executable_path/../lib/{Path(name).name}"
            _output("install_name_tool", "-change", name, new, str(place))
        _output("codesign", "--force", "--sign", "-", str(place))  # the change has broken the signature


def carry_for_windows(programs: Iterable[Path], target: Path) -> None:
    """Copy programs and libraries into one folder, where Windows looks for them."""
    (target / "bin").mkdir(parents=True)
    folder = next(iter(programs)).parent
    tool = str(folder / "objdump.exe")
    for source in with_needed(
        programs, lambda path: [folder / name for name in windows_libraries(_output(tool, "-p", str(path)))]
    ):
        shutil.copy(source, target / "bin" / source.name)


def with_needed(programs: Iterable[Path], needs: Callable[[Path], Iterable[Path]]) -> list[Path]:
    """Return the programs and all that they need, and what that needs; what is not there is the system's."""
    found: list[Path] = []
    waiting = list(programs)
    while waiting:
        path = waiting.pop()
        if path not in found and path.exists():
            found.append(path)
            waiting += needs(path)
    return found


def mac_libraries(listing: str) -> list[str]:
    """Return the libraries in the output of `otool -L` that are not macOS's own, as it names them."""
    names = re.findall(r"^\t(\S+) \(compatibility", listing, re.MULTILINE)
    return [name for name in names if not name.startswith(("/usr/lib/", "/System/"))]


def find_mac_library(name: str, user: Path) -> Path:
    """Return the file that `user` means. Those of Homebrew's that are named by a run path lie beside it."""
    start, _, rest = name.partition("/")
    if start in ("@loader_path", "@executable_path"):
        return Path(os.path.normpath(user.resolve().parent / rest))
    return user.resolve().parent / rest if start == "@rpath" else Path(name)


def windows_libraries(listing: str) -> list[str]:
    """Return the libraries in the output of `objdump -p`."""
    return re.findall(r"^\tDLL Name: (\S+)", listing, re.MULTILINE)


def _output(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
