"""The shared folders' files on Windows: each is reached from an open folder, and no link is followed.

Windows knows neither owners nor modes as Linux does. Files look as if everybody might do everything with
them, as in Docker Desktop. Owners that a container sets, and modes of folders, are remembered while the
machine runs.
"""

import contextlib
import errno
import msvcrt
import os
import stat
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from vm.machine.sharing import nt_files as nt
from vm.machine.sharing.guest_paths import guest_name, guest_path, windows_name
from vm.machine.sharing.sftp_packets import Attributes, OpenFlag
from vm.machine.sharing.shared_files import Look, Space
from vm.machine.sharing.windows_links import is_link, link_target, linux_link

assert sys.platform == "win32", "files of Windows"

Value = TypeVar("Value")

READ_ONLY, IS_FOLDER = 0x1, 0x10
MOST_KEPT = 100_000
FOLDER_MODES = 0o1777


class WindowsListing:
    """The entries of an open folder."""

    def __init__(self, handle: int, files: "WindowsFiles") -> None:
        self._handle = handle
        self._files = files
        self._entries = nt.listing(handle, nt.facts(handle).volume)

    def __iter__(self) -> "WindowsListing":
        """Return the listing itself."""
        return self

    def __next__(self) -> tuple[bytes, Look]:
        """Return the next name and how it looks."""
        name, facts = next(self._entries)
        return guest_name(name).encode("utf-8", "surrogatepass"), self._files.as_seen(facts)

    def close(self) -> None:
        """Let go of the folder."""
        nt.close(self._handle)


