"""Lends the user's SSH agent to a build: what its programs ask is answered by the agent of this computer.

Each connection to the engine carries one program's conversation; the next is opened as soon as one is used.
"""

import contextlib
import secrets
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from app.services.engine.engine_streams import HijackedStream
from app.services.errors import EngineRequestError, MarinaError, UserError
from vm.errors import UserError as MachineError
from vm.ssh_agent import AGENTS, AgentConnection, ask, whole_messages

if TYPE_CHECKING:
    from app.services.engine.engine_client import EngineClient

KEY_HEADER = "X-Marina-Build-Agent"
_PATIENCE = 10.0  # seconds for a thread that waits for the engine


def connect_agent() -> AgentConnection:
    """Connect to the user's agent. Raises UserError."""
    try:
        return AGENTS.connect()
    except MachineError as error:
        raise UserError(
            "There is no SSH agent on this computer",
            error.details,
            "Start ssh-agent and add a key with ssh-add, or build without lending it.",
        ) from error


class LentAgent:
    """Lends from the moment it is made until it is closed. Raises UserError when there is no agent."""

    def __init__(
        self, client: "EngineClient", connect: Callable[[], AgentConnection] = connect_agent
    ) -> None:
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
        path = f"/marina/ssh-agents/{self._key}"
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
        with stream, contextlib.suppress(MarinaError, OSError, ValueError):
            requests = whole_messages(data for _, data in stream.output())
            request = next(requests, b"")
            if request:
                self._begin(self._open())
                agent = self._connect()
                try:
                    while request:
                        stream.write(ask(agent, request))
                        request = next(requests, b"")
                finally:
                    agent.close()
        with self._lock:
            self._streams.discard(stream)
