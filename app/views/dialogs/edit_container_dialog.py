"""The edit dialog: what a container is made of, what a change means, open until the change is made."""

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QWidget

from app.viewmodels.containers.edit_container import EditContainerViewModel, EditForm, EditStep
from app.viewmodels.failure import Failure
from app.views.dialogs.container_form_dialog import ContainerFormDialog
from app.views.widgets.buttons import Button
from app.views.widgets.dialog_layout import fit_screen
from app.views.widgets.layouts import row
from app.views.widgets.text import WrappedLabel

_LINES_SHOWN = 6

translate = QCoreApplication.translate


class EditContainerDialog(ContainerFormDialog):
    """Changes one container."""

    applied = Signal(str)  # the id of the container that is there now

    def __init__(self, viewmodel: EditContainerViewModel, name: str, parent: QWidget | None = None) -> None:
        super().__init__("edit", translate("EditContainerDialog", "Edit {0}").format(name), viewmodel, parent)
        fit_screen(self, 640, 680)
        self._viewmodel = viewmodel
        self._ready = False
        self.environment.setMinimumHeight(110)
        self.add_line(self.tr("Ports"), self.ports)
        self.add_environment()
        self.add_line(self.tr("Volumes"), self.volumes)
        self.add_line(self.tr("Restart, limits"), self.limits)
        self._lines = WrappedLabel(role="code")
        self._lines.setObjectName("edit.preview")
        self._note = WrappedLabel(role="muted")
        self._note.setObjectName("edit.note")
        self.apply_button = Button(self.tr("Apply"), "edit.apply", "primary", "check")
        self.apply_button.clicked.connect(self._apply)
        self.place(self._lines, self._note, row(None, self.cancel_button, self.apply_button))
        viewmodel.loaded.connect(self._fill)
        viewmodel.load_failed.connect(self._failed)
        viewmodel.step_changed.connect(self._show_step)
        viewmodel.applied.connect(self._applied)
        viewmodel.failed.connect(self._failed)
        self.finished.connect(viewmodel.deleteLater)
        viewmodel.load()
        self.check()

    @property
    def form(self) -> EditForm:
        """Return everything as typed."""
        return EditForm(
            self.ports.values, self.environment.toPlainText(), self.volumes.values, self.limits.value
        )

    def reject(self) -> None:
        """Stay while a change is under way: it ends by itself, one way or the other."""
        if not self._viewmodel.is_busy:
            super().reject()

    def _fill(self, form: EditForm) -> None:
        self.ports.fill(form.ports)
        self.volumes.fill(form.volumes)
        self.limits.show_limits(form.limits)
        self._ready = True
        self.environment.setPlainText(form.environment)
        self.check()

    def check(self) -> None:
        """Show what is wrong, or what a change means."""
        form = self.form
        problems = self._viewmodel.check_form(form)
        self.show_problems(problems)
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
        self.failure.hide()
        self._viewmodel.apply(self.form)
        self._lock(True)

    def _lock(self, locked: bool) -> None:
        self.fields.content.setEnabled(not locked)
        self.cancel_button.setEnabled(not locked)
        self.apply_button.setEnabled(not locked)
        if not locked:
            self.apply_button.set_label(self.tr("Apply"))

    def _show_step(self, step: EditStep) -> None:
        self.apply_button.set_label(step_word(step))

    def _applied(self, container_id: str) -> None:
        self.applied.emit(container_id)
        self.accept()

    def _failed(self, failure: Failure) -> None:
        self._lock(False)
        self.failure.show_failure(failure)
        self.check_ports()
        self.check()


def step_word(step: EditStep) -> str:
    """Return what is being done, as the button says it meanwhile."""
    return {
        EditStep.UPDATE: translate("EditContainerDialog", "Changing…"),
        EditStep.CREATE: translate("EditContainerDialog", "Creating the new one…"),
        EditStep.SWAP: translate("EditContainerDialog", "Stopping, starting…"),
        EditStep.WATCH: translate("EditContainerDialog", "Looking whether it runs…"),
        EditStep.BACK: translate("EditContainerDialog", "Going back…"),
        EditStep.RESTORED: translate("EditContainerDialog", "Going back…"),
        EditStep.REMOVE: translate("EditContainerDialog", "Deleting the old one…"),
    }[step]
