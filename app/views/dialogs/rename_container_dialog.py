"""The small dialog that gives a container another name; it stays open until the engine agrees."""

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QLineEdit, QWidget

from app.viewmodels.containers.containers import ContainerRow, ContainersViewModel
from app.viewmodels.failure import Failure
from app.viewmodels.storage.object_list import is_object_name
from app.views.dialogs.form_dialog import FormDialog

translate = QCoreApplication.translate


class RenameContainerDialog(FormDialog):
    """Asks for the new name."""

    def __init__(
        self, viewmodel: ContainersViewModel, container: ContainerRow, parent: QWidget | None
    ) -> None:
        self._viewmodel, self._container = viewmodel, container
        super().__init__(
            "rename-container",
            translate("RenameContainerDialog", "Rename {0}").format(container.name),
            translate("RenameContainerDialog", "Only the name changes; a container that runs goes on."),
            ("rename", translate("RenameContainerDialog", "Rename"), "edit"),
            parent,
        )
        self.name_edit = self.add_edit("rename-container.name", self.tr("New name"))
        self.name_edit.setText(container.name)
        self.name_edit.selectAll()
        viewmodel.renamed.connect(self._renamed)
        viewmodel.rename_failed.connect(self._refused)
        self.begin()

    @property
    def name(self) -> str:
        """Return what was typed."""
        return self.name_edit.text().strip()

    def check(self) -> tuple[QLineEdit | None, str]:
        """Return the line, and what is wrong with the name."""
        name = self.name
        if name and not is_object_name(name):
            return self.name_edit, self.tr(
                "Letters, digits and _ . - only, at least two, the first a letter or digit."
            )
        others = (row for row in self._viewmodel.table.rows if row.key != self._container.key)
        if any(row.name == name for row in others):
            return self.name_edit, self.tr("This name is taken.")
        return self.name_edit, ""

    def is_complete(self) -> bool:
        """Return whether there is a name, and another one."""
        return self.name not in ("", self._container.name)

    def send(self) -> None:
        """Ask the engine."""
        self._viewmodel.rename(self._container.key, self.name)

    def _renamed(self, key: str) -> None:
        if key == self._container.key:
            self.accept()

    def _refused(self, key: str, failure: Failure) -> None:
        if key == self._container.key:
            self.show_failure(failure)
