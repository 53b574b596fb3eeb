"""Pulling one image: checks the name as it is typed, follows the layers, can be cancelled."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.services.images.pull_progress import LayerState, PullProgress
from app.services.images.reference import explain_reference, parse_reference
from app.viewmodels.access import Access
from app.viewmodels.background import Background, Stream
from app.viewmodels.failure import describe_failure
from app.viewmodels.tasks import RunningTask, TaskWords
from app.viewmodels.wording.service_texts import say
from app.viewmodels.wording.wording import format_duration, format_rate, format_share

if TYPE_CHECKING:
    from app.services.engine.engine_streams import PullStream

_SPEED_SECONDS = 5.0
_SOON = 10.0  # seconds; to count them would only flicker


@dataclass(frozen=True, slots=True)
class LayerView:
    """One layer as a line: `percent` is None while nothing is known."""

    id: str
    text: str
    percent: int | None
    is_done: bool


@dataclass(frozen=True, slots=True)
class PullView:
    """The pull at one moment; `percent` is None while no layer's size is known."""

    reference: str
    percent: int | None = None
    amount: str = ""
    speed: str = ""
    left: str = ""  # how long the download will take
    message: str = ""
    layers: tuple[LayerView, ...] = ()
    layers_done: int = 0


def check_name(text: str) -> tuple[str, str]:
    """Return (what is wrong, what it resolves to); one of them is ""."""
    text = text.strip()
    reason = explain_reference(text)
    return (say(reason), "") if reason else ("", parse_reference(text).full_name)


def parse_name(text: str) -> tuple[str, str]:
    """Return the registry of an image's name, and what to search for there: the name without a tag."""
    reference = parse_reference(text.strip())
    return reference.registry, reference.repository


def parse_tag(text: str) -> str:
    """Return the tag of an image's name, "" for none."""
    return parse_reference(text.strip()).tag


class PullImageViewModel(QObject):
    """At most one pull at a time."""

    progressed = Signal(object)  # PullView
    succeeded = Signal(str)  # the reference
    failed = Signal(object)  # Failure
    cancelled = Signal()

    def __init__(self, background: Background, access: Access, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background, self._access = background, access
        self._stream: Stream | None = None
        self._task: RunningTask = background.tasks.none
        self._reference = self._platform = ""
        self._samples: list[tuple[float, int]] = []
        self._furthest = 0

    @property
    def is_active(self) -> bool:
        """Return whether a pull is under way."""
        return self._stream is not None

    @property
    def reference(self) -> str:
        """Return the name of the latest pull."""
        return self._reference

    @property
    def platform(self) -> str:
        """Return the platform of the latest pull, "" for the engine's own."""
        return self._platform

    def start(self, reference: str, platform: str = "") -> None:
        """Pull `reference`, a name that `check_name` accepts, for the engine's or another platform."""
        if self._stream is not None:
            return
        self._reference, self._platform = reference.strip(), platform
        self._samples, self._furthest = [], 0
        name = self._reference
        words = TaskWords(
            self.tr("Pulling {0}").format(name),
            self.tr("{0} was pulled").format(name),
            self.tr("{0} could not be pulled").format(name),
        )
        self._task = self._background.tasks.begin(words, self.cancel, "images")
        self.progressed.emit(PullView(self._reference))
        self._stream = self._background.open_stream(self._open, self._read, self._take, self._ended)

    def cancel(self) -> None:
        """Stop pulling; finished layers stay."""
        if self._stream is not None:
            self._stream.cancel()
            self._stream = None
            self._task.drop()
            self.cancelled.emit()

    def _open(self) -> "PullStream":
        return self._access.client().pull(self._reference, self._platform)

    @staticmethod
    def _read(stream: "PullStream") -> Iterator[PullProgress]:
        return iter(stream)

    @Slot(object)
    def _take(self, progresses: list[PullProgress]) -> None:
        view = self._view(progresses[-1])
        self._task.tell(" · ".join(filter(None, (view.amount, view.speed))) or view.message, view.percent)
        self.progressed.emit(view)

    def _view(self, progress: PullProgress) -> PullView:
        fraction = progress.fraction
        if fraction is not None:  # layers whose size is not known yet count as not begun
            known = sum(bool(layer.total) for layer in progress.layers)
            present = sum(layer.state is LayerState.PRESENT for layer in progress.layers)
            fraction *= known / max(1, len(progress.layers) - present)
            # A layer that shows its size late, or begins anew, is no step back of the whole.
            self._furthest = max(self._furthest, min(100, int(fraction * 100)))
        speed = self._speed(progress.current)
        is_known = all(layer.total or layer.state is LayerState.PRESENT for layer in progress.layers)
        seconds = (progress.total - progress.current) / speed if speed and is_known else 0.0
        return PullView(
            reference=self._reference,
            percent=None if fraction is None else self._furthest,
            amount=format_share(progress.current, progress.total) if progress.total else "",
            speed=format_rate(speed) if speed else "",
            left=self._left(seconds) if seconds else "",
            message=progress.message,
            layers=tuple(
                LayerView(
                    layer.id,
                    self._layer_text(layer.state, layer.current, layer.total),
                    100
                    if layer.state in (LayerState.DONE, LayerState.PRESENT)
                    else int(100 * layer.current / layer.total)
                    if layer.total
                    else None,
                    layer.state in (LayerState.DONE, LayerState.PRESENT),
                )
                for layer in progress.layers
            ),
            layers_done=progress.layers_done,
        )

    def _layer_text(self, state: LayerState, current: int, total: int) -> str:
        if state is LayerState.DOWNLOADING and total:
            return format_share(current, total)
        return {
            LayerState.WAITING: self.tr("Waiting"),
            LayerState.DOWNLOADING: self.tr("Downloading"),
            LayerState.EXTRACTING: self.tr("Unpacking"),
            LayerState.DONE: self.tr("Done"),
            LayerState.PRESENT: self.tr("Already here"),
        }[state]

    def _left(self, seconds: float) -> str:
        if seconds < _SOON:
            return self.tr("a few seconds left")
        return self.tr("{0} left").format(format_duration(seconds))

    def _speed(self, current: int) -> float:
        """Return the bytes a second over the last five seconds, 0 before there are any."""
        now = time.monotonic()
        self._samples = [s for s in self._samples if now - s[0] < _SPEED_SECONDS] + [(now, current)]
        (first_time, first_bytes) = self._samples[0]
        seconds = now - first_time
        return (current - first_bytes) / seconds if seconds >= 0.5 and current > first_bytes else 0.0

    @Slot(object)
    def _ended(self, error: Exception | None) -> None:
        self._stream = None
        if error is None:
            self._task.succeed()
            self.succeeded.emit(self._reference)
            return
        failure = describe_failure(error, self._reference, "pull")
        self._task.fail(failure)
        self.failed.emit(failure)
