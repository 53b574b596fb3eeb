"""The process that gives the guest the shared folders: SFTP over a port, for the guest's sshfs.

It is a process of its own: a supervisor that ends or is replaced leaves the files of running containers
alone, and files that are slow hold up no call. It ends when QEMU does.
"""

import contextlib
import errno
import logging
import os
import resource
import socket
import stat
import struct
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from vm.errors import UserError
from vm.machine import shared_tree
from vm.machine.folder_watch import FolderWatch, OwnChanges
from vm.machine.sftp_packets import (
    LONGEST_PACKET,
    VERSION,
    Attributes,
    BadPacket,
    Kind,
    OpenFlag,
    PacketReader,
    Status,
    pack_attributes,
    pack_text,
    packet,
    status_packet,
)

assert sys.platform != "win32", "files relative to open folders: Windows has none"

log = logging.getLogger(__name__)

NO_CHANGE_TIME = 2**32 - 2
"""Seconds; a time of change that alters nothing: the engine sets it to make the guest's kernel tell whoever
watches a file that the host has changed it (`backend/containers/file_events.py` has the same number)."""

LONGEST_READ = 2**17
LONGEST_LISTING = 60_000
EXTENSIONS = {
    b"posix-rename@openssh.com": b"1",
    b"statvfs@openssh.com": b"2",
    b"hardlink@openssh.com": b"1",
    b"fsync@openssh.com": b"1",
}
FOLDER_ABOVE = os.stat_result((stat.S_IFDIR | 0o755, 0, 0, 2, 0, 0, 0, 0, 0, 0))
"""How a folder looks that only leads to shared ones."""

STATUS_OF = {
    errno.ENOENT: Status.NO_SUCH_FILE,
    errno.ENOTDIR: Status.NO_SUCH_FILE,
    errno.EACCES: Status.PERMISSION_DENIED,
    errno.EPERM: Status.PERMISSION_DENIED,
    errno.EROFS: Status.PERMISSION_DENIED,
    errno.ELOOP: Status.PERMISSION_DENIED,
    errno.EEXIST: Status.FAILURE,
    errno.ENOTEMPTY: Status.FAILURE,
    errno.EXDEV: Status.FAILURE,
}


def serve_folders(socket_path: Path, events_path: Path | None, folders: Sequence[Path]) -> int:
    """Serve until QEMU ends, and tell at `events_path` what changes; return the process' exit code."""
    _allow_many_files()
    own = OwnChanges()
    there = [folder for folder in folders if folder.is_dir()]
    if events_path is not None:
        _tell_changes(events_path, there, own)
    os.umask(0)  # the guest's processes have applied their own
    tree = shared_tree.SharedTree(there)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.connect(str(socket_path))
        FileServer(tree, connection, own).serve()
    return 0


def _tell_changes(events_path: Path, folders: Sequence[Path], own: OwnChanges) -> None:
    try:
        FolderWatch(events_path, folders, own).start()
    except (UserError, OSError) as error:
        log.warning("containers are not told of changes on the host: %s", error)


def _allow_many_files() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(OSError, ValueError):  # macOS has a lower limit than it says
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


class OpenFolder:
    """A listing that goes on from one request to the next."""

    def __init__(self, entries: Iterator[bytes]) -> None:
        self.entries = entries


