"""The files of a tar archive as a tree in memory: read where they lie, never unpacked.

A build context comes from outside. As none of its names, links or devices ever becomes one on the disk, there
is nothing to escape from; and 20,000 files need neither be made nor removed.
"""

import mmap
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from backend.builder.cache import tar_sums
from backend.builder.copy.source_tree import FILE, FOLDER, Node, resolve
from backend.errors import InvalidParameterError
from backend.images.tar import tar_headers
from backend.images.tar.tar_headers import BLOCK, DamagedArchiveError

READ_SIZE = 1 << 20
MAX_ENTRIES = 1_000_000
MAX_EXTENSION_BYTES = 1 << 20
MAX_DEPTH = 512
KINDS = {
    tar_headers.HARD_LINK,
    tar_headers.SYMLINK,
    tar_headers.DIRECTORY,
    *tar_headers.REGULAR,
    *tar_headers.SPECIAL,
}
KEPT_RECORD = b"SCHILY.xattr.security.capability"


class ArchiveTree:
    """A source tree. `descriptor` is the open file that holds the contents; the tree closes it.

    What is `at_hand` is so little, and in memory, that it need not be looked at on a thread.
    """

    def __init__(self, descriptor: int = -1, *, at_hand: bool = False) -> None:
        self._descriptor = descriptor
        self.at_hand = at_hand
        self._nodes: dict[str, Node] = {"": Node(FOLDER, implied=True)}
        self._folders: dict[str, set[str]] = {"": set()}
        self._headers: dict[str, bytes] = {}
        self._further_names: set[str] = set()
        self._numbers = 0

    @classmethod
    def read(cls, path: Path) -> "ArchiveTree":
        """Return the tree of a plain tar file. Blocking. Raises InvalidParameterError."""
        tree = cls(os.open(path, os.O_RDONLY | os.O_CLOEXEC))
        try:
            tree._read_archive()
        except BaseException:
            tree.close()
            raise
        return tree

    @classmethod
    def of_bytes(cls, data: bytes | bytearray, *, at_hand: bool = False) -> "ArchiveTree":
        """Return the tree of a plain tar archive, kept in memory. Raises InvalidParameterError, OSError."""
        tree = cls(os.memfd_create("context", os.MFD_CLOEXEC), at_hand=at_hand)
        try:
            os.pwrite(tree._descriptor, data, 0)
            tree._read_archive()
        except BaseException:
            tree.close()
            raise
        return tree

    @classmethod
    def of_file(cls, path: Path, name: str, mtime: int, mode: int = 0o600) -> "ArchiveTree":
        """Return the tree that holds nothing but the file `path`, under `name`. Blocking."""
        tree = cls(os.open(path, os.O_RDONLY | os.O_CLOEXEC))
        size = os.fstat(tree._descriptor).st_size
        node = Node(FILE, mode=mode, mtime=mtime, size=size)
        tree._place(name, node, tar_sums.file_header(name, node))
        return tree

    def close(self) -> None:
        """Let go of the file."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def look(self, path: str) -> Node | None:
        """Return what is at `path`."""
        return self._nodes.get(path)

    def names(self, path: str) -> list[str]:
        """Return the names in a folder, sorted."""
        return sorted(self._folders.get(path, ()))

    def digest(self, path: str, node: Node) -> str:
        """Return what the build cache knows a file by; the path itself for a folder that was never listed."""
        header = self._headers.get(path)
        if header is None:
            return path
        has_contents = node.kind == FILE and path not in self._further_names
        return tar_sums.digest(header, self.contents(path, node) if has_contents else ())

    def contents(self, path: str, node: Node) -> Iterator[bytes]:
        """Give the bytes of a file. Blocking."""
        del path
        position, end = node.offset, node.offset + node.size
        while position < end:
            data = os.pread(self._descriptor, min(READ_SIZE, end - position), position)
            if not data:
                raise DamagedArchiveError("damaged archive: it ends within a file")
            position += len(data)
            yield data

    def remove(self, path: str) -> None:
        """Take a file or a folder with all that is in it out of the tree."""
        above, _, name = path.rpartition("/")
        self._folders[above].discard(name)
        waiting = [path]
        while waiting:
            here = waiting.pop()
            del self._nodes[here]
            self._headers.pop(here, None)
            self._further_names.discard(here)
            waiting += [f"{here}/{name}" for name in self._folders.pop(here, ())]

    # --- reading ---

    def _read_archive(self) -> None:
        size = os.fstat(self._descriptor).st_size
        if size < BLOCK:
            if size:
                raise DamagedArchiveError("unexpected EOF")
            return
        with mmap.mmap(self._descriptor, size, prot=mmap.PROT_READ) as data:
            self._read_entries(data, size)

    def _read_entries(self, data: mmap.mmap, end: int) -> None:
        position, entries = 0, 0
        extended: dict[bytes, bytes] = {}
        while position + BLOCK <= end:
            header = data[position : position + BLOCK]
            position += BLOCK
            if not header[0] and not any(header):
                return
            if not tar_headers.is_valid(header):
                raise DamagedArchiveError("archive/tar: invalid tar header")
            kind, size = header[156], tar_headers.number(header[124:136])
            if kind in tar_headers.EXTENSIONS:
                if size > MAX_EXTENSION_BYTES:
                    raise DamagedArchiveError("damaged archive: an extended header is larger than 1 MiB")
                _read_extension(extended, kind, data[position : position + size])
                position += tar_headers.padded(size)
                continue
            entries += 1
            if entries > MAX_ENTRIES:
                raise InvalidParameterError(f"the archive has more than {MAX_ENTRIES} entries")
            node, name = _node(header, kind, extended)
            summed = _header_sum(header, name, node, extended)
            node.offset = position
            if node.kind == FILE:
                position += tar_headers.padded(node.size)
                if node.offset + node.size > end:
                    raise DamagedArchiveError("unexpected EOF")
            self._add(name, node, summed)
            extended = {}
        if position < end or extended:
            raise DamagedArchiveError("unexpected EOF")

    def _add(self, name: str, node: Node, header: bytes) -> None:
        parts = [part for part in name.split("/") if part not in ("", ".")]
        if ".." in parts or len(parts) > MAX_DEPTH:
            raise InvalidParameterError(
                f"the archive's entry {name[:200]!r} leads out of it, or too deep into it"
            )
        if not parts:
            node.offset = 0
            self._nodes[""] = node if node.kind == FOLDER else self._nodes[""]
            return
        folder = "/".join(parts[:-1])
        if folder not in self._folders:
            folder = resolve(self, folder)
        path = f"{folder}/{parts[-1]}" if folder else parts[-1]
        if node.kind == tar_headers.HARD_LINK:
            self._link(path, node, header)
        else:
            self._place(path, node, header)

    def _link(self, path: str, link: Node, header: bytes) -> None:
        """Give a file that is there one more name; what the link says of mode and owner is the file's now."""
        parts = [part for part in link.link.split("/") if part not in ("", ".")]
        found = self._nodes.get("/".join(parts))
        if ".." in parts or found is None or found.kind == FOLDER:
            raise InvalidParameterError(f"the archive's hard link {path[:200]!r} leads to nothing in it")
        if not found.number:
            self._numbers += 1
            found.number = self._numbers
        found.mode, found.uid, found.gid, found.mtime = link.mode, link.uid, link.gid, link.mtime
        self._place(path, found, header)
        self._further_names.add(path)

    def _place(self, path: str, node: Node, header: bytes | None = None) -> None:
        present = self._nodes.get(path)
        if present is not None and present.kind == node.kind == FOLDER:
            self._nodes[path] = node
            self._note(path, header)
            return
        if present is not None and path:
            self.remove(path)
        above, _, name = path.rpartition("/")
        if above not in self._folders:
            # A file in the way gives way, as it does when archives are unpacked.
            self._place(above, Node(FOLDER, implied=True))
        self._folders[above].add(name)
        self._nodes[path] = node
        self._note(path, header)
        if node.kind == FOLDER:
            self._folders[path] = set()

    def _note(self, path: str, header: bytes | None) -> None:
        if header is not None:
            self._headers[path] = header


