"""Something of one container that is read on and on while it is shown, and again after a break."""

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.viewmodels.access import Access
from app.viewmodels.background import Background, Stream
from app.viewmodels.failure import describe_failure

_RETRY_MS = 2_000


class ContainerStream(QObject):
    """Holds the stream and says how it stands; subclasses begin it and take what comes."""

    state_changed = Signal(str)  # "opening", the subclass's word for "it comes", "ended" or "broken"
    failed = Signal(object)  # Failure

    def __init__(
        self, background: Background, access: Access, container_id: str, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._background, self._access, self._container_id = background, access, container_id
        self._stream: Stream | None = None
        self.state = ""
        self._retry = QTimer(self, singleShot=True, interval=_RETRY_MS)
        self._retry.timeout.connect(self.open)

    @Slot()
    def open(self) -> None:
        """Begin to read, unless it is being read."""
        if self._stream is None:
            self._set_state("opening")
            self._stream = self._begin()

    def _begin(self) -> Stream:
        raise NotImplementedError

    def close(self) -> None:
        """Stop reading."""
        self._retry.stop()
        if self._stream is not None:
            self._stream.cancel()
            self._stream = None

    @Slot(object)
    def _ended(self, error: Exception | None) -> None:
        self._stream = None
        if error is None:
            self._set_state("ended")
            return
        failure = describe_failure(error)
        self._set_state("broken")
        self.failed.emit(failure)
        if failure.passes_by_itself:
            self._retry.start()

    def _set_state(self, state: str) -> None:
        self.state = state
        self.state_changed.emit(state)
