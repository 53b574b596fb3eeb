"""The container list with compose projects, the filter by state, and failures of several at once."""

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.services.engine.engine_types import Container, ContainerState
from app.viewmodels.containers.containers import NAME, STATUS, ContainerRow, ContainerTable
from app.viewmodels.containers.log_line import LogLine
from app.viewmodels.containers.merged_logs import MOST_AT_ONCE
from app.viewmodels.desktop import DesktopViewModel
from app.views.main_window import MainWindow
from app.views.widgets.log.log_view import LogView
from tests.fakes.demo import fill_engine
from tests.fakes.fake_engine import FakeEngine
from tests.fakes.faults import FaultKind
from tests.ui.helpers import find, press, press_row_action, text_of, wait_for

Save = Callable[[QWidget, str], None]


@pytest.fixture
def filled(window: MainWindow, desktop: DesktopViewModel, engine: FakeEngine, qtbot: QtBot) -> MainWindow:
    """The window over two projects and two lone containers."""
    fill_engine(engine)
    desktop.begin()
    wait_for(qtbot, lambda: desktop.containers.total == 8)
    return window


def texts(window: MainWindow, column: int = NAME) -> list[str]:
    model = window.containers.list.model()
    return [model.index(row, column).data() for row in range(model.rowCount())]


SHOP = ["shop", "shop-cache-1", "shop-db-1", "shop-api-1", "shop-web-1"]
BLOG = ["blog", "blog-db-1", "blog-web-1"]


def test_projects_keep_their_containers_together(filled: MainWindow, save_picture: Save) -> None:
    assert texts(filled) == ["scratch", *SHOP, "migrate-2026-11", *BLOG]
    assert texts(filled, STATUS)[1] == "4 of 4 running"
    assert text_of(filled, "containers.count") == "5 of 8 running"
    save_picture(filled, "containers-groups")


