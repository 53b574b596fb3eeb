"""What clients ask of a container's files: look at a path, copy out, copy in, export.

Source: Docker Engine API, `/containers/{id}/archive` and `/containers/{id}/export`; dockerd,
`daemon/archive_unix.go`.
"""

import os
import posixpath
import stat
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

from backend.containers import container_events
from backend.containers.container import Container
from backend.containers.files import container_paths, container_view, copy_out
from backend.containers.files.container_paths import PathStat, explained
from backend.containers.files.copy_in import Destination, extract
from backend.containers.manager import Containers
from backend.errors import InvalidParameterError, NotFoundError
from backend.images.layers.stream_decompression import plain_stream
from backend.images.tar.tar_source import Read
from backend.runtime.root_files import resolve_user
from backend.runtime.syscalls import open_in_root
from backend.tasks import in_thread, in_thread_to_end

Chunks = Generator[bytes, None, None]


@dataclass(frozen=True, slots=True)
class CopyIn:
    """How to copy in: `own` gives everything to the container's user, `keep_kinds` keeps folders folders."""

    path: str
    own: bool
    keep_kinds: bool


class FileTransfers:
    """One client's work with one container's files; `name` is what the client calls the container."""

    def __init__(self, containers: Containers, container: Container, name: str) -> None:
        self._containers = containers
        self._container = container
        self._name = name

    async def look_up(self, path: str) -> PathStat:
        """Describe what a path leads to. Raises NotFoundError, InvalidParameterError."""
        async with container_view.opened(self._containers, self._container) as root:
            with self._told(path):
                return await in_thread(container_paths.look_up, root, _cleaned(path))

    @asynccontextmanager
    async def archive(self, path: str) -> AsyncIterator[tuple[PathStat, Chunks]]:
        """Yield what a path leads to and the tar of it, to be read on a thread. Raises as `look_up`."""
        cleaned = _cleaned(path)
        async with container_view.opened(self._containers, self._container) as root:
            with self._told(path):
                found = await in_thread(container_paths.look_up, root, cleaned)
                container_events.publish(self._containers.events, self._container, "archive-path")
                yield found, copy_out.archive(root, cleaned)

    @asynccontextmanager
    async def export(self) -> AsyncIterator[Chunks]:
        """Yield the tar of the whole root, without what is mounted on it, to be read on a thread."""
        async with container_view.opened(self._containers, self._container, with_mounts=False) as root:
            container_events.publish(self._containers.events, self._container, "export")
            yield copy_out.export(root)

    async def copy_in(self, wanted: CopyIn, receiving: Callable[[], Read]) -> None:
        """Unpack an archive, plain or compressed, into a folder.

        `receiving` is called once the destination is found good; what it returns reads the archive on a
        thread.
        Raises NotFoundError, InvalidParameterError, SystemFailureError.
        """
        async with container_view.opened(self._containers, self._container) as root:
            with self._told(wanted.path):
                destination = await in_thread(self._destination, root, wanted)
                await in_thread_to_end(_extract, destination, receiving())
        container_events.publish(self._containers.events, self._container, "extract-to-dir")

    def _destination(self, root: int, wanted: CopyIn) -> Destination:
        record = self._container.record
        cleaned = _cleaned(wanted.path)
        folder = open_in_root(root, cleaned, os.O_PATH)
        try:
            if not stat.S_ISDIR(os.fstat(folder).st_mode):
                raise InvalidParameterError("extraction point is not a directory")
        finally:
            os.close(folder)
        path = container_paths.follow(root, cleaned)
        mount = _mount_of(record.mounts, path)
        if mount is not None and not mount["RW"]:
            raise InvalidParameterError("mounted volume is marked read-only")
        if mount is None and record.host_config["ReadonlyRootfs"]:
            raise InvalidParameterError("container rootfs is marked read-only")
        owner = None
        if wanted.own and record.config["User"]:
            user = resolve_user(root, record.config["User"])
            owner = (user.uid, user.gid)
        return Destination(root, path, owner, wanted.keep_kinds)

    @contextmanager
    def _told(self, path: str) -> Iterator[None]:
        """Turn a failed system call into what the client is told."""
        try:
            yield
        except FileNotFoundError as error:
            raise NotFoundError(f"Could not find the file {path} in container {self._name}") from error
        except ConnectionError:
            raise
        except OSError as error:
            raise explained(error, f"lstat {_cleaned(path)}") from error


def _cleaned(path: str) -> str:
    if not path:
        raise InvalidParameterError("bad parameter: pathcannot be empty")
    if "\0" in path:
        raise InvalidParameterError(f"lstat {container_paths.clean(path)}: invalid argument")
    return container_paths.clean(path)


def _mount_of(mounts: list[dict[str, object]], path: str) -> dict[str, object] | None:
    """Return the mount that a path lies in; a read-only one counts before others, as dockerd has it."""
    holding = [mount for mount in mounts if _holds(str(mount["Destination"]), path)]
    return holding[0] if holding else None


def _holds(target: str, path: str) -> bool:
    return posixpath.commonpath([target, path]) == target


def _extract(destination: Destination, read: Read) -> None:
    with plain_stream(read) as plain:
        extract(destination, plain)
