"""What is in a volume, without a container around it: a folder's entries, archives both ways, deleting.

Names and archives are hostile: every path is looked up below the volume's folder, links lead nowhere else.
"""

import os
import posixpath
import shutil
import stat
from collections.abc import AsyncIterator, Callable, Generator, Iterator, Mapping
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from backend.containers.files import container_paths, copy_out
from backend.containers.files.container_paths import explained
from backend.containers.files.copy_in import FOLDER, Destination, extract
from backend.containers.files.merge import merge
from backend.errors import ConflictError, InvalidParameterError, NotFoundError
from backend.images.layers.stream_decompression import plain_stream
from backend.images.tar.tar_source import CHUNK, Read
from backend.runtime.root_files import opened_root
from backend.runtime.syscalls import open_in_root
from backend.tasks import in_thread, in_thread_to_end
from backend.volumes.manager import Volumes, write_all
from backend.volumes.mounting import needs_mount
from backend.volumes.volume import Volume

MOST_ENTRIES = 20_000
"""Of a listing; a folder with more is told up to here."""

KINDS = {stat.S_IFDIR: "folder", stat.S_IFREG: "file", stat.S_IFLNK: "link"}


@dataclass(frozen=True, slots=True)
class Entry:
    """Something in a folder; `kind` is "folder", "file", "link" or "other"."""

    name: str
    kind: str
    size: int
    mode: int
    modified: float


class VolumeFiles:
    """One client's work with the files of one volume. Raises NotFoundError, InvalidParameterError."""

    def __init__(self, volumes: Volumes, name: str) -> None:
        self._volumes, self._name = volumes, name
        self._volume = volumes.get(name)
        if needs_mount(self._volume):
            raise InvalidParameterError(f"volume {name} is mounted from elsewhere: look at it in a container")

    async def list_folder(self, path: str) -> list[Entry]:
        """Return what is in a folder, by name."""
        return await in_thread(self._list, _cleaned(path))

    @asynccontextmanager
    async def archive(self, path: str) -> AsyncIterator[Generator[bytes, None, None]]:
        """Yield the tar of a path, of all that is in the volume for "/"; to be read on a thread."""
        cleaned = _cleaned(path)
        with self._told(path), opened_root(self._volume.mountpoint) as root:
            if cleaned == "/":
                yield copy_out.export(root, with_root=True)
            else:
                await in_thread(container_paths.look_up, root, cleaned)
                yield copy_out.archive(root, cleaned)

    async def unpack(self, path: str, receiving: Callable[[], Read]) -> None:
        """Unpack an archive, plain or compressed, into a folder: whole, or not at all.

        `receiving` begins to read it. Files of the same names are replaced once all of it is on the disk.
        """
        cleaned = _cleaned(path)
        await in_thread(self._check_folder, cleaned)
        async with self._volumes.beside() as folder:
            await in_thread_to_end(self._unpack, cleaned, folder, receiving())

    async def remove(self, path: str, *, force: bool) -> None:
        """Delete a file or folder; "/" empties the volume, with `force` also one that a container mounts."""
        cleaned = _cleaned(path)
        if cleaned == "/" and not force and (users := self._volumes.in_use(self._name)):
            raise ConflictError(f"empty {self._name}: volume is in use - [{', '.join(users)}]")
        await in_thread_to_end(self._remove, cleaned)

    def _list(self, path: str) -> list[Entry]:
        with self._told(path), self._folder(path) as folder, os.scandir(folder) as entries:
            found: list[Entry] = []
            for entry in entries:
                try:
                    status = entry.stat(follow_symlinks=False)
                except FileNotFoundError:
                    continue  # gone meanwhile
                kind = KINDS.get(stat.S_IFMT(status.st_mode), "other")
                mode = stat.S_IMODE(status.st_mode)
                found.append(Entry(entry.name, kind, status.st_size, mode, status.st_mtime))
                if len(found) >= MOST_ENTRIES:
                    break
        return sorted(found, key=lambda entry: entry.name)

    def _check_folder(self, path: str) -> None:
        with self._told(path), self._folder(path):
            pass

    def _unpack(self, path: str, folder: Path, read: Read) -> None:
        with self._told(path), opened_root(folder) as source:
            named = _unpack(source, read)
            write_all(folder)
            with opened_root(self._volume.mountpoint) as root:
                place = container_paths.follow(root, path)
                merge(source, root, place, named if place == "/" else named - {"/"})

    def _remove(self, path: str) -> None:
        with self._told(path):
            if path == "/":
                with self._folder("/") as folder, os.scandir(folder) as entries:
                    for name in [entry.name for entry in entries]:
                        _remove_entry(folder, name)
                return
            above, _, name = path.rstrip("/").rpartition("/")
            with self._folder(above or "/") as folder:
                _remove_entry(folder, name)

    @contextmanager
    def _folder(self, path: str) -> Iterator[int]:
        with opened_root(self._volume.mountpoint) as root:
            folder = open_in_root(root, path, FOLDER & ~os.O_NOFOLLOW)
        try:
            yield folder
        finally:
            os.close(folder)

    def _told(self, path: str) -> AbstractContextManager[None]:
        return _told(self._name, path)


async def create_unpacked(
    volumes: Volumes, name: str, labels: Mapping[str, str], receiving: Callable[[], Read]
) -> Volume:
    """Make a volume with all that is in an archive, plain or compressed: whole, or not at all.

    Raises ConflictError when there is one of that name, InvalidParameterError for a name or an archive that
    is none, SystemFailureError when the disk is full.
    """
    async with volumes.arriving(name, labels) as volume:
        with _told(name, "/"), opened_root(volume.mountpoint) as root:
            await in_thread_to_end(_unpack, root, receiving())
    return volume


def _unpack(root: int, read: Read) -> frozenset[str]:
    """Unpack a whole archive into an empty open folder; return the folders that it names."""
    with plain_stream(read) as plain:
        named = extract(Destination(root, "/", dressed=True), plain, to_its_end=True)
        while plain(CHUNK):
            pass  # behind the last entry are the checksums of compressed ones
    return named


@contextmanager
def _told(name: str, path: str) -> Iterator[None]:
    """Turn a failed system call into what the client is told."""
    try:
        yield
    except FileNotFoundError as error:
        raise NotFoundError(f"Could not find the file {path} in volume {name}") from error
    except NotADirectoryError as error:
        raise InvalidParameterError(f"{path} is not a directory") from error
    except ConnectionError:
        raise
    except OSError as error:
        raise explained(error, f"lstat {path}") from error


def _remove_entry(folder: int, name: str) -> None:
    status = os.stat(name, dir_fd=folder, follow_symlinks=False)
    if stat.S_ISDIR(status.st_mode):
        shutil.rmtree(name, dir_fd=folder)
    else:
        os.unlink(name, dir_fd=folder)  # noqa: PTH108 - in an open folder


def _cleaned(path: str) -> str:
    if "\0" in path:
        raise InvalidParameterError("a path has no NUL in it")
    return posixpath.normpath(f"/{path.lstrip('/')}")
