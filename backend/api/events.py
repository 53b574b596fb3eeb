"""`GET /events`: what happens, as it happens."""

import asyncio
import json
import time
from collections.abc import Mapping

from aiohttp import web

from backend.api.request_values import query_filters
from backend.engine import Engine
from backend.errors import InvalidParameterError
from backend.events import Event, Subscription

KNOWN_FILTERS = frozenset(
    {
        "config",
        "container",
        "daemon",
        "event",
        "image",
        "label",
        "network",
        "node",
        "plugin",
        "scope",
        "secret",
        "service",
        "type",
        "volume",
    }
)


def routes(engine: Engine) -> list[web.RouteDef]:
    """Return this area's routes."""

    async def stream_events(request: web.Request) -> web.StreamResponse:
        filters = query_filters(request)
        if unknown := set(filters) - KNOWN_FILTERS:
            raise InvalidParameterError(f"invalid filter '{min(unknown)}'")
        since, until = _time_ns(request, "since"), _time_ns(request, "until")
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        with engine.events.subscribe(since) as subscription:
            await response.prepare(request)
            await response.write(b"")  # the head goes out at once: clients wait for it before they act
            await _send(response, subscription, filters, until)
        return response

    return [web.get("/events", stream_events)]


async def _send(
    response: web.StreamResponse,
    subscription: Subscription,
    filters: Mapping[str, list[str]],
    until_ns: int | None,
) -> None:
    limit = None if until_ns is None else max(0.0, (until_ns - time.time_ns()) / 1e9)
    try:
        async with asyncio.timeout(limit):
            async for event in subscription:
                if until_ns is not None and event.time_ns > until_ns:
                    return
                if matches(event, filters):
                    await response.write(json.dumps(event.to_json()).encode() + b"\n")
    except TimeoutError:
        return  # `until` has passed: the stream ends well


def _time_ns(request: web.Request, name: str) -> int | None:
    value = request.query.get(name)
    if not value:
        return None
    seconds, _, fraction = value.partition(".")
    try:
        return int(seconds) * 1_000_000_000 + int((fraction + "000000000")[:9])
    except ValueError as error:
        raise InvalidParameterError(f"invalid value for {name}: {value!r} is not a Unix time") from error


def matches(event: Event, filters: Mapping[str, list[str]]) -> bool:
    """Return whether an event passes: any value of a filter, all filters."""
    return all(_passes(event, name, values) for name, values in filters.items() if values)


def _passes(event: Event, name: str, values: list[str]) -> bool:
    if name == "type":
        return event.type in values
    if name == "event":
        # "exec_create: sh" is found by "exec_create", as in Docker.
        return any(event.action == value or event.action.startswith(f"{value}: ") for value in values)
    if name == "label":
        return all(_has_label(event, value) for value in values)
    if name == "scope":
        return "local" in values
    if name == "image" and event.type == "container":
        return event.attributes.get("image") in values
    if name in ("container", "image", "network", "volume", "daemon"):
        return event.type == name and any(
            event.actor_id == value
            or (len(value) >= 4 and event.actor_id.removeprefix("sha256:").startswith(value))
            or event.attributes.get("name") == value
            for value in values
        )
    return False


def _has_label(event: Event, wanted: str) -> bool:
    key, equals, value = wanted.partition("=")
    return key in event.attributes and (not equals or event.attributes[key] == value)
