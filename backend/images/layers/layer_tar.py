"""Reads a layer's tar as it streams by, refuses what must not be unpacked, adds the folders it leaves out.

mkfs.erofs gives folders that the archive does not list mode 0777, and an overlay shows the topmost layer's
attributes: without the missing parents a layer that only holds `usr/bin/x` would open `/usr` to everybody.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from backend.images.tar import sparse_entries, tar_headers
from backend.images.tar.sparse_entries import SparseFile
from backend.images.tar.tar_headers import BLOCK, DamagedArchiveError, FolderAttributes
from backend.images.tar.tar_source import CHUNK, Read, TarSource

MAX_EXTENSION_BYTES = 1 << 20
MAX_ENTRIES = 4_000_000
MAX_PATH = 4096
MAX_NAME = 255
HOLE = bytes(CHUNK)
OPAQUE = b".wh..wh..opq"
UNKNOWN_AUFS = b".wh..wh."
# An image has no business with the records by which the overlay finds its way between layers.
OVERLAY_ATTRIBUTES = (b"SCHILY.xattr.trusted.overlay.", b"SCHILY.xattr.user.overlay.")

Write = Callable[[bytes], object]
AttributesBelow = Callable[[bytes], FolderAttributes]


@dataclass(slots=True)
class _Entry:
    """One entry's headers as they will be written, and what they say."""

    headers: list[bytes] = field(default_factory=list)
    name: bytes | None = None
    link: bytes | None = None
    size: int | None = None
    kind: int = 0
    sparse_records: dict[bytes, bytes] | None = None
    sparse: SparseFile | None = None


@dataclass(frozen=True, slots=True)
class LayerContents:
    """What went by: `size` sums the bytes of regular files; `implied` are the folders that were added."""

    entries: int
    size: int
    implied: tuple[tuple[bytes, FolderAttributes], ...]


