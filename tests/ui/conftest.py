"""The window over a fake engine and a fake supervisor: real sockets, real services, no display."""

import os

os.environ["QT_QPA_PLATFORM"] = "offscreen"

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QLocale, QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QMainWindow, QMenu, QWidget
from pytestqt.qtbot import QtBot

from app.services.settings import SettingsFile
from app.viewmodels.desktop import DesktopViewModel
from app.viewmodels.frame.preferences import Preferences
from app.views.accessibility import install_accessibility
from app.views.application import install_translations
from app.views.clipboard import release_clipboard
from app.views.garbage import GarbageCollector
from app.views.main_window import MainWindow
from app.views.theme import Appearance, Theme
from tests.fakes.fake_access import FakeAccess
from tests.fakes.fake_engine import FakeEngine
from tests.fakes.fake_machine import FakeMachine
from tests.support.opened_urls import caught_urls
from tests.support.short_folder import short_folder
from tests.ui.helpers import WAIT_MS
from vm.machine.status import MachineState

SCREENSHOTS = Path(__file__).parents[2] / "build" / "artifacts" / "screens"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Pass over what the offscreen platform says of every dialog and popup; mark tests that draw pictures."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.qt_log_ignore("^This plugin does not support "))
            if "save_picture" in getattr(item, "fixturenames", ()):
                item.add_marker(pytest.mark.pictures)


@pytest.fixture(scope="session", autouse=True)
def theme(qapp: QApplication) -> Theme:
    """The application's look, in English, whatever the machine's language is."""
    QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedStates))
    install_translations(qapp, QLocale())
    install_accessibility()
    return Theme(qapp, Appearance.LIGHT)


@pytest.fixture(scope="session", autouse=True)
def clean_clipboard(qapp: QApplication) -> Iterator[None]:
    """Leave nothing of Python's on the clipboard, as the program does when it ends."""
    del qapp
    yield
    release_clipboard()


@pytest.fixture(scope="session", autouse=True)
def collector(qapp: QApplication) -> Iterator[GarbageCollector]:
    """Python's collector where the desktop has it, too: in this thread."""
    made = GarbageCollector(qapp)
    yield made
    made.close()


@pytest.fixture(scope="session", autouse=True)
def no_flashes() -> Iterator[None]:
    """Refuse to show what has no parent yet: it would be a window for a moment and take the keyboard away."""

    def refusing(show: Callable[..., None]) -> Callable[..., None]:
        def shown(widget: QWidget, *wanted: bool) -> None:
            by_the_window = sys._getframe(1).f_globals["__name__"].startswith("app.")
            if by_the_window and all(wanted) and not isinstance(widget, (QMainWindow, QDialog, QMenu)):
                assert widget.parent() is not None, f"{widget!r} has no parent yet"
            show(widget, *wanted)

        return shown

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(QWidget, "show", refusing(QWidget.show))
        patch.setattr(QWidget, "setVisible", refusing(QWidget.setVisible))
        yield


@pytest.fixture(autouse=True)
def no_keys_held(qapp: QApplication) -> Iterator[None]:
    """Qt remembers the modifiers of a last key: with Shift held, the next test would select other rows."""
    del qapp
    yield
    QTest.keyRelease(QWidget(), Qt.Key.Key_Shift)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder whose path leaves room for a socket's name."""
    with short_folder("marina-ui-") as path:
        yield path


@pytest.fixture
def engine(folder: Path) -> Iterator[FakeEngine]:
    """An engine that answers."""
    with FakeEngine(folder) as fake:
        yield fake


@pytest.fixture
def machine(folder: Path) -> Iterator[FakeMachine]:
    """A machine that runs already; tests of the start set another state before the window opens."""
    with FakeMachine(folder, MachineState.RUNNING) as fake:
        yield fake


@pytest.fixture
def access(folder: Path, engine: FakeEngine) -> Iterator[FakeAccess]:
    """The way to the fakes."""
    made = FakeAccess(folder, engine)
    yield made
    made.close()


@pytest.fixture
def desktop(access: FakeAccess, machine: FakeMachine, folder: Path) -> Iterator[DesktopViewModel]:
    """The view-models, not begun."""
    made = DesktopViewModel(access, Preferences(SettingsFile(folder / "desktop.json")))
    yield made
    made.close()
    made.background.close(wait_ms=WAIT_MS)  # the window does not wait that long for calls under way
    delete_now(made)


def delete_now(thing: QObject) -> None:
    """Delete it in this thread: Python's collector may come to it in any other, where timers cannot stop."""
    thing.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def window(desktop: DesktopViewModel, qtbot: QtBot) -> Iterator[MainWindow]:
    """The window on screen; `desktop.begin()` is up to the test."""
    made = MainWindow(desktop, "0.0-test")
    made.may_close = True
    qtbot.addWidget(made)
    made.show()
    yield made
    made.close()


@pytest.fixture
def opened_urls(qapp: QApplication) -> Iterator[list[str]]:
    """Addresses handed to the browser; offscreen there is none, so this catches them."""
    del qapp
    with caught_urls() as urls:
        yield urls


def save_one_picture(widget: QWidget, name: str, theme: Theme) -> None:
    """Save a picture of a widget as the theme is now."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    QApplication.processEvents()
    QApplication.processEvents()  # what came in the first turn is laid out in the second
    picture = widget.grab()
    assert not picture.isNull()
    assert picture.save(str(SCREENSHOTS / f"{name}-{theme.appearance.value}.png"))


@pytest.fixture(autouse=True)
def light(theme: Theme) -> None:
    """Each test begins in light, before there is a window: to change the look of one takes long."""
    theme.choose(Appearance.LIGHT)


@pytest.fixture
def save_picture(theme: Theme) -> Callable[[QWidget, str], None]:
    """Save a picture of a widget in light and in dark under build/artifacts/screens; the look stays."""

    def save(widget: QWidget, name: str) -> None:
        for appearance in (Appearance.DARK, Appearance.LIGHT):
            theme.choose(appearance)
            save_one_picture(widget, name, theme)

    return save
