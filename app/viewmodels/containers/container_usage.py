"""What the containers in sight use of processor and memory: asked for one after another, twice a second."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.services.containers.container_stats import Sample, StatsReader
from app.services.errors import EngineRequestError
from app.viewmodels.access import Access
from app.viewmodels.background import Background

if TYPE_CHECKING:
    from app.services.engine.engine_client import EngineClient

_INTERVAL_MS = 500
_REST = 4  # times as long as the last answers took, at the least: a slow engine is asked less often
_IN_SIGHT = 24  # at a time; more rows do not fit on most screens
_OTHERS = 4  # at a time: those out of sight have their turn, for sums and sorting


class ContainerUsage(QObject):
    """Asks on one worker while it is on, a few dozen containers at a time however many there are."""

    measured = Signal(object)  # dict of Sample by container

    def __init__(self, background: Background, access: Access, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background, self._access = background, access
        self.find_wanted: Callable[[], tuple[list[str], list[str]]] = lambda: ([], [])
        self._readers: dict[str, StatsReader] = {}
        self._turn = 0
        self._asking = False
        self._took = 0.0  # seconds
        self.timer = QTimer(self, interval=_INTERVAL_MS)
        self.timer.timeout.connect(self.measure)

    @Slot()
    def measure(self) -> None:
        """Ask now, unless the last answers are still to come."""
        if self._asking:
            return
        in_sight, others = self.find_wanted()
        wanted = in_sight[:_IN_SIGHT] + self._next(others)
        if wanted:
            self._asking = True
            self._background.run(lambda: self._ask(wanted), self._take, self._not_measured)

    def _next(self, others: list[str]) -> list[str]:
        if len(others) <= _OTHERS:
            return others
        self._turn %= len(others)
        chosen = (others + others)[self._turn : self._turn + _OTHERS]
        self._turn += _OTHERS
        return chosen

    def _ask(self, wanted: list[str]) -> dict[str, Sample]:
        begin = time.monotonic()
        client = self._access.client()
        samples = {}
        for key in wanted:
            sample = self._sample(client, key)
            if sample is not None:
                samples[key] = sample
        self._took = time.monotonic() - begin
        return samples

    def _sample(self, client: "EngineClient", key: str) -> Sample | None:
        try:
            message = client.stats_now(key)
        except EngineRequestError:  # it ended or went meanwhile
            self._readers.pop(key, None)
            return None
        return self._readers.setdefault(key, StatsReader()).read(message)

    @Slot(object)
    def _take(self, samples: dict[str, Sample]) -> None:
        self._asking = False
        self.timer.setInterval(max(_INTERVAL_MS, round(self._took * 1000 * _REST)))
        self.measured.emit(samples)

    @Slot(object)
    def _not_measured(self, error: Exception) -> None:
        del error  # the engine is away: its state says so
        self._asking = False
