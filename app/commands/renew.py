"""The command `renew`: containers made anew from what the names of their images mean now."""

import argparse
from dataclasses import dataclass

from app.commands.console import tell, write_failure, write_json, write_table
from app.commands.images import pull_image
from app.commands.session import Session
from app.services.containers.container_edit import EditContainer
from app.services.engine.engine_client import EngineClient
from app.services.engine.engine_types import ContainerDetails
from app.services.errors import ErrorCode, MarinaError, Task, UserError
from app.services.explain import explain
from app.services.images.image_updates import Freshness, ImageStanding, look_here, look_in_registry

RENEWED = "renewed"
_WORDS = {
    Freshness.CURRENT: "up to date",
    Freshness.NEWER_HERE: "a newer image is here",
    Freshness.NEWER_IN_REGISTRY: "a newer image is in the registry",
    Freshness.PINNED: "made from an id or a digest: never another image",
    Freshness.MADE_HERE: "the image was made here: no registry has it",
}


@dataclass(frozen=True, slots=True)
class _Row:
    """What became of a container; `state` is a word of `Freshness`, or "renewed"."""

    container: str
    image: str
    state: str


def renew(options: argparse.Namespace) -> int:
    """Renew containers, or tell which have a newer image; one that fails does not keep the others."""
    if options.all == bool(options.containers):
        raise UserError(
            "Which containers are to be renewed?",
            what_to_do="Name them, or say --all: marina renew web, marina renew --check --all",
            code=ErrorCode.BAD_INPUT,
        )
    rows: list[_Row] = []
    failures = 0
    with Session(options).engine() as client:
        names = [row.id for row in client.list_containers()] if options.all else options.containers
        for name in names:
            try:
                rows.append(_renew(client, name, options))
            except MarinaError as error:
                write_failure(explain(error, name))
                failures += 1
    if options.json:
        write_json(rows)
    elif rows:
        write_table(
            ("CONTAINER", "IMAGE", "STATE"),
            [
                (row.container, row.image, RENEWED if row.state == RENEWED else _WORDS[Freshness(row.state)])
                for row in rows
            ],
        )
    return 1 if failures else 0


def _renew(client: EngineClient, name: str, options: argparse.Namespace) -> _Row:
    details = client.inspect_container(name)
    standing = _look(client, details, options.pull)
    if options.check or not standing.has_newer:
        return _Row(standing.container, standing.name, standing.freshness.value)
    if standing.freshness is Freshness.NEWER_IN_REGISTRY:
        pull_image(client, standing.name, quiet=options.quiet or options.json)
    if not (options.quiet or options.json):
        tell(f"{standing.container}: making it anew from {standing.name}")
    EditContainer(client).renew(details.id)
    return _Row(standing.container, standing.name, RENEWED)


def _look(client: EngineClient, details: ContainerDetails, asks: bool) -> ImageStanding:
    if not asks:
        return look_here(client, details)
    try:
        return look_in_registry(client, details)
    except MarinaError as error:
        raise explain(error, details.image, Task.PULL) from error