class WindowsFiles:
    """What the guest may do with the shared folders' files."""

    def __init__(self, folders: Sequence[Path]) -> None:
        """Open all folders. Raises OSError, ValueError."""
        self._roots: dict[tuple[str, ...], int] = {}
        self._shown: dict[tuple[str, ...], tuple[str, ...]] = {}
        for folder in folders:
            shown = _parts(guest_path(str(folder)).encode())
            root = _folded(shown)
            self._roots[root], self._shown[root] = nt.open_top(str(folder)), shown
        self._owners: dict[tuple[int, int], tuple[int, int]] = {}
        self._modes: dict[tuple[int, int], int] = {}

    def close(self) -> None:
        """Let go of the folders."""
        for handle in self._roots.values():
            nt.close(handle)

    def names_above(self, path: bytes) -> list[bytes] | None:
        """Return what a folder holds that only leads to shared ones; None when `path` is no such folder."""
        parts = _folded(_parts(path))
        if any(parts[: len(root)] == root for root in self._roots):
            return None
        below = {self._shown[root][len(parts)] for root in self._roots if root[: len(parts)] == parts}
        return sorted(name.encode() for name in below) if below or not parts else None

    # --- places ---

    @contextlib.contextmanager
    def _place(self, path: bytes, *, inner: bool = False) -> Iterator[tuple[int, str]]:
        """Hold the folder open that `path` is in; the name is empty for a shared folder itself."""
        parts = _parts(path)
        folded = _folded(parts)
        root = max((root for root in self._roots if folded[: len(root)] == root), key=len, default=None)
        if root is None:
            above = self.names_above(path) is not None
            raise OSError(errno.EACCES if above else errno.ENOENT, "not shared")
        folder, names = self._roots[root], [_named(part) for part in parts[len(root) :]]
        if not names:
            if inner:
                raise OSError(errno.EACCES, "a shared folder itself stays where it is")
            yield folder, ""
            return
        opened = 0
        try:
            for name in names[:-1]:
                deeper = nt.open_beside(folder, name, nt.TRAVERSE, nt.FOLDER | nt.LINK_ITSELF)
                if opened:
                    nt.close(opened)
                folder = opened = deeper
                if is_link(nt.facts(opened).tag):
                    raise OSError(errno.ELOOP, "a link is not followed here")
            yield folder, names[-1]
        finally:
            if opened:
                nt.close(opened)

    @contextlib.contextmanager
    def _opened(
        self, path: bytes, access: int = 0, options: int = 0, *, inner: bool = False
    ) -> Iterator[tuple[int, nt.Facts]]:
        """Hold a file, folder or link itself open."""
        with self._place(path, inner=inner) as (folder, name):
            handle = nt.open_beside(folder, name, access, options | nt.LINK_ITSELF)
            try:
                yield handle, nt.facts(handle)
            finally:
                nt.close(handle)

    # --- open files ---

    def open(self, path: bytes, wanted: OpenFlag, mode: int) -> int:
        """Open a file, nothing else."""
        del mode  # Windows has none
        access = (nt.READS if wanted & OpenFlag.READ else 0) | (nt.WRITES if wanted & OpenFlag.WRITE else 0)
        disposition = nt.OPEN
        if wanted & OpenFlag.CREATE:
            disposition = nt.CREATE if wanted & OpenFlag.EXCLUSIVE else nt.OPEN_OR_CREATE
        with self._place(path) as (folder, name):
            handle = nt.open_beside(folder, name, access, nt.NO_FOLDER | nt.LINK_ITSELF, disposition)
            try:
                handle = _the_file_itself(handle, folder, name, access)
                flags = os.O_BINARY | os.O_NOINHERIT | (os.O_APPEND if wanted & OpenFlag.APPEND else 0)
                flags |= os.O_RDWR if wanted & OpenFlag.WRITE else os.O_RDONLY
                descriptor = msvcrt.open_osfhandle(handle, flags)
            except BaseException:
                nt.close(handle)
                raise
        if wanted & OpenFlag.TRUNCATE:  # only now is it sure that it is no link
            os.ftruncate(descriptor, 0)
        return descriptor

    def read(self, file: int, length: int, offset: int) -> bytes:
        """Read from an open file; nothing at its end."""
        os.lseek(file, offset, os.SEEK_SET)
        return os.read(file, length)

    def write(self, file: int, data: bytes, offset: int) -> None:
        """Write all of `data`."""
        os.lseek(file, offset, os.SEEK_SET)
        while data:
            data = data[os.write(file, data) :]

    # --- attributes ---

    def as_seen(self, facts: nt.Facts) -> Look:
        """Return how a file looks to the guest."""
        identity = (facts.volume, facts.number)
        if is_link(facts.tag):
            mode = stat.S_IFLNK | 0o777
        elif facts.attributes & IS_FOLDER:
            mode = stat.S_IFDIR | self._modes.get(identity, 0o777)
        else:
            mode = stat.S_IFREG | (0o555 if facts.attributes & READ_ONLY else 0o777)
        found = (mode, facts.number, facts.volume, facts.links, 0, 0, facts.size)
        times = (facts.accessed, facts.changed, facts.changed)
        return Look(os.stat_result((*found, *times)), self._owners.get(identity, (0, 0)))

    def look(self, path: bytes) -> Look:
        """Return how a file looks; a link is not followed."""
        with self._opened(path) as (_, facts):
            return self.as_seen(facts)

    def look_at(self, file: int) -> Look:
        """Return how an open file looks."""
        return self.as_seen(nt.facts(msvcrt.get_osfhandle(file)))

    def change(self, path: bytes, wanted: Attributes) -> None:
        """Set attributes."""
        if wanted.size is not None:
            file = self.open(path, OpenFlag.WRITE, 0)
            try:
                os.ftruncate(file, wanted.size)
            finally:
                os.close(file)
        with self._opened(path, nt.WRITE_ATTRIBUTES if wanted.times else 0) as (handle, facts):
            self._keep(facts, wanted)
            if wanted.times is not None:
                nt.set_times(handle, *wanted.times)

    def change_open(self, file: int, wanted: Attributes) -> None:
        """Set attributes of an open file."""
        handle = msvcrt.get_osfhandle(file)
        if wanted.size is not None:
            os.ftruncate(file, wanted.size)
        self._keep(nt.facts(handle), wanted)
        if wanted.times is not None:
            nt.set_times(handle, *wanted.times)

    def _keep(self, facts: nt.Facts, wanted: Attributes) -> None:
        identity = (facts.volume, facts.number)
        if wanted.owner is not None:
            _remember(self._owners, identity, wanted.full_owner(self._owners.get(identity, (0, 0))))
        if wanted.permissions is not None and facts.attributes & IS_FOLDER:
            _remember(self._modes, identity, wanted.permissions & FOLDER_MODES)

    def _forget(self, facts: nt.Facts) -> None:
        """Forget a file that is being removed: its number may come again."""
        self._owners.pop((facts.volume, facts.number), None)
        self._modes.pop((facts.volume, facts.number), None)

    # --- folders ---

    def entries(self, path: bytes) -> WindowsListing:
        """Open a folder."""
        with self._place(path) as (folder, name):
            handle = nt.open_beside(folder, name, nt.READ_DATA, nt.FOLDER | nt.LINK_ITSELF)
        try:
            if is_link(nt.facts(handle).tag):
                raise OSError(errno.ELOOP, "a link is not followed here")
            return WindowsListing(handle, self)
        except BaseException:
            nt.close(handle)
            raise

    def make_folder(self, path: bytes, mode: int) -> None:
        """Make a folder."""
        with self._place(path, inner=True) as (folder, name):
            handle = nt.open_beside(folder, name, 0, nt.FOLDER | nt.LINK_ITSELF, nt.CREATE)
            try:
                self._keep(nt.facts(handle), Attributes(permissions=mode))
            finally:
                nt.close(handle)

    def space(self, path: bytes) -> Space:
        """Return how much room there is."""
        with self._opened(path) as (handle, _):
            unit, total, free, available = nt.disk_space(handle)
        return Space(unit, unit, total, free, available)

    # --- names ---

    def remove(self, path: bytes) -> None:
        """Remove a file or a link."""
        with self._opened(path, nt.DELETE, inner=True) as (handle, facts):
            if facts.attributes & IS_FOLDER and not is_link(facts.tag):
                raise OSError(errno.EACCES, "a folder")
            nt.delete(handle)
            if facts.links == 1:
                self._forget(facts)

    def remove_folder(self, path: bytes) -> None:
        """Remove an empty folder."""
        with self._opened(path, nt.DELETE, nt.FOLDER, inner=True) as (handle, facts):
            if is_link(facts.tag):
                raise OSError(errno.ENOTDIR, "a link")
            nt.delete(handle)
            self._forget(facts)

    def rename(self, old: bytes, new: bytes, *, replace: bool) -> None:
        """Give a file another name; one that is there is replaced, or else EEXIST."""
        with self._opened(old, nt.DELETE, inner=True) as (handle, _), self._place(new, inner=True) as target:
            nt.rename(handle, *target, replace=replace)

    def link(self, old: bytes, new: bytes) -> None:
        """Give a file a second name."""
        access = nt.WRITE_ATTRIBUTES
        with self._opened(old, access, inner=True) as (handle, _), self._place(new, inner=True) as target:
            nt.hard_link(handle, *target)

    def make_link(self, path: bytes, target: bytes) -> None:
        """Make a symbolic link, which containers follow and Windows' programs do not."""
        with self._place(path, inner=True) as (folder, name):
            access = nt.WRITES | nt.DELETE
            handle = nt.open_beside(folder, name, access, nt.NO_FOLDER | nt.LINK_ITSELF, nt.CREATE)
            try:
                nt.write_reparse_point(handle, linux_link(target))
            except OSError as error:
                with contextlib.suppress(OSError):
                    nt.delete(handle)
                raise OSError(errno.EPERM, f"this disk keeps no links: {error}") from error
            finally:
                nt.close(handle)

    def read_link(self, path: bytes) -> bytes:
        """Return where a symbolic link leads."""
        with self._opened(path) as (handle, facts):
            if not is_link(facts.tag):
                raise OSError(errno.EINVAL, "not a link")
            return link_target(nt.read_reparse_point(handle))


