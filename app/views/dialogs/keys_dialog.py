"""All keys of the window, by where they work."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFrame, QGridLayout, QWidget

from app.views import keys
from app.views.theme import Theme
from app.views.widgets.buttons import Button
from app.views.widgets.dialog_layout import fit_screen
from app.views.widgets.flow_row import flow
from app.views.widgets.layouts import Scrolled, column, row
from app.views.widgets.text import PlainLabel

_HEIGHT = 640


class KeysDialog(QDialog):
    """Shows the keys that views are bound to, in two columns."""

    def __init__(self, pages: list[tuple[str, str]], parent: QWidget | None = None) -> None:
        """`pages` are the titles of the pages and their keys."""
        super().__init__(parent)
        self.setObjectName("keys")
        self.setWindowTitle(self.tr("Keys"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        close = Button(self.tr("Close"), "keys.close", "primary")
        close.clicked.connect(self.accept)
        close.setDefault(True)
        sides = flow(
            column(
                _group(self.tr("Everywhere"), _rows(keys.EVERYWHERE)),
                _group(self.tr("Pages"), pages),
                None,
                spacing=16,
            ),
            column(
                _group(self.tr("In the search"), _rows(keys.SEARCHING)),
                _group(self.tr("In a list"), _rows(keys.LIST)),
                _group(self.tr("On a container of the list"), _rows(keys.CONTAINERS)),
                _group(self.tr("In a container's page"), _rows(keys.CONTAINER)),
                _group(self.tr("In a terminal: all others are the program's"), _rows(keys.SHELL)),
                None,
                spacing=16,
            ),
            spacing=36,
            margins=(0, 0, 12, 0),
        )
        scrolled = Scrolled(sides)
        scrolled.setObjectName("keys.all")
        scrolled.setAccessibleName(self.tr("Keys"))
        scrolled.setFrameShape(QFrame.Shape.NoFrame)
        scrolled.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # to be scrolled by keys where room is short
        heading = PlainLabel(self.tr("Keys"), "heading")
        layout = column(heading, scrolled, row(None, close), spacing=12, margins=(22, 20, 22, 18))
        layout.setStretch(1, 1)
        self.setLayout(layout)
        theme = Theme.current()
        wanted = scrolled.content.sizeHint()
        room = parent.window().height() if parent is not None else theme.scaled(_HEIGHT)
        height = min(wanted.height() + theme.scaled(140), room)
        fit_screen(self, theme.unscaled(wanted.width()) + 80, theme.unscaled(height))
        close.setFocus()


def _rows(group: tuple[keys.Key, ...]) -> list[tuple[str, str]]:
    return [(key.label, key.words) for key in group]


def _group(title: str, rows: list[tuple[str, str]]) -> QWidget:
    """Return what the keys of one place do."""
    widget = QWidget()
    grid = QGridLayout(widget)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(20)
    grid.setVerticalSpacing(5)
    grid.setColumnStretch(0, 1)
    grid.addWidget(PlainLabel(title, "strong"), 0, 0, 1, 2)
    for place, (label, words) in enumerate(rows, start=1):
        grid.addWidget(PlainLabel(label), place, 0)
        grid.addWidget(PlainLabel(words, "muted"), place, 1, Qt.AlignmentFlag.AlignRight)
    return widget
