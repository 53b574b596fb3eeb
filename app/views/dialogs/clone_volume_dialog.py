"""Asks for the name of a volume's copy."""

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from app.viewmodels.storage.volumes import VolumeRow, VolumesViewModel
from app.views.dialogs.create_dialog import CreateDialog

translate = QCoreApplication.translate


class CloneVolumeDialog(CreateDialog):
    """Closes at once: the work goes on in the row of the volume that is cloned."""

    def __init__(self, viewmodel: VolumesViewModel, volume: VolumeRow, parent: QWidget | None) -> None:
        self._volumes, self._volume = viewmodel, volume
        note = translate("CloneVolumeDialog", "A new volume gets a copy of all that is in {0}.")
        if volume.users:
            note += " " + translate("CloneVolumeDialog", "What containers write meanwhile may be missing.")
        super().__init__(
            "clone-volume",
            translate("CloneVolumeDialog", "Clone a volume"),
            note.format(volume.name),
            viewmodel,
            parent,
        )
        self.name_edit.setText(f"{volume.name[:40]}-copy")
        self.name_edit.selectAll()

    def send(self) -> None:
        """Begin."""
        self._volumes.clone(self._volume.key, self.name_edit.text().strip())
        self.accept()
