"""Unpacks a folder that the engine sends as an archive, for a drag out of the window.

The archive comes from a container and is hostile: only folders and plain files are made, each by a name of
its own below the folder that was made for them. No link is made, so that nothing leads out of it; a hard link
becomes a copy of the file before it. What is left out is counted, and what is too much is refused.
"""

import os
import shutil
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from app.services.engine.engine_streams import EngineStream
from app.services.engine.file_entry import MOST_TO_DRAG
from app.services.engine.stream_reader import StreamReader
from app.services.errors import UserError

MOST_ENTRIES = 20_000
_ADVICE = "Save it as a .tar archive instead."
_NOT_IN_NAMES = frozenset('<>:"|?*\\' if os.name == "nt" else "") | {chr(code) for code in range(32)}


@dataclass(slots=True)
class Room:
    """What may still be copied in one drag."""

    size: int = MOST_TO_DRAG
    entries: int = MOST_ENTRIES
    left_out: int = 0  # links, devices and names that this computer cannot have

    def check(self, path: str) -> None:
        """Raise UserError once it is used up."""
        if self.size < 0:
            raise UserError(f"{path} holds more than {MOST_TO_DRAG // 1_000_000} MB", "", _ADVICE)
        if self.entries < 0:
            raise UserError(f"{path} holds more than {MOST_ENTRIES} files and folders", "", _ADVICE)


def unpack_folder(stream: EngineStream, path: str, target: Path, room: Room) -> None:
    """Make `target` with all that is in the folder; a failure leaves nothing of it. Raises UserError."""
    try:
        target.mkdir()
        with tarfile.open(fileobj=cast("IO[bytes]", StreamReader(stream)), mode="r|") as archive:
            for member in archive:
                _take(archive, member, target, room)
                room.check(path)
    except BaseException as error:
        shutil.rmtree(target, ignore_errors=True)
        if isinstance(error, OSError | tarfile.TarError):
            raise UserError(f"{path} could not be copied", str(error), _ADVICE) from error
        raise


def _take(archive: tarfile.TarFile, member: tarfile.TarInfo, target: Path, room: Room) -> None:
    place = _place_of(member.name, target)
    source = _place_of(member.linkname, target) if member.islnk() else None
    room.entries -= 1
    if place is not None and member.isdir():
        place.mkdir(parents=True, exist_ok=True)
    elif place is not None and member.isreg():
        room.size -= member.size
        content = archive.extractfile(member)
        if content is not None and room.size >= 0:
            place.parent.mkdir(parents=True, exist_ok=True)
            with place.open("wb") as file:
                shutil.copyfileobj(content, file, 1 << 20)
            place.chmod(0o755 if member.mode & 0o100 else 0o644)
    elif place is not None and source is not None and source.is_file():
        room.size -= source.stat().st_size
        if room.size >= 0:
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, place)
    else:
        room.left_out += 1


def _place_of(name: str, target: Path) -> Path | None:
    """Return where an entry goes; its first part is the folder's own name. None: nowhere."""
    parts = [part for part in name.split("/") if part not in ("", ".")][1:]
    if any(part == ".." or _NOT_IN_NAMES & set(part) for part in parts):
        return None
    return target.joinpath(*parts)
