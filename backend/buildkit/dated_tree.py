"""A result's files as if all of them were of one time: what SOURCE_DATE_EPOCH makes of outputs.

Source: BuildKit's `exporter/local` and `exporter/util/epoch`.
"""

from collections.abc import Iterator
from dataclasses import replace

from backend.builder.source_tree import Node, SourceTree


class DatedTree:
    """Another tree, all its files of the Unix time `epoch`."""

    def __init__(self, tree: SourceTree, epoch: int) -> None:
        self._tree = tree
        self._epoch = epoch

    def look(self, path: str) -> Node | None:
        """Return what is at `path`."""
        node = self._tree.look(path)
        return None if node is None else replace(node, mtime=self._epoch)

    def names(self, path: str) -> list[str]:
        """Return the names in a folder."""
        return self._tree.names(path)

    def digest(self, path: str, node: Node) -> str:
        """Return what the build cache knows a file by."""
        return self._tree.digest(path, node)

    def contents(self, path: str, node: Node) -> Iterator[bytes]:
        """Give the bytes of a file."""
        return self._tree.contents(path, node)
