"""The Containers page: live rows, actions, failures in the row, filter, selection."""

import os
import tarfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QItemSelectionModel, QPoint, Qt
from PySide6.QtGui import QAction, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QFileDialog, QLabel, QLineEdit, QMenu, QWidget
from pytestqt.qtbot import QtBot

from app.services.engine.engine_streams import EngineStream
from app.services.engine.engine_types import Container, ContainerState
from app.services.engine.port_types import Port
from app.services.settings import SettingsFile
from app.viewmodels.containers.containers import NAME, PORTS, STATUS, ContainerRow
from app.viewmodels.desktop import DesktopViewModel
from app.viewmodels.tasks import TaskEnd
from app.views.dialogs.confirm_delete_dialog import ConfirmDeleteDialog
from app.views.dialogs.rename_container_dialog import RenameContainerDialog
from app.views.dialogs.run_image_dialog import RunImageDialog
from app.views.dialogs.save_as_image_dialog import SaveAsImageDialog
from app.views.main_window import MainWindow
from app.views.pages.containers.container_detail_view import ContainerDetailView
from app.views.widgets.status_delegate import StatusDelegate
from app.views.widgets.table import RowTable
from tests.fakes.fake_engine import FakeEngine
from tests.fakes.fake_state import FakeContainer
from tests.fakes.faults import FaultKind
from tests.ui.helpers import find, press, press_row_action, text_of, wait_for


def start_container(engine: FakeEngine, name: str, image: str = "nginx:1.27", port: int = 0) -> FakeContainer:
    """Make a container that runs, behind the window's back."""
    found = engine.state.find_image(image) or engine.add_image(image)
    host = {"PortBindings": {"80/tcp": [{"HostIp": "", "HostPort": str(port)}]}} if port else {}
    container = engine.add_container(name, found, HostConfig=host)
    engine.containers.act(container, "start", {})
    return container


def names(window: MainWindow) -> list[str]:
    """Return the names in the table, from top to bottom."""
    return [row.name for row in window.containers.viewmodel.table.shown]


def state_of(window: MainWindow, name: str) -> str:
    """Return the status cell of a container."""
    table = window.containers.viewmodel.table
    return next((" ".join(table.status(row)).strip() for row in table.shown if row.name == name), "")


def place_of(window: MainWindow, name: str) -> int:
    """Return a container's row."""
    return names(window).index(name)


@pytest.fixture
def open_window(window: MainWindow, desktop: DesktopViewModel, qtbot: QtBot) -> MainWindow:
    """The window with its first listing."""
    desktop.begin()
    wait_for(qtbot, lambda: desktop.containers.is_loaded, "the containers are not listed")
    return window


def test_rows_follow_the_engine(open_window: MainWindow, engine: FakeEngine, qtbot: QtBot) -> None:
    web = start_container(engine, "web")
    wait_for(qtbot, lambda: names(open_window) == ["web"])
    assert state_of(open_window, "web").startswith("Running")
    start_container(engine, "db", "postgres:17")
    wait_for(qtbot, lambda: set(names(open_window)) == {"web", "db"})
    assert text_of(open_window, "containers.count") == "2 of 2 running"
    engine.containers.act(web, "stop", {})
    wait_for(qtbot, lambda: state_of(open_window, "web").startswith("Exited"))
    engine.containers.remove(web, False)
    wait_for(qtbot, lambda: names(open_window) == ["db"])


def test_nothing_is_missed_while_the_engine_was_away(
    open_window: MainWindow, engine: FakeEngine, qtbot: QtBot
) -> None:
    start_container(engine, "before")
    wait_for(qtbot, lambda: names(open_window) == ["before"])
    engine.stop()
    start_container(engine, "meanwhile")
    engine.start()
    wait_for(qtbot, lambda: set(names(open_window)) == {"before", "meanwhile"})


def test_stop_and_start_from_the_row(open_window: MainWindow, engine: FakeEngine, qtbot: QtBot) -> None:
    container = start_container(engine, "web")
    wait_for(qtbot, lambda: names(open_window) == ["web"])
    engine.fail(r"POST /containers/\w+/stop", FaultKind.SLOW, seconds=0.3)
    press_row_action(qtbot, open_window.containers.list, 0, "stop")
    assert state_of(open_window, "web") == "Stopping…"
    wait_for(qtbot, lambda: container.state == "exited" and state_of(open_window, "web").startswith("Exited"))
    press_row_action(qtbot, open_window.containers.list, 0, "start")
    wait_for(qtbot, lambda: state_of(open_window, "web").startswith("Running"))


