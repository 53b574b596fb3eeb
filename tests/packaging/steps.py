"""What a user does with an installed Marina on a fresh Debian, step by step."""

import configparser
import shlex
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tests.e2e.screen import CHROMIUM
from tests.packaging.packaged_window import open_window, wait_until
from tests.support.fresh_computer import FreshComputer

if TYPE_CHECKING:
    from tests.packaging.conftest import Packages

OPENED = "/tmp/opened"
"""What the user's browser was told to show."""

ENTRY = "usr/share/applications/marina.desktop"
EVERYBODYS = {f"home/ann/{name}" for name in (".cache", ".config", ".local", ".local/share", ".local/state")}
RETRIES = ("-o", "Acquire::Retries=3")
RUN_STORY = "getting-started"
"""The action of the desktop's launcher that a user chooses."""


def install(computer: FreshComputer, package: Path) -> None:
    """Install a package and what it needs, as a user would with apt."""
    with tempfile.TemporaryDirectory(dir=computer.root / "tmp") as folder:
        Path(folder).chmod(0o755)
        shutil.copy(package, folder)
        inside = f"/tmp/{Path(folder).name}/{package.name}"
        computer.run("apt-get", "install", "-y", *RETRIES, inside, user=0, network=False, limit=900)


def installed_size(computer: FreshComputer) -> int:
    """Return the bytes that the installed packages take, as they say themselves."""
    sizes = computer.run("dpkg-query", "--show", "--showformat=${Installed-Size}\\n", user=0)
    return 1024 * sum(int(size) for size in sizes.split())


def purge(computer: FreshComputer) -> None:
    """Remove the package as apt does."""
    computer.run("dpkg", "--purge", "marina", user=0)


def equip(computer: FreshComputer, packages: "Packages") -> None:
    """Install what Marina needs of the system, and not Marina."""
    if not (computer.root / "usr" / "bin" / "qemu-system-x86_64").exists():
        install(computer, packages.debian)
        purge(computer)


def install_browser(computer: FreshComputer) -> None:
    """Give the user a browser that notes what it is told to show."""
    browser = computer.root / "usr" / "local" / "bin" / "xdg-open"
    browser.write_text(f'#!/bin/sh\necho "$1" >>{OPENED}\n')
    browser.chmod(0o755)


def install_archive(computer: FreshComputer, archive: Path) -> None:
    """Unpack and install it as its user, who then throws the download away."""
    place = computer.root / "tmp" / "download"
    place.mkdir()
    subprocess.run(["tar", "--extract", "--zstd", "--file", archive, "--directory", place], check=True)
    (folder,) = place.iterdir()
    assert "Marina is installed" in computer.run("sh", f"/tmp/download/{folder.name}/install.sh")
    shutil.rmtree(place)


def remove_archive(computer: FreshComputer) -> None:
    """Remove what the installer has brought, by the copy that it has left."""
    computer.run("sh", "/home/ann/.local/share/marina-program/install.sh", "--remove")


def run_getting_started(computer: FreshComputer) -> str:
    """Choose "Run getting-started" on the desktop's launcher; return the address that is opened."""
    entry = configparser.ConfigParser(interpolation=None)
    entry.read(computer.root / ENTRY, "utf-8")
    program, *options = shlex.split(entry[f"Desktop Action {RUN_STORY}"]["Exec"])
    assert program == "marina-desktop"
    opened = computer.root / OPENED.removeprefix("/")
    opened.unlink(missing_ok=True)
    with open_window(computer, *options) as window:
        try:
            wait_until(
                lambda: opened.exists() and opened.read_text().endswith("\n"), "the browser shows a page"
            )
        finally:
            window.save(RUN_STORY)
    return opened.read_text().strip()


def show_page(computer: FreshComputer, address: str) -> str:
    """Return the page as Chromium shows it."""
    with tempfile.TemporaryDirectory() as profile:
        return subprocess.run(
            [*computer.in_network(), *CHROMIUM, f"--user-data-dir={profile}", "--dump-dom", address],
            capture_output=True,
            text=True,
            timeout=180,
            check=True,
        ).stdout


def marinas_files(computer: FreshComputer, before: set[str]) -> set[str]:
    """Return what is there of Marina and was not there before."""
    return {name for name in computer.files() - before if is_marinas(name)}


def is_marinas(name: str) -> bool:
    """Tell Marina's own files from those of the packages that it needs and of the package tools."""
    tools = ("var/lib/apt/", "var/cache/", "var/log/", "var/lib/dpkg/status", "var/lib/dpkg/available")
    fonts = "home/ann/.cache/fontconfig"  # every program that draws text leaves its index there
    if name.startswith((*tools, fonts)) or name in EVERYBODYS:
        return False
    return "marina" in name.lower() or name.startswith("home/")