class FileServer:
    """Answers the requests of one connection in their order."""

    def __init__(
        self, tree: shared_tree.SharedTree, connection: socket.socket, own: OwnChanges | None = None
    ) -> None:
        self._tree = tree
        self._connection = connection
        self._own = own or OwnChanges()
        self._written: dict[bytes, bytes] = {}
        self._owners = shared_tree.Owners()
        self._handles: dict[bytes, int | OpenFolder] = {}
        self._next_handle = 0
        self._requests: dict[int, Callable[[int, PacketReader], bytes]] = {
            Kind.OPEN: self._open,
            Kind.CLOSE: self._close,
            Kind.READ: self._read,
            Kind.WRITE: self._write,
            Kind.LSTAT: self._stat,
            Kind.STAT: self._stat,
            Kind.FSTAT: self._stat_open,
            Kind.SETSTAT: self._set,
            Kind.FSETSTAT: self._set_open,
            Kind.OPENDIR: self._open_folder,
            Kind.READDIR: self._list,
            Kind.REMOVE: self._remove,
            Kind.MKDIR: self._make_folder,
            Kind.RMDIR: self._remove_folder,
            Kind.REALPATH: self._real_path,
            Kind.RENAME: self._rename_new,
            Kind.READLINK: self._read_link,
            Kind.SYMLINK: self._make_link,
            Kind.EXTENDED: self._extended,
        }

    def serve(self) -> None:
        """Answer until the other end closes."""
        with self._connection.makefile("rb", buffering=LONGEST_PACKET) as incoming:
            while len(head := incoming.read(4)) == 4:
                length = int.from_bytes(head, "big")
                if not 1 <= length <= LONGEST_PACKET:
                    log.error("a packet of %d bytes: the guest is out of step", length)
                    return
                self._connection.sendall(self.answer(incoming.read(length)))

    def answer(self, data: bytes) -> bytes:
        """Return the answer to one packet, given without its length."""
        reader = PacketReader(data)
        kind = reader.take(1)[0]
        if kind == Kind.INIT:
            self._forget_handles()  # the guest has mounted anew
            names = b"".join(pack_text(name) + pack_text(value) for name, value in EXTENSIONS.items())
            return struct.pack(">IBI", len(names) + 5, Kind.VERSION, VERSION) + names
        number = int.from_bytes(data[1:5], "big")
        try:
            reader.number()
            request = self._requests.get(kind)
            if request is None:
                return status_packet(number, Status.OP_UNSUPPORTED)
            return request(number, reader)
        except BadPacket as error:
            return status_packet(number, Status.BAD_MESSAGE, str(error))
        except (OSError, ValueError, OverflowError) as error:
            code = error.errno if isinstance(error, OSError) else errno.EINVAL
            return status_packet(number, STATUS_OF.get(code or 0, Status.INPUT_OUTPUT), str(error))

    # --- open files ---

    def _open(self, number: int, reader: PacketReader) -> bytes:
        path, wanted, attributes = reader.text(), OpenFlag(reader.number()), reader.attributes()
        mode = 0o666 if attributes.permissions is None else attributes.permissions
        with self._tree.place(path) as place:
            # O_NONBLOCK: a pipe without a writer must not hold everything up
            flags = _open_flags(wanted) | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
            if wanted & (OpenFlag.WRITE | OpenFlag.CREATE):
                self._own.note(path)
            descriptor = os.open(place.name, flags, mode & shared_tree.SETTABLE, dir_fd=place.folder)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise OSError(errno.EACCES, "not a file")
        if wanted & OpenFlag.WRITE:
            self._written[b"%d" % (self._next_handle + 1)] = path
        return self._new_handle(number, descriptor)

    def _new_handle(self, number: int, opened: int | OpenFolder) -> bytes:
        self._next_handle += 1
        handle = b"%d" % self._next_handle
        self._handles[handle] = opened
        return packet(Kind.HANDLE, number, pack_text(handle))

    def _file(self, reader: PacketReader, *, changes: bool = False) -> int:
        handle = reader.text()
        if changes and (path := self._written.get(handle)) is not None:
            self._own.note(path)
        found = self._handles.get(handle)
        if not isinstance(found, int):
            raise OSError(errno.EBADF, "no such handle")
        return found

    def _close(self, number: int, reader: PacketReader) -> bytes:
        handle = reader.text()
        found = self._handles.pop(handle, None)
        self._written.pop(handle, None)
        if isinstance(found, int):
            os.close(found)
        return status_packet(number, Status.OK)

    def _forget_handles(self) -> None:
        for found in self._handles.values():
            if isinstance(found, int):
                os.close(found)
        self._handles.clear()
        self._written.clear()

    def _read(self, number: int, reader: PacketReader) -> bytes:
        file, offset, length = self._file(reader), reader.long(), reader.number()
        data = os.pread(file, min(length, LONGEST_READ), offset)
        if not data:
            return status_packet(number, Status.EOF)
        return packet(Kind.DATA, number, pack_text(data))

    def _write(self, number: int, reader: PacketReader) -> bytes:
        file, offset, data = self._file(reader, changes=True), reader.long(), reader.text()
        while data:
            written = os.pwrite(file, data, offset)
            data, offset = data[written:], offset + written
        return status_packet(number, Status.OK)

    # --- attributes ---

    def _stat(self, number: int, reader: PacketReader) -> bytes:
        path = reader.text()
        if self._tree.names_above(path) is not None:
            return packet(Kind.ATTRS, number, pack_attributes(FOLDER_ABOVE, (0, 0)))
        with self._tree.place(path) as place:
            return packet(Kind.ATTRS, number, self._attributes(place))

    def _attributes(self, place: shared_tree.Place) -> bytes:
        found = os.stat(place.name, dir_fd=place.folder, follow_symlinks=False)
        return pack_attributes(found, self._owners.of(_path_of(place), found))

    def _stat_open(self, number: int, reader: PacketReader) -> bytes:
        file = self._file(reader)
        found = os.fstat(file)
        return packet(Kind.ATTRS, number, pack_attributes(found, self._owners.of(file, found)))

    def _set(self, number: int, reader: PacketReader) -> bytes:
        path, wanted = reader.text(), reader.attributes()
        if _is_no_change(wanted):
            return status_packet(number, Status.OK)
        self._own.note(path)
        with self._tree.place(path) as place:
            if wanted.size is not None:
                self._truncate(place, wanted.size)
            if wanted.permissions is not None or wanted.owner is not None:
                with _pinned(place) as (pinned, found):
                    if wanted.owner is not None and not stat.S_ISLNK(found.st_mode):
                        self._owners.set(pinned, found, _full_owner(wanted, self._owners.of(pinned, found)))
                    if wanted.permissions is not None:
                        os.chmod(pinned, wanted.permissions & shared_tree.SETTABLE)  # noqa: PTH101 - bytes of a descriptor
            if wanted.times is not None:
                os.utime(place.name, wanted.times, dir_fd=place.folder, follow_symlinks=False)
        return status_packet(number, Status.OK)

    def _truncate(self, place: shared_tree.Place, size: int) -> None:
        flags = os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
        descriptor = os.open(place.name, flags, dir_fd=place.folder)
        try:
            os.ftruncate(descriptor, size)
        finally:
            os.close(descriptor)

    def _set_open(self, number: int, reader: PacketReader) -> bytes:
        file, wanted = self._file(reader, changes=True), reader.attributes()
        if _is_no_change(wanted):
            return status_packet(number, Status.OK)
        if wanted.size is not None:
            os.ftruncate(file, wanted.size)
        if wanted.owner is not None:
            found = os.fstat(file)
            self._owners.set(file, found, _full_owner(wanted, self._owners.of(file, found)))
        if wanted.permissions is not None:
            os.fchmod(file, wanted.permissions & shared_tree.SETTABLE)
        if wanted.times is not None:
            os.utime(file, wanted.times)
        return status_packet(number, Status.OK)

    # --- folders ---

    def _open_folder(self, number: int, reader: PacketReader) -> bytes:
        path = reader.text()
        above = self._tree.names_above(path)
        if above is not None:
            entry = pack_attributes(FOLDER_ABOVE, (0, 0))
            return self._new_handle(number, OpenFolder(iter([_entry(name, entry) for name in above])))
        with self._tree.place(path) as place:
            flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
            descriptor = os.open(place.name, flags, dir_fd=place.folder)
        return self._new_handle(number, OpenFolder(self._entries(descriptor)))

    def _entries(self, descriptor: int) -> Iterator[bytes]:
        try:
            for name in os.listdir(descriptor):
                raw = os.fsencode(name)
                with contextlib.suppress(OSError):  # gone since
                    yield _entry(raw, self._attributes(shared_tree.Place(descriptor, raw)))
        finally:
            os.close(descriptor)

    def _list(self, number: int, reader: PacketReader) -> bytes:
        folder = self._handles.get(reader.text())
        if not isinstance(folder, OpenFolder):
            raise OSError(errno.EBADF, "no such handle")
        count, body = 0, bytearray()
        for entry in folder.entries:
            count += 1
            body += entry
            if len(body) > LONGEST_LISTING:
                break
        if not count:
            return status_packet(number, Status.EOF)
        return packet(Kind.NAME, number, struct.pack(">I", count) + bytes(body))

    def _make_folder(self, number: int, reader: PacketReader) -> bytes:
        path, wanted = reader.text(), reader.attributes()
        mode = 0o777 if wanted.permissions is None else wanted.permissions
        self._own.note(path)
        with self._tree.place(path) as place:
            os.mkdir(place.name, mode & shared_tree.SETTABLE, dir_fd=place.folder)
        return status_packet(number, Status.OK)

    # --- names ---

    def _remove(self, number: int, reader: PacketReader) -> bytes:
        with self._inner(reader.text()) as place:
            self._forget_owner(place)
            os.unlink(place.name, dir_fd=place.folder)
        return status_packet(number, Status.OK)

    def _remove_folder(self, number: int, reader: PacketReader) -> bytes:
        with self._inner(reader.text()) as place:
            os.rmdir(place.name, dir_fd=place.folder)
        return status_packet(number, Status.OK)

    def _forget_owner(self, place: shared_tree.Place) -> None:
        found = os.stat(place.name, dir_fd=place.folder, follow_symlinks=False)
        if found.st_nlink == 1:
            self._owners.forget(found)

    @contextlib.contextmanager
    def _inner(self, path: bytes) -> Iterator[shared_tree.Place]:
        self._own.note(path)
        with self._tree.place(path) as place:
            if place.is_shared_folder:
                raise OSError(errno.EACCES, "a shared folder itself stays where it is")
            yield place

    def _rename_new(self, number: int, reader: PacketReader) -> bytes:
        old, new = reader.text(), reader.text()
        with self._inner(old), self._inner(new) as target:
            try:
                os.stat(target.name, dir_fd=target.folder, follow_symlinks=False)
            except FileNotFoundError:
                return self._rename(number, old, new)
        raise OSError(errno.EEXIST, "the new name is taken")

    def _rename(self, number: int, old: bytes, new: bytes) -> bytes:
        with self._inner(old) as source, self._inner(new) as target:
            os.rename(source.name, target.name, src_dir_fd=source.folder, dst_dir_fd=target.folder)
        return status_packet(number, Status.OK)

    def _link(self, number: int, old: bytes, new: bytes) -> bytes:
        with self._inner(old) as source, self._inner(new) as target:
            os.link(
                source.name,
                target.name,
                src_dir_fd=source.folder,
                dst_dir_fd=target.folder,
                follow_symlinks=False,
            )
        return status_packet(number, Status.OK)

    def _make_link(self, number: int, reader: PacketReader) -> bytes:
        text, path = reader.text(), reader.text()
        with self._inner(path) as place:
            os.symlink(text, place.name, dir_fd=place.folder)
        return status_packet(number, Status.OK)

    def _read_link(self, number: int, reader: PacketReader) -> bytes:
        with self._tree.place(reader.text()) as place:
            text = os.readlink(place.name, dir_fd=place.folder)  # noqa: PTH115 - beside an open folder
        return packet(Kind.NAME, number, struct.pack(">I", 1) + _entry(text, struct.pack(">I", 0)))

    def _real_path(self, number: int, reader: PacketReader) -> bytes:
        path = b"/" + b"/".join(part for part in reader.text().split(b"/") if part not in (b"", b"."))
        return packet(Kind.NAME, number, struct.pack(">I", 1) + _entry(path, struct.pack(">I", 0)))

    def _extended(self, number: int, reader: PacketReader) -> bytes:
        name = reader.text()
        if name == b"posix-rename@openssh.com":
            return self._rename(number, reader.text(), reader.text())
        if name == b"hardlink@openssh.com":
            return self._link(number, reader.text(), reader.text())
        if name == b"fsync@openssh.com":
            os.fsync(self._file(reader))
            return status_packet(number, Status.OK)
        if name == b"statvfs@openssh.com":
            return self._space(number, reader.text())
        return status_packet(number, Status.OP_UNSUPPORTED)

    def _space(self, number: int, path: bytes) -> bytes:
        if self._tree.names_above(path) is not None:
            return packet(Kind.EXTENDED_REPLY, number, struct.pack(">11Q", 4096, 4096, *(0,) * 8, 255))
        with self._tree.place(path) as place:
            found = os.statvfs(place.folder)
        values = (
            *(found.f_bsize, found.f_frsize, found.f_blocks, found.f_bfree, found.f_bavail),
            *(found.f_files, found.f_ffree, found.f_favail, 0, 0, found.f_namemax),
        )
        return packet(Kind.EXTENDED_REPLY, number, struct.pack(">11Q", *values))


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


