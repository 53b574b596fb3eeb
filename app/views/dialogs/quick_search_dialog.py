"""The quick search: type, arrows, Enter."""

from collections.abc import Callable

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QDialog,
    QListView,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app.viewmodels.frame.quick_search import Entry, QuickSearch
from app.views import keys
from app.views.icons import build_icon, icon_pixmap
from app.views.pages.page import FilterBox
from app.views.theme import Theme
from app.views.widgets.layouts import Card, column
from app.views.widgets.table import Action
from app.views.widgets.text import PlainLabel

Index = QModelIndex | QPersistentModelIndex
_ENTRY = int(Qt.ItemDataRole.UserRole) + 1
_WIDTH, _ROW, _ROWS = 620, 42, 9


class _Found(QAbstractListModel):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._entries: list[Entry] = []

    def show(self, entries: list[Entry]) -> None:
        """Replace all rows."""
        self.beginResetModel()
        self._entries = entries
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """Return how many were found."""
        return 0 if parent.isValid() else len(self._entries)

    def data(self, index: Index, role: int = 0) -> object:
        """Return an entry, or its words for screen readers."""
        if not index.isValid() or index.row() >= len(self._entries):
            return None
        entry = self._entries[index.row()]
        if role == _ENTRY:
            return entry
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{entry.title} {entry.remark}".strip()
        return None


class _EntryDelegate(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return a row."""
        return QSize(0, Theme.current().scaled(_ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw icon, title and remark."""
        entry: Entry = index.data(_ENTRY)
        tokens = Theme.current().tokens
        painter.save()
        rect: QRect = option.rect
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.sel))
            painter.drawRoundedRect(rect.adjusted(0, 1, 0, -1), 8, 8)
        side = Theme.current().scaled(18)
        pixmap = icon_pixmap(entry.icon, tokens.muted, side, painter.device().devicePixelRatioF())
        painter.drawPixmap(rect.left() + 12, rect.center().y() - side // 2 + 1, pixmap)
        inner = rect.adjusted(side + 24, 0, -12, 0)
        metrics = painter.fontMetrics()
        title = metrics.elidedText(" ".join(entry.title.split()), Qt.TextElideMode.ElideRight, inner.width())
        painter.setPen(QColor(tokens.text))
        painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter, title)
        rest = inner.adjusted(metrics.horizontalAdvance(title) + 14, 0, 0, 0)
        if entry.remark and rest.width() > 60:
            remark = metrics.elidedText(
                " ".join(entry.remark.split()), Qt.TextElideMode.ElideRight, rest.width()
            )
            painter.setPen(QColor(tokens.muted))
            painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, remark)
        painter.restore()


class QuickSearchDialog(QDialog):
    """Emits `chosen` with the entry and the action's name."""

    chosen = Signal(object, str)

    def __init__(
        self, viewmodel: QuickSearch, actions_of: Callable[[Entry], list[Action]], parent: QWidget
    ) -> None:
        """`actions_of` returns what can be done with an entry, the usual first."""
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self.setObjectName("search")
        self.setAccessibleName(self.tr("Quick search"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._viewmodel, self._actions_of = viewmodel, actions_of
        self._has_moved = False  # else the best stays chosen while lists come in
        self.edit = FilterBox(
            "search.text", self.tr("Search everything, or > for what can be done"), widest=_WIDTH
        )
        self.edit.installEventFilter(self)
        self.edit.textChanged.connect(self._search)
        self._model = _Found(self)
        self.list = QListView()
        self.list.setObjectName("search.found")
        self.list.setAccessibleName(self.tr("Found"))
        self.list.setModel(self._model)
        self.list.setItemDelegate(_EntryDelegate(self.list))
        self.list.setFrameShape(QListView.Shape.NoFrame)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setFixedHeight(Theme.current().scaled(_ROW) * _ROWS)
        self.list.clicked.connect(self._choose)
        self._nothing = PlainLabel(self.tr("Nothing found"), "muted")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._hint = PlainLabel(role="muted")
        self._hint.setObjectName("search.hint")
        self.list.selectionModel().currentChanged.connect(self._show_hint)
        card = Card("search.card")
        card.setLayout(
            column(self.edit, self._nothing, self.list, self._hint, spacing=6, margins=(10, 10, 10, 10))
        )
        self.setLayout(column(card))
        self.setFixedWidth(Theme.current().scaled(_WIDTH))
        viewmodel.changed.connect(self._search)
        viewmodel.begin()
        self._search()

    def open_above(self, window: QWidget) -> None:
        """Show it at the top of the window, in the middle."""
        corner = window.mapToGlobal(window.rect().topLeft())
        self.move(corner.x() + (window.width() - _WIDTH) // 2, corner.y() + 70)
        self.show()
        self.edit.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Move through what was found while the keyboard stays in the box."""
        if watched is self.edit and isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 8, Qt.Key.Key_PageUp: -8}
            key = Qt.Key(event.key())
            if key in steps:
                self._has_moved = True
                self._select(self.list.currentIndex().row() + steps[key])
                return True
            if keys.SEARCH_SECOND.is_pressed(event):
                self._choose_second()
                return True
            if keys.SEARCH_ALL.is_pressed(event):
                self._open_menu()
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._choose(self.list.currentIndex())
                return True
            if key is Qt.Key.Key_Escape:
                self.close()
                return True
        return super().eventFilter(watched, event)

    def _search(self) -> None:
        before = self.list.currentIndex().data(_ENTRY)
        found = self._viewmodel.find(self.edit.text())
        self._model.show(found)
        self._nothing.setVisible(not found)
        if self.sender() is self.edit:
            self._has_moved = False
        self._select(found.index(before) if self._has_moved and before in found else 0)

    def _select(self, place: int) -> None:
        count = self._model.rowCount()
        if count:
            self.list.setCurrentIndex(self._model.index(min(max(place, 0), count - 1)))

        self._show_hint()

    @property
    def _actions(self) -> list[Action]:
        """What can be done with the entry that is chosen."""
        entry = self.list.currentIndex().data(_ENTRY)
        return self._actions_of(entry) if isinstance(entry, Entry) else []

    def _show_hint(self) -> None:
        """Say what the keys do."""
        actions = self._actions
        words = [f"{keys.OPEN.words}: {actions[0].label}"] if actions else []
        if len(actions) > 1:
            words.append(f"{keys.SEARCH_SECOND.words}: {actions[1].label}")
            words.append(f"{keys.SEARCH_ALL.words}: {keys.SEARCH_ALL.label}")
        self._hint.setText("     ".join(words))

    def _choose(self, index: QModelIndex, action: str = "") -> None:
        entry = index.data(_ENTRY)
        if isinstance(entry, Entry):
            self._viewmodel.remember(entry)
            self.close()
            self.chosen.emit(entry, action)

    def _choose_second(self) -> None:
        actions = self._actions
        if len(actions) > 1:
            self._choose(self.list.currentIndex(), actions[1].name)

    def _open_menu(self) -> None:
        """Offer everything that can be done with the entry, below it."""
        actions, index = self._actions, self.list.currentIndex()
        if len(actions) < 2:
            return
        menu = QMenu(self)
        menu.setObjectName("search.menu")
        for action in actions:
            entry = menu.addAction(build_icon(action.icon), action.label)
            entry.setObjectName(f"search.menu.{action.name}")
            entry.triggered.connect(lambda _=False, name=action.name: self._choose(index, name))
        menu.setActiveAction(menu.actions()[0])
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.list.viewport().mapToGlobal(self.list.visualRect(index).bottomLeft()))
