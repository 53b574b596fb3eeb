"""The table of every list page: calm rows, hover, painted links and row actions."""

import sys
from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QToolTip,
    QWidget,
)

from app.viewmodels.lists.row_table_model import ROW_ROLE
from app.views import keys
from app.views.icons import icon_pixmap
from app.views.theme import ROW_HEIGHT, Theme
from app.views.widgets.text import plain_tool_tip

Index = QModelIndex | QPersistentModelIndex
PADDING = 10
_OF_BEFORE = 0.55  # how much of a row is seen that is not true any more
_ACTION, _ICON = 30, 16


@dataclass(frozen=True, slots=True)
class Action:
    """One row action: `name` is told back, `label` is the tool tip; `key` does it in the list."""

    name: str
    icon: str
    label: str
    enabled: bool = True
    key: str = ""


class CellDelegate(QStyledItemDelegate):
    """Draws the row's background and one line of text; subclasses add what their column needs."""

    def __init__(
        self,
        view: "RowTable",
        muted: bool = False,
        strong: bool = False,
        right: bool = False,
        elide: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
    ) -> None:
        super().__init__(view)
        self._view = view
        self._muted, self._strong, self._right, self._elide = muted, strong, right, elide

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return a row of the common height."""
        return QSize(super().sizeHint(option, index).width() + PADDING, Theme.current().scaled(ROW_HEIGHT))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one cell."""
        painter.save()
        self.draw_background(painter, option, index)
        if not self._view.isEnabled():
            painter.setOpacity(_OF_BEFORE)
        self.draw(painter, option.rect.adjusted(PADDING, 0, -PADDING, 0), index, option)
        painter.restore()

    def draw_background(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Fill with the selection, hover or nothing, and draw the line below the row."""
        tokens = Theme.current().tokens
        rect: QRect = option.rect
        state = option.state
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, QColor(tokens.sel))
        elif index.row() == self._view.hovered_row:
            painter.fillRect(rect, QColor(tokens.hover))
        painter.setPen(QColor(tokens.border))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        if state & QStyle.StateFlag.State_HasFocus and index.column() == 0:
            painter.fillRect(QRect(rect.left(), rect.top(), 3, rect.height()), QColor(tokens.accent))

    def draw(self, painter: QPainter, rect: QRect, index: Index, option: QStyleOptionViewItem) -> None:
        """Draw the text."""
        tokens = Theme.current().tokens
        color = tokens.muted if self._muted else tokens.text
        if self._strong:
            font = painter.font()
            font.setWeight(QFont.Weight.DemiBold)
            painter.setFont(font)
        self.draw_text(painter, rect, str(index.data() or ""), color)

    def draw_text(self, painter: QPainter, rect: QRect, text: str, color: str) -> int:
        """Draw one elided line and return its width."""
        painter.setPen(QColor(color))
        metrics = painter.fontMetrics()
        line = " ".join(text.split())
        width = metrics.horizontalAdvance(line)
        if width > rect.width():
            line = metrics.elidedText(line, self._elide, rect.width())
            width = metrics.horizontalAdvance(line)
        side = Qt.AlignmentFlag.AlignRight if self._right else Qt.AlignmentFlag.AlignLeft
        painter.drawText(rect, side | Qt.AlignmentFlag.AlignVCenter, line)
        return width

    def helpEvent(
        self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index
    ) -> bool:
        """Show the cell's whole text when it does not fit."""
        text = self.tool_tip(event.pos(), option.rect, index) if view.isEnabled() else view.toolTip()
        if text:
            QToolTip.showText(event.globalPos(), plain_tool_tip(text), view)
        else:
            QToolTip.hideText()
        return True

    def tool_tip(self, position: QPoint, rect: QRect, index: Index) -> str:
        """Return the text for the tool tip at `position`, or ""."""
        text = str(index.data() or "")
        return text if self._view.fontMetrics().horizontalAdvance(text) > rect.width() - 2 * PADDING else ""

    def cursor_at(self, position: QPoint, rect: QRect, index: Index) -> bool:
        """Return whether a hand should show: a click does something there."""
        return False


class LinkDelegate(CellDelegate):
    """Several links in one cell; a click tells which."""

    activated = Signal(object, str)  # the row, the target

    def links(self, index: Index) -> list[tuple[str, str]]:
        """Return (text, target) in order; an empty target is shown as plain text."""
        raise NotImplementedError

    def draw(self, painter: QPainter, rect: QRect, index: Index, option: QStyleOptionViewItem) -> None:
        """Draw the links one after another."""
        tokens = Theme.current().tokens
        for place, text, target in self._places(rect, index):
            font = painter.font()
            font.setUnderline(bool(target) and self._view.hovered_point_in(place))
            painter.setFont(font)
            self.draw_text(painter, place, text, tokens.accent if target else tokens.muted)

    def editorEvent(
        self, event: QEvent, model: QAbstractItemModel, option: QStyleOptionViewItem, index: Index
    ) -> bool:
        """Open the link under a click."""
        if event.type() is QEvent.Type.MouseButtonRelease and isinstance(event, QMouseEvent):
            target = self._target_at(event.position().toPoint(), option.rect, index)
            if target and event.button() is Qt.MouseButton.LeftButton:
                self.activated.emit(index.data(ROW_ROLE), target)
                return True
        return False

    def cursor_at(self, position: QPoint, rect: QRect, index: Index) -> bool:
        """Return whether a hand should show."""
        return bool(self._target_at(position, rect, index))

    def tool_tip(self, position: QPoint, rect: QRect, index: Index) -> str:
        """Return the address under the mouse."""
        return self._target_at(position, rect, index) or super().tool_tip(position, rect, index)

    def _target_at(self, position: QPoint, rect: QRect, index: Index) -> str:
        inner = rect.adjusted(PADDING, 0, -PADDING, 0)
        return next((t for place, _, t in self._places(inner, index) if place.contains(position)), "")

    def _places(self, rect: QRect, index: Index) -> list[tuple[QRect, str, str]]:
        places: list[tuple[QRect, str, str]] = []
        left, metrics = rect.left(), self._view.fontMetrics()
        for text, target in self.links(index):
            width = min(metrics.horizontalAdvance(text) + 1, rect.right() - left)
            if width < 12:
                break
            places.append((QRect(left, rect.top(), width, rect.height()), text, target))
            left += width + 10
        return places


class ActionsDelegate(CellDelegate):
    """Icon buttons of a row. The same actions are in the context menu, where keyboards reach them."""

    triggered = Signal(object, str)  # the row, the action's name

    def actions(self, index: Index) -> list[Action]:
        """Return the row's actions in order."""
        raise NotImplementedError

    def draw(self, painter: QPainter, rect: QRect, index: Index, option: QStyleOptionViewItem) -> None:
        """Draw the icons; the one under the mouse on a tile."""
        tokens = Theme.current().tokens
        ratio = self._view.devicePixelRatioF()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for place, action in self._places(rect, index):
            hovered = action.enabled and self._view.hovered_point_in(place)
            if hovered:
                painter.setPen(QColor(tokens.border))
                painter.setBrush(QColor(tokens.surface))
                painter.drawRoundedRect(place, 6, 6)
            color = tokens.off
            if action.enabled:
                color = (
                    tokens.err
                    if hovered and action.icon == "trash"
                    else tokens.text
                    if hovered
                    else tokens.muted
                )
            size = Theme.current().scaled(_ICON)
            corner = place.center() - QPoint(size // 2 - 1, size // 2 - 1)
            painter.drawPixmap(corner, icon_pixmap(action.icon, color, size, ratio))

    def editorEvent(
        self, event: QEvent, model: QAbstractItemModel, option: QStyleOptionViewItem, index: Index
    ) -> bool:
        """Trigger the action under a click."""
        if event.type() is QEvent.Type.MouseButtonRelease and isinstance(event, QMouseEvent):
            action = self._action_at(event.position().toPoint(), option.rect, index)
            if action and action.enabled and event.button() is Qt.MouseButton.LeftButton:
                self.triggered.emit(index.data(ROW_ROLE), action.name)
                return True
        return False

    def cursor_at(self, position: QPoint, rect: QRect, index: Index) -> bool:
        """Return whether a hand should show."""
        action = self._action_at(position, rect, index)
        return action is not None and action.enabled

    def tool_tip(self, position: QPoint, rect: QRect, index: Index) -> str:
        """Return the label of the action under the mouse."""
        action = self._action_at(position, rect, index)
        return action.label if action else ""

    def place_of(self, name: str, index: Index) -> QRect:
        """Return where the action `name` is drawn, in the viewport's coordinates."""
        inner = self._view.visualRect(index).adjusted(PADDING, 0, -PADDING, 0)
        return next((place for place, action in self._places(inner, index) if action.name == name), QRect())

    def _action_at(self, position: QPoint, rect: QRect, index: Index) -> Action | None:
        inner = rect.adjusted(PADDING, 0, -PADDING, 0)
        return next((a for place, a in self._places(inner, index) if place.contains(position)), None)

    def _places(self, rect: QRect, index: Index) -> list[tuple[QRect, Action]]:
        actions = self.actions(index)
        side = Theme.current().scaled(_ACTION)
        left = rect.right() - side * len(actions) + 1
        top = rect.center().y() - side // 2 + 1
        return [
            (QRect(left + side * place, top, side - 2, side - 2), action)
            for place, action in enumerate(actions)
        ]


def _is_menu_key(event: QKeyEvent) -> bool:
    """Return whether it is Shift+F10: Qt takes the menu key everywhere, this one on Windows alone."""
    return event.key() == Qt.Key.Key_F10 and event.modifiers() == Qt.KeyboardModifier.ShiftModifier


class RowTable(QTableView):
    """A table that selects whole rows, follows the mouse and tells of the keys pages care for."""

    opened = Signal()  # Enter or double click
    delete_pressed = Signal()
    retried = Signal(object)  # the row whose failed action is to be tried again

    def __init__(self, name: str, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.hovered_row = -1
        self._hover_point = QPoint(-1, -1)
        self._not_wanted: frozenset[int] = frozenset()
        self._no_room: frozenset[int] = frozenset()
        self._dispensable: frozenset[int] = frozenset()
        self._dispensable_below = 0
        self.drawn_widths: dict[int, int] = {}  # of columns, in pixels at 100 %, as the user has drawn them
        self._widths: dict[int, int] = {}  # of all columns whose width is given, in pixels at 100 %
        self._zoom = Theme.current().zoom
        self.setObjectName(name)
        self.setAccessibleName(label)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.verticalHeader().hide()
        Theme.current().changed.connect(self._follow_zoom)
        self._follow_zoom()
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsMovable(False)
        header.setMinimumSectionSize(48)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.doubleClicked.connect(self._open)
        Theme.current().changed.connect(self.viewport().update)

    def _follow_zoom(self) -> None:
        theme = Theme.current()
        self.verticalHeader().setDefaultSectionSize(theme.scaled(ROW_HEIGHT))
        if theme.zoom != self._zoom:
            self._zoom = theme.zoom
            for place, width in self._widths.items():
                self.setColumnWidth(place, theme.scaled(width))

    def minimumSizeHint(self) -> QSize:
        """Keep room for the header and two rows."""
        least = super().minimumSizeHint()
        return QSize(least.width(), max(least.height(), Theme.current().scaled(3 * ROW_HEIGHT)))

    def set_width(self, place: int, width: int) -> None:
        """Make a column as wide as `width` pixels are at the chosen size."""
        self._widths[place] = width
        self.setColumnWidth(place, Theme.current().scaled(width))

    def draw_width(self, place: int, width: int) -> None:
        """Take over how wide a column was made with the mouse, in pixels as they are now."""
        self.drawn_widths[place] = self._widths[place] = Theme.current().unscaled(width)

    def use_model(self, model: QAbstractItemModel, widths: dict[int, int], stretch: int) -> None:
        """Show `model`; `widths` in pixels by column, `stretch` (-1: none) takes what is left."""
        self.setModel(model)
        header = self.horizontalHeader()
        # Enabling sorts at once by the header's column: -1 keeps the model's own order.
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        header.setSortIndicatorClearable(True)
        self.setSortingEnabled(True)
        for place, width in widths.items():
            self.set_width(place, width)
        if stretch >= 0:
            header.setSectionResizeMode(stretch, QHeaderView.ResizeMode.Stretch)

    @property
    def not_wanted(self) -> frozenset[int]:
        """Return the columns that the user does without."""
        return self._not_wanted

    def hide_columns(
        self, not_wanted: frozenset[int] | None = None, no_room: frozenset[int] | None = None
    ) -> None:
        """Hide what nobody wants and what there is no room for; None leaves that as it was."""
        self._not_wanted = self._not_wanted if not_wanted is None else not_wanted
        self._no_room = self._no_room if no_room is None else no_room
        for place in range(self.model().columnCount()):
            self.setColumnHidden(place, place in self._not_wanted | self._no_room)

    def leave_out(self, columns: frozenset[int], below: int) -> None:
        """Do without `columns` while the table is narrower than `below` pixels."""
        self._dispensable, self._dispensable_below = columns, below

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Do without what counts least where room is short."""
        super().resizeEvent(event)
        narrow = event.size().width() < Theme.current().scaled(self._dispensable_below)
        no_room = self._dispensable if narrow else frozenset()
        if no_room != self._no_room:
            self.hide_columns(no_room=no_room)

    def hovered_point_in(self, rect: QRect) -> bool:
        """Return whether the mouse is inside `rect` (viewport coordinates)."""
        return rect.contains(self._hover_point)

    def selected_rows(self) -> list[object]:
        """Return the row objects selected, from top to bottom."""
        indexes = sorted(self.selectionModel().selectedRows(), key=lambda index: index.row())
        return [index.data(ROW_ROLE) for index in indexes]

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the mouse over rows, links and buttons."""
        super().mouseMoveEvent(event)
        self._hover(event.position().toPoint())

    def leaveEvent(self, event: QEvent) -> None:
        """Forget the hovered row."""
        super().leaveEvent(event)
        self._hover(QPoint(-1, -1))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens, Delete deletes, Shift+F10 is the menu's; the rest is the table's."""
        if keys.OPEN.is_pressed(event):
            self.opened.emit()
        elif keys.DELETE.is_pressed(event):
            self.delete_pressed.emit()
        elif sys.platform == "linux" and _is_menu_key(event):
            self.customContextMenuRequested.emit(self.visualRect(self.currentIndex()).center())
        else:
            super().keyPressEvent(event)

    def _open(self, index: QModelIndex) -> None:
        delegate = self.itemDelegateForIndex(index)
        if not isinstance(delegate, LinkDelegate | ActionsDelegate):
            self.opened.emit()

    def hover_row(self, row: int) -> None:
        """Show a row, -1: none, as the one that the mouse is on."""
        before, self.hovered_row = self.hovered_row, row
        self._redraw_rows({before, row})

    def _hover(self, point: QPoint) -> None:
        index = self.indexAt(point) if point.x() >= 0 else QModelIndex()
        before = self.hovered_row
        self.hovered_row, self._hover_point = index.row(), point
        delegate = self.itemDelegateForIndex(index) if index.isValid() else None
        hand = isinstance(delegate, CellDelegate) and delegate.cursor_at(point, self.visualRect(index), index)
        if hand:
            self.viewport().setCursor(Qt.CursorShape.PointingHandCursor)
        else:
            self.viewport().unsetCursor()
        self._redraw_rows({before, self.hovered_row})

    def _redraw_rows(self, rows: set[int]) -> None:
        for row in rows:
            if row >= 0 and self.model() is not None:
                top = self.rowViewportPosition(row)
                self.viewport().update(0, top, self.viewport().width(), self.rowHeight(row))
