"""Makes the root's tree: Debian's packages thinned to what the machine uses, with our own files on top."""

import os
import shutil
import tarfile
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from vm.image.contents import (
    APPLETS,
    DROPPED,
    EMULATORS,
    KEPT,
    LIBRARY_FOLDERS,
    LOADED_LIBRARIES,
    LOADERS,
    PROGRAMS,
)
from vm.image.elf import read_needed
from vm.image.guest_tools import GuestTools
from vm.image.steps import say

GUEST_FILES = Path(__file__).parent / "guest_files" / "root"
MOUNT_POINTS = (
    "dev",
    "proc",
    "sys",
    "run",
    "tmp",
    "var",
    "data",
    "root",
    "mnt",
    "usr/lib/marina",
    "usr/lib/modules",
)
KERNEL_PREFIXES = ("boot/", "usr/lib/modules/")


def make_root_tree(archive: Path, arch: str, root: Path, kernel: Path) -> None:
    """Unpack the kernel's files of `archive` to `kernel` and the thinned rest to `root`."""
    say("Unpacking what the machine needs")
    for tree in (root, kernel):
        shutil.rmtree(tree, ignore_errors=True)
        tree.mkdir(parents=True)
    libraries = LIBRARY_FOLDERS[arch]
    _unpack(archive, kernel, lambda path: path.startswith(KERNEL_PREFIXES))
    _unpack(archive, root, lambda path: is_kept(path, arch))
    _drop_unused_libraries(root, libraries)
    for folder in MOUNT_POINTS:
        (root / folder).mkdir(parents=True, exist_ok=True)
    _write_certificates(root)
    _copy_guest_files(root)
    _link_busybox(archive, root)


def finish_root_tree(root: Path, tools: GuestTools) -> None:
    """Compile Python's files and write the dynamic loader's cache."""
    say("Compiling the Python libraries")
    tools.compile_python(root, "usr/lib/python3.13", "usr/lib/python3/dist-packages")
    tools.write_loader_cache(root)


def is_kept(path: str, arch: str) -> bool:
    """Tell if a path of Debian's packages goes into the root; library folders are thinned later."""
    libraries = LIBRARY_FOLDERS[arch]
    if any(fnmatchcase(path, pattern) for pattern in DROPPED):
        return False
    folder, name = str(PurePosixPath(path).parent), PurePosixPath(path).name
    if folder in ("usr/bin", "usr/sbin"):
        return name in PROGRAMS or name == EMULATORS[arch]
    if folder in (libraries, ".") or path == LOADERS[arch]:
        return True
    if path.startswith("usr/share/doc/"):
        return name == "copyright"
    return path.startswith(KEPT)


def _unpack(archive: Path, target: Path, wanted: Callable[[str], bool]) -> None:
    with tarfile.open(archive) as tar:
        for member in tar:
            member.name = member.name.removeprefix("./")
            if member.isdir() or member.isdev() or not wanted(member.name):
                continue
            place = target / member.name
            place.parent.mkdir(parents=True, exist_ok=True)
            if member.issym():
                place.symlink_to(member.linkname)
            elif member.islnk():
                os.link(target / member.linkname.removeprefix("./"), place)
            elif source := tar.extractfile(member):
                with source, place.open("wb") as output:
                    shutil.copyfileobj(source, output)
                place.chmod(member.mode & 0o755 | 0o444)


def _drop_unused_libraries(root: Path, libraries: str) -> None:
    """Keep the libraries that a kept program or a Python extension links to, however many steps away."""
    folder = root / libraries
    available = {path.name: path for path in folder.iterdir() if not path.is_dir()}
    elsewhere = [path for path in _files(root) if path.parent != folder]
    waiting = [name for path in elsewhere for name in read_needed(path)] + list(LOADED_LIBRARIES)
    needed: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in needed or name not in available:
            continue
        needed.add(name)
        path = available[name]
        if path.is_symlink():
            waiting.append(path.readlink().name)
        waiting += read_needed(path.resolve()) if path.resolve().is_file() else []
    for name, path in available.items():
        if name not in needed and not name.startswith("ld-linux"):
            path.unlink()


def missing_libraries(root: Path, libraries: str) -> dict[str, set[str]]:
    """Return, for each library that is needed and not there, who needs it."""
    there = {path.name for path in (root / libraries).iterdir()}
    missing: dict[str, set[str]] = {}
    for path in _files(root):
        for name in set(read_needed(path)) - there:
            missing.setdefault(name, set()).add(str(path.relative_to(root)))
    return missing


def _files(root: Path) -> Iterator[Path]:
    for folder, _, names in os.walk(root):
        for name in names:
            path = Path(folder, name)
            if path.is_file() and not path.is_symlink():
                yield path


def _write_certificates(root: Path) -> None:
    """Write the certificate bundle that Debian's maintainer script would write."""
    bundle = root / "etc/ssl/certs/ca-certificates.crt"
    bundle.parent.mkdir(parents=True, exist_ok=True)
    certificates = sorted((root / "usr/share/ca-certificates/mozilla").glob("*.crt"))
    bundle.write_bytes(b"".join(path.read_bytes().rstrip() + b"\n" for path in certificates))
    shutil.rmtree(root / "usr/share/ca-certificates")
    # OpenSSL's own default place
    (root / "usr/lib/ssl").mkdir(parents=True, exist_ok=True)
    for name in ("certs", "cert.pem", "openssl.cnf"):
        link = root / "usr/lib/ssl" / name
        link.unlink(missing_ok=True)
        link.symlink_to("/etc/ssl/certs/ca-certificates.crt" if name == "cert.pem" else f"/etc/ssl/{name}")


def _copy_guest_files(root: Path) -> None:
    for source in sorted(GUEST_FILES.rglob("*")):
        if source.is_file():
            target = root / source.relative_to(GUEST_FILES)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
            target.chmod(0o755 if source.read_bytes().startswith(b"#!") else 0o644)


def _link_busybox(archive: Path, root: Path) -> None:
    """Give busybox's applets the names of the programs that were left out, for people who look around."""
    busybox = (root / "usr/bin/busybox").read_bytes()
    with tarfile.open(archive) as tar:
        names = {PurePosixPath(name) for name in tar.getnames()}
    names |= {PurePosixPath("usr/bin", name) for name in APPLETS}
    for path in sorted(names):
        applet = path.name.encode()
        if str(path.parent) in ("usr/bin", "usr/sbin") and b"\0" + applet + b"\0" in busybox:
            place = root / path
            if not place.exists() and not place.is_symlink():
                place.symlink_to("/usr/bin/busybox")
