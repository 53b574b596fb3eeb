"""Lines that a user adds to the run dialog: ports and volumes, with the keyboard as with the mouse."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from app.viewmodels.desktop import DesktopViewModel
from app.views.dialogs.run_image_dialog import RunImageDialog
from app.views.main_window import MainWindow
from tests.fakes.fake_engine import FakeEngine
from tests.ui.helpers import find, press, text_of, wait_for


@pytest.fixture
def dialog(window: MainWindow, desktop: DesktopViewModel, engine: FakeEngine, qtbot: QtBot) -> RunImageDialog:
    """The run dialog of an image that is here and names a port, filled in."""
    engine.add_image("nginx:1.27", command=("sleep", "1000"), exposed=("80/tcp",))
    desktop.begin()
    wait_for(qtbot, lambda: desktop.images.is_loaded)
    window.run_image("nginx:1.27")
    wait_for(qtbot, lambda: find(window, QLineEdit, "run.name").text() == "nginx")
    return find(window, RunImageDialog, "run")


def _focus() -> str:
    widget = QApplication.focusWidget()
    return widget.objectName() if widget is not None else ""


def _tab() -> str:
    widget = QApplication.focusWidget()
    assert widget is not None
    QTest.keyClick(widget, Qt.Key.Key_Tab)
    return _focus()


def test_a_new_line_is_no_mistake_before_anything_is_typed(dialog: RunImageDialog, qtbot: QtBot) -> None:
    press(qtbot, dialog, "run.port.add")
    wait_for(qtbot, lambda: _focus() == "run.port.1.host")
    press(qtbot, dialog, "run.volume.add")
    wait_for(qtbot, lambda: _focus() == "run.volume.0.source")
    assert [line.message.text() for line in (*dialog.ports.lines, *dialog.volumes.lines)] == ["", "", ""]
    assert dialog.run_button.isEnabled()
    line = find(dialog, QLineEdit, "run.line").text()
    assert line.count("-p ") == 1
    assert "-v" not in line


def test_a_line_that_was_just_added_stays_when_the_image_is_read(
    dialog: RunImageDialog, engine: FakeEngine, qtbot: QtBot
) -> None:
    engine.add_image("redis:7", command=("redis",))
    press(qtbot, dialog, "run.port.0.remove")
    dialog.image.setText("redis:7")
    press(qtbot, dialog, "run.port.add")
    dialog.image.editingFinished.emit()
    wait_for(qtbot, lambda: dialog.command.placeholderText() == "redis")
    assert len(dialog.ports.lines) == 1


def test_a_mistake_is_marked_where_it_is(dialog: RunImageDialog, qtbot: QtBot) -> None:
    press(qtbot, dialog, "run.port.add")
    host, container = (find(dialog, QLineEdit, f"run.port.1.{name}") for name in ("host", "container"))
    host.setText("8081")
    assert "Which port in the container?" in text_of(dialog, "run.port.1.message")
    assert (host.property("invalid"), container.property("invalid")) == (None, True)
    container.setText("80")
    host.setText("80810")
    assert (host.property("invalid"), container.property("invalid")) == (True, False)
    press(qtbot, dialog, "run.volume.add")
    source, target = (find(dialog, QLineEdit, f"run.volume.0.{name}") for name in ("source", "target"))
    target.setText("/data")
    assert (source.property("invalid"), target.property("invalid")) == (True, None)
    source.setText("data")
    target.setText("data")
    assert (source.property("invalid"), target.property("invalid")) == (False, True)


def test_a_port_of_one_s_own_may_be_udp(dialog: RunImageDialog, qtbot: QtBot) -> None:
    press(qtbot, dialog, "run.port.add")
    find(dialog, QLineEdit, "run.port.1.host").setText("5353")
    find(dialog, QLineEdit, "run.port.1.container").setText("53")
    find(dialog, QComboBox, "run.port.1.protocol").setCurrentText("udp")
    assert "-p 5353:53/udp" in find(dialog, QLineEdit, "run.line").text()


def test_lines_are_no_wider_than_the_dialog(
    dialog: RunImageDialog, qtbot: QtBot, save_picture: Callable[[QWidget, str], None]
) -> None:
    for name in ("port", "volume"):
        press(qtbot, dialog, f"run.{name}.add")
    find(dialog, QLineEdit, "run.port.1.host").setText("65535")
    wait_for(qtbot, lambda: _focus() == "run.volume.0.source")
    for _ in range(3):
        QApplication.processEvents()
    save_picture(dialog, "run-rows")
    assert not dialog.fields.horizontalScrollBar().maximum()
    line = dialog.ports.lines[1]
    assert line.height() >= line.heightForWidth(line.width()) > 0
    box = find(dialog, QComboBox, "run.port.1.protocol")
    assert box.width() >= box.fontMetrics().horizontalAdvance("sctp") + 30, "the arrow has room"


def test_tab_goes_through_the_lines_where_they_are_seen(dialog: RunImageDialog, qtbot: QtBot) -> None:
    press(qtbot, dialog, "run.volume.add")
    wait_for(qtbot, lambda: _focus() == "run.volume.0.source")
    press(qtbot, dialog, "run.port.add")
    wait_for(qtbot, lambda: _focus() == "run.port.1.host")
    dialog.name.setFocus()
    way = [_tab() for _ in range(18)]
    assert way == [
        *(f"run.port.0.{name}" for name in ("publish", "host", "container", "protocol", "remove")),
        *(f"run.port.1.{name}" for name in ("publish", "host", "container", "protocol", "remove")),
        "run.port.add",
        "run.environment",
        "run.environment.file",
        *(f"run.volume.0.{name}" for name in ("source", "browse", "target", "read_only", "remove")),
    ]
    assert _tab() == "run.volume.add"