def _the_file_itself(handle: int, folder: int, name: str, access: int) -> int:
    """Return a handle of the file's contents. Raises OSError for a link; closes what it replaces."""
    facts = nt.facts(handle)
    if is_link(facts.tag):
        raise OSError(errno.ELOOP, "a link is not followed here")
    if not facts.tag:
        return handle
    # compressed, or in a cloud: opened anew by way of whoever has its contents, and it must be the same file
    contents = nt.open_beside(folder, name, access, nt.NO_FOLDER)
    again = nt.facts(contents)
    if (again.volume, again.number) != (facts.volume, facts.number):
        nt.close(contents)
        raise OSError(errno.ELOOP, "a link is not followed here")
    nt.close(handle)
    return contents


def _remember(kept: dict[tuple[int, int], Value], identity: tuple[int, int], value: Value) -> None:
    kept.pop(identity, None)
    if len(kept) >= MOST_KEPT:
        del kept[next(iter(kept))]
    kept[identity] = value


def _parts(path: bytes) -> tuple[str, ...]:
    try:
        parts = tuple(
            part for part in path.decode("utf-8", "surrogatepass").split("/") if part not in ("", ".")
        )
    except UnicodeDecodeError as error:
        raise OSError(errno.EILSEQ, "Windows has names of letters, not of bytes") from error
    if ".." in parts or b"\0" in path:
        raise OSError(errno.EACCES, "a path must not lead upwards")
    return parts


def _folded(parts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(part.lower() for part in parts)


def _named(part: str) -> str:
    try:
        return windows_name(part)
    except ValueError as error:
        raise OSError(errno.EINVAL, str(error)) from error
