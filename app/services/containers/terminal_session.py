"""A command at a terminal in a running container: output as it comes, keys and sizes sent by a thread.

A shell that does not read must not hold up whoever types: writing goes through a queue.
"""

import logging
import queue
import threading
from collections.abc import Iterator
from http import HTTPStatus
from typing import Self

from app.services.engine.engine_client import EngineClient
from app.services.engine.engine_streams import HijackedStream
from app.services.errors import EngineRequestError, MarinaError

log = logging.getLogger(__name__)

_SAY = r"printf '\033]1;%s\007'"
BEST_SHELL = (
    "/bin/sh",
    "-c",
    f"command -v bash >/dev/null 2>&1 && {{ {_SAY} bash; exec bash; }}; {_SAY} sh; exec sh",
)
"""The best shell there is. It says which: OSC 1, which names a terminal's tab (xterm's ctlseqs)."""
_LONGEST_QUEUE = 10_000
_PAUSES = (0.05, 0.1, 0.2, 0.4, 0.8)  # seconds between attempts to tell the size


class TerminalSession:
    """Enter it to start the command; `cancel` ends it from any thread."""

    def __init__(
        self, client: EngineClient, container: str, command: tuple[str, ...], rows: int, columns: int
    ) -> None:
        self._client, self._container, self._command = client, container, command
        self._size = (rows, columns)
        self._stream: HijackedStream | None = None
        self._exec_id = ""
        self._cancelled = threading.Event()
        self._wishes: queue.Queue[bytes | tuple[int, int] | None] = queue.Queue(_LONGEST_QUEUE)
        self._sender = threading.Thread(target=self._send, name="marina-terminal", daemon=True)

    def __enter__(self) -> Self:
        self._exec_id = self._client.create_exec(
            self._container, self._command, tty=True, stdin=True, environment=("TERM=xterm-256color",)
        )
        self._stream = self._client.start_exec(self._exec_id, tty=True, size=self._size)
        self.resize(*self._size)  # an engine older than API 1.42 has passed over it
        self._sender.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._cancelled.set()
        self._put(None)
        if self._stream is not None:
            self._stream.cancel()  # a sender that waits for a full pipe is let go
            self._sender.join()
            self._stream.close()

    def cancel(self) -> None:
        """End the session."""
        self._cancelled.set()
        self._put(None)
        if self._stream is not None:
            self._stream.cancel()

    @property
    def is_cancelled(self) -> bool:
        """Return whether `cancel` was called."""
        return self._stream is None or self._stream.is_cancelled

    def output(self) -> Iterator[bytes]:
        """Yield what the command writes, to its end."""
        assert self._stream is not None
        for _, data in self._stream.output():
            yield data

    def write(self, data: bytes) -> None:
        """Send keys."""
        self._put(data)

    def resize(self, rows: int, columns: int) -> None:
        """Tell the command the size of its terminal."""
        self._size = (rows, columns)
        self._put(self._size)

    def exit_code(self) -> int | None:
        """Return how the command ended, None while it runs."""
        return self._client.exec_exit_code(self._exec_id)

    def _put(self, wish: bytes | tuple[int, int] | None) -> None:
        try:
            self._wishes.put_nowait(wish)
        except queue.Full:
            log.warning("the terminal does not read: input is dropped")

    def _send(self) -> None:
        assert self._stream is not None
        while (wish := self._wishes.get()) is not None:
            try:
                if isinstance(wish, bytes):
                    self._stream.write(wish)
                else:
                    self._tell_size(*self._size)  # the newest: another thread's wish may be ahead of this one
            except MarinaError as error:
                if self._stream.is_cancelled or isinstance(wish, bytes):
                    return
                log.info("the terminal's size could not be told: %s", error)

    def _tell_size(self, rows: int, columns: int) -> None:
        """Tell the size, several times while the command has not begun: the stream is there before it."""
        for pause in _PAUSES:
            try:
                self._client.resize_exec(self._exec_id, rows, columns)
                return
            except EngineRequestError as error:
                if error.status != HTTPStatus.CONFLICT:
                    raise
            if self._cancelled.wait(pause):
                return
        self._client.resize_exec(self._exec_id, rows, columns)
