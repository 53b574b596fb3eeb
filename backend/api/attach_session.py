"""What an attach asks for, and carrying it out for a client on whatever kind of connection.

Source: Docker Engine API, `POST /containers/{id}/attach`.
"""

import asyncio
from contextlib import suppress

from aiohttp import web

from backend.api.request_values import query_bool
from backend.api.stream_pump import ClientStream, pump
from backend.api.streams import frame_header
from backend.containers import container_events
from backend.containers.attach import Attachment
from backend.containers.container import Container
from backend.containers.detach_keys import DEFAULT, DetachScanner, parse_keys
from backend.containers.logs.log_lines import LogOptions
from backend.containers.logs.logs import read_log
from backend.containers.manager import Containers
from backend.errors import ConflictError

STREAMS = ((1, "stdout"), (2, "stderr"))


class AttachSession:
    """One client's attach. It is connected to the container from the beginning; `close` it at the end."""

    def __init__(self, containers: Containers, container: Container, request: web.Request) -> None:
        """Raises ConflictError and InvalidParameterError in Docker's words."""
        self._keys = parse_keys(request.query.get("detachKeys") or DEFAULT, what="detach")
        called = request.match_info["id"]
        if container.state.status == "paused":
            raise ConflictError(f"container {called} is paused, unpause the container before attach")
        if container.state.status == "restarting":
            raise ConflictError(f"container {called} is restarting, wait until the container is running")
        self._streams = frozenset(number for number, name in STREAMS if query_bool(request, name))
        self._stdin = query_bool(request, "stdin") and bool(container.record.config["OpenStdin"])
        self._logs = query_bool(request, "logs")
        self._containers = containers
        self._container = container
        # Connected before the stored output is read: nothing falls between the two.
        self._attachment = (
            Attachment(container, containers.lifecycle.run_files(container).monitor)
            if query_bool(request, "stream") and (self._streams or self._stdin)
            else None
        )

    async def carry(self, client: ClientStream, *, framed: bool) -> None:
        """Carry until either side is done; `framed` puts each piece of output behind its stream's number."""
        containers, container = self._containers, self._container
        container_events.publish(containers.events, container, "attach")
        with suppress(ConnectionError):
            if self._logs:
                await self._send_logs(client, framed)
            if self._attachment is not None and await _wait_for_start(self._attachment, client.closed):
                detached = await pump(
                    client,
                    self._attachment,
                    stdin=self._stdin,
                    streams=self._streams,
                    framed=framed,
                    scanner=DetachScanner(self._keys) if container.tty else None,
                )
                if detached:
                    container_events.publish(containers.events, container, "detach")

    async def _send_logs(self, client: ClientStream, framed: bool) -> None:
        options = LogOptions(
            stdout=1 in self._streams, stderr=2 in self._streams, terminal=self._container.tty
        )
        path = self._containers.log_path(self._container)
        async for output in read_log(path, options, frame_header if framed else _nothing):
            await client.write(output)

    def close(self) -> None:
        """Let go of the container's streams."""
        if self._attachment is not None:
            self._attachment.close()


def _nothing(stream: int, length: int) -> bytes:
    del stream, length
    return b""


async def _wait_for_start(attachment: Attachment, closed: "asyncio.Future[None]") -> bool:
    connecting = asyncio.ensure_future(attachment.connected())
    try:
        await asyncio.wait((connecting, closed), return_when=asyncio.FIRST_COMPLETED)
        return connecting.done() and connecting.result()
    finally:
        connecting.cancel()
