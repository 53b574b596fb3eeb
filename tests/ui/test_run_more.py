"""The part of the run dialog that is folded away: seldom wanted, checked and sent all the same."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import (
    QAbstractButton,
    QCheckBox,
    QComboBox,
    QFileDialog,
    QLineEdit,
    QPlainTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.viewmodels.containers import first_seconds
from app.viewmodels.desktop import DesktopViewModel
from app.views.dialogs.run_image_dialog import RunImageDialog
from app.views.main_window import MainWindow
from tests.fakes.fake_engine import FakeEngine
from tests.fakes.faults import FaultKind
from tests.ui.helpers import find, press, text_of, wait_for

Save = Callable[[QWidget, str], None]


@pytest.fixture
def dialog(window: MainWindow, desktop: DesktopViewModel, engine: FakeEngine, qtbot: QtBot) -> RunImageDialog:
    """The run dialog of an image that is here, filled in."""
    engine.add_image("nginx:1.27", command=("sleep", "1000"))
    desktop.begin()
    wait_for(qtbot, lambda: desktop.images.is_loaded)
    window.run_image("nginx:1.27")
    wait_for(qtbot, lambda: find(window, QLineEdit, "run.name").text() == "nginx")
    return find(window, RunImageDialog, "run")


def _line(dialog: RunImageDialog) -> str:
    return find(dialog, QLineEdit, "run.line").text()


def _type(dialog: RunImageDialog, **texts: str) -> None:
    for name, text in texts.items():
        find(dialog, QLineEdit, f"run.{name}").setText(text)


def _tick(dialog: RunImageDialog, *names: str) -> None:
    for name in names:
        find(dialog, QCheckBox, f"run.{name}").setChecked(True)


def test_it_is_folded_away_until_asked_for(dialog: RunImageDialog, qtbot: QtBot, save_picture: Save) -> None:
    user = dialog.findChild(QLineEdit, "run.user")
    assert isinstance(user, QLineEdit)
    assert not user.isVisible()
    assert dialog.more.switch.accessibleName() == "Show more"
    press(qtbot, dialog, "run.more.switch")
    assert user.isVisible()
    assert dialog.more.switch.accessibleName() == "Show less"
    wait_for(qtbot, lambda: not user.visibleRegion().isEmpty(), "it is scrolled into sight")
    _type(dialog, user="a b")
    _tick(dialog, "privileged")
    save_picture(dialog, "run-more")
    _type(dialog, user="")
    press(qtbot, dialog, "run.more.switch")
    assert not user.isVisible()


def test_all_of_it_is_in_the_line_and_sent(
    dialog: RunImageDialog, window: MainWindow, engine: FakeEngine, qtbot: QtBot
) -> None:
    press(qtbot, dialog, "run.more.switch")
    _type(dialog, entrypoint="sh -c", command="'sleep 1000'", user="1000:1000", hostname="web")
    _tick(dialog, "tty", "auto_remove", "read_only", "privileged")
    assert _line(dialog) == (
        "docker run -d --rm --privileged --read-only -t --name nginx --hostname web --user 1000:1000 "
        "--entrypoint sh nginx:1.27 -c 'sleep 1000'"
    )
    press(qtbot, dialog, "run.start")
    wait_for(qtbot, lambda: window.banner.text == "nginx is running.")
    body = engine.containers.get("nginx").body
    assert (body["Entrypoint"], body["Cmd"]) == (["sh"], ["-c", "sleep 1000"])
    assert (body["User"], body["Hostname"], body["Tty"]) == ("1000:1000", "web", True)
    host = body["HostConfig"]
    assert [host[name] for name in ("AutoRemove", "ReadonlyRootfs", "Privileged")] == [True] * 3


@pytest.mark.parametrize(
    ("field", "text", "told"),
    [
        ("user", "a b", "is not a user"),
        ("hostname", "-web", "is not a host name"),
        ("entrypoint", "sh 'x", "quotation mark"),
    ],
)
def test_mistakes_are_told_as_typed(dialog: RunImageDialog, field: str, text: str, told: str) -> None:
    start = find(dialog, QAbstractButton, "run.start")
    dialog.more.show_fields(True)
    assert start.isEnabled()
    _type(dialog, **{field: text})
    assert told in text_of(dialog, f"run.{field}.message")
    assert not start.isEnabled()
    assert _line(dialog) == ""
    _type(dialog, **{field: ""})
    assert start.isEnabled()


def test_a_removal_beside_a_restart_is_told_even_when_folded_away(
    dialog: RunImageDialog, qtbot: QtBot
) -> None:
    press(qtbot, dialog, "run.more.switch")
    _tick(dialog, "auto_remove")
    press(qtbot, dialog, "run.more.switch")
    restart = find(dialog, QComboBox, "run.restart")
    restart.setCurrentIndex(restart.findData("always"))
    assert "cannot start again" in text_of(dialog, "run.auto_remove.message")
    assert find(dialog, QCheckBox, "run.auto_remove").isVisible()
    assert not find(dialog, QAbstractButton, "run.start").isEnabled()


def test_the_powers_are_warned_of(dialog: RunImageDialog) -> None:
    dialog.more.show_fields(True)
    warning = dialog.findChild(QWidget, "run.privileged.warning")
    assert isinstance(warning, QWidget)
    assert not warning.isVisible()
    _tick(dialog, "privileged")
    assert "an image you trust" in text_of(dialog, "run.privileged.warning")
    assert warning.isVisible()


def test_one_that_has_ended_and_gone_is_no_failure(
    dialog: RunImageDialog, window: MainWindow, engine: FakeEngine, qtbot: QtBot
) -> None:
    engine.fail(r"GET /containers/[0-9a-f]+/json", FaultKind.STATUS, status=404, message="No such container")
    dialog.more.show_fields(True)
    _tick(dialog, "auto_remove")
    press(qtbot, dialog, "run.start")
    wait_for(qtbot, lambda: window.banner.text == "nginx has ended, and is removed as asked for.")


def test_one_that_goes_in_its_first_seconds_is_not_told_as_running(
    dialog: RunImageDialog,
    window: MainWindow,
    engine: FakeEngine,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(first_seconds, "_SECONDS", 60.0)  # a busy computer
    dialog.more.show_fields(True)
    _tick(dialog, "auto_remove")
    press(qtbot, dialog, "run.start")
    wait_for(qtbot, lambda: "nginx is running" in window.banner.text)
    container = engine.containers.get("nginx")
    engine.containers.act(container, "kill", {})
    wait_for(qtbot, lambda: "is running" not in window.banner.text)
    assert window.banner.text == (
        "nginx has ended with exit code 137, and is removed as asked for. "
        "It was killed: by force, or since it did not stop in time."
    )


def test_one_that_did_not_start_and_is_gone_is_not_told_as_left(
    dialog: RunImageDialog, engine: FakeEngine, qtbot: QtBot
) -> None:
    engine.fail("POST .*/start", FaultKind.STATUS, status=500, message="no space left on device")
    engine.fail(r"DELETE /containers/", FaultKind.STATUS, status=404, message="No such container")
    dialog.more.show_fields(True)
    _tick(dialog, "auto_remove")
    press(qtbot, dialog, "run.start")
    wait_for(qtbot, lambda: dialog.failure.isVisible())
    assert "is left" not in find(dialog, QPlainTextEdit, "run.failure.details").toPlainText()


def test_variables_are_read_from_a_file(dialog: RunImageDialog, qtbot: QtBot, tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("# of the shop\nLEVEL=debug\n")
    environment = find(dialog, QPlainTextEdit, "run.environment")
    environment.setPlainText("A=b\n")
    press(qtbot, dialog, "run.environment.file")
    find(dialog, QFileDialog, "run.environment.choose").fileSelected.emit(str(file))
    wait_for(qtbot, lambda: "-e A=b -e LEVEL=debug" in _line(dialog))
    dialog._checks.read_variables(str(tmp_path / "nothing"))
    wait_for(qtbot, lambda: "cannot be read" in text_of(dialog, "run.environment.message"))
    file.write_bytes(b"A=" + bytes(1 << 20))
    dialog._checks.read_variables(str(file))
    wait_for(qtbot, lambda: "too large" in text_of(dialog, "run.environment.message"))
    assert environment.toPlainText() == "A=b\n# of the shop\nLEVEL=debug"