class LayerTar:
    """One pass over one layer. `attributes_below` tells what a folder is like in the layers underneath."""

    def __init__(self, read: Read, write: Write, attributes_below: AttributesBelow, max_bytes: int) -> None:
        self._source = TarSource(read)
        self._write = write
        self._attributes_below = attributes_below
        self._max_bytes = max_bytes
        self._waiting: list[bytes] = []
        self._waiting_bytes = 0
        self._folders: set[bytes] = {b""}
        self._symlinks: set[bytes] = set()
        self._implied: dict[bytes, FolderAttributes] = {}
        self._entries = 0
        self._size = 0

    def copy(self) -> LayerContents:
        """Copy the whole archive. Raises DamagedArchiveError; `read` and `write` may raise what they like."""
        # The root's own attributes never show through (the container's writable layer covers them),
        # so that a fixed value does; a layer that lists its root replaces this.
        self._put(tar_headers.folder_entry(b".", FolderAttributes()))
        while (entry := self._next_entry()) is not None:
            self._entries += 1
            if self._entries > MAX_ENTRIES:
                raise DamagedArchiveError(f"the layer has more than {MAX_ENTRIES} entries")
            self._copy_entry(entry)
        self._put(b"\0" * (2 * BLOCK))
        self._flush()
        self._source.drain()
        return LayerContents(self._entries, self._size, tuple(sorted(self._implied.items())))

    def _next_entry(self) -> _Entry | None:
        entry = _Entry()
        while True:
            header = self._source.take(BLOCK)
            if not header or not any(header):
                if entry.headers:
                    raise DamagedArchiveError("damaged archive: it ends within an entry")
                return None
            if len(header) < BLOCK:
                raise DamagedArchiveError("damaged archive: it ends within a header")
            if not tar_headers.is_valid(header):
                raise DamagedArchiveError("damaged archive: a header's checksum is wrong")
            entry.kind = header[156]
            if entry.kind not in tar_headers.EXTENSIONS:
                self._finish_headers(entry, header)
                return entry
            self._read_extension(entry, header)

    def _read_extension(self, entry: _Entry, header: bytes) -> None:
        size = tar_headers.number(header[124:136])
        if size > MAX_EXTENSION_BYTES:
            raise DamagedArchiveError("damaged archive: an extended header is larger than 1 MiB")
        payload = self._source.take(tar_headers.padded(size))
        if len(payload) < tar_headers.padded(size):
            raise DamagedArchiveError("damaged archive: it ends within a header")
        if entry.kind == tar_headers.PAX_GLOBAL:
            return  # comments of archivers; Docker passes over them as well
        if entry.kind == tar_headers.PAX_ENTRY:
            self._read_pax(entry, header + payload, payload[:size])
        elif entry.kind == tar_headers.GNU_LONG_NAME:
            entry.name = tar_headers.text(payload[:size])
            entry.headers.append(header + payload)
        else:
            entry.link = tar_headers.text(payload[:size])
            entry.headers.append(header + payload)

    def _read_pax(self, entry: _Entry, raw: bytes, payload: bytes) -> None:
        records = tar_headers.parse_pax(payload)
        if any(key.startswith(sparse_entries.PAX_PREFIX) for key in records):
            entry.sparse_records = records
        entry.name = records.get(b"GNU.sparse.name", records.get(b"path", entry.name))
        entry.link = records.get(b"linkpath", entry.link)
        if b"size" in records:
            if not records[b"size"].isdigit() or len(records[b"size"]) > 18:
                raise DamagedArchiveError("damaged archive: a size is unreadable")
            entry.size = int(records[b"size"])
        plain = records.items() if entry.sparse_records is None else sparse_entries.plain_records(records)
        kept = [(key, value) for key, value in plain if not key.startswith(OVERLAY_ATTRIBUTES)]
        entry.headers.append(raw if len(kept) == len(records) else tar_headers.pax_entry(kept))

    def _finish_headers(self, entry: _Entry, header: bytes) -> None:
        if entry.name is None:
            entry.name = tar_headers.entry_name(header)
        if entry.link is None:
            entry.link = tar_headers.text(header[157:257])
        if entry.size is None:
            entry.size = tar_headers.number(header[124:136])
        if entry.kind in tar_headers.REGULAR:
            if entry.name.endswith(b"/"):  # the oldest archives mark folders so
                entry.kind = tar_headers.DIRECTORY
            elif entry.sparse_records is not None:
                found = sparse_entries.from_pax_records(entry.sparse_records, self._source.take)
                header = self._as_plain(entry, header, found)
        elif entry.kind == tar_headers.GNU_SPARSE:
            found = sparse_entries.from_gnu_header(header, self._source.take)
            header = self._as_plain(entry, header, found)
        elif entry.kind not in tar_headers.SPECIAL and entry.kind not in (
            tar_headers.HARD_LINK,
            tar_headers.SYMLINK,
            tar_headers.DIRECTORY,
        ):
            raise DamagedArchiveError(f"the layer has an entry of the unknown type {chr(entry.kind)!r}")
        if entry.kind not in tar_headers.REGULAR and entry.size:
            # Links, folders and devices have no payload whatever their size says; say so to mkfs.erofs too.
            if any(b"size=" in part for part in entry.headers):
                raise DamagedArchiveError("damaged archive: an entry without contents has a size")
            header, entry.size = tar_headers.with_size_zero(header), 0
        entry.headers.append(header)

    @staticmethod
    def _as_plain(entry: _Entry, header: bytes, found: SparseFile) -> bytes:
        """Make the entry one of a plain file, whose holes are filled; returns its header."""
        assert entry.size is not None
        entry.sparse = found.checked(entry.size)
        entry.kind, entry.size = tar_headers.REGULAR_FILE, found.size
        if found.size > tar_headers.MAX_NUMBER:
            entry.headers.insert(0, tar_headers.pax_entry([(b"size", b"%d" % found.size)]))
        return tar_headers.as_plain_file(header, found.size)

    def _copy_entry(self, entry: _Entry) -> None:
        assert entry.name is not None
        assert entry.size is not None
        path = self._checked(entry.name)
        if entry.kind == tar_headers.HARD_LINK:
            self._checked(entry.link or b"")
        folder, _, name = path.rpartition(b"/")
        if name.startswith(UNKNOWN_AUFS) and name != OPAQUE:
            self._skip(entry.size)
            return
        if folder not in self._folders:
            self._add_missing(folder)
        if entry.kind == tar_headers.DIRECTORY:
            self._folders.add(path)
        elif entry.kind == tar_headers.SYMLINK:
            self._symlinks.add(path)
        for header in entry.headers:
            self._put(header)
        self._size += entry.size
        if self._size > self._max_bytes:
            raise DamagedArchiveError(
                f"the layer unpacks to more than the {self._max_bytes} bytes that are free on the disk"
            )
        if entry.sparse is None:
            self._copy_payload(tar_headers.padded(entry.size))
        else:
            self._copy_sparse(entry.sparse)

    def _copy_sparse(self, file: SparseFile) -> None:
        position = stored = 0
        for offset, length in file.pieces:
            self._fill(offset - position)
            self._copy_payload(length)
            position, stored = offset + length, stored + length
        self._fill(tar_headers.padded(file.size) - position)
        self._source.take(tar_headers.padded(stored) - stored)  # the last one may be missing

    def _fill(self, count: int) -> None:
        while count > 0:
            self._put(HOLE[:count])
            count -= len(HOLE)

    def _checked(self, name: bytes) -> bytes:
        """Return the path below the root that a name means; refuses those that leave it."""
        if b"\0" in name or len(name) > MAX_PATH:
            raise DamagedArchiveError("damaged archive: a name is too long or holds a zero byte")
        parts = name.split(b"/")
        if b".." in parts:
            raise DamagedArchiveError(
                f"refusing the layer: the entry {name.decode(errors='replace')!r} leads out of it"
            )
        if any(len(part) > MAX_NAME for part in parts):
            raise DamagedArchiveError("damaged archive: a name has more than 255 bytes")
        return b"/".join(part for part in parts if part not in (b"", b"."))

    def _add_missing(self, folder: bytes) -> None:
        parts = folder.split(b"/")
        for depth in range(1, len(parts) + 1):
            path = b"/".join(parts[:depth])
            if path in self._symlinks:
                link = path.decode(errors="replace")
                raise DamagedArchiveError(
                    f"refusing the layer: an entry lies below the symbolic link {link!r}"
                )
            if path not in self._folders:
                attributes = self._attributes_below(path)
                self._implied[path] = attributes
                self._folders.add(path)
                self._put(tar_headers.folder_entry(path, attributes))

    def _copy_payload(self, count: int) -> None:
        while count > 0:
            data = self._source.take(min(count, CHUNK))
            if not data:
                raise DamagedArchiveError("damaged archive: it ends within a file")
            self._put(data)
            count -= len(data)

    def _skip(self, size: int) -> None:
        remaining = tar_headers.padded(size)
        while remaining > 0:
            data = self._source.take(min(remaining, CHUNK))
            if not data:
                raise DamagedArchiveError("damaged archive: it ends within a file")
            remaining -= len(data)

    def _put(self, data: bytes) -> None:
        self._waiting.append(data)
        self._waiting_bytes += len(data)
        if self._waiting_bytes >= CHUNK:
            self._flush()

    def _flush(self) -> None:
        self._write(b"".join(self._waiting))
        self._waiting.clear()
        self._waiting_bytes = 0
