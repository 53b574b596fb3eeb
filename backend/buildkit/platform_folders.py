"""The files of several platforms' images as one tree, each below a folder of its own: `linux_amd64/`.

Source: BuildKit's `exporter/local` (`platform-split`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from backend.builder.copy.source_tree import FOLDER, Node, SourceTree
from backend.images.platforms import Platform


def folder_name(platform: Platform) -> str:
    """Return how a platform's folder is called."""
    return str(platform).replace("/", "_")


class PlatformFolders:
    """A source tree of source trees."""

    def __init__(self, trees: Mapping[str, SourceTree]) -> None:
        self._trees = dict(sorted(trees.items()))

    def look(self, path: str) -> Node | None:
        """Return what is at `path`."""
        name, _, inside = path.partition("/")
        if not name:
            return Node(FOLDER)
        if (tree := self._trees.get(name)) is None:
            return None
        node = tree.look(inside)
        if node is None or not node.number:
            return node or (None if inside else Node(FOLDER))
        # Numbers of files are of one tree only.
        place = list(self._trees).index(name)
        return replace(node, number=node.number * len(self._trees) + place)

    def names(self, path: str) -> list[str]:
        """Return the names in a folder, sorted."""
        name, _, inside = path.partition("/")
        return self._trees[name].names(inside) if name else list(self._trees)

    def digest(self, path: str, node: Node) -> str:
        """Return what the build cache knows a file by."""
        name, _, inside = path.partition("/")
        return self._trees[name].digest(inside, node)

    def contents(self, path: str, node: Node) -> Iterator[bytes]:
        """Give the bytes of a file."""
        name, _, inside = path.partition("/")
        return self._trees[name].contents(inside, node)
