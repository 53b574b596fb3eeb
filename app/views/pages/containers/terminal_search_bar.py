"""The field above a terminal that searches what it shows and what scrolled away."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.views.pages.search_box import SearchBox
from app.views.widgets.buttons import IconButton
from app.views.widgets.layouts import row
from app.views.widgets.terminal.terminal_view import TerminalView
from app.views.widgets.text import PlainLabel


class TerminalSearchBar(QWidget):
    """Begins with the newest match and goes up; the match is selected, as if by the mouse."""

    closed = Signal()

    def __init__(self, name: str, view: TerminalView) -> None:
        super().__init__()
        self.setObjectName(name)
        self._view = view
        self.field = SearchBox(f"{name}.text", self.tr("Search in the terminal"), can_be_left=True)
        self.field.textChanged.connect(self._search_anew)
        self.field.stepped.connect(self._step)
        self.field.left.connect(self.close_bar)
        self._answer = PlainLabel(role="muted")
        self._answer.setObjectName(f"{name}.answer")
        older = IconButton("chevron-up", self.tr("Older match (Enter)"), f"{name}.older")
        older.clicked.connect(lambda: self._step(1))
        newer = IconButton("chevron-down", self.tr("Newer match (Shift+Enter)"), f"{name}.newer")
        newer.clicked.connect(lambda: self._step(-1))
        close = IconButton("close", self.tr("Close the search (Esc)"), f"{name}.close")
        close.clicked.connect(self.close_bar)
        self.setLayout(row(self.field, older, newer, self._answer, None, close, spacing=4))
        self.hide()

    def open_bar(self) -> None:
        """Take the keyboard; what is selected is what one searches, if it is one line."""
        selected = self._view.selection.text
        if selected and "\n" not in selected:
            self.field.setText(selected)
        self.show()
        self.field.setFocus()
        self.field.selectAll()

    def close_bar(self) -> None:
        """Give the keyboard back."""
        self.hide()
        self.closed.emit()

    def _search_anew(self) -> None:
        self._view.selection.clear()
        self._step(1)

    def _step(self, step: int) -> None:
        """Go to an older match (1) or a newer one (-1)."""
        needle = self.field.text()
        is_found = self._view.search(needle, backwards=step > 0)
        self._answer.setText(self.tr("nothing found") if needle and not is_found else "")
