"""The files of a container: folders by a command inside, contents by the engine's archives.

Names, links and archives come from the container and are hostile: nothing is unpacked on this computer but
the bytes of one plain file, into the path that the user chose.
"""

import contextlib
import posixpath
import re
import stat
import tarfile
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, cast

from app.services.containers.folder_copies import Room, unpack_folder
from app.services.containers.text_files import TextFile, check_unchanged, pack_text, read_archived_text
from app.services.engine.engine_client import EngineClient
from app.services.engine.engine_streams import EngineStream
from app.services.engine.file_entry import FileEntry
from app.services.engine.stream_frames import STDOUT
from app.services.engine.stream_reader import StreamReader
from app.services.errors import ErrorCode, UserError
from app.services.written_beside import written_beside

_LIST = 'cd -- "$1" || exit 91; stat -c "%f %s %Y %n" -- * .[!.]* ..?* 2>/dev/null; exit 0'
_LINE = re.compile(r"([0-9a-f]+) (\d+) (-?\d+) (.*)", re.DOTALL)
_NO_FOLDER, _NO_PROGRAM = 91, (126, 127)
_MOST_BYTES = 32 * 1024 * 1024  # of a listing
_MOST_ENTRIES = 20_000
_MOST_TREE_ENTRIES = 300_000


def join(folder: str, name: str) -> str:
    """Return the path of `name` in `folder`, whole and without dots."""
    return posixpath.normpath(posixpath.join("/", folder, name)).replace("//", "/")


def list_folder(client: EngineClient, container: str, folder: str) -> list[FileEntry]:
    """Return what is in a folder of a running container. Raises UserError with what is in the way."""
    code, output, errors = run(client, container, ("/bin/sh", "-c", _LIST, "sh", folder))
    if code == _NO_FOLDER:
        raise UserError(f"{folder} cannot be opened", errors, code=ErrorCode.BAD_INPUT)
    if code in _NO_PROGRAM:
        raise UserError(
            "This image has no shell to list its files with",
            errors or output,
            "Single files can still be copied with `docker cp`.",
            ErrorCode.COMMAND_NOT_FOUND,
        )
    return parse_listing(output)


def read_tree(client: EngineClient, container: str, folder: str) -> dict[str, list[FileEntry]]:
    """Return what is in a folder and in all below it; the container need not run nor have a shell.

    The engine sends all of it as one archive, so this takes its time; nothing is unpacked.
    """
    base = posixpath.dirname(folder.rstrip("/")) if folder != "/" else "/"
    tree: dict[str, list[FileEntry]] = {folder: []}
    with client.get_archive(container, folder) as stream:
        reader = cast("IO[bytes]", StreamReader(stream))
        try:
            with tarfile.open(fileobj=reader, mode="r|") as archive:
                for count, member in enumerate(archive):
                    if count > _MOST_TREE_ENTRIES:
                        raise UserError("The folder holds more than can be shown")
                    path = join(base, member.name.lstrip("/"))
                    parent, _, name = path.rpartition("/")
                    if path == folder or not name:
                        continue
                    kind = _kind_of(member)
                    entry = FileEntry(name, kind, member.size, float(member.mtime), member.mode & 0o7777)
                    tree.setdefault(parent or "/", []).append(entry)
                    if kind == "folder":
                        tree.setdefault(path, [])
        except tarfile.TarError as error:
            raise UserError(f"{folder} cannot be read", str(error)) from error
    return tree


def _kind_of(member: tarfile.TarInfo) -> str:
    if member.isdir():
        return "folder"
    if member.issym():
        return "link"
    return "file" if member.isreg() or member.islnk() else "other"


def parse_listing(output: str) -> list[FileEntry]:
    """Read lines of "mode size time name"; a line of another form goes on with the name before it."""
    found: list[list[str]] = []
    for line in output.split("\n"):
        match = _LINE.fullmatch(line)
        if match:
            found.append(list(match.groups()))
        elif found and line:
            found[-1][3] += f"\n{line}"
    entries = []
    for raw_mode, size, modified, name in found[:_MOST_ENTRIES]:
        mode = int(raw_mode, 16)
        entries.append(FileEntry(name, _kind(mode), int(size), float(modified), stat.S_IMODE(mode)))
    return entries


