"""Writes a small bbolt database, the format of Trivy's: buckets in pages of one kind, no branches.

Source: https://github.com/etcd-io/bbolt, internal/common/page.go, meta.go, bucket.go.
"""

import struct
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

PAGE = 4096
_LEAF, _META, _FREELIST = 0x02, 0x04, 0x10
_IS_BUCKET = 0x01
_MAGIC, _VERSION = 0xED0CDAED, 2

Bucket: TypeAlias = "Mapping[str, Bucket | bytes]"


def write_bolt_file(path: Path, root: Bucket) -> None:
    """Write `root`, whose mappings become buckets and whose bytes become values."""
    pages: list[bytes] = []  # from page 3 on: two meta pages and the freelist are before them
    top = _add(root, pages)
    end = 3 + len(pages)
    path.write_bytes(b"".join([_meta(0, top, end), _meta(1, top, end), _page(2, _FREELIST, 0, b""), *pages]))


def _add(bucket: Bucket, pages: list[bytes]) -> int:
    """Write a bucket and those in it; returns the number of its first page."""
    items: list[tuple[int, bytes, bytes]] = []
    for name, value in bucket.items():
        if isinstance(value, bytes):
            items.append((0, name.encode(), value))
        else:
            items.append((_IS_BUCKET, name.encode(), struct.pack("<QQ", _add(value, pages), 0)))
    items.sort(key=lambda item: item[1])
    heads, texts = b"", b""
    for place, (flags, key, value) in enumerate(items):
        distance = 16 * (len(items) - place) + len(texts)
        heads += struct.pack("<IIII", flags, distance, len(key), len(value))
        texts += key + value
    number = 3 + len(pages)
    whole = _page(number, _LEAF, len(items), heads + texts)
    pages += [whole[start : start + PAGE] for start in range(0, len(whole), PAGE)]
    return number


def _page(number: int, flags: int, count: int, content: bytes) -> bytes:
    overflow = (16 + len(content) - 1) // PAGE
    whole = struct.pack("<QHHI", number, flags, count, overflow) + content
    return whole.ljust(PAGE * (overflow + 1), b"\0")


def _meta(number: int, top: int, end: int) -> bytes:
    body = struct.pack("<IIIIQQQQQ", _MAGIC, _VERSION, PAGE, 0, top, 0, 2, end, number)
    return _page(number, _META, 0, body + struct.pack("<Q", _fnv1a(body)))


def _fnv1a(data: bytes) -> int:
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return value
