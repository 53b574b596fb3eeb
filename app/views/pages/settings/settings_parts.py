"""The parts that the Settings page is made of: a line with its field, a remark and what is wrong with it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QCheckBox, QLabel, QLayout, QLineEdit, QWidget

from app.viewmodels.engine.machine_settings import SYSTEM
from app.viewmodels.frame.preferences import Preferences
from app.views.theme import Theme, monospace_font
from app.views.widgets.buttons import Button
from app.views.widgets.flow_row import flow
from app.views.widgets.layouts import Card, Item, column, row
from app.views.widgets.segments import Segments
from app.views.widgets.side_by_side import SideBySide
from app.views.widgets.text import PlainLabel, WrappedLabel

_LABEL_WIDTH, _STACKED_BELOW = 210, 420
_FIELD_HEIGHT = 32  # of one line, or of a larger field's first line


class SettingLine(QWidget):
    """A setting: its name on the left, its fields, a remark and its problem on the right."""

    def __init__(self, label: str, *items: Item, hint: str = "", name: str = "") -> None:
        super().__init__()
        self.label, self.hint = label, hint
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)  # it is marked by its colour
        title = PlainLabel(label)
        title.setWordWrap(True)
        if not all(item is None or isinstance(item, QCheckBox | QLabel) for item in items):
            title.setMinimumHeight(Theme.current().scaled(_FIELD_HEIGHT))
        fields = QWidget()
        right = column(flow(*items), spacing=3)
        fields.setLayout(right)
        if hint:
            right.addWidget(WrappedLabel(hint, "muted"))
        self._problem = WrappedLabel(role="error")
        self._problem.setObjectName(f"{name}.problem")
        self._problem.hide()
        right.addWidget(self._problem)
        self._fixed = WrappedLabel(role="muted")
        self._fixed.setObjectName(f"{name}.fixed")
        self._fixed.hide()
        right.addWidget(self._fixed)
        both = SideBySide(title, fields, _LABEL_WIDTH, _STACKED_BELOW)
        both.align_first(Qt.AlignmentFlag.AlignTop)  # beside the field's first line
        self.setLayout(column(both))

    def show_problem(self, text: str) -> None:
        """Say what is wrong, "" for nothing."""
        self._problem.setText(text)
        self._problem.setVisible(bool(text))

    def show_fixed(self, is_fixed: bool, by: str) -> None:
        """Say who has fixed this setting, unless it is the user's own; `by` may be unknown."""
        by = by or self.tr("the administrator of this computer")
        self._fixed.setText(self.tr("Fixed by {0}.").format(by) if is_fixed else "")
        self._fixed.setVisible(is_fixed)

    def mark(self, on: bool) -> None:
        """Mark it as the one that was looked for, or no longer."""
        if bool(self.property("found")) is not on:
            self.setProperty("found", on)
            self.setContentsMargins(*((8, 6, 8, 6) if on else (0, 0, 0, 0)))
            self.style().unpolish(self)
            self.style().polish(self)

    def first_field(self) -> QWidget:
        """Return what gets the keyboard; the line itself where nothing can have it."""
        fields = (
            field for field in self.findChildren(QWidget) if field.focusPolicy() & Qt.FocusPolicy.TabFocus
        )
        return next((field for field in fields if not field.isHidden()), self)


def hold_fixed(line: SettingLine, field: QWidget, preferences: Preferences, name: str) -> None:
    """Where an administrator has fixed a choice of the window, say so and let nobody change it."""
    if preferences.is_fixed(name):
        field.setEnabled(False)
        line.show_fixed(True, preferences.fixed_by)


def build_card(name: str, title: str, *items: Item) -> Card:
    """Return a card of settings with a heading."""
    card = Card(f"settings.{name}")
    card.setLayout(card_layout(title, *items))
    return card


def card_layout(title: str, *items: Item) -> QLayout:
    """Return the layout of a card of settings."""
    return column(WrappedLabel(title, "heading"), 4, *items, spacing=10, margins=(20, 16, 20, 18))


class CopyField(QWidget):
    """A path or a command that is shown whole, and copied by a button; `label` is for screen readers."""

    def __init__(self, name: str, copy_name: str, label: str) -> None:
        super().__init__()
        self._field = QLineEdit()
        self._field.setObjectName(name)
        self._field.setAccessibleName(label)
        self._field.setReadOnly(True)
        self._field.setFont(monospace_font())
        copy = Button(self.tr("Copy"), copy_name, icon="copy")
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._field.text()))
        layout = row(self._field, copy)
        layout.setStretch(0, 1)
        self.setLayout(layout)

    def show_text(self, text: str) -> None:
        """Show a text from its beginning; while there is none, the field is not there."""
        if self._field.text() != text:
            self._field.setText(text)
            self._field.setCursorPosition(0)
        self.setVisible(bool(text))


class ProxyFields(QWidget):
    """Which proxy the engine uses: the system's, none, or one that is typed in."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.mode = Segments(
            "settings.proxy",
            self.tr("Proxy"),
            {"system": self.tr("Like the system"), "none": self.tr("None"), "manual": self.tr("By hand")},
        )
        self.mode.chosen.connect(self._choose)
        self.http = self._edit("http-proxy", self.tr("Proxy for http"), "http://proxy.example.com:3128")
        self.https = self._edit("https-proxy", self.tr("Proxy for https"), "http://proxy.example.com:3128")
        self.none_for = self._edit("no-proxy", self.tr("No proxy for"), "localhost,.example.com,10.0.0.0/8")
        self.http_line = SettingLine(self.tr("Proxy for http"), self.http, name="settings.http-proxy")
        self.https_line = SettingLine(self.tr("Proxy for https"), self.https, name="settings.https-proxy")
        self._none_line = SettingLine(
            self.tr("No proxy for"),
            self.none_for,
            hint=self.tr("Hosts, domains and networks, with commas between them."),
        )
        hint = self.tr("For pulls, builds and searches. Containers are given no proxy.")
        self.mode_line = SettingLine(self.tr("Proxy"), self.mode, None, hint=hint, name="settings.proxy")
        self._mode = "system"
        self.setLayout(
            column(
                self.mode_line,
                self.http_line,
                self.https_line,
                self._none_line,
                spacing=10,
            )
        )
        self.show_values((SYSTEM, SYSTEM, SYSTEM))

    def show_values(self, values: tuple[str, str, str]) -> None:
        """Show the proxies for http and https, and where there is none."""
        self._mode = "manual"
        for mode, text in (("system", SYSTEM), ("none", "")):
            if set(values) == {text}:
                self._mode = mode
        self.mode.choose(self._mode)
        for edit, value in zip((self.http, self.https, self.none_for), values, strict=True):
            edit.setText(value if self._mode == "manual" else "")
        self._show_mode()

    def values(self) -> tuple[str, str, str]:
        """Return the proxies for http and https, and where there is none, as the machine has them."""
        if self._mode == "manual":
            return (self.http.text().strip(), self.https.text().strip(), self.none_for.text().strip())
        text = SYSTEM if self._mode == "system" else ""
        return (text, text, text)

    def _edit(self, name: str, label: str, hint: str) -> QLineEdit:
        edit = QLineEdit()
        edit.setObjectName(f"settings.{name}")
        edit.setAccessibleName(label)
        edit.setPlaceholderText(hint)
        edit.textChanged.connect(self.changed)
        return edit

    def _choose(self, mode: str) -> None:
        self._mode = mode
        self._show_mode()
        self.changed.emit()

    def _show_mode(self) -> None:
        for line in (self.http_line, self.https_line, self._none_line):
            line.setVisible(self._mode == "manual")
