"""The layout holds in the smallest window: at 200 %, and with words that are 40 % longer."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QSize, QTranslator
from PySide6.QtWidgets import QApplication, QTabBar
from pytestqt.qtbot import QtBot

from app.services.settings import SettingsFile
from app.viewmodels.desktop import DesktopViewModel
from app.viewmodels.frame.preferences import Preferences
from app.views.main_window import MainWindow
from app.views.pages.list_page import ListPage
from app.views.pages.settings.settings_page import SettingsPage
from app.views.pages.settings.troubleshoot_page import TroubleshootPage
from app.views.theme import Theme
from app.views.widgets import dialog_layout
from tests.fakes.demo import DemoWorld
from tests.ui.conftest import delete_now
from tests.ui.dialogs import DIALOGS
from tests.ui.helpers import wait_for
from tests.ui.layout_faults import layout_faults

SMALLEST = (820, 560)


class LongWords(QTranslator):
    """Says everything with 40 % more letters."""

    def isEmpty(self) -> bool:
        """Return that there is something, else Qt does not ask."""
        return False

    def translate(self, context: str, text: str, remark: str | None = None, number: int = -1) -> str:
        """Return the text with its own beginning once more behind it."""
        del context, remark
        letters = "".join(letter for letter in text if letter.isalpha() or letter == " ")
        more = letters[: round(len(letters) * 0.4)]
        said = text.replace("%n", str(number)) if number >= 0 else text
        return said + (" " if " " in text else "") + more


@pytest.fixture(params=["english", "long words"])
def words(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[str]:
    """The language of the window."""
    longer = LongWords()
    if request.param != "english":
        qapp.installTranslator(longer)
    yield request.param
    qapp.removeTranslator(longer)


@pytest.fixture
def small(words: str, theme: Theme, qtbot: QtBot) -> Iterator[MainWindow]:
    """The window over the demo, as small as it can be and at 200 %."""
    del words
    theme.choose_zoom(200)
    with DemoWorld() as world:
        preferences = Preferences(SettingsFile(world.folder / "desktop.json"))
        preferences.change(zoom=200)
        desktop = DesktopViewModel(world.access, preferences)
        window = MainWindow(desktop, "0.0-demo")
        window.may_close = True
        window.resize(*SMALLEST)
        window.show()
        desktop.begin()
        wait_for(qtbot, lambda: desktop.containers.total == 8 and desktop.images.total == 6)
        yield window
        window.close()
        desktop.close()
        delete_now(window)
        delete_now(desktop)
    theme.choose_zoom(100)


def settle() -> None:
    """Let all layouts end: what is laid out in one turn may ask for another one."""
    for _ in range(4):
        QApplication.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)


def views_of(window: MainWindow, qtbot: QtBot) -> Iterator[str]:
    """Bring one view after the other into sight, and tell its name."""
    for name in window.pages.titles:
        window.show_page(name)
        yield name
        page = window.page
        if isinstance(page, SettingsPage):
            for section in page.sections.places:
                page.sections.show_section(section)
                yield f"settings, {section}"
        elif isinstance(page, TroubleshootPage):
            for view in ("logs", "data"):
                page.show_view(view)
                yield f"troubleshoot, {view}"
        elif isinstance(page, ListPage):
            rows = page.viewmodel
            wait_for(qtbot, lambda rows=rows: rows.total > 0)  # type: ignore[misc]
            if page is window.containers:
                window.containers.show_container(window.desktop.containers.table.rows[0].key)
            else:
                page.opened.emit(rows.model.shown[0])
            assert page.detail is not None
            tabs = page.detail.findChild(QTabBar, f"{name}.detail.tabs")
            for place in range(tabs.count() if tabs is not None else 1):
                if tabs is not None:
                    tabs.setCurrentIndex(place)
                yield f"one of {name}, tab {place}"


def test_every_dialog_fits_a_small_screen_at_200_percent(
    small: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = QSize(1366, 768) - QSize(16, 48)
    faults = dialog_faults(small, room, qtbot, monkeypatch)
    assert not faults, "\n".join(faults)


def test_every_dialog_fits_a_netbook(
    small: MainWindow, theme: Theme, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    theme.choose_zoom(100)
    room = QSize(1024, 600) - QSize(16, 48)
    faults = dialog_faults(small, room, qtbot, monkeypatch)
    assert not faults, "\n".join(faults)


def dialog_faults(
    window: MainWindow, room: QSize, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> list[str]:
    """Open one dialog after the other on a screen with so much room, and return what is wrong."""
    monkeypatch.setattr(dialog_layout, "screen_room", lambda: QSize(room))
    for page in ("volumes", "networks"):
        window.show_page(page)
    desktop = window.desktop
    wait_for(qtbot, lambda: desktop.volumes.total == 4 and desktop.networks.total > 3)
    faults: list[str] = []
    for name, make in DIALOGS.items():
        dialog = make(window)
        dialog.open()
        settle()
        if dialog.width() > room.width() or dialog.height() > room.height():
            faults.append(f"{name}: it is {dialog.size()}, the screen has {room}")
        faults += [f"{name}: {fault}" for fault in layout_faults(dialog)]
        dialog.close()
        delete_now(dialog)
    return faults


def test_every_view_holds_at_200_percent(small: MainWindow, qtbot: QtBot) -> None:
    faults: list[str] = []
    for view in views_of(small, qtbot):
        settle()
        assert (small.width(), small.height()) == SMALLEST, f"{view} forces the window larger"
        faults += [f"{view}: {fault}" for fault in layout_faults(small)]
    assert not faults, "\n".join(faults)
