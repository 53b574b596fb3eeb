"""The commands about images: images, pull, rmi."""

import argparse

from app.commands.console import (
    format_age,
    format_size,
    printable,
    write,
    write_failure,
    write_json,
    write_table,
)
from app.commands.progress import PullDisplay
from app.commands.session import Session
from app.services.engine.engine_client import EngineClient
from app.services.errors import MarinaError, Task
from app.services.explain import explain
from app.services.images.reference import parse_reference


def images(options: argparse.Namespace) -> int:
    """List the images."""
    with Session(options).engine() as client:
        rows = client.list_images()
    if options.json:
        write_json(rows)
    elif options.quiet:
        for row in rows:
            write(row.short_id)
    else:
        lines = [
            (name or "<none>", row.short_id, format_age(row.created), format_size(row.size))
            for row in rows
            for name in (row.tags or ("",))
        ]
        write_table(("IMAGE", "ID", "CREATED", "SIZE"), lines)
    return 0


def pull(options: argparse.Namespace) -> int:
    """Pull an image."""
    reference = parse_reference(options.image)
    with Session(options).engine(start=True) as client:
        pull_image(client, options.image, options.platform, quiet=options.quiet or options.json)
        if options.json:
            write_json(client.inspect_image(options.image))
            return 0
    write(reference.full_name)
    return 0


def pull_image(client: EngineClient, image: str, platform: str = "", quiet: bool = False) -> None:
    """Pull an image and show how it goes. Raises UserError."""
    try:
        with client.pull(image, platform) as stream, PullDisplay(quiet) as display:
            for progress in stream:
                display.show(progress)
    except MarinaError as error:
        raise explain(error, image, Task.PULL) from error


def rmi(options: argparse.Namespace) -> int:
    """Remove images; one that cannot be removed does not keep the others."""
    failures = 0
    done: list[str] = []
    with Session(options).engine() as client:
        for image in options.images:
            try:
                done += client.remove_image(image, options.force)
            except MarinaError as error:
                write_failure(explain(error, image))
                failures += 1
    if options.json:
        write_json(done)
    else:
        for line in done:
            write(printable(line))
    return 1 if failures else 0