def test_failure_is_shown_in_the_row(
    open_window: MainWindow, engine: FakeEngine, qtbot: QtBot, save_picture: Callable[[QWidget, str], None]
) -> None:
    start_container(engine, "web", port=0)
    start_container(engine, "db", "postgres:17")
    wait_for(qtbot, lambda: len(names(open_window)) == 2)
    message = "port is already allocated: 0.0.0.0:8080 is in use by nginx (pid 12)"
    engine.fail(r"POST /containers/\w+/stop", FaultKind.STATUS, status=500, message=message)
    press_row_action(qtbot, open_window.containers.list, place_of(open_window, "web"), "stop")
    wait_for(qtbot, lambda: "nginx (pid 12)" in state_of(open_window, "web"))
    save_picture(open_window, "containers-row-failure")
    row = open_window.containers.viewmodel.table.shown[place_of(open_window, "web")]
    assert row.tone == "err"
    open_window.containers.viewmodel.dismiss(row.key)
    assert state_of(open_window, "web").startswith("Running")


def retry_place(table: RowTable, row: int) -> QPoint:
    """Return where Retry is drawn in a row: at the end of its status."""
    return table.visualRect(table.model().index(row, STATUS)).center() + QPoint(
        table.columnWidth(STATUS) // 2 - 20, 0
    )


def test_what_has_failed_is_tried_again(open_window: MainWindow, engine: FakeEngine, qtbot: QtBot) -> None:
    web = start_container(engine, "web")
    wait_for(qtbot, lambda: names(open_window) == ["web"])
    table = open_window.containers.list
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=retry_place(table, 0))
    assert not any("/stop" in line for line in engine.requests), "nothing has failed"
    for _ in range(2):
        engine.fail(
            r"POST /containers/\w+/stop",
            FaultKind.STATUS,
            status=500,
            message="port is already allocated: 0.0.0.0:80 is in use by nginx (pid 12)",
        )
    press_row_action(qtbot, table, 0, "stop")
    wait_for(qtbot, lambda: "in use by nginx" in state_of(open_window, "web"))
    QTest.mouseMove(table.viewport(), retry_place(table, 0))
    assert table.viewport().cursor().shape() is Qt.CursorShape.PointingHandCursor
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=retry_place(table, 0))
    assert state_of(open_window, "web") == "Stopping…"
    wait_for(qtbot, lambda: "in use by nginx" in state_of(open_window, "web"))
    assert web.state == "running"
    choose_from_menu(qtbot, open_window, 0, "retry")
    wait_for(qtbot, lambda: web.state == "exited" and state_of(open_window, "web").startswith("Exited"))
    assert not find(open_window, QWidget, "containers.notice").isVisible()
    assert sum("/stop" in line for line in engine.requests) == 3


def test_an_arc_turns_while_something_is_done_and_no_longer(
    open_window: MainWindow, engine: FakeEngine, qtbot: QtBot
) -> None:
    start_container(engine, "web")
    wait_for(qtbot, lambda: names(open_window) == ["web"])
    table = open_window.containers.list

    def picture() -> QImage:
        return table.viewport().grab(table.visualRect(table.model().index(0, STATUS))).toImage()

    delegate = table.itemDelegateForColumn(STATUS)
    assert isinstance(delegate, StatusDelegate)
    turning = delegate._turning
    picture()
    assert not turning.isActive()
    engine.fail(r"POST /containers/\w+/stop", FaultKind.HANG)
    press_row_action(qtbot, table, 0, "stop")
    before = picture()
    wait_for(qtbot, lambda: picture() != before)
    assert turning.isActive()
    engine.cut_connections()
    wait_for(qtbot, lambda: state_of(open_window, "web") != "Stopping…")
    wait_for(qtbot, lambda: not turning.isActive())


