"""Whether a container's image has a newer one of the same name: on the engine already, or in its registry.

Source: Docker Engine API, `GET /distribution/{name}/json` (DistributionInspect), and ImageInspect.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from app.services.engine.engine_client import EngineClient
from app.services.engine.engine_types import Container, ContainerDetails, ImageDetails
from app.services.engine.json_values import get_texts
from app.services.errors import EngineRequestError
from app.services.images.reference import Reference, parse_reference

_ID = re.compile(r"(?:sha256:)?[0-9a-f]{12,64}")


class Freshness(StrEnum):
    """How a container's image stands to its name."""

    CURRENT = "current"
    NEWER_HERE = "newer-here"
    NEWER_IN_REGISTRY = "newer-in-registry"
    PINNED = "pinned"  # made from an id or a digest: that never means another image
    MADE_HERE = "made-here"  # built or loaded: no registry has said what it is


@dataclass(frozen=True, slots=True)
class ImageStanding:
    """What was found out about a container's image; `name` is what it was created from."""

    container: str
    name: str
    freshness: Freshness

    @property
    def has_newer(self) -> bool:
        """Return whether there is something to update to."""
        return self.freshness in (Freshness.NEWER_HERE, Freshness.NEWER_IN_REGISTRY)


def is_pinned(name: str) -> bool:
    """Return whether an image's name is an id, or has a digest in it."""
    return not name or "@" in name or _ID.fullmatch(name) is not None


def names_of_moved(client: EngineClient, containers: Iterable[Container], known: dict[str, str]) -> set[str]:
    """Return the ids of the containers whose image's name means another image on this engine by now.

    An engine lists such a container with its image's id in place of the name. The names that they were
    created from are put into `known`, by the container's id; one that is there already is not asked for
    again. Raises what `EngineClient` raises.
    """
    moved = [row for row in containers if row.image == row.image_id and row.image_id]
    for row in moved:
        if row.id not in known:
            try:
                known[row.id] = client.inspect_container(row.id).image
            except EngineRequestError:  # deleted meanwhile
                known[row.id] = ""
    named = [row for row in moved if not is_pinned(known[row.id])]
    if not named:
        return set()
    images = _ids_by_name(client)
    return {
        row.id
        for row in named
        if images.get(parse_reference(known[row.id]).full_name, row.image_id) != row.image_id
    }


def look_here(client: EngineClient, container: ContainerDetails) -> ImageStanding:
    """Compare a container's image with what the engine has under its name. Asks nobody else."""
    return _look(client, container)[0]


def look_in_registry(client: EngineClient, container: ContainerDetails) -> ImageStanding:
    """Compare a container's image with what its registry has under its name now; nothing is pulled.

    Raises what `EngineClient` raises; a refusal of the registry is an EngineRequestError.
    """
    standing, named = _look(client, container)
    if standing.freshness is Freshness.PINNED:
        return standing
    newest = named or find_image(client, container.image_id)
    known = _registry_digests(newest, container.image) if newest else set()
    if not known:  # Docker Hub may well have a stranger's image of that name
        return standing if standing.has_newer else replace(standing, freshness=Freshness.MADE_HERE)
    if client.registry_digest(container.image) not in known:
        return replace(standing, freshness=Freshness.NEWER_IN_REGISTRY)
    return standing


def find_image(client: EngineClient, name: str) -> ImageDetails | None:
    """Return an image by name or id, None when the engine has none."""
    try:
        return client.inspect_image(name)
    except EngineRequestError as error:
        if error.status == 404:
            return None
        raise


def _look(client: EngineClient, container: ContainerDetails) -> tuple[ImageStanding, ImageDetails | None]:
    """Return how the image stands here, and what its name means here."""
    name, freshness, named = container.image, Freshness.PINNED, None
    if not is_pinned(name):
        named = find_image(client, name)
        if named is None or not named.id.removeprefix("sha256:").startswith(name):  # a short id is no name
            moved = named is not None and named.id != container.image_id
            freshness = Freshness.NEWER_HERE if moved else Freshness.CURRENT
    return ImageStanding(container.name, name, freshness), named


def _registry_digests(image: ImageDetails, name: str) -> set[str]:
    """Return what the registry of `name` called this image."""
    wanted = _repository(parse_reference(name))
    references = map(parse_reference, get_texts(image.raw, "RepoDigests"))
    return {reference.digest for reference in references if _repository(reference) == wanted}


def _repository(reference: Reference) -> str:
    return Reference(reference.repository).full_name


def _ids_by_name(client: EngineClient) -> Mapping[str, str]:
    tags = ((tag, image.id) for image in client.list_images() for tag in image.tags)
    return {parse_reference(tag).full_name: id for tag, id in tags}
