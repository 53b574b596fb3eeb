"""Writes a layer's tar into a folder, as an overlay wants its lower folders. The tar is hostile.

No entry is reached through a symbolic link, and none lies outside of the folder, whatever names say.
Sources: Linux `Documentation/filesystems/overlayfs.rst`; OCI image specification, "Image Layer Filesystem
Changeset"; dockerd, `pkg/archive` (which attributes a file system may refuse).
"""

import errno
import os
import stat
from collections.abc import Callable, Mapping
from typing import TypeVar

from backend.errors import SystemFailureError
from backend.images.layers.overlay_tar import OPAQUE, OPAQUE_ATTRIBUTE, WHITEOUT
from backend.images.stored_files import FOLDER, remove_tree
from backend.images.tar import tar_headers
from backend.images.tar.tar_headers import DamagedArchiveError
from backend.images.tar.tar_reader import TarEntry, TarReader
from backend.runtime.syscalls import open_in_root

PIECE = 64 * 1024  # bytes; a piece of zeros becomes a hole
HOLE = bytes(PIECE)
NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
STEERING = ("trusted.overlay.", "user.overlay.")
KINDS = {
    tar_headers.CHARACTER_DEVICE: stat.S_IFCHR,
    tar_headers.BLOCK_DEVICE: stat.S_IFBLK,
    tar_headers.FIFO: stat.S_IFIFO,
}
DISK_FAILURES = {errno.EIO, errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EMFILE, errno.ENFILE, errno.ENOMEM}

Made = TypeVar("Made")


class FolderUnpacking:
    """One pass over one archive into the empty folder that is open as `root`."""

    def __init__(self, root: int) -> None:
        self._root = root
        self._parent = -1
        self._parent_path: bytes | None = None
        self._times: dict[bytes, int] = {}

    def run(self, archive: TarReader) -> None:
        """Write everything. Blocking. Raises DamagedArchiveError, SystemFailureError, what reading raises."""
        try:
            for entry in archive:
                try:
                    self._write(entry, archive)
                except (OSError, ValueError, OverflowError) as error:
                    raise _explained(entry.name, error) from error
            for path, time in self._times.items():
                try:
                    self._set_time(path, time)
                except OSError as error:
                    raise _explained(path, error) from error
        finally:
            self._leave_parent()

    def _write(self, entry: TarEntry, archive: TarReader) -> None:
        path = _path(entry.name)
        folder, _, name = path.rpartition(b"/")
        if not name:
            if entry.kind != tar_headers.DIRECTORY:
                raise DamagedArchiveError("damaged archive: its root is no folder")
            self._describe_folder(self._root, b".", path, entry)
            return
        parent = self._in_parent(folder)
        if name == OPAQUE:
            os.setxattr(parent, OPAQUE_ATTRIBUTE, b"y")
        elif name.startswith(WHITEOUT):
            self._hide(parent, name.removeprefix(WHITEOUT))
        elif entry.kind == tar_headers.DIRECTORY:
            self._make_folder(parent, name, path, entry)
        elif entry.kind == tar_headers.REGULAR_FILE:
            self._make_file(parent, name, entry, archive)
        elif entry.kind == tar_headers.HARD_LINK:
            self._make_link(parent, name, path, _path(entry.link))
        else:
            self._make_special(parent, name, entry)

    def _in_parent(self, path: bytes) -> int:
        """Return the open folder `path`; entries that follow each other mostly share it."""
        if path != self._parent_path:
            self._leave_parent()
            self._parent = self._opened(path)
            self._parent_path = path
        return self._parent

    def _leave_parent(self) -> None:
        if self._parent_path is not None:
            os.close(self._parent)
            self._parent_path = None

    def _opened(self, path: bytes) -> int:
        return open_in_root(self._root, os.fsdecode(path) or ".", FOLDER, links=False, beneath=True)

    def _made(self, parent: int, name: bytes, make: Callable[[], Made]) -> Made:
        """Make something in the place of whatever has the name already: of several the last one counts."""
        try:
            return make()
        except FileExistsError:
            if stat.S_ISDIR(os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode):
                remove_tree(parent, name)
            else:
                os.unlink(name, dir_fd=parent)
            return make()

    def _hide(self, parent: int, name: bytes) -> None:
        if name in (b"", b".", b".."):
            raise DamagedArchiveError("damaged archive: a whiteout without a name")
        self._made(parent, name, lambda: os.mknod(name, stat.S_IFCHR, 0, dir_fd=parent))

    def _make_folder(self, parent: int, name: bytes, path: bytes, entry: TarEntry) -> None:
        def make() -> None:
            try:
                os.mkdir(name, 0o700, dir_fd=parent)
            except FileExistsError:
                if not stat.S_ISDIR(os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode):
                    raise

        self._made(parent, name, make)
        self._describe_folder(parent, name, path, entry)

    def _describe_folder(self, parent: int, name: bytes, path: bytes, entry: TarEntry) -> None:
        descriptor = os.open(name, FOLDER, dir_fd=parent)
        try:
            _describe(descriptor, entry)
        finally:
            os.close(descriptor)
        self._times[path] = entry.mtime_ns  # set at the end: what is put into it changes it

    def _make_file(self, parent: int, name: bytes, entry: TarEntry, archive: TarReader) -> None:
        file = self._made(parent, name, lambda: os.open(name, NEW_FILE, 0o600, dir_fd=parent))
        try:
            for position, data in archive.contents(entry):
                _write_pieces(file, data, position)
            os.ftruncate(file, entry.size)  # it may end with a hole
            _describe(file, entry)
            os.utime(file, ns=(entry.mtime_ns, entry.mtime_ns))
        finally:
            os.close(file)

    def _make_link(self, parent: int, name: bytes, path: bytes, target: bytes) -> None:
        folder, _, last = target.rpartition(b"/")
        source = self._opened(folder)
        try:
            if target == path:
                os.stat(last, dir_fd=source, follow_symlinks=False)  # it is there, or this is damaged
                return
            self._made(
                parent,
                name,
                lambda: os.link(last, name, src_dir_fd=source, dst_dir_fd=parent, follow_symlinks=False),
            )
        finally:
            os.close(source)

    def _make_special(self, parent: int, name: bytes, entry: TarEntry) -> None:
        if entry.kind == tar_headers.SYMLINK:
            self._made(parent, name, lambda: os.symlink(entry.link, name, dir_fd=parent))
        elif entry.kind in KINDS:
            mode, device = KINDS[entry.kind] | 0o600, os.makedev(*entry.device)
            self._made(parent, name, lambda: os.mknod(name, mode, device, dir_fd=parent))
        else:
            raise DamagedArchiveError(f"the layer has an entry of the unknown type {chr(entry.kind)!r}")
        os.chown(name, entry.uid, entry.gid, dir_fd=parent, follow_symlinks=False)
        # Extended attributes by a folder and a name is what Linux 6.13 begins with.
        place = f"/proc/self/fd/{parent}/".encode() + name
        _set_attributes(
            entry.attributes, lambda key, value: os.setxattr(place, key, value, follow_symlinks=False)
        )
        if entry.kind != tar_headers.SYMLINK:
            os.chmod(name, entry.mode, dir_fd=parent)
        os.utime(name, ns=(entry.mtime_ns, entry.mtime_ns), dir_fd=parent, follow_symlinks=False)

    def _set_time(self, path: bytes, time: int) -> None:
        try:
            descriptor = self._opened(path)
        except OSError as error:
            if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP):
                return  # something else took its place
            raise
        try:
            os.utime(descriptor, ns=(time, time))
        finally:
            os.close(descriptor)


