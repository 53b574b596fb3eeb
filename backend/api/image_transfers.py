"""What moves whole images: `/images/create`, `/images/load`, `/images/…/get`, `/images/…/push`."""

from aiohttp import web

from backend.api import image_names
from backend.api.image_import import import_image
from backend.api.json_stream import Send, stream_json
from backend.api.request_values import NO_BODY, query_bool, read_json_object
from backend.api.versions import api_version
from backend.engine import Engine
from backend.errors import InvalidParameterError
from backend.images import platforms, reference
from backend.images.registry import registry_auth
from backend.images.registry.registry_auth import Credentials

AUTH_HEADER = registry_auth.HEADER
PUSH_OF_PLATFORMS = (1, 46)
INVALID_HEADER = f"invalid {AUTH_HEADER} header"


def routes(engine: Engine) -> list[web.RouteDef]:
    """Return this area's routes."""
    images = engine.images

    async def create(request: web.Request) -> web.StreamResponse:
        if request.query.get("fromSrc"):
            return await import_image(request, engine)
        wanted = image_names.wanted(request.query.get("fromImage", ""), request.query.get("tag", ""))
        platform_text = request.query.get("platform")
        platform = platforms.parse(platform_text) if platform_text else None
        credentials = registry_auth.from_header(request.headers.get(AUTH_HEADER))

        async def pull(send: Send) -> None:
            await images.pull(wanted, platform, credentials, send)

        return await stream_json(request, engine.tasks, pull)

    async def load(request: web.Request) -> web.StreamResponse:
        quiet = query_bool(request, "quiet", True)

        async def run(send: Send) -> None:
            await images.load(request.content.iter_any(), send, quiet=quiet)

        return await stream_json(request, engine.tasks, run, begun=True)

    async def save(request: web.Request) -> web.StreamResponse:
        name = request.match_info.get("name")
        names = [name] if name is not None else request.query.getall("names", [])
        async with images.saved(names) as chunks:
            response = web.StreamResponse(headers={"Content-Type": "application/x-tar"})
            await response.prepare(request)
            async for chunk in chunks:
                await response.write(chunk)
        await response.write_eof()
        return response

    async def push(request: web.Request) -> web.StreamResponse:
        credentials = await _push_credentials(request)
        written, tag = request.match_info["name"], request.query.get("tag", "")
        # Without a tag it means all of them.
        name = image_names.named(written, tag) if tag else reference.parse(written)
        asked = request.query.get("platform", "") if api_version(request) >= PUSH_OF_PLATFORMS else ""
        platform = platforms.from_query(asked) if asked else None

        async def run(send: Send) -> None:
            await images.push(name, credentials, send, platform)

        return await stream_json(request, engine.tasks, run)

    return [
        web.post("/images/create", create),
        web.post("/images/load", load),
        web.get("/images/get", save),
        web.get("/images/{name:.+}/get", save),
        web.post("/images/{name:.+}/push", push),
    ]


async def _push_credentials(request: web.Request) -> Credentials:
    """Return the credentials of the header, or of the body, where older clients send them."""
    if header := request.headers.get(AUTH_HEADER):
        return registry_auth.from_header(header)
    try:
        return registry_auth.from_json(await read_json_object(request, any_type=True), INVALID_HEADER)
    except InvalidParameterError as error:
        reason = error.message.removeprefix("invalid JSON: ").removeprefix(f"{INVALID_HEADER}: ")
        reason = "EOF" if reason == NO_BODY else reason
        raise InvalidParameterError(
            f"bad parameters and missing {AUTH_HEADER}: {INVALID_HEADER}: {reason}"
        ) from error
