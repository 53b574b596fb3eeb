"""The engine as it ships, run natively: started, killed and spoken to by tests."""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

PROJECT = Path(__file__).resolve().parents[2]
IMAGE = Path(os.environ.get("MARINA_IMAGE_DIR", PROJECT / "build" / "image" / "amd64"))
START_LIMIT = 30.0  # seconds
STOP_LIMIT = 20.0  # seconds


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


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path, timeout: float) -> None:
        super().__init__("engine", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


class NativeEngine:
    """One engine process with its own state folder, in the network namespace `netns`."""

    def __init__(self, state: Path, netns: str, arguments: Sequence[str] = ()) -> None:
        self.state = state
        self.netns = netns
        self.arguments = list(arguments)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def socket(self) -> Path:
        """The API's Unix socket."""
        return self.state / "engine.sock"

    @property
    def data_root(self) -> Path:
        """What survives a restart."""
        return self.state / "data"

    @property
    def pid(self) -> int:
        """The engine's process id."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start the engine and wait until it answers."""
        log = (self.state / "engine.log").open("ab")
        self._process = subprocess.Popen(
            [*self._command(), "--", "--log-level", "debug", *self.arguments],
            cwd=PROJECT,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        log.close()
        deadline = time.monotonic() + START_LIMIT
        while not self.answers():
            assert self._process.poll() is None, f"the engine ended:\n{self.log_tail()}"
            assert time.monotonic() < deadline, f"the engine does not answer:\n{self.log_tail()}"
            time.sleep(0.05)

    def answers(self) -> bool:
        """Return whether the engine answers a ping."""
        try:
            return self.request("GET", "/_ping", timeout=START_LIMIT).status == 200
        except OSError:
            return False

    def stop(self) -> None:
        """End the engine in good order."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End the engine as a crash does."""
        self._end(signal.SIGKILL)

    def power_fail(self) -> None:
        """End the engine as the machine's shutdown does: containers are stopped first."""
        self._end(signal.SIGPWR)

    def _end(self, signal_number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(signal_number)
            self._process.wait(STOP_LIMIT)
            self._process = None

    def clean(self) -> None:
        """End everything that runs with this state: containers, mounts, namespaces."""
        self._end(signal.SIGTERM)
        subprocess.run([*self._command(), "--clean"], cwd=PROJECT, check=True, timeout=60)

    def _command(self) -> list[str]:
        return [
            sys.executable,
            "-m",
            "vm.image.native_engine",
            "--image",
            str(IMAGE),
            "--state",
            str(self.state),
            "--netns",
            self.netns,
        ]

    def inside(self, *command: str, timeout: float = 60.0) -> str:
        """Run a command beside the engine, in its root and namespaces; returns its output."""
        done = subprocess.run(
            [*self._command(), "--exec", "--", *command],
            cwd=PROJECT,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def log_tail(self) -> str:
        """Return the end of the engine's log."""
        return (self.state / "engine.log").read_text(errors="replace")[-4000:]

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
        connection = _UnixConnection(self.socket, timeout)
        try:
            data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
            sent = {"Content-Type": "application/json"} | dict(headers or {})
            target = f"{path}?{urlencode(query)}" if query else path
            connection.request(method, target, body=data, headers=sent)
            answer = connection.getresponse()
            return Answer(answer.status, dict(answer.headers), answer.read())
        finally:
            connection.close()

    def connection(self, timeout: float = 120.0) -> http.client.HTTPConnection:
        """Return a connection for tests that read an answer as it comes."""
        return _UnixConnection(self.socket, timeout)

    def docker(
        self, *arguments: str, check: bool = True, timeout: float = 120.0, stdin: bytes | None = None
    ) -> subprocess.CompletedProcess[bytes]:
        """Run the real docker command line against this engine."""
        config = self.state / "docker-config"
        config.mkdir(exist_ok=True)
        environment = {"PATH": os.environ["PATH"], "HOME": str(config), "DOCKER_CONFIG": str(config)}
        done = subprocess.run(
            ["docker", "-H", f"unix://{self.socket}", *arguments],
            input=stdin,
            capture_output=True,
            timeout=timeout,
            env=environment,
            check=False,
        )
        if check:
            assert done.returncode == 0, (arguments, done.stderr.decode(), self.log_tail())
        return done


@contextmanager
def started_engine(state: Path, netns: str, arguments: Sequence[str] = ()) -> Iterator[NativeEngine]:
    """Run an engine with `arguments`; afterwards nothing of it is left but its log."""
    state.mkdir(parents=True, exist_ok=True)
    engine = NativeEngine(state, netns, arguments)
    try:
        engine.start()
        yield engine
    finally:
        engine.clean()
        for name in ("data", "run"):
            shutil.rmtree(state / name, ignore_errors=True)
