"""`python -m app` as a process of its own: with a window, without a display, twice, and its end."""

import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.fake_engine import FakeEngine
from tests.fakes.fake_machine import FakeMachine
from vm.machine.status import MachineState

ROOT = Path(__file__).parents[2]
LIMIT = 60


@pytest.fixture
def home(folder: Path) -> Iterator[Path]:
    """A user's folder with a machine that starts when asked and an engine with the tutorial image."""
    engine = FakeEngine(folder)
    engine.socket_path = folder / "docker.sock"
    engine.add_image("marina/getting-started:latest", exposed=("80/tcp",), serves="<h1>Getting started</h1>")
    with engine, FakeMachine(folder, MachineState.STOPPED):
        yield folder


def environment(home: Path, display: str) -> dict[str, str]:
    values = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    }
    values |= {"MARINA_HOME": str(home), "QT_QPA_PLATFORM": "offscreen", "LANG": "C.UTF-8"}
    return values | ({"DISPLAY": display} if display else {})


def test_without_a_display_it_prints_the_address(home: Path) -> None:
    command = [sys.executable, "-m", "app", "--getting-started"]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=environment(home, ""),
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    url = done.stdout.strip()
    assert url.startswith("http://localhost")
    assert "Start the machine" in done.stderr, "the steps are told"
    with urllib.request.urlopen(url, timeout=60) as page:
        assert b"Getting started" in page.read()


def test_window_prints_the_address_is_opened_once_and_ends_on_sigterm(home: Path) -> None:
    command = [sys.executable, "-m", "app", "--getting-started"]
    surroundings = environment(home, ":99")
    with subprocess.Popen(
        command, cwd=ROOT, env=surroundings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as first:
        try:
            assert first.stdout is not None
            url = first.stdout.readline().strip()
            assert url.startswith("http://localhost")
            second = subprocess.run(
                command,
                cwd=ROOT,
                env=surroundings,
                capture_output=True,
                text=True,
                timeout=LIMIT,
                check=False,
            )
            assert second.returncode == 0
            assert "open already" in second.stderr
            first.send_signal(signal.SIGTERM)
            assert first.wait(LIMIT) == 0
        finally:
            first.kill()
    log = home / "app" / "logs" / "desktop.log"
    assert not log.exists() or "Traceback" not in log.read_text(encoding="utf-8")


def test_selftest_passes_where_the_machine_is_complete(home: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "app", "--selftest"],
        cwd=ROOT,
        env=environment(home, ""),
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("ok    ") == 4
    assert "ok    machine: image " in done.stdout


def test_a_display_that_goes_leaves_nothing_running(home: Path) -> None:
    """Qt ends its loop by itself then, without anybody having left: threads went on, choices were lost."""
    program = """
import threading
from app import main
from app.services.app_folders import AppFolders
from app.views import application
from PySide6.QtCore import QTimer

def lose_display(self):
    self._desktop.begin()
    self._desktop.engine_changed.connect(lambda view: self._go(view))

def go(self, view):
    if view.can_be_used:
        self._desktop.preferences.change(zoom=125)
        QTimer.singleShot(0, lambda: self._application.exit(1))

application.Desktop._begin = lose_display
application.Desktop._go = go
folders = AppFolders.find()
code = application.run_application(lambda: main.build_desktop(folders), "test", [], "0")
feeds = [thread for thread in threading.enumerate() if thread.name in ("engine-events", "machine-watch")]
for feed in feeds:
    feed.join(10)
print(code, [feed.name for feed in feeds if feed.is_alive()])
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=environment(home, ":0"),
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )
    assert done.stdout.strip() == "1 []", done.stderr
    [settings] = home.rglob("desktop.json")
    assert '"zoom": 125' in settings.read_text()
