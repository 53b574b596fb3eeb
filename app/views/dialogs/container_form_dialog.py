"""What the dialogs that make and change a container share: its ports, environment, volumes and limits."""

from PySide6.QtCore import QDir, Qt
from PySide6.QtWidgets import QDialog, QFileDialog, QFormLayout, QPlainTextEdit, QVBoxLayout, QWidget

from app.viewmodels.containers.run_form import FormChecks, PortConflict, PortRow, VolumeRow
from app.views.dialogs.run_rows import LimitsFields, PortLine, RowList, VolumeLine
from app.views.theme import monospace_font
from app.views.widgets.buttons import Button
from app.views.widgets.failure_card import FailureCard
from app.views.widgets.layouts import Item, Scrolled, column, fill, row
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
        self.environment_file = Button(self.tr("Read a file…"), f"{name}.environment.file", "link", "folder")
        self.environment_file.clicked.connect(self._choose_file)
        self.environment_message = self.add_message("environment")
        self.volumes = RowList(f"{name}.volume", self.tr("Add a volume"), VolumeLine, VolumeRow())
        self.volumes.changed.connect(self.check)
        for lines in (self.ports, self.volumes):
            lines.added.connect(self._bring_into_sight)
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
        viewmodel.variables_read.connect(self._add_variables)
        viewmodel.variables_not_read.connect(self._tell_not_read)

    # --- building -----------------------------------------------------------------------------------------

    def add_environment(self) -> None:
        """Append the lines of the environment."""
        button = row(self.environment_file, None)
        self.add_line(self.tr("Environment"), self.environment, button, self.environment_message)

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

    def _bring_into_sight(self, line: QWidget) -> None:
        self.fields.ensureWidgetVisible(line)

    def _choose_file(self) -> None:
        dialog = QFileDialog(self, self.tr("Read variables from a file"))
        dialog.setObjectName(f"{self.objectName()}.environment.choose")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setFilter(QDir.Filter.Files | QDir.Filter.Hidden | QDir.Filter.AllDirs)  # .env is a hidden one
        dialog.fileSelected.connect(self._checks.read_variables)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _add_variables(self, text: str) -> None:
        """Put what was read below what was typed."""
        typed = self.environment.toPlainText().rstrip("\n")
        self.environment.setPlainText("\n".join(filter(None, (typed, text.strip("\n")))))

    def _tell_not_read(self, why: str) -> None:
        self.environment_message.setText(why)
        self.environment_message.show()

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
