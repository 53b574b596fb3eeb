"""Makes an image out of a container: its own changes become a layer on its image's.

Source: dockerd, `daemon/commit.go`; Docker Engine API, `POST /commit`.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from backend.containers import container_events
from backend.containers.container import Container
from backend.containers.create_request import merge
from backend.containers.manager import Containers
from backend.containers.reports import config_json
from backend.errors import ConflictError, EngineError
from backend.images.image import Image
from backend.images.image_creation import ImageDraft
from backend.images.layers import overlay_tar
from backend.images.reference import Reference

Config = dict[str, Any]


@dataclass(frozen=True, slots=True)
class CommitRequest:
    """What a commit is to be. `config` replaces parts of the container's own; `change` has the last word."""

    reference: Reference | None
    author: str
    comment: str
    pause: bool
    config: Config | None
    change: Callable[[Config], Config]


async def commit(containers: Containers, container: Container, wanted: CommitRequest) -> Image:
    """Make the image. Raises EngineError in Docker's words."""
    if container.removing:
        raise ConflictError(f"You cannot commit container {container.id} which is being removed")
    paused = wanted.pause and await _pause(containers, container)
    try:
        ours = container.record.config
        config = wanted.change(dict(wanted.config or ours))
        merge(config, ours)
        image = await containers.images.create(
            ImageDraft(
                parent=containers.images.find(container.record.image_id),
                config=config_json(config),
                created_by=" ".join(ours["Cmd"] or ()),
                author=wanted.author,
                comment=wanted.comment,
                container_id=container.id,
                container_config=config_json(ours),
            ),
            layer=_changes(containers, container),
            references=[wanted.reference] if wanted.reference else [],
        )
        container_events.publish(
            containers.events,
            container,
            "commit",
            comment=wanted.comment,
            imageID=image.id,
            imageRef=wanted.reference.with_default_tag().familiar if wanted.reference else "",
        )
    finally:
        if paused:
            with suppress(EngineError):  # it ended, or somebody else let it go on
                await containers.pause(container.id, frozen=False)
    return image


async def _pause(containers: Containers, container: Container) -> bool:
    """Hold a running container; returns whether it was us who did."""
    try:
        await containers.halting.pause(container, frozen=True, for_work=True)
    except EngineError:
        return False  # it does not run, or is held already
    return True


def _changes(containers: Containers, container: Container) -> Iterator[bytes]:
    removed = ConflictError(f"You cannot commit container {container.id} which is being removed")
    try:
        yield from overlay_tar.chunks(containers.lifecycle.run_files(container).upper)
    except FileNotFoundError:
        raise removed from None
    # The row goes before the files: while it is there, all files were.
    if containers.store.get(container.id) is None:
        raise removed
