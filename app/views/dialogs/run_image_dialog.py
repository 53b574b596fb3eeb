"""The run dialog: filled in from the image, checked as typed, open until the container runs."""

from PySide6.QtCore import QCoreApplication, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLineEdit, QWidget

from app.viewmodels.containers.run_form import PortRow
from app.viewmodels.containers.run_image import (
    FieldFailure,
    Prefill,
    RunForm,
    RunImageViewModel,
    StartedContainer,
)
from app.viewmodels.failure import Failure
from app.viewmodels.images.pull_image import check_name
from app.views.dialogs.container_form_dialog import ContainerFormDialog
from app.views.dialogs.run_more import MoreFields
from app.views.dialogs.run_rows import mark_invalid
from app.views.theme import Theme, monospace_font
from app.views.widgets.buttons import Button, IconButton
from app.views.widgets.combo_box import ComboBox
from app.views.widgets.dialog_layout import fit_screen
from app.views.widgets.layouts import row
from app.views.widgets.text import PlainLabel, WrappedLabel, plain_tool_tip

_SUGGESTION = 125  # pixels of a name, at most

translate = QCoreApplication.translate


class RunImageDialog(ContainerFormDialog):
    """Runs one image. With no image given, its name is the first field."""

    started = Signal(object)  # StartedContainer
    pull_requested = Signal(str)

    def __init__(
        self, viewmodel: RunImageViewModel, image: str, suggestions: list[str], parent: QWidget | None = None
    ) -> None:
        super().__init__("run", translate("RunImageDialog", "Run a container"), viewmodel, parent)
        fit_screen(self, 640, 730)
        self._viewmodel = viewmodel
        viewmodel.setParent(self)
        self._is_local, self._ready, self._asked = True, False, ""
        self._filled: tuple[PortRow, ...] = ()  # ports as the image suggests them
        self._is_pulling = self._runs_when_ready = False
        self._refusal: FieldFailure | None = None
        self._refused = RunForm("")
        self._build_fields(image, suggestions)
        self._build_bottom()
        viewmodel.prefilled.connect(self._fill)
        viewmodel.prefill_failed.connect(self._prefill_failed)
        viewmodel.started.connect(self._started)
        viewmodel.failed.connect(self._failed)
        if image:
            self._ask()
        self.check()

    # --- building -----------------------------------------------------------------------------------------

    def _build_fields(self, image: str, suggestions: list[str]) -> None:
        self.image = self._field("image", self.tr("Image"), "nginx:1.27", image)
        self.image.textChanged.connect(self._image_changed)
        self.image.editingFinished.connect(self._ask)
        self._image_message = self.add_message("image")
        self.name = self._field("name", self.tr("Name"), self.tr("chosen by the engine"), "")
        self.name.textChanged.connect(self.check)
        self._name_message = self.add_message("name")
        self._ports_message = self.add_message("ports")
        self._no_ports = WrappedLabel(self.tr("The image names no ports."), "muted")
        self._no_ports.hide()  # until an image says so
        self.environment.setFixedHeight(84)
        self.command = self._field("command", self.tr("Command"), self.tr("the image's own"), "")
        self.command.textChanged.connect(self.check)
        self._command_message = self.add_message("command")
        self.network = ComboBox()
        self.network.setObjectName("run.network")
        self.network.setAccessibleName(self.tr("Network"))
        self.network.addItem(self.tr("The usual one"), "")
        self.network.currentIndexChanged.connect(self.check)
        self.more = MoreFields("run")
        self.more.changed.connect(self.check)
        self.more.opened.connect(lambda: QTimer.singleShot(0, self, self._reveal_more))  # once it is laid out
        quick = row(spacing=4)
        for name in suggestions:
            # A registry's long name must not make the whole form wider than the dialog.
            room = Theme.current().scaled(_SUGGESTION)
            shown = self.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, room)
            button = Button(shown, f"run.suggestion.{quick.count()}", "link")
            button.setAccessibleName(name)
            button.setToolTip(plain_tool_tip(name))
            button.clicked.connect(lambda _=False, name=name: self._choose_image(name))
            quick.addWidget(button)
        quick.addStretch(1)
        self.add_line(self.tr("Image"), self.image, *([quick] if suggestions else []), self._image_message)
        self.add_line(self.tr("Name"), self.name, self._name_message)
        self.add_line(self.tr("Ports"), self._no_ports, self.ports, self._ports_message)
        self.add_environment()
        self.add_line(self.tr("Volumes"), self.volumes)
        self.add_line(self.tr("Command"), self.command, self._command_message)
        self.add_line(self.tr("Network"), row(self.network, None))
        self.add_line(self.tr("Restart, limits"), self.limits)
        self.add_line("", self.more)

    def _build_bottom(self) -> None:
        self.line = QLineEdit()
        self.line.setObjectName("run.line")
        self.line.setAccessibleName(self.tr("The equal command"))
        self.line.setReadOnly(True)
        self.line.setFont(monospace_font())
        copy = IconButton("copy", self.tr("Copy the command"), "run.line.copy")
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.line.text()))
        self.run_button = Button(self.tr("Run"), "run.start", "primary", "play")
        self.run_button.setDefault(True)
        self.run_button.clicked.connect(self._run)
        self.place(
            PlainLabel(self.tr("The same on the command line"), "muted"),
            row(self.line, copy),
            row(None, self.cancel_button, self.run_button),
        )

    def _field(self, name: str, label: str, hint: str, text: str) -> QLineEdit:
        field = QLineEdit(text)
        field.setObjectName(f"run.{name}")
        field.setAccessibleName(label)
        field.setPlaceholderText(hint)
        return field

    # --- content ------------------------------------------------------------------------------------------

    @property
    def form(self) -> RunForm:
        """Return everything as typed."""
        return RunForm(
            image=self.image.text().strip(),
            name=self.name.text().strip(),
            ports=self.ports.values,
            environment=self.environment.toPlainText(),
            volumes=self.volumes.values,
            command=self.command.text().strip(),
            network=self.network.currentData(),
            limits=self.limits.value,
            more=self.more.value,
        )

    def _choose_image(self, name: str) -> None:
        self.image.setText(name)
        self._ask()

    def _image_changed(self) -> None:
        self._ready = False
        self.check()

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
        if self.ports.values in ((), self._filled):  # else they were typed, or are about to be
            self.ports.fill(prefill.form.ports)
            self._filled = self.ports.values
        for name in prefill.networks:
            if self.network.findData(name) < 0:
                self.network.addItem(name, name)
        self.command.setPlaceholderText(prefill.usual_command or self.tr("the image's own"))
        self._no_ports.setVisible(prefill.is_local and not prefill.form.ports)
        self.run_button.set_label(self.tr("Run") if prefill.is_local else self.tr("Pull and run"))
        self.check()
        runs, self._runs_when_ready = self._runs_when_ready, False
        if runs and prefill.is_local and self.run_button.isEnabled():
            self._run()

    def _reveal_more(self) -> None:
        self.fields.ensureWidgetVisible(self.more)

    def _prefill_failed(self, failure: Failure) -> None:
        self._asked = ""
        self.failure.show_failure(failure)

    def check(self) -> None:
        """Show what is wrong, or the command that does the same."""
        form = self.form
        problems = self._viewmodel.check_form(form)
        wrong_image = check_name(form.image)[0]
        self._tell(self.image, self._image_message, wrong_image if form.image else "")
        self._tell(self.name, self._name_message, problems.get("name", ""))
        self._tell(self.command, self._command_message, problems.get("command", ""))
        self.show_problems(problems)
        self.more.show_problems(problems)
        self._tell_refusal(form)
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
            self._is_pulling = True
            self.pull_requested.emit(self.form.image)
            return
        self.failure.hide()
        self.run_button.setEnabled(False)
        self.run_button.set_label(self.tr("Starting…"))
        self._viewmodel.run(self.form)

    def pulled(self, image: str) -> None:
        """An image has arrived: if it is the one that was waited for, run it with all that was typed."""
        if self._is_pulling and image == self.form.image:
            self._is_pulling, self._runs_when_ready, self._asked = False, True, ""
            self._ask()

    def _started(self, container: StartedContainer) -> None:
        self.started.emit(container)
        self.accept()

    def _failed(self, refusal: FieldFailure) -> None:
        self.run_button.set_label(self.tr("Run"))
        self._refusal, self._refused = refusal, self.form
        self.check()
        field = {"name": self.name, "image": self.image, "command": self.command}.get(refusal.field)
        if field is not None:
            field.setFocus()
        elif refusal.field == "ports":
            self.check_ports()
        else:
            self.failure.show_failure(refusal.failure)

    def _tell_refusal(self, form: RunForm) -> None:
        """Keep the engine's refusal beside its field for as long as the field is as it was."""
        self._ports_message.hide()
        if self._refusal is None or not self._refusal.field:
            return
        name, failure = self._refusal.field, self._refusal.failure
        if getattr(form, name) != getattr(self._refused, name):
            return
        text = failure.advice
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
