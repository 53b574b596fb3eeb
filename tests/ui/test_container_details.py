"""A container's page: inspect, environment, mounts and ports, stats."""

import json
from collections.abc import Callable

import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QLabel,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QTabBar,
    QTreeView,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.services.containers.container_stats import Sample
from app.viewmodels.containers.container_details import FactTable
from app.viewmodels.containers.secrets import HIDDEN
from app.viewmodels.desktop import DesktopViewModel
from app.viewmodels.lists.json_tree import JsonTree
from app.views.main_window import MainWindow
from app.views.pages.containers.container_detail_view import ContainerDetailView
from app.views.pages.containers.container_facts_view import FactsView
from app.views.widgets.chart import Line, LineChart, round_up
from app.views.widgets.json_text import JsonText
from app.views.widgets.table import RowTable
from tests.fakes.fake_engine import FakeEngine
from tests.fakes.fake_machine import FakeMachine
from tests.fakes.fake_state import FakeContainer, FakeVolume
from tests.fakes.faults import FaultKind
from tests.ui.helpers import find, press, text_of, wait_for
from vm.machine.status import MachineState

Save = Callable[[QWidget, str], None]


@pytest.fixture
def container(engine: FakeEngine) -> FakeContainer:
    """A running container with much to tell."""
    image = engine.add_image("nginx:1.27")
    made = engine.add_container(
        "web",
        image,
        Env=["MODE=fast", "DB_PASSWORD=hunter2"],
        HostConfig={"Binds": ["data:/var/lib/data", "/home/ada/site:/srv:ro"]},
        Cmd=["sleep", "1000"],
    )
    engine.containers.act(made, "start", {})
    return made


@pytest.fixture
def opened(
    window: MainWindow, desktop: DesktopViewModel, container: FakeContainer, qtbot: QtBot
) -> MainWindow:
    """The window on the container's page."""
    desktop.begin()
    wait_for(qtbot, lambda: desktop.containers.running == 1)
    window.containers.show_container(container.id)
    return window


def detail(window: MainWindow) -> ContainerDetailView:
    shown = window.containers.detail
    assert isinstance(shown, ContainerDetailView)
    return shown


def test_the_image_of_a_container_is_led_to_by_mouse_and_keys(
    opened: MainWindow, desktop: DesktopViewModel, engine: FakeEngine, qtbot: QtBot, save_picture: Save
) -> None:
    link = find(opened, QAbstractButton, "containers.detail.image")
    wait_for(qtbot, link.isVisible)
    assert link.text() == link.accessibleName() == "nginx:1.27"
    save_picture(opened, "container-image-link")
    QTest.mouseClick(link, Qt.MouseButton.LeftButton)
    wait_for(qtbot, lambda: bool(opened.findChildren(QLabel, "images.detail.title")))
    assert text_of(opened, "images.detail.title") == "nginx:1.27"
    opened.images.go_back()
    engine.state.images[0].tags.clear()
    engine.add_image("nginx:1.27")
    desktop.images.refresh()
    wait_for(qtbot, lambda: len(desktop.images.table.rows) == 2)
    opened.show_page("containers")
    link.setFocus()
    QTest.keyClick(link, Qt.Key.Key_Space)
    wait_for(qtbot, lambda: bool(opened.findChildren(QLabel, "images.detail.title")))
    assert text_of(opened, "images.detail.title") == engine.state.images[0].id[7:19], (
        "its own, which lost its name"
    )


