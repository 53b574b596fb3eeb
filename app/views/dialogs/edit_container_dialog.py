"""The edit dialog: what a container is made of, what a change means, open until the change is made."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QFormLayout, QPlainTextEdit, QScrollArea, QVBoxLayout, QWidget

from app.viewmodels.edit_container import EditContainerViewModel, EditForm, EditStep
from app.viewmodels.failure import Failure
from app.viewmodels.run_form import PortConflict, PortRow, VolumeRow
from app.views.dialogs.run_rows import LimitsFields, PortLine, RowList, VolumeLine
from app.views.theme import monospace_font
from app.views.widgets.buttons import Button
from app.views.widgets.failure_card import FailureCard
from app.views.widgets.layouts import column, row
from app.views.widgets.text import PlainLabel, WrappedLabel

_LINES_SHOWN = 6


class EditContainerDialog(QDialog):
    """Changes one container."""

    applied = Signal(str)  # the id of the container that is there now

    def __init__(self, viewmodel: EditContainerViewModel, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("edit")
        self.setWindowTitle(self.tr("Edit {0}").format(name))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(600, 680)
        self._viewmodel = viewmodel
        self._conflicts: tuple[PortConflict, ...] = ()
        self._ready = False
        self._build_fields()
        self._build_bottom()
        self._assemble()
        viewmodel.loaded.connect(self._fill)
        viewmodel.load_failed.connect(self._failed)
        viewmodel.conflicts_found.connect(self._show_conflicts)
        viewmodel.step_changed.connect(self._show_step)
        viewmodel.applied.connect(self._applied)
        viewmodel.failed.connect(self._failed)
        self.finished.connect(viewmodel.deleteLater)
        viewmodel.load()
        self._check()

    def _build_fields(self) -> None:
        self.ports = RowList("edit.port", self.tr("Add a port"))
        self.ports.add_button.clicked.connect(lambda: self._add_port(PortRow()))
        self.ports.changed.connect(self._ports_changed)
        self.environment = QPlainTextEdit()
        self.environment.setObjectName("edit.environment")
        self.environment.setAccessibleName(self.tr("Environment"))
        self.environment.setPlaceholderText(self.tr("NAME=value, one a line; a .env file can be pasted here"))
        self.environment.setFont(monospace_font())
        self.environment.setMinimumHeight(110)
        self.environment.setTabChangesFocus(True)
        self.environment.textChanged.connect(self._check)
        self._environment_message = WrappedLabel(role="error")
        self._environment_message.hide()
        self.volumes = RowList("edit.volume", self.tr("Add a volume"))
        self.volumes.add_button.clicked.connect(lambda: self._add_volume(VolumeRow()))
        self.volumes.changed.connect(self._check)
        self.limits = LimitsFields("edit")
        self.limits.changed.connect(self._check)

    def _build_bottom(self) -> None:
        self._lines = WrappedLabel(role="code")
        self._lines.setObjectName("edit.preview")
        self._note = WrappedLabel(role="muted")
        self._note.setObjectName("edit.note")
        self._failure = FailureCard("edit.failure", role="inset")
        self._failure.hide()
        self._cancel = Button(self.tr("Cancel"), "edit.cancel")
        self._cancel.clicked.connect(self.reject)
        self.apply_button = Button(self.tr("Apply"), "edit.apply", "primary", "check")
        self.apply_button.clicked.connect(self._apply)

    def _assemble(self) -> None:
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(12)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        for label, content in (
            (self.tr("Ports"), column(self.ports)),
            (self.tr("Environment"), column(self.environment, self._environment_message, spacing=2)),
            (self.tr("Volumes"), column(self.volumes)),
            (self.tr("Restart, limits"), column(self.limits)),
        ):
            title = PlainLabel(label, "muted")
            title.setContentsMargins(0, 7, 0, 0)
            form.addRow(title, content)
        self._fields = QWidget()
        self._fields.setObjectName("scrolled")
        self._fields.setLayout(column(form, None, margins=(0, 0, 10, 0)))
        scroll = QScrollArea()
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Tab goes to what is in it
        scroll.setWidgetResizable(True)
        scroll.setWidget(self._fields)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(22, 20, 22, 18)
        layout.setSpacing(10)
        layout.addWidget(PlainLabel(self.windowTitle(), "heading"))
        layout.addWidget(scroll, 1)
        layout.addWidget(self._failure)
        layout.addWidget(self._lines)
        layout.addWidget(self._note)
        layout.addLayout(row(None, self._cancel, self.apply_button))

    @property
    def form(self) -> EditForm:
        """Return everything as typed."""
        return EditForm(
            tuple(line.value for line in self.ports.lines if isinstance(line, PortLine)),
            self.environment.toPlainText(),
            tuple(line.value for line in self.volumes.lines if isinstance(line, VolumeLine)),
            self.limits.value,
        )

    def reject(self) -> None:
        """Stay while a change is under way: it ends by itself, one way or the other."""
        if not self._viewmodel.is_busy:
            super().reject()

    def _fill(self, form: EditForm) -> None:
        for port in form.ports:
            self.ports.add(PortLine(self.ports.next_name(), port))
        for volume in form.volumes:
            self.volumes.add(VolumeLine(self.volumes.next_name(), volume))
        self.limits.show_limits(form.limits)
        self._ready = True
        self.environment.setPlainText(form.environment)
        self._check()

    def _add_port(self, port: PortRow) -> None:
        self.ports.add(PortLine(self.ports.next_name(), port))
        self._ports_changed()

    def _add_volume(self, volume: VolumeRow) -> None:
        self.volumes.add(VolumeLine(self.volumes.next_name(), volume))
        self._check()

    def _ports_changed(self) -> None:
        self._conflicts = ()
        self._viewmodel.check_ports(self.form.ports)
        self._check()

    def _show_conflicts(self, conflicts: tuple[PortConflict, ...]) -> None:
        self._conflicts = conflicts
        self._check()

    def _check(self) -> None:
        form = self.form
        problems = self._viewmodel.check_form(form)
        self._environment_message.setText(problems.get("environment", ""))
        self._environment_message.setVisible("environment" in problems)
        self.limits.show_problems(problems)
        by_row = {conflict.row: conflict for conflict in self._conflicts}
        for place, line in enumerate(self.ports.lines):
            if isinstance(line, PortLine):
                line.show_problem(problems.get(f"ports.{place}", ""), by_row.get(place))
        for place, line in enumerate(self.volumes.lines):
            if isinstance(line, VolumeLine):
                line.show_problem(problems.get(f"volumes.{place}", ""))
        changes = False
        if not problems and self._ready:
            preview = self._viewmodel.preview(form)
            shown = list(preview.lines[:_LINES_SHOWN])
            if len(preview.lines) > len(shown):
                shown.append(self.tr("… and %n more", "", len(preview.lines) - len(shown)))
            self._lines.setText("\n".join(shown))
            self._note.setText(preview.note)
            changes = preview.changes_something
        self._lines.setVisible(changes)
        self._note.setVisible(self._ready and not problems)
        self.apply_button.setEnabled(changes and not self._viewmodel.is_busy)

    def _apply(self) -> None:
        self._failure.hide()
        self._viewmodel.apply(self.form)
        self._lock(True)

    def _lock(self, locked: bool) -> None:
        self._fields.setEnabled(not locked)
        self._cancel.setEnabled(not locked)
        self.apply_button.setEnabled(not locked)
        if not locked:
            self.apply_button.set_label(self.tr("Apply"))

    def _show_step(self, step: EditStep) -> None:
        words = {
            EditStep.UPDATE: self.tr("Changing…"),
            EditStep.CREATE: self.tr("Creating the new one…"),
            EditStep.SWAP: self.tr("Stopping, starting…"),
            EditStep.WATCH: self.tr("Looking whether it runs…"),
            EditStep.BACK: self.tr("Going back…"),
            EditStep.REMOVE: self.tr("Deleting the old one…"),
        }
        self.apply_button.set_label(words[step])

    def _applied(self, container_id: str) -> None:
        self.applied.emit(container_id)
        self.accept()

    def _failed(self, failure: Failure) -> None:
        self._lock(False)
        self._failure.show_failure(failure)
        self._viewmodel.check_ports(self.form.ports)
        self._check()