def _kind(mode: int) -> str:
    if stat.S_ISDIR(mode):
        return "folder"
    if stat.S_ISLNK(mode):
        return "link"
    return "file" if stat.S_ISREG(mode) else "other"


def delete(client: EngineClient, container: str, path: str) -> None:
    """Delete a file or folder inside a running container. Raises UserError."""
    code, output, errors = run(client, container, ("rm", "-rf", "--", path))
    if code:
        raise UserError(f"{path} could not be deleted", errors or output)


def run(client: EngineClient, container: str, command: Iterable[str]) -> tuple[int, str, str]:
    """Run a command in a container; return its exit code and what it wrote to both of its outputs."""
    exec_id = client.create_exec(container, command, environment=("LC_ALL=C",))
    output, errors = bytearray(), bytearray()
    with client.start_exec(exec_id, tty=False) as stream:
        for number, data in stream.output():
            (output if number == STDOUT else errors).extend(data)
            if len(output) > _MOST_BYTES:
                raise UserError("The folder holds more than can be shown")
    code = client.exec_exit_code(exec_id)
    return code or 0, output.decode("utf-8", "replace"), errors.decode("utf-8", "replace").strip()


def save_file(client: EngineClient, container: str, path: str, target: Path, whole: bool = False) -> None:
    """Copy a plain file out of the container, or `whole` folders as a tar archive. Raises UserError."""
    with client.get_archive(container, path) as stream:
        save_archive(stream, path, target, whole)


def save_folder(client: EngineClient, container: str, path: str, target: Path, room: Room) -> None:
    """Copy a folder out of the container, as far as there is `room`. Raises UserError."""
    with client.get_archive(container, path) as stream:
        unpack_folder(stream, path, target, room)


def save_archive(stream: EngineStream, path: str, target: Path, whole: bool) -> None:
    """Write the plain file in a tar stream to `target`, or the `whole` stream itself."""
    with written_beside(target) as part:
        reader = cast("IO[bytes]", StreamReader(stream))
        if whole:
            while data := reader.read(1 << 20):
                part.write(data)
        else:
            _copy_one(reader, part, path)


def _copy_one(reader: IO[bytes], part: IO[bytes], path: str) -> None:
    with tarfile.open(fileobj=reader, mode="r|") as archive:
        for member in archive:
            source = archive.extractfile(member) if member.isreg() else None
            if source is None:
                break
            while data := source.read(1 << 20):
                part.write(data)
            return
    raise UserError(f"{path} is not a plain file", "", "A folder can be saved as a .tar archive.")


def read_text(client: EngineClient, container: str, path: str) -> TextFile:
    """Return a text file. Raises UserError."""
    with client.get_archive(container, path) as stream:
        return read_archived_text(stream, path)


def write_text(client: EngineClient, container: str, file: TextFile, text: str) -> TextFile:
    """Write a file with another text, and return it. Raises UserError where it has changed since."""
    check_unchanged(file, read_text(client, container, file.path))
    written, archive = pack_text(file, text)
    client.put_archive(container, file.folder, archive)
    return written


def upload(client: EngineClient, container: str, folder: str, paths: Iterable[Path]) -> None:
    """Copy files and folders of this computer into a folder of the container. Raises UserError."""
    with packed(paths) as archive:
        client.put_archive(container, folder, archive)


@contextlib.contextmanager
def packed(paths: Iterable[Path]) -> Iterator[IO[bytes]]:
    """Open a tar file with files and folders of this computer. Raises UserError."""
    with tempfile.TemporaryFile() as file:
        try:
            with tarfile.open(fileobj=file, mode="w") as archive:
                for path in paths:
                    archive.add(path, arcname=path.name, filter=_without_owner)
        except OSError as error:
            raise UserError("A file of this computer cannot be read", str(error)) from error
        file.seek(0)
        yield file


def _without_owner(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Give what is copied in to root, as a new file inside would be: ids of this computer mean nothing."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member