def _header_sum(header: bytes, name: str, node: Node, extended: dict[bytes, bytes]) -> bytes:
    mode = tar_headers.number(header[100:108])
    names = (
        extended.get(b"uname", tar_headers.text(header[265:297])),
        extended.get(b"gname", tar_headers.text(header[297:329])),
    )
    return tar_sums.header_sum(os.fsencode(name), mode, node, node.kind, names, list(extended.items()))


def _read_extension(extended: dict[bytes, bytes], kind: int, payload: bytes) -> None:
    if kind == tar_headers.PAX_ENTRY:
        extended.update(tar_headers.parse_pax(payload))
    elif kind == tar_headers.GNU_LONG_NAME:
        extended[b"path"] = tar_headers.text(payload)
    elif kind == tar_headers.GNU_LONG_LINK:
        extended[b"linkpath"] = tar_headers.text(payload)


def _node(header: bytes, kind: int, extended: dict[bytes, bytes]) -> tuple[Node, str]:
    if any(key.startswith(b"GNU.sparse.") for key in extended) or kind not in KINDS:
        raise DamagedArchiveError(f"the archive has an entry of the unsupported type {chr(kind)!r}")
    name = extended.get(b"path") or tar_headers.entry_name(header)
    link = extended.get(b"linkpath") or tar_headers.text(header[157:257])
    if kind in tar_headers.REGULAR:
        kind = FOLDER if name.endswith(b"/") else FILE
    capability = extended.get(KEPT_RECORD)
    node = Node(
        kind,
        mode=0o777 if kind == tar_headers.SYMLINK else tar_headers.number(header[100:108]) & 0o7777,
        uid=_extended_number(extended, b"uid", header[108:116]),
        gid=_extended_number(extended, b"gid", header[116:124]),
        mtime=_extended_number(extended, b"mtime", header[136:148]),
        size=_extended_number(extended, b"size", header[124:136]) if kind == FILE else 0,
        link=os.fsdecode(link),
        records=((KEPT_RECORD, capability),) if capability is not None else (),
    )
    if kind in (tar_headers.CHARACTER_DEVICE, tar_headers.BLOCK_DEVICE):
        node = replace(
            node, device=(tar_headers.number(header[329:337]), tar_headers.number(header[337:345]))
        )
    return node, os.fsdecode(name)


def _extended_number(extended: dict[bytes, bytes], key: bytes, field: bytes) -> int:
    """Return a number of the extended header, else the plain one; times lose their fractions."""
    text = extended.get(key)
    if text is None:
        return tar_headers.number(field) if key != b"mtime" or not field[0] & 0x40 else 0
    whole = text.partition(b".")[0]
    if whole.startswith(b"-"):
        return 0
    if not whole.isdigit() or len(whole) > 18:
        raise DamagedArchiveError("damaged archive: a number in an extended header is unreadable")
    return int(whole)
