"""What would come over, in numbers, before anything does."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from app.services.engine.engine_types import SHORT_ID_LENGTH
from app.services.engine.json_values import get_object, get_text
from app.services.errors import ErrorCode, UserError
from app.services.images.reference import explain_reference, parse_reference
from app.services.migration.inventory import (
    ContainerEntry,
    ImageEntry,
    Inventory,
    NetworkEntry,
    VolumeEntry,
    networks_of,
    volumes_of,
)

BATCH_BYTES = 2 * 1000**3
"""So much of images that share layers is sent at once: what a cut costs, and what lies on the disk twice."""

BATCH_IMAGES = 40
"""Their names are in the path of one request, which has at most 8 KB."""


class Kind(StrEnum):
    """What can be carried, in the order in which it is."""

    IMAGE = "image"
    VOLUME = "volume"
    NETWORK = "network"
    CONTAINER = "container"


class Verdict(StrEnum):
    """What is to be done with a thing."""

    COPY = "copy"
    HERE = "here"  # the same is here
    TAKEN = "taken"  # something else of that name is here, and stays
    UNFIT = "unfit"  # it cannot be carried


Key = tuple[Kind, str]


@dataclass(frozen=True, slots=True)
class Item:
    """One thing. `size` in bytes, -1: not known; `needs`: what must be here before it.

    `names` are those that an image is to have here, `here` the id under which it already is.
    """

    key: Key
    name: str
    entry: ImageEntry | VolumeEntry | NetworkEntry | ContainerEntry
    verdict: Verdict = Verdict.COPY
    size: int = -1
    remark: str = ""
    needs: tuple[Key, ...] = ()
    names: tuple[str, ...] = ()
    here: str = ""

    @property
    def kind(self) -> Kind:
        """What it is."""
        return self.key[0]


@dataclass(frozen=True, slots=True)
class Wishes:
    """Which of each kind are wanted, by name; None: all of them."""

    images: Collection[str] | None = None
    volumes: Collection[str] | None = None
    networks: Collection[str] | None = None
    containers: Collection[str] | None = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """Things in the order in which they are carried."""

    items: tuple[Item, ...] = ()

    @property
    def to_copy(self) -> tuple[Item, ...]:
        """What is not here yet and can be carried."""
        return tuple(item for item in self.items if item.verdict is Verdict.COPY)

    @property
    def bytes(self) -> int:
        """About how much is copied: what images share counts once."""
        images = [item for item in self.to_copy if item.kind is Kind.IMAGE]
        others = sum(max(item.size, 0) for item in self.to_copy if item.kind is not Kind.IMAGE)
        return others + sum(map(batch_bytes, batches(images, limit=None)))

    @property
    def bytes_needed(self) -> int:
        """How much room the copies need: an archive of images lies there while it is unpacked."""
        images = [item for item in self.to_copy if item.kind is Kind.IMAGE]
        return self.bytes + max(map(batch_bytes, batches(images)), default=0)

    def pick(self, keys: Iterable[Key]) -> "Plan":
        """Return the plan of some of the things, and of all that they need."""
        known = {item.key: item for item in self.items}
        wanted = set(keys)
        waiting = list(wanted)
        while waiting:
            for need in known[waiting.pop()].needs:
                if need in known and need not in wanted:
                    wanted.add(need)
                    waiting.append(need)
        return Plan(tuple(item for item in self.items if item.key in wanted))

    def wish(self, wishes: Wishes) -> "Plan":
        """Return the plan of what is wished. Raises UserError for a name that is not there."""
        asked: Mapping[Kind, Collection[str] | None] = {
            Kind.IMAGE: wishes.images,
            Kind.VOLUME: wishes.volumes,
            Kind.NETWORK: wishes.networks,
            Kind.CONTAINER: wishes.containers,
        }
        return self.pick(key for kind, names in asked.items() for key in self._find(kind, names))

    def _find(self, kind: Kind, names: Collection[str] | None) -> list[Key]:
        items = [item for item in self.items if item.kind is kind]
        if names is None:
            # Images without a name are what builds left behind, unless a container needs them.
            return [item.key for item in items if not isinstance(item.entry, ImageEntry) or item.entry.names]
        found = []
        for name in names:
            item = next((item for item in items if _answers_to(item, name)), None)
            if item is None:
                raise UserError(
                    f"There is no {kind.value} {name} there",
                    f"The engine has {len(items)} of them.",
                    "Leave the name out to see all: --dry-run shows them.",
                    ErrorCode.BAD_INPUT,
                )
            found.append(item.key)
        return found


def make_plan(source: Inventory, target: Inventory) -> Plan:
    """Return what is to be done with all that the source has."""
    images = _plan_images(source.images, target.images)
    volumes = _plan_volumes(source.volumes, {volume.name for volume in target.volumes})
    networks = _plan_networks(source.networks, {network.name for network in target.networks})
    containers = _plan_containers(
        source.containers, {container.details.name for container in target.containers}
    )
    return Plan((*images, *volumes, *networks, *containers))


def batches(items: Iterable[Item], limit: int | None = BATCH_BYTES) -> list[list[Item]]:
    """Return images in groups that share layers, so that these are sent once, none much above `limit`."""
    groups: list[list[Item]] = []
    for item in sorted(items, key=lambda item: image_of(item).layers):
        last = groups[-1] if groups else []
        is_kin = bool(last) and image_of(last[0]).layers[:1] == image_of(item).layers[:1]
        has_room = len(last) < BATCH_IMAGES and batch_bytes([*last, item]) <= limit if limit else True
        if is_kin and has_room:
            last.append(item)
        else:
            groups.append([item])
    return groups


def batch_bytes(items: Iterable[Item]) -> int:
    """Return about how many bytes images have together that share their first layers."""
    entries = [image_of(item) for item in items if not item.here]
    shared = [max(entry.shared, 0) for entry in entries]
    own = sum(max(entry.size - common, 0) for entry, common in zip(entries, shared, strict=True))
    return own + max(shared, default=0)


def image_of(item: Item) -> ImageEntry:
    """Return the image that an item is."""
    assert isinstance(item.entry, ImageEntry)
    return item.entry


def full_name(name: str) -> str:
    """Return an image's name as all engines mean it; what is none stays as it is."""
    return name if explain_reference(name) else parse_reference(name).full_name


