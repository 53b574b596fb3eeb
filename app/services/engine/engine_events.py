"""The engine's event feed, kept open: after every connection its reader lists anew and so misses nothing."""

import logging
import threading
from collections.abc import Callable

from app.services.engine.engine_client import EngineClient
from app.services.engine.engine_streams import JsonStream
from app.services.engine.engine_types import Event
from app.services.errors import CancelledError, ConnectionLostError, MarinaError

log = logging.getLogger(__name__)

FIRST_PAUSE = 0.2
LONGEST_PAUSE = 3.0


class EventFeed:
    """Reads events on a thread of its own until `stop`; all callbacks come from that thread.

    `on_connected` says that the feed is open: list everything now, changes from here on arrive as events.
    `on_events` brings what happened at once together. `on_lost` says why the feed broke; it comes once
    for each break, and the feed tries again by itself.
    """

    def __init__(
        self,
        client: EngineClient,
        on_connected: Callable[[], None],
        on_events: Callable[[list[Event]], None],
        on_lost: Callable[[MarinaError], None] = lambda error: None,
    ) -> None:
        self._client = client
        self._on_connected = on_connected
        self._on_events = on_events
        self._on_lost = on_lost
        self._stopped = threading.Event()
        self._soon = threading.Event()
        self._lock = threading.Lock()
        self._stream: JsonStream | None = None
        self._thread = threading.Thread(target=self._run, name="engine-events", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def hurry(self) -> None:
        """Try again at once, should the feed have broken: the engine is known to be back."""
        self._soon.set()

    def stop(self, timeout: float = 5.0) -> None:
        """End the feed and wait up to `timeout` seconds for its thread; no callback comes after."""
        self._stopped.set()
        self._soon.set()
        with self._lock:
            if self._stream is not None:
                self._stream.cancel()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(timeout)

    def _run(self) -> None:
        pause = FIRST_PAUSE
        was_connected = True  # so that the first failure is told, too
        while not self._stopped.is_set():
            try:
                with self._client.events() as stream:
                    self._keep(stream)
                    self._soon.clear()
                    pause, was_connected = FIRST_PAUSE, True
                    self._on_connected()
                    self._read(stream)
                raise ConnectionLostError("the engine ended the event feed")
            except CancelledError:
                return
            except MarinaError as error:
                if self._stopped.is_set():
                    return
                log.info("event feed lost: %s", error)
                if was_connected:
                    self._on_lost(error)
                was_connected = False
            finally:
                self._keep(None)
            self._soon.wait(pause)
            self._soon.clear()
            pause = min(pause * 2, LONGEST_PAUSE)

    def _keep(self, stream: JsonStream | None) -> None:
        """Remember the stream for `stop`, or end it when `stop` was faster."""
        with self._lock:
            self._stream = stream
            if stream is not None and self._stopped.is_set():
                stream.cancel()

    def _read(self, stream: JsonStream) -> None:
        for batch in stream.batches():
            if self._stopped.is_set():
                return
            self._on_events([Event.from_json(message) for message in batch])
