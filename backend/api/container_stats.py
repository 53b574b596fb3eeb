"""`GET /containers/{id}/stats` and `POST /containers/{id}/update`: what a container uses and may use.

Source: Docker Engine API, tag Container.
"""

import json
from contextlib import aclosing
from typing import Any

from aiohttp import web

from backend.api.request_values import query_bool, read_json_object
from backend.engine import Engine
from backend.errors import InvalidParameterError


def routes(engine: Engine) -> list[web.RouteDef]:
    """Return this area's routes."""
    containers = engine.containers

    async def stats(request: web.Request) -> web.StreamResponse:
        from backend.containers import stats

        stream, one_shot = query_bool(request, "stream", True), query_bool(request, "one-shot")
        if one_shot and stream:
            raise InvalidParameterError("cannot have stream=true and one-shot=true")
        container = containers.find(request.match_info["id"])
        if not container.state.running and (one_shot or not stream):
            return _answer(stats.empty(container))
        if one_shot:
            return _answer(await stats.once(container))
        async with aclosing(stats.watch(containers, container)) as looks:
            if not stream:
                await anext(looks)  # the second one has something to compare with
                return _answer(await anext(looks, stats.empty(container)))
            response = web.StreamResponse(headers={"Content-Type": "application/json"})
            await response.prepare(request)
            async for look in looks:
                await response.write(_line(look))
            await response.write_eof()
            return response

    async def update(request: web.Request) -> web.Response:
        from backend.containers.update import update

        body = await read_json_object(request, "container.UpdateConfig", required=False)
        warnings = await update(containers, containers.find(request.match_info["id"]), body)
        return web.json_response({"Warnings": warnings or None})

    return [
        web.get("/containers/{id}/stats", stats),
        web.post("/containers/{id}/update", update),
    ]


def _answer(stats: dict[str, Any]) -> web.Response:
    return web.Response(body=_line(stats), content_type="application/json")


def _line(stats: dict[str, Any]) -> bytes:
    return json.dumps(stats, separators=(",", ":")).encode() + b"\n"