def test_where_there_are_only_images_the_newest_can_be_run(
    window: MainWindow,
    desktop: DesktopViewModel,
    engine: FakeEngine,
    qtbot: QtBot,
    save_picture: Callable[[QWidget, str], None],
) -> None:
    for name in ("shop:2", "nginx:1.27", "postgres:17", "busybox:1"):
        engine.add_image(name)
    desktop.begin()
    wait_for(qtbot, lambda: window.containers.images.isVisible())
    buttons = window.containers.images.findChildren(QAbstractButton)
    assert [button.text().strip() for button in buttons] == ["shop:2", "nginx:1.27", "postgres:17"]
    save_picture(window, "containers-only-images")
    press(qtbot, window, "containers.images.1")
    dialog = find(window, RunImageDialog, "run")
    wait_for(qtbot, lambda: find(dialog, QLineEdit, "run.name").text() == "nginx")
    dialog.close()
    start_container(engine, "web")
    wait_for(qtbot, lambda: names(window) == ["web"])
    assert not window.containers.images.isVisible()


def test_delete_asks_with_the_exact_names(open_window: MainWindow, engine: FakeEngine, qtbot: QtBot) -> None:
    start_container(engine, "web")
    wait_for(qtbot, lambda: names(open_window) == ["web"])
    press_row_action(qtbot, open_window.containers.list, 0, "delete")
    dialog = find(open_window, ConfirmDeleteDialog, "containers.delete")
    assert text_of(dialog, "containers.delete.names") == "web"
    assert find(dialog, QCheckBox, "containers.delete.force").isChecked()
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert not dialog.isVisible(), "Enter is Cancel"
    assert engine.state.find_container("web") is not None
    press_row_action(qtbot, open_window.containers.list, 0, "delete")
    press(qtbot, open_window, "containers.delete.confirm")
    wait_for(qtbot, lambda: engine.state.find_container("web") is None and not names(open_window))


def test_several_rows_at_once(
    open_window: MainWindow, engine: FakeEngine, qtbot: QtBot, save_picture: Callable[[QWidget, str], None]
) -> None:
    for name in ("api", "cache", "web"):
        start_container(engine, name)
    wait_for(qtbot, lambda: len(names(open_window)) == 3)
    page = open_window.containers
    assert not page.selection_bar.isVisible()
    page.list.selectAll()
    wait_for(qtbot, lambda: text_of(open_window, "containers.selection.count") == "3 selected")
    save_picture(open_window, "containers-selection")
    press(qtbot, open_window, "containers.selection.stop")
    wait_for(
        qtbot, lambda: all(state_of(open_window, name).startswith("Exited") for name in names(open_window))
    )


def test_selection_survives_sorting_and_updates(
    open_window: MainWindow, engine: FakeEngine, qtbot: QtBot
) -> None:
    containers = {name: start_container(engine, name) for name in ("bravo", "alpha", "charlie")}
    wait_for(qtbot, lambda: len(names(open_window)) == 3)
    table = open_window.containers.list
    index = table.model().index(place_of(open_window, "bravo"), NAME)
    flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
    table.selectionModel().select(index, flags)
    table.sortByColumn(NAME, Qt.SortOrder.DescendingOrder)
    assert names(open_window) == ["charlie", "bravo", "alpha"]
    engine.containers.act(containers["alpha"], "stop", {})
    wait_for(qtbot, lambda: state_of(open_window, "alpha").startswith("Exited"))
    assert [row.name for row in table.chosen()] == ["bravo"]
    table.sortByColumn(NAME, Qt.SortOrder.AscendingOrder)
    assert [row.name for row in table.chosen()] == ["bravo"]


