"""What holds for the whole window: contrast, models, the event loop, reference counts, keyboard, names."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QByteArray, QObject, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from app.services.engine.engine_types import Container, ContainerState, Image
from app.services.settings import SettingsFile
from app.viewmodels.background import Background
from app.viewmodels.containers.containers import NAME, ContainerRow, ContainerTable
from app.viewmodels.desktop import DesktopViewModel
from app.viewmodels.failure import Failure
from app.viewmodels.frame.preferences import Preferences
from app.viewmodels.images.images import ImageRow, ImageTable
from app.viewmodels.lists.row_table_model import RowTableModel
from app.views.dialogs.form_dialog import FormDialog
from app.views.main_window import MainWindow
from app.views.single_instance import SingleInstance, hand_over, instance_name
from app.views.theme import CONTRAST, DARK, LIGHT, Appearance, Theme, Tokens, contrast
from app.views.tray import Tray
from app.views.widgets.log.log_painter import program_colors
from tests.fakes.fake_engine import FakeEngine
from tests.ui.helpers import WAIT_MS, press, wait_for
from tests.ui.test_containers_page import names, start_container

STALL_LIMIT = 0.5
"""Seconds: far above what a busy machine adds, far below what work in the window's thread would take."""


def test_high_contrast_deserves_its_name() -> None:
    for name in ("text", "muted", "accent", "ok", "warn", "err"):
        for ground in ("bg", "surface", "side", "hover"):
            assert contrast(getattr(CONTRAST, name), getattr(CONTRAST, ground)) >= 7.0, (name, ground)
    assert contrast(CONTRAST.text, CONTRAST.sel) >= 7.0
    assert contrast(CONTRAST.border, CONTRAST.bg) >= 3.0


@pytest.mark.parametrize("tokens", [LIGHT, DARK, CONTRAST], ids=["light", "dark", "contrast"])
def test_text_can_be_read(tokens: Tokens) -> None:
    for ground in (tokens.bg, tokens.surface, tokens.side):
        assert contrast(tokens.text, ground) >= 7
        assert contrast(tokens.muted, ground) >= 4.5
    assert contrast(tokens.text, tokens.sel) >= 7
    assert contrast(tokens.muted, tokens.sel) >= 4.5
    for accent in (tokens.accent, tokens.ok, tokens.warn, tokens.err):
        assert contrast(accent, tokens.surface) >= 4.5
    assert contrast(tokens.on_accent, tokens.accent) >= 4.5
    assert contrast(tokens.on_accent, tokens.accent_hover) >= 4.5
    for ground in (tokens.warn_bg, tokens.err_bg, tokens.ok_bg):
        assert contrast(tokens.text, ground) >= 7
    assert contrast(tokens.idle, tokens.surface) >= 3, "a dot, never text"


@pytest.mark.parametrize("tokens", [LIGHT, DARK, CONTRAST], ids=["light", "dark", "contrast"])
def test_what_programs_colour_can_be_read_in_a_log(tokens: Tokens) -> None:
    for color in program_colors(tokens):
        assert contrast(color, tokens.surface) >= 4.5, color


def test_theme_switches_at_run_time(theme: Theme, qtbot: QtBot) -> None:
    with qtbot.waitSignal(theme.changed):
        theme.choose(Appearance.DARK)
    assert theme.tokens is DARK
    theme.choose(Appearance.LIGHT)
    assert theme.tokens is LIGHT


def container(number: int, running: bool = True) -> ContainerRow:
    state = ContainerState.RUNNING if running else ContainerState.EXITED
    return ContainerRow(
        Container(f"{number:064x}", f"c{number % 7}-{number}", "nginx", state, created=number)
    )


def image(number: int) -> ImageRow:
    return ImageRow(Image(f"sha256:{number:064x}", (f"image:{number}",), size=number), f"image:{number}")


@pytest.mark.parametrize(("model", "make"), [(ContainerTable(), container), (ImageTable(), image)])
def test_models_keep_qt_rules(
    model: RowTableModel[Any], make: Callable[[int], object], qtmodeltester: Any
) -> None:
    qtmodeltester.check(model, force_py=False)
    steps: tuple[Iterable[int], ...] = (
        [5, 3, 8],
        [8, 3, 5, 1],
        [1],
        [],
        [2, 4, 6, 8, 10],
        [10, 9, 2],
        range(50),
        range(25, 75),
    )
    for numbers in steps:
        model.set_rows([make(number) for number in numbers])
        for column in range(model.column_count):
            model.sort(column, Qt.SortOrder.DescendingOrder)
        model.sort(-1)
        assert model.rowCount() == len(list(numbers))
        qtmodeltester.check(model, force_py=False)
    model.set_filter(lambda row: "3" in row.name)
    qtmodeltester.check(model, force_py=False)
    assert all("3" in row.name for row in model.shown)


