"""The dialogs that change containers, or end them."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from app.viewmodels.containers.container_inside import ContainerInside
from app.viewmodels.containers.containers import ContainerRow, ContainersViewModel
from app.views.dialogs.confirm_delete_dialog import ConfirmDeleteDialog
from app.views.dialogs.edit_container_dialog import EditContainerDialog
from app.views.dialogs.rename_container_dialog import RenameContainerDialog
from app.views.dialogs.renew_container_dialog import RenewContainerDialog
from app.views.dialogs.save_as_image_dialog import SaveAsImageDialog


class ContainerDialogs(QObject):
    """Opens them in front of a page's window."""

    edited = Signal(object, str)  # the row as it was, the id of the container that is there now

    def __init__(self, page: QWidget, containers: ContainersViewModel, inside: ContainerInside) -> None:
        super().__init__(page)
        self._page, self._containers, self._inside = page, containers, inside
        self.openers: dict[str, Callable[[ContainerRow], None]] = {
            "edit": self.edit,
            "renew": self.renew,
            "rename": self.rename,
            "save-image": self.save_as_image,
            "export": self.export,
            "kill": self.confirm_kill,
        }
        """What opens one, by the name of the action."""

    def edit(self, row: ContainerRow, starts: bool = False) -> None:
        """Open the dialog that changes a container; `starts` starts it once that is done."""
        dialog = EditContainerDialog(self._inside.open_edit(row.key), row.name, self._page.window())
        dialog.applied.connect(lambda key: self.edited.emit(row, key))
        if starts:
            dialog.applied.connect(lambda key: self._containers.start([key]))
        dialog.open()

    def renew(self, row: ContainerRow) -> None:
        """Open the dialog that makes a container anew from a newer image."""
        renewal = self._inside.open_renewal(row.key, row.has_newer)
        dialog = RenewContainerDialog(renewal, row.name, self._page.window())
        dialog.applied.connect(lambda key: self.edited.emit(row, key))
        dialog.open()

    def rename(self, row: ContainerRow) -> None:
        """Open the dialog that gives a container another name."""
        RenameContainerDialog(self._containers, row, self._page.window()).open()

    def save_as_image(self, row: ContainerRow) -> None:
        """Open the dialog that makes an image of a container."""
        SaveAsImageDialog(self._containers, row, self._page.window()).open()

    def export(self, row: ContainerRow) -> None:
        """Ask for a file and write all files of a container into it."""
        dialog = QFileDialog(self._page.window(), self.tr("Export the files of {0}").format(row.name))
        dialog.setObjectName("containers.export.file")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("tar")
        dialog.selectFile(f"{row.name}.tar")
        dialog.fileSelected.connect(lambda path: self._inside.export_files(row.key, row.name, path))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def confirm_kill(self, row: ContainerRow) -> None:
        """Ask, then end its processes without giving them a chance to finish."""
        dialog = ConfirmDeleteDialog(
            "containers.kill",
            self.tr("Force stop this container?"),
            [row.name],
            self.tr("Its processes end at once: what they have not yet saved is lost."),
            [],
            self._page.window(),
            self.tr("Force stop"),
        )
        dialog.accepted.connect(lambda: self._containers.act("kill", [row.key]))
        dialog.open()

    def confirm_delete(self, rows: list[ContainerRow]) -> None:
        """Ask, then delete."""
        running = [row for row in rows if row.is_running]
        options = [("volumes", self.tr("Also delete their anonymous volumes"), False)]
        if running:
            options.append(("force", self.tr("Stop running containers first"), True))
        title = self.tr("Delete %n container(s)?", "", len(rows))
        note = self.tr("What they wrote outside of volumes is lost.")
        dialog = ConfirmDeleteDialog(
            "containers.delete", title, [row.name for row in rows], note, options, self._page.window()
        )
        keys = [row.key for row in rows]
        dialog.accepted.connect(
            lambda: self._containers.delete(keys, dialog.is_checked("force"), dialog.is_checked("volumes"))
        )
        dialog.open()