def test_filter_and_what_it_says_when_nothing_fits(
    open_window: MainWindow, engine: FakeEngine, qtbot: QtBot
) -> None:
    start_container(engine, "web")
    start_container(engine, "db", "postgres:17")
    wait_for(qtbot, lambda: len(names(open_window)) == 2)
    QTest.keyClick(open_window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    wait_for(qtbot, lambda: open_window.containers.filter_box.hasFocus())
    QTest.keyClicks(open_window.containers.filter_box, "postgres")
    assert names(open_window) == ["db"]
    QTest.keyClicks(open_window.containers.filter_box, "xyz")
    assert find(open_window, QLabel, "containers.nothing").isVisible()
    press(qtbot, open_window, "containers.nothing.clear")
    assert len(names(open_window)) == 2


def test_port_opens_the_browser(
    open_window: MainWindow, engine: FakeEngine, qtbot: QtBot, opened_urls: list[str]
) -> None:
    container = start_container(engine, "web", port=18731)
    del container
    wait_for(qtbot, lambda: names(open_window) == ["web"])
    table = open_window.containers.list
    place = table.visualRect(table.model().index(0, PORTS))
    QTest.mouseClick(
        table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(place.left() + 20, place.center().y())
    )
    assert opened_urls == ["http://localhost:18731"]


def test_hostile_names_stay_text(open_window: MainWindow, engine: FakeEngine, qtbot: QtBot) -> None:
    evil = '<img src="http://127.0.0.1:1/x"><b>bold</b>'
    start_container(engine, evil)
    wait_for(qtbot, lambda: names(open_window) == [evil])
    open_window.containers.show_logs(open_window.containers.viewmodel.table.shown[0].key)
    for label in open_window.findChildren(QLabel):
        if label.text() and "<" in label.text():
            assert label.textFormat() is Qt.TextFormat.PlainText, label.objectName()
        assert label.textFormat() is Qt.TextFormat.PlainText or not label.isVisible()
    assert text_of(open_window, "containers.detail.title") == evil


def choose_from_menu(qtbot: QtBot, window: MainWindow, row: int, name: str) -> None:
    """Open the menu of a row and choose from it."""
    press_row_action(qtbot, window.containers.list, row, "more")
    menu = find(window, QMenu, "containers.menu")
    action = menu.findChild(QAction, f"containers.menu.{name}")
    assert action is not None, f"the menu has no {name}"
    assert action.isEnabled()
    menu.close()
    action.trigger()


def test_pause_and_resume(open_window: MainWindow, engine: FakeEngine, qtbot: QtBot) -> None:
    web = start_container(engine, "web")
    wait_for(qtbot, lambda: names(open_window) == ["web"])
    choose_from_menu(qtbot, open_window, 0, "pause")
    wait_for(qtbot, lambda: state_of(open_window, "web").startswith("Paused"))
    press_row_action(qtbot, open_window.containers.list, 0, "unpause")
    wait_for(qtbot, lambda: web.state == "running" and state_of(open_window, "web").startswith("Running"))


def test_letters_act_on_the_selected_row(open_window: MainWindow, engine: FakeEngine, qtbot: QtBot) -> None:
    web = start_container(engine, "web")
    wait_for(qtbot, lambda: names(open_window) == ["web"])
    table = open_window.containers.list
    table.selectRow(0)
    QTest.keyClick(table, Qt.Key.Key_S)
    wait_for(qtbot, lambda: web.state == "exited" and state_of(open_window, "web").startswith("Exited"))
    QTest.keyClick(table, Qt.Key.Key_T)
    assert open_window.containers.detail is None, "a container that is stopped has no terminal"
    QTest.keyClick(table, Qt.Key.Key_S)
    wait_for(qtbot, lambda: web.state == "running" and state_of(open_window, "web").startswith("Running"))
    QTest.keyClick(table, Qt.Key.Key_L, Qt.KeyboardModifier.AltModifier)
    assert open_window.containers.detail is None
    QTest.keyClick(table, Qt.Key.Key_L)
    assert isinstance(open_window.containers.detail, ContainerDetailView)
    assert open_window.containers.detail.current_name == "logs"
    open_window.containers.go_back()
    press_row_action(qtbot, table, 0, "more")
    menu = find(open_window, QMenu, "containers.menu")
    shown = {entry.text() for entry in menu.actions()}
    menu.close()
    assert {"Stop\tS", "Restart\tR", "Logs\tL", "Terminal\tT", "Open in the browser\tO"} <= shown


def test_renaming_checks_as_typed_and_keeps_a_refusal_in_the_dialog(
    open_window: MainWindow, engine: FakeEngine, qtbot: QtBot, save_picture: Callable[[QWidget, str], None]
) -> None:
    web = start_container(engine, "web")
    start_container(engine, "db", "postgres:17")
    wait_for(qtbot, lambda: set(names(open_window)) == {"web", "db"})
    choose_from_menu(qtbot, open_window, place_of(open_window, "web"), "rename")
    dialog = find(open_window, RenameContainerDialog, "rename-container")
    line = find(dialog, QLineEdit, "rename-container.name")
    button = find(dialog, QAbstractButton, "rename-container.rename")
    assert line.text() == "web"
    assert not button.isEnabled(), "it has this name already"
    for name, words in (("-x", "Letters, digits"), ("db", "taken"), ("", "")):
        line.setText(name)
        assert words in text_of(dialog, "rename-container.problem")
        assert not button.isEnabled()
    save_picture(dialog, "rename-container")

    # Somebody else takes the name, and the window has not heard of it.
    message = 'Conflict. The container name "/shop" is already in use by container "4f1d".'
    engine.fail(r"POST /containers/\w+/rename", FaultKind.STATUS, status=409, message=message)
    line.setText("shop")
    press(qtbot, dialog, "rename-container.rename")
    line.setText("shop2")
    assert not button.isEnabled(), "a second request beside the first"
    line.setText("shop")
    wait_for(qtbot, lambda: text_of(dialog, "rename-container.problem") != "")
    assert (dialog.isVisible(), line.text(), web.name) == (True, "shop", "web")
    press(qtbot, dialog, "rename-container.rename")
    wait_for(qtbot, lambda: set(names(open_window)) == {"shop", "db"})
    assert (web.name, web.state) == ("shop", "running")
    wait_for(qtbot, lambda: open_window.findChild(RenameContainerDialog) is None, "the dialog stays open")


def test_all_files_of_a_container_are_exported_whole_or_not_at_all(
    open_window: MainWindow, engine: FakeEngine, tmp_path: Path, qtbot: QtBot
) -> None:
    start_container(engine, "web")
    wait_for(qtbot, lambda: names(open_window) == ["web"])
    told: list[str] = []
    open_window.desktop.tasks.ended.connect(lambda end: told.append(end.title))
    target = tmp_path / "web.tar"

    def export() -> None:
        choose_from_menu(qtbot, open_window, 0, "export")
        dialog = find(open_window, QFileDialog, "containers.export.file")
        dialog.fileSelected.emit(str(target))
        dialog.close()
        wait_for(qtbot, lambda: open_window.findChild(QFileDialog) is None)

    engine.fail("GET /containers/[^/]+/export", FaultKind.CUT)
    export()
    wait_for(qtbot, lambda: told == ["The files of web were not exported"])
    assert list(tmp_path.iterdir()) == [], "half a file is none"
    export()
    wait_for(qtbot, lambda: len(told) == 2)
    assert told[-1] == f"The files of web are in {target}"
    with tarfile.open(target) as archive:
        assert "etc/hostname" in [member.name.removeprefix("./") for member in archive]


def export_to(window: MainWindow, target: Path, qtbot: QtBot) -> None:
    """Choose the first container's menu entry, and a file."""
    choose_from_menu(qtbot, window, 0, "export")
    dialog = find(window, QFileDialog, "containers.export.file")
    dialog.fileSelected.emit(str(target))
    dialog.close()
    wait_for(qtbot, lambda: window.findChild(QFileDialog) is None)


def test_an_export_that_is_given_up_leaves_the_file_as_it_was(
    open_window: MainWindow,
    engine: FakeEngine,
    tmp_path: Path,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    start_container(engine, "web")
    wait_for(qtbot, lambda: names(open_window) == ["web"])
    gate, all_chunks = threading.Event(), EngineStream.chunks

    def chunks(stream: EngineStream) -> Iterator[bytes]:
        for chunk in all_chunks(stream):
            yield chunk
            gate.wait(60)

    monkeypatch.setattr(EngineStream, "chunks", chunks)
    target = tmp_path / "web.tar"
    target.write_text("of yesterday")
    export_to(open_window, target, qtbot)
    wait_for(qtbot, lambda: len(list(tmp_path.iterdir())) == 2, "it has not begun")
    told: list[str] = []
    open_window.desktop.tasks.ended.connect(lambda end: told.append(end.title))
    press(qtbot, open_window, "header.notifications")
    press(qtbot, open_window.bell.panel, "tasks.0.cancel")
    assert open_window.desktop.tasks.running == []
    gate.set()
    wait_for(qtbot, lambda: list(tmp_path.iterdir()) == [target], "a part is left")
    assert target.read_text() == "of yesterday"
    assert told == [], "who gave it up knows"


def test_an_export_onto_a_full_disk_says_so_and_leaves_the_file_as_it_was(
    open_window: MainWindow,
    engine: FakeEngine,
    tmp_path: Path,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    start_container(engine, "web")
    wait_for(qtbot, lambda: names(open_window) == ["web"])
    told: list[TaskEnd] = []
    open_window.desktop.tasks.ended.connect(told.append)
    target = tmp_path / "web.tar"
    target.write_text("of yesterday")

    def open_full(dir: Path, prefix: str) -> tuple[int, str]:  # noqa: A002 - as mkstemp calls it
        name = dir / f"{prefix}part"
        name.touch()
        return os.open("/dev/full", os.O_WRONLY), str(name)  # the kernel refuses as a full disk does

    monkeypatch.setattr("app.services.written_beside.tempfile.mkstemp", open_full)
    export_to(open_window, target, qtbot)
    wait_for(qtbot, lambda: [end.title for end in told] == ["The files of web were not exported"])
    assert told[0].failure is not None
    assert "No space left on device" in told[0].failure.details
    assert list(tmp_path.iterdir()) == [target]
    assert target.read_text() == "of yesterday"


def test_a_container_is_saved_as_an_image_which_the_notice_leads_to(
    open_window: MainWindow, engine: FakeEngine, qtbot: QtBot, save_picture: Callable[[QWidget, str], None]
) -> None:
    start_container(engine, "web")
    wait_for(qtbot, lambda: names(open_window) == ["web"])
    choose_from_menu(qtbot, open_window, 0, "save-image")
    dialog = find(open_window, SaveAsImageDialog, "save-as-image")
    line = find(dialog, QLineEdit, "save-as-image.name")
    button = find(dialog, QAbstractButton, "save-as-image.save")
    assert not button.isEnabled(), "there is no name yet"
    for name in ("Shop:1", f"shop@sha256:{'0' * 64}"):
        line.setText(name)
        assert text_of(dialog, "save-as-image.problem") != ""
        assert not button.isEnabled()
    line.setText("shop:1")
    save_picture(dialog, "save-as-image")

    engine.fail("POST /commit", FaultKind.STATUS, status=500, message="no space left on device")
    press(qtbot, dialog, "save-as-image.save")
    wait_for(qtbot, lambda: text_of(dialog, "save-as-image.problem") != "")
    assert (dialog.isVisible(), line.text(), button.isEnabled()) == (True, "shop:1", True)
    find(dialog, QCheckBox, "save-as-image.pause").setChecked(False)
    press(qtbot, dialog, "save-as-image.save")
    wait_for(qtbot, lambda: text_of(open_window, "containers.notice.text") == "shop:1 was saved.")
    wait_for(qtbot, lambda: open_window.findChild(SaveAsImageDialog) is None, "the dialog stays open")
    assert engine.state.find_image("shop:1") is not None
    save_picture(open_window, "container-saved-as-image")
    wait_for(qtbot, lambda: open_window.desktop.images.find("shop:1") is not None, "it is not listed")
    press(qtbot, open_window, "containers.notice.link")
    assert text_of(open_window.images, "images.detail.title") == "shop:1"


def test_force_stop_asks_and_helps_against_a_stop_that_hangs(
    open_window: MainWindow, engine: FakeEngine, qtbot: QtBot, save_picture: Callable[[QWidget, str], None]
) -> None:
    web = start_container(engine, "web")
    wait_for(qtbot, lambda: names(open_window) == ["web"])
    engine.fail(r"POST /containers/\w+/stop", FaultKind.HANG)
    press_row_action(qtbot, open_window.containers.list, 0, "stop")
    wait_for(qtbot, lambda: any("/stop" in line for line in engine.requests))
    choose_from_menu(qtbot, open_window, 0, "kill")
    dialog = find(open_window, ConfirmDeleteDialog, "containers.kill")
    save_picture(dialog, "container-force-stop")
    assert web.state == "running", "nothing happens before the answer"
    press(qtbot, open_window, "containers.kill.confirm")
    wait_for(qtbot, lambda: web.exit_code == 137 and state_of(open_window, "web").startswith("Exited"))
    engine.cut_connections()  # the stop need not be waited for any more


def test_the_page_of_a_container_has_its_ports(
    open_window: MainWindow, engine: FakeEngine, qtbot: QtBot, opened_urls: list[str]
) -> None:
    container = start_container(engine, "web", port=18734)
    wait_for(qtbot, lambda: names(open_window) == ["web"])
    open_window.containers.show_container(container.id)
    assert find(open_window, QAbstractButton, "containers.detail.port.0").text() == "18734:80"
    press(qtbot, open_window, "containers.detail.port.0")
    assert opened_urls == ["http://localhost:18734"]
    engine.containers.act(container, "stop", {})
    wait_for(qtbot, lambda: not open_window.findChildren(QAbstractButton, "containers.detail.port.0"))


def test_the_last_tab_is_remembered(
    open_window: MainWindow, desktop: DesktopViewModel, engine: FakeEngine, qtbot: QtBot, folder: Path
) -> None:
    container = start_container(engine, "web")
    wait_for(qtbot, lambda: names(open_window) == ["web"])
    page = open_window.containers

    def opened() -> ContainerDetailView:
        assert isinstance(page.detail, ContainerDetailView)
        return page.detail

    def open_by_key() -> str:
        page.list.selectRow(0)
        QTest.keyClick(page.list, Qt.Key.Key_Return)
        return opened().current_name

    assert open_by_key() == "logs"
    opened().bar.setCurrentIndex(1)
    page.go_back()
    assert open_by_key() == "terminal"
    page.go_back()
    engine.containers.act(container, "stop", {})
    wait_for(qtbot, lambda: state_of(open_window, "web").startswith("Exited"))
    assert open_by_key() == "logs", "there is no terminal"
    opened().show_tab("stats")
    desktop.preferences.save()
    assert SettingsFile(folder / "desktop.json").load().container_tab == "stats"
    desktop.preferences.change(container_tab="no such tab")
    page.go_back()
    assert open_by_key() == "logs"


def test_actions_above_a_container_have_their_order(
    open_window: MainWindow, engine: FakeEngine, qtbot: QtBot
) -> None:
    container = start_container(engine, "web")
    engine.containers.act(container, "stop", {})
    wait_for(qtbot, lambda: state_of(open_window, "web").startswith("Exited"))
    open_window.containers.show_container(container.id)
    engine.containers.act(container, "start", {})
    wait_for(qtbot, lambda: bool(open_window.findChildren(QAbstractButton, "containers.detail.restart")))
    shown = [
        find(open_window, QAbstractButton, f"containers.detail.{name}")
        for name in ("open", "stop", "restart", "edit", "delete")
    ]
    wait_for(qtbot, lambda: (places := [button.x() for button in shown]) == sorted(set(places)))


def test_an_exit_code_is_explained(
    open_window: MainWindow, engine: FakeEngine, qtbot: QtBot, save_picture: Callable[[QWidget, str], None]
) -> None:
    container = start_container(engine, "web")
    wait_for(qtbot, lambda: names(open_window) == ["web"])
    open_window.containers.show_container(container.id)
    meaning = find(open_window, QLabel, "containers.detail.meaning")
    assert not meaning.isVisible()
    engine.containers._end(container, 127)
    wait_for(qtbot, lambda: meaning.isVisible())
    assert meaning.text() == "Its command does not exist in the image."
    save_picture(open_window, "container-exit-code")
    table = open_window.containers.list
    index = table.model().index(0, STATUS)
    delegate = table.itemDelegateForColumn(STATUS)
    assert isinstance(delegate, StatusDelegate)
    assert "does not exist" in delegate.tool_tip(QPoint(), table.visualRect(index), index)
    engine.containers.act(container, "start", {})
    wait_for(qtbot, lambda: not meaning.isVisible())


def test_a_container_with_several_ports_asks_which(
    window: MainWindow,
    desktop: DesktopViewModel,
    engine: FakeEngine,
    opened_urls: list[str],
    qtbot: QtBot,
) -> None:
    desktop.begin()
    wait_for(qtbot, lambda: desktop.view.can_be_used)
    ports = tuple(Port(inside, "tcp", outside) for inside, outside in ((80, 40080), (443, 40443)))
    row = ContainerRow(Container("1" * 64, "web", "nginx", ContainerState.RUNNING, ports=ports))
    window.containers.act(row, "open")
    menu = find(window, QMenu, "containers.open")
    assert [action.text() for action in menu.actions()] == ["40080:80", "40443:443"]
    menu.actions()[1].trigger()
    menu.close()
    assert len(opened_urls) == 1
    assert ":40443" in opened_urls[0]


@pytest.mark.parametrize("tab", ["files", "inspect"])
def test_the_menu_leads_to_tabs(
    window: MainWindow, desktop: DesktopViewModel, engine: FakeEngine, qtbot: QtBot, tab: str
) -> None:
    start_container(engine, "web")
    desktop.begin()
    wait_for(qtbot, lambda: names(window) == ["web"])
    row = window.containers.viewmodel.table.rows[0]
    assert tab in [action.name for action in window.containers.menu_of(row)]
    window.containers.act(row, tab)
    assert isinstance(window.containers.detail, ContainerDetailView)
    assert window.containers.detail.current_name == tab
