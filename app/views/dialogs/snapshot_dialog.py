"""Asks for the name of a snapshot of all data."""

from datetime import datetime

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QLineEdit, QWidget

from app.viewmodels.engine.machine_data import MachineDataViewModel
from app.views.dialogs.form_dialog import FormDialog

translate = QCoreApplication.translate


class SnapshotDialog(FormDialog):
    """Closes at once: the work goes on behind the page."""

    def __init__(self, viewmodel: MachineDataViewModel, parent: QWidget | None = None) -> None:
        self._data = viewmodel
        super().__init__(
            "snapshot",
            translate("SnapshotDialog", "New snapshot"),
            translate(
                "SnapshotDialog",
                "Keeps all images, containers and volumes as they are now; one can go back to it later.",
            ),
            ("create", translate("SnapshotDialog", "Create"), "plus"),
            parent,
        )
        self.name_edit = self.add_edit("snapshot.name", self.tr("Name"))
        self.name_edit.setText(f"{datetime.now():%Y-%m-%d-%H%M}")
        self.begin()

    def check(self) -> tuple[QLineEdit | None, str]:
        """Return what is wrong with the name."""
        return self.name_edit, self._data.check(self.name_edit.text().strip())

    def is_complete(self) -> bool:
        """Return whether there is a name."""
        return bool(self.name_edit.text().strip())

    def send(self) -> None:
        """Begin."""
        self._data.create(self.name_edit.text().strip())
        self.accept()
