"""The desktop as it ships, over a made-up engine in another process, telling its own figures as JSON lines.

`python -m tests.bench.desktop_probe FOLDER COUNT LINES`: FOLDER holds the sockets of `tests.fakes.crowd`.
"""

import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, Slot

_LOOKS_SECONDS = 10.0  # how long the list is left alone while its share of a core is measured
_TURN_MS = 120  # between two things that a user does


class LaterAccess:
    """The fakes' access, imported in a worker as the real one is: else the first frame would wait for it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: Any = None

    def __getattr__(self, name: str) -> Any:
        if self._made is None:
            from tests.fakes.fake_access import FakeAccess
            from tests.fakes.fake_engine import FakeEngine

            self._made = FakeAccess(self._folder, FakeEngine(self._folder))
        return getattr(self._made, name)


class Probe(QObject):
    """Takes one figure after the other and leaves."""

    def __init__(self, desktop: Any, count: int, lines: int) -> None:
        super().__init__(desktop.window)
        from tests.support.loop_watch import LoopWatch

        self._desktop, self._window, self._count, self._lines = desktop, desktop.window, count, lines
        self._containers = desktop.window.desktop.containers
        self._watch = LoopWatch(self)
        self._steps: list[Callable[[], object]] = []
        self._clock = QTimer(self, interval=_TURN_MS)
        self._clock.timeout.connect(self._step)
        self._begin = (0.0, 0.0)
        self._window.first_frame.connect(lambda: tell("painted"))
        self._containers.counts_changed.connect(self._listed)

    @Slot()
    def _listed(self) -> None:
        if self._containers.total == self._count and not self._begin[0]:
            self._begin = (time.monotonic(), time.process_time())
            QTimer.singleShot(0, self._was_listed)

    def _was_listed(self) -> None:
        tell("listed")
        self._window.repaint()
        self._begin = (time.monotonic(), time.process_time())
        QTimer.singleShot(int(_LOOKS_SECONDS * 1000), self._looked)

    def _looked(self) -> None:
        wall, used = time.monotonic() - self._begin[0], time.process_time() - self._begin[1]
        tell("share", (used / wall) * 100)
        tell("list")
        self._watch.forget()
        table, page = self._window.containers.list, self._window.containers
        bar = table.verticalScrollBar()
        for place in range(20):
            self._steps.append(partial(bar.setValue, bar.maximum() * place // 19))
        for text in ("w", "wo", "worker-01", "worker-011", "", "post", ""):
            self._steps.append(partial(page.filter_box.setText, text))
        for column in (0, 1, 2, 4, 5, 0):
            self._steps.append(partial(table.sortByColumn, column, Qt.SortOrder.AscendingOrder))
        self._steps.append(self._containers.refresh)
        self._steps += [lambda: None] * 5
        self._steps.append(self._used)
        self._clock.start()

    @Slot()
    def _step(self) -> None:
        if self._steps:
            self._steps.pop(0)()
        else:
            self._clock.stop()

    def _used(self) -> None:
        tell("list turn", self._watch.longest * 1000)
        self._search()
        if not self._lines:
            self._desktop.leave()
            return
        talker = next(row for row in self._containers.table.rows if row.name == "talker")
        self._window.containers.show_logs(talker.key)
        self._logs = self._window.containers.detail.current
        self._watch.forget()
        self._begin = (time.monotonic(), time.process_time())
        self._logs.read_all()
        self._waiting = QTimer(self, interval=50)
        self._waiting.timeout.connect(self._reading)
        self._waiting.start()

    def _search(self) -> None:
        from app.viewmodels.frame.quick_search import QuickSearch

        search = QuickSearch(self._window.desktop)
        search.begin()
        took = []
        for needle in ("w", "wo", "worker-01", "worker-011 run", "zzz"):
            begin = time.thread_time()
            search.find(needle)
            took.append((time.thread_time() - begin) * 1000)
        tell("search first", took[0])
        tell("search", statistics.median(took[1:]))

    @Slot()
    def _reading(self) -> None:
        if self._logs.log.line_count < self._lines:
            return
        self._waiting.stop()
        tell("log read", (time.monotonic() - self._begin[0]) * 1000)
        tell("log turn", self._watch.longest * 1000)
        self._watch.forget()
        bar = self._logs.log.verticalScrollBar()
        for place in range(40):
            self._steps.append(partial(bar.setValue, bar.maximum() * (place * 7 % 40) // 39))
        self._steps.append(self._scrolled)
        self._clock.start()

    def _scrolled(self) -> None:
        tell("scroll turn", self._watch.longest * 1000)
        tell("log")
        self._desktop.leave()


def tell(what: str, value: float | None = None) -> None:
    """Write one figure; those without a value mark a moment, with the memory at it."""
    if value is None and what != "painted":  # nothing is imported before the first frame
        from tests.bench.memory import pss_mib

        value = pss_mib([os.getpid()])
    sys.stdout.write(json.dumps([what, value]) + "\n")
    sys.stdout.flush()


def main() -> int:
    """Open the window and measure."""
    folder, count, lines = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    from app.services.settings import SettingsFile
    from app.viewmodels.desktop import DesktopViewModel
    from app.viewmodels.frame.preferences import Preferences
    from app.views import application

    build = application.Desktop.__init__

    def build_with_probe(self: Any, *arguments: Any) -> None:
        build(self, *arguments)
        self.probe = Probe(self, count, lines)

    application.Desktop.__init__ = build_with_probe  # type: ignore[method-assign, assignment]
    settings = folder / "desktop.json"
    access: Any = LaterAccess(folder)
    return application.run_application(
        lambda: DesktopViewModel(access, Preferences(SettingsFile(settings))), str(settings), [], "0.0-bench"
    )


if __name__ == "__main__":
    sys.exit(main())
