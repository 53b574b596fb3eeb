"""What moves whole images: `/images/create`, `/images/load`, `/images/…/get`, and registries."""

from aiohttp import web

from backend.api.json_stream import Send, stream_json
from backend.api.request_values import query_bool, read_json_object
from backend.engine import Engine
from backend.errors import InvalidParameterError, NotSupportedError
from backend.images import platforms, reference, registry_auth
from backend.images.manifest import Index, json_object, parse
from backend.images.reference import Reference

AUTH_HEADER = "X-Registry-Auth"


def routes(engine: Engine) -> list[web.RouteDef]:
    """Return this area's routes."""
    images = engine.images

    async def create(request: web.Request) -> web.StreamResponse:
        if request.query.get("fromSrc"):
            raise NotSupportedError(
                "importing a file system as an image is not supported yet: use 'docker load' for images"
            )
        wanted = _wanted(request.query.get("fromImage", ""), request.query.get("tag", ""))
        platform_text = request.query.get("platform")
        platform = platforms.parse(platform_text) if platform_text else None
        credentials = registry_auth.parse_header(request.headers.get(AUTH_HEADER))

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

    async def distribution(request: web.Request) -> web.Response:
        name = reference.parse(request.match_info["name"])
        credentials = registry_auth.parse_header(request.headers.get(AUTH_HEADER))
        found = await images.registries.manifest(name, credentials)
        parsed = parse(found.data, found.media_type)
        offered = (
            [entry.platform for entry in parsed.manifests if entry.platform]
            if isinstance(parsed, Index)
            else []
        )
        media_type = json_object(found.data, "manifest").get("mediaType") or found.media_type
        descriptor = {"mediaType": media_type, "digest": found.digest, "size": len(found.data)}
        return web.json_response(
            {
                "Descriptor": descriptor,
                "Platforms": [
                    {"os": platform.os, "architecture": platform.architecture}
                    | ({"variant": platform.variant} if platform.variant else {})
                    for platform in offered
                ],
            }
        )

    async def authenticate(request: web.Request) -> web.Response:
        body = await read_json_object(request)
        credentials = registry_auth.from_json(body, "invalid AuthConfig")
        server = body.get("serveraddress") or ""
        if not isinstance(server, str):
            raise InvalidParameterError("invalid AuthConfig: serveraddress must be a string")
        await images.registries.log_in(server, credentials)
        return web.json_response({"Status": "Login Succeeded", "IdentityToken": ""})

    return [
        web.post("/images/create", create),
        web.post("/images/load", load),
        web.get("/images/get", save),
        web.get("/images/{name:.+}/get", save),
        web.post("/auth", authenticate),
        web.get("/distribution/{name:.+}/json", distribution),
    ]


def _wanted(name: str, tag: str) -> Reference:
    """Return what `fromImage` and `tag` name together; the tag may be a digest."""
    parsed = reference.parse(name)
    if not tag:
        return parsed
    return parsed.with_digest(tag) if ":" in tag else parsed.with_tag(tag)
