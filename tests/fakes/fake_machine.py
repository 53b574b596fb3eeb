"""A supervisor on a machine.sock: speaks the protocol of docs/architecture.md, boots nothing."""

import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

from vm.machine.status import MachineState, MachineStatus, Problem, Step, StepState
from vm.machine.storage.disk_usage import DiskUsage

_UP = (MachineState.RUNNING, MachineState.DEGRADED, MachineState.RECONNECTING)
_NO_PROCESS = 2**31 - 2
"""The supervisor's process, which has always ended: whoever tells it to quit waits for that."""

STEPS = (("machine", "Start the machine", 60.0), ("engine", "Start the engine", 30.0))


class FakeMachine:
    """Start it as a context manager. `start_fails_with` scripts a failed start, `gate` holds one up."""

    def __init__(self, folder: Path, state: MachineState = MachineState.STOPPED) -> None:
        self.socket_path = folder / "machine.sock"
        self.docker_socket = folder / "docker.sock"
        self.start_fails_with: Problem | None = None
        self.steps: Sequence[tuple[str, str, float]] = STEPS
        self.pause_fails_with: dict[str, str] | None = None
        self.gate = threading.Event()
        self.gate.set()
        self.requests: list[str] = []
        self.snapshots: list[dict[str, Any]] = []
        self._status = MachineStatus(state, docker_socket=str(self.docker_socket), supervisor_pid=_NO_PROCESS)
        self._changed = threading.Condition()
        self._history: list[MachineStatus] = [self._status]
        self._closing = threading.Event()
        self._listener: socket.socket | None = None
        self._threads: list[threading.Thread] = []
        self._connections: set[socket.socket] = set()

    def __enter__(self) -> Self:
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(self.socket_path))
        self._listener.listen(16)
        self._spawn(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self.gate.set()
        assert self._listener is not None
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.socket_path.unlink(missing_ok=True)
        self.cut_connections()
        with self._changed:
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    @property
    def status(self) -> MachineStatus:
        """The present status."""
        return self._status

    def set(self, **values: Any) -> None:
        """Change the status and tell all watchers."""
        with self._changed:
            self._status = replace(self._status, **values, moment=time.monotonic())
            self._history.append(self._status)
            self._changed.notify_all()

    def cut_connections(self) -> None:
        """Break every connection, as a killed supervisor does."""
        for connection in tuple(self._connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _spawn(self, target: Any, *arguments: Any) -> None:
        thread = threading.Thread(target=target, args=arguments, name="fake-machine")
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        assert self._listener is not None
        while not self._closing.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._connections.add(connection)
            self._spawn(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            with connection.makefile("rb") as reader:
                line = reader.readline()
            if line:
                request = json.loads(line)
                command = request["command"]
                self.requests.append(command)
                if (
                    result := self._data_result(command, str(request.get("arguments", {}).get("name", "")))
                ) is not None:
                    connection.sendall(json.dumps({"result": result[0]}).encode() + b"\n")
                    return
                if command == "pause" and self.pause_fails_with is not None:
                    connection.sendall(json.dumps(self.pause_fails_with).encode() + b"\n")
                    return
                for status in self._answers(command):
                    connection.sendall(json.dumps(status.to_json()).encode() + b"\n")
        self._connections.discard(connection)

    def _data_result(self, command: str, name: str) -> tuple[Any] | None:
        """Return the result of a piece of work on the data, as one value; None for other commands."""
        if command == "snapshot-create":
            self.snapshots.append({"name": name, "created": 1_767_323_045.0})
        elif command == "snapshot-delete":
            self.snapshots = [one for one in self.snapshots if one["name"] != name]
        elif command == "snapshots":
            return (list(self.snapshots),)
        elif command == "compact":
            return ({"before": 9_000_000, "after": 4_000_000},)
        elif command == "ssh-agent":
            return ("SSH_AUTH_SOCK is not set.",)
        elif command == "disk-usage":
            usage = DiskUsage("data.qcow2", self._status.disk_bytes, self._status.disk_limit_bytes, 20_000)
            return (usage.to_json(),)
        elif command not in ("snapshot-restore", "data-reset", "data-export", "data-import", "data-move"):
            return None
        return (None,)

    def _answers(self, command: str) -> Iterator[MachineStatus]:
        if command == "status":
            yield self._status_now()
        elif command == "watch":
            yield from self._watch()
        elif command in ("start", "resume"):
            yield from self._start()
        elif command == "restart":
            yield from self._stop()
            yield from self._start()
        elif command in ("stop", "force-stop", "quit", "pause", "suspend"):
            yield from self._stop()
        else:
            raise NotImplementedError(f"the fake machine knows no command {command!r}")

    def _watch(self) -> Iterator[MachineStatus]:
        with self._changed:
            known = len(self._history)
            now = self._status_now()
        yield now
        while not self._closing.is_set():
            fresh = self._wait_for_news(known)
            known += len(fresh)
            yield from fresh

    def _status_now(self) -> MachineStatus:
        with self._changed:
            return replace(self._status, moment=time.monotonic())

    def _wait_for_news(self, known: int) -> list[MachineStatus]:
        with self._changed:
            self._changed.wait_for(lambda: len(self._history) > known or self._closing.is_set(), 0.05)
            return self._history[known:]

    def _start(self) -> Iterator[MachineStatus]:
        if self._status.state in _UP:  # a start that comes late changes nothing, as with the real one
            yield self._status
            return
        steps = [Step(name, title, limit=limit) for name, title, limit in self.steps]
        for index, step in enumerate(steps):
            steps[index] = replace(step, state=StepState.ACTIVE)
            self.set(state=MachineState.STARTING, steps=tuple(steps), progress=index / len(steps))
            yield self._status
            self.gate.wait()
            if self.start_fails_with is not None:
                steps[index] = replace(step, state=StepState.FAILED, seconds=0.5)
                self.set(state=MachineState.FAILED, steps=tuple(steps), problem=self.start_fails_with)
                yield self._status
                return
            steps[index] = replace(step, state=StepState.DONE, seconds=0.5)
        self.set(state=MachineState.RUNNING, steps=tuple(steps), progress=1.0, problem=None)
        yield self._status

    def _stop(self) -> Iterator[MachineStatus]:
        self.set(state=MachineState.STOPPING)
        yield self._status
        self.set(state=MachineState.STOPPED, steps=(), progress=0.0)
        yield self._status
