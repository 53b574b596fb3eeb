"""The run dialog: filled in from the image, checked as typed, open until the container runs."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QFormLayout,
    QLineEdit,
    QPlainTextEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.viewmodels.failure import Failure
from app.viewmodels.pull_image import check_name
from app.viewmodels.run_form import PortConflict, PortRow, VolumeRow
from app.viewmodels.run_image import (
    FieldFailure,
    Prefill,
    RunForm,
    RunImageViewModel,
    StartedContainer,
)
from app.views.dialogs.run_rows import LimitsFields, PortLine, RowList, VolumeLine, mark_invalid
from app.views.theme import monospace_font
from app.views.widgets.buttons import Button, IconButton
from app.views.widgets.failure_card import FailureCard
from app.views.widgets.layouts import Item, column, row
from app.views.widgets.text import PlainLabel, WrappedLabel


class RunImageDialog(QDialog):
    """Runs one image. With no image given, its name is the first field."""

    started = Signal(object)  # StartedContainer
    pull_requested = Signal(str)

    def __init__(
        self, viewmodel: RunImageViewModel, image: str, suggestions: list[str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("run")
        self.setWindowTitle(self.tr("Run a container"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(600, 640)
        self._viewmodel = viewmodel
        viewmodel.setParent(self)
        self._conflicts: tuple[PortConflict, ...] = ()
        self._is_local, self._ready, self._asked = True, False, ""
        self._refusal: FieldFailure | None = None
        self._refused = RunForm("")
        self._build_fields(image)
        self._build_more()
        self._build_bottom()
        self._assemble(suggestions)
        viewmodel.prefilled.connect(self._fill)
        viewmodel.prefill_failed.connect(self._prefill_failed)
        viewmodel.conflicts_found.connect(self._show_conflicts)
        viewmodel.started.connect(self._started)
        viewmodel.failed.connect(self._failed)
        if image:
            self._ask()
        self._check()

    # --- building -----------------------------------------------------------------------------------------

    def _build_fields(self, image: str) -> None:
        self.image = self._field("image", self.tr("Image"), "nginx:1.27", image)
        self.image.textChanged.connect(self._image_changed)
        self.image.editingFinished.connect(self._ask)
        self._image_message = self._message("image")
        self.name = self._field("name", self.tr("Name"), self.tr("chosen by the engine"), "")
        self.name.textChanged.connect(self._check)
        self._name_message = self._message("name")
        self.ports = RowList("run.port", self.tr("Add a port"))
        self.ports.add_button.clicked.connect(lambda: self._add_port(PortRow()))
        self.ports.changed.connect(self._ports_changed)
        self._ports_message = self._message("ports")
        self._no_ports = WrappedLabel(self.tr("The image names no ports."), "muted")

    def _build_more(self) -> None:
        self.environment = QPlainTextEdit()
        self.environment.setObjectName("run.environment")
        self.environment.setAccessibleName(self.tr("Environment"))
        self.environment.setPlaceholderText(self.tr("NAME=value, one a line; a .env file can be pasted here"))
        self.environment.setFont(monospace_font())
        self.environment.setFixedHeight(84)
        self.environment.setTabChangesFocus(True)
        self.environment.textChanged.connect(self._check)
        self._environment_message = self._message("environment")
        self.volumes = RowList("run.volume", self.tr("Add a volume"))
        self.volumes.add_button.clicked.connect(lambda: self._add_volume(VolumeRow()))
        self.volumes.changed.connect(self._check)
        self.command = self._field("command", self.tr("Command"), self.tr("the image's own"), "")
        self.command.textChanged.connect(self._check)
        self._command_message = self._message("command")
        self.limits = LimitsFields("run")
        self.limits.changed.connect(self._check)

    def _build_bottom(self) -> None:
        self.line = QLineEdit()
        self.line.setObjectName("run.line")
        self.line.setAccessibleName(self.tr("The equal command"))
        self.line.setReadOnly(True)
        self.line.setFont(monospace_font())
        copy = IconButton("copy", self.tr("Copy the command"), "run.line.copy")
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.line.text()))
        self._line_row = row(self.line, copy)
        self._failure = FailureCard("run.failure", role="inset")
        self._failure.hide()
        self._cancel = Button(self.tr("Cancel"), "run.cancel")
        self._cancel.clicked.connect(self.reject)
        self.run_button = Button(self.tr("Run"), "run.start", "primary", "play")
        self.run_button.setDefault(True)
        self.run_button.clicked.connect(self._run)

    def _assemble(self, suggestions: list[str]) -> None:
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(12)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        quick = row(spacing=4)
        for name in suggestions:
            button = Button(name, f"run.suggestion.{quick.count()}", "link")
            button.clicked.connect(lambda _=False, name=name: self._choose_image(name))
            quick.addWidget(button)
        quick.addStretch(1)
        image_items: list[Item] = [self.image, *([quick] if suggestions else []), self._image_message]
        for label, content in (
            (self.tr("Image"), column(*image_items, spacing=2)),
            (self.tr("Name"), column(self.name, self._name_message, spacing=2)),
            (self.tr("Ports"), column(self._no_ports, self.ports, self._ports_message, spacing=2)),
            (self.tr("Environment"), column(self.environment, self._environment_message, spacing=2)),
            (self.tr("Volumes"), column(self.volumes, spacing=2)),
            (self.tr("Command"), column(self.command, self._command_message, spacing=2)),
            (self.tr("Restart, limits"), column(self.limits, spacing=2)),
        ):
            title = PlainLabel(label, "muted")
            title.setContentsMargins(0, 7, 0, 0)
            form.addRow(title, content)
        fields = QWidget()
        fields.setObjectName("scrolled")
        fields.setLayout(column(form, None, margins=(0, 0, 10, 0)))
        scroll = QScrollArea()
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Tab goes to what is in it
        scroll.setWidgetResizable(True)
        scroll.setWidget(fields)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(22, 20, 22, 18)
        layout.setSpacing(12)
        layout.addWidget(PlainLabel(self.tr("Run a container"), "heading"))
        layout.addWidget(scroll, 1)
        layout.addWidget(self._failure)
        layout.addWidget(PlainLabel(self.tr("The same on the command line"), "muted"))
        layout.addLayout(self._line_row)
        layout.addLayout(row(None, self._cancel, self.run_button))

    def _field(self, name: str, label: str, hint: str, text: str) -> QLineEdit:
        field = QLineEdit(text)
        field.setObjectName(f"run.{name}")
        field.setAccessibleName(label)
        field.setPlaceholderText(hint)
        return field

    def _message(self, name: str) -> WrappedLabel:
        label = WrappedLabel(role="error")
        label.setObjectName(f"run.{name}.message")
        label.hide()
        return label

    # --- content ------------------------------------------------------------------------------------------

    @property
    def form(self) -> RunForm:
        """Return everything as typed."""
        return RunForm(
            image=self.image.text().strip(),
            name=self.name.text().strip(),
            ports=tuple(line.value for line in self.ports.lines if isinstance(line, PortLine)),
            environment=self.environment.toPlainText(),
            volumes=tuple(line.value for line in self.volumes.lines if isinstance(line, VolumeLine)),
            command=self.command.text().strip(),
            limits=self.limits.value,
        )

    def _choose_image(self, name: str) -> None:
        self.image.setText(name)
        self._ask()

    def _image_changed(self) -> None:
        self._ready = False
        self._check()

    def _ask(self) -> None:
        image = self.image.text().strip()
        if not check_name(image)[0] and image != self._asked:
            self._asked = image
            self._viewmodel.prepare(image)

    def _fill(self, prefill: Prefill) -> None:
        if prefill.form.image != self.image.text().strip():
            return
        self._ready, self._is_local = True, prefill.is_local
        if not self.name.isModified():
            self.name.setText(prefill.form.name)
        for line in list(self.ports.lines):
            line.removed.emit()
        for port in prefill.form.ports:
            self._add_port(port)
        self.command.setPlaceholderText(prefill.usual_command or self.tr("the image's own"))
        self._no_ports.setVisible(prefill.is_local and not prefill.form.ports)
        self.run_button.set_label(self.tr("Run") if prefill.is_local else self.tr("Pull it first"))
        self._check()

    def _prefill_failed(self, failure: Failure) -> None:
        self._asked = ""
        self._failure.show_failure(failure)

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
        wrong_image = check_name(form.image)[0]
        self._tell(self.image, self._image_message, wrong_image if form.image else "")
        self._tell(self.name, self._name_message, problems.get("name", ""))
        self._tell(self.command, self._command_message, problems.get("command", ""))
        self._environment_message.setText(problems.get("environment", ""))
        self._environment_message.setVisible("environment" in problems)
        self._tell_refusal(form)
        self.limits.show_problems(problems)
        by_row = {conflict.row: conflict for conflict in self._conflicts}
        for place, line in enumerate(self.ports.lines):
            if isinstance(line, PortLine):
                line.show_problem(problems.get(f"ports.{place}", ""), by_row.get(place))
        for place, line in enumerate(self.volumes.lines):
            if isinstance(line, VolumeLine):
                line.show_problem(problems.get(f"volumes.{place}", ""))
        fine = not problems and not wrong_image
        self.line.setText(self._viewmodel.command_line(form) if fine else "")
        self.line.setCursorPosition(0)
        self.run_button.setEnabled(fine and self._ready)

    @staticmethod
    def _tell(field: QLineEdit, message: WrappedLabel, text: str) -> None:
        mark_invalid(field, bool(text))
        message.setText(text)
        message.setVisible(bool(text))

    # --- running ------------------------------------------------------------------------------------------

    def _run(self) -> None:
        if not self._is_local:
            self.pull_requested.emit(self.form.image)
            self.reject()
            return
        self._failure.hide()
        self.run_button.setEnabled(False)
        self.run_button.set_label(self.tr("Starting…"))
        self._viewmodel.run(self.form)

    def _started(self, container: StartedContainer) -> None:
        self.started.emit(container)
        self.accept()

    def _failed(self, refusal: FieldFailure) -> None:
        self.run_button.set_label(self.tr("Run"))
        self._refusal, self._refused = refusal, self.form
        self._check()
        field = {"name": self.name, "image": self.image, "command": self.command}.get(refusal.field)
        if field is not None:
            field.setFocus()
        elif refusal.field == "ports":
            self._viewmodel.check_ports(self.form.ports)
        else:
            self._failure.show_failure(refusal.failure)

    def _tell_refusal(self, form: RunForm) -> None:
        """Keep the engine's refusal beside its field for as long as the field is as it was."""
        self._ports_message.hide()
        if self._refusal is None or not self._refusal.field:
            return
        name, failure = self._refusal.field, self._refusal.failure
        if getattr(form, name) != getattr(self._refused, name):
            return
        text = " ".join(part for part in (failure.summary + ".", failure.what_to_do) if part)
        if name == "ports":
            self._ports_message.setText(text)
            self._ports_message.show()
        else:
            field, message = {
                "name": (self.name, self._name_message),
                "image": (self.image, self._image_message),
                "command": (self.command, self._command_message),
            }[name]
            self._tell(field, message, text)
