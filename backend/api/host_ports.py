"""`/marina/host-ports`: ports of containers on the host's network, on the computer around the machine.

GET  those that such containers listen at, with why one is not open there, "" for those that are. An engine
     that runs on the computer itself has none to open: an empty list.
     [{"Container", "Port", "Protocol": "tcp"|"udp", "Reason"}]

Docker has no such call. An event of the container, `host-ports`, tells that they have changed.
"""

from aiohttp import web

from backend.engine import Engine


def routes(engine: Engine) -> list[web.RouteDef]:
    """Return this area's routes."""

    async def ports(_: web.Request) -> web.Response:
        opened = engine.containers.host_ports
        return web.json_response(
            [
                {
                    "Container": wish.container,
                    "Port": wish.port,
                    "Protocol": wish.protocol,
                    "Reason": reason,
                }
                for wish, reason in (opened.all() if opened is not None else {}).items()
            ]
        )

    return [web.get("/marina/host-ports", ports, allow_head=False)]
