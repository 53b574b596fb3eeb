"""Lends the user's SSH agent to a build: what its programs ask is answered by the agent of this computer.

Each connection to the engine carries one program's conversation; the next is opened as soon as one is used.
Source: draft-miller-ssh-agent, "Protocol Messages": each begins with its length, and gets one answer.
"""

import contextlib
import os
import secrets
import socket
import struct
import sys
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from app.services.engine.engine_streams import HijackedStream
from app.services.errors import BadAnswerError, EngineRequestError, MarinaError, UserError

if TYPE_CHECKING:
    from app.services.engine.engine_client import EngineClient

KEY_HEADER = "X-Marina-Build-Agent"
_LENGTH = struct.Struct(">I")
_LONGEST = 256 * 1024  # as OpenSSH's agent
_PATIENCE = 10.0  # seconds for a thread that waits for the engine


def connect_agent() -> Any:
    """Return a connection with `send`, `recv` and `close` to the user's agent. Raises UserError."""
    connection = _find_agent()
    if connection is None:
        raise UserError(
            "There is no SSH agent on this computer",
            what_to_do="Start ssh-agent and add a key with ssh-add, or build without lending it.",
        )
    return connection


def _find_agent() -> Any:
    if sys.platform == "win32":
        from paramiko.agent import get_agent_connection  # slow to import; Pageant's and OpenSSH's

        return get_agent_connection()
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.connect(os.environ.get("SSH_AUTH_SOCK", ""))
    except OSError:
        connection.close()
        return None
    return connection


class LentAgent:
    """Lends from the moment it is made until it is closed. Raises UserError when there is no agent."""

    def __init__(self, client: "EngineClient", connect: Callable[[], Any] = connect_agent) -> None:
        connect().close()
        self._client, self._connect = client, connect
        self._key = secrets.token_hex(16)
        self._lock = threading.Lock()
        self._is_closed = False
        self._streams: set[HijackedStream] = set()
        self._threads: list[threading.Thread] = []
        try:
            self._begin(self._open())
        except EngineRequestError as error:
            if error.status != 404:
                raise
            raise UserError(
                "This engine takes no SSH agent from the window",
                what_to_do="Build in a terminal: docker buildx build --ssh default",
            ) from error

    @property
    def headers(self) -> dict[str, str]:
        """Return what the build's request says of it."""
        return {KEY_HEADER: self._key}

    def close(self) -> None:
        """Take the agent back."""
        with self._lock:
            self._is_closed = True
            streams, threads = list(self._streams), list(self._threads)
        for stream in streams:
            stream.cancel()
        for thread in threads:
            thread.join(_PATIENCE)

    def _open(self) -> HijackedStream:
        path = f"/marina/build-agents/{self._key}"
        return HijackedStream(*self._client.open_stream("POST", path, upgrade=True), tty=True)

    def _begin(self, stream: HijackedStream) -> None:
        """Wait for a program on a thread of its own."""
        thread = threading.Thread(target=self._serve, args=(stream,), name="lent-agent", daemon=True)
        with self._lock:
            if self._is_closed:
                stream.close()
                return
            self._streams.add(stream)
            self._threads = [known for known in self._threads if known.is_alive()] + [thread]
            thread.start()

    def _serve(self, stream: HijackedStream) -> None:
        # A build that has ended, an engine that is gone, an agent that was stopped: the program in the build
        # sees its connection end, and the build tells of it.
        with stream, contextlib.suppress(MarinaError, OSError):
            requests = _messages(data for _, data in stream.output())
            request = next(requests, b"")
            if request:
                self._begin(self._open())
                agent = self._connect()
                try:
                    while request:
                        _send(agent, request)
                        stream.write(_answer(agent))
                        request = next(requests, b"")
                finally:
                    agent.close()
        with self._lock:
            self._streams.discard(stream)


def _messages(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Yield whole messages with their lengths. Raises BadAnswerError for one that is too long."""
    buffer = b""
    for piece in pieces:
        buffer += piece
        while len(buffer) >= _LENGTH.size:
            whole = _whole(buffer)
            if len(buffer) < whole:
                break
            yield buffer[:whole]
            buffer = buffer[whole:]


def _whole(head: bytes) -> int:
    length: int = _LENGTH.unpack_from(head)[0]
    if length > _LONGEST:
        raise BadAnswerError(f"a message of {length} bytes between a build and the SSH agent")
    return _LENGTH.size + length


def _send(agent: Any, data: bytes) -> None:
    while data:
        sent = agent.send(data)
        data = data[sent:] if sent is not None else b""  # Pageant takes all, and says nothing


def _answer(agent: Any) -> bytes:
    """Read the agent's answer. Raises ConnectionError when it ends before."""
    head = _receive(agent, _LENGTH.size)
    return head + _receive(agent, _whole(head) - _LENGTH.size)


def _receive(agent: Any, size: int) -> bytes:
    data = b""
    while len(data) < size:
        piece = agent.recv(size - len(data))
        if not piece:
            raise ConnectionError("the SSH agent ended the connection")
        data += piece
    return data
