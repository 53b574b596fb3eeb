"""Two parts beside each other, or one above the other where the place is narrow."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QWidget

from app.views.theme import Theme

_ANY = 16_777_215  # Qt's QWIDGETSIZE_MAX


class SideBySide(QWidget):
    """The first part keeps its width, the second takes the rest; in a narrow place both have all of it."""

    def __init__(self, first: QWidget, second: QWidget, width: int, below: int, spacing: int = 12) -> None:
        """`width` is the first part's; they are stacked in a place narrower than `below`: pixels at 100 %."""
        super().__init__()
        self._first, self._second, self._first_width, self._below = first, second, width, below
        self._layout = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(spacing)
        self._layout.addWidget(first)
        self._layout.addWidget(second, 1)
        Theme.current().changed.connect(self._arrange)
        self._arrange()

    @property
    def is_stacked(self) -> bool:
        """Return whether the second part is below the first."""
        return self._layout.direction() is QBoxLayout.Direction.TopToBottom

    def align_first(self, alignment: Qt.AlignmentFlag) -> None:
        """Say where the first part is while it is beside the second."""
        self._layout.setAlignment(self._first, alignment)

    def minimumSizeHint(self) -> QSize:
        """Ask for the width of the wider part: they are stacked before they need more."""
        parts = [part.minimumSizeHint() for part in (self._first, self._second) if not part.isHidden()]
        width = max((part.width() for part in parts), default=0)
        return QSize(width, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put them beside or below each other."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        theme = Theme.current()
        stacked = self.width() < theme.scaled(self._below)
        direction = QBoxLayout.Direction.TopToBottom if stacked else QBoxLayout.Direction.LeftToRight
        width = theme.scaled(self._first_width)
        self._first.setMinimumWidth(0 if stacked else width)
        self._first.setMaximumWidth(_ANY if stacked else width)
        if self._layout.direction() is not direction:
            self._layout.setDirection(direction)
            self.updateGeometry()
