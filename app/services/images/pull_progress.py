"""Turns the progress messages of a pull or load into one value that a bar can show.

Source: Docker Engine API, `POST /images/create` (a stream of JSON messages, CreateImageInfo).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from app.services.engine.json_values import get_number, get_object, get_text


class LayerState(StrEnum):
    """How far one layer has come."""

    WAITING = "waiting"
    DOWNLOADING = "downloading"
    EXTRACTING = "extracting"
    DONE = "done"
    PRESENT = "already present"


_STATE_BY_STATUS = {
    "Pulling fs layer": LayerState.WAITING,
    "Waiting": LayerState.WAITING,
    "Retrying": LayerState.WAITING,
    "Downloading": LayerState.DOWNLOADING,
    "Verifying Checksum": LayerState.DOWNLOADING,
    "Download complete": LayerState.EXTRACTING,
    "Extracting": LayerState.EXTRACTING,
    "Loading layer": LayerState.EXTRACTING,
    "Pull complete": LayerState.DONE,
    "Already exists": LayerState.PRESENT,
    # A push says these.
    "Preparing": LayerState.WAITING,
    "Pushing": LayerState.DOWNLOADING,
    "Pushed": LayerState.DONE,
    "Mounted from": LayerState.DONE,
    "Layer already exists": LayerState.PRESENT,
}


@dataclass(frozen=True, slots=True)
class LayerProgress:
    """One layer: bytes downloaded of `total` (0 while unknown), and `status` in the engine's words."""

    id: str
    state: LayerState = LayerState.WAITING
    status: str = ""
    current: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class PullProgress:
    """The whole pull at one moment; `message` is the latest line about the image itself."""

    reference: str
    layers: tuple[LayerProgress, ...] = ()
    message: str = ""

    @property
    def current(self) -> int:
        """Bytes downloaded."""
        return sum(layer.current for layer in self.layers)

    @property
    def total(self) -> int:
        """Bytes to download, over the layers whose size is known."""
        return sum(layer.total for layer in self.layers)

    @property
    def fraction(self) -> float | None:
        """How much is downloaded, 0 to 1; None while no size is known."""
        return min(self.current / self.total, 1.0) if self.total else None

    @property
    def layers_done(self) -> int:
        """Layers that are ready to use."""
        return sum(layer.state in (LayerState.DONE, LayerState.PRESENT) for layer in self.layers)


class PullTracker:
    """Adds up messages; give it each message of the stream in order."""

    def __init__(self, reference: str) -> None:
        self._progress = PullProgress(reference)
        self._layers: dict[str, LayerProgress] = {}

    @property
    def progress(self) -> PullProgress:
        """The state after the messages so far."""
        return self._progress

    def add(self, message: Mapping[str, Any]) -> PullProgress:
        """Take one message into account and return the new state."""
        status, id = get_text(message, "status"), get_text(message, "id")
        state = next((s for start, s in _STATE_BY_STATUS.items() if status.startswith(start)), None)
        if id and state is not None:
            self._layers[id] = self._advance(self._layers.get(id, LayerProgress(id)), state, status, message)
            self._progress = replace(self._progress, layers=tuple(self._layers.values()))
        elif text := status or get_text(message, "stream").strip():
            self._progress = replace(self._progress, message=text)
        return self._progress

    @staticmethod
    def _advance(
        layer: LayerProgress, state: LayerState, status: str, message: Mapping[str, Any]
    ) -> LayerProgress:
        detail = get_object(message, "progressDetail")
        current, total = layer.current, layer.total
        if status in ("Downloading", "Pushing"):
            current = max(get_number(detail, "current"), 0)
            total = max(get_number(detail, "total"), total, 0)
        elif state in (LayerState.EXTRACTING, LayerState.DONE):
            total = max(total, current)
            current = total  # "Extracting" counts unpacked bytes: another scale, so it is not mixed in
        return LayerProgress(layer.id, state, status, min(current, total) if total else current, total)
