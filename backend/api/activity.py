"""`GET /_marina/activity`: whether anybody uses the engine. The supervisor asks before it suspends it."""

import time

from aiohttp import web
from aiohttp.typedefs import Handler

from backend.engine import Engine

PATH = "/_marina/activity"


class Activity:
    """Counts the requests that go on, and knows when the last one came or ended."""

    def __init__(self) -> None:
        self.requests = 0
        self.last = time.monotonic()

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Count a request while it goes on."""
        if request.path in ("/_ping", PATH):  # whether it lives is asked all the time
            return await handler(request)
        self.requests += 1
        self.last = time.monotonic()
        try:
            return await handler(request)
        finally:
            self.requests -= 1
            self.last = time.monotonic()


def routes(engine: Engine, activity: Activity) -> list[web.RouteDef]:
    """Return the one route."""

    async def tell(request: web.Request) -> web.Response:
        states = [item.state for item in engine.containers.store]
        busy = [state for state in states if state.running or state.status == "restarting"]
        return web.json_response(
            {
                "containers": len(busy),
                "requests": activity.requests,
                "idle_seconds": round(time.monotonic() - activity.last, 1),
            }
        )

    return [web.get(PATH, tell)]
