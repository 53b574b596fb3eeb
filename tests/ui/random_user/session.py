"""A window over the demo's engine that is used by chance, left, and opened again in another language."""

import random
import threading
import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QLocale, Qt, QThreadPool, QTranslator
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.services.images.scan.scanner_image import LABEL
from app.services.settings import SettingsFile
from app.viewmodels.desktop import DesktopViewModel
from app.viewmodels.frame.preferences import Preferences
from app.views.application import Desktop, install_translations
from app.views.pages.list_page import ListPage
from tests.fakes.demo import DemoWorld
from tests.ui.random_user.hand import Hand
from tests.ui.random_user.trouble import Trouble
from tests.ui.random_user.watch import Watch

_LIMIT = 60.0  # seconds for all to come to rest on a busy machine
_MOMENT = 0.05  # seconds that a hurried user waits at most for what was pressed
_LIST_PAGES = ("containers", "images", "volumes", "networks")
_LANGUAGES = ("en", "zh_CN")


class Session:
    """Opens the window, uses it, and says what of it is not as it should be: `AssertionError`."""

    def __init__(
        self, application: QApplication, world: DemoWorld, watch: Watch, chance: random.Random
    ) -> None:
        self._application, self._world, self._watch, self._chance = application, world, watch, chance
        self._trouble = Trouble(world, chance)
        self._translators: list[QTranslator] = []
        self.done: list[str] = []
        self.open()

    def open(self) -> None:
        """Open a window in the language that was chosen, or in any."""
        preferences = Preferences(SettingsFile(self._world.folder / "desktop.json"))
        language = preferences.language or self._chance.choice(_LANGUAGES)
        self._translators = install_translations(self._application, QLocale(language))
        self.desktop = DesktopViewModel(self._world.access, preferences)
        self._running = Desktop(self._application, self.desktop, "0.0-random", [])
        self.window = self._running.window
        workers = self.desktop.background.findChild(QThreadPool)
        assert workers is not None
        self._workers = workers
        self.hand = Hand(self.window, self._chance)
        self.window.show()

    def close(self) -> None:
        """Leave in order; everything of the window is gone then."""
        self._running.leave()
        self.desktop.background.close(wait_ms=int(_LIMIT * 1000))
        for thing in (self.window, self._running, self.desktop):
            thing.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        for translator in self._translators:
            self._application.removeTranslator(translator)
        mine = [thread for thread in threading.enumerate() if thread.name.startswith("marina-")]
        for thread in mine:
            thread.join(_LIMIT)
        left = [thread.name for thread in mine if thread.is_alive()]
        assert not left, f"{left} go on after the window's end"
        left = [repr(widget) for widget in QApplication.topLevelWidgets() if widget.isVisible()]
        assert not left, f"{left} are there after the window's end"

    def step(self) -> str:
        """Do one thing, or let something happen to the engine; return what it was."""
        if self.window.may_close:  # left: by its menu, its keys, or a setting
            self.close()
            self.open()
            told = "opens the window again"
        elif (dice := self._chance.random()) < 0.06:
            told = "! " + self._trouble.make()
        elif dice < 0.07:
            width, height = self._chance.randint(100, 2_000), self._chance.randint(100, 1_400)
            self.window.resize(width, height)
            told = f"resizes to {width} × {height}"
        elif dice < 0.072:
            self.window.close()
            told = "closes the window"
        else:
            deed = self.hand.pick()
            told = deed.name
            self.done.append(told)
            self._watch.loop.forget()  # the looking was ours
            deed.do()
        self._breathe()
        return told

    def _breathe(self) -> None:
        """Let the window answer, for no longer than somebody in a hurry waits."""
        deadline = time.monotonic() + _MOMENT
        QApplication.processEvents()
        while self._workers.activeThreadCount() and time.monotonic() < deadline:
            QTest.qWait(1)
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        self._watch.look_at_turns()

    def settle(self) -> None:
        """End all trouble: dialogs close, tasks end, the lists are true and what needs the engine works."""
        self._trouble.end()
        self.leave_dialogs()
        self._wait(self._is_usable, "an engine that can be used")
        for task in list(self.desktop.tasks.running):
            task.cancel()
        self._wait(lambda: not self.desktop.tasks.running, "an end of all tasks")
        self.leave_dialogs()
        for name in _LIST_PAGES:
            self._compare_page(name)

    def leave_dialogs(self) -> None:
        """Close what is in front of the window: Escape does."""

        def is_alone() -> bool:
            front = QApplication.activePopupWidget() or QApplication.activeModalWidget()
            if front is None:
                return True
            QTest.keyClick(front, Qt.Key.Key_Escape)
            return False

        self._wait(is_alone, "an end of all dialogs")

    def _is_usable(self) -> bool:
        if self.desktop.view.can_start:
            self.desktop.engine.start()
        return self.desktop.view.can_be_used and not self.desktop.engine.is_busy

    def _compare_page(self, name: str) -> None:
        self.window.show_page(name)
        page = self.window.page
        assert isinstance(page, ListPage)
        page.go_back()
        page.filter_box.clear()
        page.list.clearSelection()
        state = self._world.engine.state
        there: dict[str, Callable[[], set[str]]] = {
            "containers": lambda: {
                container.id for container in list(state.containers.values()) if LABEL not in container.labels
            },
            "images": lambda: {image.id for image in state.images},
            "volumes": lambda: {volume.name for volume in state.volumes},
            "networks": lambda: {network.name for network in state.networks},
        }
        rows = page.viewmodel.model

        def shown() -> set[str]:
            if name == "images":
                return {row.image.id for row in rows.rows}
            return {row.key if name == "containers" else row.name for row in rows.rows}

        self._wait(lambda: shown() == there[name](), f"a true list of {name}")

    def _wait(self, condition: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + _LIMIT
        while not self.window.may_close and not condition():  # who has left the window waits for nothing
            if time.monotonic() > deadline:
                front = QApplication.activeModalWidget()
                tasks = [task.words.going_on for task in self.desktop.tasks.running]
                view, status = self.desktop.view, self._world.machine.status
                raise AssertionError(
                    f"waited in vain for {what}; in front: {front!r}, tasks: {tasks}, "
                    f"the window says {view.state}, busy {self.desktop.engine.is_busy}, "
                    f"the machine {status.state}"
                )
            QTest.qWait(5)
