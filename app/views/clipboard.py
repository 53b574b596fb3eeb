"""Puts texts on the clipboard that are too long to be made a string in the window's thread."""

from PySide6.QtCore import QByteArray, QMimeData
from PySide6.QtGui import QGuiApplication


class _EncodedText(QMimeData):
    """A text in UTF-8, made a string only for who pastes it."""


def copy_encoded(text: QByteArray) -> None:
    """Put a text in UTF-8 on the clipboard; `release_clipboard` must be called before the program ends."""
    copied = _EncodedText()
    copied.setData("text/plain", text)
    QGuiApplication.clipboard().setMimeData(copied)


def release_clipboard() -> None:
    """Leave our text to Qt, if it is still there: an object of Python's must not outlive Python."""
    clipboard = QGuiApplication.clipboard()
    if isinstance(clipboard.mimeData(), _EncodedText):
        clipboard.setText(clipboard.text())
