"""The shared folders' files on Linux and macOS: each is reached from an open folder, no link is followed."""

import contextlib
import errno
import os
import stat
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from vm.machine.sharing import shared_tree
from vm.machine.sharing.sftp_packets import Attributes, OpenFlag
from vm.machine.sharing.shared_files import Look, Space

assert sys.platform != "win32", "files relative to open folders: Windows has its own (windows_files)"

# O_NONBLOCK: a pipe without a writer must not hold everything up
FLAGS = os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK


class PosixListing:
    """The entries of an open folder; those that are gone meanwhile are passed over."""

    def __init__(self, descriptor: int, owners: shared_tree.Owners) -> None:
        self._descriptor = descriptor
        self._owners = owners
        self._names: Iterator[str] | None = None

    def __iter__(self) -> "PosixListing":
        """Return the listing itself."""
        return self

    def __next__(self) -> tuple[bytes, Look]:
        """Return the next name and how it looks."""
        if self._names is None:
            self._names = iter(os.listdir(self._descriptor))  # noqa: PTH208 - an open folder
        for name in self._names:
            raw = os.fsencode(name)
            with contextlib.suppress(OSError):
                return raw, _look(shared_tree.Place(self._descriptor, raw), self._owners)
        raise StopIteration

    def close(self) -> None:
        """Let go of the folder."""
        os.close(self._descriptor)


class PosixFiles:
    """What the guest may do with the shared folders' files."""

    def __init__(self, folders: Sequence[Path]) -> None:
        """Open all folders. Raises OSError."""
        self._tree = shared_tree.SharedTree(folders)
        self._owners = shared_tree.Owners()

    def close(self) -> None:
        """Let go of the folders."""
        self._tree.close()

    def names_above(self, path: bytes) -> list[bytes] | None:
        """Return what a folder holds that only leads to shared ones; None when `path` is no such folder."""
        return self._tree.names_above(path)

    # --- open files ---

    def open(self, path: bytes, wanted: OpenFlag, mode: int) -> int:
        """Open a file, nothing else."""
        with self._tree.place(path) as place:
            descriptor = os.open(
                place.name, _open_flags(wanted) | FLAGS, mode & shared_tree.SETTABLE, dir_fd=place.folder
            )
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise OSError(errno.EACCES, "not a file")
        return descriptor

    def read(self, file: int, length: int, offset: int) -> bytes:
        """Read from an open file; nothing at its end."""
        return os.pread(file, length, offset)

    def write(self, file: int, data: bytes, offset: int) -> None:
        """Write all of `data`."""
        while data:
            written = os.pwrite(file, data, offset)
            data, offset = data[written:], offset + written

    # --- attributes ---

    def look(self, path: bytes) -> Look:
        """Return how a file looks; a link is not followed."""
        with self._tree.place(path) as place:
            return _look(place, self._owners)

    def look_at(self, file: int) -> Look:
        """Return how an open file looks."""
        found = os.fstat(file)
        return Look(found, self._owners.of(file, found))

    def change(self, path: bytes, wanted: Attributes) -> None:
        """Set attributes."""
        with self._tree.place(path) as place:
            if wanted.size is not None:
                self._truncate(place, wanted.size)
            if wanted.permissions is not None or wanted.owner is not None:
                with _pinned(place) as (pinned, found):
                    if wanted.owner is not None and not stat.S_ISLNK(found.st_mode):
                        owner = wanted.full_owner(self._owners.of(pinned, found))
                        self._owners.set(pinned, found, owner)
                    if wanted.permissions is not None:
                        os.chmod(pinned, wanted.permissions & shared_tree.SETTABLE)  # noqa: PTH101 - bytes of a descriptor
            if wanted.times is not None:
                os.utime(place.name, wanted.times, dir_fd=place.folder, follow_symlinks=False)

    def _truncate(self, place: shared_tree.Place, size: int) -> None:
        descriptor = os.open(place.name, os.O_WRONLY | FLAGS, dir_fd=place.folder)
        try:
            os.ftruncate(descriptor, size)
        finally:
            os.close(descriptor)

    def change_open(self, file: int, wanted: Attributes) -> None:
        """Set attributes of an open file."""
        if wanted.size is not None:
            os.ftruncate(file, wanted.size)
        if wanted.owner is not None:
            found = os.fstat(file)
            self._owners.set(file, found, wanted.full_owner(self._owners.of(file, found)))
        if wanted.permissions is not None:
            os.fchmod(file, wanted.permissions & shared_tree.SETTABLE)
        if wanted.times is not None:
            os.utime(file, wanted.times)

    # --- folders ---

    def entries(self, path: bytes) -> PosixListing:
        """Open a folder."""
        with self._tree.place(path) as place:
            flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
            return PosixListing(os.open(place.name, flags, dir_fd=place.folder), self._owners)

    def make_folder(self, path: bytes, mode: int) -> None:
        """Make a folder."""
        with self._tree.place(path) as place:
            os.mkdir(place.name, mode & shared_tree.SETTABLE, dir_fd=place.folder)

    def space(self, path: bytes) -> Space:
        """Return how much room there is."""
        with self._tree.place(path) as place:
            found = os.statvfs(place.folder)
        return Space(
            *(found.f_bsize, found.f_frsize),
            *(found.f_blocks, found.f_bfree, found.f_bavail),
            *(found.f_files, found.f_ffree, found.f_favail, found.f_namemax),
        )

    # --- names ---

    def remove(self, path: bytes) -> None:
        """Remove a file or a link."""
        with self._inner(path) as place:
            found = os.stat(place.name, dir_fd=place.folder, follow_symlinks=False)
            if found.st_nlink == 1:
                self._owners.forget(found)
            os.unlink(place.name, dir_fd=place.folder)

    def remove_folder(self, path: bytes) -> None:
        """Remove an empty folder."""
        with self._inner(path) as place:
            os.rmdir(place.name, dir_fd=place.folder)

    def rename(self, old: bytes, new: bytes, *, replace: bool) -> None:
        """Give a file another name; one that is there is replaced, or else EEXIST."""
        with self._inner(old) as source, self._inner(new) as target:
            if not replace and _is_there(target):
                raise OSError(errno.EEXIST, "the new name is taken")
            os.rename(source.name, target.name, src_dir_fd=source.folder, dst_dir_fd=target.folder)

    def link(self, old: bytes, new: bytes) -> None:
        """Give a file a second name."""
        with self._inner(old) as source, self._inner(new) as target:
            os.link(
                source.name,
                target.name,
                src_dir_fd=source.folder,
                dst_dir_fd=target.folder,
                follow_symlinks=False,
            )

    def make_link(self, path: bytes, target: bytes) -> None:
        """Make a symbolic link."""
        with self._inner(path) as place:
            os.symlink(target, place.name, dir_fd=place.folder)

    def read_link(self, path: bytes) -> bytes:
        """Return where a symbolic link leads."""
        with self._tree.place(path) as place:
            return os.readlink(place.name, dir_fd=place.folder)  # noqa: PTH115 - beside an open folder

    @contextlib.contextmanager
    def _inner(self, path: bytes) -> Iterator[shared_tree.Place]:
        with self._tree.place(path) as place:
            if place.is_shared_folder:
                raise OSError(errno.EACCES, "a shared folder itself stays where it is")
            yield place


