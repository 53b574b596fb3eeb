"""Placeholder during the first minutes."""
from aiohttp import web
from backend.engine import Engine


def routes(engine: Engine) -> list[web.RouteDef]:
    """Return this area's routes."""
    return []