def _answers_to(item: Item, name: str) -> bool:
    if isinstance(item.entry, ImageEntry):
        short = item.entry.id.removeprefix("sha256:")
        is_id = len(name) >= SHORT_ID_LENGTH and short.startswith(name.removeprefix("sha256:"))
        return is_id or full_name(name) in map(full_name, item.entry.names)
    return item.name == name


def _plan_images(source: Iterable[ImageEntry], target: Iterable[ImageEntry]) -> list[Item]:
    here = {image.identity: image for image in target}
    owners = {full_name(name): image.identity for image in target for name in image.names}
    items = []
    for image in source:
        same = here.get(image.identity)
        free = tuple(name for name in image.names if full_name(name) not in owners)
        taken = [
            name for name in image.names if owners.get(full_name(name), image.identity) != image.identity
        ]
        item = Item(
            (Kind.IMAGE, image.id),
            image.names[0] if image.names else image.id.removeprefix("sha256:")[:SHORT_ID_LENGTH],
            image,
            size=image.size,
            remark=f"Another image here is named {', '.join(taken)}, and keeps that name." if taken else "",
            names=free,
            here=same.id if same is not None else "",
        )
        if same is not None and not free:
            item = replace(item, verdict=Verdict.HERE)
        elif taken and not free:
            item = replace(item, verdict=Verdict.TAKEN)
        items.append(item)
    return items


def _plan_volumes(source: Iterable[VolumeEntry], here: Collection[str]) -> list[Item]:
    items = []
    for volume in source:
        item = Item((Kind.VOLUME, volume.name), volume.name, volume, size=volume.size)
        if volume.name in here:
            told = "A volume of this name is here: it stays as it is."
            item = replace(item, verdict=Verdict.TAKEN, remark=told)
        elif volume.driver != "local":
            told = f"Its files are kept by the driver {volume.driver}, which is not here."
            item = replace(item, verdict=Verdict.UNFIT, remark=told)
        elif volume.options:
            told = "Its files are kept elsewhere: only its definition is copied."
            item = replace(item, size=0, remark=told)
        elif volume.users:
            told = f"In use by {', '.join(volume.users)}: stop that first for a copy of one moment."
            item = replace(item, remark=told)
        items.append(item)
    return items


def _plan_networks(source: Iterable[NetworkEntry], here: Collection[str]) -> list[Item]:
    items = []
    for network in source:
        item = Item((Kind.NETWORK, network.name), network.name, network, size=0)
        if network.name in here:
            told = "A network of this name is here: it stays as it is."
            item = replace(item, verdict=Verdict.TAKEN, remark=told)
        items.append(item)
    return items


def _plan_containers(source: Iterable[ContainerEntry], here: Collection[str]) -> list[Item]:
    entries = list(source)
    names = {entry.details.id: entry.details.name for entry in entries}
    items = []
    for entry in entries:
        details = entry.details
        item = Item(
            (Kind.CONTAINER, details.name),
            details.name,
            entry,
            size=0,
            needs=(
                (Kind.IMAGE, details.image_id),
                *((Kind.VOLUME, name) for name in volumes_of(details)),
                *((Kind.NETWORK, name) for name in networks_of(details)),
                *((Kind.CONTAINER, name) for name in companions_of(entry, names)),
            ),
        )
        if details.name in here:
            told = "A container of this name is here: it stays as it is."
            item = replace(item, verdict=Verdict.TAKEN, remark=told)
        elif any(label.startswith(("com.docker.swarm.", "io.kubernetes.")) for label in details.labels):
            told = "It belongs to a cluster, which would make it anew."
            item = replace(item, verdict=Verdict.UNFIT, remark=told)
        elif entry.written > 0:
            told = "What it wrote outside of volumes stays there: make an image of it first to keep that."
            item = replace(item, remark=told)
        items.append(item)
    return _companions_first(items)


def companions_of(entry: ContainerEntry, names: Mapping[str, str]) -> list[str]:
    """Return the containers that one cannot be made without, by name; `names` are those of all ids."""
    host = get_object(entry.details.raw, "HostConfig")
    found = []
    for mode in ("NetworkMode", "IpcMode", "PidMode"):
        word, _, other = get_text(host, mode).partition(":")
        if word == "container":
            found.append(names.get(other, other))
    links = host.get("Links")
    for link in links if isinstance(links, list) else ():
        found.append(str(link).partition(":")[0].removeprefix("/"))
    return found


def _companions_first(items: list[Item]) -> list[Item]:
    """Return containers so that each comes after those that it needs; a circle keeps its order."""
    waiting, done, ordered = list(items), set[Key](), list[Item]()
    known = {item.key for item in items}
    while waiting:
        ready = next(
            (item for item in waiting if not (set(item.needs) & known) - done - {item.key}), waiting[0]
        )
        waiting.remove(ready)
        done.add(ready.key)
        ordered.append(ready)
    return ordered
