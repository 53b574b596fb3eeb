"""Progress of pulls and loads as Docker's JSON messages, ten a second at most for each layer.

Source: Docker Engine API, `POST /images/create` (CreateImageInfo, ProgressDetail).
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

INTERVAL = 0.1  # seconds
SHORT_ID = 12  # characters

Send = Callable[[dict[str, Any]], None]


@dataclass(frozen=True, slots=True)
class Step:
    """How far one layer has come; `current` and `total` are bytes, or None for a step that just is."""

    status: str
    current: int | None = None
    total: int | None = None


class PullProgress:
    """Turns steps into messages for one client."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._last: dict[str, tuple[float, str]] = {}

    def message(self, status: str, identifier: str | None = None) -> None:
        """Send a line of its own."""
        message: dict[str, Any] = {"status": status}
        if identifier is not None:
            message["id"] = identifier
        self._send(message)

    def layers(self, blobs: Sequence[str], diff_ids: Sequence[str]) -> None:
        """Learn which layers there are, before the first step of one of them."""

    def layer(self, digest: str, step: Step) -> None:
        """Send a layer's step, unless it says nothing new or comes too soon after the last."""
        identifier = digest.removeprefix("sha256:")[:SHORT_ID]
        now = time.monotonic()
        last_time, last_status = self._last.get(identifier, (0.0, ""))
        if step.status == last_status and (step.current is None or now - last_time < INTERVAL):
            return
        self._last[identifier] = (now, step.status)
        detail = {} if step.current is None else {"current": step.current, "total": step.total}
        self._send({"status": step.status, "progressDetail": detail, "id": identifier})
