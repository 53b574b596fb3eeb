"""The Files tab: folders, copying out and in, dropping, deleting, and what is in the way."""

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QFileDialog, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from app.services.containers.container_files import parse_listing
from app.services.containers.folder_copies import Room
from app.services.engine.engine_client import EngineClient
from app.services.engine.file_entry import FileEntry
from app.viewmodels.containers.container_files import CHANGE, ContainerFilesViewModel, Listing
from app.viewmodels.desktop import DesktopViewModel
from app.views.dialogs.text_file_dialog import TextFileDialog
from app.views.main_window import MainWindow
from app.views.pages.containers.container_files_view import ContainerFilesView
from app.views.widgets.table import RowTable
from tests.fakes.fake_engine import FakeEngine
from tests.fakes.fake_state import FakeContainer
from tests.fakes.faults import FaultKind
from tests.ui.helpers import find, press, text_of, wait_for

Save = Callable[[QWidget, str], None]


@pytest.fixture
def container(engine: FakeEngine) -> FakeContainer:
    """A running container with a few files."""
    made = engine.add_container("web", engine.add_image("nginx:1.27"))
    engine.containers.act(made, "start", {})
    return made


@pytest.fixture
def files(
    window: MainWindow, desktop: DesktopViewModel, container: FakeContainer, qtbot: QtBot
) -> MainWindow:
    """The window on the container's files."""
    desktop.begin()
    wait_for(qtbot, lambda: desktop.containers.running == 1)
    window.containers.show_container(container.id, "files")
    wait_for(qtbot, lambda: names(window) == ["bin", "etc", "tmp", "usr", "var"])
    return window


def names(window: MainWindow) -> list[str]:
    model = find(window, RowTable, "containers.files.table").model()
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def choose(window: MainWindow, name: str) -> RowTable:
    table = find(window, RowTable, "containers.files.table")
    table.selectRow(names(window).index(name))
    return table


def open_folder(window: MainWindow, qtbot: QtBot, path: str) -> None:
    edit = find(window, QLineEdit, "containers.files.path")
    edit.setText(path)
    QTest.keyClick(edit, Qt.Key.Key_Return)
    wait_for(
        qtbot, lambda: not find(window, QWidget, "containers.files.table").isHidden() and bool(names(window))
    )


def test_folders_are_opened_and_left(files: MainWindow, qtbot: QtBot, save_picture: Save) -> None:
    save_picture(files, "container-files")
    QTest.keyClick(choose(files, "etc"), Qt.Key.Key_Return)
    wait_for(qtbot, lambda: names(files) == ["hostname", "os-release"])
    assert find(files, QLineEdit, "containers.files.path").text() == "/etc"
    table = find(files, RowTable, "containers.files.table")
    table.setFocus()
    QTest.keyClick(table, Qt.Key.Key_Backspace)
    wait_for(qtbot, lambda: "etc" in names(files))


