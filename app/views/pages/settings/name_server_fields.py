"""Whom the engine and its containers ask for names: this computer's resolver, or servers typed in."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from app.views.pages.settings.settings_parts import SettingLine
from app.views.widgets.layouts import column
from app.views.widgets.segments import Segments


class NameServerFields(QWidget):
    """Two ways, of which the second has a field."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        label = self.tr("Name servers")
        self.mode = Segments(
            "settings.dns", label, {"system": self.tr("Like this computer"), "manual": self.tr("By hand")}
        )
        self.mode.chosen.connect(self._choose)
        self.servers = QLineEdit()
        self.servers.setObjectName("settings.dns-servers")
        self.servers.setAccessibleName(label)
        self.servers.setPlaceholderText("192.0.2.1, 192.0.2.2:5353")
        self.servers.textChanged.connect(self.changed)
        hint = self.tr(
            "Like this computer, its VPN and its hosts file count. By hand, only the servers named here are "
            "asked."
        )
        self.line = SettingLine(label, self.mode, None, hint=hint)
        self.field_line = SettingLine("", self.servers, name="settings.dns-servers")
        self.field_line.hide()
        self.setLayout(column(self.line, self.field_line, spacing=10))

    def show_value(self, text: str) -> None:
        """Show the servers, none for this computer's resolver."""
        self.mode.choose("manual" if text else "system")
        self.servers.setText(text)
        self.field_line.setVisible(bool(text))

    def value(self) -> str:
        """Return the servers, with commas between them."""
        return self.servers.text().strip() if self.mode.current == "manual" else ""

    def _choose(self, mode: str) -> None:
        self.field_line.setVisible(mode == "manual")
        self.changed.emit()