def test_volumes_and_networks_of_a_container_are_led_to_by_mouse_and_keys(
    opened: MainWindow, container: FakeContainer, engine: FakeEngine, qtbot: QtBot
) -> None:
    engine.state.volumes.append(FakeVolume("data"))

    def joints(name: str) -> FactsView:
        detail(opened).show_tab("joints")
        table = find(opened, FactsView, f"containers.joints.{name}")
        wait_for(qtbot, lambda: table.isVisible() and table.model().rowCount() > 0)
        return table

    mounts = joints("mounts")
    volume, folder = (mounts.visualRect(mounts.model().index(row, 1)).topLeft() for row in (0, 1))
    for place in (folder, volume):
        assert opened.page.name == "containers", "a folder of this computer leads nowhere"
        QTest.mouseClick(mounts.viewport(), Qt.MouseButton.LeftButton, pos=place + QPoint(20, 15))
    assert opened.page.name == "volumes"
    wait_for(qtbot, lambda: bool(opened.findChildren(QLabel, "volumes.detail.title")))
    assert text_of(opened, "volumes.detail.title") == "data"
    opened.show_page("containers")
    networks = joints("networks")
    networks.selectRow(0)
    QTest.keyClick(networks, Qt.Key.Key_Return)
    assert opened.page.name == "networks"
    wait_for(qtbot, lambda: bool(opened.findChildren(QLabel, "networks.detail.title")))
    assert text_of(opened, "networks.detail.title") == "bridge"


def test_an_image_that_is_gone_is_looked_for_by_its_name(
    opened: MainWindow, desktop: DesktopViewModel, engine: FakeEngine, qtbot: QtBot
) -> None:
    engine.state.images.clear()
    desktop.images.want()
    desktop.images.refresh()
    wait_for(qtbot, lambda: desktop.images.is_loaded and not desktop.images.table.rows)
    find(opened, QAbstractButton, "containers.detail.image").click()
    assert opened.images.filter_box.text() == "nginx:1.27"
    assert not opened.findChildren(QLabel, "images.detail.title")


def texts(table: FactsView) -> list[tuple[str, ...]]:
    model = table.model()
    return [
        tuple(model.index(row, column).data() for column in range(model.columnCount()))
        for row in range(model.rowCount())
    ]


def test_state_and_actions_above_the_tabs(opened: MainWindow, engine: FakeEngine, qtbot: QtBot) -> None:
    assert text_of(opened, "containers.detail.title") == "web"
    assert text_of(opened, "containers.detail.state").startswith("Running")
    press(qtbot, opened, "containers.detail.stop")
    wait_for(qtbot, lambda: text_of(opened, "containers.detail.state").startswith("Exited"))
    press(qtbot, opened, "containers.detail.start")
    wait_for(qtbot, lambda: text_of(opened, "containers.detail.state").startswith("Running"))


def test_nothing_is_offered_while_the_engine_is_away(
    opened: MainWindow, machine: FakeMachine, qtbot: QtBot, save_picture: Save
) -> None:
    names = ("stop", "restart", "delete", "edit", "more")
    buttons = [find(opened, QAbstractButton, f"containers.detail.{name}") for name in names]
    wait_for(qtbot, lambda: all(button.isEnabled() for button in buttons))
    machine.set(state=MachineState.RECONNECTING)
    wait_for(qtbot, lambda: not any(button.isEnabled() for button in buttons))
    assert "No connection to the engine" in text_of(opened, "containers.detail.banner.text")
    save_picture(opened, "container-engine-away")
    machine.set(state=MachineState.RUNNING)
    wait_for(qtbot, lambda: all(button.isEnabled() for button in buttons))
    assert not find(opened, QWidget, "containers.detail.banner").isVisible()


def test_a_deleted_container_is_told(opened: MainWindow, engine: FakeEngine, qtbot: QtBot) -> None:
    engine.containers.remove(engine.containers.get("web"), force=True)
    wait_for(qtbot, lambda: "was deleted" in text_of(opened, "containers.detail.banner.text"))
    assert not find(opened, QAbstractButton, "containers.detail.delete").isEnabled()
    QTest.keyClick(opened, Qt.Key.Key_Escape)
    assert opened.containers.detail is None


