"""The Updates card and the notice, over a real release repository on loopback."""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from app.services.updates.at_start import do_what_is_due
from app.services.updates.installation import Way
from app.viewmodels.desktop import DesktopViewModel
from app.viewmodels.frame.updates import UpdateState
from app.views.main_window import MainWindow
from tests.fakes.fake_access import FakeAccess
from tests.support.update_server import serve_updates
from tests.support.update_world import NEW, OLD, Keeper, UpdateWorld
from tests.ui.helpers import find, press, text_of, wait_for

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="folders are exchanged by renameat2")

Save = Callable[[QWidget, str], None]
NOTES = "The builds page shows what each step took.\n<b>Fixed:</b> pulls that stood still."
NAME = "settings.updates"


@pytest.fixture
def world(folder: Path, access: FakeAccess, monkeypatch: pytest.MonkeyPatch) -> Iterator[UpdateWorld]:
    """A repository, and an installed program in place of this source tree."""
    with serve_updates(folder / "repository") as server:
        made = UpdateWorld(folder, server)
        monkeypatch.setattr(access, "updates", made.updates)
        yield made


def state_of(window: MainWindow) -> UpdateState:
    return window.desktop.updates.view.state


def status(window: MainWindow) -> str:
    return text_of(window, f"{NAME}.status")


def open_card(window: MainWindow, qtbot: QtBot) -> MainWindow:
    """Bring the card into sight, with what is known without the network."""
    window.show_page("settings")
    window.quick.show_setting("updates.check")
    wait_for(qtbot, lambda: window.desktop.updates.view.is_known)
    return window


def look(window: MainWindow, qtbot: QtBot, expected: UpdateState) -> None:
    press(qtbot, window, f"{NAME}.check")
    wait_for(qtbot, lambda: state_of(window) is expected, "the answer")


def show_card(window: MainWindow) -> None:
    """Scroll to the card after it has grown."""
    window.quick.show_setting("updates.check")


def test_a_build_without_a_server_says_so(
    window: MainWindow, desktop: DesktopViewModel, qtbot: QtBot, save_picture: Save
) -> None:
    desktop.begin()
    open_card(window, qtbot)
    assert "knows no update server" in status(window)
    assert not find(window, QAbstractButton, f"{NAME}.check").isEnabled()
    assert not find(window, QCheckBox, f"{NAME}.automatic").isEnabled()
    assert not find(window, QWidget, f"{NAME}.offer").isVisible()
    save_picture(window, "updates-no-server")


def test_nothing_is_asked_before_the_user_does(
    world: UpdateWorld, window: MainWindow, desktop: DesktopViewModel, qtbot: QtBot, save_picture: Save
) -> None:
    world.publish(OLD)
    desktop.begin()
    wait_for(qtbot, lambda: desktop.view.can_be_used)
    open_card(window, qtbot)
    assert text_of(window, f"{NAME}.version") == OLD
    assert status(window) == "Nobody has looked yet."
    assert world.server.requests == []
    look(window, qtbot, UpdateState.NEWEST)
    assert status(window) == "This is the newest version."
    assert world.server.requests
    save_picture(window, "updates-newest")


