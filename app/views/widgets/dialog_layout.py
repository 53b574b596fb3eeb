"""How dialogs are laid out: as high as their texts, no larger than the screen, their buttons in sight."""

from collections.abc import Callable, Collection

from PySide6.QtCore import QEvent, QSize, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLayout, QVBoxLayout, QWidget

from app.views.theme import Theme
from app.views.widgets.layouts import Item, Squeezed, SqueezedContent, column, fill

_FRAME = QSize(16, 48)
"""Pixels that the system draws around a window, about."""
_LEAST_HEIGHT = 72


def screen_room() -> QSize:
    """Return the largest size that a window can have on the smallest screen of this computer."""
    screens = QGuiApplication.screens()
    sizes = [screen.availableGeometry().size() for screen in screens]
    least = QSize(min(size.width() for size in sizes), min(size.height() for size in sizes))
    return least - _FRAME


def fit_screen(dialog: QWidget, width: int, height: int) -> None:
    """Open a dialog that scrolls in itself with a size in pixels at 100 %, or smaller where the screen is."""
    theme = Theme.current()
    dialog.resize(QSize(theme.scaled(width), theme.scaled(height)).boundedTo(screen_room()))


class _Inside(SqueezedContent):
    """Tells its scroll area when it needs another height: Qt would scroll, and leave the dialog as it is."""

    def event(self, event: QEvent) -> bool:
        """Pass on that something in it has changed."""
        if event.type() is QEvent.Type.LayoutRequest:
            viewport = self.parentWidget()
            area = viewport.parentWidget() if viewport is not None else None
            if area is not None:
                area.updateGeometry()
        return super().event(event)


class _Part(Squeezed):
    """What a dialog asks and tells. Where there is no room for all of it, it scrolls."""

    def __init__(self, inner: QVBoxLayout) -> None:
        super().__init__(inner, _Inside())
        self._inner = inner

    def sizeHint(self) -> QSize:
        """Return room for all of it: Qt's would be half a screen at most."""
        return self._inner.totalSizeHint()

    def minimumSizeHint(self) -> QSize:
        """Return its width beside a scroll bar, and a few lines."""
        least = self._inner.totalMinimumSize()
        bar = self.verticalScrollBar().sizeHint().width()
        return QSize(least.width() + bar, min(least.height(), Theme.current().scaled(_LEAST_HEIGHT)))

    def hasHeightForWidth(self) -> bool:
        """Return whether there are texts whose lines depend on the width."""
        return self._inner.hasHeightForWidth()

    def heightForWidth(self, width: int) -> int:
        """Return the least height in which nothing scrolls."""
        return self._inner.totalMinimumHeightForWidth(width)


class _DialogColumn(QVBoxLayout):
    """The stack of a dialog: its least height is what its texts need at its width, not at the narrowest.

    Qt asks a wrapped text for its size without a width, and makes each dialog two to five lines too high.
    """

    def sizeHint(self) -> QSize:
        """Return the size that it would like, no larger than the screen."""
        return super().sizeHint().boundedTo(screen_room())

    def minimumSize(self) -> QSize:
        """Return the least width, and the height that goes with it; no more than the screen has."""
        size = super().minimumSize()
        if self.hasHeightForWidth():
            size.setHeight(self.minimumHeightForWidth(size.width()))
        return size.boundedTo(screen_room())


def dialog_column(*items: Item, spacing: int = 8, stretch: Collection[QWidget] = ()) -> QVBoxLayout:
    """Return the stack of what is in a dialog, with room around it.

    The last item, its buttons, stays in sight while the others scroll on a small screen. Those in `stretch`
    take the room of a dialog that is drawn larger.
    """
    *parts, buttons = items
    inner = column(*parts, spacing=spacing)
    for widget in stretch:
        inner.setStretchFactor(widget, 1)
    if stretch:
        inner.addStretch(0)  # takes the room while they are hidden
    part = _Part(inner)
    outer = _DialogColumn()
    outer.setContentsMargins(22, 20, 22, 18)
    outer.setSpacing(spacing)
    fill(outer, (part, buttons))
    outer.setStretch(0, 1)
    return outer


def widen(widget: QWidget, width: int) -> None:
    """Make a dialog with a column as wide as `width` pixels are at the chosen size, or wider if it has to be.

    A minimum of the dialog itself would keep it from growing with what its buttons need.
    """
    layout = widget.layout()
    assert isinstance(layout, QVBoxLayout)
    margins = layout.contentsMargins()
    wished = min(Theme.current().scaled(width), screen_room().width())
    layout.addStrut(wished - margins.left() - margins.right())


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
        height = min(height, screen_room().height())
        dialog.setMinimumHeight(height)
        dialog.resize(width, height)

    def fit_soon() -> None:
        QTimer.singleShot(0, dialog, fit)  # once the parts are laid out

    return fit_soon