def _is_no_change(wanted: Attributes) -> bool:
    return wanted.times is not None and wanted.times[1] == NO_CHANGE_TIME


def _full_owner(wanted: Attributes, now: tuple[int, int]) -> tuple[int, int]:
    """Return the owner to keep; 2**32 - 1 leaves a half as it is (chown(2))."""
    assert wanted.owner is not None
    user, group = (old if new == 2**32 - 1 else new for new, old in zip(wanted.owner, now, strict=True))
    return user, group


def _entry(name: bytes, attributes: bytes) -> bytes:
    return pack_text(name) + pack_text(b"") + attributes


def _path_of(place: shared_tree.Place) -> bytes:
    """Return a path of the place that no swapped folder can lead elsewhere (Linux)."""
    return b"/proc/self/fd/%d/%s" % (place.folder, place.name)


@contextlib.contextmanager
def _pinned(place: shared_tree.Place) -> Iterator[tuple[bytes | int, os.stat_result]]:
    """Hold the file itself, for calls that would follow a link: a name of it, or a descriptor."""
    if sys.platform == "linux":
        descriptor = os.open(place.name, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=place.folder)
        held: bytes | int = b"/proc/self/fd/%d" % descriptor
    else:
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
        held = descriptor = os.open(place.name, flags, dir_fd=place.folder)
    try:
        yield held, os.fstat(descriptor)
    finally:
        os.close(descriptor)
