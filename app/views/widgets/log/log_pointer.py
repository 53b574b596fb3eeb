"""The mouse over the links of a log: which one it is on, where that leads, and clicks."""

from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QHelpEvent, QMouseEvent
from PySide6.QtWidgets import QToolTip, QWidget

from app.views.widgets.log.log_links import Link
from app.views.widgets.text import plain_tool_tip

_LEFT = Qt.MouseButton.LeftButton


class Hit(NamedTuple):
    """A link, and the number of its line."""

    line: int
    link: Link


class LinkPointer(QObject):
    """Watches a viewport's events and takes none away: what is selected goes on as ever."""

    clicked = Signal(str)  # the address
    moved = Signal()  # onto another link, or off

    def __init__(self, viewport: QWidget, link_at: Callable[[QPoint], Hit | None]) -> None:
        super().__init__(viewport)
        self._viewport, self._link_at = viewport, link_at
        self._pressed: Hit | None = None
        self._press = QPoint()
        self.hovered: Hit | None = None
        viewport.setMouseTracking(True)
        viewport.setCursor(Qt.CursorShape.IBeamCursor)
        viewport.installEventFilter(self)

    def forget(self) -> None:
        """Lines have other numbers now, or are gone."""
        self._pressed = None
        self._hover(None)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the mouse."""
        kind = event.type()
        if isinstance(event, QMouseEvent):
            point = event.position().toPoint()
            if kind is QEvent.Type.MouseButtonPress and event.button() is _LEFT:
                self._pressed, self._press = self._link_at(point), point
            elif kind is QEvent.Type.MouseButtonRelease and event.button() is _LEFT:
                self._release(point)
            elif kind is QEvent.Type.MouseMove and not event.buttons():
                self._hover(self._link_at(point))
        elif kind is QEvent.Type.Leave:
            self._hover(None)
        elif kind is QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            self._tell(event)
        return super().eventFilter(watched, event)

    def _release(self, point: QPoint) -> None:
        """Tell of a click: the button went down and up at one place, on the same link."""
        pressed, self._pressed = self._pressed, None
        is_click = (point - self._press).manhattanLength() < self._viewport.fontMetrics().averageCharWidth()
        if pressed is not None and is_click and self._link_at(point) == pressed:
            self.clicked.emit(pressed.link.address)

    def _tell(self, event: QHelpEvent) -> None:
        hit = self._link_at(event.pos())
        if hit is None:
            QToolTip.hideText()
            return
        text = self.tr("A click opens {0}").format(hit.link.address)
        QToolTip.showText(event.globalPos(), plain_tool_tip(text), self._viewport)

    def _hover(self, hit: Hit | None) -> None:
        if hit != self.hovered:
            self.hovered = hit
            hand, beam = Qt.CursorShape.PointingHandCursor, Qt.CursorShape.IBeamCursor
            self._viewport.setCursor(beam if hit is None else hand)
            self.moved.emit()
