"""A JSON value as a tree of names and values, made as far as it is opened, with search and copies."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt

Index = QModelIndex | QPersistentModelIndex


class Node:
    """One name with its value; children are made when somebody looks."""

    __slots__ = ("_children", "name", "parent", "place", "value")

    def __init__(self, name: str, value: Any, parent: "Node | None" = None, place: int = 0) -> None:
        self.name, self.value, self.parent, self.place = name, value, parent, place
        self._children: list[Node] | None = None

    @property
    def children(self) -> "list[Node]":
        """Return the members of an object or array."""
        if self._children is None:
            self._children = [
                Node(name, value, self, place) for place, (name, value) in enumerate(_members(self.value))
            ]
        return self._children

    @property
    def text(self) -> str:
        """Return the value on one line; of what can be opened only how much there is."""
        if isinstance(self.value, Mapping):
            return f"{{{len(self.value)}}}"
        if isinstance(self.value, list):
            return f"[{len(self.value)}]"
        return self.value if isinstance(self.value, str) else json.dumps(self.value)

    @property
    def path(self) -> str:
        """Return the way from the root: State.Health.Log[0]."""
        if self.parent is None:
            return ""
        before = self.parent.path
        if isinstance(self.parent.value, list):
            return f"{before}[{self.place}]"
        return f"{before}.{self.name}" if before else self.name


class JsonTree(QAbstractItemModel):
    """Two columns: name and value."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._root = Node("", {})

    def show(self, value: Any) -> None:
        """Replace the tree."""
        self.beginResetModel()
        self._root = Node("", value)
        self.endResetModel()

    def node(self, index: Index) -> Node:
        """Return the node of an index, the root for none."""
        found = index.internalPointer() if index.isValid() else None
        return found if isinstance(found, Node) else self._root

    def index_of(self, node: Node) -> QModelIndex:
        """Return the index of a node."""
        return QModelIndex() if node.parent is None else self.createIndex(node.place, 0, node)

    def text(self, node: Node | None = None) -> str:
        """Return a node, or everything, as JSON with indents; a text alone is not quoted."""
        value = (node or self._root).value
        return value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)

    def find(self, needle: str) -> list[Node]:
        """Return every node that has `needle` in its name or its own value."""
        wanted = needle.casefold()
        return [node for node in _walk(self._root) if wanted in _searched(node)] if wanted else []

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008 - Qt's own
        """Return the index of a child."""
        children = self.node(parent).children
        if not 0 <= row < len(children) or not 0 <= column < 2:
            return QModelIndex()
        return self.createIndex(row, column, children[row])

    def parent(self, index: Index = QModelIndex()) -> QModelIndex:  # type: ignore[override]  # noqa: B008
        """Return the index of the parent."""
        above = self.node(index).parent if index.isValid() else None
        return self.index_of(above) if above is not None else QModelIndex()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """Return how many members there are."""
        return 0 if parent.isValid() and parent.column() else len(self.node(parent).children)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """Return 2."""
        return 2

    def data(self, index: Index, role: int = 0) -> Any:
        """Return name or value as text."""
        if not index.isValid():
            return None
        node = self.node(index)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return node.name if index.column() == 0 else node.text
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        """Return the titles."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return (self.tr("Name"), self.tr("Value"))[section]
        return None


def _members(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        yield from value.items()
    elif isinstance(value, list):
        yield from ((str(place), item) for place, item in enumerate(value))


def _walk(node: Node) -> Iterator[Node]:
    for child in node.children:
        yield child
        yield from _walk(child)


def _searched(node: Node) -> str:
    has_own_value = not isinstance(node.value, Mapping | list)
    return f"{node.name}\n{node.text if has_own_value else ''}".casefold()
