"""The 512-byte headers and extended records of tar archives, read and written.

Source: POSIX.1-2017 `pax`, "ustar Interchange Format" and "pax Extended Header"; GNU tar's manual
for the types L, K and S.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from backend.errors import InvalidParameterError

BLOCK = 512
REGULAR = frozenset(b"0\x007")
HARD_LINK, SYMLINK, DIRECTORY = b"125"
CHARACTER_DEVICE, BLOCK_DEVICE, FIFO = b"346"
SPECIAL = frozenset((CHARACTER_DEVICE, BLOCK_DEVICE, FIFO))
REGULAR_FILE = b"0"[0]
PAX_ENTRY, PAX_GLOBAL, GNU_LONG_NAME, GNU_LONG_LINK, GNU_SPARSE = b"xgLKS"
MAX_ID, MAX_NUMBER = 0o7777777, 0o77777777777  # what a plain header can hold
EXTENSIONS = frozenset((PAX_ENTRY, PAX_GLOBAL, GNU_LONG_NAME, GNU_LONG_LINK))


class DamagedArchiveError(InvalidParameterError):
    """The bytes are no tar archive, or one that must not be unpacked."""


@dataclass(frozen=True, slots=True)
class FolderAttributes:
    """Who owns a folder, who may enter it, and when it changed (Unix seconds)."""

    mode: int = 0o755
    uid: int = 0
    gid: int = 0
    mtime: int = 0


def text(field: bytes) -> bytes:
    """Return a field up to its first zero byte."""
    return field.partition(b"\0")[0]


def number(field: bytes) -> int:
    """Return a numeric field: octal digits, or GNU's base-256 when its first bit is set."""
    if field[0] & 0x80:
        value = int.from_bytes(field, "big") & ~(0x80 << (8 * (len(field) - 1)))
        if field[0] & 0x40:
            raise DamagedArchiveError("damaged archive: a number is negative")
        return value
    digits = field.strip(b" \0")
    if not digits:
        return 0
    try:
        return int(digits, 8)
    except ValueError as error:
        raise DamagedArchiveError("damaged archive: a number in a header is unreadable") from error


def is_valid(header: bytes) -> bool:
    """Return whether a header's checksum is right (unsigned sum, its own field counted as spaces)."""
    expected = sum(header) - sum(header[148:156]) + 8 * 32
    try:
        return number(header[148:156]) == expected
    except DamagedArchiveError:
        return False


def with_checksum(header: bytearray) -> bytes:
    """Return a header with its checksum filled in."""
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header)


def with_size_zero(header: bytes) -> bytes:
    """Return a header that says it has no payload."""
    changed = bytearray(header)
    changed[124:136] = b"00000000000\0"
    return with_checksum(changed)


def as_plain_file(header: bytes, size: int) -> bytes:
    """Return a sparse file's header as that of a plain one of `size`; a larger one has it in a record."""
    changed = bytearray(header)
    changed[124:136] = b"%011o\0" % min(size, MAX_NUMBER)
    changed[156:157] = b"0"
    if changed[257:263] != b"ustar\0":
        changed[345:512] = bytes(167)  # where the old GNU form has its map, and no part of the name
    return with_checksum(changed)


def entry_name(header: bytes) -> bytes:
    """Return the name in a header; POSIX ones may carry its first part in `prefix`."""
    name = text(header[:100])
    if header[257:263] == b"ustar\0" and header[345]:
        return text(header[345:500]) + b"/" + name
    return name


def padded(size: int) -> int:
    """Return how many bytes a payload takes in an archive."""
    return (size + BLOCK - 1) & ~(BLOCK - 1)


def parse_pax(payload: bytes) -> dict[bytes, bytes]:
    """Return the records `LENGTH KEY=VALUE\\n` of an extended header."""
    records: dict[bytes, bytes] = {}
    position = 0
    while position < len(payload) and payload[position] != 0:
        space = payload.find(b" ", position, position + 12)
        try:
            length = int(payload[position:space]) if space > 0 else 0
        except ValueError:
            length = 0
        end = position + length
        key, equals, value = payload[space + 1 : end - 1].partition(b"=")
        if length <= 0 or end > len(payload) or payload[end - 1] != 0x0A or not equals or not key:
            raise DamagedArchiveError("damaged archive: an extended header is unreadable")
        records[key] = value
        position = end
    return records


def pax_entry(records: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Return an extended header with its payload, ready to stand before the entry it describes."""
    payload = b"".join(_pax_record(key, value) for key, value in records)
    header = _header(b"PaxHeaders/entry", PAX_ENTRY, FolderAttributes(mode=0o644), len(payload))
    return header + payload + b"\0" * (padded(len(payload)) - len(payload))


def _pax_record(key: bytes, value: bytes) -> bytes:
    rest = b" " + key + b"=" + value + b"\n"
    length = len(rest) + 1
    while len(b"%d" % length) + len(rest) != length:
        length = len(b"%d" % length) + len(rest)
    return b"%d" % length + rest


def folder_entry(path: bytes, attributes: FolderAttributes) -> bytes:
    """Return a complete entry for a folder."""
    return entry(path + b"/", DIRECTORY, attributes)


def entry(
    name: bytes,
    kind: int,
    attributes: FolderAttributes,
    *,
    size: int = 0,
    link: bytes = b"",
    device: tuple[int, int] = (0, 0),
    records: Sequence[tuple[bytes, bytes]] = (),
) -> bytes:
    """Return the headers of an entry, with an extended one before it where the plain one is too narrow.

    The name of a folder ends with a slash. `records` are further ones for the extended header.
    """
    extended = list(records)
    if len(name) > 100 or not name.isascii():
        extended.append((b"path", name))
    if len(link) > 100 or not link.isascii():
        extended.append((b"linkpath", link))
    for key, value, limit in (
        (b"uid", attributes.uid, MAX_ID),
        (b"gid", attributes.gid, MAX_ID),
        (b"size", size, MAX_NUMBER),
        (b"mtime", attributes.mtime, MAX_NUMBER),
    ):
        if not 0 <= value <= limit:
            extended.append((key, b"%d" % value))
    header = _header(name[:100], kind, attributes, size, link[:100], device)
    return pax_entry(sorted(extended)) + header if extended else header


def _header(
    name: bytes,
    kind: int,
    attributes: FolderAttributes,
    size: int,
    link: bytes = b"",
    device: tuple[int, int] = (0, 0),
) -> bytes:
    header = bytearray().join(
        (
            name.ljust(100, b"\0"),
            b"%07o\0%07o\0%07o\0%011o\0%011o\0        "
            % (
                attributes.mode,
                min(attributes.uid, MAX_ID),
                min(attributes.gid, MAX_ID),
                min(size, MAX_NUMBER),
                min(max(0, attributes.mtime), MAX_NUMBER),
            ),
            b"%c" % kind,
            link.ljust(100, b"\0"),
            b"ustar\x0000",
            bytes(64),
            b"%07o\0%07o\0" % device,
            bytes(167),
        )
    )
    return with_checksum(header)
