"""`/images/…`: list, inspect, tag and remove images; what moves whole images is in `image_transfers`."""

from dataclasses import replace

from aiohttp import web

from backend.api import image_filters, image_json, image_transfers, registries
from backend.api.request_values import query_bool, query_filters
from backend.api.versions import api_version
from backend.engine import Engine
from backend.errors import InvalidParameterError
from backend.images import reference
from backend.images.image import Image
from backend.moments import prune_limit

# Names hold slashes: `/images/registry:5000/team/app:1/json`.
NAME = "/images/{name:.+}"


def routes(engine: Engine) -> list[web.RouteDef]:
    """Return this area's routes."""
    images = engine.images

    async def list_images(request: web.Request) -> web.Response:
        filters = query_filters(request)
        image_filters.check_names(filters, image_filters.LIST_FILTERS)
        dangling = image_filters.flag(filters, "dangling")
        passes = image_filters.matcher(filters, images.find_listed)
        name_passes = image_filters.reference_matcher(filters)
        everything = query_bool(request, "all") and dangling is not True
        parents = {image.parent for image in images}
        listed: list[Image] = []
        for image in images:
            in_between = image.id in parents or images.is_further_platform(image)
            if not image.references and in_between and not everything:
                continue  # a step on the way to another image, or a further platform of a named one
            if passes(image) and image_filters.has_dangling(image, dangling):
                shown = tuple(name for name in image.references if name_passes(name))
                listed.append(replace(image, references=shown))
        users = image_json.layer_users(images) if query_bool(request, "shared-size") else None
        version = api_version(request)
        answer = [image_json.summary(image, None, users, version) for image in listed]
        answer.sort(key=lambda entry: (-entry["Created"], entry["Id"]))
        return web.json_response(answer)

    async def inspect(request: web.Request) -> web.Response:
        image = images.find_listed(request.match_info["name"])
        return web.json_response(image_json.details(image, images.layer_paths(image), api_version(request)))

    async def history(request: web.Request) -> web.Response:
        image = images.find_listed(request.match_info["name"])
        return web.json_response(image_json.history(image, images.get))

    async def tag(request: web.Request) -> web.Response:
        image = images.find_listed(request.match_info["name"])
        name = reference.parse(request.query.get("repo", ""))
        if request.query.get("tag"):
            name = name.with_tag(request.query["tag"])
        if name.familiar_name == "sha256":
            raise InvalidParameterError("refusing to create an ambiguous tag using digest algorithm as name")
        images.tag(image, name, request.match_info["name"])
        return web.Response(status=201)

    async def remove(request: web.Request) -> web.Response:
        if not request.match_info["name"].strip():
            raise InvalidParameterError("image name cannot be blank")
        removed = await images.remove(
            request.match_info["name"],
            force=query_bool(request, "force"),
            parents=not query_bool(request, "noprune"),
        )
        return web.json_response(removed)

    async def prune(request: web.Request) -> web.Response:
        filters = query_filters(request)
        image_filters.check_names(filters, image_filters.PRUNE_FILTERS)
        prune_limit(filters.get("until", ()))
        only_dangling = image_filters.flag(filters, "dangling") is not False
        others = {name: values for name, values in filters.items() if name != "dangling"}
        passes = image_filters.matcher(others, images.find_listed)

        def unwanted(image: Image) -> bool:
            return passes(image) and not (only_dangling and image_json.split_references(image)[0])

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
