"""The Volumes page: who uses what, sizes on demand, creating, deleting, cleaning up."""

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog

from app.viewmodels.storage.backups import BackupsViewModel
from app.viewmodels.storage.volumes import (
    ACTIONS,
    CREATED,
    DRIVER,
    NAME,
    SIZE,
    USED,
    VolumeRow,
    VolumesViewModel,
)
from app.viewmodels.wording.wording import format_size
from app.views.dialogs.backup_volume_dialog import BackupVolumeDialog
from app.views.dialogs.clone_volume_dialog import CloneVolumeDialog
from app.views.dialogs.create_dialog import CreateVolumeDialog
from app.views.pages.object_page import ObjectPage
from app.views.pages.storage.volume_detail_view import VolumeDetailView
from app.views.widgets.buttons import Button
from app.views.widgets.table import Action


class VolumesPage(ObjectPage):
    """Shows the volumes."""

    container_requested = Signal(str)  # its id

    def __init__(self, viewmodel: VolumesViewModel, backups: BackupsViewModel) -> None:
        super().__init__("volumes", viewmodel)
        self.volumes, self._backups = viewmodel, backups
        self.set_title(self.tr("Volumes"), self.tr("Filter by name or container"))
        self.measure_button = Button(self.tr("Measure"), "volumes.measure", icon="clock")
        self.measure_button.setToolTip(self.tr("Count what each volume takes on the disk"))
        self.measure_button.clicked.connect(viewmodel.measure)
        viewmodel.measuring_changed.connect(self._show_measuring)
        clean = Button(self.tr("Clean up"), "volumes.prune", icon="broom")
        clean.setToolTip(self.tr("Delete the volumes that no container uses"))
        clean.clicked.connect(self.confirm_prune)
        create = Button(self.tr("Create"), "volumes.create", "primary", "plus")
        create.clicked.connect(lambda: self.wished.emit(self.tr("Create a volume"), self.ask_create))
        for button in (self.measure_button, clean, create):
            self.add_tool(button, waits=button is create)
        first = Button(self.tr("Create a volume"), "volumes.empty.create", "primary", "plus")
        first.clicked.connect(self.ask_create)
        self.fill_empty_card(
            self.tr("No volumes yet"),
            self.tr("A volume keeps data when containers come and go: databases belong into one."),
            first,
        )
        self.list.leave_out(frozenset({DRIVER, CREATED}), below=800)
        widths = {NAME: 280, DRIVER: 90, CREATED: 130, SIZE: 100, ACTIONS: 117}
        self.build_table(widths, name=NAME, used=USED, stretch=USED, right=SIZE)
        viewmodel.pruned.connect(self._tell_pruned)
        viewmodel.done.connect(lambda text: self.notice.say(text, "ok", self.tr("Dismiss")))
        self.opened.connect(self.show_volume)

    def resume(self) -> None:
        """List, and read what is backed up."""
        super().resume()
        self._backups.refresh()

    def count_text(self) -> str:
        """Return how many there are, and their size once it was measured."""
        text = self.tr("%n volume(s)", "", self.viewmodel.total)
        used = self.volumes.disk_used
        return self.tr("{0}, {1} on disk").format(text, format_size(used)) if used else text

    def actions_of(self, row: VolumeRow) -> list[Action]:
        """Return what is done most."""
        return [
            Action("open", "folder", self.tr("Browse files")),
            Action("delete", "trash", self.tr("Delete"), not row.busy and not row.users),
        ]

    def icons_of(self, row: VolumeRow) -> list[Action]:
        """Return the icons of a row."""
        return [*self.actions_of(row), Action("more", "more", self.tr("More…"))]

    def menu_of(self, row: VolumeRow) -> list[Action]:
        """Return all that can be done with a volume."""
        browse, delete = self.actions_of(row)
        idle = not row.busy
        return [
            browse,
            Action("clone", "copy", self.tr("Clone…"), idle),
            Action("export", "download", self.tr("Export…"), idle),
            Action("import", "upload", self.tr("Import…"), idle),
            Action("backup", "clock", self.tr("Back up…")),
            Action("empty", "broom", self.tr("Empty…"), idle),
            delete,
        ]

    def act(self, row: Any, name: str) -> None:
        """Carry out an action."""
        if self.put_off(row, name):
            return
        match name:
            case "open":
                self.show_volume(row)
            case "more":
                self.show_menu_at_row(row)
            case "delete":
                self.confirm_delete([row])
            case "clone":
                CloneVolumeDialog(self.volumes, row, self.window()).open()
            case "export":
                self._ask_export(row)
            case "import":
                self._ask_import(row)
            case "backup":
                BackupVolumeDialog(self._backups, row.name, self.window()).open()
            case "empty":
                self._confirm_empty(row)

    def show_volume(self, row: VolumeRow) -> None:
        """Show one volume in place of the list."""
        view = VolumeDetailView(self.volumes, row, self._backups)
        view.left.connect(self.go_back)
        view.container_chosen.connect(self.container_requested)
        self.show_detail(view)

    def show_row(self, row: VolumeRow) -> None:
        """Show one volume."""
        self.show_volume(row)

    def _ask_export(self, row: VolumeRow) -> None:
        kinds = self.tr("Archives (*.tar *.tar.gz *.tgz)")
        target, _ = QFileDialog.getSaveFileName(self, self.tr("Export"), f"{row.name}.tar.gz", kinds)
        if target:
            self.volumes.export(row.key, target)

    def _ask_import(self, row: VolumeRow) -> None:
        kinds = self.tr("Archives (*.tar *.tar.gz *.tgz *.tar.xz *.tar.bz2 *.tar.zst)")
        source, _ = QFileDialog.getOpenFileName(self, self.tr("Import"), "", kinds)
        if source:
            self.volumes.import_archive(row.key, source)

    def _confirm_empty(self, row: VolumeRow) -> None:
        note = self.tr("All that is in it is lost for good; the volume itself stays.")
        if row.users:
            note += " " + self.tr("Used by {0}.").format(", ".join(row.users))
        title = self.tr("Empty the volume?")
        self.ask("empty-ask", title, [row.name], note, lambda _: self.volumes.empty(row.key))

    def ask_create(self) -> None:
        """Open the dialog for a new volume."""
        CreateVolumeDialog(self.volumes, self.window()).open()

    def confirm_delete(self, rows: list[Any]) -> None:
        """Ask, then delete those that can be."""
        if not rows or not self.can_act:
            return
        users = sorted({name for row in rows for name in row.users})
        note = self.tr("Their data is lost for good.")
        if users:
            note = self.tr("Used by {0}: delete these containers first.").format(", ".join(users))
        free = [row for row in rows if not row.users] or rows
        keys, names = [row.key for row in free], [row.name for row in free]
        title = self.tr("Delete %n volume(s)?", "", len(free))
        self.ask("delete", title, names, note, lambda _: self.volumes.delete(keys))

    def confirm_prune(self) -> None:
        """Ask with the names of all that would go."""
        unused = self.volumes.unused
        if not unused:
            self.notice.say(self.tr("Every volume is in use: there is nothing to clean up."), "ok")
            return
        size = sum(max(row.size, 0) for row in unused)
        note = self.tr("No container uses them. Their data is lost for good.")
        if size:
            note += " " + self.tr("This frees {0}.").format(format_size(size))
        title, names = self.tr("Delete %n unused volume(s)?", "", len(unused)), [row.name for row in unused]
        self.ask("prune-ask", title, names, note, lambda _: self.volumes.prune())

    def _tell_pruned(self, count: int, freed: int) -> None:
        text = self.tr("%n volume(s) deleted", "", count)
        self.notice.say(self.tr("{0}, {1} freed.").format(text, format_size(freed)), "ok", self.tr("Dismiss"))

    def _show_measuring(self, measuring: bool) -> None:
        self.measure_button.setEnabled(not measuring and self.can_act)
        self.measure_button.set_label(self.tr("Measuring…") if measuring else self.tr("Measure"))
