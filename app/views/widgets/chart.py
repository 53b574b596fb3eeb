"""A line chart of the last minutes, drawn by itself.

One line a pixel at most, by drawLines: an antialiased polyline wider than a pixel takes 100 times as long.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QLineF, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.views.theme import Theme

_LEFT, _RIGHT, _TOP, _BOTTOM = 78, 10, 10, 22
_LINES = 4


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a chart: `token` is its colour; values are the newest last, one a second."""

    label: str
    token: str
    values: Sequence[float]


class LineChart(QWidget):
    """Draws lines over a common scale from zero; the mouse shows the values of a moment."""

    def __init__(
        self, name: str, label: str, write: Callable[[float], str], length: int, least: float = 1.0
    ) -> None:
        """`write` makes a text of a value, `length` is how many values fit, `least` the smallest scale."""
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(label)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._write, self._length, self._least = write, length, least
        self._lines: tuple[Line, ...] = ()
        self._limit = 0.0
        self._hover = -1.0
        Theme.current().changed.connect(self.update)

    def show_lines(self, lines: Sequence[Line], limit: float = 0.0) -> None:
        """Draw these lines; a `limit` above zero fixes the upper end of the scale where it is near."""
        self._lines, self._limit = tuple(lines), limit
        words = ", ".join(f"{line.label}: {self._write(line.values[-1])}" for line in lines if line.values)
        self.setAccessibleDescription(words)
        self.update()

    def sizeHint(self) -> QSize:
        """Ask for a quarter of a page."""
        return QSize(420, 190)

    def minimumSizeHint(self) -> QSize:
        """Return the smallest that can be read."""
        return QSize(220, 120)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show the values under the mouse."""
        self._hover = event.position().x()
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Show no values."""
        super().leaveEvent(event)
        self._hover = -1.0
        self.update()

    @property
    def _area(self) -> QRectF:
        return QRectF(self.rect()).adjusted(_LEFT, _TOP, -_RIGHT, -_BOTTOM)

    def _top_value(self) -> float:
        highest = max((max(line.values, default=0.0) for line in self._lines), default=0.0)
        if self._limit and highest > self._limit / 2:
            return max(self._limit, highest)
        return round_up(max(highest * 1.1, self._least))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw scale, areas, lines and the moment under the mouse."""
        del event
        painter = QPainter(self)
        area, top = self._area, self._top_value()
        font = painter.font()
        font.setPixelSize(11)
        painter.setFont(font)
        self._draw_scale(painter, area, top)
        for line in self._lines:
            self._draw_line(painter, area, top, line)
        if area.left() <= self._hover <= area.right():
            self._draw_moment(painter, area)
        painter.end()

    def _draw_scale(self, painter: QPainter, area: QRectF, top: float) -> None:
        tokens = Theme.current().tokens
        for number in range(_LINES + 1):
            y = round(area.bottom() - area.height() * number / _LINES)
            painter.setPen(QColor(tokens.border))
            painter.drawLine(int(area.left()), y, int(area.right()), y)
            if number % 2 == 0:
                painter.setPen(QColor(tokens.muted))
                place = QRect(0, y - 8, _LEFT - 8, 16)
                side = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
                painter.drawText(place, side, self._write(top * number / _LINES))
        painter.setPen(QColor(tokens.muted))
        line = QRectF(area.left(), area.bottom() + 4, area.width(), 16)
        minutes = self.tr("%n minute(s) ago", "", self._length // 60)
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft, minutes)
        painter.drawText(line, Qt.AlignmentFlag.AlignRight, self.tr("now"))

    def _points(self, area: QRectF, top: float, values: Sequence[float]) -> list[QPointF]:
        """Return at most one point a pixel column, the highest of what falls into it."""
        step = area.width() / max(1, self._length - 1)
        columns: dict[int, float] = {}
        for place, value in enumerate(reversed(values)):
            x = round(area.right() - place * step)
            if x < area.left():
                break
            columns[x] = max(columns.get(x, 0.0), value)
        height = area.height() / top
        return [QPointF(x, area.bottom() - min(columns[x], top) * height) for x in sorted(columns)]

    def _draw_line(self, painter: QPainter, area: QRectF, top: float, line: Line) -> None:
        points = self._points(area, top, line.values)
        color = QColor(getattr(Theme.current().tokens, line.token))
        shade = QColor(color)
        shade.setAlpha(26)
        painter.setPen(QPen(shade, 1))
        painter.drawLines([bar for bar in _bars(points, area.bottom())])
        painter.setPen(QPen(color, 1.5))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.drawLines([QLineF(first, second) for first, second in zip(points, points[1:], strict=False)])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _draw_moment(self, painter: QPainter, area: QRectF) -> None:
        tokens = Theme.current().tokens
        step = area.width() / max(1, self._length - 1)
        ago = round((area.right() - self._hover) / step)
        texts = [
            f"{line.label}  {self._write(line.values[-1 - ago])}"
            for line in self._lines
            if ago < len(line.values)
        ]
        if not texts:
            return
        painter.setPen(QPen(QColor(tokens.muted), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(self._hover, area.top()), QPointF(self._hover, area.bottom()))
        metrics = painter.fontMetrics()
        width = max(metrics.horizontalAdvance(text) for text in texts) + 16
        box = QRectF(self._hover + 8, area.top(), width, 16 * len(texts) + 8)
        if box.right() > area.right():
            box.moveRight(self._hover - 8)
        painter.setPen(QColor(tokens.border))
        painter.setBrush(QColor(tokens.surface))
        painter.drawRoundedRect(box, 5, 5)
        painter.setPen(QColor(tokens.text))
        for place, text in enumerate(texts):
            painter.drawText(QPointF(box.left() + 8, box.top() + 16 + 16 * place), text)


def _bars(points: list[QPointF], bottom: float) -> list[QLineF]:
    """Return one upright line for each pixel column under the points, and between them."""
    bars: list[QLineF] = []
    for first, second in zip(points, points[1:], strict=False):
        width = max(1, int(second.x() - first.x()))
        for step in range(width):
            y = first.y() + (second.y() - first.y()) * step / width
            bars.append(QLineF(first.x() + step, y + 1, first.x() + step, bottom - 1))
    return bars


def round_up(value: float) -> float:
    """Return the next of 1, 2, 4, 5, 8 or 10 times a power of ten."""
    power = 1.0
    while power * 10 <= value:
        power *= 10
    while power > value:
        power /= 10
    return next(step * power for step in (1, 2, 4, 5, 8, 10) if step * power >= value * 0.999999)
