"""Marina's own stroke icons, drawn from SVG in the colours of the theme at the screen's resolution."""

from functools import lru_cache
from importlib.resources import files

from PySide6.QtCore import QByteArray, QObject, QRectF, QSize, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton, QWidget

from app.views.theme import Theme

_FOLDER = files("resources") / "icons"


@lru_cache(maxsize=64)
def _source(name: str) -> str:
    return (_FOLDER / f"{name}.svg").read_text(encoding="utf-8")


@lru_cache(maxsize=512)
def icon_pixmap(name: str, color: str, size: int = 18, ratio: float = 1.0) -> QPixmap:
    """Return icon `name` in `color`, `size` device-independent pixels wide, for a screen with `ratio`."""
    pixmap = QPixmap(round(size * ratio), round(size * ratio))
    pixmap.fill(Qt.GlobalColor.transparent)
    renderer = QSvgRenderer(QByteArray(_source(name).replace("currentColor", color).encode()))
    painter = QPainter(pixmap)
    renderer.render(painter, QRectF(pixmap.rect()))
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


def build_icon(name: str, token: str = "muted", active: str = "text", size: int = 18) -> QIcon:
    """Return icon `name` in the theme's colour `token`; checked, it uses `active`."""
    tokens = Theme.current().tokens
    application = QGuiApplication.instance()
    ratio = application.devicePixelRatio() if isinstance(application, QGuiApplication) else 1.0
    icon = QIcon()
    icon.addPixmap(icon_pixmap(name, getattr(tokens, token), size, ratio))
    icon.addPixmap(icon_pixmap(name, tokens.idle, size, ratio), QIcon.Mode.Disabled)
    icon.addPixmap(icon_pixmap(name, getattr(tokens, active), size, ratio), QIcon.Mode.Normal, QIcon.State.On)
    return icon


def themed_pixmap(widget: QWidget, name: str, color: str, size: int) -> QPixmap:
    """Return icon `name` for a label of `widget`, at the chosen size of all there is in the window."""
    return icon_pixmap(name, color, Theme.current().scaled(size), widget.devicePixelRatioF())


class ThemedIcon(QObject):
    """Keeps a button's icon in the theme's colours and size for as long as the button lives."""

    def __init__(
        self, button: QAbstractButton, name: str, token: str = "muted", active: str = "text"
    ) -> None:
        super().__init__(button)
        self._button, self._name, self._token, self._active = button, name, token, active
        self._size = button.iconSize().width()
        Theme.current().changed.connect(self._draw)
        self._draw()

    def show(self, name: str, token: str | None = None) -> None:
        """Change to another icon."""
        self._name, self._token = name, token or self._token
        self._draw()

    def _draw(self) -> None:
        side = Theme.current().scaled(self._size)
        self._button.setIconSize(QSize(side, side))
        self._button.setIcon(build_icon(self._name, self._token, self._active, side))
