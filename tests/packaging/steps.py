"""What a user does with an installed Marina on a fresh Debian, step by step."""

import configparser
import os
import shlex
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.e2e.screen import CHROMIUM, open_display, save_screen
from tests.support.fresh_computer import FreshComputer

if TYPE_CHECKING:
    from tests.packaging.conftest import Packages

PROJECT = Path(__file__).parents[2]
BOOT_SECONDS = 240
PID_FILE = "/tmp/desktop.pid"
OPENED = "/tmp/opened"
"""What the user's browser was told to show."""

ENTRY = "usr/share/applications/marina.desktop"
EVERYBODYS = {f"home/ann/{name}" for name in (".cache", ".config", ".local", ".local/share", ".local/state")}
RETRIES = ("-o", "Acquire::Retries=3")
PICTURES = PROJECT / "build" / "artifacts"
RUN_STORY = "getting-started"
"""The action of the desktop's launcher that a user chooses."""


def install(computer: FreshComputer, package: Path) -> None:
    """Install a package and what it needs, as a user would with apt."""
    with tempfile.TemporaryDirectory(dir=computer.root / "tmp") as folder:
        Path(folder).chmod(0o755)
        shutil.copy(package, folder)
        inside = f"/tmp/{Path(folder).name}/{package.name}"
        computer.run("apt-get", "install", "-y", *RETRIES, inside, user=0, network=False, limit=900)


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


@dataclass(frozen=True)
class Window:
    """Marina's window on a display of its own."""

    process: "subprocess.Popen[bytes]"
    display: str
    log: Path

    def press(self, title: str, *keys: str) -> bool:
        """Give keys to the window of that title; return whether there is one."""
        found = self._tell("search", "--onlyvisible", "--name", f"^{title}$").split()
        if found:
            self._tell("windowfocus", "--sync", found[-1], "key", "--clearmodifiers", *keys)
        return bool(found)

    def save(self, name: str) -> None:
        """Keep a picture of the screen."""
        save_screen(self._environment, PICTURES / f"package-{name}.png")

    @property
    def _environment(self) -> dict[str, str]:
        return {"DISPLAY": self.display, "PATH": os.environ["PATH"]}

    def _tell(self, *words: str) -> str:
        done = subprocess.run(
            ["xdotool", *words],
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,  # a window may be gone by now
        )
        return done.stdout


@contextmanager
def open_window(computer: FreshComputer, *options: str) -> Iterator[Window]:
    """Open Marina's window, and quit it at the end unless it has quit."""
    command = shlex.join(["marina-desktop", *options])
    with open_display() as display, tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "desktop.log"
        with log.open("wb") as output:
            desktop = subprocess.Popen(
                computer.command("sh", "-c", f"echo $$ >{PID_FILE}; exec {command}"),
                env=computer.environment(DISPLAY=display),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        try:
            yield Window(desktop, display, log)
        finally:
            if desktop.poll() is None:
                computer.run("sh", "-c", f"kill $(cat {PID_FILE})")
            desktop.wait(timeout=60)


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


def wait_until(condition: Callable[[], bool], what: str) -> None:
    """Wait as long as a machine takes to boot."""
    deadline = time.monotonic() + BOOT_SECONDS
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.2)


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