def test_the_folder_that_was_asked_for_last_is_shown(
    files: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer about the one before comes after its own."""
    view = files.findChild(ContainerFilesView)
    assert isinstance(view, ContainerFilesView)
    model = view._viewmodel
    may_answer, real = threading.Event(), model._list
    answered: list[str] = []

    def late(client: EngineClient, folder: str, tree: dict[str, list[FileEntry]]) -> Listing:
        if folder == "/usr":
            may_answer.wait(30)
        return real(client, folder, tree)

    def took(listing: Listing) -> None:
        answered.append(listing.path)
        ContainerFilesViewModel._took(model, listing)

    monkeypatch.setattr(model, "_list", late)
    monkeypatch.setattr(model, "_took", took)
    model.open("/usr")
    model.open("/etc")
    wait_for(qtbot, lambda: names(files) == ["hostname", "os-release"])
    may_answer.set()
    wait_for(qtbot, lambda: answered == ["/etc", "/usr"])
    assert names(files) == ["hostname", "os-release"]
    model.refresh()
    wait_for(qtbot, lambda: answered == ["/etc", "/usr", "/etc"])


def test_a_file_is_saved(
    files: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "release"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    open_folder(files, qtbot, "/etc")
    wait_for(qtbot, lambda: "os-release" in names(files))
    choose(files, "os-release")
    press(qtbot, files, "containers.files.save")
    wait_for(qtbot, lambda: "Saved as" in text_of(files, "containers.files.banner.text"))
    assert target.read_bytes() == b'NAME="Fake Linux"\n'


def test_dropped_files_are_copied_in(
    files: MainWindow, container: FakeContainer, qtbot: QtBot, tmp_path: Path
) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "notes.txt"))])
    view = files.findChild(ContainerFilesView)
    assert isinstance(view, ContainerFilesView)
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    view.dropEvent(QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, data, left, none))
    wait_for(qtbot, lambda: "notes.txt" in names(files))
    assert container.files["/notes.txt"] == b"hello"


def pull_away(table: RowTable, row: int) -> None:
    """Press on a row and move the mouse with the button held, further than a click allows."""
    place = QPointF(table.visualRect(table.model().index(row, 0)).center())
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    for kind, point, button in (
        (QEvent.Type.MouseButtonPress, place, left),
        (QEvent.Type.MouseMove, place + QPointF(3, 0), Qt.MouseButton.NoButton),
        (QEvent.Type.MouseMove, place + QPointF(60, 30), Qt.MouseButton.NoButton),
    ):
        event = QMouseEvent(kind, point, table.viewport().mapToGlobal(point), button, left, none)
        QApplication.sendEvent(table.viewport(), event)
    QTest.mouseRelease(table.viewport(), left)


def test_files_are_dragged_out(
    files: MainWindow, container: FakeContainer, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = files.findChild(ContainerFilesView)
    assert isinstance(view, ContainerFilesView)
    carried: list[list[str]] = []
    monkeypatch.setattr(view, "carry", carried.append)  # a drag ends only with a drop
    open_folder(files, qtbot, "/etc")
    wait_for(qtbot, lambda: "os-release" in names(files))
    with qtbot.waitSignal(view._viewmodel.fetched, timeout=15_000):
        pull_away(view.table, names(files).index("os-release"))
    assert carried == [], "the mouse let go meanwhile"
    assert "drag them once more" in text_of(files, "containers.files.banner.text")
    pull_away(view.table, names(files).index("os-release"))
    ((copy,),) = carried
    assert Path(copy).name == "os-release"
    assert Path(copy).read_bytes() == b'NAME="Fake Linux"\n'
    monkeypatch.setattr(view, "is_dragging", lambda: True)
    container.files["/etc/os-release"] = b"another"
    press(qtbot, files, "containers.files.refresh")
    wait_for(qtbot, lambda: not view._copies, "what was read before counts no more")
    wait_for(qtbot, lambda: "os-release" in names(files))
    pull_away(view.table, names(files).index("os-release"))
    wait_for(qtbot, lambda: len(carried) == 2)
    assert Path(carried[1][0]).read_bytes() == b"another"


def test_folders_are_dragged_out(
    files: MainWindow,
    container: FakeContainer,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    save_picture: Save,
) -> None:
    view = files.findChild(ContainerFilesView)
    assert isinstance(view, ContainerFilesView)
    carried: list[list[str]] = []
    monkeypatch.setattr(view, "carry", carried.append)
    monkeypatch.setattr(view, "is_dragging", lambda: True)
    container.files["/etc/conf.d/site.conf"] = b"listen 80"
    pull_away(view.table, names(files).index("etc"))
    wait_for(qtbot, lambda: len(carried) == 1)
    copy = Path(carried[0][0])
    assert copy.name == "etc"
    assert (copy / "conf.d" / "site.conf").read_bytes() == b"listen 80"
    assert (copy / "os-release").read_bytes() == b'NAME="Fake Linux"\n'
    monkeypatch.setattr("app.services.containers.folder_copies.Room", partial(Room, entries=2))
    press(qtbot, files, "containers.files.refresh")
    wait_for(qtbot, lambda: not view._copies, "what was read before counts no more")
    pull_away(view.table, names(files).index("etc"))
    wait_for(qtbot, lambda: "holds more than" in text_of(files, "containers.files.banner.text"))
    assert ".tar archive" in text_of(files, "containers.files.banner.text")
    assert len(carried) == 1
    save_picture(files, "container-files-too-many")


def test_an_archive_is_saved_as_it_is(
    files: MainWindow,
    container: FakeContainer,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    container.files["/etc/backup.tar"] = b"no archive at all"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "backup.tar"), ""))
    open_folder(files, qtbot, "/etc")
    wait_for(qtbot, lambda: "backup.tar" in names(files))
    choose(files, "backup.tar")
    press(qtbot, files, "containers.files.save")
    wait_for(qtbot, lambda: "Saved as" in text_of(files, "containers.files.banner.text"))
    assert (tmp_path / "backup.tar").read_bytes() == b"no archive at all"


def test_files_are_deleted_after_a_question(
    files: MainWindow, container: FakeContainer, qtbot: QtBot
) -> None:
    choose(files, "usr")
    press(qtbot, files, "containers.files.delete")
    assert text_of(files, "containers.files.ask.names") == "/usr"
    press(qtbot, files, "containers.files.ask.confirm")
    wait_for(qtbot, lambda: "usr" not in names(files))
    assert "/usr/share/welcome.txt" not in container.files


def test_an_empty_folder_says_so(files: MainWindow, container: FakeContainer, qtbot: QtBot) -> None:
    nothing = find(files, QWidget, "containers.files.nothing")
    assert nothing.isHidden()
    open_folder(files, qtbot, "/usr/share")
    for path in [path for path in container.files if path.startswith("/usr/share/")]:
        del container.files[path]
    container.files["/usr/share"] = None
    press(qtbot, files, "containers.files.refresh")
    wait_for(qtbot, nothing.isVisible)
    assert names(files) == []
    press(qtbot, files, "containers.files.up")
    wait_for(qtbot, lambda: bool(names(files)))
    assert nothing.isHidden()


def test_what_is_in_the_way_is_told(
    files: MainWindow, engine: FakeEngine, qtbot: QtBot, save_picture: Save
) -> None:
    edit = find(files, QLineEdit, "containers.files.path")
    edit.setText("/no/such")
    QTest.keyClick(edit, Qt.Key.Key_Return)
    wait_for(qtbot, lambda: "cannot be opened" in text_of(files, "containers.files.banner.text"))
    engine.fail(r"POST /containers/\w+/exec", FaultKind.STATUS, status=500, message="no memory left")
    press(qtbot, files, "containers.files.refresh")
    wait_for(qtbot, lambda: "no memory left" in text_of(files, "containers.files.banner.text"))


@pytest.mark.parametrize("obstacle", ["stopped", "no shell"])
def test_files_without_a_command_inside(
    files: MainWindow,
    container: FakeContainer,
    engine: FakeEngine,
    qtbot: QtBot,
    save_picture: Save,
    obstacle: str,
) -> None:
    if obstacle == "stopped":
        engine.containers.act(container, "stop", {})
    else:
        container.has_shell = False
    view = find(files, RowTable, "containers.files.table")
    press(qtbot, files, "containers.files.refresh")
    tab = files.findChild(ContainerFilesView)
    assert isinstance(tab, ContainerFilesView)
    wait_for(qtbot, lambda: not tab._viewmodel.is_live)
    assert names(files) == ["bin", "etc", "tmp", "usr", "var"]
    asked = len([line for line in engine.requests if "/archive" in line])
    choose(files, "etc")
    view.opened.emit()
    wait_for(qtbot, lambda: names(files) == ["hostname", "os-release"])
    assert len([line for line in engine.requests if "/archive" in line]) == asked, "it was read at once"
    choose(files, "hostname")
    assert not find(files, QAbstractButton, "containers.files.delete").isEnabled()
    save_picture(files, "container-files-stopped")


def test_changes_are_marked(
    files: MainWindow, container: FakeContainer, qtbot: QtBot, save_picture: Save
) -> None:
    container.files["/tmp/fresh.txt"] = b"new"
    open_folder(files, qtbot, "/tmp")
    model = find(files, RowTable, "containers.files.table").model()
    wait_for(qtbot, lambda: names(files) == ["fresh.txt"])
    assert model.index(0, CHANGE).data() == "new"
    save_picture(files, "container-files-changes")


def test_listings_of_odd_names() -> None:
    found = parse_listing("41ed 4096 1 a b\n81a4 3 2 line\nbreak <b>\na1ff 7 3 link\n1180 0 4 -pipe\nrubbish")
    assert [(entry.name, entry.kind) for entry in found] == [
        ("a b", "folder"),
        ("line\nbreak <b>", "file"),
        ("link", "link"),
        ("-pipe\nrubbish", "other"),
    ]


def open_text(window: MainWindow, qtbot: QtBot, name: str) -> TextFileDialog:
    QTest.keyClick(choose(window, name), Qt.Key.Key_Return)
    wait_for(qtbot, lambda: window.findChild(TextFileDialog) is not None)
    return find(window, TextFileDialog, "text-file")


def test_a_text_is_changed_in_its_place(
    files: MainWindow, container: FakeContainer, qtbot: QtBot, save_picture: Save
) -> None:
    container.files["/etc/app.conf"] = b"[server]\r\nport = 80\r\n"
    open_folder(files, qtbot, "/etc")
    wait_for(qtbot, lambda: "app.conf" in names(files))
    dialog = open_text(files, qtbot, "app.conf")
    save = find(dialog, QAbstractButton, "text-file.save")
    assert dialog.editor.toPlainText() == "[server]\nport = 80\n"
    assert not save.isEnabled()
    dialog.editor.selectAll()
    dialog.editor.insertPlainText("[server]\nport = 8080\n")
    assert text_of(dialog, "text-file.state") == "Not saved yet"
    save_picture(dialog, "text-file")
    QTest.keyClick(dialog.editor, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    wait_for(qtbot, lambda: text_of(dialog, "text-file.banner.text") == "Saved.")
    assert container.files["/etc/app.conf"] == b"[server]\r\nport = 8080\r\n", "line ends stay"
    assert not save.isEnabled()

    container.files["/etc/app.conf"] = b"somebody else\n"
    dialog.editor.insertPlainText("mine\n")
    press(qtbot, dialog, "text-file.save")
    wait_for(qtbot, lambda: "has been changed meanwhile" in text_of(dialog, "text-file.banner.text"))
    assert container.files["/etc/app.conf"] == b"somebody else\n"
    press(qtbot, dialog, "text-file.close")
    assert dialog.isVisible(), "it asks first"
    press(qtbot, files, "text-file.discard.confirm")
    wait_for(qtbot, lambda: files.findChild(TextFileDialog) is None)


def test_what_is_no_text_is_not_opened(files: MainWindow, container: FakeContainer, qtbot: QtBot) -> None:
    container.files["/etc/program"] = b"\x7fELF\0"
    container.files["/etc/odd"] = b"one\rtwo\r\nthree\n"
    open_folder(files, qtbot, "/etc")
    wait_for(qtbot, lambda: "program" in names(files))
    choose(files, "program")
    press(qtbot, files, "containers.files.open")
    wait_for(qtbot, lambda: "is no text" in text_of(files, "containers.files.banner.text"))
    assert files.findChild(TextFileDialog) is None
    dialog = open_text(files, qtbot, "odd")
    assert dialog.editor.isReadOnly(), "an editor would change its line ends"
    assert "only be read" in text_of(dialog, "text-file.state")
    press(qtbot, dialog, "text-file.close")
    wait_for(qtbot, lambda: files.findChild(TextFileDialog) is None)
    choose(files, "hostname").clearSelection()
    assert not find(files, QAbstractButton, "containers.files.open").isEnabled()
