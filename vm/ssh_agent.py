"""The user's SSH agent on this computer, looked for anew by each conversation: it may come, go, and move.

Source: draft-ietf-sshm-ssh-agent, "Protocol Messages": each begins with its length, and gets one answer.
"""

import os
import socket
import struct
import subprocess
import sys
from collections.abc import Iterable, Iterator
from typing import Any, Protocol

from vm.errors import UserError

VARIABLE = "SSH_AUTH_SOCK"
LONGEST_MESSAGE = 256 * 1024
"""As OpenSSH's agent."""

ASK_LIMIT = 3.0
"""Seconds for the session's manager to tell where the agent is."""

_LENGTH = struct.Struct(">I")


class AgentConnection(Protocol):
    """One conversation with an agent; what Pageant has is no socket."""

    def send(self, data: bytes) -> int | None:
        """Send some of it; None tells that all was sent. Raises OSError."""

    def recv(self, size: int) -> bytes:
        """Return what comes, b"" at the end. Raises OSError."""

    def close(self) -> None:
        """End the conversation."""


class UserAgents:
    """Where agents of this user may be. Its methods may be called from any thread."""

    def __init__(self) -> None:
        self._told = ""

    def tell(self, path: str) -> None:
        """Take note of the socket that the user's newest program knows; it is tried first."""
        self._told = path

    def connect(self) -> AgentConnection:
        """Connect to the first agent that answers; blocks for a moment.

        Raises UserError when there is none.
        """
        if sys.platform == "win32":
            from paramiko.agent import get_agent_connection  # slow to import; Pageant's and OpenSSH's

            found: Any = get_agent_connection()
            if found is not None:
                return found  # type: ignore[no-any-return]
            raise _no_agent("Neither OpenSSH's agent nor Pageant answers.")
        tried = []
        for path in dict.fromkeys(self._paths()):
            connection = socket.socket(socket.AF_UNIX)
            try:
                connection.connect(path)
            except OSError as error:
                connection.close()
                tried.append(f"{path}: {error.strerror or error}")
                continue
            return connection
        raise _no_agent("; ".join(tried) or f"{VARIABLE} is not set.")

    def _paths(self) -> Iterator[str]:
        """Yield sockets, those that cost a program to find last."""
        yield from filter(None, (self._told, os.environ.get(VARIABLE, "")))
        yield from filter(None, (_of_the_session(),))


AGENTS = UserAgents()
"""The one value of this process."""


def _no_agent(details: str) -> UserError:
    return UserError(
        "There is no SSH agent on this computer.", details, "Start ssh-agent and add a key with ssh-add."
    )


def _of_the_session() -> str:
    """Return the socket that the user's session knows: this program may be older than the agent."""
    if sys.platform == "darwin":
        return _said_by(["launchctl", "getenv", VARIABLE])
    lines = _said_by(["systemctl", "--user", "show-environment"]).splitlines()
    found = [line.partition("=")[2] for line in lines if line.startswith(f"{VARIABLE}=")]
    return found[0] if found else ""


def _said_by(command: list[str]) -> str:
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=ASK_LIMIT, check=False, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode("utf-8", "replace").strip() if done.returncode == 0 else ""


def whole_messages(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield whole messages with their lengths. Raises ValueError for one that is too long."""
    buffer = b""
    for piece in pieces:
        buffer += piece
        while len(buffer) >= _LENGTH.size:
            whole = _whole(buffer)
            if len(buffer) < whole:
                break
            yield buffer[:whole]
            buffer = buffer[whole:]


def ask(agent: AgentConnection, request: bytes) -> bytes:
    """Return the agent's answer to a whole message. Raises OSError, ValueError for one that is too long."""
    while request:
        sent = agent.send(request)
        request = request[sent:] if sent is not None else b""
    head = _receive(agent, _LENGTH.size)
    return head + _receive(agent, _whole(head) - _LENGTH.size)


def _whole(head: bytes) -> int:
    length: int = _LENGTH.unpack_from(head)[0]
    if length > LONGEST_MESSAGE:
        raise ValueError(f"a message of {length} bytes between a program and the SSH agent")
    return _LENGTH.size + length


def _receive(agent: AgentConnection, size: int) -> bytes:
    data = b""
    while len(data) < size:
        piece = agent.recv(size - len(data))
        if not piece:
            raise ConnectionError("the SSH agent ended the connection")
        data += piece
    return data
