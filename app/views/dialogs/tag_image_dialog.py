"""The small dialog that gives an image one more name; it stays open until the engine agrees."""

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QLineEdit, QWidget

from app.viewmodels.images.images import ImageRow, ImagesViewModel
from app.viewmodels.images.pull_image import check_name
from app.views.dialogs.create_dialog import CreateDialog

translate = QCoreApplication.translate


class TagImageDialog(CreateDialog):
    """Asks for the new name."""

    def __init__(self, viewmodel: ImagesViewModel, row: ImageRow, parent: QWidget | None = None) -> None:
        self._images, self._row = viewmodel, row
        super().__init__(
            "tag-image",
            translate("TagImageDialog", "Another name for {0}").format(row.name),
            translate(
                "TagImageDialog",
                "The image gets one more name. Begin it with a registry to push it there: ghcr.io/me/app:2.",
            ),
            viewmodel,
            parent,
        )
        self.action_button.set_label(translate("TagImageDialog", "Add the name"))
        self.name_edit.setText(row.tag)

    def check(self) -> tuple[QLineEdit | None, str]:
        """Return the line, and what is wrong with the name."""
        name = self.name_edit.text().strip()
        if name == self._row.tag:
            return self.name_edit, translate("TagImageDialog", "It has this name already.")
        if "@" in name:
            return self.name_edit, translate(
                "TagImageDialog", "A name and a tag only: the digest comes with the image."
            )
        return self.name_edit, check_name(name)[0] if name else ""

    def send(self) -> None:
        """Ask the engine."""
        self._images.tag(self._row.key, self.name_edit.text().strip())
