"""`/containers/{id}/logs` and `/containers/{id}/attach`: output stored, and streams alive.

Source: Docker Engine API, ContainerLogs and ContainerAttach.
"""

import asyncio
from contextlib import suppress

from aiohttp import web

from backend.api.request_values import query_bool
from backend.api.stream_pump import pump
from backend.api.streams import Hijacked, content_type, frame, hijack
from backend.containers import container_events
from backend.containers.attach import Attachment
from backend.containers.detach_keys import DEFAULT, DetachScanner, parse_keys
from backend.containers.log_config import is_kept
from backend.containers.log_details import details_of
from backend.containers.log_lines import LogOptions, parse_time
from backend.containers.logs import read_log
from backend.engine import Engine
from backend.errors import ConflictError, InvalidParameterError, NotSupportedError


def routes(engine: Engine) -> list[web.RouteDef]:
    """Return this area's routes."""
    containers = engine.containers

    async def logs(request: web.Request) -> web.StreamResponse:
        container = containers.find(request.match_info["id"])
        options = LogOptions(
            stdout=query_bool(request, "stdout"),
            stderr=query_bool(request, "stderr"),
            timestamps=query_bool(request, "timestamps"),
            since=parse_time(request.query.get("since"), "since"),
            until=parse_time(request.query.get("until"), "until"),
            tail=_tail(request),
            terminal=container.tty,
            details=details_of(container.record) if query_bool(request, "details") else b"",
        )
        if not (options.stdout or options.stderr):
            raise InvalidParameterError("Bad parameters: you must choose at least one stream")
        if not is_kept(container.record.host_config["LogConfig"]):
            raise NotSupportedError("configured logging driver does not support reading")
        follow = container if query_bool(request, "follow") else None
        response = web.StreamResponse(headers={"Content-Type": content_type(request, terminal=container.tty)})
        await response.prepare(request)
        await response.write(b"")
        async for output in read_log(containers.log_path(container), options, frame, follow):
            await response.write(output)
        return response

    async def attach(request: web.Request) -> web.StreamResponse:
        container = containers.find(request.match_info["id"])
        if container.state.status == "paused":
            raise ConflictError(f"container {container.id} is paused, unpause the container before attach")
        if container.state.status == "restarting":
            raise ConflictError(
                f"container {container.id} is restarting, wait until the container is running"
            )
        keys = parse_keys(request.query.get("detachKeys") or DEFAULT)
        wants = {name: query_bool(request, name) for name in ("stdin", "stdout", "stderr", "stream", "logs")}
        options = LogOptions(stdout=wants["stdout"], stderr=wants["stderr"], terminal=container.tty)
        # Connected before the stored output is read: nothing falls between the two.
        attachment = (
            Attachment(container, containers.lifecycle.run_files(container).monitor)
            if wants["stream"]
            else None
        )
        try:
            stream = hijack(request, content_type(request, terminal=container.tty))
            container_events.publish(engine.events, container, "attach")
            with suppress(ConnectionError):
                if wants["logs"]:
                    async for output in read_log(containers.log_path(container), options, frame):
                        await stream.write(output)
                if attachment is not None and await _wait_for_start(attachment, stream.closed):
                    detached = await pump(
                        stream,
                        attachment,
                        stdin=wants["stdin"] and container.record.config["OpenStdin"],
                        streams=frozenset(n for n, name in ((1, "stdout"), (2, "stderr")) if wants[name]),
                        terminal=container.tty,
                        scanner=DetachScanner(keys) if container.tty else None,
                    )
                    if detached:
                        container_events.publish(engine.events, container, "detach")
            stream.write_eof()
        finally:
            if attachment is not None:
                attachment.close()
        return Hijacked()

    return [
        web.get("/containers/{id}/logs", logs),
        web.post("/containers/{id}/attach", attach),
    ]


async def _wait_for_start(attachment: Attachment, closed: "asyncio.Future[None]") -> bool:
    connecting = asyncio.ensure_future(attachment.connected())
    try:
        await asyncio.wait((connecting, closed), return_when=asyncio.FIRST_COMPLETED)
        return connecting.done() and connecting.result()
    finally:
        connecting.cancel()


def _tail(request: web.Request) -> int | None:
    text = request.query.get("tail") or "all"
    if text == "all":
        return None
    # Docker takes what is no number, and negative ones, for "all".
    return int(text) if text.isascii() and text.isdigit() else None
