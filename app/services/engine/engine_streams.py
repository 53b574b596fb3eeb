"""Answers without an end: JSON messages, logs, and the two-way streams of attach and exec.

Every stream is read by one thread and may be cancelled from any other. Cancelling shuts the socket down:
closing a response would leave its reader blocked.
"""

import contextlib
import http.client
import json
import select
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from typing import Any, Self

from app.services.containers.log_lines import LineSplitter, LogLine
from app.services.engine.chunked_body import BodyError, ChunkedBody, PlainBody
from app.services.engine.engine_transport import StreamConnection
from app.services.engine.json_values import get_object, get_text
from app.services.engine.stream_frames import STDOUT, FrameError, FrameReader
from app.services.errors import BadAnswerError, CancelledError, ConnectionLostError, EngineRequestError
from app.services.images.pull_progress import PullProgress, PullTracker

READ_SIZE = 65536
LONGEST_MESSAGE = 16 * 1024 * 1024
BATCH_SECONDS = 0.05
BATCH_LINES = 5000


class EngineStream:
    """The bytes of one streamed answer; a context manager that closes the connection."""

    def __init__(self, connection: StreamConnection, response: http.client.HTTPResponse) -> None:
        self._connection = connection
        self._response = response
        self._body: ChunkedBody | PlainBody = (
            ChunkedBody() if response.chunked else PlainBody(response.length)
        )
        self._cancelled = threading.Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def is_cancelled(self) -> bool:
        """Whether `cancel` was called."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """End the stream from any thread; its reader gets CancelledError at once. Does no harm twice."""
        self._cancelled.set()
        self._shut_down(socket.SHUT_RDWR)

    def close(self) -> None:
        """Free the connection. Call it from the reading thread."""
        self._response.close()
        self._connection.close()
        if self._connection.stream_socket is not None:
            self._connection.stream_socket.close()

    def _shut_down(self, how: int) -> None:
        stream_socket = self._connection.stream_socket
        if stream_socket is not None:
            with contextlib.suppress(OSError):  # the other side was faster
                stream_socket.shutdown(how)

    def chunks(self) -> Iterator[bytes]:
        """Yield bytes as they come. Raises ConnectionLostError when cut, CancelledError when cancelled."""
        while not self._body.is_finished:
            data = self._receive()
            if not data:
                if self._body.may_end:
                    return
                raise ConnectionLostError("the connection was closed in the middle of the stream")
            try:
                payload = self._body.feed(data)
            except BodyError as error:
                raise BadAnswerError(str(error)) from error
            if payload:
                yield payload
                if self.is_cancelled:  # while it was dealt with; what is left may be here already
                    raise CancelledError

    def _receive(self) -> bytes:
        # The response's file holds bytes that came along with the header; the bare socket would lose them.
        try:
            data = bytes(self._response.fp.read1(READ_SIZE))
        except (OSError, ValueError) as error:
            if self.is_cancelled:
                raise CancelledError from error
            raise ConnectionLostError(f"the stream broke: {error}") from error
        if not data and self.is_cancelled:
            raise CancelledError
        return data

    def _has_more(self, timeout: float) -> bool:
        """Return whether more bytes are at the socket within `timeout` seconds."""
        stream_socket = self._connection.stream_socket
        if stream_socket is None or stream_socket.fileno() < 0:
            return False
        return bool(select.select([stream_socket], [], [], max(timeout, 0.0))[0])


class JsonStream(EngineStream):
    """A stream of JSON objects, one a line (or simply one after the other)."""

    def messages(self) -> Iterator[Mapping[str, Any]]:
        """Yield each object. Raises EngineRequestError for an `errorDetail` in the stream."""
        for batch in self.batches():
            yield from batch

    def batches(self) -> Iterator[list[Mapping[str, Any]]]:
        """Yield the objects that came at once together; raises as `messages` does."""
        buffer = b""
        for chunk in self.chunks():
            *lines, buffer = (buffer + chunk).split(b"\n")
            if len(buffer) > LONGEST_MESSAGE:
                raise BadAnswerError("a message of the stream has no end")
            if messages := [_parse_message(line) for line in lines if line.strip()]:
                yield messages
        if buffer.strip():
            yield [_parse_message(buffer)]


def _parse_message(line: bytes) -> Mapping[str, Any]:
    try:
        message = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadAnswerError(f"not JSON: {line[:200]!r}") from error
    if not isinstance(message, Mapping):
        raise BadAnswerError(f"not a JSON object: {line[:200]!r}")
    failure = get_text(get_object(message, "errorDetail"), "message") or get_text(message, "error")
    if failure:
        raise EngineRequestError(0, failure)
    return message


class PullStream(JsonStream):
    """A pull or a load that goes on; iterate it to drive and watch it, `cancel` it from anywhere."""

    def __init__(
        self, connection: StreamConnection, response: http.client.HTTPResponse, reference: str
    ) -> None:
        super().__init__(connection, response)
        self._tracker = PullTracker(reference)

    @property
    def progress(self) -> PullProgress:
        """The state after the messages so far."""
        return self._tracker.progress

    def __iter__(self) -> Iterator[PullProgress]:
        """Yield the state after what came at once; ends when the image is there.

        Raises EngineRequestError when the engine gives up, ConnectionLostError when cut.
        """
        for batch in self.batches():
            for message in batch:
                self._tracker.add(message)
            yield self._tracker.progress


class OutputStream(EngineStream):
    """What a container or command writes: plain bytes of a terminal, or frames of two streams."""

    def __init__(self, connection: StreamConnection, response: http.client.HTTPResponse, tty: bool) -> None:
        super().__init__(connection, response)
        self._tty = tty

    @property
    def has_terminal(self) -> bool:
        """Return whether a terminal makes one stream of both."""
        return self._tty

    def output(self) -> Iterator[tuple[int, bytes]]:
        """Yield (stream, bytes) as they come; stream is STDOUT or STDERR of `stream_frames`."""
        for pieces in self._pieces():
            yield from pieces

    def _pieces(self) -> Iterator[list[tuple[int, bytes]]]:
        """Yield what one read brought together."""
        frames = FrameReader()
        for chunk in self.chunks():
            if self._tty:
                yield [(STDOUT, chunk)]
                continue
            try:
                yield frames.feed(chunk)
            except FrameError as error:
                raise BadAnswerError(str(error)) from error
        if not frames.is_between_frames:
            raise ConnectionLostError("the output broke off in the middle of a frame")


class LogStream(OutputStream):
    """A container's log, or the rest of its life when followed."""

    def __init__(
        self, connection: StreamConnection, response: http.client.HTTPResponse, tty: bool, timestamps: bool
    ) -> None:
        super().__init__(connection, response, tty)
        self._timestamps = timestamps

    def batches(self) -> Iterator[list[LogLine]]:
        """Yield lines in batches: what came within 50 ms, so that a flood does not drown its reader."""
        splitter = LineSplitter(self._timestamps)
        lines: list[LogLine] = []
        deadline = 0.0
        try:
            for pieces in self._pieces():
                if not lines:
                    deadline = time.monotonic() + BATCH_SECONDS
                for stream, data in pieces:
                    lines += splitter.feed(stream, data)
                if lines and (len(lines) >= BATCH_LINES or not self._has_more(deadline - time.monotonic())):
                    yield lines
                    lines = []
        except ConnectionLostError:
            if lines := lines + splitter.finish():
                yield lines  # what came before the cut did come
            raise
        if lines := lines + splitter.finish():
            yield lines


class HijackedStream(OutputStream):
    """Both ways of attach or exec: the connection stopped being HTTP after the engine's 101 (or 200)."""

    def __init__(self, connection: StreamConnection, response: http.client.HTTPResponse, tty: bool) -> None:
        super().__init__(connection, response, tty)
        self._body = PlainBody(None)

    def write(self, data: bytes) -> None:
        """Send to the command's standard input. Raises ConnectionLostError when it no longer listens."""
        stream_socket = self._connection.stream_socket
        if stream_socket is None:
            raise ConnectionLostError("the stream is closed")
        try:
            stream_socket.sendall(data)
        except OSError as error:
            raise ConnectionLostError(f"cannot write to the command: {error}") from error

    def close_input(self) -> None:
        """Tell the command that its standard input is at its end; output goes on."""
        self._shut_down(socket.SHUT_WR)
