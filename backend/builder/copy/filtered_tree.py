"""A folder of another tree without what patterns leave out: `COPY --exclude`."""

from collections.abc import Sequence
from dataclasses import replace

from backend.builder.copy.path_patterns import IgnorePattern, excludes
from backend.builder.copy.source_tree import FOLDER, Node, SourceTree, WrappedTree


class FilteredTree(WrappedTree):
    """A source tree. `top` is the folder that the patterns are about; what is beside it is as it was."""

    def __init__(self, tree: SourceTree, top: str, patterns: Sequence[IgnorePattern]) -> None:
        super().__init__(tree)
        self._top = f"{top}/" if top else ""
        self._patterns = patterns
        self._has_exceptions = any(pattern.exception for pattern in patterns)

    def look(self, path: str) -> Node | None:
        """Return what is at `path`; nothing is where a pattern fits."""
        node = self._tree.look(path)
        if node is None or not self._is_excluded(path):
            return node
        # Something in it may be an exception: the folder is there only if something else is.
        return replace(node, implied=True) if node.kind == FOLDER and self._has_exceptions else None

    def _is_excluded(self, path: str) -> bool:
        inside = path.removeprefix(self._top)
        return path.startswith(self._top) and bool(inside) and excludes(self._patterns, inside)
