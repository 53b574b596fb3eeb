"""`/system/df`: what images, containers and volumes take on the disk.

Source: Docker Engine API, SystemDataUsageResponse.
"""

from typing import Any

from aiohttp import web

from backend.api import image_json
from backend.api.versions import api_version
from backend.containers.sizes import sizes_of
from backend.engine import Engine
from backend.errors import InvalidParameterError

KINDS = ("container", "image", "volume", "build-cache")


def routes(engine: Engine) -> list[web.RouteDef]:
    """Return this area's routes."""

    async def usage(request: web.Request) -> web.Response:
        kinds = request.query.getall("type", []) or KINDS
        for kind in kinds:
            if kind not in KINDS:
                raise InvalidParameterError(f"unknown object type: {kind}")
        return web.json_response(
            {
                "LayersSize": _layers_size(engine) if "image" in kinds else 0,
                "Images": _images(engine, api_version(request)) if "image" in kinds else None,
                "Containers": await _containers(engine) if "container" in kinds else None,
                "Volumes": await _volumes(engine) if "volume" in kinds else None,
                "BuildCache": await _build_cache(engine) if "build-cache" in kinds else None,
            }
        )

    return [web.get("/system/df", usage)]


def _layers_size(engine: Engine) -> int:
    return sum({layer.key: layer.size for image in engine.images for layer in image.store_layers}.values())


def _images(engine: Engine, version: tuple[int, int]) -> list[dict[str, Any]]:
    users = image_json.layer_users(engine.images)
    parents = {image.parent for image in engine.images}
    shown = [
        image_json.summary(image, len(engine.images.in_use(image.id)), users, version)
        for image in engine.images
        if image.references or image.id not in parents  # as in lists: no steps on the way to others
    ]
    # Unlike in lists an image without names has null here, as with dockerd.
    return [
        {**image, **{name: image[name] or None for name in ("RepoTags", "RepoDigests")}} for image in shown
    ]


async def _containers(engine: Engine) -> list[dict[str, Any]]:
    from backend.containers import reports

    listed = list(engine.containers.store)
    sizes = await sizes_of(engine.containers, listed)
    return [reports.summary(engine.containers, item, sizes[item.id]) for item in listed]


async def _volumes(engine: Engine) -> list[dict[str, Any]]:
    return [
        {
            **volume.to_docker(),
            "UsageData": {
                "Size": await engine.volumes.size(volume.name),
                "RefCount": len(engine.volumes.in_use(volume.name)),
            },
        }
        for volume in engine.volumes.list()
        if not volume.options  # what others hold does not count, as with Docker
    ]


async def _build_cache(engine: Engine) -> list[dict[str, Any]]:
    """Return what commands of builds cache in; the steps of builds are images."""
    return [usage.to_docker() for usage in await engine.builds.cache_mounts.usage()]
