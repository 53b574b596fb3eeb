"""Trees of files that COPY and ADD take from: looked at and read, never followed out of."""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from backend.errors import InvalidParameterError
from backend.images.tar import tar_headers

MAX_LINKS = 255  # as Docker's own resolver
FILE, FOLDER, SYMLINK = tar_headers.REGULAR_FILE, tar_headers.DIRECTORY, tar_headers.SYMLINK


@dataclass(slots=True)
class Node:
    """One file of a tree. `kind` is a type of `tar_headers`; `records` are extended attributes.

    `number` is the same for all names of one file that has several, else 0. An `implied` folder was never
    listed: only what lies in it was. `offset` tells trees that keep files in an archive where bytes begin.
    """

    kind: int
    mode: int = 0o755
    uid: int = 0
    gid: int = 0
    mtime: int = 0
    size: int = 0
    link: str = ""
    device: tuple[int, int] = (0, 0)
    records: tuple[tuple[bytes, bytes], ...] = ()
    number: int = 0
    implied: bool = False
    offset: int = 0


class SourceTree(Protocol):
    """What COPY and ADD need of files. Paths are relative, "" is the root. All methods may block."""

    def look(self, path: str) -> Node | None:
        """Return what is at `path`, whose parents are no links; None when nothing is there."""
        ...

    def names(self, path: str) -> list[str]:
        """Return the names in the folder `path`, sorted."""
        ...

    def digest(self, path: str, node: Node) -> str:
        """Return what the build cache knows the file at `path` by: see `tar_sums`."""
        ...

    def contents(self, path: str, node: Node) -> Iterator[bytes]:
        """Give exactly `node.size` bytes of the file at `path`."""
        ...


class WrappedTree:
    """Another tree as it is, but for what a subclass makes of it in `look`."""

    def __init__(self, tree: SourceTree) -> None:
        self._tree = tree

    def look(self, path: str) -> Node | None:
        """Return what is at `path`."""
        return self._tree.look(path)

    def names(self, path: str) -> list[str]:
        """Return the names in a folder; `look` tells which of them are there."""
        return self._tree.names(path)

    def digest(self, path: str, node: Node) -> str:
        """Return what the build cache knows a file by."""
        return self._tree.digest(path, node)

    def contents(self, path: str, node: Node) -> Iterator[bytes]:
        """Give the bytes of a file."""
        return self._tree.contents(path, node)


def resolve(tree: SourceTree, path: str) -> str:
    """Return where `path` leads when all its links are followed inside the tree.

    What does not exist stays as it is written. Raises InvalidParameterError for links in circles.
    """
    waiting = _parts(path)[::-1]
    reached: list[str] = []
    followed = 0
    while waiting:
        part = waiting.pop()
        if part == "..":
            if reached:
                reached.pop()
            continue
        here = "/".join([*reached, part])
        node = tree.look(here)
        if node is None or node.kind != SYMLINK:
            reached.append(part)
            continue
        followed += 1
        if followed > MAX_LINKS:
            raise InvalidParameterError(f"too many links in {path}")
        if node.link.startswith("/"):
            reached.clear()
        waiting += _parts(node.link)[::-1]
    return "/".join(reached)


def walk(tree: SourceTree, top: str = "") -> Iterator[tuple[str, Node]]:
    """Go through everything below the folder `top`, in the order of Go's filepath.Walk."""
    waiting = [posixpath.join(top, name) for name in reversed(tree.names(top))]
    while waiting:
        path = waiting.pop()
        node = tree.look(path)
        if node is None:
            continue
        yield path, node
        if node.kind == FOLDER:
            waiting += [f"{path}/{name}" for name in reversed(tree.names(path))]


def _parts(path: str) -> list[str]:
    return [part for part in path.split("/") if part not in ("", ".")]