def _open_flags(wanted: OpenFlag) -> int:
    reads, writes = bool(wanted & OpenFlag.READ), bool(wanted & OpenFlag.WRITE)
    flags = os.O_RDWR if reads and writes else os.O_WRONLY if writes else os.O_RDONLY
    for flag, value in (
        (OpenFlag.APPEND, os.O_APPEND),
        (OpenFlag.CREATE, os.O_CREAT),
        (OpenFlag.TRUNCATE, os.O_TRUNC),
        (OpenFlag.EXCLUSIVE, os.O_EXCL),
    ):
        if wanted & flag:
            flags |= value
    return flags


def _look(place: shared_tree.Place, owners: shared_tree.Owners) -> Look:
    found = os.stat(place.name, dir_fd=place.folder, follow_symlinks=False)
    # a path of the place that no swapped folder can lead elsewhere (Linux)
    path = b"/proc/self/fd/%d/%s" % (place.folder, place.name)
    return Look(found, owners.of(path, found))


def _is_there(place: shared_tree.Place) -> bool:
    try:
        os.stat(place.name, dir_fd=place.folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


@contextlib.contextmanager
def _pinned(place: shared_tree.Place) -> Iterator[tuple[bytes | int, os.stat_result]]:
    """Hold the file itself, for calls that would follow a link: a name of it, or a descriptor."""
    if sys.platform == "linux":
        descriptor = os.open(place.name, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=place.folder)
        held: bytes | int = b"/proc/self/fd/%d" % descriptor
    else:
        held = descriptor = os.open(place.name, os.O_RDONLY | FLAGS, dir_fd=place.folder)
    try:
        yield held, os.fstat(descriptor)
    finally:
        os.close(descriptor)
