"""What the container list tells of processor and memory, and the choice of its columns."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu, QWidget
from pytestqt.qtbot import QtBot

from app.services.containers.container_stats import Sample
from app.services.engine.engine_types import Container, ContainerState
from app.services.settings import SettingsFile
from app.viewmodels.containers.containers import CPU, CREATED, MEMORY, NAME, ContainerRow, ContainerTable
from app.viewmodels.desktop import DesktopViewModel
from app.viewmodels.frame.preferences import Preferences
from app.views.main_window import MainWindow
from tests.fakes.demo import fill_engine
from tests.fakes.fake_engine import FakeEngine
from tests.fakes.fake_machine import FakeMachine
from tests.ui.helpers import find, press, wait_for
from vm.machine.status import MachineState

Save = Callable[[QWidget, str], None]


@pytest.fixture
def filled(window: MainWindow, desktop: DesktopViewModel, engine: FakeEngine, qtbot: QtBot) -> MainWindow:
    """The window over two projects and two lone containers, measured often."""
    fill_engine(engine)
    desktop.containers.usage.timer.setInterval(20)
    desktop.begin()
    wait_for(qtbot, lambda: desktop.containers.total == 8)
    return window


def cells(window: MainWindow, column: int) -> dict[str, str]:
    """Return the texts of a column by name."""
    model = window.containers.list.model()
    rows = range(model.rowCount())
    return {model.index(row, NAME).data(): model.index(row, column).data() for row in rows}


def row(number: int) -> ContainerRow:
    return ContainerRow(
        Container(f"{number:064x}", f"c{number}", "i", ContainerState.RUNNING, created=number)
    )


def test_running_containers_are_measured(filled: MainWindow, qtbot: QtBot, save_picture: Save) -> None:
    def measured() -> bool:
        cpu = cells(filled, CPU)
        return all(cpu[name] not in ("", "0.0 %") for name in ("scratch", "shop", "shop-web-1", "shop-db-1"))

    wait_for(qtbot, measured)
    filled.containers.viewmodel.usage.timer.stop()
    assert cells(filled, CPU)["blog-web-1"] == cells(filled, MEMORY)["blog-web-1"] == ""
    table = filled.containers.viewmodel.table
    shop = next(row for row in table.shown if row.name == "shop")
    members = filter(None, map(table.find_row, shop.members))  # type: ignore[attr-defined]
    memory = sum(found[1] or 0 for found in map(table.usage, members) if found)
    used = table.usage(shop)
    assert used is not None
    assert used[1] == memory
    assert memory > 0
    save_picture(filled, "containers-usage")


def test_nothing_is_measured_that_nobody_sees(
    filled: MainWindow, engine: FakeEngine, machine: FakeMachine, qtbot: QtBot
) -> None:
    usage = filled.containers.viewmodel.usage
    wait_for(qtbot, lambda: any("/stats" in line for line in engine.requests))
    filled.show_page("images")
    assert not usage.timer.isActive()
    filled.show_page("containers")
    assert usage.timer.isActive()
    filled.containers.list.hide_columns(frozenset({CPU, MEMORY}))
    assert usage.find_wanted() == ([], [])
    filled.containers.list.hide_columns(frozenset())
    in_sight, others = usage.find_wanted()
    assert len(in_sight) == 5
    assert not others
    wait_for(qtbot, lambda: not filled.desktop.engine.is_busy)
    machine.set(state=MachineState.RECONNECTING)
    wait_for(qtbot, lambda: not filled.containers.list.isEnabled())
    assert usage.find_wanted() == ([], [])


def test_many_containers_have_their_turn(desktop: DesktopViewModel) -> None:
    usage = desktop.containers.usage
    keys = [str(number) for number in range(20)]
    asked = [usage._next(keys) for _ in range(5)]
    assert {key for turn in asked for key in turn} == set(keys)
    assert all(len(turn) <= 8 for turn in asked)


def test_memory_that_is_not_counted_is_no_number() -> None:
    table = ContainerTable()
    table.set_rows([row(1), row(2)])
    table.take_usage({row(1).key: Sample(0.0, cpu=1.0, memory=None), row(2).key: Sample(0.0, memory=5000)})
    assert table.text(row(1), CPU) == "1.0 %"
    assert table.text(row(1), MEMORY) == "—"
    table.sort(MEMORY)
    assert [shown.name for shown in table.shown] == ["c2", "c1"]


def test_the_order_follows_the_figures() -> None:
    table = ContainerTable()
    table.set_rows(row(number) for number in range(2000))
    table.sort(CPU)
    table.take_usage({row(7).key: Sample(0.0, cpu=90.0), row(8).key: Sample(0.0, cpu=95.0)})
    assert [shown.name for shown in table.shown[:2]] == ["c8", "c7"]
    table.take_usage({row(7).key: Sample(0.0, cpu=99.0)})
    assert [shown.name for shown in table.shown[:2]] == ["c7", "c8"]
    table.set_rows([row(8)])
    table.take_usage({})
    assert table.usage(row(7)) is None, "what is gone is forgotten"


def test_columns_are_chosen_and_kept(
    filled: MainWindow, desktop: DesktopViewModel, engine: FakeEngine, qtbot: QtBot, save_picture: Save
) -> None:
    table = filled.containers.list
    assert table.isColumnHidden(CREATED)
    press(qtbot, filled, "containers.columns")
    menu = find(filled, QMenu, "containers.columns.menu")
    save_picture(menu, "columns-menu")
    choices = {action.text(): action for action in menu.actions()}
    assert list(choices) == ["Image", "Status", "Ports", "CPU", "Memory", "Created"]
    choices["Created"].trigger()
    assert not table.isColumnHidden(CREATED)
    choices["Memory"].trigger()
    table.sortByColumn(NAME, Qt.SortOrder.DescendingOrder)
    desktop.preferences.save()
    again = Preferences(SettingsFile(engine.socket_path.parent / "desktop.json"))
    filled.containers.columns.restore(again)
    kept = again.table("containers")
    assert (kept.sort, kept.descending) == (NAME, True)
    second = MainWindow(desktop, "0")
    qtbot.addWidget(second)
    try:
        assert second.containers.list.isColumnHidden(MEMORY)
        assert not second.containers.list.isColumnHidden(CREATED)
        assert second.containers.list.horizontalHeader().sortIndicatorSection() == NAME
    finally:
        second.may_close = True
        second.close()


def test_widths_are_drawn_and_kept(filled: MainWindow, desktop: DesktopViewModel, qtbot: QtBot) -> None:
    table = filled.containers.list
    header = table.horizontalHeader()
    before = table.columnWidth(NAME)
    handle = QPoint(header.sectionViewportPosition(NAME) + before - 1, header.height() // 2)
    QTest.mousePress(header.viewport(), Qt.MouseButton.LeftButton, pos=handle)
    QTest.mouseMove(header.viewport(), handle + QPoint(40, 0))
    QTest.mouseRelease(header.viewport(), Qt.MouseButton.LeftButton, pos=handle + QPoint(40, 0))
    assert table.columnWidth(NAME) == before + 40
    assert dict(desktop.preferences.table("containers").widths) == {NAME: before + 40}
    filled.resize(filled.minimumSize())
    wait_for(qtbot, lambda: table.columnWidth(NAME) < before, "narrow")
    filled.resize(1280, 820)
    wait_for(qtbot, lambda: table.columnWidth(NAME) == before + 40, "wide again")
    second = MainWindow(desktop, "0")
    qtbot.addWidget(second)
    try:
        assert second.containers.list.columnWidth(NAME) == before + 40
    finally:
        second.may_close = True
        second.close()


@pytest.mark.parametrize(
    "kept",
    [
        {"columns": 3, "hidden": [1]},
        {"columns": 8, "hidden": "x", "sort": [99, 0]},
        {"columns": 8, "widths": {"0": 7_000_000, "1": "x", "-1": 90, "77": 90}},
        {"columns": 8, "widths": [1]},
        7,
    ],
)
def test_a_strange_arrangement_is_passed_over(
    filled: MainWindow, desktop: DesktopViewModel, kept: object
) -> None:
    desktop.preferences.change(tables={"containers": kept})
    filled.containers.columns.restore(desktop.preferences)
    assert not filled.containers.list.isColumnHidden(NAME)
    assert filled.containers.list.columnWidth(NAME) < 1000
