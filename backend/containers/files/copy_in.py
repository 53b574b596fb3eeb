"""Unpacks an archive into a folder of a container (`docker cp`), as dockerd does it: path, order, refusals.

Source: dockerd, `daemon/archive_unix.go` and `pkg/archive`. The archive and the container are both hostile:
every name is looked up inside the container's root, links in it lead nowhere else, and what an entry stands
for is opened by its folder's descriptor, never again by its path.
"""

import errno
import os
import posixpath
import shutil
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from backend.containers.files.container_paths import explained
from backend.errors import InvalidParameterError
from backend.images.tar import tar_headers
from backend.images.tar.tar_headers import DamagedArchiveError
from backend.images.tar.tar_reader import TarEntry, TarReader
from backend.images.tar.tar_source import Read
from backend.runtime.root_files import make_folders
from backend.runtime.syscalls import open_in_root

KEPT_ATTRIBUTES = ("security.capability", "system.posix_acl_", "user.")
NODES = {
    tar_headers.FIFO: stat.S_IFIFO,
    tar_headers.CHARACTER_DEVICE: stat.S_IFCHR,
    tar_headers.BLOCK_DEVICE: stat.S_IFBLK,
}
FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class Destination:
    """The folder `path` (absolute, without links) below the open folder `root`.

    `owner`: user and group that everything gets, None to keep what the archive says. `keep_kinds`: refuse to
    put a folder in a file's place or the other way round. `dressed`: the folder itself gets owner, mode and
    time of the archive's entry for it, which otherwise only says that it is there.
    """

    root: int
    path: str
    owner: tuple[int, int] | None = None
    keep_kinds: bool = False
    dressed: bool = False


def extract(destination: Destination, read: Read, *, to_its_end: bool = False) -> frozenset[str]:
    """Unpack the plain archive that `read` gives, and return the folders that it names. Blocking.

    `to_its_end`: an archive without the mark of its end is a broken one. dockerd and GNU tar take it.
    Raises InvalidParameterError for what must not be done, FileNotFoundError, SystemFailureError when the
    disk is full. What was unpacked before stays.
    """
    unpacking = _Unpacking(destination)
    reader = TarReader(read)
    try:
        for entry in reader:
            unpacking.add(entry, reader)
        if to_its_end and not reader.has_end:
            raise DamagedArchiveError("unexpected EOF")
        unpacking.finish()
        return unpacking.folders()
    finally:
        unpacking.close()


