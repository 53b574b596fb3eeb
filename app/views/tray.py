"""The tray icon: the engine's state, what runs in it, what is asked for most often, and the way out."""

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal, SignalInstance
from PySide6.QtGui import QAction, QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from app.viewmodels.containers.container_rows import ContainerRow
from app.viewmodels.engine.engine_view import EngineState, EngineView
from app.viewmodels.frame.notifications import Notice
from app.views.browser import open_address
from app.views.icons import icon_pixmap
from app.views.theme import LIGHT, Theme

_SIZES = (16, 22, 32, 64)
_MOST_CONTAINERS = 8  # a menu is not a list: the window has the rest


class Tray(QObject):
    """Exists only where there is a tray to be in."""

    open_requested = Signal()
    start_requested = Signal()
    stop_requested = Signal()
    pause_requested = Signal()
    restart_requested = Signal()
    run_requested = Signal()
    diagnosis_requested = Signal()
    setting_requested = Signal(str)  # its name
    update_check_requested = Signal()
    container_logs_requested = Signal(str)  # the container's id
    container_stop_requested = Signal(str)  # the container's id
    quit_requested = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._view = EngineView()
        self._running: list[tuple[str, str, list[tuple[str, str]]]] = []
        self.containers: list[QAction] = []
        self.icon = QSystemTrayIcon(self)
        self.menu = QMenu()
        self._state = self.menu.addAction("")
        self._state.setEnabled(False)
        self.menu.addSeparator()
        self.menu.addAction(self.tr("Open Marina")).triggered.connect(self.open_requested)
        self._add_entry(self.tr("Run image…"), self.run_requested)
        self._below = self.menu.addSeparator()
        self.start_action = self.menu.addAction(self.tr("Start engine"))
        self.start_action.triggered.connect(self.start_requested)
        self.pause_action = self.menu.addAction(self.tr("Pause engine"))
        self.pause_action.triggered.connect(self.pause_requested)
        self.stop_action = self.menu.addAction(self.tr("Stop engine"))
        self.stop_action.triggered.connect(self.stop_requested)
        self.restart_action = self.menu.addAction(self.tr("Restart engine"))
        self.restart_action.triggered.connect(self.restart_requested)
        self.menu.addSeparator()
        settings = self.menu.addAction(self.tr("Settings…"))
        settings.triggered.connect(lambda: self.setting_requested.emit("appearance"))
        self._add_entry(self.tr("Troubleshoot…"), self.diagnosis_requested)
        self._add_entry(self.tr("Check for updates…"), self.update_check_requested)
        self.menu.addSeparator()
        self.menu.addAction(self.tr("Quit Marina…")).triggered.connect(self.quit_requested)
        self.icon.setContextMenu(self.menu)
        self.icon.activated.connect(self._activated)
        Theme.current().changed.connect(self._draw)
        self.show_engine(self._view)

    def _add_entry(self, text: str, asked: SignalInstance) -> None:
        self.menu.addAction(text).triggered.connect(lambda: asked.emit())

    def show_engine(self, view: EngineView) -> None:
        """Show the engine's state."""
        tone_changed = view.tone != self._view.tone
        self._view = view
        self._state.setText(view.word)
        is_paused = view.state is EngineState.PAUSED
        self.start_action.setText(self.tr("Resume engine") if is_paused else self.tr("Start engine"))
        self.start_action.setEnabled(view.can_start)
        self.pause_action.setEnabled(view.can_pause)
        for action in self.containers:
            action.setVisible(view.can_be_used)
        self.stop_action.setEnabled(view.can_stop)
        self.restart_action.setEnabled(view.can_stop and view.can_be_used)
        self.icon.setToolTip(f"Marina: {view.word}")
        if tone_changed or self.icon.icon().isNull():
            self._draw()

    def show_containers(self, rows: Iterable[ContainerRow]) -> None:
        """List the running containers, each with what can be done with it from here."""
        running = sorted((row.name, row.key, row.links) for row in rows if row.is_running)
        if running == self._running:
            return  # an open menu stays as it is
        self._running = running
        for action in self.containers:
            self.menu.removeAction(action)
            (action.menu() or action).deleteLater()  # a submenu takes its entry along
        self.containers = []
        for name, key, links in running[:_MOST_CONTAINERS]:
            self._add(self._build_container_menu(name, key, links).menuAction())
        if len(running) > _MOST_CONTAINERS:
            more = QAction(self.tr("… and {0} more").format(len(running) - _MOST_CONTAINERS), self.menu)
            more.triggered.connect(self.open_requested)
            self._add(more)

    def _build_container_menu(self, name: str, key: str, links: list[tuple[str, str]]) -> QMenu:
        """Return a container's own menu: its published ports for the browser, its log, and its end."""
        menu = QMenu(name.replace("&", "&&"), self.menu)
        for text, address in links:
            entry = menu.addAction(self.tr("Open {0}").format(text))
            entry.setEnabled(bool(address))
            entry.triggered.connect(lambda _=False, address=address: open_address(address))
        menu.addAction(self.tr("Logs")).triggered.connect(lambda: self.container_logs_requested.emit(key))
        menu.addAction(self.tr("Stop")).triggered.connect(lambda: self.container_stop_requested.emit(key))
        return menu

    def _add(self, action: QAction) -> None:
        self.menu.insertAction(self._below, action)
        action.setVisible(self._view.can_be_used)
        self.containers.append(action)

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
