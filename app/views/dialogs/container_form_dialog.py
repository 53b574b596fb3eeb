"""What the dialogs that make and change a container share: its ports, environment, volumes and limits."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFormLayout, QPlainTextEdit, QVBoxLayout, QWidget

from app.viewmodels.containers.run_form import FormChecks, PortConflict, PortRow, VolumeRow
from app.views.dialogs.run_rows import LimitsFields, PortLine, RowList, VolumeLine
from app.views.theme import monospace_font
from app.views.widgets.buttons import Button
from app.views.widgets.failure_card import FailureCard
from app.views.widgets.layouts import Item, Scrolled, column, fill
from app.views.widgets.text import PlainLabel, WrappedLabel


class ContainerFormDialog(QDialog):
    """Checks with every key. Subclasses place the fields, and say in `check` what comes of them."""

    def __init__(self, name: str, title: str, viewmodel: FormChecks, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._checks = viewmodel
        self._conflicts: tuple[PortConflict, ...] = ()
        self.ports = RowList(f"{name}.port", self.tr("Add a port"), PortLine, PortRow())
        self.ports.changed.connect(self._ports_changed)
        self.environment = QPlainTextEdit()
        self.environment.setObjectName(f"{name}.environment")
        self.environment.setAccessibleName(self.tr("Environment"))
        self.environment.setPlaceholderText(self.tr("NAME=value, one a line; a .env file can be pasted here"))
        self.environment.setFont(monospace_font())
        self.environment.setTabChangesFocus(True)
        self.environment.textChanged.connect(self.check)
        self.environment_message = self.add_message("environment")
        self.volumes = RowList(f"{name}.volume", self.tr("Add a volume"), VolumeLine, VolumeRow())
        self.volumes.changed.connect(self.check)
        self.limits = LimitsFields(name)
        self.limits.changed.connect(self.check)
        self.failure = FailureCard(f"{name}.failure", role="inset")
        self.failure.hide()
        self.cancel_button = Button(self.tr("Cancel"), f"{name}.cancel")
        self.cancel_button.clicked.connect(self.reject)
        self._form = QFormLayout()
        self._form.setHorizontalSpacing(16)
        self._form.setVerticalSpacing(12)
        self._form.setLabelAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        self.fields = Scrolled(column(self._form, None, margins=(0, 0, 10, 0)))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(22, 20, 22, 18)
        layout.setSpacing(10)
        self.place(PlainLabel(title, "heading"), self.fields, self.failure)
        layout.setStretch(1, 1)
        viewmodel.conflicts_found.connect(self._show_conflicts)

    # --- building -----------------------------------------------------------------------------------------

    def add_message(self, name: str) -> WrappedLabel:
        """Return a place for what is wrong with a field."""
        label = WrappedLabel(role="error")
        label.setObjectName(f"{self.objectName()}.{name}.message")
        label.hide()
        return label

    def add_line(self, label: str, *content: Item) -> None:
        """Append a line of the form: its label, and what stands beside it."""
        title = PlainLabel(label, "muted")
        title.setContentsMargins(0, 7, 0, 0)
        title.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)  # beside the first line
        self._form.addRow(title, column(*content, spacing=2))

    def place(self, *content: Item) -> None:
        """Put something below the form."""
        layout = self.layout()
        assert isinstance(layout, QVBoxLayout)
        fill(layout, content)

    # --- content ------------------------------------------------------------------------------------------

    def check(self) -> None:
        """Show what is wrong with what was typed, or what comes of it."""
        raise NotImplementedError

    def show_problems(self, problems: dict[str, str]) -> None:
        """Show what is wrong beside the fields of here."""
        self.environment_message.setText(problems.get("environment", ""))
        self.environment_message.setVisible("environment" in problems)
        self.limits.show_problems(problems)
        by_row = {conflict.row: conflict for conflict in self._conflicts}
        for place, line in enumerate(self.ports.lines):
            line.show_problem(problems.get(f"ports.{place}", ""), by_row.get(place))
        for place, line in enumerate(self.volumes.lines):
            line.show_problem(problems.get(f"volumes.{place}", ""))

    def check_ports(self) -> None:
        """Find out who holds the ports; the answer is shown beside them."""
        self._checks.check_ports(self.ports.values)

    def _ports_changed(self) -> None:
        self._conflicts = ()
        self.check_ports()
        self.check()

    def _show_conflicts(self, conflicts: tuple[PortConflict, ...]) -> None:
        self._conflicts = conflicts
        self.check()
