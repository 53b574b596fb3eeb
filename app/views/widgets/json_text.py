"""JSON as text: coloured, searched, copied."""

import re

from PySide6.QtGui import QColor, QSyntaxHighlighter, QTextCharFormat, QTextCursor, QTextDocument
from PySide6.QtWidgets import QPlainTextEdit

from app.views.theme import Theme, monospace_font

_MOST_COLOURED = 20_000  # lines: the colours of more would hold the window up
_TOKEN = re.compile(
    r'(?P<name>"(?:[^"\\]|\\.)*"(?=\s*:))|(?P<text>"(?:[^"\\]|\\.)*")|(?P<word>true|false|null|-?\d[\d.eE+-]*)'
)
_COLOURS = {"name": "accent", "text": "text", "word": "warn"}


class _Highlighter(QSyntaxHighlighter):
    """Names, and what is no text, in colours of their own."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self._formats: dict[str, QTextCharFormat] = {}
        Theme.current().changed.connect(self._follow_theme)
        self._follow_theme()

    def _follow_theme(self) -> None:
        tokens = Theme.current().tokens
        for kind, token in _COLOURS.items():
            self._formats[kind] = QTextCharFormat()
            self._formats[kind].setForeground(QColor(getattr(tokens, token)))
        self.rehighlight()

    def highlightBlock(self, text: str) -> None:
        """Colour a line."""
        if self.document().blockCount() > _MOST_COLOURED:
            return
        for match in _TOKEN.finditer(text):
            if match.lastgroup is not None:
                self.setFormat(match.start(), len(match[0]), self._formats[match.lastgroup])


class JsonText(QPlainTextEdit):
    """Shows a text that can be selected, and finds words in it."""

    def __init__(self, name: str, label: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(label)
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setFont(monospace_font())
        self._highlighter = _Highlighter(self.document())
        self._places: list[int] = []
        self._length = 0

    def show_text(self, text: str) -> None:
        """Show a text; what was on top stays there, as far as there are so many lines."""
        if text != self.toPlainText():
            top = self.verticalScrollBar().value()
            self.setPlainText(text)
            self.verticalScrollBar().setValue(top)

    def find_all(self, needle: str) -> int:
        """Look for `needle` (case does not matter); return how often it is there."""
        text = self.toPlainText()
        matches = re.finditer(re.escape(needle), text, re.IGNORECASE) if needle else ()
        # Qt counts in UTF-16.
        self._places = [len(text[: match.start()].encode("utf-16-le")) // 2 for match in matches]
        self._length = len(needle.encode("utf-16-le")) // 2
        return len(self._places)

    def show_match(self, number: int) -> None:
        """Select one of the places that were found, and bring it into sight."""
        cursor = self.textCursor()
        cursor.setPosition(self._places[number])
        cursor.setPosition(self._places[number] + self._length, QTextCursor.MoveMode.KeepAnchor)
        self.setTextCursor(cursor)
        self.centerCursor()
