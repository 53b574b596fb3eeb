"""Images in the shapes of the Docker Engine API.

Source: Docker Engine API 1.47, ImageSummary, ImageInspect, HistoryResponseItem.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from backend.images import reference
from backend.images.image import EMPTY_CONFIG, Image
from backend.moments import unix_time

ZERO_TIME = "0001-01-01T00:00:00Z"
# API versions in which answers lost members.
NAMELESS_LISTS_SINCE = (1, 43)
NO_VIRTUAL_SIZE_SINCE = (1, 44)
NO_CONTAINER_CONFIG_SINCE = (1, 45)


def split_references(image: Image) -> tuple[list[str], list[str]]:
    """Return the familiar tags and the familiar digests of an image."""
    parsed = [reference.parse(name) for name in image.references]
    tags = [name.familiar for name in parsed if name.tag]
    return tags, [name.familiar for name in parsed if name.digest]


def layer_users(images: Iterable[Image]) -> Counter[str]:
    """Return how many images each layer belongs to."""
    return Counter(key for image in images for key in {layer.key for layer in image.store_layers})


def summary(
    image: Image, containers: int | None, users: Counter[str] | None, version: tuple[int, int]
) -> dict[str, Any]:
    """Return an entry of `GET /images/json`; with `users` it tells the bytes shared with other images.

    `containers` is how many use it, None where nobody counts.
    """
    tags, digested = split_references(image)
    result: dict[str, Any] = {
        "Id": image.id,
        "ParentId": image.parent,
        "RepoTags": tags,
        "RepoDigests": digested,
        "Created": unix_time(image.created),
        "Size": image.size,
        "SharedSize": -1,
        "Labels": image.labels or None,
        "Containers": -1 if containers is None else containers,
    }
    if users is not None:
        layers = {layer.key: layer.size for layer in image.store_layers}
        result["SharedSize"] = sum(size for key, size in layers.items() if users[key] > 1)
    if version < NAMELESS_LISTS_SINCE and not image.references:
        result |= {"RepoTags": ["<none>:<none>"], "RepoDigests": ["<none>@<none>"]}
    if version < NO_VIRTUAL_SIZE_SINCE:
        result["VirtualSize"] = image.size
    return result


def details(image: Image, layer_paths: Sequence[str], version: tuple[int, int]) -> dict[str, Any]:
    """Return `GET /images/{name}/json`; `layer_paths` lie topmost first."""
    tags, digested = split_references(image)
    config = image.config
    result: dict[str, Any] = {
        "Id": image.id,
        "RepoTags": tags,
        "RepoDigests": digested,
        "Parent": image.parent,
        "Comment": str(config.get("comment") or "") or _last_comment(image),
        "Created": image.created or ZERO_TIME,
        "DockerVersion": config.get("docker_version") or "",
        "Author": config.get("author") or "",
        "Config": container_config(image),
        "Architecture": config.get("architecture") or "",
        "Os": config.get("os") or "",
        "Size": image.size,
        "GraphDriver": {"Name": "overlay2", "Data": _layer_folders(layer_paths)},
        "RootFS": {"Type": "layers", "Layers": list(image.layers)},
        "Metadata": {"LastTagTime": _rfc3339(image.tagged_ns)},
    }
    if version < NO_VIRTUAL_SIZE_SINCE:
        result["VirtualSize"] = image.size
    if version < NO_CONTAINER_CONFIG_SINCE:
        if config.get("container"):
            result["Container"] = config["container"]
        result["ContainerConfig"] = {**EMPTY_CONFIG, **(config.get("container_config") or {})}
    if config.get("variant"):
        result["Variant"] = config["variant"]
    if config.get("os.version"):
        result["OsVersion"] = config["os.version"]
    return result


def container_config(image: Image) -> dict[str, Any]:
    """Return the image's `config` with the members that clients expect to find."""
    config = image.config.get("config") or {}
    return {**EMPTY_CONFIG, **config}


def steps(image: Image) -> list[tuple[Mapping[str, Any], int | None]]:
    """Return the steps that an image was made in, the oldest first, as its configuration tells them.

    Beside each is the place of the layer that it left, counted from the bottom. Layers that the configuration
    does not tell of are steps without words.
    """
    found: list[tuple[Mapping[str, Any], int | None]] = []
    places = iter(range(len(image.store_layers)))
    for item in image.config.get("history") or []:
        step = item if isinstance(item, dict) else {}
        found.append((step, None if step.get("empty_layer") else next(places, None)))
    return [*found, *(({}, place) for place in places)]


def history(image: Image, find: Callable[[str], Image | None]) -> list[dict[str, Any]]:
    """Return `GET /images/{name}/history`, newest first; `find` gets images that this one was made from."""
    entries: list[dict[str, Any]] = [
        {
            "Id": "<missing>",
            "Created": unix_time(str(step.get("created") or "")),
            "CreatedBy": str(step.get("created_by") or ""),
            "Tags": None,
            "Size": 0 if place is None else image.store_layers[place].size,
            "Comment": str(step.get("comment") or ""),
        }
        for step, place in steps(image)
    ]
    entries.reverse()
    maker: Image | None = image
    for entry in entries:
        if maker is None:
            break
        entry["Id"] = maker.id
        entry["Tags"] = split_references(maker)[0] or None
        maker = find(maker.parent) if maker.parent else None
    return entries


def _layer_folders(paths: Sequence[str]) -> dict[str, str]:
    """Return where the layers are while a container stands on them; an image as such is never merged."""
    folders = {"UpperDir": paths[0]} if paths else {}
    return folders | ({"LowerDir": ":".join(paths[1:])} if len(paths) > 1 else {})


def _last_comment(image: Image) -> str:
    steps = image.config.get("history") or []
    last = steps[-1] if steps else {}
    return str(last.get("comment") or "") if isinstance(last, dict) else ""


def _rfc3339(nanoseconds: int) -> str:
    seconds, rest = divmod(nanoseconds, 1_000_000_000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest:09d}Z"
