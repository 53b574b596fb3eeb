"""One click on the welcome card: the phases, the browser, and what goes wrong on the way."""

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QAbstractButton, QFileDialog, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from app.viewmodels.desktop import DesktopViewModel
from app.views.main_window import MainWindow
from tests.fakes.fake_engine import FakeEngine
from tests.fakes.fake_machine import FakeMachine
from tests.fakes.faults import FaultKind
from tests.ui.helpers import find, press, text_of, wait_for
from vm.machine.status import MachineState

Save = Callable[[QWidget, str], None]
IMAGE = "marina/getting-started:latest"


@pytest.fixture(autouse=True)
def tutorial(engine: FakeEngine) -> None:
    """The tutorial image is there, as it ships with Marina."""
    engine.add_image(IMAGE, exposed=("80/tcp",), serves="<h1>Getting started</h1>")


def story_of(desktop: DesktopViewModel) -> str:
    return desktop.getting_started.view.state


def test_one_click_to_the_page(
    window: MainWindow, desktop: DesktopViewModel, qtbot: QtBot, opened_urls: list[str], save_picture: Save
) -> None:
    desktop.begin()
    wait_for(qtbot, lambda: desktop.containers.is_loaded)
    save_picture(window, "welcome")
    press(qtbot, window, "containers.welcome.run")
    wait_for(qtbot, lambda: story_of(desktop) == "done")
    url = desktop.getting_started.view.url
    assert opened_urls == [url], "the browser opens by itself, once"
    assert text_of(window, "containers.welcome.title") == f"Running at {url.removeprefix('http://')}"
    wait_for(qtbot, lambda: desktop.containers.running == 1)
    save_picture(window, "welcome-done")
    press(qtbot, window, "containers.welcome.open")
    assert opened_urls == [url, url]
    press(qtbot, window, "containers.welcome.stop")
    wait_for(qtbot, lambda: desktop.containers.running == 0)
    assert not window.containers.welcome.isVisible()


def test_click_counts_while_the_engine_still_starts(
    window: MainWindow,
    desktop: DesktopViewModel,
    machine: FakeMachine,
    qtbot: QtBot,
    opened_urls: list[str],
    save_picture: Save,
) -> None:
    machine.set(state=MachineState.STOPPED)
    machine.gate.clear()
    desktop.begin()
    wait_for(qtbot, lambda: window.chip.word.startswith("Starting"))
    press(qtbot, window, "containers.welcome.run")
    wait_for(qtbot, lambda: text_of(window, "containers.welcome.steps.0.detail") == "Start the machine")
    save_picture(window, "welcome-active")
    machine.gate.set()
    wait_for(qtbot, lambda: story_of(desktop) == "done")
    assert len(opened_urls) == 1


def test_without_a_browser_the_address_can_be_copied(
    window: MainWindow, desktop: DesktopViewModel, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.views.pages.containers.containers_page.open_address", lambda url: False)
    desktop.begin()
    wait_for(qtbot, lambda: desktop.containers.is_loaded)
    press(qtbot, window, "containers.welcome.run")
    wait_for(qtbot, lambda: story_of(desktop) == "done")
    address = find(window, QLineEdit, "containers.welcome.address")
    assert address.isVisible()
    assert address.text() == desktop.getting_started.view.url


def test_failure_stays_on_the_card_and_can_be_retried(
    window: MainWindow,
    desktop: DesktopViewModel,
    engine: FakeEngine,
    qtbot: QtBot,
    opened_urls: list[str],
    save_picture: Save,
) -> None:
    desktop.begin()
    wait_for(qtbot, lambda: desktop.containers.is_loaded)
    engine.fail(r"POST /containers/create", FaultKind.STATUS, status=500, message="no space left on device")
    press(qtbot, window, "containers.welcome.run")
    wait_for(qtbot, lambda: story_of(desktop) == "failed")
    assert text_of(window, "containers.welcome.failure.summary") == "The engine's disk is full"
    save_picture(window, "welcome-failed")
    assert not opened_urls
    press(qtbot, window, "containers.welcome.failure.retry")
    wait_for(qtbot, lambda: story_of(desktop) == "done")


@pytest.mark.parametrize(
    ("said", "help_label", "can_load", "leads_to"),
    [
        (
            "dial tcp: lookup registry-1.docker.io: no such host",
            "Proxy settings",
            True,
            "settings.proxy.system",
        ),
        (
            "tls: failed to verify certificate: x509: unknown",
            "Add a certificate…",
            True,
            "settings.certificates.add",
        ),
        ("unauthorized: authentication required", "Sign in…", True, "sign-in.registry"),
        ("manifest unknown: manifest unknown", "", True, ""),
        ("write /blob: no space left on device", "Clean up…", False, ""),
    ],
)
def test_a_pull_that_fails_offers_what_helps(
    window: MainWindow,
    desktop: DesktopViewModel,
    engine: FakeEngine,
    qtbot: QtBot,
    save_picture: Save,
    said: str,
    help_label: str,
    can_load: bool,
    leads_to: str,
) -> None:
    engine.state.images.clear()
    desktop.begin()
    wait_for(qtbot, lambda: desktop.containers.is_loaded)
    engine.pull_script = lambda _: [{"errorDetail": {"message": said}, "error": said}]
    press(qtbot, window, "containers.welcome.run")
    wait_for(qtbot, lambda: story_of(desktop) == "failed")
    helping = find(window, QAbstractButton, "containers.welcome.failure.help")
    assert helping.isVisible() is bool(help_label)
    assert find(window, QWidget, "containers.welcome.failure.retry").isVisible()
    assert find(window, QWidget, "containers.welcome.failure.load").isVisible() is can_load
    if not leads_to:
        return
    assert helping.text() == help_label
    save_picture(window, f"welcome-failed-{leads_to}")
    helping.click()
    wait_for(qtbot, find(window, QWidget, leads_to).isVisible)


def test_the_image_may_come_from_a_file(
    window: MainWindow, desktop: DesktopViewModel, engine: FakeEngine, qtbot: QtBot
) -> None:
    engine.state.images.clear()
    desktop.begin()
    wait_for(qtbot, lambda: desktop.containers.is_loaded)
    press(qtbot, window, "containers.welcome.run")
    wait_for(qtbot, lambda: story_of(desktop) == "failed")
    press(qtbot, window, "containers.welcome.failure.load")
    dialog = find(window, QFileDialog, "images.load.file")
    wait_for(qtbot, dialog.isVisible)
    dialog.reject()
    assert window.page.name == "images", "where it is told what becomes of the file"
    engine.add_image(IMAGE, serves="<h1>Getting started</h1>", exposed=("80/tcp",))
    window.show_page("containers")
    press(qtbot, window, "containers.welcome.failure.retry")
    wait_for(qtbot, lambda: story_of(desktop) == "done")


def test_cancel_ends_the_pull(
    window: MainWindow, desktop: DesktopViewModel, engine: FakeEngine, qtbot: QtBot, opened_urls: list[str]
) -> None:
    engine.state.images.clear()
    engine.offer_image(IMAGE, serves="<h1>Getting started</h1>")
    engine.pull_pause = 5.0
    desktop.begin()
    press(qtbot, window, "containers.welcome.run")
    wait_for(qtbot, lambda: any("images/create" in line for line in engine.requests))
    press(qtbot, window, "containers.welcome.cancel")
    wait_for(qtbot, lambda: story_of(desktop) == "idle")
    assert not opened_urls
    assert not engine.state.containers
