"""Images on their way to a registry, to a file or from one: one at a time, with progress."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot

from app.viewmodels.access import Access
from app.viewmodels.background import Background, Stream
from app.viewmodels.failure import describe_failure
from app.viewmodels.wording.wording import format_share, format_size, join_sentences

if TYPE_CHECKING:
    from app.services.engine.engine_streams import EngineStream, PullStream


@dataclass(frozen=True, slots=True)
class TransferView:
    """What goes on, as a line."""

    text: str
    tone: str = ""  # "ok" and "err" are the end
    is_active: bool = True


class ImageTransfer(QObject):
    """At most one transfer at a time."""

    changed = Signal(object)  # TransferView
    loaded = Signal()

    def __init__(self, background: Background, access: Access, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background, self._access = background, access
        self._stream: Stream | None = None
        self._name = self._last = ""
        self._begun = self._ended_well = ""
        self._task = "other"
        self._is_load = False

    @property
    def is_active(self) -> bool:
        """Return whether something is under way."""
        return self._stream is not None

    def push(self, name: str) -> None:
        """Send a tag to its registry."""
        self._task = "push"
        texts = self.tr("Pushing {0}…"), self.tr("{0} is in its registry.")
        self._start(name, texts, lambda: self._access.client().push(name), self._read_progress)

    def save(self, name: str, target: Path) -> None:
        """Write an image to a file, as `docker save` does."""

        def read(stream: "EngineStream") -> Iterator[str]:
            from app.services.engine.engine_images import write_stream

            return map(format_size, write_stream(stream, target))

        self._task = "other"
        texts = self.tr("Saving {0}…"), self.tr("{0} was saved.")
        self._start(name, texts, lambda: self._access.client().save_image(name), read)

    def load(self, path: Path) -> None:
        """Read images from a file that `docker save` wrote."""
        self._task = "other"
        texts = self.tr("Loading {0}…"), self.tr("{0} was loaded.")
        self._is_load = True
        self._start(path.name, texts, lambda: self._access.client().load_image(path), self._read_progress)

    def cancel(self) -> None:
        """Break it off."""
        if self._stream is not None:
            self._stream.cancel()
            self._stream = None
            self.changed.emit(TransferView(self.tr("Cancelled."), "", is_active=False))

    def _start(
        self,
        name: str,
        texts: tuple[str, str],
        opener: Callable[[], Any],
        read: Callable[[Any], Iterator[str]],
    ) -> None:
        if self._stream is not None:
            return
        self._name, self._last = name, ""
        self._begun, self._ended_well = (text.format(name) for text in texts)
        self.changed.emit(TransferView(self._begun))
        self._stream = self._background.open_stream(opener, read, self._take, self._ended)

    @staticmethod
    def _read_progress(stream: "PullStream") -> Iterator[str]:
        for progress in stream:
            yield format_share(progress.current, progress.total) if progress.total else progress.message

    @Slot(object)
    def _take(self, words: list[str]) -> None:
        self._last = words[-1]
        self.changed.emit(TransferView(f"{self._begun} {self._last}"))

    @Slot(object)
    def _ended(self, error: Exception | None) -> None:
        self._stream = None
        was_load, self._is_load = self._is_load, False
        if error is None:
            self.changed.emit(TransferView(self._ended_well, "ok", is_active=False))
            if was_load:
                self.loaded.emit()
            return
        failure = describe_failure(error, self._name, self._task)
        words = failure.details.partition("\n")[0] if failure.code == "other" else ""
        text = join_sentences(failure.summary, words, failure.what_to_do)
        self.changed.emit(TransferView(text, "err", is_active=False))
