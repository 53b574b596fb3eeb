"""The small dialog that makes an image of a container; it stays open until the engine has made it."""

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QLineEdit, QWidget

from app.viewmodels.containers.containers import ContainerRow, ContainersViewModel
from app.viewmodels.failure import Failure
from app.viewmodels.images.pull_image import check_name
from app.views.dialogs.form_dialog import FormDialog
from app.views.widgets.check_box import CheckBox
from app.views.widgets.layouts import hide_unless

translate = QCoreApplication.translate


class SaveAsImageDialog(FormDialog):
    """Asks for the image's name, and whether the container stands still meanwhile."""

    def __init__(
        self, viewmodel: ContainersViewModel, container: ContainerRow, parent: QWidget | None
    ) -> None:
        self._viewmodel, self._container = viewmodel, container
        super().__init__(
            "save-as-image",
            translate("SaveAsImageDialog", "Save {0} as an image").format(container.name),
            translate(
                "SaveAsImageDialog",
                "The image holds the container's files as they are now, without what is in its volumes.",
            ),
            ("save", translate("SaveAsImageDialog", "Save"), "save"),
            parent,
        )
        self.name_edit = self.add_edit("save-as-image.name", self.tr("Name of the image"))
        self.name_edit.setPlaceholderText(self.tr("name:tag"))
        self.pause_box = CheckBox(self.tr("Pause the container meanwhile, so that no file is half written"))
        self.pause_box.setObjectName("save-as-image.pause")
        self.pause_box.setChecked(True)
        hide_unless(container.is_running, self.pause_box)
        self.form.addWidget(self.pause_box)
        viewmodel.image_saved.connect(self._saved)
        viewmodel.save_failed.connect(self._refused)
        self.begin()

    @property
    def name(self) -> str:
        """Return what was typed."""
        return self.name_edit.text().strip()

    def check(self) -> tuple[QLineEdit | None, str]:
        """Return the line, and what is wrong with the name."""
        if "@" in self.name:
            return self.name_edit, self.tr("A name and a tag only: the digest comes with the image.")
        return self.name_edit, check_name(self.name)[0] if self.name else ""

    def is_complete(self) -> bool:
        """Return whether there is a name."""
        return bool(self.name)

    def send(self) -> None:
        """Ask the engine."""
        self.action_button.set_label(self.tr("Saving…"))
        self._viewmodel.save_as_image(self._container.key, self.name, self.pause_box.isChecked())

    def _saved(self, key: str, _name: str) -> None:
        if key == self._container.key:
            self.accept()

    def _refused(self, key: str, _name: str, failure: Failure) -> None:
        if key == self._container.key:
            self.action_button.set_label(translate("SaveAsImageDialog", "Save"))
            self.show_failure(failure)
