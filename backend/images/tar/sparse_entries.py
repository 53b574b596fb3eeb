"""Files with holes in tar archives: where their pieces belong. Three forms, all of GNU tar.

Source: GNU tar's manual, "Storing Sparse Files" (old GNU format; PAX formats 0.1 and 1.0).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from backend.images.tar import tar_headers
from backend.images.tar.tar_headers import BLOCK, DamagedArchiveError

PAX_PREFIX = b"GNU.sparse."
MAX_PIECES = 1_000_000
MAX_DIGITS = 18
HEADER_ENTRIES, EXTENSION_ENTRIES = slice(386, 482), slice(0, 504)
ENTRY_BYTES, HALF = 24, 12

Take = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class SparseFile:
    """A file's real `size`, and the (offset, length) of its pieces, whose bytes follow each other in the tar.

    `map_bytes` of the payload come before them and say all this.
    """

    size: int
    pieces: Sequence[tuple[int, int]]
    map_bytes: int = 0

    def checked(self, stored: int) -> "SparseFile":
        """Return this if its pieces are in order and are what `stored` payload bytes hold."""
        position = 0
        for offset, length in self.pieces:
            if offset < position:
                raise DamagedArchiveError("damaged archive: the pieces of a sparse file overlap")
            position = offset + length
        if position > self.size or sum(length for _, length in self.pieces) + self.map_bytes != stored:
            raise DamagedArchiveError("damaged archive: a sparse file is not what its map says")
        return self


def from_gnu_header(header: bytes, take: Take) -> SparseFile:
    """Read the map of an entry of type S, which goes on in blocks after its header."""
    pieces = _entries(header[HEADER_ENTRIES])
    size = tar_headers.number(header[483:495])
    is_extended = header[482]
    while is_extended:
        block = take(BLOCK)
        if len(block) < BLOCK:
            raise DamagedArchiveError("damaged archive: it ends within a header")
        pieces += _entries(block[EXTENSION_ENTRIES])
        is_extended = block[504]
        _check_count(len(pieces))
    return SparseFile(size, pieces)


def _entries(field: bytes) -> list[tuple[int, int]]:
    found = []
    for start in range(0, len(field), ENTRY_BYTES):
        offset, length = field[start : start + HALF], field[start + HALF : start + ENTRY_BYTES]
        if not offset[0]:
            break
        found.append((tar_headers.number(offset), tar_headers.number(length)))
    return found


def from_pax_records(records: Mapping[bytes, bytes], take: Take) -> SparseFile:
    """Read the map of an entry with GNU.sparse records; that of form 1.0 stands before the contents."""
    version = records.get(b"GNU.sparse.major"), records.get(b"GNU.sparse.minor")
    if version == (b"1", b"0"):
        numbers, used = _leading_numbers(take)
        return SparseFile(_number(records.get(b"GNU.sparse.realsize")), _pairs(numbers), used)
    if b"GNU.sparse.map" not in records:
        raise DamagedArchiveError("the archive holds a sparse file of a form that is not supported")
    numbers = [_number(text) for text in records[b"GNU.sparse.map"].split(b",") if text]
    return SparseFile(_number(records.get(b"GNU.sparse.size")), _pairs(numbers))


def _leading_numbers(take: Take) -> tuple[list[int], int]:
    """Return the decimal numbers, one a line, that follow their count, and the bytes of their blocks."""
    numbers: list[int] = []
    rest, used = b"", 0
    wanted = 1
    while len(numbers) < wanted:
        block = take(BLOCK)
        if len(block) < BLOCK:
            raise DamagedArchiveError("damaged archive: it ends within a file")
        used += BLOCK
        *lines, rest = (rest + block).split(b"\n")
        if len(rest) > BLOCK and rest.strip(b"\0"):
            raise DamagedArchiveError("damaged archive: a sparse file's map is unreadable")
        for line in lines:
            if len(numbers) < wanted:
                numbers.append(_number(line))
                if len(numbers) == 1:
                    _check_count(numbers[0])
                    wanted = 1 + 2 * numbers[0]
    return numbers[1:], used


def _pairs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    if len(numbers) % 2:
        raise DamagedArchiveError("damaged archive: a sparse file's map is unreadable")
    _check_count(len(numbers) // 2)
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def _number(text: bytes | None) -> int:
    if text is None or not text.isdigit() or len(text) > MAX_DIGITS:
        raise DamagedArchiveError("damaged archive: a sparse file's map is unreadable")
    return int(text)


def _check_count(pieces: int) -> None:
    if pieces > MAX_PIECES:
        raise DamagedArchiveError(f"the archive has a sparse file of more than {MAX_PIECES} pieces")


def plain_records(records: Mapping[bytes, bytes]) -> Iterable[tuple[bytes, bytes]]:
    """Return the extended records of the plain file that takes a sparse one's place."""
    kept = {
        key: value
        for key, value in records.items()
        if not key.startswith(PAX_PREFIX) and key not in (b"size", b"path")
    }
    name = records.get(b"GNU.sparse.name", records.get(b"path"))
    if name is not None:
        kept[b"path"] = name
    return kept.items()
