"""The files of a volume: browsed, copied both ways, exported, imported and cloned, by Marina's own calls.

Names and archives come from volumes and are hostile: nothing is unpacked on this computer but the bytes of
one plain file, into the path that the user chose.
"""

import gzip
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TypeVar

from app.services.containers.container_files import packed, save_archive
from app.services.containers.folder_copies import Room, unpack_folder
from app.services.containers.text_files import TextFile, check_unchanged, pack_text, read_archived_text
from app.services.engine.engine_client import EngineClient
from app.services.engine.file_entry import FileEntry
from app.services.errors import EngineRequestError, ErrorCode, UserError
from app.services.written_beside import written_beside

_NOT_OFFERED = "page not found"
T = TypeVar("T")


def list_folder(client: EngineClient, volume: str, folder: str) -> list[FileEntry]:
    """Return what is in a folder of a volume."""
    return _offered(lambda: client.list_volume_files(volume, folder))


def save_file(client: EngineClient, volume: str, path: str, target: Path, whole: bool = False) -> None:
    """Copy a plain file out of the volume, or `whole` folders as a tar archive. Raises UserError."""
    with client.get_volume_archive(volume, path) as stream:
        save_archive(stream, path, target, whole)


def save_folder(client: EngineClient, volume: str, path: str, target: Path, room: Room) -> None:
    """Copy a folder out of the volume, as far as there is `room`. Raises UserError."""
    with client.get_volume_archive(volume, path) as stream:
        unpack_folder(stream, path, target, room)


def read_text(client: EngineClient, volume: str, path: str) -> TextFile:
    """Return a text file. Raises UserError."""
    with client.get_volume_archive(volume, path) as stream:
        return read_archived_text(stream, path)


def write_text(client: EngineClient, volume: str, file: TextFile, text: str) -> TextFile:
    """Write a file with another text, and return it. Raises UserError where it has changed since."""
    check_unchanged(file, read_text(client, volume, file.path))
    written, archive = pack_text(file, text)
    client.put_volume_archive(volume, file.folder, archive)
    return written


def upload(client: EngineClient, volume: str, folder: str, paths: Iterable[Path]) -> None:
    """Copy files and folders of this computer into a folder of the volume. Raises UserError."""
    with packed(paths) as archive:
        client.put_volume_archive(volume, folder, archive)


def delete(client: EngineClient, volume: str, path: str) -> None:
    """Delete a file or folder."""
    client.remove_volume_files(volume, path)


def empty(client: EngineClient, volume: str) -> None:
    """Delete all that is in a volume, also while containers mount it."""
    _offered(lambda: client.remove_volume_files(volume, "/", force=True))


def export(client: EngineClient, volume: str, target: Path) -> None:
    """Write all that is in a volume to a tar archive, a compressed one for names in .gz or .tgz."""
    with _offered(lambda: client.get_volume_archive(volume, "/")) as stream, written_beside(target) as part:
        if target.suffix in (".gz", ".tgz"):
            with gzip.GzipFile(fileobj=part, mode="wb", compresslevel=5) as compressed:
                for chunk in stream.chunks():
                    compressed.write(chunk)
        else:
            for chunk in stream.chunks():
                part.write(chunk)


def import_archive(client: EngineClient, volume: str, source: Path, *, is_new: bool = False) -> None:
    """Unpack a tar archive, plain or compressed, into a volume; files of the same names are replaced.

    `is_new`: the volume is made of it. Raises UserError when it is no archive, or a broken one: the volume is
    as it was then, or was not made.
    """
    try:
        with source.open("rb") as archive:
            if not archive.seek(0, os.SEEK_END):
                raise UserError(f"{source} is empty", what_to_do="Choose a .tar archive.")
            if is_new:
                _offered(lambda: client.create_volume_of_archive(volume, archive))
            else:
                _offered(lambda: client.put_volume_archive(volume, "/", archive))
    except OSError as error:
        raise UserError(f"{source} cannot be read", str(error)) from error
    except EngineRequestError as error:
        if error.status != 400:
            raise
        raise UserError(
            f"{source} is no archive that can be unpacked",
            error.message,
            "No volume was made." if is_new else "The volume is as it was.",
        ) from error


def create_of_archive(
    client: EngineClient, name: str, archive: Iterable[bytes], labels: Mapping[str, str]
) -> None:
    """Make the volume `name` of all that is in a tar; nothing is left when that fails."""
    _offered(lambda: client.create_volume_of_archive(name, archive, labels))


def clone(client: EngineClient, source: str, name: str) -> None:
    """Make the volume `name` with a copy of all that is in `source`; nothing is left when that fails."""
    with _offered(lambda: client.get_volume_archive(source, "/")) as stream:
        if any(volume.name == name for volume in client.list_volumes()):
            raise UserError(f"There is a volume {name} already", code=ErrorCode.NAME_TAKEN)
        client.create_volume_of_archive(name, stream.chunks())


def _offered(call: Callable[[], T]) -> T:
    """Say plainly when the engine is one that does not look into volumes."""
    try:
        return call()
    except EngineRequestError as error:
        if error.status == 404 and _NOT_OFFERED in error.message:
            raise UserError(
                "This engine does not look into volumes",
                error.message,
                "Marina's own engine does. Elsewhere, mount the volume in a container and look there.",
            ) from error
        raise
