"""The engine's only event bus: what happened to which object, as the Docker API tells it.

Source of the shape: Docker Engine API, `GET /events` (EventMessage).
"""

import asyncio
import time
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

HISTORY_LENGTH = 1024
SUBSCRIBER_BACKLOG = 4096


@dataclass(frozen=True, slots=True)
class Event:
    """One change of one object.

    `type` is "container", "image", "network", "volume" or "daemon"; `action` is Docker's verb
    ("create", "start", "die", "pull", …); `attributes` holds strings only; `time_ns` is Unix time.
    """

    type: str
    action: str
    actor_id: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    time_ns: int = field(default_factory=time.time_ns)

    def to_json(self) -> dict[str, Any]:
        """Return Docker's EventMessage, with the older fields that clients still read."""
        message: dict[str, Any] = {
            "Type": self.type,
            "Action": self.action,
            "Actor": {"ID": self.actor_id, "Attributes": dict(self.attributes)},
            "scope": "local",
            "time": self.time_ns // 1_000_000_000,
            "timeNano": self.time_ns,
        }
        if self.type in ("container", "image"):
            message |= {"status": self.action} | ({"id": self.actor_id} if self.actor_id else {})
        if self.type == "container" and "image" in self.attributes:
            message["from"] = self.attributes["image"]
        return message


class Subscription:
    """One reader's queue of events; a reader that falls too far behind is cut off, never the writer."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[Event | None] = asyncio.Queue(SUBSCRIBER_BACKLOG)
        self._ended = False

    def put(self, event: Event) -> None:
        """Add an event without waiting."""
        if self._ended:
            return
        if self._queue.qsize() >= SUBSCRIBER_BACKLOG - 1:
            self.end()
        else:
            self._queue.put_nowait(event)

    def waiting(self) -> Iterator[Event]:
        """Take what is queued already, without waiting."""
        for _ in range(self._queue.qsize()):
            event = self._queue.get_nowait()
            if event is None:
                self._queue.put_nowait(None)  # the end is for `next`
            else:
                yield event

    def end(self) -> None:
        """Let the reader finish what is queued, then stop."""
        if not self._ended:
            self._ended = True
            self._queue.put_nowait(None)

    async def next(self) -> Event | None:
        """Wait for an event; None is the end."""
        return await self._queue.get()


class EventBus:
    """Publishes events to whoever listens, and keeps the last ones for `since`."""

    def __init__(self) -> None:
        self._history: deque[Event] = deque(maxlen=HISTORY_LENGTH)
        self._subscriptions: set[Subscription] = set()

    def publish(self, type: str, action: str, actor_id: str, /, **attributes: str) -> Event:
        """Record an event and hand it to all subscribers. Call from the event loop's thread."""
        return self.publish_with(type, action, actor_id, attributes)

    def publish_with(self, type: str, action: str, actor_id: str, attributes: Mapping[str, str]) -> Event:
        """The same for attributes with any names: labels are the user's."""
        event = Event(type, action, actor_id, attributes)
        self._history.append(event)
        for subscription in tuple(self._subscriptions):
            subscription.put(event)
        return event

    @contextmanager
    def subscribe(self, since_ns: int | None = None) -> Iterator[Subscription]:
        """Listen from now on, or from `since_ns` (Unix nanoseconds) as far as history reaches."""
        subscription = Subscription()
        if since_ns is not None:
            for event in self._history:
                if event.time_ns >= since_ns:
                    subscription.put(event)
        self._subscriptions.add(subscription)
        try:
            yield subscription
        finally:
            self._subscriptions.discard(subscription)

    @property
    def listeners(self) -> int:
        """How many listen now."""
        return len(self._subscriptions)

    def close(self) -> None:
        """End all subscriptions, so that open event streams finish when the engine stops."""
        for subscription in tuple(self._subscriptions):
            subscription.end()