def _path(name: bytes) -> bytes:
    """Return the path below the root that a name means; refuses those that leave it."""
    parts = [part for part in name.split(b"/") if part not in (b"", b".")]
    if b".." in parts:
        raise DamagedArchiveError(f"refusing the layer: {os.fsdecode(name)!r} leads out of it")
    return b"/".join(parts)


def _write_pieces(file: int, data: memoryview, position: int) -> None:
    for start in range(0, len(data), PIECE):
        piece = data[start : start + PIECE]
        if not piece[0] and bytes(piece) == HOLE[: len(piece)]:
            continue
        written = 0
        while written < len(piece):
            written += os.pwrite(file, piece[written:], position + start + written)


def _describe(descriptor: int, entry: TarEntry) -> None:
    """Set all but the time. In this order: a new owner takes capabilities and mode bits away."""
    os.fchown(descriptor, entry.uid, entry.gid)
    _set_attributes(entry.attributes, lambda key, value: os.setxattr(descriptor, key, value))
    os.fchmod(descriptor, entry.mode)


def _set_attributes(attributes: Mapping[str, bytes], set_one: Callable[[str, bytes], None]) -> None:
    for key, value in attributes.items():
        if key.startswith(STEERING):
            continue
        try:
            set_one(key, value)
        except OSError as error:
            # As dockerd: what this file system does not have, and what Linux has on files and folders only.
            refused = error.errno == errno.EPERM and key.startswith("user.")
            if not refused and error.errno != errno.ENOTSUP:
                raise


def _explained(name: bytes, error: Exception) -> Exception:
    if isinstance(error, OSError) and error.errno in DISK_FAILURES:
        return SystemFailureError(f"{os.fsdecode(name)}: {error.strerror}")
    reason = error.strerror if isinstance(error, OSError) else str(error)
    return DamagedArchiveError(f"the entry {name.decode(errors='replace')!r} cannot be made: {reason}")
