"""The commands about what is in volumes: copied, emptied, written into an archive and filled from one."""

import argparse
from pathlib import Path

from app.commands.confirm import confirm
from app.commands.console import tell, write
from app.commands.session import Session
from app.services.containers import volume_files
from app.services.errors import ErrorCode, UserError


def clone(options: argparse.Namespace) -> int:
    """Make a volume with a copy of all that is in another."""
    with Session(options).engine() as client:
        volume_files.clone(client, options.volume, options.name)
    write(options.name)
    return 0


def empty(options: argparse.Namespace) -> int:
    """Delete all that is in a volume."""
    confirm(options, f"All that is in the volume {options.volume} is deleted.")
    with Session(options).engine() as client:
        volume_files.empty(client, options.volume)
    tell(f"The volume {options.volume} is empty.")
    return 0


def export(options: argparse.Namespace) -> int:
    """Write all that is in a volume to a new archive."""
    target = Path(options.file).expanduser()
    if target.exists():
        raise UserError(
            f"There is a file {target} already", what_to_do="Choose another name.", code=ErrorCode.BAD_INPUT
        )
    with Session(options).engine() as client:
        volume_files.export(client, options.volume, target)
    write(str(target))
    return 0


def import_archive(options: argparse.Namespace) -> int:
    """Unpack an archive into a volume; one that is not there is made."""
    with Session(options).engine() as client:
        is_new = all(volume.name != options.volume for volume in client.list_volumes())
        source = Path(options.file).expanduser()
        volume_files.import_archive(client, options.volume, source, is_new=is_new)
    write(options.volume)
    return 0