class _Unpacking:
    def __init__(self, destination: Destination) -> None:
        self._to = destination
        self._folder = -1
        self._folder_path: str | None = None
        self._folder_times: list[tuple[str, int]] = []

    def close(self) -> None:
        """Let go of the open folder."""
        if self._folder >= 0:
            os.close(self._folder)
        self._folder, self._folder_path = -1, None

    def add(self, entry: TarEntry, reader: TarReader) -> None:
        """Put one entry in its place."""
        name = posixpath.normpath(os.fsdecode(entry.name) or ".").lstrip("/") or "."
        if name == ".." or name.startswith("../"):
            raise InvalidParameterError(f'"{name}" is outside of "{self._to.path}"')
        path = self._to.path if name == "." else posixpath.join(self._to.path, name)
        try:
            self._add(entry, reader, name, path)
        except OSError as error:
            if isinstance(error, ConnectionError | FileNotFoundError):
                raise  # the sender left; a link's target or the destination itself is not there
            raise explained(error, f"open {path}") from error

    def _add(self, entry: TarEntry, reader: TarReader, name: str, path: str) -> None:
        if name == ".":
            self._check_kinds(path, is_folder_now=True, entry=entry)
            if self._to.dressed and entry.kind == tar_headers.DIRECTORY:
                self._dress_folder(open_in_root(self._to.root, path, FOLDER), entry)
                self._folder_times.append((path, entry.mtime_ns))
            return  # it is there already
        above, _, last = path.rpartition("/")
        folder = self._open_folder(above or "/", name)
        self._make_room(folder, last, path, entry)
        match entry.kind:
            case tar_headers.DIRECTORY:
                self._add_folder(folder, last, entry)
                self._folder_times.append((path, entry.mtime_ns))
            case tar_headers.REGULAR_FILE:
                self._add_file(folder, last, entry, reader)
            case tar_headers.SYMLINK:
                self._add_symlink(folder, last, path, entry)
            case tar_headers.HARD_LINK:
                self._add_hard_link(folder, last, entry)
            case kind if kind in NODES:
                os.mknod(last, NODES[kind] | 0o600, os.makedev(*entry.device), dir_fd=folder)
                self._dress_by_name(folder, last, entry)
            case kind:
                raise InvalidParameterError(f"unhandled tar header type {kind}")

    def _open_folder(self, path: str, name: str) -> int:
        """Return the open folder `path`, made if it is missing; it is kept open for the next entry."""
        if path != self._folder_path:
            self.close()
            try:
                self._folder = open_in_root(self._to.root, path, FOLDER & ~os.O_NOFOLLOW)
            except FileNotFoundError:
                if posixpath.dirname(name) == "":
                    raise
                make_folders(self._to.root, path)
                self._folder = open_in_root(self._to.root, path, FOLDER & ~os.O_NOFOLLOW)
            self._folder_path = path
        return self._folder

    def _make_room(self, folder: int, name: str, path: str, entry: TarEntry) -> None:
        try:
            there = os.stat(name, dir_fd=folder, follow_symlinks=False)
        except FileNotFoundError:
            return
        is_folder = stat.S_ISDIR(there.st_mode)
        self._check_kinds(path, is_folder_now=is_folder, entry=entry)
        if is_folder and entry.kind == tar_headers.DIRECTORY:
            return
        try:
            if is_folder:
                shutil.rmtree(name, dir_fd=folder)
            else:
                _check_not_mounted(folder, name)
                os.unlink(name, dir_fd=folder)  # noqa: PTH108 - in an open folder
        except FileNotFoundError:
            return
        except OSError as error:
            raise explained(error, f"unlinkat {path}") from error

    def _check_kinds(self, path: str, *, is_folder_now: bool, entry: TarEntry) -> None:
        if not self._to.keep_kinds or is_folder_now == (entry.kind == tar_headers.DIRECTORY):
            return
        before, after = ("directory", "non-directory") if is_folder_now else ("non-directory", "directory")
        raise InvalidParameterError(f'cannot overwrite {before} "{path}" with {after} "{self._to.path}"')

    def _add_folder(self, folder: int, name: str, entry: TarEntry) -> None:
        with suppress(FileExistsError):
            os.mkdir(name, entry.mode | 0o700, dir_fd=folder)
        self._dress_folder(os.open(name, FOLDER, dir_fd=folder), entry)

    def _dress_folder(self, folder: int, entry: TarEntry) -> None:
        try:
            self._dress(folder, entry, times=False)
        finally:
            os.close(folder)

    def _add_file(self, folder: int, name: str, entry: TarEntry, reader: TarReader) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        file = os.open(name, flags, 0o600, dir_fd=folder)
        try:
            for position, data in reader.contents(entry):
                while data:
                    written = os.pwrite(file, data, position)
                    position, data = position + written, data[written:]
            if entry.sparse is not None:
                os.ftruncate(file, entry.size)  # what was not written is a hole
            self._dress(file, entry)
        finally:
            os.close(file)

    def _add_symlink(self, folder: int, name: str, path: str, entry: TarEntry) -> None:
        link = os.fsdecode(entry.link)
        target = posixpath.normpath(f"{posixpath.dirname(path)}/{link}")
        if not _is_below(target, self._to.path):
            raise InvalidParameterError(f'invalid symlink "{path}" -> "{link}"')
        os.symlink(entry.link, name, dir_fd=folder)
        owner = self._to.owner or (entry.uid, entry.gid)
        os.chown(name, *owner, dir_fd=folder, follow_symlinks=False)
        os.utime(name, ns=(entry.mtime_ns, entry.mtime_ns), dir_fd=folder, follow_symlinks=False)

    def _add_hard_link(self, folder: int, name: str, entry: TarEntry) -> None:
        link = os.fsdecode(entry.link)
        target = posixpath.normpath(f"{self._to.path}/{link}")
        if not _is_below(target, self._to.path):
            raise InvalidParameterError(f'invalid hardlink "{target}" -> "{link}"')
        above, _, last = target.rpartition("/")
        source = open_in_root(self._to.root, above or "/", FOLDER & ~os.O_NOFOLLOW)
        try:
            os.link(last, name, src_dir_fd=source, dst_dir_fd=folder, follow_symlinks=False)
        except OSError as error:
            if isinstance(error, FileNotFoundError):
                raise
            raise explained(error, f"link {target} {posixpath.join(self._to.path, name)}") from error
        finally:
            os.close(source)

    def _dress(self, file: int, entry: TarEntry, *, times: bool = True) -> None:
        """Give an open file or folder all that an entry says, in an order in which nothing undoes another."""
        os.fchown(file, *(self._to.owner or (entry.uid, entry.gid)))
        for name, value in entry.attributes.items():
            if name.startswith(KEPT_ATTRIBUTES):
                with suppress(OSError):  # a file system that has none
                    os.setxattr(file, name, value)
        os.fchmod(file, entry.mode)
        if times:
            os.utime(file, ns=(entry.mtime_ns, entry.mtime_ns))

    def _dress_by_name(self, folder: int, name: str, entry: TarEntry) -> None:
        owner = self._to.owner or (entry.uid, entry.gid)
        os.chown(name, *owner, dir_fd=folder, follow_symlinks=False)
        place = os.open(name, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
        try:
            if not stat.S_ISLNK(os.fstat(place).st_mode):  # by then another process may have made it one
                Path(f"/proc/self/fd/{place}").chmod(entry.mode)
        finally:
            os.close(place)
        os.utime(name, ns=(entry.mtime_ns, entry.mtime_ns), dir_fd=folder, follow_symlinks=False)

    def folders(self) -> frozenset[str]:
        """Return the paths of the folders that are in the archive, not only above what is."""
        return frozenset(path for path, _ in self._folder_times)

    def finish(self) -> None:
        """Set the folders' times, which unpacking has changed."""
        for path, mtime_ns in reversed(self._folder_times):
            with suppress(OSError):  # replaced by a later entry
                folder = open_in_root(self._to.root, path, FOLDER)
                try:
                    os.utime(folder, ns=(mtime_ns, mtime_ns))
                finally:
                    os.close(folder)


def _check_not_mounted(folder: int, name: str) -> None:
    """Raise OSError for a file that is mounted there: in a view of our own the kernel would let it go."""
    place = os.open(name, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
    try:
        if _mount_of(place) != _mount_of(folder):
            raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))
    finally:
        os.close(place)


def _mount_of(descriptor: int) -> str:
    lines = Path(f"/proc/thread-self/fdinfo/{descriptor}").read_text().splitlines()
    return next(line for line in lines if line.startswith("mnt_id:"))


def _is_below(path: str, folder: str) -> bool:
    return path.startswith(folder)  # as dockerd asks it
