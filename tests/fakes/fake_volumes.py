"""The fake engine's volumes: listed, made, removed, pruned, measured."""

import json
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.fakes.fake_containers import Refusal, mounts_of
from tests.fakes.fake_state import FakeVolume, make_id

if TYPE_CHECKING:
    from tests.fakes.fake_engine import Handler


def list_volumes(request: "Handler") -> None:
    """Answer all volumes."""
    rows = [_row(volume) for volume in request.engine.state.volumes]
    request.answer_json({"Volumes": rows, "Warnings": []})


def create_volume(request: "Handler") -> None:
    """Make one; a name that exists answers what is there."""
    state, body = request.engine.state, json.loads(request.body)
    name = body.get("Name") or make_id("volume")
    volume = next((known for known in state.volumes if known.name == name), None)
    if volume is None:
        volume = FakeVolume(name, labels=body.get("Labels") or {})
        state.volumes.append(volume)
        state.publish("volume", "create", name, driver="local")
    request.answer_json(_row(volume), 201)


def inspect_volume(request: "Handler", name: str) -> None:
    """Answer one volume."""
    request.answer_json(_row(_get(request, name)))


def remove_volume(request: "Handler", name: str) -> None:
    """Remove one that nobody uses."""
    volume = _get(request, name)
    users = _users(request, name)
    if users:
        raise Refusal(409, f"remove {name}: volume is in use - [{', '.join(users)}]")
    request.engine.state.volumes.remove(volume)
    request.engine.state.publish("volume", "destroy", name, driver="local")
    request.answer(204, b"")


def prune_volumes(request: "Handler") -> None:
    """Remove what nobody uses: anonymous ones, or all with the filter `all`."""
    state = request.engine.state
    every = json.loads(request.query.get("filters", "{}")).get("all", [])
    gone = [
        volume
        for volume in state.volumes
        if not _users(request, volume.name) and (every in (["true"], ["1"]) or volume.is_anonymous)
    ]
    for volume in gone:
        state.volumes.remove(volume)
        state.publish("volume", "destroy", volume.name, driver="local")
    request.answer_json(
        {"VolumesDeleted": [volume.name for volume in gone], "SpaceReclaimed": sum(v.size for v in gone)}
    )


def disk_usage(request: "Handler") -> None:
    """Answer what everything takes on the disk."""
    state = request.engine.state
    volumes = [
        _row(v) | {"UsageData": {"Size": v.size, "RefCount": len(_users(request, v.name))}}
        for v in state.volumes
    ]
    images = [
        {"Id": image.id, "RepoTags": image.tags, "Size": image.size, "SharedSize": image.shared}
        for image in state.images
    ]
    layers = sum(image.size - image.shared for image in state.images)
    layers += max((image.shared for image in state.images), default=0)
    request.answer_json({"LayersSize": layers, "Images": images, "Volumes": volumes})


def _get(request: "Handler", name: str) -> FakeVolume:
    for volume in request.engine.state.volumes:
        if volume.name == name:
            return volume
    raise Refusal(404, f"get {name}: no such volume")


def _users(request: "Handler", name: str) -> list[str]:
    return [
        container.id
        for container in request.engine.state.containers.values()
        if any(mount["Name"] == name for mount in mounts_of(container))
    ]


def _row(volume: FakeVolume) -> dict[str, Any]:
    return {
        "Name": volume.name,
        "Driver": "local",
        "Mountpoint": f"/var/lib/docker/volumes/{volume.name}/_data",
        "CreatedAt": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(volume.created)),
        "Labels": volume.labels,
        "Scope": "local",
        "Options": None,
    }


ROUTES: list[tuple[str, Callable[..., None]]] = [
    (r"GET /volumes", list_volumes),
    (r"POST /volumes/create", create_volume),
    (r"POST /volumes/prune", prune_volumes),
    (r"GET /volumes/([^/]+)", inspect_volume),
    (r"DELETE /volumes/([^/]+)", remove_volume),
    (r"GET /system/df", disk_usage),
]
