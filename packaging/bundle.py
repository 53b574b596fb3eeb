"""The program as one folder: PyInstaller's output and the machine's image, nothing that nobody needs."""

import importlib.util
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(PROJECT))

from vm.image.elf import read_needed  # noqa: E402 - a script knows its project by itself

ARCHITECTURES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}
IMAGE_FILES = ("vmlinux", "initramfs.img", "root.erofs", "engine.erofs", "manifest.json")
SHARED_LIBRARY = re.compile(r"lib.+\.so[.0-9]*$")
LOADED_BY_NAME = ("libcrypto", "libssl", "libpython")
"""Libraries that something opens at run time without naming them in its own header."""


def architecture() -> str:
    """Return this computer's architecture in Debian's words."""
    return ARCHITECTURES[platform.machine().lower()]


def source_date() -> int:
    """Return the time of the newest commit, in Unix seconds: equal sources give equal packages."""
    if value := os.environ.get("SOURCE_DATE_EPOCH"):
        return int(value)
    command = ["git", "-C", str(PROJECT), "log", "-1", "--format=%ct"]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def read_version(bundle: Path) -> str:
    """Return the version of the program in a bundle."""
    return (library_folder(bundle) / "resources" / "version.txt").read_text(encoding="utf-8").strip()


def build_bundle(dist: Path, date: int) -> Path:
    """Return the folder with the finished program; `date` is that of its sources, in Unix seconds.

    Raises CalledProcessError when PyInstaller fails.
    """
    install_tools()
    from parts import write_parts

    command = [
        sys.executable, "-m", "PyInstaller", "--noconfirm", "--clean", "--log-level", "WARN",
        "--distpath", str(dist), "--workpath", str(PROJECT / "build" / "pyinstaller"),
        str(PROJECT / "packaging" / "marina.spec"),
    ]  # fmt: skip
    fixed = {"PYTHONHASHSEED": "0", "SOURCE_DATE_EPOCH": str(date)}
    subprocess.run(command, env=os.environ | fixed, check=True)
    bundle = dist / ("Marina.app" if sys.platform == "darwin" else "marina")
    if sys.platform == "linux":
        settle_archive(bundle / "_internal" / "base_library.zip", date)
        drop_unneeded_libraries(bundle / "_internal")
    else:
        from carry_qemu import carry_qemu  # beside this file

        carry_qemu(carried_folder(bundle) / "qemu", architecture())
    source = PROJECT / "build" / "image" / architecture()
    image = carried_folder(bundle) / "image"
    image.mkdir()
    for name in IMAGE_FILES:
        shutil.copyfile(source / name, image / name)
    packages = PROJECT / "build" / "cache" / architecture() / "packages.tar"
    write_parts(library_folder(bundle) / "resources", image, packages, read_version(bundle), date)
    return bundle


def carried_folder(bundle: Path) -> Path:
    """Return where image and QEMU lie; vm.machine.carried looks there."""
    return bundle / "Contents" / "Resources" if bundle.suffix == ".app" else bundle


def library_folder(bundle: Path) -> Path:
    """Return where Python, its libraries and the resources lie."""
    return bundle / "Contents" / "Frameworks" if bundle.suffix == ".app" else bundle / "_internal"


def command_line(bundle: Path) -> Path:
    """Return the command line's program."""
    if bundle.suffix == ".app":
        return bundle / "Contents" / "MacOS" / "marina"
    return bundle / ("marina.exe" if sys.platform == "win32" else "marina")


def settle_archive(path: Path, date: int) -> None:
    """Give every file in a zip archive one time, and put them in order."""
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, time.gmtime(date)[:6]), files[name])


def install_tools() -> None:
    """Install the tools of the packages into this environment unless they are there."""
    if all(
        importlib.util.find_spec(name) for name in ("PyInstaller", "shtab", "build_manpages", "cyclonedx")
    ):
        return
    locked = ["--require-hashes", "--requirement", str(PROJECT / "packaging" / "locks" / "package.txt")]
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", *locked], check=True)


def drop_unneeded_libraries(internal: Path) -> None:
    """Delete the libraries that came with a plugin which was left out (GTK's are 20 MB)."""
    while unneeded := sorted(_find_unneeded(internal)):
        for path in unneeded:
            path.unlink()


def _find_unneeded(internal: Path) -> Iterator[Path]:
    needed = {name for path in elf_files(internal) for name in read_needed(path)}
    for path in [*internal.iterdir(), *(internal / "PySide6" / "Qt" / "lib").iterdir()]:
        is_library = SHARED_LIBRARY.match(path.name) and not path.name.startswith(LOADED_BY_NAME)
        if is_library and path.name not in needed:
            yield path


def elf_files(folder: Path) -> Iterator[Path]:
    """Yield the programs and libraries below a folder."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                if file.read(4) == b"\x7fELF":
                    yield path


def disk_size(folder: Path) -> int:
    """Return the bytes of the files below a folder; a link counts once, where it leads."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file() or path.is_symlink())


def list_parts(bundle: Path) -> list[tuple[str, int]]:
    """Return what takes how many bytes."""
    image = disk_size(carried_folder(bundle) / "image")
    qt = disk_size(library_folder(bundle) / "PySide6")
    licences = disk_size(library_folder(bundle) / "resources" / "licences")
    return [
        ("machine's image", image),
        ("Qt", qt),
        ("Python, libraries, Marina", disk_size(bundle) - image - qt - licences),
        ("licences", licences),
    ]


def run_selftest(bundle: Path) -> int:
    """Run the bundle's own check as a user without this project would; return its exit status."""
    with tempfile.TemporaryDirectory(prefix="marina-package-") as home:
        environment = {
            name: os.environ[name] for name in ("PATH", "LANG", "SYSTEMROOT", "TEMP") if name in os.environ
        }
        environment |= {"HOME": home, "USERPROFILE": home, "MARINA_HOME": home}  # Windows has the second
        command = [command_line(bundle), "selftest"]
        return subprocess.run(command, cwd=home, env=environment, timeout=300, check=False).returncode
