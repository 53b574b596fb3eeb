"""machine.sock: one request a connection, answered with lines of JSON (docs/architecture.md)."""

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vm.errors import UserError
from vm.machine.machine import Machine
from vm.machine.maintenance import Maintenance
from vm.machine.sockets.endpoints import serve_commands
from vm.machine.status import MachineStatus
from vm.ssh_agent import AGENTS, VARIABLE

log = logging.getLogger(__name__)
REQUEST_LIMIT = 10.0
"""Seconds a client has for its request line."""

SERVED_AT_THE_END = ("status", "watch", "quit")
"""What a supervisor that ends still answers."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asks for."""

    command: str = ""
    arguments: dict[str, Any] = field(default_factory=dict)


class ControlServer:
    """Serves the clients of one supervisor."""

    def __init__(self, machine: Machine, on_quit: Callable[[], None]) -> None:
        self._machine = machine
        self._maintenance = Maintenance(machine)
        self._on_quit = on_quit
        self._clients: set[asyncio.Task[Any]] = set()
        self._server: asyncio.Server | None = None
        self._path: Path | None = None
        self._ends = False

    @property
    def clients(self) -> int:
        """How many are connected."""
        return len(self._clients)

    async def listen(self, path: Path) -> None:
        """Serve from now on. Raises UserError, OSError."""
        self._server = await serve_commands(path, self._serve)
        self._path = path

    async def ensure(self) -> None:
        """Listen anew when somebody has removed the socket, as cleaners of temporary folders do."""
        if self._path is None or await asyncio.to_thread(self._path.exists):
            return
        try:
            server = await serve_commands(self._path, self._serve)
        except (OSError, UserError) as error:
            log.warning("machine.sock was removed and cannot be made again: %s", error)
            return
        log.warning("machine.sock was removed: it is made again")
        if self._server is not None:
            self._server.close()
        self._server = server

    def refuse(self) -> None:
        """Begin nothing any more: the supervisor ends, and who is hung up on turns to the next one."""
        self._ends = True

    async def close(self) -> None:
        """Stop to listen, and let the answers that go on reach their end for a moment."""
        if self._server is not None:
            self._server.close()
        clients = {task for task in self._clients if task is not asyncio.current_task()}
        if clients:
            await asyncio.wait(clients, timeout=1)
        for task in clients:
            task.cancel()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._clients.add(task)
        try:
            async with asyncio.timeout(REQUEST_LIMIT):
                line = await reader.readline()
            await self._answer(line, reader, writer)
        except (OSError, ValueError, TimeoutError) as error:
            log.debug("client gone: %r", error)
        finally:
            self._clients.discard(task)
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _answer(self, line: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = parse_request(line)
        if self._ends and request.command not in SERVED_AT_THE_END:
            return
        try:
            work = self._maintenance.begin(request.command, request.arguments)
        except UserError as error:
            await _send(writer, _refusal(error))
            return
        _note_agent(request)
        statuses = self._machine.watch(until=work) if work else self._carry_out(request.command)
        if statuses is None:
            await _send(writer, {"error": f"unknown command {request.command!r}"})
            return
        sending = asyncio.ensure_future(self._send_all(statuses, writer, work))
        leaving = asyncio.ensure_future(reader.read())
        try:
            await asyncio.wait((sending, leaving), return_when=asyncio.FIRST_COMPLETED)
        finally:
            if work is not None and not work.done():
                work.cancel()  # who asked has left: half a job is undone
            for task in (sending, leaving):
                task.cancel()
            await asyncio.gather(sending, leaving, return_exceptions=True)
        if request.command == "quit":
            self.refuse()
            self._on_quit()

    def _carry_out(self, command: str) -> AsyncIterator[MachineStatus] | None:
        machine = self._machine
        if command == "status":
            return _once(machine.status())
        if command == "watch":
            return machine.watch()
        commands = {
            "start": machine.start,
            "stop": machine.stop,
            "restart": machine.restart,
            "force-stop": machine.force_stop,
            "quit": machine.quit,
            "resume": machine.start,
        }
        return machine.watch(until=commands[command]()) if command in commands else None

    async def _send_all(
        self,
        statuses: AsyncIterator[MachineStatus],
        writer: asyncio.StreamWriter,
        work: asyncio.Task[Any] | None,
    ) -> None:
        async for status in statuses:
            await _send(writer, status.to_json())
        if work is not None:
            await _send(writer, _outcome(work))


def parse_request(line: bytes) -> Request:
    """Return what a request line asks for; an empty command for what is none."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return Request()
    command = value.get("command") if isinstance(value, dict) else None
    if not isinstance(command, str):
        return Request()
    arguments = value.get("arguments")
    return Request(command[:50], arguments if isinstance(arguments, dict) else {})


def _note_agent(request: Request) -> None:
    """Take note of the SSH agent that the client knows: this process may be older than it."""
    path = request.arguments.get(VARIABLE)
    if isinstance(path, str) and path and "\0" not in path:
        AGENTS.tell(path)


def _outcome(work: asyncio.Task[Any]) -> dict[str, Any]:
    """Return the last line about a finished piece of work: its result, or why there is none."""
    if work.cancelled():
        return _refusal(UserError("The work was called off.", "", "Ask for it again."))
    error = work.exception()
    if isinstance(error, UserError):
        return _refusal(error)
    if error is not None:
        return _refusal(UserError("The work failed.", repr(error), "See the log: supervisor.log."))
    return {"result": work.result()}


def _refusal(error: UserError) -> dict[str, str]:
    return {"error": error.summary, "details": error.details, "what_to_do": error.what_to_do}


async def _once(status: MachineStatus) -> AsyncIterator[MachineStatus]:
    yield status


async def _send(writer: asyncio.StreamWriter, value: dict[str, Any]) -> None:
    writer.write(json.dumps(value).encode() + b"\n")
    await writer.drain()
