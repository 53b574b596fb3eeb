"""`/auth`, `/distribution/…/json`, `/images/search`: what registries say, without moving an image.

And a call that Docker does not have, `/marina/distribution/{name}/tags`: the tags of a repository.

GET  `name` is an image's name, with its registry; a tag in it does not count. Signed in by the header
     X-Registry-Auth, over mirrors and proxies, as a pull.  ["1.27", "latest"], in the registry's order
"""

from aiohttp import web

from backend.api import image_filters
from backend.api.request_values import member, query_filters, read_json_object
from backend.engine import Engine
from backend.errors import InvalidParameterError
from backend.images.registry import registry_auth

SEARCH_FILTERS = frozenset({"is-automated", "is-official", "stars"})


def routes(engine: Engine) -> list[web.RouteDef]:
    """Return this area's routes; what they need is seldom needed, and imported then."""
    config = engine.config

    async def authenticate(request: web.Request) -> web.Response:
        from backend.images.registry.registry_login import log_in

        body = await read_json_object(request, "registry.AuthConfig")
        credentials = registry_auth.from_json(body, "invalid AuthConfig")
        server = member(body, "serveraddress", str, "")
        token = await log_in(server, credentials, config.insecure_registries)
        return web.json_response({"Status": "Login Succeeded", "IdentityToken": token})

    async def distribution(request: web.Request) -> web.Response:
        from backend.images.registry.distribution import inspect

        credentials = registry_auth.from_header(request.headers.get(registry_auth.HEADER))
        return web.json_response(await inspect(config, request.match_info["name"], credentials))

    async def tags(request: web.Request) -> web.Response:
        from backend.images.registry.distribution import tags

        credentials = registry_auth.from_header(request.headers.get(registry_auth.HEADER))
        return web.json_response(await tags(config, request.match_info["name"], credentials))

    async def search(request: web.Request) -> web.Response:
        from backend.images.registry.registry_search import search

        filters = query_filters(request)
        image_filters.check_names(filters, SEARCH_FILTERS)
        stars = max((_stars(text) for text in filters.get("stars", ())), default=0)
        only_official = image_filters.flag(filters, "is-official")
        if image_filters.flag(filters, "is-automated"):
            return web.json_response([])  # there are no automated builds any more
        credentials = registry_auth.from_header(request.headers.get(registry_auth.HEADER))
        found = await search(
            request.query.get("term", ""),
            _limit(request.query.get("limit", "")),
            credentials,
            config.insecure_registries,
        )
        return web.json_response(
            [
                result
                for result in found
                if result["star_count"] >= stars
                and (only_official is None or result["is_official"] == only_official)
            ]
        )

    return [
        web.post("/auth", authenticate),
        web.get("/distribution/{name:.+}/json", distribution),
        web.get("/marina/distribution/{name:.+}/tags", tags, allow_head=False),
        web.get("/images/search", search),
    ]


def _limit(text: str) -> int:
    try:
        return int(text or 0)
    except ValueError:
        raise InvalidParameterError(f"invalid limit specified: {_no_number(text)}") from None


def _stars(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise InvalidParameterError(f"invalid filter 'stars={text}': {_no_number(text)}") from None


def _no_number(text: str) -> str:
    return f'strconv.Atoi: parsing "{text}": invalid syntax'
