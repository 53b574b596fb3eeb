"""`/session` and `/grpc`: the two streams of BuildKit, which this engine does not have.

A client that is told so by the ping (`Builder-Version: 1`) builds with `POST /build` and asks for neither.
Source: Docker Engine API, Session.
"""

from aiohttp import web

from backend.engine import Engine
from backend.errors import InvalidParameterError, NotSupportedError

NO_BUILDKIT = "BuildKit is not part of this engine: build with DOCKER_BUILDKIT=0"


def routes(engine: Engine) -> list[web.RouteDef]:
    """Return this area's routes; `engine` is not needed."""
    del engine
    return [web.post("/session", _refuse), web.post("/grpc", _refuse)]


async def _refuse(request: web.Request) -> web.Response:
    protocol = request.headers.get("Upgrade", "")
    if not protocol:
        raise InvalidParameterError("no upgrade proto in request")
    if protocol != "h2c":
        raise InvalidParameterError(f"protocol {protocol} not supported")
    raise NotSupportedError(NO_BUILDKIT)
