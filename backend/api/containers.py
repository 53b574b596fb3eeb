"""`/containers/…`: create, list, inspect and the verbs of a container's life.

Source: Docker Engine API, tag Container.
"""

import asyncio
import json
import re

from aiohttp import web

from backend.api import container_streams
from backend.api.older_creates import adapt, gather_host_options
from backend.api.request_values import query_bool, query_filters, query_int, read_json_object
from backend.api.versions import NEWEST, api_version
from backend.containers import container_events
from backend.containers.container import Container
from backend.containers.sizes import sizes_of
from backend.engine import Engine
from backend.errors import InvalidParameterError, NotFoundError
from backend.images.platforms import Platform

WAIT_CONDITIONS = ("not-running", "next-exit", "removed")


def routes(engine: Engine) -> list[web.RouteDef]:
    """Return this area's routes."""
    containers = engine.containers

    async def create(request: web.Request) -> web.Response:
        body = await read_json_object(request, "runconfig.ContainerConfigWrapper")
        gather_host_options(body)
        if (version := api_version(request)) < NEWEST:
            adapt(body, version)
        platform = _wanted_platform(engine, body.get("Image"), request.query.get("platform", ""))
        created = await containers.create(request.query.get("name"), body, platform=platform)
        warnings = (
            created.warnings
            if platform
            else [*created.warnings, *_platform_warnings(engine, created.container)]
        )
        return web.json_response({"Id": created.container.id, "Warnings": warnings}, status=201)

    async def list_containers(request: web.Request) -> web.Response:
        from backend.containers import filters, reports

        found = filters.select(
            containers,
            query_filters(request),
            everything=query_bool(request, "all"),
            limit=query_int(request, "limit"),
        )
        if not query_bool(request, "size"):
            return web.json_response([reports.summary(containers, item) for item in found])
        sizes = await sizes_of(containers, found)
        return web.json_response([reports.summary(containers, item, sizes[item.id]) for item in found])

    async def inspect(request: web.Request) -> web.Response:
        from backend.containers import reports

        container = containers.find(request.match_info["id"])
        sizes = await sizes_of(containers, [container]) if query_bool(request, "size") else {}
        return web.json_response(reports.inspect(containers, container, sizes.get(container.id)))

    async def start(request: web.Request) -> web.Response:
        if request.query.get("checkpoint"):
            raise InvalidParameterError("checkpoint is only supported in experimental mode")
        await containers.start(request.match_info["id"])
        return web.Response(status=204)

    async def stop(request: web.Request) -> web.Response:
        await containers.stop(request.match_info["id"], query_int(request, "t"), request.query.get("signal"))
        return web.Response(status=204)

    async def restart(request: web.Request) -> web.Response:
        await containers.restart(
            request.match_info["id"], query_int(request, "t"), request.query.get("signal")
        )
        return web.Response(status=204)

    async def kill(request: web.Request) -> web.Response:
        await containers.kill(request.match_info["id"], request.query.get("signal"))
        return web.Response(status=204)

    async def rename(request: web.Request) -> web.Response:
        await containers.rename(request.match_info["id"], request.query.get("name") or "")
        return web.Response(status=204)

    async def pause(request: web.Request) -> web.Response:
        await containers.pause(request.match_info["id"], frozen=True)
        return web.Response(status=204)

    async def unpause(request: web.Request) -> web.Response:
        await containers.pause(request.match_info["id"], frozen=False)
        return web.Response(status=204)

    async def resize(request: web.Request) -> web.Response:
        rows, columns = terminal_size(request)
        containers.resize(request.match_info["id"], rows, columns)
        return web.Response(status=200)

    async def remove(request: web.Request) -> web.Response:
        if query_bool(request, "link"):
            from backend.containers.networking.links import unlink

            unlink(request.match_info["id"], containers.store, containers.files)
            return web.Response(status=204)
        await containers.remove(
            request.match_info["id"], force=query_bool(request, "force"), volumes=query_bool(request, "v")
        )
        return web.Response(status=204)

    async def prune(request: web.Request) -> web.Response:
        from backend.containers import filters
        from backend.containers.pruning import prune

        unwanted = filters.pruned(query_filters(request))
        removed, freed = await prune(containers, unwanted)
        return web.json_response({"ContainersDeleted": removed or None, "SpaceReclaimed": freed})

    async def wait(request: web.Request) -> web.StreamResponse:
        condition = request.query.get("condition") or "not-running"
        if condition not in WAIT_CONDITIONS:
            raise InvalidParameterError(f'invalid condition: "{condition}"')
        future = containers.wait(request.match_info["id"], condition)
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        try:
            # The head goes out at once: `docker run` starts the container only after it has come.
            await response.prepare(request)
            await response.write(b"")
            end = await future
            await response.write(json.dumps({"StatusCode": end.exit_code}).encode() + b"\n")
        except asyncio.CancelledError:
            future.cancel()
            raise
        return response

    async def top(request: web.Request) -> web.Response:
        from backend.containers.processes.process_list import list_processes

        container = containers.find(request.match_info["id"])
        processes = await list_processes(container, request.query.get("ps_args") or "-ef")
        container_events.publish(engine.events, container, "top")
        return web.json_response(processes)

    one = "/containers/{id}"
    return [
        web.post("/containers/create", create),
        web.post("/containers/prune", prune),
        web.get("/containers/json", list_containers),
        web.get(f"{one}/json", inspect),
        web.post(f"{one}/start", start),
        web.post(f"{one}/stop", stop),
        web.post(f"{one}/restart", restart),
        web.post(f"{one}/kill", kill),
        web.post(f"{one}/rename", rename),
        web.post(f"{one}/pause", pause),
        web.post(f"{one}/unpause", unpause),
        web.post(f"{one}/resize", resize),
        web.post(f"{one}/wait", wait),
        web.get(f"{one}/top", top),
        web.delete(one, remove),
        *container_streams.routes(engine),
    ]


def _platform_warnings(engine: Engine, container: Container) -> list[str]:
    """Return Docker's word to who runs an image of another platform without having asked for it."""
    from backend.images import platforms

    image = engine.images.get(container.record.image_id)
    warning = "" if image is None else platforms.mismatch_warning(image.config)
    return [warning] if warning else []


def _wanted_platform(engine: Engine, reference: object, text: str) -> Platform | None:
    """Return the platform that is asked for, if one is.

    Raises NotFoundError when the image is here for others only: clients pull the right one then.
    """
    if not text:
        return None
    from backend.images import platforms

    wanted = platforms.parse(text)
    if isinstance(reference, str) and reference:
        actual = platforms.from_json(engine.images.find_for(reference, wanted).config)
        if not actual.suits(wanted):
            raise NotFoundError(
                f"image with reference {reference} was found but does not match the specified platform: "
                f"wanted {wanted}, actual: {actual}"
            )
    return wanted


def terminal_size(request: web.Request) -> tuple[int, int]:
    """Return the rows and columns of a resize call. Raises InvalidParameterError."""
    return _terminal_side(request, "h"), _terminal_side(request, "w")


def _terminal_side(request: web.Request, name: str) -> int:
    value = request.query.get(name, "")
    if not re.fullmatch(r"[+-]?[0-9]{1,18}", value):
        raise InvalidParameterError(f'strconv.Atoi: parsing "{value}": invalid syntax')
    return int(value) % 65536  # what a terminal can be told of it, as with dockerd
