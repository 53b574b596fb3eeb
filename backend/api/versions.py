"""API versions: `/v1.47/…` and unversioned paths reach the same handlers.

Source: Docker Engine API, "Versioning".
"""

from collections.abc import Awaitable, Callable, Iterable

from aiohttp import web

from backend.errors import InvalidParameterError

OLDEST = (1, 24)
NEWEST = (1, 47)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def text(version: tuple[int, int]) -> str:
    """Return "1.47" for (1, 47)."""
    return f"{version[0]}.{version[1]}"


def api_version(request: web.Request) -> tuple[int, int]:
    """Return the version that the caller speaks; the newest for unversioned paths."""
    version = request.match_info.get("api_version")
    if version is None:
        return NEWEST
    major, _, minor = version.partition(".")
    return int(major), int(minor)


def with_versions(routes: Iterable[web.RouteDef]) -> list[web.RouteDef]:
    """Return each route twice: as it stands, and below a version prefix.

    Containers are also known by names of two parts, "parent/alias", by those that are linked to them.
    """
    both: list[web.RouteDef] = []
    for route in routes:
        # As with dockerd nothing is asked for by HEAD but what is documented.
        options = {"allow_head": False} if route.method == "GET" else {}
        path = route.path.replace("/containers/{id}", r"/containers/{id:[^/]+(?:/[^/]+)?}")
        for prefix in ("", r"/v{api_version:\d+\.\d+}"):
            both.append(web.RouteDef(route.method, prefix + path, route.handler, route.kwargs | options))
    return both


@web.middleware
async def version_middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse versions out of range, in Docker's words, and let OPTIONS ask for anything, as it does."""
    if request.method == "OPTIONS":
        return web.Response()
    version = api_version(request)
    if version > NEWEST:
        raise InvalidParameterError(
            f"client version {text(version)} is too new. Maximum supported API version is {text(NEWEST)}"
        )
    if version < OLDEST:
        raise InvalidParameterError(
            f"client version {text(version)} is too old. Minimum supported API version is {text(OLDEST)}, "
            "please upgrade your client to a newer version"
        )
    return await handler(request)
