"""The .deb: the bundle below /usr/lib, and what a Debian system expects of a desktop program."""

import email.utils
import gzip
import hashlib
import os
import shutil
import subprocess
import time
from pathlib import Path

from bundle import PROJECT, architecture, disk_size, elf_files
from linux.command_docs import write_completions, write_man_pages

from vm.image.elf import read_needed

FILES = PROJECT / "packaging" / "linux" / "files"
APP_ID = "org.marina_desktop.Marina"
QEMU = {"amd64": "qemu-system-x86", "arm64": "qemu-system-arm"}
KEYBOARDS = ("libx11-data", "xkb-data")
"""What the libraries that the bundle brings read of the system: layouts, and how letters are composed."""
FONTS = "fonts-dejavu-core | fonts-noto-core | fonts-liberation"
"""A system without any font shows boxes."""
MAINTAINER = "The Marina authors <nobody@marina.invalid>"
SMALL = ("-Zxz", "-z2")
"""A hundredth smaller with the next level, in twice the time."""
FAST = ("-Zgzip", "-z1")
_LOADER_CACHE = ["/sbin/ldconfig", "-p"]


def build_debian_package(bundle: Path, version: str, date: int, target: Path, fast: bool = False) -> Path:
    """Return the package with `bundle` in it; `date` is in Unix seconds and goes into every file.

    Raises CalledProcessError when a tool fails.
    """
    tree = PROJECT / "build" / "debian-package"
    shutil.rmtree(tree, ignore_errors=True)
    _lay_out(bundle, tree, version, date)
    _write_control(tree, version, _find_dependencies(bundle))
    _settle(tree, date)
    package = target / f"marina_{version}_{architecture()}.deb"
    subprocess.run(
        ["dpkg-deb", "--root-owner-group", *(FAST if fast else SMALL), "--build", str(tree), str(package)],
        env=os.environ | {"SOURCE_DATE_EPOCH": str(date)},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    shutil.rmtree(tree)
    return package


def _lay_out(bundle: Path, tree: Path, version: str, date: int) -> None:
    usr, share = tree / "usr", tree / "usr" / "share"
    shutil.copytree(bundle, usr / "lib" / "marina", symlinks=True)
    (usr / "bin").mkdir()
    for name in ("marina", "marina-desktop"):
        (usr / "bin" / name).symlink_to(f"../lib/marina/{name}")
    _copy(FILES / "marina.desktop", share / "applications")
    _copy(FILES / "marina.svg", share / "icons" / "hicolor" / "scalable" / "apps")
    _copy(FILES / "marina.service", usr / "lib" / "systemd" / "user")
    _copy(FILES / "lintian-overrides", share / "lintian" / "overrides").rename(
        share / "lintian" / "overrides" / "marina"
    )
    metainfo = (FILES / "marina.metainfo.xml").read_text(encoding="utf-8")
    day = time.strftime("%Y-%m-%d", time.gmtime(date))
    _write(
        share / "metainfo" / f"{APP_ID}.metainfo.xml",
        metainfo.replace("@VERSION@", version).replace("@DATE@", day),
    )
    write_man_pages(share / "man" / "man1", date)
    write_completions(share)
    _copy(FILES / "copyright", share / "doc" / "marina")
    _write(
        share / "doc" / "marina" / "changelog",
        f"marina ({version}) stable; urgency=medium\n\n  * See CHANGELOG.md of this version.\n\n"
        f" -- {MAINTAINER}  {email.utils.formatdate(date)}\n",
    )
    for text in (*(share / "man" / "man1").iterdir(), share / "doc" / "marina" / "changelog"):
        packed = text.with_name(text.name + ".gz")
        packed.write_bytes(gzip.compress(text.read_bytes(), mtime=0))
        text.unlink()


def _write_control(tree: Path, version: str, dependencies: list[str]) -> None:
    control = tree / "DEBIAN"
    control.mkdir()
    _write(
        control / "control",
        f"Package: marina\nVersion: {version}\nArchitecture: {architecture()}\nMaintainer: {MAINTAINER}\n"
        f"Installed-Size: {-(-disk_size(tree) // 1024)}\nSection: admin\nPriority: optional\n"
        f"Depends: {', '.join(dependencies)}\nRecommends: xdg-utils\nSuggests: docker-cli, fonts-noto-cjk\n"
        "Description: run containers in a small machine of your own\n"
        " A desktop and a command line for containers. They run in a light virtual\n"
        " machine that speaks the Docker Engine API: the docker command line, docker\n"
        " compose and everything else that uses a Docker work with it unchanged.\n",
    )
    for script in ("prerm", "postrm"):
        _copy(FILES / script, control).chmod(0o755)
    files = sorted(path for path in (tree / "usr").rglob("*") if path.is_file() and not path.is_symlink())
    _write(
        control / "md5sums",
        "".join(
            f"{hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()}  {path.relative_to(tree)}\n"
            for path in files
        ),
    )


def _find_dependencies(bundle: Path) -> list[str]:
    """Return the packages of the libraries that the bundle needs and does not bring, and QEMU."""
    programs = list(elf_files(bundle))
    brought = {path.name for path in programs}
    needed = {name for path in programs for name in read_needed(path)} - brought
    listing = subprocess.run(_LOADER_CACHE, capture_output=True, text=True, check=True).stdout
    places = {}
    for line in listing.splitlines():
        name, arrow, path = line.strip().partition(" => ")
        if arrow:
            places.setdefault(name.split(" ")[0], path)
    packages = {_owner(Path(places[name])) for name in needed if name in places}
    return [*sorted(packages | set(KEYBOARDS)), QEMU[architecture()], "qemu-utils", FONTS]


def _owner(library: Path) -> str:
    """Return the package that a library belongs to. Raises CalledProcessError when there is none."""
    for path in (library, library.resolve(), Path("/usr") / library.relative_to("/")):
        done = subprocess.run(["dpkg-query", "-S", str(path)], capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return done.stdout.split(":", 1)[0]
    raise subprocess.CalledProcessError(1, f"dpkg-query -S {library}")


def _settle(tree: Path, date: int) -> None:
    """Give everything the modes that Debian wants and one time."""
    for path in sorted(tree.rglob("*"), reverse=True):
        if path.is_symlink():
            continue
        if path.is_dir():
            path.chmod(0o755)
        else:
            shared = ".so" in path.name
            path.chmod(0o755 if path.stat().st_mode & 0o100 and not shared else 0o644)
        os.utime(path, (date, date))


def _copy(source: Path, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copyfile(source, folder / source.name))


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
