"""A plain client of the Docker Engine API on a Unix socket, and the real docker command line beside it."""

import http.client
import json
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests.support.docker_tools import client_environment, docker_program

PING_LIMIT = 60.0  # seconds
FIRST_BYTES_LIMIT = 60.0  # seconds


@dataclass(frozen=True)
class Answer:
    """An HTTP answer, read to its end."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The body as JSON messages, one a line."""
        return [json.loads(line) for line in self.body.splitlines() if line.strip()]

    @property
    def message(self) -> str:
        """The text of an error answer."""
        return str(self.json["message"])


class UnixConnection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: Path, timeout: float) -> None:
        super().__init__("engine", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        """See HTTPConnection."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


class ApiClient(ABC):
    """One engine with its state in the folder `state` and its ports in the network namespace `netns`."""

    def __init__(self, state: Path, netns: str) -> None:
        self.state = state
        self.netns = netns

    @property
    @abstractmethod
    def socket(self) -> Path:
        """The API's Unix socket."""

    @abstractmethod
    def log_tail(self) -> str:
        """Return the end of the engine's log."""

    def answers(self) -> bool:
        """Return whether the engine answers a ping."""
        try:
            return self.request("GET", "/_ping", timeout=PING_LIMIT).status == 200
        except OSError:
            return False

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        timeout: float = 120.0,
    ) -> Answer:
        """Make one API call; a `body` that is no bytes goes as JSON."""
        connection = self.connection(timeout)
        try:
            data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
            sent = {"Content-Type": "application/json"} | dict(headers or {})
            target = f"{path}?{urlencode(query)}" if query else path
            connection.request(method, target, body=data, headers=sent)
            answer = connection.getresponse()
            return Answer(answer.status, dict(answer.headers), answer.read())
        finally:
            connection.close()

    def first_bytes(
        self, method: str, target: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> str:
        """Make a request of any form and return how the answer begins: streams are not waited for."""
        lines = [f"{method} {target} HTTP/1.1", "Host: engine"]
        sent = {} if body is None else {"Content-Type": "application/json", "Content-Length": str(len(body))}
        lines += [f"{name}: {value}" for name, value in (sent | dict(headers or {})).items()]
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(FIRST_BYTES_LIMIT)
            connection.connect(str(self.socket))
            connection.sendall("\r\n".join([*lines, "", ""]).encode("latin-1") + (body or b""))
            return connection.recv(65536).decode("latin-1")

    def connection(self, timeout: float = 120.0) -> http.client.HTTPConnection:
        """Return a connection for tests that read an answer as it comes."""
        return UnixConnection(self.socket, timeout)

    def docker_command(self, *arguments: str) -> list[str]:
        """Return the real docker command line for this engine."""
        return [docker_program(), "-H", f"unix://{self.socket}", *arguments]

    def docker_environment(self) -> dict[str, str]:
        """Return the environment in which that runs: its settings are below `state`."""
        return client_environment(self.state / "docker-config")

    def docker(
        self,
        *arguments: str,
        check: bool = True,
        timeout: float = 120.0,
        stdin: bytes | None = None,
        folder: Path | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> subprocess.CompletedProcess[bytes]:
        """Run the real docker command line against this engine, in `folder`, with more in its environment."""
        done = subprocess.run(
            self.docker_command(*arguments),
            input=stdin,
            capture_output=True,
            timeout=timeout,
            env={**self.docker_environment(), **(environment or {})},
            cwd=folder,
            check=False,
        )
        if check:
            assert done.returncode == 0, (arguments, done.stderr.decode(), self.log_tail())
        return done


def wait_for_start(
    answers: Callable[[], bool], process: "subprocess.Popen[bytes]", limit: float, log_tail: Callable[[], str]
) -> None:
    """Wait until an engine's process answers."""
    deadline = time.monotonic() + limit
    while not answers():
        assert process.poll() is None, f"the engine ended:\n{log_tail()}"
        assert time.monotonic() < deadline, f"the engine does not answer:\n{log_tail()}"
        time.sleep(0.05)
