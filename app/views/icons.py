"""Marina's own stroke icons, drawn from SVG in the colours of the theme at the screen's resolution."""

from functools import lru_cache
from importlib.resources import files

from PySide6.QtCore import QByteArray, QObject, QRectF, QSize, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QPainter, QPaintEvent, QPixmap
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


def page_icon(page: str) -> str:
    """Return the name of a page's icon: the page's own, but for one that shares another's."""
    return {"troubleshoot": "tools"}.get(page, page)


def build_icon(name: str, token: str = "muted", active: str = "text", size: int = 18) -> QIcon:
    """Return icon `name` in the theme's colour `token`; checked, it uses `active`."""
    tokens = Theme.current().tokens
    application = QGuiApplication.instance()
    ratio = application.devicePixelRatio() if isinstance(application, QGuiApplication) else 1.0
    icon = QIcon()
    icon.addPixmap(icon_pixmap(name, getattr(tokens, token), size, ratio))
    icon.addPixmap(icon_pixmap(name, tokens.off, size, ratio), QIcon.Mode.Disabled)
    icon.addPixmap(icon_pixmap(name, getattr(tokens, active), size, ratio), QIcon.Mode.Normal, QIcon.State.On)
    return icon


def themed_pixmap(widget: QWidget, name: str, color: str, size: int) -> QPixmap:
    """Return icon `name` for a label of `widget`, at the chosen size of all there is in the window."""
    return icon_pixmap(name, color, Theme.current().scaled(size), widget.devicePixelRatioF())


class Mark(QWidget):
    """A small square sign that heirs draw in pixels of their own; it follows the theme's colours and size."""

    def __init__(self, side: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._side = side
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        Theme.current().changed.connect(self._follow_theme)
        self._follow_theme()

    def draw(self, painter: QPainter) -> None:
        """Draw the sign; the painter is scaled already."""
        raise NotImplementedError

    def draw_icon(self, painter: QPainter, place: int, name: str, color: str, size: int) -> None:
        """Draw an icon at (place, place), as sharp as the screen lets it be."""
        ratio = self.devicePixelRatioF() * self.width() / self._side
        painter.drawPixmap(place, place, icon_pixmap(name, color, size, ratio))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Let the heir draw."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(self.width() / self._side, self.height() / self._side)
        self.draw(painter)
        painter.end()

    def _follow_theme(self) -> None:
        side = Theme.current().scaled(self._side)
        self.setFixedSize(side, side)
        self.update()


class IconMark(Mark):
    """An icon in one of the theme's colours."""

    def __init__(self, name: str, token: str, size: int = 18, parent: QWidget | None = None) -> None:
        self._name, self._token, self._size = name, token, size
        super().__init__(size, parent)

    def draw(self, painter: QPainter) -> None:
        """Draw the icon."""
        color: str = getattr(Theme.current().tokens, self._token)
        self.draw_icon(painter, 0, self._name, color, self._size)


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
