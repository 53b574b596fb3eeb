"""One container's use of resources: a live stream and its last ten minutes."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.services.containers.container_stats import Sample, StatsReader
from app.viewmodels.access import Access
from app.viewmodels.background import Background, Stream
from app.viewmodels.containers.container_stream import ContainerStream

if TYPE_CHECKING:
    from app.services.engine.engine_streams import JsonStream

HISTORY = 600  # samples, one a second


class ContainerStatsViewModel(ContainerStream):
    """Reads while it is shown; what was read stays when it is hidden. Its samples coming is "live"."""

    changed = Signal()

    def __init__(
        self, background: Background, access: Access, container_id: str, parent: QObject | None = None
    ) -> None:
        super().__init__(background, access, container_id, parent)
        self.history: list[Sample] = []

    def _begin(self) -> Stream:
        return self._background.open_stream(
            lambda: self._access.client().stats(self._container_id), _read, self._take, self._ended
        )

    @Slot(object)
    def _take(self, samples: list[Sample]) -> None:
        if self.state != "live":
            self._set_state("live")
        self.history = (self.history + samples)[-HISTORY:]
        self.changed.emit()


def _read(stream: "JsonStream") -> Iterator[Sample]:
    reader = StatsReader()
    for number, message in enumerate(stream.messages()):
        sample = reader.read(message)
        if sample is None:
            return  # the engine goes on sending empty samples of a container that has ended
        if number:  # the first one has nothing before it to make rates from
            yield sample
