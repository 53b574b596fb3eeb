"""`/marina/images/{name}/steps/{number}/files`: what a step of an image's history did to its files.

GET  `number` is the place in `GET /images/{name}/history`, 0 for the newest step; an empty list for a step
     without a layer.  [{"Path", "Kind": "added"|"changed"|"deleted", "Type", "Size"}]

Docker has no such call.
"""

from aiohttp import web

from backend.api import image_json
from backend.engine import Engine
from backend.errors import NotFoundError


def routes(engine: Engine) -> list[web.RouteDef]:
    """Return this area's routes."""

    async def files(request: web.Request) -> web.Response:
        from backend.containers.files.layer_files import list_layer_files

        image = engine.images.find(request.match_info["name"])
        number = int(request.match_info["number"])
        steps = image_json.steps(image)[::-1]
        if number >= len(steps):
            raise NotFoundError(f"the image has no step {number}: its history has {len(steps)}")
        place = steps[number][1]
        found = [] if place is None else await list_layer_files(engine.containers, image, place)
        return web.json_response(
            [{"Path": f.path, "Kind": f.kind, "Type": f.type, "Size": f.size} for f in found]
        )

    return [web.get(r"/marina/images/{name:.+}/steps/{number:\d{1,6}}/files", files, allow_head=False)]