def test_an_update_from_the_question_to_the_next_start_and_back(
    world: UpdateWorld, window: MainWindow, qtbot: QtBot, save_picture: Save
) -> None:
    world.publish(NEW, notes=NOTES)
    open_card(window, qtbot)
    look(window, qtbot, UpdateState.OFFERED)
    assert text_of(window, f"{NAME}.title").startswith(f"Marina {NEW} · 4")
    assert text_of(window, f"{NAME}.notes") == NOTES
    show_card(window)
    save_picture(window, "updates-offered")

    world.server.rest_after = 300_000
    press(qtbot, window, f"{NAME}.fetch")
    wait_for(qtbot, lambda: window.desktop.updates.view.percent > 0)
    assert window.focusWidget() is find(window, QAbstractButton, f"{NAME}.cancel")
    assert " of 4" in text_of(window, f"{NAME}.amount")
    show_card(window)
    save_picture(window, "updates-downloading")
    press(qtbot, window, f"{NAME}.cancel")
    assert state_of(window) is UpdateState.OFFERED, "at once, although the server says nothing more"
    assert window.desktop.updates.view.failure is None
    assert not world.updates().is_prepared
    press(qtbot, window, f"{NAME}.fetch")
    assert state_of(window) is UpdateState.FETCHING
    press(qtbot, window, f"{NAME}.cancel")
    assert state_of(window) is UpdateState.OFFERED
    world.server.go_on.set()

    press(qtbot, window, f"{NAME}.fetch")
    wait_for(qtbot, lambda: state_of(window) is UpdateState.READY)
    assert len(world.server.ranges) == 1, "it went on where it was"
    assert f"Marina {NEW} takes the place of this version when Marina is started again" in status(window)
    show_card(window)
    save_picture(window, "updates-ready")
    with qtbot.waitSignal(window.renewal_asked):
        press(qtbot, window, f"{NAME}.restart")
    assert world.version() == OLD, "the program that runs is left alone"

    assert do_what_is_due(world.updates(), Keeper), "the next start"
    world.updates().note_good_start()
    window.desktop.updates.load()
    wait_for(qtbot, lambda: text_of(window, f"{NAME}.version") == NEW)
    look(window, qtbot, UpdateState.NEWEST)
    assert text_of(window, f"{NAME}.former") == OLD
    show_card(window)
    press(qtbot, window, f"{NAME}.back")
    wait_for(qtbot, lambda: window.desktop.updates.view.is_going_back)
    assert f"Marina {OLD} takes the place" in status(window)
    assert window.focusWidget() is find(window, QAbstractButton, f"{NAME}.stay")
    save_picture(window, "updates-going-back")
    press(qtbot, window, f"{NAME}.stay")
    wait_for(qtbot, lambda: not window.desktop.updates.view.is_going_back)
    assert not do_what_is_due(world.updates(), Keeper)
    press(qtbot, window, f"{NAME}.back")
    wait_for(qtbot, lambda: window.desktop.updates.view.is_going_back)
    assert do_what_is_due(world.updates(), Keeper)
    assert world.version() == OLD


def test_what_was_prepared_before_is_still_told(world: UpdateWorld, window: MainWindow, qtbot: QtBot) -> None:
    world.publish(NEW)
    world.prepare()
    open_card(window, qtbot)
    wait_for(qtbot, lambda: state_of(window) is UpdateState.READY)
    assert f"Marina {NEW} takes the place" in status(window)
    look(window, qtbot, UpdateState.READY)
    assert not find(window, QAbstractButton, f"{NAME}.fetch").isVisible()


def test_a_package_is_handed_over_with_its_command(
    world: UpdateWorld,
    window: MainWindow,
    access: FakeAccess,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    save_picture: Save,
) -> None:
    monkeypatch.setattr(access, "updates", lambda: world.updates(Way.HAND_OVER, "linux-amd64-deb"))
    world.publish(NEW, notes=NOTES)
    open_card(window, qtbot)
    look(window, qtbot, UpdateState.OFFERED)
    show_card(window)
    press(qtbot, window, f"{NAME}.fetch")
    wait_for(qtbot, lambda: state_of(window) is UpdateState.HANDED_OVER)
    command = find(window, QLineEdit, f"{NAME}.command").text()
    assert command.startswith("sudo apt install /")
    assert Path(command.removeprefix("sudo apt install ")).is_file()
    press(qtbot, window, f"{NAME}.copy")
    assert QGuiApplication.clipboard().text() == command
    show_card(window)
    save_picture(window, "updates-package")