def test_persistent_indexes_follow_their_rows() -> None:
    from PySide6.QtCore import QPersistentModelIndex

    model = ContainerTable()
    model.set_rows([container(number) for number in range(40)])
    kept = {row.key: QPersistentModelIndex(model.index(place, NAME)) for place, row in enumerate(model.shown)}
    model.sort(NAME, Qt.SortOrder.DescendingOrder)
    model.set_rows([container(number, number % 2 == 0) for number in range(10, 60)])
    for key, index in kept.items():
        if model.find_row(key) is None:
            assert not index.isValid()
        else:
            assert model.shown[index.row()].key == key


def test_two_thousand_rows_update_fast() -> None:
    model = ContainerTable()
    model.set_rows([container(number) for number in range(2000)])
    model.sort(NAME, Qt.SortOrder.AscendingOrder)
    started = time.process_time()
    model.set_rows([container(number, number % 3 == 0) for number in range(2000)])
    assert time.process_time() - started < 0.25


def test_qt_keeps_count_of_none(qtbot: QtBot) -> None:
    """PySide6 6.12 on Python 3.11 loses a reference to None with every call that returns nothing."""
    widget = QWidget()
    qtbot.addWidget(widget)
    before = sys.getrefcount(None)
    for _ in range(500):
        widget.update()
    assert sys.getrefcount(None) > before - 100


class Watchdog(QObject):
    """Measures the longest time in which the event loop did not turn."""

    def __init__(self) -> None:
        super().__init__()
        self.longest = 0.0
        self._last = 0.0
        self._timer = QTimer(self, interval=5)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._turn)

    def start(self) -> None:
        self.longest, self._last = 0.0, self._clock()
        self._timer.start()

    def _turn(self) -> None:
        now = self._clock()
        self.longest = max(self.longest, now - self._last)
        self._last = now

    @staticmethod
    def _clock() -> float:
        # This thread's own time: other programs on the machine must not fail the test, blocking calls must.
        return time.thread_time()


def test_event_loop_never_stalls(
    window: MainWindow, desktop: DesktopViewModel, engine: FakeEngine, qtbot: QtBot
) -> None:
    for number in range(40):
        start_container(engine, f"web-{number}")
    watchdog = Watchdog()
    desktop.begin()
    watchdog.start()
    wait_for(qtbot, lambda: len(names(window)) == 40)
    window.containers.show_logs(desktop.containers.table.shown[0].key)
    noisy = engine.state.find_container(desktop.containers.table.shown[0].name)
    assert noisy is not None
    for _ in range(20):
        noisy.write(1, b"a line of the log\n" * 500)
    for number in range(10):
        start_container(engine, f"more-{number}")
    wait_for(qtbot, lambda: desktop.containers.total == 50)
    assert watchdog.longest < STALL_LIMIT


def test_slow_engine_does_not_block_the_window(
    window: MainWindow, desktop: DesktopViewModel, engine: FakeEngine, qtbot: QtBot
) -> None:
    """The event loop turns while nothing is answered; `WorkersClient` tells who would wait in its thread."""
    from tests.fakes.faults import FaultKind

    engine.fail(r".*", FaultKind.HANG, times=1_000)
    desktop.begin()
    wait_for(qtbot, lambda: bool(engine.requests))
    desktop.containers.refresh()
    desktop.images.refresh()
    turns: list[float] = []
    timer = QTimer(interval=10)
    timer.timeout.connect(lambda: turns.append(time.monotonic()))
    timer.start()
    wait_for(qtbot, lambda: len(turns) > 20)
    timer.stop()
    assert not desktop.containers.is_loaded
    engine.faults.clear()
    engine.cut_connections()  # who waits for an answer need not any more


