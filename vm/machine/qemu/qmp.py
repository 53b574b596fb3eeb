"""A small client for QMP, QEMU's control protocol (docs/interop/qmp-spec of QEMU)."""

import asyncio
import contextlib
import json
import logging
from collections.abc import Callable
from typing import Any

from vm.machine.sockets.endpoints import Endpoint, connect_endpoint
from vm.machine.tasks import Tasks

log = logging.getLogger(__name__)
ANSWER_LIMIT = 60.0
"""Seconds."""

EventHandler = Callable[[str, dict[str, Any]], None]


class QmpError(Exception):
    """QEMU refused a command, or is gone."""


async def _connect_when_listening(
    endpoint: Endpoint, runs: Callable[[], bool]
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    while True:
        try:
            return await connect_endpoint(endpoint)
        except ConnectionRefusedError:  # QEMU has made its socket and does not listen yet, or has ended
            if not runs():
                raise
            await asyncio.sleep(0.02)


class QmpClient:
    """One connection to a running QEMU. QEMU serves one client at a time."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, on_event: EventHandler
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._on_event = on_event
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._last_id = 0
        self._tasks = Tasks()
        self.closed = asyncio.Event()
        """Set when the connection ended: as QEMU holds it as long as it lives, QEMU is then gone."""

    @classmethod
    async def connect(
        cls,
        endpoint: Endpoint,
        on_event: EventHandler,
        runs: Callable[[], bool] = lambda: True,
        limit: float = ANSWER_LIMIT,
    ) -> "QmpClient":
        """Connect and negotiate within `limit` seconds, while QEMU `runs`. Raises QmpError."""
        try:
            async with asyncio.timeout(limit):
                reader, writer = await _connect_when_listening(endpoint, runs)
                try:
                    greeting = json.loads(await reader.readline())
                    if "QMP" not in greeting:
                        raise QmpError("no QMP greeting")
                    client = cls(reader, writer, on_event)
                    client._tasks.start(client._read(), "qmp reader")
                    await client.execute("qmp_capabilities")
                except BaseException:
                    writer.close()
                    raise
        except (OSError, ValueError, TimeoutError) as error:
            raise QmpError(f"QEMU does not answer: {error or 'timeout'}") from error
        return client

    async def execute(self, command: str, **arguments: Any) -> Any:
        """Run a command and return its answer. Raises QmpError, also when QEMU takes over ANSWER_LIMIT."""
        if self.closed.is_set():
            raise QmpError("QEMU is gone")
        self._last_id += 1
        number = self._last_id
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._answers[number] = answer
        message: dict[str, Any] = {"execute": command, "id": number}
        if arguments:
            message["arguments"] = arguments
        try:
            self._writer.write(json.dumps(message).encode() + b"\n")
            async with asyncio.timeout(ANSWER_LIMIT):
                await self._writer.drain()
                return await answer
        except TimeoutError as error:
            raise QmpError(f"QEMU did not answer {command} within {ANSWER_LIMIT:g} s") from error
        except OSError as error:
            raise QmpError("QEMU is gone") from error
        finally:
            self._answers.pop(number, None)

    async def monitor(self, command_line: str) -> str:
        """Run a command of the human monitor and return the text it printed, stripped. Raises QmpError."""
        text = await self.execute("human-monitor-command", **{"command-line": command_line})
        return str(text).strip()

    async def close(self) -> None:
        """End the connection; QEMU goes on."""
        await self._tasks.cancel_all()
        self._writer.close()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()

    async def _read(self) -> None:
        try:
            while line := await self._reader.readline():
                with contextlib.suppress(json.JSONDecodeError):
                    self._take(json.loads(line))
        except (OSError, ValueError) as error:
            log.info("QMP connection lost: %s", error)
        finally:
            self.closed.set()
            for answer in self._answers.values():
                if not answer.done():
                    answer.set_exception(QmpError("QEMU is gone"))

    def _take(self, message: dict[str, Any]) -> None:
        if "event" in message:
            self._on_event(message["event"], message.get("data", {}))
            return
        answer = self._answers.get(message.get("id", -1))
        if answer is None or answer.done():
            return
        if "error" in message:
            answer.set_exception(QmpError(message["error"].get("desc", "unknown error")))
        else:
            answer.set_result(message.get("return"))
