"""The process that gives the guest the shared folders: SFTP over a port, for the guest's sshfs.

It is a process of its own: a supervisor that ends or is replaced leaves the files of running containers
alone, and files that are slow hold up no call. It ends when QEMU does.
"""

import contextlib
import errno
import logging
import os
import socket
import stat
import struct
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from vm.errors import UserError
from vm.machine.sharing.folder_watch import FolderWatch, OwnChanges
from vm.machine.sharing.sftp_packets import (
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
from vm.machine.sharing.shared_files import Listing, Look, SharedFiles, Space, open_shared

log = logging.getLogger(__name__)

NO_CHANGE_TIME = 2**32 - 2
"""Seconds; a time of change that alters nothing: the engine sets it to make the guest's kernel tell whoever
watches a file that the host has changed it (`backend/containers/files/file_events.py` has the same
number)."""

LONGEST_READ = 2**17
LONGEST_LISTING = 60_000
EXTENSIONS = {
    b"posix-rename@openssh.com": b"1",
    b"statvfs@openssh.com": b"2",
    b"hardlink@openssh.com": b"1",
    b"fsync@openssh.com": b"1",
}
FOLDER_ABOVE = Look(os.stat_result((stat.S_IFDIR | 0o755, 0, 0, 2, 0, 0, 0, 0, 0, 0)), (0, 0))
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


def serve_folders(connection: socket.socket, events_path: Path | None, folders: Sequence[Path]) -> int:
    """Serve until QEMU ends, and tell at `events_path` what changes; return the process' exit code."""
    _allow_many_files()
    own = OwnChanges()
    there = [folder for folder in folders if folder.is_dir()]
    if events_path is not None:
        _tell_changes(events_path, there, own)
    os.umask(0)  # the guest's processes have applied their own
    with connection, contextlib.suppress(ConnectionError):  # Windows tells so of a QEMU that was killed
        FileServer(open_shared(there), connection, own).serve()
    return 0


def _tell_changes(events_path: Path, folders: Sequence[Path], own: OwnChanges) -> None:
    try:
        FolderWatch(events_path, folders, own).start()
    except (UserError, OSError) as error:
        log.warning("containers are not told of changes on the host: %s", error)


def _allow_many_files() -> None:
    if sys.platform != "win32":
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        with contextlib.suppress(OSError, ValueError):  # macOS has a lower limit than it says
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


class OpenFolder:
    """A listing that goes on from one request to the next."""

    def __init__(self, entries: Listing | None, names: Sequence[bytes] = ()) -> None:
        """Give what `entries` has, or folders with these names."""
        self._listing = entries
        self.entries = iter(entries or [(name, FOLDER_ABOVE) for name in names])

    def close(self) -> None:
        """Let go of the folder."""
        if self._listing is not None:
            self._listing.close()


class FileServer:
    """Answers the requests of one connection in their order."""

    def __init__(self, files: SharedFiles, connection: socket.socket, own: OwnChanges | None = None) -> None:
        self._files = files
        self._connection = connection
        self._own = own or OwnChanges()
        self._written: dict[bytes, bytes] = {}
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
        if wanted & (OpenFlag.WRITE | OpenFlag.CREATE):
            self._own.note(path)
        mode = 0o666 if attributes.permissions is None else attributes.permissions
        handle = self._new_handle(self._files.open(path, wanted, mode))
        if wanted & OpenFlag.WRITE:
            self._written[handle] = path
        return packet(Kind.HANDLE, number, pack_text(handle))

    def _new_handle(self, opened: int | OpenFolder) -> bytes:
        self._next_handle += 1
        handle = b"%d" % self._next_handle
        self._handles[handle] = opened
        return handle

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
        _let_go(found)
        return status_packet(number, Status.OK)

    def _forget_handles(self) -> None:
        for found in self._handles.values():
            _let_go(found)
        self._handles.clear()
        self._written.clear()

    def _read(self, number: int, reader: PacketReader) -> bytes:
        file, offset, length = self._file(reader), reader.long(), reader.number()
        data = self._files.read(file, min(length, LONGEST_READ), offset)
        if not data:
            return status_packet(number, Status.EOF)
        return packet(Kind.DATA, number, pack_text(data))

    def _write(self, number: int, reader: PacketReader) -> bytes:
        file, offset, data = self._file(reader, changes=True), reader.long(), reader.text()
        self._files.write(file, data, offset)
        return status_packet(number, Status.OK)

    # --- attributes ---

    def _stat(self, number: int, reader: PacketReader) -> bytes:
        path = reader.text()
        above = self._files.names_above(path) is not None
        return packet(
            Kind.ATTRS, number, pack_attributes(*(FOLDER_ABOVE if above else self._files.look(path)))
        )

    def _stat_open(self, number: int, reader: PacketReader) -> bytes:
        return packet(Kind.ATTRS, number, pack_attributes(*self._files.look_at(self._file(reader))))

    def _set(self, number: int, reader: PacketReader) -> bytes:
        path, wanted = reader.text(), reader.attributes()
        if not _is_no_change(wanted):
            self._own.note(path)
            self._files.change(path, wanted)
        return status_packet(number, Status.OK)

    def _set_open(self, number: int, reader: PacketReader) -> bytes:
        file, wanted = self._file(reader, changes=True), reader.attributes()
        if not _is_no_change(wanted):
            self._files.change_open(file, wanted)
        return status_packet(number, Status.OK)

    # --- folders ---

    def _open_folder(self, number: int, reader: PacketReader) -> bytes:
        path = reader.text()
        above = self._files.names_above(path)
        folder = OpenFolder(self._files.entries(path) if above is None else None, above or ())
        return packet(Kind.HANDLE, number, pack_text(self._new_handle(folder)))

    def _list(self, number: int, reader: PacketReader) -> bytes:
        folder = self._handles.get(reader.text())
        if not isinstance(folder, OpenFolder):
            raise OSError(errno.EBADF, "no such handle")
        count, body = 0, bytearray()
        for name, look in folder.entries:
            count += 1
            body += _entry(name, pack_attributes(*look))
            if len(body) > LONGEST_LISTING:
                break
        if not count:
            return status_packet(number, Status.EOF)
        return packet(Kind.NAME, number, struct.pack(">I", count) + bytes(body))

    def _make_folder(self, number: int, reader: PacketReader) -> bytes:
        path, wanted = reader.text(), reader.attributes()
        self._own.note(path)
        self._files.make_folder(path, 0o777 if wanted.permissions is None else wanted.permissions)
        return status_packet(number, Status.OK)

    def _space(self, number: int, path: bytes) -> bytes:
        above = self._files.names_above(path) is not None
        space = Space(4096, 4096, 0, 0, 0) if above else self._files.space(path)
        values = (*space[:-1], 0, 0, space.longest_name)  # without a number and flags of the file system
        return packet(Kind.EXTENDED_REPLY, number, struct.pack(">11Q", *values))

    # --- names ---

    def _changed(self, reader: PacketReader, count: int) -> list[bytes]:
        """Return the paths that a request changes."""
        paths = [reader.text() for _ in range(count)]
        for path in paths:
            self._own.note(path)
        return paths

    def _remove(self, number: int, reader: PacketReader) -> bytes:
        self._files.remove(*self._changed(reader, 1))
        return status_packet(number, Status.OK)

    def _remove_folder(self, number: int, reader: PacketReader) -> bytes:
        self._files.remove_folder(*self._changed(reader, 1))
        return status_packet(number, Status.OK)

    def _rename_new(self, number: int, reader: PacketReader) -> bytes:
        self._files.rename(*self._changed(reader, 2), replace=False)
        return status_packet(number, Status.OK)

    def _make_link(self, number: int, reader: PacketReader) -> bytes:
        target = reader.text()
        (path,) = self._changed(reader, 1)
        self._files.make_link(path, target)
        return status_packet(number, Status.OK)

    def _read_link(self, number: int, reader: PacketReader) -> bytes:
        target = self._files.read_link(reader.text())
        return packet(Kind.NAME, number, struct.pack(">I", 1) + _entry(target, struct.pack(">I", 0)))

    def _real_path(self, number: int, reader: PacketReader) -> bytes:
        path = b"/" + b"/".join(part for part in reader.text().split(b"/") if part not in (b"", b"."))
        return packet(Kind.NAME, number, struct.pack(">I", 1) + _entry(path, struct.pack(">I", 0)))

    def _extended(self, number: int, reader: PacketReader) -> bytes:
        name = reader.text()
        if name == b"statvfs@openssh.com":
            return self._space(number, reader.text())
        if name == b"posix-rename@openssh.com":
            self._files.rename(*self._changed(reader, 2), replace=True)
        elif name == b"hardlink@openssh.com":
            self._files.link(*self._changed(reader, 2))
        elif name == b"fsync@openssh.com":
            os.fsync(self._file(reader))
        else:
            return status_packet(number, Status.OP_UNSUPPORTED)
        return status_packet(number, Status.OK)


def _let_go(opened: int | OpenFolder | None) -> None:
    if isinstance(opened, int):
        os.close(opened)
    elif opened is not None:
        opened.close()


def _is_no_change(wanted: Attributes) -> bool:
    return wanted.times is not None and wanted.times[1] == NO_CHANGE_TIME


def _entry(name: bytes, attributes: bytes) -> bytes:
    return pack_text(name) + pack_text(b"") + attributes
