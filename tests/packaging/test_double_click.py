"""The package as who has never seen a terminal installs it: by a double click, in the system's installer."""

import shutil
import subprocess

import pytest

from tests.e2e.screen import open_display, save_screen
from tests.packaging.conftest import Packages, open_computer
from tests.packaging.packaged_window import PICTURES, wait_until
from tests.packaging.steps import RETRIES, run_getting_started

pytestmark = pytest.mark.timeout(2400)

INSTALLER = "gdebi-gtk"
"""What the smaller desktops of Debian, and systems made of it, open a package with."""
TITLE = "Package Installer"
INSTALL_PACKAGE = "alt+i"
INSTALL_SECONDS = 900
"""For what the package needs to be fetched and unpacked."""
STILL = 4
"""So many equal pictures in succession show a window in which nothing moves."""
IS_INSTALLED = "dpkg-query --show --showformat='${db:Status-Status}' marina 2>/dev/null || :"


def test_a_double_click_and_an_entry_of_the_menu_lead_to_the_page(packages: Packages) -> None:
    with open_computer("click") as new, open_display() as display:
        computer = new.computer
        computer.run("apt-get", "install", "-y", *RETRIES, "gdebi", user=0, network=False, limit=900)
        shutil.copy(packages.debian, computer.home)
        opened = computer.command(INSTALLER, f"/home/ann/{packages.debian.name}", user=0, network=False)
        environment = {"DISPLAY": display, "PATH": "/usr/bin:/bin"}

        def tell(*words: str) -> str:
            return subprocess.run(
                ["xdotool", *words], env=environment, capture_output=True, text=True, timeout=60, check=False
            ).stdout.strip()

        def find_window() -> str:
            return tell("search", "--onlyvisible", "--name", TITLE)

        picture = PICTURES / "package-double-click.png"
        seen: list[str] = []

        def is_ready(window: str) -> bool:
            """Keep a picture; while the installer reads the package something moves in it."""
            save_screen(environment, picture, window)
            seen.append(
                subprocess.check_output(["identify", "-format", "%#", picture], text=True, timeout=60)
            )
            return len(seen) >= STILL and len(set(seen[-STILL:])) == 1

        with subprocess.Popen(opened, env=computer.environment(0, DISPLAY=display)) as installer:
            try:
                wait_until(lambda: bool(find_window()), "the installer shows itself")
                (window,) = find_window().split()
                wait_until(lambda: tell("getwindowname", window) != TITLE, "it reads the package")
                wait_until(lambda: is_ready(window), "it has read the package")
                tell("windowfocus", "--sync", window, "key", INSTALL_PACKAGE)
                wait_until(
                    lambda: computer.run("sh", "-c", IS_INSTALLED, user=0) == "installed",
                    "the package is installed",
                    INSTALL_SECONDS,
                )
            finally:
                installer.kill()
        assert run_getting_started(computer).startswith("http://localhost:")
