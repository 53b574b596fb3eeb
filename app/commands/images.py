"""The commands about images: images, pull, tags, image files, rmi."""

import argparse
from collections.abc import Sequence

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
from app.services.engine.engine_images import HistoryStep, LayerFile
from app.services.errors import ErrorCode, MarinaError, Task, UserError
from app.services.explain import explain
from app.services.images.reference import parse_reference
from app.services.images.tags import fetch_tags


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


def tags(options: argparse.Namespace) -> int:
    """List the tags that the registry has of an image, the newest versions first."""
    with Session(options).engine(start=True) as client:
        found = fetch_tags(client, parse_reference(options.image).repository)
    if options.json:
        write_json(found)
    else:
        for tag in found:
            write(tag)
    return 0


def files(options: argparse.Namespace) -> int:
    """List the steps that an image was made in, or the files that one of them left, changed or deleted."""
    with Session(options).engine(start=True) as client:
        steps = client.image_history(options.image)
        if options.step is None:
            return _write_steps(steps, options.json)
        if options.step not in range(len(steps)):
            raise UserError(
                f"The image has no step {options.step}",
                f"It was made in {len(steps)} steps; 0 is the newest.",
                f"`marina image files {options.image}` lists them.",
                ErrorCode.BAD_INPUT,
            )
        found = client.layer_files(options.image, options.step)
    if options.json:
        write_json(found)
    else:
        rows = [
            (file.kind, format_size(file.size) if file.type == "file" else "—", _shown_path(file))
            for file in found
        ]
        write_table(("CHANGE", "SIZE", "FILE"), rows)
    return 0


def _write_steps(steps: Sequence[HistoryStep], as_json: bool) -> int:
    if as_json:
        write_json(steps)
        return 0
    rows = [
        (str(number), format_size(step.size) if step.size else "—", step.command or step.comment or "—")
        for number, step in enumerate(steps)
    ]
    write_table(("STEP", "SIZE", "COMMAND"), rows)
    return 0


def _shown_path(file: LayerFile) -> str:
    return file.path + ("/" if file.type == "folder" else "")


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
