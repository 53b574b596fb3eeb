"""Asks before Marina becomes as on its first day: the name is typed, so that nobody does it by accident."""

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from app.viewmodels.engine.machine_data import MachineDataViewModel
from app.views.dialogs.form_dialog import FormDialog

translate = QCoreApplication.translate
WORD = "marina"


class FactoryResetDialog(FormDialog):
    """Closes at once: the work goes on behind the page."""

    def __init__(self, viewmodel: MachineDataViewModel, parent: QWidget | None = None) -> None:
        self._data = viewmodel
        super().__init__(
            "factory-reset",
            translate("FactoryResetDialog", "Reset to factory?"),
            translate(
                "FactoryResetDialog",
                "All images, containers, volumes, networks and snapshots are deleted, and all settings. This "
                "cannot be undone. Sign-ins at registries and engines that you added stay.",
            ),
            ("confirm", translate("FactoryResetDialog", "Delete all of it"), ""),
            parent,
        )
        self.action_button.setProperty("kind", "danger")
        self.word = self.add_edit("factory-reset.word", self.tr("To confirm, type {0}").format(WORD))
        self.begin()

    def is_complete(self) -> bool:
        """Return whether the word was typed."""
        return self.word.text().strip().lower() == WORD

    def send(self) -> None:
        """Begin."""
        self._data.reset_to_factory()
        self.accept()
