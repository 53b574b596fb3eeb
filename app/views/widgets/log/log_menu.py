"""The context menu of a log."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QPoint
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu

from app.views.icons import build_icon

if TYPE_CHECKING:
    from app.views.widgets.log.log_view import LogView

translate = QCoreApplication.translate
_MOST_LINKS = 10
_LONGEST = 70  # characters of an address that the menu shows


def open_log_menu(log: "LogView", addresses: Sequence[str], place: QPoint) -> None:
    """Open the menu of a log at a place of the screen: copy, select, and the last of some addresses."""
    menu = QMenu(log)
    menu.setObjectName("log.menu")
    for address in addresses[-_MOST_LINKS:]:
        shown = _shorten(address).replace("&", "&&")
        entry = menu.addAction(build_icon("external"), translate("LogMenu", "Open {0}").format(shown))
        entry.triggered.connect(lambda _=False, address=address: log.open_link(address))
    if len(addresses) == 1:
        entry = menu.addAction(build_icon("copy"), translate("LogMenu", "Copy the address"))
        entry.triggered.connect(lambda: QGuiApplication.clipboard().setText(addresses[0]))
    if addresses:
        menu.addSeparator()
    has_selection = log.selection.ends is not None
    label = translate("LogMenu", "Copy the selection") if has_selection else translate("LogMenu", "Copy all")
    for text, icon, slot in (
        (label, "copy", log.copy),
        (translate("LogMenu", "Select all"), "check", log.select_all),
    ):
        entry = menu.addAction(build_icon(icon), text)
        entry.setEnabled(log.line_count > 0)
        entry.triggered.connect(slot)
    menu.aboutToHide.connect(menu.deleteLater)
    menu.popup(place)


def _shorten(address: str) -> str:
    """Return an address with its beginning and its end, which tell most."""
    if len(address) <= _LONGEST:
        return address
    return f"{address[: _LONGEST - 20]}…{address[-19:]}"
