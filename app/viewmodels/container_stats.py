"""One container's use of resources: a live stream and its last ten minutes."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.services.container_stats import Sample, StatsReader
from app.viewmodels.access import Access
from app.viewmodels.background import Background, Stream
from app.viewmodels.failure import describe_failure

if TYPE_CHECKING:
    from app.services.engine_streams import JsonStream

HISTORY = 600  # samples, one a second
_RETRY_MS = 2_000


class ContainerStatsViewModel(QObject):
    """Reads while it is shown; what was read stays when it is hidden."""

    changed = Signal()
    state_changed = Signal(str)  # "opening", "live", "ended" or "broken"
    failed = Signal(object)  # Failure

    def __init__(
        self, background: Background, access: Access, container_id: str, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._background, self._access, self._container_id = background, access, container_id
        self._stream: Stream | None = None
        self.history: list[Sample] = []
        self.state = ""
        self._retry = QTimer(self, singleShot=True, interval=_RETRY_MS)
        self._retry.timeout.connect(self.open)

    @property
    def latest(self) -> Sample | None:
        """Return the newest sample."""
        return self.history[-1] if self.history else None

    @Slot()
    def open(self) -> None:
        """Begin to read."""
        if self._stream is None:
            self._set_state("opening")
            self._stream = self._background.open_stream(
                lambda: self._access.client().stats(self._container_id), _read, self._take, self._ended
            )

    def close(self) -> None:
        """Stop reading."""
        self._retry.stop()
        if self._stream is not None:
            self._stream.cancel()
            self._stream = None

    @Slot(list)
    def _take(self, samples: list[Sample]) -> None:
        if self.state != "live":
            self._set_state("live")
        self.history = (self.history + samples)[-HISTORY:]
        self.changed.emit()

    @Slot(object)
    def _ended(self, error: Exception | None) -> None:
        self._stream = None
        if error is None:
            self._set_state("ended")
            return
        failure = describe_failure(error)
        self._set_state("broken")
        self.failed.emit(failure)
        if failure.code in ("connection-lost", "engine-not-running", "engine-timeout"):
            self._retry.start()

    def _set_state(self, state: str) -> None:
        self.state = state
        self.state_changed.emit(state)


def _read(stream: "JsonStream") -> Iterator[Sample]:
    reader = StatsReader()
    for number, message in enumerate(stream.messages()):
        sample = reader.read(message)
        if sample is None:
            return  # the engine goes on sending empty samples of a container that has ended
        if number:  # the first one has nothing before it to make rates from
            yield sample
