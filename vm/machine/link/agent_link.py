"""The virtio-serial port org.marina.agent: the engine claims host ports and names the folders that containers
use, the supervisor tells what changes there, and the time."""

import asyncio
import contextlib
import json
import logging
import re
import time
from collections.abc import Callable, Sequence
from typing import Any

from vm.errors import UserError
from vm.machine.ports.port_forwards import PortForwards, parse_claim, port_to_json
from vm.machine.ports.port_reasons import PortRefused
from vm.machine.sockets.endpoints import Endpoint, connect_endpoint
from vm.machine.tasks import Tasks

log = logging.getLogger(__name__)

CLOCK_INTERVAL = 10.0
"""Seconds between two messages with the host's time; also the longest wait for one after a wake."""

ANSWER_LIMIT = 3.0
"""Seconds within which an engine that works answers a message with the time."""

ABSENCE_LIMIT = 10.0
"""Seconds that the engine may be away, to restart, before its ports are freed."""

MOST_CLAIMS = 10_000

MOST_FOLDERS = 1000
AGENT_KEY = re.compile(r"[0-9a-f]{16,64}")
LONGEST_NEWS = 2**19
"""Bytes of paths in one message: the engine reads lines of up to 1 MiB."""


class AgentLink:
    """The host's end of the port, held as long as the machine runs."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, forwards: PortForwards
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._forwards = forwards
        self._tasks = Tasks()
        self._absence: asyncio.Task[None] | None = None
        self.engine_version = ""
        self.on_watch: Callable[[Sequence[str]], None] = lambda folders: None
        """Called with the folders of the host that running containers have mounted."""
        self.on_agent: Callable[[str], None] = lambda key: None
        """Lends the user's SSH agent under a key; called in a thread. Raises UserError."""
        self.names_port = 0
        """Where this computer resolves names for the guest; 0: nowhere."""
        self.settings: Callable[[], dict[str, Any] | None] = lambda: None
        """Gathers the message with the engine's settings; called in a thread."""
        self._told_settings: dict[str, Any] | None = None
        self._asked = 0.0
        self._heard = -1.0

    @classmethod
    async def connect(cls, endpoint: Endpoint, forwards: PortForwards) -> "AgentLink":
        """Connect, and serve the engine from now on. Raises OSError."""
        reader, writer = await connect_endpoint(endpoint)
        link = cls(reader, writer, forwards)
        link._tasks.start(link._serve(), "agent port")
        link._tasks.start(link._tell_time(), "clock")
        return link

    @property
    def engine_answers(self) -> bool:
        """Whether the engine has answered the last message with the time, or still has some time to."""
        if self._heard < 0:
            return False
        return self._heard >= self._asked or time.monotonic() - self._asked < ANSWER_LIMIT

    @property
    def stands_still(self) -> bool:
        """Whether an engine that has answered so far does not any more, and its end of the port is open."""
        return self._heard >= 0 and not self.engine_answers

    def engine_opened(self, present: bool) -> None:
        """Take note that the engine opened or closed its end of the port (QEMU's event VSERPORT_CHANGE)."""
        self._heard = -1.0
        if self._absence is not None:
            self._absence.cancel()
            self._absence = None
        if not present:
            self._absence = self._tasks.start(self._free_ports_later(), "engine absent")
            return
        self.tell_time()

    async def close(self) -> None:
        """Let go of the port."""
        await self._tasks.cancel_all()
        self._writer.close()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()

    async def _free_ports_later(self) -> None:
        await asyncio.sleep(ABSENCE_LIMIT)
        log.warning("the engine did not come back within %g s: its ports are freed", ABSENCE_LIMIT)
        await self._forwards.release_all()

    async def _tell_time(self) -> None:
        while True:
            self.tell_time()
            await self._tell_settings()
            await asyncio.sleep(CLOCK_INTERVAL)

    async def _tell_settings(self) -> None:
        """Tell the engine its settings when they are not those it was told last."""
        message = await asyncio.to_thread(self.settings)
        if message is not None and message != self._told_settings:
            self._told_settings = message
            self._send(message)

    def tell_time(self) -> None:
        """Send the host's time now. The engine answers, which shows that it works."""
        if self._heard >= self._asked:  # what was not answered stays asked since then
            self._asked = time.monotonic()
        # a guest that does not read must not make the supervisor grow: a late time is of no use anyway
        if self._writer.transport.get_write_buffer_size() == 0:
            self._send({"op": "clock", "unix_ns": time.time_ns(), "names_port": self.names_port})

    def tell_changed(self, paths: Sequence[str]) -> None:
        """Tell the engine which files have changed on the host; one that does not read misses it."""
        size = count = 0
        for path in paths:
            size += len(json.dumps(path)) + 2
            if size > LONGEST_NEWS:
                log.warning("%d of %d changed files are told to the engine", count, len(paths))
                break
            count += 1
        if self._writer.transport.get_write_buffer_size() == 0:
            self._send({"op": "changed", "paths": list(paths[:count])})

    def _send(self, message: dict[str, Any]) -> None:
        self._writer.write(json.dumps(message).encode() + b"\n")

    async def _serve(self) -> None:
        try:
            while line := await self._reader.readline():
                message = parse_message(line)
                if message is None:
                    log.warning("the engine sent no message of the protocol: %.200r", line)
                    continue
                answer = await self.answer(message)
                if answer is not None:
                    self._send(answer)
                    await self._writer.drain()
        except (OSError, ValueError) as error:
            log.info("agent port lost: %s", error)

    async def answer(self, message: dict[str, Any]) -> dict[str, Any] | None:
        """Do what a message of the engine asks and return the answer, None where there is none."""
        operation = message.get("op")
        if operation == "hello":
            self.engine_version = str(message.get("version", ""))[:100]
            self._told_settings = None
            await self._tell_settings()
            return None
        if operation == "alive":
            self._heard = time.monotonic()
            return None
        if operation == "watch":
            folders = message.get("folders")
            if isinstance(folders, list) and len(folders) <= MOST_FOLDERS:
                self.on_watch(
                    [folder for folder in folders if isinstance(folder, str) and "\0" not in folder]
                )
            return None
        if operation == "ssh-agent":
            self._tasks.start(self._lend_agent(message), "ssh-agent")  # claims need not wait for it
            return None
        if operation not in ("claim", "release", "sync"):
            return {"id": message.get("id"), "ok": False, "error": "unknown op"}
        try:
            return {"id": message.get("id"), "ok": True} | await self._carry_out(operation, message)
        except PortRefused as refused:
            log.warning("a port of container %.12s is not opened: %s", message.get("container"), refused)
            return {"id": message.get("id"), "ok": False, "error": str(refused)}

    async def _lend_agent(self, message: dict[str, Any]) -> None:
        answer: dict[str, Any] = {"id": message.get("id"), "ok": True}
        key = message.get("key")
        try:
            if not isinstance(key, str) or not AGENT_KEY.fullmatch(key):
                raise ValueError("no key under which the SSH agent could be lent")
            await asyncio.to_thread(self.on_agent, key)
        except (UserError, ValueError) as error:
            reason = str(error).replace("\n", " ")
            log.warning("a container does not get the SSH agent: %s", reason)
            answer |= {"ok": False, "error": reason}
        self._send(answer)

    async def _carry_out(self, operation: str, message: dict[str, Any]) -> dict[str, Any]:
        container = message.get("container")
        if operation == "sync":
            return {"failed": await self._sync(message.get("claims"))}
        if operation == "claim":
            opened = await self._forwards.claim(str(container), parse_claim(container, message.get("ports")))
            return {"ports": [port_to_json(port) for port in opened]}
        await self._forwards.release(str(container))
        return {}

    async def _sync(self, claims: Any) -> list[dict[str, str]]:
        if not isinstance(claims, list) or len(claims) > MOST_CLAIMS:
            raise PortRefused("invalid sync: no list of claims")
        wanted = {}
        failed = {}
        for claim in claims:
            container = str(claim.get("container") if isinstance(claim, dict) else claim)[:128]
            try:
                wanted[container] = parse_claim(
                    container, claim.get("ports") if isinstance(claim, dict) else None
                )
            except PortRefused as refused:
                failed[container] = str(refused)
        failed |= await self._forwards.sync(wanted)
        return [{"container": container, "error": error} for container, error in failed.items()]


def parse_message(line: bytes) -> dict[str, Any] | None:
    """Return one line's message, None for what is not a JSON object."""
    try:
        message = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return message if isinstance(message, dict) else None