def test_inspect_is_searched_and_copied(opened: MainWindow, qtbot: QtBot, save_picture: Save) -> None:
    detail(opened).show_tab("inspect")
    tree = find(opened, QTreeView, "containers.inspect.tree")
    wait_for(qtbot, lambda: tree.model().rowCount() > 3)
    search = find(opened, QLineEdit, "containers.inspect.search")
    QTest.keyClicks(search, "hunter2")
    assert text_of(opened, "containers.inspect.matches") == "nothing found", "it is hidden"
    search.setText("db_pass")
    assert text_of(opened, "containers.inspect.matches") == "1 of 1"
    assert tree.currentIndex().siblingAtColumn(1).data() == f"DB_PASSWORD={HIDDEN}"
    tree.setFocus()
    QTest.keyClick(tree, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "DB_PASSWORD=hunter2"
    save_picture(opened, "container-inspect")
    search.setText("no such thing")
    assert text_of(opened, "containers.inspect.matches") == "nothing found"
    press(qtbot, opened, "containers.inspect.copy")
    assert '"Name": "/web"' in QGuiApplication.clipboard().text()


def test_a_secret_is_shown_by_a_click_and_hidden_again(
    opened: MainWindow, container: FakeContainer, qtbot: QtBot
) -> None:
    container.body["Env"].append("API_KEY=k")
    detail(opened)._details.refresh()
    detail(opened).show_tab("inspect")
    tree = find(opened, QTreeView, "containers.inspect.tree")
    model = tree.model()
    assert isinstance(model, JsonTree)
    wait_for(qtbot, lambda: len(model.find("API_KEY")) == 1)

    def shown() -> list[str]:
        return [str(node.value) for word in ("DB_PASSWORD", "API_KEY") for node in model.find(word)]

    assert shown() == [f"DB_PASSWORD={HIDDEN}", f"API_KEY={HIDDEN}"]
    index = model.index_of(model.find("DB_PASSWORD")[0])
    tree.scrollTo(index)
    place = tree.visualRect(index).center()
    QTest.mouseMove(tree.viewport(), place)
    assert tree.viewport().cursor().shape() is Qt.CursorShape.PointingHandCursor
    QTest.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert shown() == ["DB_PASSWORD=hunter2", f"API_KEY={HIDDEN}"]
    assert tree.visualRect(model.index_of(model.find("DB_PASSWORD")[0])).center() == place, "nothing moves"
    press(qtbot, opened, "containers.inspect.copy")
    assert "hunter2" in QGuiApplication.clipboard().text()
    assert "API_KEY=k" not in QGuiApplication.clipboard().text()
    box = find(opened, QAbstractButton, "containers.inspect.secrets")
    box.click()
    assert shown() == ["DB_PASSWORD=hunter2", "API_KEY=k"]
    detail(opened).show_tab("environment")
    assert find(opened, QAbstractButton, "containers.environment.secrets").isChecked()
    box.click()
    table = find(opened, FactsView, "containers.environment.table")
    assert texts(table)[1:] == [("DB_PASSWORD", HIDDEN), ("API_KEY", HIDDEN)]
    value = table.visualRect(table.model().index(2, 1)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=value)
    assert texts(table)[1:] == [("DB_PASSWORD", HIDDEN), ("API_KEY", "k")]
    table.selectRow(1)
    QTest.keyClick(table, Qt.Key.Key_Return)
    assert texts(table)[1:] == [("DB_PASSWORD", "hunter2"), ("API_KEY", "k")]


def test_the_tree_folds_and_tells_paths(opened: MainWindow, qtbot: QtBot) -> None:
    detail(opened).show_tab("inspect")
    tree = find(opened, QTreeView, "containers.inspect.tree")
    model = tree.model()
    assert isinstance(model, JsonTree)
    wait_for(qtbot, lambda: model.rowCount() > 3)
    environment = model.index_of(model.find("DB_PASSWORD")[0])
    config = environment.parent().parent()
    press(qtbot, opened, "containers.inspect.fold")
    assert not tree.isExpanded(config)
    press(qtbot, opened, "containers.inspect.open")
    assert tree.isExpanded(config)
    assert tree.isExpanded(environment.parent())
    tree.collapseAll()

    def choose(index: QModelIndex, label: str) -> None:
        tree.customContextMenuRequested.emit(tree.visualRect(index).center())
        menu = next(
            menu for menu in opened.findChildren(QMenu, "containers.inspect.menu") if menu.isVisible()
        )
        next(entry for entry in menu.actions() if entry.text() == label).trigger()
        menu.close()

    choose(config, "Open all below")
    assert tree.isExpanded(environment.parent())
    choose(environment, "Copy path")
    assert QGuiApplication.clipboard().text() == "Config.Env[1]"
    choose(environment, "Copy value")
    assert QGuiApplication.clipboard().text() == "DB_PASSWORD=hunter2"
    choose(config, "Fold")
    assert not tree.isExpanded(config)


def test_inspect_is_shown_as_json(opened: MainWindow, qtbot: QtBot, save_picture: Save) -> None:
    detail(opened).show_tab("inspect")
    tree = find(opened, QTreeView, "containers.inspect.tree")
    wait_for(qtbot, lambda: tree.model().rowCount() > 3)
    assert text_of(opened, "containers.inspect.summary").startswith("Restart: no · Memory: no limit")
    search = find(opened, QLineEdit, "containers.inspect.search")
    search.setText("db_password")
    press(qtbot, opened, "containers.inspect.form.json")
    shown = find(opened, JsonText, "containers.inspect.json")
    assert shown.isVisible()
    assert not find(opened, QAbstractButton, "containers.inspect.fold").isEnabled()
    assert f'"DB_PASSWORD={HIDDEN}"' in shown.toPlainText()
    assert text_of(opened, "containers.inspect.matches") == "1 of 1"
    assert shown.textCursor().selectedText() == "DB_PASSWORD"
    save_picture(opened, "container-inspect-json")
    search.setText('"')
    QTest.keyClick(search, Qt.Key.Key_Return)
    assert text_of(opened, "containers.inspect.matches").startswith("2 of ")
    assert json.loads(shown.toPlainText())["Name"] == "/web"
    find(opened, QAbstractButton, "containers.inspect.secrets").click()
    assert '"DB_PASSWORD=hunter2"' in shown.toPlainText()


def test_places_in_json_are_found_behind_wide_characters(qtbot: QtBot) -> None:
    shown = JsonText("json", "JSON")
    qtbot.addWidget(shown)
    shown.show_text('{"a": "😀😀 x", "X": 1}')
    assert shown.find_all("x") == 2
    shown.show_match(1)
    assert shown.textCursor().selectedText() == "X"
    assert shown.find_all("") == 0


def test_what_is_open_in_the_tree_stays_open(opened: MainWindow, engine: FakeEngine, qtbot: QtBot) -> None:
    detail(opened).show_tab("inspect")
    tree = find(opened, QTreeView, "containers.inspect.tree")
    model = tree.model()
    assert isinstance(model, JsonTree)
    wait_for(qtbot, lambda: model.rowCount() > 3)
    names = [model.index(row, 0).data() for row in range(model.rowCount())]
    tree.expand(model.index(names.index("HostConfig"), 0))
    engine.containers.act(engine.containers.get("web"), "stop", {})
    wait_for(qtbot, lambda: len(model.find("exited")) == 1)
    assert tree.isExpanded(model.index(names.index("HostConfig"), 0))
    assert not tree.isExpanded(model.index(names.index("NetworkSettings"), 0))


def test_secrets_of_the_environment_are_hidden(opened: MainWindow, qtbot: QtBot, save_picture: Save) -> None:
    detail(opened).show_tab("environment")
    table = find(opened, FactsView, "containers.environment.table")
    wait_for(qtbot, lambda: table.model().rowCount() == 2)
    assert texts(table) == [("MODE", "fast"), ("DB_PASSWORD", HIDDEN)]
    save_picture(opened, "container-environment")
    find(opened, QAbstractButton, "containers.environment.secrets").click()
    assert texts(table)[1] == ("DB_PASSWORD", "hunter2")
    find(opened, QLineEdit, "containers.environment.filter").setText("mode")
    assert texts(table) == [("MODE", "fast")]
    press(qtbot, opened, "containers.environment.copy")
    assert QGuiApplication.clipboard().text() == "MODE=fast"


def test_an_empty_environment_says_so(opened: MainWindow, container: FakeContainer, qtbot: QtBot) -> None:
    detail(opened).show_tab("environment")
    table = find(opened, FactsView, "containers.environment.table")
    wait_for(qtbot, lambda: table.model().rowCount() == 2)
    nothing = find(opened, QLabel, "containers.environment.nothing")
    assert nothing.isHidden()
    find(opened, QLineEdit, "containers.environment.filter").setText("no such thing")
    assert nothing.isVisible()
    assert nothing.text() == "Nothing matches the filter."
    container.body["Env"] = []
    detail(opened)._details.refresh()
    wait_for(qtbot, lambda: nothing.text() == "It has no variables.")
    assert not find(opened, QAbstractButton, "containers.environment.copy").isEnabled()


def test_mounts_and_networks(opened: MainWindow, qtbot: QtBot, save_picture: Save) -> None:
    detail(opened).show_tab("joints")
    table = find(opened, FactsView, "containers.joints.mounts")
    wait_for(qtbot, lambda: table.model().rowCount() == 2)
    assert texts(table) == [
        ("/var/lib/data", "volume data", "read and write"),
        ("/srv", "/home/ada/site", "read only"),
    ]
    assert [name for name, *_ in texts(find(opened, FactsView, "containers.joints.networks"))] == ["bridge"]
    save_picture(opened, "container-joints")


def test_stats_are_drawn_and_rest_out_of_sight(
    opened: MainWindow, engine: FakeEngine, qtbot: QtBot, save_picture: Save
) -> None:
    engine.stats_pause = 0.01
    detail(opened).show_tab("stats")
    wait_for(qtbot, lambda: "of one core" in text_of(opened, "containers.stats.cpu.value"))
    chart = find(opened, LineChart, "containers.stats.memory")
    wait_for(qtbot, lambda: "MB" in chart.accessibleDescription())
    wait_for(qtbot, lambda: len(chart._lines[0].values) > 120)
    save_picture(opened, "container-stats")
    stats = detail(opened)._tabs["stats"]._viewmodel  # type: ignore[attr-defined]
    detail(opened).show_tab("logs")
    kept = len(stats.history)
    qtbot.wait(150)
    assert len(stats.history) == kept
    detail(opened).show_tab("stats")
    wait_for(qtbot, lambda: len(stats.history) > kept)
    engine.containers.act(engine.containers.get("web"), "stop", {})
    wait_for(qtbot, lambda: "does not run" in text_of(opened, "containers.stats.banner.text"))


def test_memory_that_the_engine_does_not_count_is_told(opened: MainWindow, qtbot: QtBot) -> None:
    detail(opened).show_tab("stats")
    wait_for(qtbot, lambda: " of " in text_of(opened, "containers.stats.memory.value"))
    stats = detail(opened)._tabs["stats"]._viewmodel  # type: ignore[attr-defined]
    stats.history.append(Sample(0.0, memory=None))
    stats.changed.emit()
    assert text_of(opened, "containers.stats.memory.value") == "The engine does not measure it"


def test_stats_that_cannot_be_read_say_why(opened: MainWindow, engine: FakeEngine, qtbot: QtBot) -> None:
    engine.fail(r"GET /containers/\w+/stats", FaultKind.STATUS, status=501, message="not implemented")
    detail(opened).show_tab("stats")
    wait_for(qtbot, lambda: find(opened, QWidget, "containers.stats.banner").isVisible())
    press(qtbot, opened, "containers.stats.banner.button")
    wait_for(qtbot, lambda: "of one core" in text_of(opened, "containers.stats.cpu.value"))


def test_tabs_by_keyboard(opened: MainWindow, qtbot: QtBot) -> None:
    bar = find(opened, QTabBar, "containers.detail.tabs")
    assert detail(opened).current_name == "logs"
    QTest.keyClick(opened, Qt.Key.Key_PageDown, Qt.KeyboardModifier.ControlModifier)
    assert detail(opened).current_name == "terminal"
    QTest.keyClick(opened, Qt.Key.Key_PageDown, Qt.KeyboardModifier.ControlModifier)
    assert detail(opened).current_name == "files"
    QTest.keyClick(opened, Qt.Key.Key_PageDown, Qt.KeyboardModifier.ControlModifier)
    assert detail(opened).current_name == "inspect"
    bar.setFocus()
    QTest.keyClick(bar, Qt.Key.Key_Right)
    assert detail(opened).current_name == "environment"


def test_tree_keeps_qt_rules(qtmodeltester: object) -> None:
    model = JsonTree()
    model.show({"a": [1, {"b": None}], "c": "text", "d": {}})
    qtmodeltester.check(model, force_py=False)  # type: ignore[attr-defined]
    (node,) = model.find("b")
    assert node.path == "a[1].b"
    assert model.index_of(node).parent().parent().data() == "a"
    assert model.rowCount(QModelIndex()) == 3


def test_facts_keep_their_order() -> None:
    table = FactTable(("Name", "Value"))
    table.set_facts([("b", "1"), ("a", "2"), ("b", "3")])
    assert [(row.name, row.value) for row in table.shown] == [("b", "1"), ("a", "2"), ("b", "3")]


@pytest.mark.parametrize(("value", "top"), [(0.3, 0.4), (1, 1), (7, 8), (41, 50), (9.9e6, 1e7)])
def test_scales_end_on_round_numbers(value: float, top: float) -> None:
    assert round_up(value) == pytest.approx(top)


def test_a_chart_of_ten_minutes_is_cheap(qtbot: QtBot) -> None:
    import time

    chart = LineChart("chart", "Chart", str, 600)
    qtbot.addWidget(chart)
    chart.resize(800, 300)
    chart.show_lines([Line("a", "accent", [float(n * 7919 % 100) for n in range(600)])])
    chart.grab()
    started = time.thread_time()
    for _ in range(5):
        chart.grab()
    assert (time.thread_time() - started) / 5 < 0.1


def test_processes_while_it_runs(
    opened: MainWindow, engine: FakeEngine, container: FakeContainer, qtbot: QtBot, save_picture: Save
) -> None:
    detail(opened).show_tab("processes")
    wait_for(qtbot, lambda: text_of(opened, "containers.processes.count") == "2 processes")
    table = find(opened, RowTable, "containers.processes.table")
    model = table.model()
    assert [model.index(row, 7).data() for row in range(2)] == ["sleep 1000", "worker process"]
    table.sortByColumn(1, Qt.SortOrder.DescendingOrder)
    assert model.index(0, 1).data() == "734"
    save_picture(opened, "container-processes")
    engine.containers.act(container, "stop", {})
    wait_for(qtbot, lambda: "has no processes" in text_of(opened, "containers.processes.count"))
    assert not table.isVisible()


def test_health_tells_every_check(
    opened: MainWindow, container: FakeContainer, qtbot: QtBot, save_picture: Save
) -> None:
    detail(opened).show_tab("health")
    wait_for(qtbot, lambda: text_of(opened, "containers.health.state") == "No health check")
    save_picture(opened, "container-no-health")
    container.body["Healthcheck"] = {"Test": ["CMD-SHELL", "curl -f localhost"], "Interval": 5 * 10**9}
    container.health = {
        "Status": "unhealthy",
        "FailingStreak": 2,
        "Log": [
            {
                "Start": f"2026-01-02T03:04:{second:02}Z",
                "End": f"2026-01-02T03:04:{second:02}.25Z",
                "ExitCode": code,
                "Output": output,
            }
            for second, code, output in ((0, 0, "<b>hello</b>"), (5, 7, "refused"), (10, 7, "refused again"))
        ],
    }
    detail(opened).resume()
    wait_for(qtbot, lambda: "2 checks in a row failed" in text_of(opened, "containers.health.state"))
    assert text_of(opened, "containers.health.check") == "Every 5.0 s: curl -f localhost"
    opened.containers.viewmodel.refresh()
    wait_for(qtbot, lambda: text_of(opened, "containers.detail.state").startswith("Unhealthy"))
    assert opened.containers.viewmodel.table.shown[0].tone == "err"
    output = find(opened, QPlainTextEdit, "containers.health.output")
    assert output.toPlainText() == "refused again"
    table = find(opened, FactsView, "containers.health.table")
    assert [row[1] for row in texts(table)] == [
        "failed (7): refused again",
        "failed (7): refused",
        "fine",
    ]
    table.selectRow(2)
    assert output.toPlainText() == "<b>hello</b>"
    save_picture(opened, "container-health")
