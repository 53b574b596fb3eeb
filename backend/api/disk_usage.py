"""`/system/df`: what images, containers and volumes take on the disk.

Images tell the blocks of their layers and blobs here, compressed as they lie there; lists and details tell
the bytes of the files inside.

Source: Docker Engine API, SystemDataUsageResponse.
"""

from typing import Any

from aiohttp import web

from backend.api import image_json
from backend.api.versions import api_version
from backend.containers.sizes import sizes_of
from backend.engine import Engine
from backend.errors import InvalidParameterError
from backend.images.disk_use import DiskUse

KINDS = ("container", "image", "volume", "build-cache")


def routes(engine: Engine) -> list[web.RouteDef]:
    """Return this area's routes."""

    async def usage(request: web.Request) -> web.Response:
        kinds = request.query.getall("type", []) or KINDS
        for kind in kinds:
            if kind not in KINDS:
                raise InvalidParameterError(f"unknown object type: {kind}")
        disk = await engine.images.disk_use() if "image" in kinds else None
        return web.json_response(
            {
                "LayersSize": disk.total if disk else 0,
                "Images": _images(engine, disk, api_version(request)) if disk else None,
                "Containers": await _containers(engine) if "container" in kinds else None,
                "Volumes": await _volumes(engine) if "volume" in kinds else None,
                "BuildCache": await _build_cache(engine) if "build-cache" in kinds else None,
            }
        )

    return [web.get("/system/df", usage)]


def _images(engine: Engine, disk: DiskUse, version: tuple[int, int]) -> list[dict[str, Any]]:
    parents = {image.parent for image in engine.images}
    shown: list[dict[str, Any]] = []
    for image in engine.images:
        # As in lists: no steps on the way to others.
        if image.id in disk.files and (image.references or image.id not in parents):
            entry = image_json.summary(image, len(engine.images.in_use(image.id)), None, version)
            entry |= {"Size": disk.of(image), "SharedSize": disk.shared(image)}
            if "VirtualSize" in entry:
                entry["VirtualSize"] = entry["Size"]
            # Unlike in lists an image without names has null here, as with dockerd.
            shown.append({**entry, **{name: entry[name] or None for name in ("RepoTags", "RepoDigests")}})
    return shown


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
