"""A row that goes on in a further line where room is short: large texts, long words, a narrow window."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QLayout, QLayoutItem

from app.views.theme import Theme
from app.views.widgets.layouts import Item, fill

_WORDS = 180
"""Pixels that a group keeps for what can be shortened in it, before what follows goes into a further line."""


def flow(*items: Item, spacing: int = 8, margins: tuple[int, int, int, int] = (0, 0, 0, 0)) -> "FlowRow":
    """Return a row of items; None is a gap that keeps what follows on the right while there is one line."""
    layout = FlowRow(spacing)
    layout.setContentsMargins(*margins)
    fill(layout, items)
    return layout


@dataclass
class _Line:
    """What stands beside each other: the items with the width that each has at least, and has in the end."""

    items: list[QLayoutItem] = field(default_factory=list)
    widths: list[int] = field(default_factory=list)

    def taken(self, spacing: int) -> int:
        shown = sum(1 for item in self.items if item.spacerItem() is None)
        return sum(self.widths) + max(0, shown - 1) * spacing

    def share(self, room: int, is_first: bool) -> None:
        """Give what room is left: to each item what it would like, the rest to gaps and to what expands.

        In the first line words take it that stand before buttons.
        """
        for place, item in enumerate(self.items):
            wished = min(max(item.sizeHint().width() - self.widths[place], 0), max(room, 0))
            self.widths[place] += wished
            room -= wished
        gaps = [place for place, item in enumerate(self.items) if item.spacerItem() is not None]
        growing = gaps or [
            place
            for place, item in enumerate(self.items)
            if (item.expandingDirections() & Qt.Orientation.Horizontal or _wraps(item))
            and item.maximumSize().width() > self.widths[place]
        ]
        if not growing and is_first and self.items and self.items[0].layout() is not None:
            growing = [0]
        for left, place in zip(range(len(growing), 0, -1), growing, strict=True):
            more = max(room, 0) // left
            self.widths[place] += more
            room -= more


class FlowRow(QHBoxLayout):
    """Items from left to right, each in the middle of its line; what has no room begins a further one.

    An item needs the width that it asks for, one that expands (a search field) its least. One that holds a
    FlowRow goes below the others as a whole before it is broken itself. A stretch is a gap: it takes the room
    that nobody needs. The items stay with Qt's row: kept in Python, they were taken for deleted.
    """

    def __init__(self, spacing: int = 8) -> None:
        super().__init__()
        self.setSpacing(spacing)
        self.setContentsMargins(0, 0, 0, 0)

    # --- what Qt asks of a layout -------------------------------------------------------------------------

    def hasHeightForWidth(self) -> bool:
        """Return yes: the narrower, the more lines."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height of all lines in a place so wide."""
        margins = self.contentsMargins()
        room = width - margins.left() - margins.right()
        heights = [self._height(line) for line in self._lines(room)]
        gaps = max(0, len(heights) - 1) * self.spacing()
        return sum(heights) + gaps + margins.top() + margins.bottom()

    def minimumHeightForWidth(self, width: int) -> int:
        """Return the same: no line can be lower."""
        return self.heightForWidth(width)

    def sizeHint(self) -> QSize:
        """Return the size of one line in which each item has the width that it likes."""
        line = self._one_line(lambda item: item.sizeHint().width())
        return self._with_margins(line.taken(self.spacing()), self._height(line))

    @property
    def least_line(self) -> int:
        """Return the width below which there is more than one line."""
        line = self._one_line(_narrowest)
        return self._with_margins(line.taken(self.spacing()), 0).width()

    def minimumSize(self) -> QSize:
        """Return room for the widest item alone, and for one line; `heightForWidth` asks for more."""
        width = max((_least(item) for item in self._shown()), default=0)
        return self._with_margins(width, self.sizeHint().height() if self.count() else 0)

    def setGeometry(self, rect: QRect) -> None:
        """Place the items."""
        QLayout.setGeometry(self, rect)  # the row itself would put all into one line
        place = rect.marginsRemoved(self.contentsMargins())
        top = place.top() + max(0, (rect.height() - self.heightForWidth(rect.width())) // 2)
        for line in self._lines(place.width()):
            left, height = place.left(), self._height(line)
            for item, width in zip(line.items, line.widths, strict=True):
                if item.spacerItem() is None:
                    item.setGeometry(QRect(left, top, width, height))
                    left += self.spacing()
                left += width
            top += height + self.spacing()

    # --- lines --------------------------------------------------------------------------------------------

    def _shown(self) -> Iterator[QLayoutItem]:
        for place in range(self.count()):
            item = self.itemAt(place)
            if item is not None and (item.spacerItem() is not None or not item.isEmpty()):
                yield item

    def _one_line(self, width_of: Callable[[QLayoutItem], int]) -> _Line:
        items = list(self._shown())
        return _Line(items, [0 if item.spacerItem() is not None else width_of(item) for item in items])

    def _lines(self, room: int) -> list[_Line]:
        lines, line = [], _Line()
        for item in self._shown():
            is_gap = item.spacerItem() is not None
            width = 0 if is_gap else min(_narrowest(item), max(room, _least(item)))
            beside = any(shown.spacerItem() is None for shown in line.items)
            if not is_gap and beside and line.taken(self.spacing()) + self.spacing() + width > room:
                lines.append(line)
                line = _Line()
            line.items.append(item)
            line.widths.append(width)
        if line.items:
            lines.append(line)
        for each in lines[1:]:
            while each.items and each.items[0].spacerItem() is not None:
                del each.items[0], each.widths[0]
        for each in lines:
            each.share(room - each.taken(self.spacing()), each is lines[0])
        return lines

    @staticmethod
    def _height(line: _Line) -> int:
        return max(
            (
                item.heightForWidth(width) if item.hasHeightForWidth() else item.sizeHint().height()
                for item, width in zip(line.items, line.widths, strict=True)
            ),
            default=0,
        )

    def _with_margins(self, width: int, height: int) -> QSize:
        margins = self.contentsMargins()
        return QSize(width + margins.left() + margins.right(), height + margins.top() + margins.bottom())


def _wraps(item: QLayoutItem) -> bool:
    """Return whether it is a text of several lines: fewer of them where there is more room."""
    return item.widget() is not None and item.hasHeightForWidth()


def _least(item: QLayoutItem) -> int:
    """Return the width below which an item would be cut; a button may be shortened."""
    widget = item.widget()
    if widget is None:
        return item.minimumSize().width()
    return max(widget.minimumWidth(), widget.minimumSizeHint().width())


def _narrowest(item: QLayoutItem) -> int:
    """Return the width below which an item would rather begin a further line."""
    inner, least = item.layout(), item.minimumSize().width()
    if isinstance(inner, FlowRow):
        return inner.least_line
    if inner is not None:
        return max(least, min(item.sizeHint().width(), Theme.current().scaled(_WORDS)))
    return least if item.expandingDirections() & Qt.Orientation.Horizontal else item.sizeHint().width()
