"""The tray icon: the engine's state, start and stop, and the way out."""

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from app.viewmodels.engine_view import EngineState, EngineView
from app.viewmodels.notifications import Notice
from app.views.icons import icon_pixmap
from app.views.theme import LIGHT, Theme

_SIZES = (16, 22, 32, 64)


class Tray(QObject):
    """Exists only where there is a tray to be in."""

    open_requested = Signal()
    start_requested = Signal()
    stop_requested = Signal()
    quit_requested = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._view = EngineView()
        self.icon = QSystemTrayIcon(self)
        self.menu = QMenu()
        self._state = self.menu.addAction("")
        self._state.setEnabled(False)
        self.menu.addSeparator()
        self.menu.addAction(self.tr("Open Marina")).triggered.connect(self.open_requested)
        self.start_action = self.menu.addAction(self.tr("Start engine"))
        self.start_action.triggered.connect(self.start_requested)
        self.stop_action = self.menu.addAction(self.tr("Stop engine"))
        self.stop_action.triggered.connect(self.stop_requested)
        self.menu.addSeparator()
        self.menu.addAction(self.tr("Quit Marina…")).triggered.connect(self.quit_requested)
        self.icon.setContextMenu(self.menu)
        self.icon.activated.connect(self._activated)
        Theme.current().changed.connect(self._draw)
        self.show_engine(self._view)

    def show_engine(self, view: EngineView) -> None:
        """Show the engine's state."""
        tone_changed = view.tone != self._view.tone
        self._view = view
        self._state.setText(view.word)
        self.start_action.setEnabled(view.can_start)
        self.stop_action.setEnabled(view.can_stop)
        self.icon.setToolTip(f"Marina: {view.word}")
        if tone_changed or self.icon.icon().isNull():
            self._draw()

    def show_notice(self, notice: Notice) -> None:
        """Let the system show a notice."""
        kind = {
            "err": QSystemTrayIcon.MessageIcon.Critical,
            "warn": QSystemTrayIcon.MessageIcon.Warning,
        }.get(notice.tone, QSystemTrayIcon.MessageIcon.Information)
        self.icon.showMessage(notice.title, notice.text, kind)

    def _draw(self) -> None:
        self.icon.setIcon(build_tray_icon(self._view))

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason in (QSystemTrayIcon.ActivationReason.Trigger, QSystemTrayIcon.ActivationReason.DoubleClick):
            self.open_requested.emit()


def build_tray_icon(view: EngineView) -> QIcon:
    """Return the anchor on a tile, with the state's dot; a tray's background is unknown, the tile is not."""
    icon = QIcon()
    tokens = Theme.current().tokens
    for size in _SIZES:
        pixmap = build_app_pixmap(size)
        if view.state is not EngineState.CONTACTING:
            painter = QPainter(pixmap)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            dot = size * 0.42
            painter.setPen(QColor(LIGHT.surface))
            painter.setBrush(QColor(getattr(tokens, view.tone)))
            painter.drawEllipse(int(size - dot - 1), int(size - dot - 1), int(dot), int(dot))
            painter.end()
        icon.addPixmap(pixmap)
    return icon


def build_app_pixmap(size: int) -> QPixmap:
    """Return Marina's sign: a white anchor on a blue tile."""
    pixmap = QPixmap(size, size)
    pixmap.fill("transparent")
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QColor(LIGHT.accent))
    painter.setBrush(QColor(LIGHT.accent))
    painter.drawRoundedRect(0, 0, size - 1, size - 1, size * 0.22, size * 0.22)
    inner = round(size * 0.72)
    corner = (size - inner) // 2
    painter.drawPixmap(corner, corner, icon_pixmap("anchor", "#ffffff", inner))
    painter.end()
    return pixmap


def build_app_icon() -> QIcon:
    """Return the icon of windows and task bars."""
    icon = QIcon()
    for size in (16, 24, 32, 48, 64, 128, 256):
        icon.addPixmap(build_app_pixmap(size))
    return icon
