"""The tree of the Inspect tab: copies what is in focus, and shows what is hidden."""

from PySide6.QtCore import QEvent, QModelIndex, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QToolTip, QTreeView

from app.viewmodels.containers.secrets import HIDDEN
from app.viewmodels.lists.json_tree import JsonTree, Node


class InspectionTree(QTreeView):
    """Emits what is asked of a node."""

    hidden_pressed = Signal(str)  # the name of the variable whose value is hidden
    copy_asked = Signal(Node)

    def __init__(self, model: JsonTree, label: str) -> None:
        super().__init__()
        self.setObjectName("containers.inspect.tree")
        self.setAccessibleName(label)
        self.setModel(model)
        self._tree = model
        self.setUniformRowHeights(True)
        self.setAlternatingRowColors(False)
        self.setMouseTracking(True)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
        self.header().resizeSection(0, 320)
        self.header().setStretchLastSection(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy the value on Ctrl+C; show one that is hidden on Enter."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_asked.emit(self._tree.node(self.currentIndex()))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._hidden(self.currentIndex()):
            self.hidden_pressed.emit(self._hidden(self.currentIndex()))
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Show a value that is hidden."""
        super().mouseReleaseEvent(event)
        name = self._hidden(self.indexAt(event.position().toPoint()))
        if name and event.button() is Qt.MouseButton.LeftButton:
            self.hidden_pressed.emit(name)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show a hand where a click does something."""
        super().mouseMoveEvent(event)
        if self._hidden(self.indexAt(event.position().toPoint())):
            self.viewport().setCursor(Qt.CursorShape.PointingHandCursor)
        else:
            self.viewport().unsetCursor()

    def viewportEvent(self, event: QEvent) -> bool:
        """Say what a click does."""
        if isinstance(event, QHelpEvent) and self._hidden(self.indexAt(event.pos())):
            QToolTip.showText(event.globalPos(), self.tr("Click to show it"), self.viewport())
            return True
        return super().viewportEvent(event)

    def _hidden(self, index: QModelIndex) -> str:
        """Return the name of a variable whose value is hidden, "" where none is."""
        value = self._tree.node(index).value if index.isValid() else ""
        return value.removesuffix(f"={HIDDEN}") if isinstance(value, str) and HIDDEN in value else ""
