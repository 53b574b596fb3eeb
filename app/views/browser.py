"""Opens addresses in the user's browser."""

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices


def open_address(address: str) -> bool:
    """Open a web page; return whether the system took it. Only http and https are opened."""
    url = QUrl(address, QUrl.ParsingMode.StrictMode)
    if not url.isValid() or url.scheme() not in ("http", "https"):
        return False
    return QDesktopServices.openUrl(url)


def open_file(path: str) -> bool:
    """Show a file of this computer in the program for its kind; return whether the system took it."""
    return QDesktopServices.openUrl(QUrl.fromLocalFile(path))
