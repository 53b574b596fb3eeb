"""Labels for every text on screen: always plain text, because names and messages come from outside."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget


class PlainLabel(QLabel):
    """A label that shows markup as the characters it is made of. `role` picks its look in the style sheet."""

    def __init__(self, text: str = "", role: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)
        if role:
            self.setProperty("role", role)

    def set_role(self, role: str) -> None:
        """Change the look."""
        if self.property("role") != role:
            self.setProperty("role", role)
            restyle(self)


class WrappedLabel(PlainLabel):
    """Text of several lines that can be selected with the mouse."""

    def __init__(self, text: str = "", role: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, role, parent)
        self.setWordWrap(True)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)


class ElidedLabel(PlainLabel):
    """One line that ends in … where room is short; the whole text is its tool tip."""

    def minimumSizeHint(self) -> QSize:
        """Let the layout make the label as narrow as it needs."""
        return QSize(24, super().minimumSizeHint().height())

    def setText(self, text: str) -> None:
        """Show `text` on one line."""
        super().setText(text)
        self.setToolTip(plain_tool_tip(text))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw what fits."""
        del event
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        line = self.fontMetrics().elidedText(
            " ".join(self.text().split()), Qt.TextElideMode.ElideRight, self.contentsRect().width()
        )
        painter.drawText(self.contentsRect(), self.alignment() | Qt.AlignmentFlag.AlignVCenter, line)
        painter.end()


def plain_tool_tip(text: str) -> str:
    """Return `text` so that a tool tip shows it literally: Qt would guess rich text from a leading tag."""
    if "<" not in text and "&" not in text:
        return text
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f'<span style="white-space: pre-wrap">{escaped}</span>'


def restyle(widget: QWidget) -> None:
    """Make the style sheet look again at the widget's properties."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()
