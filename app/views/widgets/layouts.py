"""Short forms for the layouts every page uses, on the 4-8-12-16-24 grid."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLayout,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.views.theme import Theme

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


class _DialogColumn(QVBoxLayout):
    """The stack of a dialog: its least height is what its texts need at its width, not at the narrowest.

    Qt asks a wrapped text for its size without a width, and makes each dialog two to five lines too high.
    """

    def minimumSize(self) -> QSize:
        """Return the least width, and the height that goes with it."""
        size = super().minimumSize()
        if not self.hasHeightForWidth():
            return size
        return QSize(size.width(), self.minimumHeightForWidth(size.width()))


def dialog_column(*items: Item, spacing: int = 8) -> QVBoxLayout:
    """Return the stack of what is in a dialog, with room around it."""
    layout = _DialogColumn()
    layout.setContentsMargins(22, 20, 22, 18)
    layout.setSpacing(spacing)
    fill(layout, items)
    return layout


def widen(widget: QWidget, width: int) -> None:
    """Make a dialog with a column as wide as `width` pixels are at the chosen size, or wider if it has to be.

    A minimum of the dialog itself would keep it from growing with what its buttons need.
    """
    layout = widget.layout()
    assert isinstance(layout, QVBoxLayout)
    margins = layout.contentsMargins()
    layout.addStrut(Theme.current().scaled(width) - margins.left() - margins.right())


def follow_content(dialog: QWidget) -> Callable[[], None]:
    """Return what gives a dialog the height that its parts in sight need; call it after they have changed.

    It grows in width where its buttons need that. By itself Qt lets a dialog never be lower than its texts
    would be at their narrowest: three times as high.
    """
    layout = dialog.layout()
    assert layout is not None
    layout.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)

    def fit() -> None:
        width = max(dialog.width(), layout.totalMinimumSize().width())
        wanted = layout.totalHeightForWidth(width)
        height = wanted if wanted > 0 else layout.totalSizeHint().height()  # -1: no text is in sight
        dialog.setMinimumHeight(height)
        dialog.resize(width, height)

    def fit_soon() -> None:
        QTimer.singleShot(0, dialog, fit)  # once the parts are laid out

    return fit_soon


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
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)


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
