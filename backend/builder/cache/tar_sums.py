"""The digests by which Docker's build cache knows files, bit for bit: images built elsewhere hit too.

Source: moby's `pkg/tarsum`, version 1 (all of a tar header but the time), and `builder/remotecontext`.
"""

import hashlib
import os
from collections.abc import Iterable, Sequence

from backend.builder.copy.source_tree import FILE, FOLDER, Node

XATTR = b"SCHILY.xattr."


def header_sum(
    name: bytes,
    mode: int,
    node: Node,
    kind: int,
    names: tuple[bytes, bytes] = (b"", b""),
    records: Sequence[tuple[bytes, bytes]] = (),
) -> bytes:
    """Return what a header contributes; `kind` may differ from the node's for hard links."""
    fields = (
        (b"name", name),
        (b"mode", b"%d" % mode),
        (b"uid", b"%d" % node.uid),
        (b"gid", b"%d" % node.gid),
        (b"size", b"%d" % (node.size if kind == FILE else 0)),
        (b"typeflag", bytes((kind,))),
        (b"linkname", os.fsencode(node.link)),
        (b"uname", names[0]),
        (b"gname", names[1]),
        (b"devmajor", b"%d" % node.device[0]),
        (b"devminor", b"%d" % node.device[1]),
    )
    attributes = sorted((key.removeprefix(XATTR), value) for key, value in records if key.startswith(XATTR))
    return b"".join(key + value for key, value in (*fields, *attributes))


def file_header(path: str, node: Node) -> bytes:
    """Return what the header of a file on the disk contributes, `path` being its place in the tree."""
    name = os.fsencode(path) + (b"/" if node.kind == FOLDER else b"")
    return header_sum(name, node.mode, node, node.kind, records=node.records)


def digest(header: bytes, contents: Iterable[bytes]) -> str:
    """Return the digest of a file."""
    result = hashlib.sha256(header)
    for chunk in contents:
        result.update(chunk)
    return result.hexdigest()


def joined(digests: Iterable[str]) -> str:
    """Return the digest of several."""
    return hashlib.sha256(",".join(digests).encode(errors="surrogateescape")).hexdigest()
