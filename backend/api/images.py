"""`/images/…`: list, inspect, tag and remove images; what moves whole images is in `image_transfers`."""

from dataclasses import replace

from aiohttp import web

from backend.api import image_filters, image_json, image_transfers, registries
from backend.api.request_values import query_bool, query_filters
from backend.engine import Engine
from backend.images import reference
from backend.images.image import Image

# Names hold slashes: `/images/registry:5000/team/app:1/json`.
NAME = "/images/{name:.+}"


def routes(engine: Engine) -> list[web.RouteDef]:
    """Return this area's routes."""
    images = engine.images

    async def list_images(request: web.Request) -> web.Response:
        filters = query_filters(request)
        image_filters.check_names(filters, image_filters.LIST_FILTERS)
        passes = image_filters.matcher(filters, images.find_listed)
        name_passes = image_filters.reference_matcher(filters)
        everything = query_bool(request, "all")
        parents = {image.parent for image in images}
        listed = []
        for image in images:
            if not image.references and image.id in parents and not everything:
                continue  # a step on the way to another image
            if passes(image):
                shown = replace(
                    image, references=tuple(name for name in image.references if name_passes(name))
                )
                listed.append(image_json.summary(shown, len(images.in_use(image.id))))
        listed.sort(key=lambda entry: (-entry["Created"], entry["Id"]))
        return web.json_response(listed)

    async def inspect(request: web.Request) -> web.Response:
        image = images.find_listed(request.match_info["name"])
        return web.json_response(image_json.details(image, images.layer_paths(image)))

    async def history(request: web.Request) -> web.Response:
        image = images.find_listed(request.match_info["name"])
        return web.json_response(image_json.history(image, images.get))

    async def tag(request: web.Request) -> web.Response:
        image = images.find_listed(request.match_info["name"])
        name = reference.parse(request.query.get("repo", ""))
        if request.query.get("tag"):
            name = name.with_tag(request.query["tag"])
        images.tag(image, name)
        return web.Response(status=201)

    async def remove(request: web.Request) -> web.Response:
        removed = await images.remove(request.match_info["name"], force=query_bool(request, "force"))
        return web.json_response(removed)

    async def prune(request: web.Request) -> web.Response:
        filters = query_filters(request)
        image_filters.check_names(filters, image_filters.PRUNE_FILTERS)
        only_dangling = image_filters.flag(filters, "dangling") is not False
        others = {name: values for name, values in filters.items() if name != "dangling"}
        passes = image_filters.matcher(others, images.find_listed)

        def unwanted(image: Image) -> bool:
            return passes(image) and not (only_dangling and image.references)

        removed, freed = await images.prune(unwanted)
        engine.events.publish("image", "prune", "", reclaimed=str(freed))
        return web.json_response({"ImagesDeleted": removed or None, "SpaceReclaimed": freed})

    return [
        *image_transfers.routes(engine),
        *registries.routes(engine),
        web.get("/images/json", list_images),
        web.post("/images/prune", prune),
        web.get(NAME + "/json", inspect),
        web.get(NAME + "/history", history),
        web.post(NAME + "/tag", tag),
        web.delete(NAME, remove),
    ]