def test_what_is_not_right_is_told_and_can_be_tried_again(
    world: UpdateWorld, window: MainWindow, qtbot: QtBot, save_picture: Save
) -> None:
    served = world.publish(NEW)
    right = served.read_bytes()
    open_card(window, qtbot)
    metadata = world.server.folder / "metadata"
    metadata.rename(world.folder / "away")
    press(qtbot, window, f"{NAME}.check")
    wait_for(qtbot, lambda: "update server does not answer" in status(window))
    assert state_of(window) is UpdateState.UNASKED
    (world.folder / "away").rename(metadata)
    look(window, qtbot, UpdateState.OFFERED)
    assert window.desktop.updates.view.failure is None
    served.write_bytes(right[:-1] + bytes([right[-1] ^ 1]))
    press(qtbot, window, f"{NAME}.fetch")
    wait_for(qtbot, lambda: "not what was signed" in status(window))
    show_card(window)
    save_picture(window, "updates-tampered")
    served.write_bytes(right)
    press(qtbot, window, f"{NAME}.fetch")
    wait_for(qtbot, lambda: state_of(window) is UpdateState.READY)


def test_looking_by_itself_is_off_until_it_is_wanted_and_ends_in_a_notice(
    world: UpdateWorld,
    window: MainWindow,
    desktop: DesktopViewModel,
    folder: Path,
    qtbot: QtBot,
    save_picture: Save,
) -> None:
    world.publish(NEW)
    open_card(window, qtbot)
    box = find(window, QCheckBox, f"{NAME}.automatic")
    assert not box.isChecked()
    assert world.server.requests == []
    QTest.keyClick(box, Qt.Key.Key_Space)
    wait_for(qtbot, lambda: len(desktop.notifications.notices) == 1)
    (notice,) = desktop.notifications.notices
    assert notice.title == f"Marina {NEW} is there"
    assert not any("marina-" in request for request in world.server.requests), "nothing is downloaded"
    window.show_page("containers")
    press(qtbot, window, "header.notifications")
    save_picture(window.bell.panel, "updates-notice")
    window.bell.panel.hide()
    window.bell.go_to(notice)
    assert window.page.name == "settings"
    desktop.preferences.save()
    assert json.loads((folder / "desktop.json").read_text())["check_for_updates"] is True
    QTest.keyClick(box, Qt.Key.Key_Space)
    desktop.preferences.save()
    assert json.loads((folder / "desktop.json").read_text())["check_for_updates"] is False


@pytest.mark.parametrize("wanted", [True, False])
def test_a_start_looks_only_where_the_user_wants_it(
    world: UpdateWorld, window: MainWindow, desktop: DesktopViewModel, qtbot: QtBot, wanted: bool
) -> None:
    world.publish(NEW)
    desktop.preferences.change(check_for_updates=wanted)
    desktop.begin()
    if wanted:
        wait_for(qtbot, lambda: len(desktop.notifications.notices) == 1)
    wait_for(qtbot, lambda: desktop.view.can_be_used)
    assert bool(world.server.requests) is wanted


def test_a_start_without_an_answer_keeps_calm(
    world: UpdateWorld, window: MainWindow, desktop: DesktopViewModel, qtbot: QtBot
) -> None:
    world.server.folder.joinpath("metadata").rename(world.folder / "away")
    desktop.preferences.change(check_for_updates=True)
    desktop.begin()
    assert state_of(window) is UpdateState.CHECKING
    wait_for(qtbot, lambda: state_of(window) is UpdateState.UNASKED)
    assert world.server.requests
    assert desktop.updates.view.failure is None
    assert desktop.notifications.notices == []


@pytest.mark.parametrize(
    ("way", "kind", "text"),
    [(Way.NONE, "", "runs from its source"), (Way.SWAP, "linux-arm64-portable", "has no file")],
)
def test_what_cannot_be_fetched_is_only_told(
    world: UpdateWorld,
    window: MainWindow,
    access: FakeAccess,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    way: Way,
    kind: str,
    text: str,
) -> None:
    monkeypatch.setattr(access, "updates", lambda: world.updates(way, kind))
    world.publish(NEW)
    open_card(window, qtbot)
    look(window, qtbot, UpdateState.OFFERED)
    assert text in status(window)
    assert not find(window, QAbstractButton, f"{NAME}.fetch").isVisible()
