"""What screen readers see of the widgets that are painted here."""

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QAccessibleWidget

from app.views.widgets.chart import LineChart
from app.views.widgets.painted_text import PaintedText, PaintedTextAccessible


def install_accessibility() -> None:
    """Let Qt ask us what widgets of ours are, before any of them is looked at."""
    QAccessible.installFactory(_make_accessible)


def _make_accessible(_: str, thing: QObject) -> QAccessibleInterface | None:
    """Return what a widget of ours is; Qt knows the other ones."""
    if isinstance(thing, PaintedText):
        return PaintedTextAccessible(thing)
    if isinstance(thing, LineChart):
        return QAccessibleWidget(thing, QAccessible.Role.Chart)
    return None
