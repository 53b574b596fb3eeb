"""The first story: a click in the window, a container in the machine, its page in a browser."""

import http.client
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from app.viewmodels.containers.containers import PORTS
from tests.e2e.conftest import BOOT_SECONDS, PROJECT, Home
from tests.e2e.screen import click, install_browser, open_display, save_screen, wait_for_pages

HEADING = "<h1>Your first container is running</h1>"
ARTIFACTS = PROJECT / "build" / "artifacts"
RUN_BUTTON = "containers.welcome.run"
PORT_LINK = f"containers.table:{PORTS}"
BROWSER_SECONDS = 120.0
MISSED_SECONDS = 20.0
"""After which a click that met nothing is given up."""


@pytest.fixture
def display(home: Home) -> Iterator[dict[str, str]]:
    """The environment of a user who sits before a screen."""
    with open_display() as name:
        yield home.environment(DISPLAY=name, QT_QPA_PLATFORM="xcb")


@dataclass(frozen=True)
class Window:
    """The desktop's window, as `show_widget` tells of it."""

    process: "subprocess.Popen[bytes]"
    output: Path
    display: dict[str, str]

    def press(self, name: str, limit: float) -> None:
        """Click on what is named once it can be used; again, at its new place, after a click that missed."""
        deadline = time.monotonic() + limit
        while not self._pressed(name):
            click(self.display, *self._place(name, deadline))
            missed = time.monotonic() + MISSED_SECONDS
            while not self._pressed(name) and time.monotonic() < missed:
                time.sleep(0.1)

    def _place(self, name: str, deadline: float) -> tuple[int, int]:
        """Return where to click, once the window shows it usable and the layout has come to rest."""
        seen, since = "", time.monotonic()
        while True:
            assert self.process.poll() is None, "the desktop ended"
            assert time.monotonic() < deadline, f"there is no {name} to click"
            lines = [line for line in self._lines(name) if line != f"{name} pressed"]
            if lines and lines[-1] != seen:
                seen, since = lines[-1], time.monotonic()
            if seen and time.monotonic() - since > 1.0:
                _, x, y = seen.split()
                return int(x), int(y)
            time.sleep(0.1)

    def _pressed(self, name: str) -> bool:
        return f"{name} pressed" in self._lines(name)

    def _lines(self, name: str) -> list[str]:
        return [line for line in self.output.read_text().split("\n")[:-1] if line.startswith(f"{name} ")]


@pytest.mark.timeout(900)
def test_one_click_runs_a_container_and_a_click_on_its_port_opens_its_page(
    home: Home, display: dict[str, str], tmp_path: Path
) -> None:
    pages = install_browser(home.folder)
    places, log = tmp_path / "places", tmp_path / "desktop.log"
    with places.open("wb") as stdout, log.open("wb") as stderr:
        desktop = subprocess.Popen(
            [sys.executable, "-m", "tests.e2e.show_widget", RUN_BUTTON, PORT_LINK],
            cwd=PROJECT,
            env=display,
            stdout=stdout,
            stderr=stderr,
        )
    try:
        window = Window(desktop, places, display)
        window.press(RUN_BUTTON, BOOT_SECONDS)
        [first] = wait_for_pages(pages, 1, BOOT_SECONDS)
        address, _, document = first.partition("\n")
        assert HEADING in document
        assert address == f"http://localhost:{published_port(home)}"
        window.press(PORT_LINK, BROWSER_SECONDS)
        assert [first, first] == wait_for_pages(pages, 2, BROWSER_SECONDS)
        save_screen(display, ARTIFACTS / "getting-started.png")
    finally:
        desktop.terminate()
        code = desktop.wait(120)
    assert code == 0, log.read_text()


def published_port(home: Home) -> str:
    """Return the host port of the container of the story."""
    return home.docker("port", "getting-started", "80/tcp").strip().rpartition(":")[2]


@pytest.mark.timeout(900)
def test_without_a_display_the_address_is_printed_and_answers(home: Home) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "app", "--getting-started"],
        cwd=PROJECT,
        env=home.environment(),
        capture_output=True,
        text=True,
        timeout=BOOT_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    address = urlsplit(done.stdout.strip())
    connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=120)
    try:
        connection.request("GET", "/zh/")
        answer = connection.getresponse()
        assert answer.status == 200
        assert "你的第一个容器" in answer.read().decode()
    finally:
        connection.close()
