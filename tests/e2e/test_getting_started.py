"""The first story: a click in the window, a container in the machine, its page in a browser."""

import http.client
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.e2e.conftest import BOOT_SECONDS, PROJECT, Home
from tests.e2e.screen import click, dump_page, open_display, save_screen

HEADING = "<h1>Your first container is running</h1>"
ARTIFACTS = PROJECT / "build" / "artifacts"
README_PICTURE = PROJECT / "docs" / "images" / "desktop.png"
RUN_BUTTON = "containers.welcome.run"


@pytest.fixture
def display(home: Home) -> Iterator[dict[str, str]]:
    """The environment of a user who sits before a screen."""
    with open_display() as name:
        yield home.environment(DISPLAY=name, QT_QPA_PLATFORM="xcb")


def wait_for_address(home: Home, limit: float) -> str:
    """Return where the getting-started container is published, once it is."""
    deadline = time.monotonic() + limit
    while True:
        done = subprocess.run(
            home.docker_command("port", "getting-started", "80/tcp"),
            env=home.environment(),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        if number := re.search(r":(\d+)\s*$", done.stdout, re.MULTILINE):
            return f"http://localhost:{number[1]}/"
        assert time.monotonic() < deadline, done.stderr  # before that: no machine, no container, not started
        time.sleep(0.5)


def wait_for_place(output: Path, process: "subprocess.Popen[bytes]", limit: float) -> tuple[int, int]:
    """Return where the button is, once the window shows it usable and the layout has come to rest."""
    deadline = time.monotonic() + limit
    seen, since = "", time.monotonic()
    while True:
        assert process.poll() is None, "the desktop ended"
        assert time.monotonic() < deadline, "no button to press"
        lines = output.read_text().split("\n")[:-1]
        if lines and lines[-1] != seen:
            seen, since = lines[-1], time.monotonic()
        if seen and time.monotonic() - since > 1.0:
            _, x, y = seen.split()
            return int(x), int(y)
        time.sleep(0.1)


@pytest.mark.timeout(600)
def test_a_click_runs_a_container_and_its_page_opens(
    home: Home, display: dict[str, str], tmp_path: Path
) -> None:
    places, log = tmp_path / "places", tmp_path / "desktop.log"
    with places.open("wb") as stdout, log.open("wb") as stderr:
        desktop = subprocess.Popen(
            [sys.executable, "-m", "tests.e2e.show_widget", RUN_BUTTON],
            cwd=PROJECT,
            env=display,
            stdout=stdout,
            stderr=stderr,
        )
    try:
        click(display, *wait_for_place(places, desktop, BOOT_SECONDS))
        url = wait_for_address(home, BOOT_SECONDS)
        assert HEADING in dump_page(url)
        save_screen(display, ARTIFACTS / "getting-started.png")
        save_screen(display, README_PICTURE)
    finally:
        desktop.terminate()
        code = desktop.wait(30)
    assert code == 0, log.read_text()


@pytest.mark.timeout(400)
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
    connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=30)
    try:
        connection.request("GET", "/zh/")
        answer = connection.getresponse()
        assert answer.status == 200
        assert "你的第一个容器" in answer.read().decode()
    finally:
        connection.close()
