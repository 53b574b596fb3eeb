"""What is seldom wanted of a new container: folded away in the run dialog until it is asked for."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QFormLayout, QLineEdit, QWidget

from app.viewmodels.containers.run_image import MoreRow
from app.views.dialogs.run_rows import mark_invalid
from app.views.widgets.buttons import Button
from app.views.widgets.check_box import CheckBox
from app.views.widgets.layouts import column
from app.views.widgets.text import PlainLabel, WrappedLabel


class MoreFields(QWidget):
    """A line that opens and closes, and the fields below it. It opens by itself where one is wrong."""

    changed = Signal()
    opened = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(f"{name}.more")
        self._name = name
        self._messages: dict[str, WrappedLabel] = {}
        self.switch = Button(self.tr("Show more"), f"{name}.more.switch", "link", "chevron-right")
        self.entrypoint = self._line("entrypoint", self.tr("Entrypoint"), self.tr("the image's own"))
        self.user = self._line("user", self.tr("User"), self.tr("the image's own"))
        self.host_name = self._line("hostname", self.tr("Host name"), self.tr("chosen by the engine"))
        self.tty = self._box("tty", self.tr("Has a terminal (TTY)"))
        self.auto_remove = self._box("auto_remove", self.tr("Is removed when it ends"))
        self.read_only = self._box("read_only", self.tr("May write to its volumes only (read-only)"))
        self.privileged = self._box("privileged", self.tr("Has all powers over the machine (privileged)"))
        self._warning = WrappedLabel(
            self.tr(
                "It can read and change all containers, their data and the shared folders. "
                "Do this only with an image you trust."
            ),
            "warn",
        )
        self._warning.setObjectName(f"{name}.privileged.warning")
        self._warning.hide()
        self.privileged.toggled.connect(self._warning.setVisible)
        form = QFormLayout()
        form.setContentsMargins(0, 4, 0, 0)
        form.setHorizontalSpacing(12)
        form.setVerticalSpacing(8)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        self._lines = {"entrypoint": self.entrypoint, "user": self.user, "hostname": self.host_name}
        for key, line in self._lines.items():
            title = PlainLabel(line.accessibleName(), "muted")
            title.setAlignment(Qt.AlignmentFlag.AlignTop)
            title.setContentsMargins(0, 7, 0, 0)  # beside the first line
            form.addRow(title, column(line, self._message(key), spacing=2))
        form.addRow(
            column(
                self.tty,
                self.auto_remove,
                self._message("auto_remove"),
                self.read_only,
                self.privileged,
                self._warning,
                spacing=6,
            )
        )
        self._fields = QWidget()
        self._fields.setLayout(form)
        self._fields.hide()
        self.switch.clicked.connect(lambda: self.show_fields(self._fields.isHidden()))
        self.setLayout(column(self.switch, self._fields, spacing=2))
        layout = self.layout()
        assert layout is not None
        layout.setAlignment(self.switch, Qt.AlignmentFlag.AlignLeft)

    @property
    def value(self) -> MoreRow:
        """Return what was typed."""
        return MoreRow(
            entrypoint=self.entrypoint.text().strip(),
            user=self.user.text().strip(),
            hostname=self.host_name.text().strip(),
            tty=self.tty.isChecked(),
            auto_remove=self.auto_remove.isChecked(),
            read_only=self.read_only.isChecked(),
            privileged=self.privileged.isChecked(),
        )

    def show_fields(self, shown: bool) -> None:
        """Open or close."""
        was_hidden = self._fields.isHidden()
        self._fields.setVisible(shown)
        self.switch.set_label(self.tr("Show less") if shown else self.tr("Show more"))
        self.switch.icon_source.show("chevron-down" if shown else "chevron-right")
        if shown and was_hidden:
            self.opened.emit()

    def show_problems(self, problems: Mapping[str, str]) -> None:
        """Show what is wrong beside its field."""
        for key, message in self._messages.items():
            message.setText(problems.get(key, ""))
            message.setVisible(key in problems)
        for key, line in self._lines.items():
            mark_invalid(line, key in problems)
        if self._messages.keys() & problems.keys():
            self.show_fields(True)

    def _message(self, key: str) -> WrappedLabel:
        message = WrappedLabel(role="error")
        message.setObjectName(f"{self._name}.{key}.message")
        message.hide()
        self._messages[key] = message
        return message

    def _line(self, key: str, label: str, hint: str) -> QLineEdit:
        line = QLineEdit()
        line.setObjectName(f"{self._name}.{key}")
        line.setAccessibleName(label)
        line.setPlaceholderText(hint)
        line.textChanged.connect(self.changed)
        return line

    def _box(self, key: str, text: str) -> QCheckBox:
        box = CheckBox(text)
        box.setObjectName(f"{self._name}.{key}")
        box.toggled.connect(self.changed)
        return box
