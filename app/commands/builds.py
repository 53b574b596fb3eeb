"""The commands about the engine's history of builds."""

import argparse
from pathlib import Path

from app.commands.console import format_age, printable, tell, write, write_json, write_table
from app.commands.session import Session
from app.services.engine.engine_client import EngineClient
from app.services.errors import ErrorCode, UserError
from app.services.images.build_history import (
    export_build,
    import_builds,
    list_builds,
    read_build,
    remove_build,
)
from app.services.images.image_build import PastBuild

_SHORT = 12  # characters of an id


def list_all(options: argparse.Namespace) -> int:
    """List the builds, the newest first."""
    with Session(options).engine() as client:
        builds = _builds(client)
    if options.json:
        write_json(builds)
        return 0
    write_table(
        ("ID", "NAME", "STARTED", "TOOK", "CACHED", "STATUS"),
        [(build.id[:_SHORT], *_row(build)) for build in builds],
    )
    return 0


def _row(build: PastBuild) -> tuple[str, ...]:
    status = f"{build.status}, imported" if build.is_imported else build.status
    cached = f"{build.steps_cached}/{build.steps_total}"
    names = printable(", ".join(build.tags)) or "<none>"
    return names, format_age(build.started), f"{build.seconds:.1f} s", cached, status


def show(options: argparse.Namespace) -> int:
    """Tell what a build said, and why it failed."""
    with Session(options).engine() as client:
        build = read_build(client, _find(client, options.build))
    if options.json:
        write_json(build)
        return 0
    for line in build.log:
        write(printable(line))
    if build.error:
        place = f"line {build.error_line}: " if build.error_line else ""
        write(printable(f"{build.status}: {place}{build.error}"))
    return 0


def take_in(options: argparse.Namespace) -> int:
    """Import the record of a build of elsewhere."""
    with Session(options).engine() as client:
        _builds(client)  # an engine without a history takes none in
        for id in import_builds(client, Path(options.file)):
            write(id[:_SHORT])
    return 0


def hand_out(options: argparse.Namespace) -> int:
    """Write a build to a file."""
    with Session(options).engine() as client:
        export_build(client, _find(client, options.build), Path(options.file).absolute())
    return 0


def remove(options: argparse.Namespace) -> int:
    """Forget builds; their images stay."""
    with Session(options).engine() as client:
        for id in [_find(client, build) for build in options.builds]:
            remove_build(client, id)
            tell(id[:_SHORT])
    return 0


def _builds(client: EngineClient) -> list[PastBuild]:
    builds = list_builds(client)
    if builds is None:
        raise UserError("This engine keeps no history of builds")
    return builds


def _find(client: EngineClient, start: str) -> str:
    """Return the id of the one build whose id begins so. Raises UserError."""
    found = [build.id for build in _builds(client) if build.id.startswith(start)]
    if len(found) == 1:
        return found[0]
    what = "is not clear" if found else "is unknown"
    raise UserError(
        f"The build {start} {what}", what_to_do="`marina builds list` lists them.", code=ErrorCode.BAD_INPUT
    )
