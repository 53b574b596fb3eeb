"""`/containers/{id}/logs` and `/containers/{id}/attach`: output stored, and streams alive.

Source: Docker Engine API, ContainerLogs and ContainerAttach.
"""

from aiohttp import web

from backend.api.attach_session import AttachSession
from backend.api.request_values import query_bool
from backend.api.streams import Hijacked, content_type, frame_header, hijack
from backend.containers.logs.log_config import is_kept
from backend.containers.logs.log_details import details_of
from backend.containers.logs.log_lines import LogOptions, parse_time
from backend.containers.logs.logs import read_log
from backend.engine import Engine
from backend.errors import InvalidParameterError, NotSupportedError

SENT_AHEAD = 2 << 20  # bytes


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
        if request.transport is not None:
            # While this much is on its way to the client, what comes next is made ready.
            request.transport.set_write_buffer_limits(high=SENT_AHEAD)
        async for output in read_log(containers.log_path(container), options, frame_header, follow):
            await response.write(output)
        return response

    async def attach(request: web.Request) -> web.StreamResponse:
        container = containers.find(request.match_info["id"])
        session = AttachSession(containers, container, request)
        try:
            client = hijack(request, content_type(request, terminal=container.tty))
            await session.carry(client, framed=not container.tty)
            client.write_eof()
        finally:
            session.close()
        return Hijacked()

    return [
        web.get("/containers/{id}/logs", logs),
        web.post("/containers/{id}/attach", attach),
    ]


def _tail(request: web.Request) -> int | None:
    text = request.query.get("tail") or "all"
    if text == "all":
        return None
    # Docker takes what is no number, and negative ones, for "all".
    return int(text) if text.isascii() and text.isdigit() else None
