"""Reads from an ELF file which shared libraries it needs: enough to keep those and drop the rest."""

import struct
from pathlib import Path

PT_LOAD, PT_DYNAMIC = 1, 2
DT_NULL, DT_NEEDED, DT_STRTAB = 0, 1, 5


def read_needed(path: Path) -> list[str]:
    """Return the names of the libraries that a 64-bit ELF file links to; [] for anything else."""
    with path.open("rb") as file:
        if file.read(6) != b"\x7fELF\x02\x01":
            return []
        file.seek(0)
        data = file.read()
    headers = _program_headers(data)
    dynamic = next(((offset, size) for kind, offset, _, size in headers if kind == PT_DYNAMIC), None)
    if dynamic is None:
        return []
    offset, size = dynamic
    entries = []
    for tag, value in struct.iter_unpack("<qQ", data[offset : offset + size - size % 16]):
        if tag == DT_NULL:
            break
        entries.append((tag, value))
    strings = _file_offset(headers, next(value for tag, value in entries if tag == DT_STRTAB))
    return [_string(data, strings + value) for tag, value in entries if tag == DT_NEEDED]


def _program_headers(data: bytes) -> list[tuple[int, int, int, int]]:
    """Return (type, file offset, address, size in the file) of each segment."""
    (start,) = struct.unpack_from("<Q", data, 32)
    size, count = struct.unpack_from("<HH", data, 54)
    headers = []
    for index in range(count):
        kind, _, offset, address, _, file_size = struct.unpack_from("<IIQQQQ", data, start + index * size)
        headers.append((kind, offset, address, file_size))
    return headers


def _file_offset(headers: list[tuple[int, int, int, int]], address: int) -> int:
    for kind, offset, start, size in headers:
        if kind == PT_LOAD and start <= address < start + size:
            return offset + address - start
    raise ValueError(f"address {address:#x} is in no segment")


def _string(data: bytes, offset: int) -> str:
    return data[offset : data.index(b"\0", offset)].decode("ascii")
