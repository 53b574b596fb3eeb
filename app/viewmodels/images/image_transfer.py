"""Images on their way to a registry, to a file or from one: one at a time, with progress."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot

from app.viewmodels.access import Access
from app.viewmodels.background import Background, Stream
from app.viewmodels.failure import describe_failure
from app.viewmodels.tasks import TaskWords
from app.viewmodels.wording.wording import format_share, format_size, join_sentences

if TYPE_CHECKING:
    from app.services.engine.engine_streams import EngineStream, PullStream


@dataclass(frozen=True, slots=True)
class TransferView:
    """What goes on, as a line."""

    text: str
    tone: str = ""  # "ok" and "err" are the end
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class _Told:
    """How far it is; `percent` is None where nobody knows."""

    text: str
    percent: int | None = None


class ImageTransfer(QObject):
    """At most one transfer at a time."""

    changed = Signal(object)  # TransferView
    loaded = Signal()
    refused = Signal(str)  # why something else is not begun, in words

    def __init__(self, background: Background, access: Access, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background, self._access = background, access
        self._stream: Stream | None = None
        self._name = ""
        self._words = TaskWords("")
        self._task, self._kind = background.tasks.none, "other"
        self._is_load = False

    @property
    def is_active(self) -> bool:
        """Return whether something is under way."""
        return self._stream is not None

    def push(self, name: str) -> None:
        """Send a tag to its registry."""
        words = self._say(
            name, self.tr("Pushing {0}…"), self.tr("{0} is in its registry."), self.tr("{0} was not pushed")
        )
        self._start(name, words, lambda: self._access.client().push(name), _read_progress, kind="push")

    def save(self, name: str, target: Path) -> None:
        """Write an image to a file, as `docker save` does."""

        def read(stream: "EngineStream") -> Iterator[_Told]:
            from app.services.engine.engine_images import write_stream

            for size in write_stream(stream, target):
                yield _Told(format_size(size))

        words = self._say(
            name, self.tr("Saving {0}…"), self.tr("{0} was saved."), self.tr("{0} was not saved")
        )
        self._start(name, words, lambda: self._access.client().save_image(name), read)

    def load(self, path: Path) -> None:
        """Read images from a file that `docker save` wrote."""
        words = self._say(
            path.name, self.tr("Loading {0}…"), self.tr("{0} was loaded."), self.tr("{0} was not loaded")
        )
        if self._start(path.name, words, lambda: self._access.client().load_image(path), _read_progress):
            self._is_load = True

    def cancel(self) -> None:
        """Break it off."""
        if self._stream is not None:
            self._stream.cancel()
            self._stream = None
            self._task.drop()
            self.changed.emit(TransferView(self.tr("Cancelled."), "", is_active=False))

    @staticmethod
    def _say(name: str, *words: str) -> TaskWords:
        return TaskWords(*(text.format(name) for text in words))

    def _start(
        self,
        name: str,
        words: TaskWords,
        opener: Callable[[], Any],
        read: Callable[[Any], Iterator[_Told]],
        kind: str = "other",
    ) -> bool:
        """Begin, unless something is under way already, which is told; return whether it was begun."""
        if self._stream is not None:
            text = self.tr("{0} Wait until that has ended, or cancel it, and try {1} again.")
            self.refused.emit(text.format(self._words.going_on, name))
            return False
        self._name, self._words, self._kind = name, words, kind
        self._task = self._background.tasks.begin(words, self.cancel, "images")
        self.changed.emit(TransferView(words.going_on))
        self._stream = self._background.open_stream(opener, read, self._take, self._ended)
        return True

    @Slot(object)
    def _take(self, told: list[_Told]) -> None:
        last = told[-1]
        self._task.tell(last.text, last.percent)
        self.changed.emit(TransferView(f"{self._words.going_on} {last.text}"))

    @Slot(object)
    def _ended(self, error: Exception | None) -> None:
        self._stream = None
        was_load, self._is_load = self._is_load, False
        if error is None:
            self._task.succeed()
            self.changed.emit(TransferView(self._words.done, "ok", is_active=False))
            if was_load:
                self.loaded.emit()
            return
        failure = describe_failure(error, self._name, self._kind)
        words = failure.details.partition("\n")[0] if failure.code == "other" else ""
        text = join_sentences(failure.summary, words, failure.what_to_do)
        self._task.fail(failure, text)
        self.changed.emit(TransferView(text, "err", is_active=False))


def _read_progress(stream: "PullStream") -> Iterator[_Told]:
    for progress in stream:
        if progress.total:
            share = int(100 * progress.current / progress.total)
            yield _Told(format_share(progress.current, progress.total), min(share, 100))
        else:
            yield _Told(progress.message)
