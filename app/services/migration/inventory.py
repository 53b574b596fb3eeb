"""What an engine has, as far as it can be carried to another one."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from app.services.engine.engine_client import EngineClient
from app.services.engine.engine_types import ContainerDetails, ImageDetails, Volume
from app.services.engine.json_values import as_object, get_list, get_number, get_object, get_text, get_texts
from app.services.engine.network_types import PREDEFINED
from app.services.errors import EngineRequestError, MarinaError

Answer = TypeVar("Answer")

HELPER_LABEL = "org.marina.import"
"""On what an import makes at the source and removes again."""

ENGINES_NETWORKS = (*PREDEFINED, "podman", "docker_gwbridge", "ingress")
"""That every engine has for itself, under these names."""


@dataclass(frozen=True, slots=True)
class ImageEntry:
    """An image by its id. `size` is all of it, `shared` what other images have too; -1: not known.

    `identity` is equal for the same image on two engines, which may count its id from different things.
    """

    id: str
    names: tuple[str, ...]
    size: int
    shared: int
    layers: tuple[str, ...]
    identity: str


@dataclass(frozen=True, slots=True)
class VolumeEntry:
    """A volume. With `options` its files are elsewhere; `users` are the running containers that mount it."""

    name: str
    driver: str = "local"
    labels: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    size: int = -1
    users: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NetworkEntry:
    """A network of the user's own, as `inspect` tells it."""

    name: str
    driver: str
    raw: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ContainerEntry:
    """A container, and the bytes that it wrote outside of volumes (-1: not known)."""

    details: ContainerDetails
    written: int = -1


@dataclass(frozen=True, slots=True)
class Inventory:
    """All that an engine has."""

    images: tuple[ImageEntry, ...] = ()
    volumes: tuple[VolumeEntry, ...] = ()
    networks: tuple[NetworkEntry, ...] = ()
    containers: tuple[ContainerEntry, ...] = ()


def take_inventory(client: EngineClient, *, measure: bool = True) -> Inventory:
    """Ask an engine for all that it has; what goes meanwhile is left out.

    `measure` has it count the bytes, which reads all files of its volumes. Raises MarinaError.
    """
    sizes = _measured(client) if measure else {}
    containers = _containers(client, {get_text(row, "Id"): row for row in _rows(sizes, "Containers")})
    return Inventory(
        list_images(client, {get_text(row, "Id"): row for row in _rows(sizes, "Images")}),
        _volumes(client, {get_text(row, "Name"): row for row in _rows(sizes, "Volumes")}, containers),
        _networks(client),
        containers,
    )


def volumes_of(details: ContainerDetails) -> tuple[str, ...]:
    """Return the names of the volumes that a container mounts."""
    mounts = map(as_object, get_list(details.raw, "Mounts"))
    return tuple(get_text(mount, "Name") for mount in mounts if get_text(mount, "Type") == "volume")


def networks_of(details: ContainerDetails) -> tuple[str, ...]:
    """Return the networks of the user's own that a container is on."""
    networks = get_object(get_object(details.raw, "NetworkSettings"), "Networks")
    return tuple(name for name in networks if name not in ENGINES_NETWORKS)


def _rows(answer: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    return [as_object(row) for row in get_list(answer, name)]


def _measured(client: EngineClient) -> Mapping[str, Any]:
    try:
        return client.measure_all()
    except MarinaError:
        return {}  # sizes are worth having, and no reason to carry nothing


def list_images(
    client: EngineClient, measured: Mapping[str, Mapping[str, Any]] | None = None
) -> tuple[ImageEntry, ...]:
    """Return all images; `measured` are their rows of what the engine measured, by id."""
    found = []
    for image in client.list_images():
        if HELPER_LABEL in image.labels:
            continue
        if (details := _if_there(client.inspect_image, image.id)) is None:
            continue
        shared = max(get_number((measured or {}).get(image.id, {}), "SharedSize", -1), -1)
        layers = _layers_of(details)
        found.append(ImageEntry(image.id, image.tags, image.size, shared, layers, identity_of(details)))
    return tuple(sorted(found, key=lambda image: (image.names or ("\uffff",), image.id)))


def _layers_of(details: ImageDetails) -> tuple[str, ...]:
    return get_texts(get_object(details.raw, "RootFS"), "Layers")


def identity_of(details: ImageDetails) -> str:
    """Return what is equal for one image on two engines, which may count its id from different things."""
    return json.dumps(
        [
            details.os,
            details.architecture,
            details.created,
            _layers_of(details),
            sorted(details.environment),
            details.entrypoint,
            details.command,
            details.working_dir,
            details.user,
            sorted(details.labels.items()),
        ]
    )


def _volumes(
    client: EngineClient,
    measured: Mapping[str, Mapping[str, Any]],
    containers: tuple[ContainerEntry, ...],
) -> tuple[VolumeEntry, ...]:
    users: dict[str, list[str]] = {}
    for container in containers:
        if container.details.is_running:
            for name in volumes_of(container.details):
                users.setdefault(name, []).append(container.details.name)
    return tuple(
        VolumeEntry(
            volume.name,
            volume.driver,
            volume.labels,
            volume.options,
            get_number(get_object(measured.get(volume.name, {}), "UsageData"), "Size", -1),
            tuple(users.get(volume.name, ())),
        )
        for volume in sorted(client.list_volumes(), key=_by_name)
    )


def _by_name(volume: Volume) -> str:
    return volume.name


def _networks(client: EngineClient) -> tuple[NetworkEntry, ...]:
    found = []
    for row in map(as_object, client.request_list("GET", "/networks")):
        name = get_text(row, "Name")
        if name not in ENGINES_NETWORKS and get_text(row, "Scope", "local") == "local":
            found.append(NetworkEntry(name, get_text(row, "Driver"), row))
    return tuple(sorted(found, key=lambda network: network.name))


def _containers(
    client: EngineClient, measured: Mapping[str, Mapping[str, Any]]
) -> tuple[ContainerEntry, ...]:
    found = []
    for row in client.list_containers():
        if HELPER_LABEL in row.labels:
            continue
        if (details := _if_there(client.inspect_container, row.id)) is not None:
            written = get_number(measured.get(row.id, {}), "SizeRw", 0 if measured else -1)
            found.append(ContainerEntry(details, written))
    return tuple(sorted(found, key=lambda container: container.details.name))


def _if_there(ask: Callable[[str], Answer], id: str) -> Answer | None:
    try:
        return ask(id)
    except EngineRequestError as error:
        if error.status == 404:
            return None
        raise
