"""Paths of the Docker Engine API that this engine does not have yet: each is answered 501 with a sentence.

A client that gets "page not found" looks for its own mistake; "not supported" tells it the truth. Paths that
are no part of the API stay 404. Source: Docker Engine API 1.47.
"""

from aiohttp import web

from backend.api.versions import Handler
from backend.engine import Engine
from backend.errors import NotSupportedError

BUILD = "building images is not supported by this engine yet"

# What is missing, and its methods and paths.
MISSING: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (BUILD, (("POST", "/build"), ("POST", "/build/cancel"), ("POST", "/build/prune"))),
)  # fmt: skip


def routes(engine: Engine) -> list[web.RouteDef]:
    """Return a route for each of them; `engine` is not needed."""
    del engine
    return [
        web.route(method, path, _refusal(sentence)) for sentence, paths in MISSING for method, path in paths
    ]


def _refusal(sentence: str) -> Handler:
    async def refuse(request: web.Request) -> web.StreamResponse:
        raise NotSupportedError(sentence)

    return refuse
