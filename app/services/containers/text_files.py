"""Text files of a container or a volume, to be looked at and changed: read from an archive, packed into one.

What is written back keeps owner and rights, as the archive told them.
"""

import io
import posixpath
import tarfile
import time
from dataclasses import dataclass
from typing import IO, cast

from app.services.engine.engine_streams import EngineStream
from app.services.engine.stream_reader import StreamReader
from app.services.errors import ErrorCode, UserError

MOST_BYTES = 1_000_000
_ADVICE = "Save it to this computer, and open it there."


@dataclass(frozen=True, slots=True)
class TextFile:
    """A file as it was read: `raw` is all of it, `member` what the archive says of it."""

    path: str
    raw: bytes
    member: tarfile.TarInfo

    @property
    def text(self) -> str:
        """Return its text."""
        return self.raw.decode()

    @property
    def folder(self) -> str:
        """Return the folder that it is in."""
        return posixpath.dirname(self.path) or "/"


def read_archived_text(stream: EngineStream, path: str) -> TextFile:
    """Return the one file of an archive. Raises UserError when it is no plain file, no text, or too large."""
    try:
        with tarfile.open(fileobj=cast("IO[bytes]", StreamReader(stream)), mode="r|") as archive:
            member = archive.next()
            content = archive.extractfile(member) if member is not None and member.isreg() else None
            if member is None or content is None:
                raise UserError(f"{path} is not a plain file", code=ErrorCode.BAD_INPUT)
            if member.size > MOST_BYTES:
                raise UserError(f"{path} is too large to be shown", what_to_do=_ADVICE)
            raw = content.read(MOST_BYTES + 1)
    except tarfile.TarError as error:
        raise UserError(f"{path} cannot be read", str(error)) from error
    if b"\0" in raw or not _is_text(raw):
        raise UserError(f"{path} is no text", what_to_do=_ADVICE)
    return TextFile(path, raw, member)


def _is_text(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def check_unchanged(file: TextFile, now: TextFile) -> None:
    """Raise UserError when a file is no longer as it was read."""
    if now.raw != file.raw:
        raise UserError(
            f"{file.path} has been changed meanwhile",
            what_to_do="Copy what you have typed, close the file and open it anew.",
        )


def pack_text(file: TextFile, text: str) -> tuple[TextFile, IO[bytes]]:
    """Return a file with another text, and the archive that holds it under its own name."""
    raw = text.encode()
    member = tarfile.TarInfo(posixpath.basename(file.path))
    member.mode, member.uid, member.gid = file.member.mode, file.member.uid, file.member.gid
    member.size, member.mtime = len(raw), int(time.time())
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        archive.addfile(member, io.BytesIO(raw))
    packed.seek(0)
    return TextFile(file.path, raw, member), packed
