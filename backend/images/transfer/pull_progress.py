"""Progress of pulls, pushes and loads as Docker's JSON messages, ten a second at most for each layer.

Source: Docker Engine API, `POST /images/create` (CreateImageInfo, ProgressDetail); dockerd's
`pkg/jsonmessage` for the bar, go-units for sizes.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

INTERVAL = 0.1  # seconds
SHORT_ID = 12  # characters
BAR = 50  # characters
UNITS = ("B", "kB", "MB", "GB", "TB", "PB")

Send = Callable[[dict[str, Any]], None]


@dataclass(frozen=True, slots=True)
class Step:
    """How far one layer has come; `current` and `total` are bytes, or None for a step that just is."""

    status: str
    current: int | None = None
    total: int | None = None


def retrying(seconds: int) -> Step:
    """Return the step of a transfer that rests before it tries again."""
    return Step(f"Retrying in {seconds} second{'s' if seconds > 1 else ''}")


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
        self._send(step_message(step) | {"id": identifier})


def step_message(step: Step) -> dict[str, Any]:
    """Return a step as a message, with the bar that dockerd draws for those who show texts as they are."""
    if step.current is None:
        return {"status": step.status, "progressDetail": {}}
    detail = {"current": step.current} | ({"total": step.total} if step.total else {})
    return {"status": step.status, "progressDetail": detail, "progress": _bar(step.current, step.total or 0)}


def _bar(current: int, total: int) -> str:
    if total <= 0:
        return f"{_size(current):>8}" if current > 0 else ""
    filled = min(BAR, int(current / total * 100) // 2)
    counts = f"{_size(current):>8}" + (f"/{_size(total)}" if current <= total else "")
    return f"[{'=' * filled}>{' ' * (BAR - filled)}] {counts}"


def _size(count: int) -> str:
    size = float(count)
    unit = 0
    while size >= 1000 and unit < len(UNITS) - 1:
        size /= 1000
        unit += 1
    return f"{size:.4g}{UNITS[unit]}"
