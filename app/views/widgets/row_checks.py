"""Boxes at the left of a table that show which rows are selected, and select them without keys held down."""

from PySide6.QtCore import QEvent, QItemSelectionModel, QObject, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter
from PySide6.QtWidgets import QCheckBox, QHeaderView

from app.views.icons import icon_pixmap
from app.views.theme import ROW_HEIGHT, Theme
from app.views.widgets.table import RowTable

_WIDTH, _BOX = 40, 16
_FLAG = QItemSelectionModel.SelectionFlag


class RowChecks(QHeaderView):
    """Takes the place of a table's row numbers. The box above, in the corner, is all rows'."""

    def __init__(self, table: RowTable, name: str) -> None:
        super().__init__(Qt.Orientation.Vertical, table)
        self._table = table
        self._pressed_row = -1
        self.setSectionsClickable(False)  # a press selects by itself, see below
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setDefaultSectionSize(Theme.current().scaled(ROW_HEIGHT))
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # keys select in the table: Space, Shift, Ctrl+A
        table.setVerticalHeader(self)
        table.setCornerButtonEnabled(False)
        self.show()
        self.all = QCheckBox(table)
        self.all.setObjectName(f"{name}.all")
        self.all.setAccessibleName(self.tr("Select all"))
        self.all.setToolTip(self.tr("Select all"))
        self.all.clicked.connect(self._press_all)
        table.selectionModel().selectionChanged.connect(self._follow)
        table.model().rowsInserted.connect(self._follow)
        table.model().rowsRemoved.connect(self._follow)
        table.model().modelReset.connect(self._follow)
        table.horizontalHeader().installEventFilter(self)
        table.viewport().installEventFilter(self)
        self._follow()

    def sizeHint(self) -> QSize:
        """Return room for a box."""
        return QSize(Theme.current().scaled(_WIDTH), super().sizeHint().height())

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:
        """Draw a row's box on the row's own ground."""
        tokens = Theme.current().tokens
        is_selected = self._is_selected(logicalIndex)
        ground = tokens.sel if is_selected else tokens.surface
        if not is_selected and logicalIndex == self._table.hovered_row:
            ground = tokens.hover
        painter.save()
        painter.fillRect(rect, QColor(ground))
        painter.setPen(QColor(tokens.border))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        size = Theme.current().scaled(_BOX)
        box = QRect(rect.center() - QPoint(size // 2 - 1, size // 2), QSize(size, size))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(tokens.accent if is_selected else tokens.idle))
        painter.setBrush(QColor(tokens.accent if is_selected else tokens.surface))
        painter.drawRoundedRect(box, 4, 4)
        if is_selected:
            tick = icon_pixmap("check", tokens.on_accent, size - 2, self.devicePixelRatioF())
            painter.drawPixmap(box.topLeft() + QPoint(1, 1), tick)
        painter.restore()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Select a row or leave it out; with Shift all up to it."""
        row = self.logicalIndexAt(event.position().toPoint())
        if row < 0 or event.button() is not Qt.MouseButton.LeftButton:
            return
        model, selection = self._table.model(), self._table.selectionModel()
        index = model.index(row, 0)
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and self._pressed_row >= 0:
            for place in range(min(row, self._pressed_row), max(row, self._pressed_row) + 1):
                selection.select(model.index(place, 0), _FLAG.Select | _FLAG.Rows)
        else:
            selection.select(index, _FLAG.Toggle | _FLAG.Rows)
        self._pressed_row = row
        selection.setCurrentIndex(index, _FLAG.NoUpdate)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The press has done it."""

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Two clicks are two presses."""
        self.mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show which row the mouse is on."""
        self._table.hover_row(self.logicalIndexAt(event.position().toPoint()))

    def leaveEvent(self, event: QEvent) -> None:
        """Forget the row."""
        super().leaveEvent(event)
        self._table.hover_row(-1)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep the corner's box in the corner, and the ground below the mouse as that of the row."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show):
            self._place()
        elif event.type() in (QEvent.Type.MouseMove, QEvent.Type.Leave):
            self.viewport().update()
        return super().eventFilter(watched, event)

    def _is_selected(self, row: int) -> bool:
        return self._table.selectionModel().isRowSelected(row)

    def _press_all(self) -> None:
        rows, selected = self._table.model().rowCount(), len(self._table.selectionModel().selectedRows())
        if selected < rows:
            self._table.selectAll()
        else:
            self._table.clearSelection()
        self._follow()

    def _follow(self) -> None:
        rows, selected = self._table.model().rowCount(), len(self._table.selectionModel().selectedRows())
        state = Qt.CheckState.PartiallyChecked if selected else Qt.CheckState.Unchecked
        self.all.setCheckState(Qt.CheckState.Checked if rows and selected == rows else state)
        self.viewport().update()

    def _place(self) -> None:
        header = self._table.horizontalHeader()
        size = self.all.sizeHint()  # with room for a label behind the box, which has none
        left = (self.width() - Theme.current().scaled(_BOX)) // 2
        self.all.setGeometry(QRect(QPoint(left, (header.height() - size.height()) // 2), size))
        self.all.raise_()