def test_results_come_back_on_the_window_thread(qtbot: QtBot) -> None:
    background = Background()
    seen: list[tuple[object, bool]] = []

    class Receiver(QObject):
        def take(self, value: object) -> None:
            seen.append((value, threading.current_thread() is threading.main_thread()))

    receiver = Receiver()
    background.run(lambda: 42, receiver.take)
    background.run(lambda: 1 // 0, receiver.take, receiver.take)
    wait_for(qtbot, lambda: len(seen) == 2)
    assert (42, True) in seen
    assert all(on_window_thread for _, on_window_thread in seen)
    background.close()


def test_keyboard_reaches_the_pages(window: MainWindow, desktop: DesktopViewModel, qtbot: QtBot) -> None:
    desktop.begin()
    wait_for(qtbot, lambda: desktop.containers.is_loaded and desktop.images.is_loaded)
    QTest.keyClick(window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    assert window.page.name == "images"
    QTest.keyClick(window, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    assert window.page.name == "containers"
    listed: list[int] = []
    desktop.containers.counts_changed.connect(lambda: listed.append(1))
    QTest.keyClick(window, Qt.Key.Key_F5)
    wait_for(qtbot, lambda: bool(listed))


def test_everything_to_press_has_names(
    window: MainWindow, desktop: DesktopViewModel, engine: FakeEngine, qtbot: QtBot
) -> None:
    engine.add_image("nginx:1.27", exposed=("80/tcp",))
    desktop.begin()
    wait_for(qtbot, lambda: desktop.images.is_loaded)
    window.run_image("nginx:1.27")
    window.pull_image()
    widgets: list[QAbstractButton | QLineEdit] = [
        *window.findChildren(QAbstractButton),
        *window.findChildren(QLineEdit),
    ]
    for widget in widgets:
        if widget.objectName().startswith("qt_") or isinstance(widget.parent(), QLineEdit):
            continue  # Qt's own inner parts
        assert "." in widget.objectName(), widget
        if widget.isVisibleTo(widget.window()):
            assert widget.accessibleName() or widget.text(), widget.objectName()


def test_place_and_page_are_remembered(desktop: DesktopViewModel, folder: Path, qtbot: QtBot) -> None:
    first = MainWindow(desktop, "0")
    qtbot.addWidget(first)
    first.resize(820, 580)
    first.show_page("images")
    first.remember()
    kept = Preferences(SettingsFile(folder / "desktop.json"))
    assert kept.last_page == "images"
    assert QByteArray.fromBase64(kept.geometry.encode()).size() > 20
    second = MainWindow(desktop, "0")
    qtbot.addWidget(second)
    assert second.size() == first.size()
    assert second.page is second.images


def test_second_start_hands_its_arguments_over(folder: Path, qtbot: QtBot) -> None:
    name = instance_name(str(folder))
    assert not hand_over(name, ["--getting-started"])
    first = SingleInstance(name)
    got: list[list[str]] = []
    first.called.connect(got.append)
    script = f"""
import subprocess
import sys
from PySide6.QtCore import QCoreApplication
from app.views.single_instance import hand_over
application = QCoreApplication([])
sys.exit(0 if hand_over({name!r}, ["--getting-started"]) else 1)
"""
    with subprocess.Popen([sys.executable, "-c", script], cwd=Path(__file__).parents[2]) as second:
        wait_for(qtbot, lambda: second.poll() is not None)
    assert second.returncode == 0
    assert got == [["--getting-started"]]
    first.close()


def test_tray_offers_what_makes_sense(window: MainWindow, desktop: DesktopViewModel, qtbot: QtBot) -> None:
    tray = Tray(window)
    desktop.engine_changed.connect(tray.show_engine)
    assert not tray.stop_action.isEnabled()
    desktop.begin()
    wait_for(qtbot, lambda: tray.stop_action.isEnabled())
    assert not tray.start_action.isEnabled()
    assert not tray.icon.icon().isNull()


def test_narrow_window_folds_the_sidebar(
    window: MainWindow, desktop: DesktopViewModel, qtbot: QtBot, save_picture: Callable[[QWidget, str], None]
) -> None:
    desktop.begin()
    wait_for(qtbot, lambda: desktop.containers.is_loaded)
    window.resize(820, 560)
    assert window.sidebar.width() == 56
    save_picture(window, "narrow")
    press(qtbot, window, "sidebar.images")
    assert window.page is window.images


class _Dialog(FormDialog):
    def __init__(self) -> None:
        super().__init__("ask", "A title", "words " * 60, ("send", "Send", ""), None)
        self.add_edit("ask.name", "Name")
        self.begin()


def test_a_dialog_is_as_high_as_its_texts(qtbot: QtBot) -> None:
    dialog = _Dialog()
    qtbot.addWidget(dialog)
    dialog.show()
    assert QTest.qWaitForWindowExposed(dialog, WAIT_MS)
    layout = dialog.layout()
    assert layout is not None
    assert dialog.height() == dialog.minimumHeight() == layout.totalHeightForWidth(dialog.width())
    before = dialog.height()
    dialog.show_failure(Failure("other", "It failed. " * 40, "", ""))
    wait_for(qtbot, lambda: dialog.height() > before)
    problem = dialog.problem
    assert problem.height() >= problem.heightForWidth(problem.width())
