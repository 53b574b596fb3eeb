"""The port org.marina.boot: the guest's first process tells how far it is, and hears `poweroff`."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from vm.machine.sockets.endpoints import Endpoint, connect_endpoint
from vm.machine.tasks import Tasks

log = logging.getLogger(__name__)
LONGEST_LINE = 4096


class BootNews(StrEnum):
    """What one line of the port tells."""

    STEP = "step"
    HOST_KEY = "hostkey"
    READY = "ready"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class BootLine:
    """One line: `value` is a step's name, a host key, or a failed step's name with `reason` beside it."""

    news: BootNews
    value: str = ""
    reason: str = ""


def parse_boot_line(line: bytes) -> BootLine | None:
    """Return what a line tells, None for one that is not of the protocol: the guest is not trusted."""
    if len(line) > LONGEST_LINE:
        return None
    text = line.decode("utf-8", "replace").strip()
    word, _, rest = text.partition(" ")
    rest = "".join(character if character.isprintable() else "?" for character in rest)
    try:
        news = BootNews(word)
    except ValueError:
        return None
    if news is BootNews.FAIL:
        step, _, reason = rest.partition(" ")
        return BootLine(news, step, reason)
    if bool(rest) != (news is not BootNews.READY):
        return None
    return BootLine(news, rest)


class BootPort:
    """The host's end of the port, held as long as the machine runs."""

    def __init__(self, writer: asyncio.StreamWriter, tasks: Tasks) -> None:
        self._writer = writer
        self._tasks = tasks

    @classmethod
    async def connect(cls, endpoint: Endpoint, on_line: Callable[[BootLine], None]) -> "BootPort":
        """Connect; `on_line` gets each line from now on. Raises OSError."""
        reader, writer = await connect_endpoint(endpoint)
        tasks = Tasks()
        tasks.start(_read(reader, on_line), "boot port")
        return cls(writer, tasks)

    async def power_off(self) -> None:
        """Ask the guest to end the engine, sync its disk and power off. Raises OSError."""
        self._writer.write(b"poweroff\n")
        await self._writer.drain()

    async def close(self) -> None:
        """Let go of the port."""
        await self._tasks.cancel_all()
        self._writer.close()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()


async def _read(reader: asyncio.StreamReader, on_line: Callable[[BootLine], None]) -> None:
    try:
        while raw := await reader.readline():
            line = parse_boot_line(raw)
            if line is None:
                log.warning("the guest said something unknown on its boot port: %.200r", raw)
            else:
                on_line(line)
    except (OSError, ValueError) as error:
        log.info("boot port lost: %s", error)
