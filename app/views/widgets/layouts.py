"""Short forms for the layouts every page uses, on the 4-8-12-16-24 grid."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLayout,
    QScrollArea,
    QSizePolicy,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

Item = QWidget | QLayout | int | None


def fill(layout: QBoxLayout, items: tuple[Item, ...]) -> QBoxLayout:
    """Add widgets, layouts, gaps (an int, in pixels) and stretch (None) in order."""
    for item in items:
        if item is None:
            layout.addStretch(1)
        elif isinstance(item, int):
            layout.addSpacing(item)
        elif isinstance(item, QLayout):
            layout.addLayout(item)
        else:
            layout.addWidget(item)
    return layout


def row(*items: Item, spacing: int = 8, margins: tuple[int, int, int, int] = (0, 0, 0, 0)) -> QHBoxLayout:
    """Return a line of items, left to right."""
    layout = QHBoxLayout()
    layout.setContentsMargins(*margins)
    layout.setSpacing(spacing)
    fill(layout, items)
    return layout


def column(*items: Item, spacing: int = 8, margins: tuple[int, int, int, int] = (0, 0, 0, 0)) -> QVBoxLayout:
    """Return a stack of items, top to bottom."""
    layout = QVBoxLayout()
    layout.setContentsMargins(*margins)
    layout.setSpacing(spacing)
    fill(layout, items)
    return layout


class FoldingRow(QHBoxLayout):
    """One widget with room around it; while it is hidden, there is no room either."""

    def __init__(self, widget: QWidget, margins: tuple[int, int, int, int]) -> None:
        super().__init__()
        self.setContentsMargins(*margins)
        self.addWidget(widget)

    def sizeHint(self) -> QSize:
        """Return no size while nothing is in sight."""
        return QSize(0, 0) if self.isEmpty() else super().sizeHint()

    def minimumSize(self) -> QSize:
        """Return no size while nothing is in sight."""
        return QSize(0, 0) if self.isEmpty() else super().minimumSize()


class _Content(QWidget):
    def minimumSizeHint(self) -> QSize:
        """Leave the height to `heightForWidth`: the least one is that of texts as narrow as can be."""
        hint, layout = super().minimumSizeHint(), self.layout()
        return QSize(hint.width(), 0) if layout is not None and layout.hasHeightForWidth() else hint


class Scrolled(QScrollArea):
    """What may be too high for its place; no wider than `width` where that is given."""

    def __init__(self, layout: QLayout, width: int = 0) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Tab goes to what is in it
        self.setWidgetResizable(True)
        self.content = _Content()
        self.content.setObjectName("scrolled")
        if width:
            self.content.setMaximumWidth(width)
        self.content.setLayout(layout)
        self.setWidget(self.content)

    def minimumSizeHint(self) -> QSize:
        """Ask for the width of what is in it: it is to scroll downwards only."""
        least = super().minimumSizeHint()
        wide = self.content.minimumSizeHint().width() + self.verticalScrollBar().sizeHint().width()
        return QSize(max(least.width(), wide), least.height())


class SqueezedContent(QWidget):
    """What is in a `Squeezed`: as high as it has to be, or as its place."""

    def minimumSizeHint(self) -> QSize:
        """Leave the height to `heightForWidth`, where there is one."""
        hint, layout = super().minimumSizeHint(), self.layout()
        return QSize(hint.width(), 0) if layout is not None and layout.hasHeightForWidth() else hint

    def heightForWidth(self, width: int) -> int:
        """Return the height below which something would be cut."""
        layout = self.layout()
        return layout.totalMinimumHeightForWidth(width) if layout is not None else -1


class Squeezed(QScrollArea):
    """What fills its place, and scrolls where that is too low for it: in a low window, at a large size."""

    def __init__(self, layout: QLayout, content: SqueezedContent | None = None) -> None:
        """`content` is what gets the layout."""
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Tab goes to what is in it
        self.setWidgetResizable(True)
        content = SqueezedContent() if content is None else content
        content.setObjectName("scrolled")
        content.setLayout(layout)
        self.setWidget(content)


class _FrontLayout(QStackedLayout):
    """As large as what is in front has to be: Qt gives room to what is behind it, and as much as it likes."""

    def _front(self) -> QLayout | None:
        front = self.currentWidget()
        return None if front is None else front.layout()

    def minimumSize(self) -> QSize:
        """Return what is in front needs at least."""
        front = self.currentWidget()
        return super().minimumSize() if front is None else front.minimumSizeHint()

    def hasHeightForWidth(self) -> bool:
        """Ask what is in front."""
        front = self._front()
        return front is not None and front.hasHeightForWidth()

    def heightForWidth(self, width: int) -> int:
        """Return the least height of what is in front: its stretch takes all there is."""
        front = self._front()
        return -1 if front is None else front.totalMinimumHeightForWidth(width)


class FrontStack(QWidget):
    """Widgets of which one is in front, as in Qt's `QStackedWidget`, but no larger than that one needs."""

    def __init__(self) -> None:
        super().__init__()
        layout = _FrontLayout(self)
        self.addWidget, self.removeWidget = layout.addWidget, layout.removeWidget
        self.widget, self.count, self.currentWidget = layout.widget, layout.count, layout.currentWidget
        self.setCurrentIndex, self.setCurrentWidget = layout.setCurrentIndex, layout.setCurrentWidget
        layout.currentChanged.connect(self.updateGeometry)


def clear(layout: QLayout) -> None:
    """Delete all widgets in a layout; their names are free at once for what comes instead."""
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            discard(widget)


def discard(widget: QWidget) -> None:
    """Delete a widget; its name and those in it are free at once for what comes instead."""
    widget.hide()
    for named in (widget, *widget.findChildren(QWidget)):
        named.setObjectName("")
    widget.deleteLater()


class Card(QFrame):
    """A raised surface with rounded corners."""

    def __init__(self, name: str, role: str = "card", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setProperty("role", role)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)


def hide_unless(shown: bool, *widgets: QWidget) -> None:
    """Hide widgets that have no parent yet, unless they are wanted.

    `setVisible(True)` would make each of them a window of its own until a layout takes it: one that flashes
    up on the screen and takes the keyboard away.
    """
    if not shown:
        for widget in widgets:
            widget.hide()


def keep_place_when_hidden(widget: QWidget) -> None:
    """Let the layout around `widget` stay as it is while the widget is hidden."""
    policy = widget.sizePolicy()
    policy.setRetainSizeWhenHidden(True)
    widget.setSizePolicy(policy)