def test_projects_open_and_close(filled: MainWindow, qtbot: QtBot) -> None:
    table = filled.containers.list
    place = table.visualRect(table.model().index(1, NAME)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert texts(filled) == ["scratch", "shop", "migrate-2026-11", *BLOG]
    table.selectRow(1)
    QTest.keyClick(table, Qt.Key.Key_Right)
    assert texts(filled)[1:6] == SHOP
    QTest.keyClick(table, Qt.Key.Key_Left)
    QTest.keyClick(table, Qt.Key.Key_Return)
    assert texts(filled)[1:6] == SHOP


def test_a_project_stops_and_starts_as_one(filled: MainWindow, engine: FakeEngine, qtbot: QtBot) -> None:
    press_row_action(qtbot, filled.containers.list, 1, "stop")
    wait_for(qtbot, lambda: "0 of 4 running" in texts(filled, STATUS))
    wait_for(qtbot, lambda: not any(row.busy for row in filled.containers.viewmodel.table.rows))
    assert engine.containers.get("scratch").state == "running"
    press_row_action(qtbot, filled.containers.list, texts(filled).index("shop"), "start")
    wait_for(qtbot, lambda: "4 of 4 running" in texts(filled, STATUS))


def test_a_project_stands_for_its_containers(filled: MainWindow, engine: FakeEngine, qtbot: QtBot) -> None:
    filled.containers.list.selectRow(1)
    assert {row.name for row in filled.containers.list.chosen()} == set(SHOP[1:])
    assert text_of(filled, "containers.selection.count") == "4 selected"
    press(qtbot, filled, "containers.selection.delete")
    assert text_of(filled, "containers.delete.names").count("shop-") == 4
    press(qtbot, filled, "containers.delete.confirm")
    wait_for(qtbot, lambda: filled.containers.viewmodel.total == 4)
    assert "shop" not in texts(filled)


def test_logs_of_a_project_as_one(
    filled: MainWindow, engine: FakeEngine, qtbot: QtBot, save_picture: Save
) -> None:
    for name in ("shop-web-1", "shop-api-1", "shop-db-1", "shop-cache-1"):
        engine.containers.get(name).log.clear()
    engine.containers.get("shop-web-1").write(1, b"\x1b[32mGET\x1b[0m /\n")
    engine.containers.get("shop-db-1").write(2, b"slow query\n")
    press_row_action(qtbot, filled.containers.list, 1, "logs")
    assert text_of(filled, "containers.merged.title") == "shop"
    log = find(filled, LogView, "containers.logs.text")
    wait_for(qtbot, lambda: log.line_count == 2)
    wait_for(qtbot, lambda: text_of(filled, "containers.logs.state") == "Live")
    assert set(log.all_text().splitlines()) == {"shop-db-1    | slow query", "shop-web-1   | GET /"}
    lines = {line.text: line for line in log.lines()}
    assert [(s.start, s.end) for s in lines["shop-web-1   | GET /"].spans] == [(0, 12), (15, 18)]
    assert lines["shop-db-1    | slow query"].is_error
    engine.containers.get("shop-api-1").write(1, b"ready\n")
    wait_for(qtbot, lambda: log.all_text().endswith("shop-api-1   | ready"))
    save_picture(filled, "logs-merged")
    QTest.keyClick(log, Qt.Key.Key_Escape)
    assert filled.containers.detail is None


def test_merged_lines_stand_by_time(filled: MainWindow) -> None:
    merged = filled.desktop.inside.open_logs([("a" * 64, "a"), ("b" * 64, "b")])
    shown: list[str] = []
    merged.lines_added.connect(lambda lines: shown.extend(line.text for line in lines))
    merged._take(
        [LogLine("third", stamp="2026-01-02T03:04:07Z"), LogLine("fourth", stamp="2026-01-02T03:04:08Z")]
    )
    merged._take(
        [LogLine("first", stamp="2026-01-02T03:04:05Z"), LogLine("second", stamp="2026-01-02T03:04:06Z")]
    )
    merged._sort()
    merged.close()
    assert shown == ["first", "second", "third", "fourth"]


def test_merged_lines_come_in_portions(filled: MainWindow, qtbot: QtBot) -> None:
    merged = filled.desktop.inside.open_logs([("a" * 64, "a"), ("b" * 64, "b")])
    portions: list[list[LogLine]] = []
    merged.lines_added.connect(portions.append)
    merged._take([LogLine(str(number), stamp=f"{number:06d}") for number in range(0, 5_000, 2)])
    merged._take([LogLine(str(number), stamp=f"{number:06d}") for number in range(1, 5_000, 2)])
    wait_for(qtbot, lambda: sum(map(len, portions)) == 5_000)
    assert [line.text for lines in portions for line in lines] == [str(number) for number in range(5_000)]
    assert max(map(len, portions)) == MOST_AT_ONCE
    merged._take([LogLine("late")] * 3_000)
    merged._sort()
    merged.close()
    told = len(portions)
    qtbot.wait(0)
    assert len(portions) == told


def test_filter_by_state_and_text(filled: MainWindow, qtbot: QtBot) -> None:
    press(qtbot, filled, "containers.state.stopped")
    assert texts(filled) == ["migrate-2026-11", *BLOG]
    filled.containers.filter_box.setText("postgres")
    assert texts(filled) == ["blog", "blog-db-1"]
    press(qtbot, filled, "containers.state.running")
    assert texts(filled) == ["shop", "shop-db-1"]
    filled.containers.filter_box.setText("no such")
    assert find(filled, QLabel, "containers.nothing").isVisible()
    press(qtbot, filled, "containers.nothing.clear")
    assert len(texts(filled)) == 10


def test_failures_of_several_are_told_by_name(
    filled: MainWindow, engine: FakeEngine, qtbot: QtBot, save_picture: Save
) -> None:
    web, api = (engine.containers.get(name).id for name in ("shop-web-1", "shop-api-1"))
    for key, message in (
        (web, "cannot stop: device or resource busy"),
        (api, "tried to kill, but did not exit"),
    ):
        engine.fail(f"POST /containers/{key}/stop", FaultKind.STATUS, status=500, message=message)
    press_row_action(qtbot, filled.containers.list, 1, "stop")
    wait_for(qtbot, lambda: "2 failed:" in text_of(filled, "containers.notice.text"))
    told = text_of(filled, "containers.notice.text")
    assert "shop-web-1: " in told
    assert "shop-api-1: " in told
    wait_for(qtbot, lambda: "2 of 4 running" in texts(filled, STATUS))
    save_picture(filled, "containers-two-failures")
    press_row_action(qtbot, filled.containers.list, texts(filled).index("shop-web-1"), "stop")
    wait_for(qtbot, lambda: text_of(filled, "containers.notice.text").startswith("shop-api-1: "))
    press(qtbot, filled, "containers.notice.button")
    assert not find(filled, QWidget, "containers.notice").isVisible()


def test_groups_keep_qt_rules(qtmodeltester: Any) -> None:
    def row(number: int, project: str) -> ContainerRow:
        labels = {"com.docker.compose.project": project} if project else {}
        state = ContainerState.RUNNING if number % 2 else ContainerState.EXITED
        return ContainerRow(
            Container(f"{number:064x}", f"c{number}", "i", state, created=number, labels=labels)
        )

    model = ContainerTable()
    qtmodeltester.check(model, force_py=False)
    for step in range(6):
        model.set_rows(row(n, ("", "a", "b")[(n + step) % 3]) for n in range(step, 12 + step))
        model.toggle_group("a")
        model.sort(step % 3, Qt.SortOrder.DescendingOrder)
    model.set_filter(lambda row: row.container.is_running)
    qtmodeltester.check(model, force_py=False)
    model.sort(-1)
    assert {row.key for row in model.shown} >= {"project a", "project b"}
