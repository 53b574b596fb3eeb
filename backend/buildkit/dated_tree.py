"""A result's files as if all of them were of one time: what SOURCE_DATE_EPOCH makes of outputs.

Source: BuildKit's `exporter/local` and `exporter/util/epoch`.
"""

from dataclasses import replace

from backend.builder.copy.source_tree import Node, SourceTree, WrappedTree


class DatedTree(WrappedTree):
    """Another tree, all its files of the Unix time `epoch`."""

    def __init__(self, tree: SourceTree, epoch: int) -> None:
        super().__init__(tree)
        self._epoch = epoch

    def look(self, path: str) -> Node | None:
        """Return what is at `path`."""
        node = self._tree.look(path)
        return None if node is None else replace(node, mtime=self._epoch)
