"""Reads a tar as it streams by, entry by entry: all forms that people's archivers write.

Sources: POSIX.1-2017 `pax`; GNU tar's manual. What an entry may do is for the caller to judge.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from backend.images.tar import sparse_entries, tar_headers
from backend.images.tar.sparse_entries import SparseFile
from backend.images.tar.tar_headers import BLOCK, DamagedArchiveError
from backend.images.tar.tar_source import CHUNK, Read, TarSource

MAX_EXTENSION_BYTES = 1 << 20
MAX_NUMBER_DIGITS = 18
MAX_DEVICE_NUMBER = 2**31 - 1
XATTR = b"SCHILY.xattr."


@dataclass(slots=True)
class TarEntry:
    """One entry. `kind` is its type's byte; `attributes` are extended ones; times are Unix nanoseconds.

    `sparse` tells where the contents of a file with holes belong; `size` is that of the whole file.
    """

    name: bytes = b""
    kind: int = 0
    mode: int = 0
    uid: int = 0
    gid: int = 0
    size: int = 0
    mtime_ns: int = 0
    link: bytes = b""
    device: tuple[int, int] = (0, 0)
    attributes: Mapping[str, bytes] = field(default_factory=dict)
    sparse: SparseFile | None = None


class TarReader:
    """One pass over one archive. Raises DamagedArchiveError, and what `read` raises."""

    def __init__(self, read: Read) -> None:
        self._source = TarSource(read)
        self._left = 0
        self._padding = 0
        self.has_end = False
        """Whether the mark was met that ends an archive, and not just the end of what could be read."""

    def __iter__(self) -> Iterator[TarEntry]:
        """Give the entries; the contents of one that nobody reads are passed over."""
        while (entry := self._next()) is not None:
            yield entry
            while self._left > 0:
                self._take_some(CHUNK)
            self._source.take(self._padding)  # the last one may be missing

    def contents(self, entry: TarEntry) -> Iterator[tuple[int, memoryview]]:
        """Give the present entry's bytes piece by piece with their places, each good until the next one.

        What lies between and behind the pieces of a sparse file is a hole.
        """
        for position, left in entry.sparse.pieces if entry.sparse else [(0, entry.size)]:
            end = position + left
            while position < end:
                data = self._take_some(end - position)
                yield position, data
                position += len(data)

    def _take_some(self, most: int) -> memoryview:
        """Return some of the bytes that the archive holds of the present entry."""
        data = self._source.take_some(min(most, self._left, CHUNK))
        if not data:
            raise DamagedArchiveError("unexpected EOF")
        self._left -= len(data)
        return data

    def _next(self) -> TarEntry | None:
        entry, records = TarEntry(), dict[bytes, bytes]()
        name = link = None
        extended = False
        while True:
            header = self._source.take(BLOCK)
            if not header or not any(header):
                if extended:
                    raise DamagedArchiveError("unexpected EOF")
                self.has_end = len(header) == BLOCK
                return None
            if len(header) < BLOCK:
                raise DamagedArchiveError("unexpected EOF")
            if not tar_headers.is_valid(header):
                raise DamagedArchiveError("archive/tar: invalid tar header")
            kind = header[156]
            if kind not in tar_headers.EXTENSIONS:
                break
            payload = self._extension(header)
            extended = kind != tar_headers.PAX_GLOBAL
            if kind == tar_headers.PAX_ENTRY:
                records |= tar_headers.parse_pax(payload)
            elif kind == tar_headers.GNU_LONG_NAME:
                name = tar_headers.text(payload)
            elif kind == tar_headers.GNU_LONG_LINK:
                link = tar_headers.text(payload)
        entry.name = records.get(b"path", tar_headers.entry_name(header) if name is None else name)
        entry.link = records.get(b"linkpath", tar_headers.text(header[157:257]) if link is None else link)
        _read_numbers(entry, header, records)
        entry.kind = _kind(kind, entry)
        entry.attributes = {
            key.removeprefix(XATTR).decode(errors="replace"): value
            for key, value in records.items()
            if key.startswith(XATTR)
        }
        self._left = entry.size
        self._padding = tar_headers.padded(entry.size) - entry.size
        if kind == tar_headers.GNU_SPARSE:
            self._make_sparse(entry, sparse_entries.from_gnu_header(header, self._source.take))
        elif any(key.startswith(sparse_entries.PAX_PREFIX) for key in records):
            if entry.kind != tar_headers.REGULAR_FILE:
                raise DamagedArchiveError("damaged archive: something else than a file has holes")
            entry.name = records.get(b"GNU.sparse.name", entry.name)
            self._make_sparse(entry, sparse_entries.from_pax_records(records, self._source.take))
        return entry

    def _make_sparse(self, entry: TarEntry, found: SparseFile) -> None:
        entry.sparse = found.checked(entry.size)
        entry.size = found.size
        self._left -= found.map_bytes

    def _extension(self, header: bytes) -> bytes:
        size = tar_headers.number(header[124:136])
        if size > MAX_EXTENSION_BYTES:
            raise DamagedArchiveError("damaged archive: an extended header is larger than 1 MiB")
        payload = self._source.take(tar_headers.padded(size))
        if len(payload) < size:
            raise DamagedArchiveError("unexpected EOF")
        return payload[:size]


def _read_numbers(entry: TarEntry, header: bytes, records: Mapping[bytes, bytes]) -> None:
    entry.mode = tar_headers.number(header[100:108]) & 0o7777
    entry.uid = _number(records, b"uid", header[108:116])
    entry.gid = _number(records, b"gid", header[116:124])
    entry.size = _number(records, b"size", header[124:136])
    entry.mtime_ns = _time(records[b"mtime"]) if b"mtime" in records else _plain_time(header[136:148])
    if header[156] in (tar_headers.CHARACTER_DEVICE, tar_headers.BLOCK_DEVICE):
        entry.device = (tar_headers.number(header[329:337]), tar_headers.number(header[337:345]))
        if max(entry.device) > MAX_DEVICE_NUMBER:
            raise DamagedArchiveError("damaged archive: a device's number is out of range")
    if max(entry.uid, entry.gid) > 2**32 - 2:
        raise DamagedArchiveError("damaged archive: an owner's number is out of range")


def _number(records: Mapping[bytes, bytes], key: bytes, plain: bytes) -> int:
    if key not in records:
        return tar_headers.number(plain)
    text = records[key]
    if not text.isdigit() or len(text) > MAX_NUMBER_DIGITS:
        raise DamagedArchiveError("damaged archive: a number in an extended header is unreadable")
    return int(text)


def _plain_time(field: bytes) -> int:
    if field[0] == 0xFF:  # GNU's form of a negative number: before 1970
        return max(int.from_bytes(field, "big", signed=True), -(2**33)) * 1_000_000_000
    return min(tar_headers.number(field), 2**33) * 1_000_000_000


def _time(text: bytes) -> int:
    """Return the nanoseconds of a decimal number of seconds."""
    whole, _, rest = text.partition(b".")
    digits = whole.removeprefix(b"-")
    if not digits.isdigit() or len(digits) > MAX_NUMBER_DIGITS or (rest and not rest.isdigit()):
        raise DamagedArchiveError("damaged archive: a time is unreadable")
    part = int(rest[:9].ljust(9, b"0"))
    seconds = min(int(digits), 2**33)
    return -(seconds * 1_000_000_000 + part) if whole.startswith(b"-") else seconds * 1_000_000_000 + part


def _kind(kind: int, entry: TarEntry) -> int:
    if kind == tar_headers.GNU_SPARSE:
        return tar_headers.REGULAR_FILE
    if kind in tar_headers.REGULAR:
        # The oldest archives mark folders by a slash.
        return tar_headers.DIRECTORY if entry.name.endswith(b"/") else tar_headers.REGULAR_FILE
    entry.size = 0  # links, folders and devices have no contents, whatever they say
    return kind
