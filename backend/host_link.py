"""The line to the supervisor of the machine: host ports, changes of shared files, settings, the time.

Protocol: docs/architecture.md, "virtio-serial port org.marina.agent": one JSON object a line.
"""

import asyncio
import json
import logging
import os
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backend.errors import SystemFailureError, UnavailableError
from backend.host_settings import HOST_SETTINGS
from backend.version import VERSION

log = logging.getLogger(__name__)

ANSWER_TIMEOUT = 10.0  # seconds
RETRY_SECONDS = 0.25  # a virtio port whose other side is closed cannot be waited for, only asked again
CLOCK_TOLERANCE_NS = 100_000_000
MAX_LINE_BYTES = 1 << 20
READ_BYTES = 1 << 16
UNHEARD_ID = 0  # of requests whose answer nobody waits for


class ClaimRefusedError(SystemFailureError):
    """The host does not give a port; the message says why."""


@dataclass(frozen=True, slots=True)
class PortClaim:
    """A port of the host that leads to a port of this machine; `host_port` 0 asks for a free one."""

    protocol: str
    host_ip: str
    host_port: int
    guest_port: int

    def to_json(self) -> dict[str, Any]:
        """Return the port as it stands in a message."""
        return {
            "protocol": self.protocol,
            "host_ip": self.host_ip,
            "host_port": self.host_port,
            "guest_port": self.guest_port,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "PortClaim":
        """Return the port of a message. Raises KeyError, TypeError or ValueError for anything else."""
        return cls(
            str(value["protocol"]), str(value["host_ip"]), int(value["host_port"]), int(value["guest_port"])
        )


def _failures(answer: Mapping[str, Any]) -> dict[str, str]:
    failed = answer.get("failed")
    items = failed if isinstance(failed, list) else []
    return {str(item.get("container")): str(item.get("error")) for item in items if isinstance(item, Mapping)}


def set_clock(unix_ns: int) -> None:
    """Step the clock of this machine to `unix_ns` when it is off by more than 100 ms."""
    if abs(unix_ns - time.time_ns()) <= CLOCK_TOLERANCE_NS:
        return
    try:
        time.clock_settime_ns(time.CLOCK_REALTIME, unix_ns)
    except OSError as error:
        log.warning("cannot set the clock: %s", error)


class HostLink:
    """One open character device; connects again by itself and then tells the supervisor all claims anew."""

    def __init__(
        self,
        device: Path,
        on_clock: Callable[[int], None] = set_clock,
        opener: Callable[[Path], int] | None = None,
    ) -> None:
        self._device = device
        self._on_clock = on_clock
        self._opener = opener or (lambda path: os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY))
        self._descriptor = -1
        self._received = b""
        self._unsent = b""
        self._next_id = 1
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._claims: dict[str, tuple[PortClaim, ...]] = {}
        self._watched: Sequence[str] = ()
        self.on_changed: Callable[[Sequence[str]], None] = lambda paths: None
        """Called with the paths of watched folders that have changed on the host."""
        self.on_names: Callable[[int], None] = lambda port: None
        """Called with the port of the host's resolver each time the supervisor tells the time; 0: none."""
        self.on_settings: Callable[[Mapping[str, Any]], None] = HOST_SETTINGS.apply
        self._retry: asyncio.TimerHandle | None = None
        self._writing = False
        self._greeted = False

    def open(self) -> None:
        """Open the device and greet the supervisor. Raises SystemFailureError without such a device."""
        try:
            self._descriptor = self._opener(self._device)
        except OSError as error:
            raise SystemFailureError(f"cannot open the host link {self._device}: {error.strerror}") from error
        os.set_blocking(self._descriptor, False)
        self._listen()

    def close(self) -> None:
        """Close the device; the supervisor then frees all claims unless the engine comes back."""
        if self._descriptor < 0:
            return
        self._stop_listening()
        if self._retry is not None:
            self._retry.cancel()
        os.close(self._descriptor)
        self._descriptor = -1
        self._fail_waiting("the engine stops")

    async def claim(self, container_id: str, ports: Sequence[PortClaim]) -> tuple[PortClaim, ...]:
        """Ask for host ports: all of them, or ClaimRefusedError.

        Returns them with every `host_port` filled in. Raises UnavailableError when the supervisor is silent.
        """
        try:
            answer = await self._ask(
                {"op": "claim", "container": container_id, "ports": [port.to_json() for port in ports]}
            )
        except BaseException:
            # The supervisor may have granted, or be about to grant, what nobody waits for any more.
            with suppress(UnavailableError):
                self._send({"id": UNHEARD_ID, "op": "release", "container": container_id})
            raise
        if not answer.get("ok"):
            raise ClaimRefusedError(str(answer.get("error") or "the host refused without a reason"))
        try:
            given = tuple(PortClaim.from_json(port) for port in answer["ports"])
            if len(given) != len(ports) or not all(port.host_port for port in given):
                raise ValueError("not every port is filled in")
        except (KeyError, TypeError, ValueError) as error:
            raise SystemFailureError(f"the supervisor's answer makes no sense: {error}") from error
        self._claims[container_id] = given
        return given

    async def release(self, container_id: str) -> None:
        """Give a container's host ports back; nothing happens when it has none."""
        if self._claims.pop(container_id, None) is not None:
            await self._ask({"op": "release", "container": container_id})

    def remember(self, container_id: str, ports: Sequence[PortClaim]) -> None:
        """Count the ports of a container that outlived an engine as claimed; `sync` follows."""
        self._claims[container_id] = tuple(ports)

    async def sync(self) -> dict[str, str]:
        """Tell the supervisor all that must be open; returns the reason for each container that failed."""
        return _failures(await self._ask(self._sync_message()))

    async def lend_agent(self, key: str) -> None:
        """Have the supervisor offer the user's SSH agent at the API, under `key`, for one conversation.

        Raises UnavailableError with the reason when there is none.
        """
        answer = await self._ask({"op": "ssh-agent", "key": key})
        if not answer.get("ok"):
            raise UnavailableError(str(answer.get("error") or "the host refused without a reason"))

    def watch(self, folders: Sequence[str]) -> None:
        """Say which of the host's folders are to be watched from now on."""
        if folders != self._watched:
            self._watched = folders
            with suppress(UnavailableError):  # a supervisor that comes back is told anew
                self._send(self._watch_message())

    # --- the conversation ---

    async def _ask(self, message: dict[str, Any]) -> dict[str, Any]:
        number, self._next_id = self._next_id, self._next_id + 1
        future: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._answers[number] = future
        try:
            self._send({"id": number, **message})
            async with asyncio.timeout(ANSWER_TIMEOUT):
                return await future
        except TimeoutError as error:
            raise UnavailableError(
                "the machine's supervisor does not answer, so nothing of the host can be used; "
                "restart the machine if this stays"
            ) from error
        finally:
            self._answers.pop(number, None)

    def _send(self, message: dict[str, Any]) -> None:
        if self._descriptor < 0 or self._retry is not None:
            raise UnavailableError(
                "the machine's supervisor is not there, so nothing of the host can be used; "
                "restart the machine if this stays"
            )
        self._unsent += json.dumps(message).encode() + b"\n"
        self._write()

    def _write(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while self._unsent:
                self._unsent = self._unsent[os.write(self._descriptor, self._unsent) :]
        except BlockingIOError:
            if not self._writing:
                self._writing = True
                loop.add_writer(self._descriptor, self._write)
            return
        except OSError as error:
            self._lost(error)
            return
        if self._writing:
            self._writing = False
            loop.remove_writer(self._descriptor)

    def _read(self) -> None:
        try:
            data = os.read(self._descriptor, READ_BYTES)
        except BlockingIOError:
            return
        except OSError as error:
            self._lost(error)
            return
        if not data:
            self._lost(None)
            return
        *lines, self._received = (self._received + data).split(b"\n")
        if len(self._received) > MAX_LINE_BYTES:
            log.error("the supervisor sent a line without end; it is dropped")
            self._received = b""
        for line in lines:
            self._take(line)

    def _take(self, line: bytes) -> None:
        try:
            message = json.loads(line)
            if not isinstance(message, dict):
                raise ValueError("not an object")
            if message.get("op") == "clock":
                self._on_clock(int(message["unix_ns"]))
                self.on_names(int(message.get("names_port", 0)))
                with suppress(UnavailableError):
                    self._send({"op": "alive"})
            elif message.get("op") == "settings":
                self.on_settings(message)
            elif message.get("op") == "changed":
                self.on_changed([str(path) for path in message["paths"]])
            elif message.get("id") == UNHEARD_ID:
                for container_id, reason in _failures(message).items():
                    log.warning("the host does not give back the ports of %s: %s", container_id[:12], reason)
            elif (future := self._answers.get(message.get("id", 0))) and not future.done():
                future.set_result(message)
        except (KeyError, TypeError, ValueError) as error:
            log.warning("the supervisor sent %r, which makes no sense: %s", line[:200], error)

    def _watch_message(self) -> dict[str, Any]:
        return {"op": "watch", "folders": list(self._watched)}

    def _sync_message(self) -> dict[str, Any]:
        return {
            "op": "sync",
            "claims": [
                {"container": container_id, "ports": [port.to_json() for port in ports]}
                for container_id, ports in self._claims.items()
            ],
        }

    # --- coming and going of the other side ---

    def _listen(self) -> None:
        self._retry = None
        asyncio.get_running_loop().add_reader(self._descriptor, self._read)
        self._send({"op": "hello", "version": VERSION})
        if self._greeted:
            # Nobody waits for the answer here: the supervisor that came back learns what must be open.
            self._send({"id": UNHEARD_ID, **self._sync_message()})
            if self._watched:
                self._send(self._watch_message())
        self._greeted = True

    def _stop_listening(self) -> None:
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._descriptor)
        loop.remove_writer(self._descriptor)
        self._writing = False

    def _lost(self, error: OSError | None) -> None:
        self._stop_listening()
        self._received = self._unsent = b""
        self._fail_waiting("the machine's supervisor went away" + (f": {error.strerror}" if error else ""))
        self._retry = asyncio.get_running_loop().call_later(RETRY_SECONDS, self._listen)

    def _fail_waiting(self, reason: str) -> None:
        for future in self._answers.values():
            if not future.done():
                future.set_exception(UnavailableError(reason))
