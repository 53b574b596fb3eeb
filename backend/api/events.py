"""`GET /events`: what happens, as it happens.

Source: Docker Engine API, `GET /events`.
"""

import asyncio
import json
import re
import time
from collections.abc import Mapping

from aiohttp import web

from backend.api.event_filters import matches
from backend.api.request_values import query_filters
from backend.engine import Engine
from backend.errors import InvalidParameterError
from backend.events import Event, Subscription

CHECK_INTERVAL_S = 5.0
"""How often is looked whether a listener to whom nothing is told is still there."""

UNIX_TIME = re.compile(r"(-?[0-9]{1,18})(?:\.([0-9]*))?")


def routes(engine: Engine) -> list[web.RouteDef]:
    """Return this area's routes."""

    async def stream_events(request: web.Request) -> web.StreamResponse:
        filters = query_filters(request)
        since, until = _time_ns(request, "since"), _time_ns(request, "until")
        if since is not None and until is not None and since > until:
            raise InvalidParameterError(
                f"`since` time ({request.query['since']}) cannot be after `until` time "
                f"({request.query['until']})"
            )
        # Without `since` and with `until`, all that is remembered is told, as by Docker.
        begin = 0 if since is None and until is not None else since
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        with engine.events.subscribe(begin) as subscription:
            await response.prepare(request)
            await response.write(b"")  # the head goes out at once: clients wait for it before they act
            for event in list(subscription.waiting()):
                await _send(response, event, filters, until)
            await _follow(request, response, subscription, filters, until)
        return response

    return [web.get("/events", stream_events)]


async def _follow(
    request: web.Request,
    response: web.StreamResponse,
    subscription: Subscription,
    filters: Mapping[str, list[str]],
    until_ns: int | None,
) -> None:
    """Tell what happens until `until_ns`, the engine's end, or the listener's."""
    while request.transport is not None and not request.transport.is_closing():
        left = CHECK_INTERVAL_S if until_ns is None else (until_ns - time.time_ns()) / 1e9
        if left <= 0:
            return
        try:
            async with asyncio.timeout(min(left, CHECK_INTERVAL_S)):
                event = await subscription.next()
        except TimeoutError:
            continue
        if event is None:
            return
        await _send(response, event, filters, until_ns)


async def _send(
    response: web.StreamResponse, event: Event, filters: Mapping[str, list[str]], until_ns: int | None
) -> None:
    if (until_ns is None or event.time_ns <= until_ns) and matches(event, filters):
        await response.write(json.dumps(event.to_json(), separators=(",", ":")).encode() + b"\n")


def _time_ns(request: web.Request, name: str) -> int | None:
    """Return a moment of the query, `seconds[.fraction]` since 1970, in nanoseconds."""
    value = request.query.get(name)
    if not value:
        return None
    found = UNIX_TIME.fullmatch(value)
    if found is None:
        raise InvalidParameterError(f'invalid value for {name}: parsing "{value}": invalid syntax')
    return int(found[1]) * 1_000_000_000 + int(f"{found[2] or '':0<9}"[:9])
