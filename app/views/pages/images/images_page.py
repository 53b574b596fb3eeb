"""The Images page: the list, what can be done with images, and one image in place of the list."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, Signal
from PySide6.QtGui import QGuiApplication, QPainter
from PySide6.QtWidgets import QFileDialog, QStyleOptionViewItem

from app.viewmodels.images.image_contents import ImageContentsViewModel
from app.viewmodels.images.image_details import ImageDetailsViewModel
from app.viewmodels.images.image_transfer import ImageTransfer, TransferView
from app.viewmodels.images.images import ACTIONS, CREATED, ID, NAME, SIZE, USED, ImageRow, ImagesViewModel
from app.viewmodels.wording.wording import format_size
from app.views.dialogs.tag_image_dialog import TagImageDialog
from app.views.pages.images.image_detail_view import ImageDetailView
from app.views.pages.object_page import ObjectPage
from app.views.theme import monospace_font
from app.views.widgets.banner import Banner
from app.views.widgets.buttons import Button, IconButton
from app.views.widgets.segments import Segments
from app.views.widgets.table import Action, CellDelegate

Index = QModelIndex | QPersistentModelIndex


class _MonospaceDelegate(CellDelegate):
    def draw(self, painter: QPainter, rect: QRect, index: Index, option: QStyleOptionViewItem) -> None:
        """Draw the text in the fixed-width font."""
        painter.setFont(monospace_font())
        super().draw(painter, rect, index, option)


class ImagesPage(ObjectPage):
    """Shows the images; Run and Pull are dialogs of the main window."""

    pull_requested = Signal(str)
    search_requested = Signal()
    run_requested = Signal(str)
    container_requested = Signal(str)  # its id
    help_requested = Signal(object)  # PullHelp

    def __init__(
        self,
        viewmodel: ImagesViewModel,
        transfer: ImageTransfer,
        open_image: Callable[[str], ImageDetailsViewModel],
        open_contents: Callable[[str, str], ImageContentsViewModel],
    ) -> None:
        kinds = Segments(
            "images.kind",
            self.tr("Which images are shown"),
            {
                "": self.tr("All"),
                "used": self.tr("In use"),
                "unused": self.tr("Unused"),
                "dangling": self.tr("Nameless"),
            },
        )
        super().__init__("images", viewmodel, choices=kinds)
        self.viewmodel: ImagesViewModel = viewmodel
        self._transfer, self._open_image, self._open_contents = transfer, open_image, open_contents
        self.set_title(self.tr("Images"), self.tr("Filter by name or id"))
        pull = Button(self.tr("Pull"), "images.pull", "primary", "download")
        first = Button(self.tr("Pull an image"), "images.empty.pull", "primary", "download")
        for opener in (pull, first):
            opener.clicked.connect(lambda: self.pull_requested.emit(""))
        for name, icon, label, slot in (
            ("search", "search", self.tr("Search registries for images"), self.search_requested.emit),
            ("prune", "broom", self.tr("Clean up: delete images that no container uses"), self.confirm_prune),
            ("load", "folder", self.tr("Load images from a file (docker save)"), self.wish_to_load),
        ):
            button = IconButton(icon, label, f"images.{name}")
            button.clicked.connect(slot)
            self.add_tool(button, waits=name != "prune")
        self.add_tool(pull, waits=True)
        self.transfer_banner = Banner("images.transfer")
        self.transfer_banner.pressed.connect(self._transfer_pressed)
        self.body.addWidget(self.transfer_banner)
        transfer.changed.connect(self._show_transfer)
        transfer.refused.connect(lambda text: self.notice.say(text, "warn", self.tr("Dismiss")))
        self.fill_empty_card(
            self.tr("No images yet"),
            self.tr("An image is what containers are made from. Pull one from a registry to begin."),
            first,
        )
        self.list.leave_out(frozenset({ID, CREATED}), below=800)
        widths = {ID: 130, USED: 150, CREATED: 140, SIZE: 100, ACTIONS: 146}
        self.build_table(widths, name=NAME, used=USED, stretch=NAME, right=SIZE)
        self.list.setItemDelegateForColumn(ID, _MonospaceDelegate(self.list, muted=True))
        self.opened.connect(lambda row: self.act(row, "details"))
        viewmodel.pruned.connect(self._tell_pruned)

    def count_text(self) -> str:
        """Return how many there are, and what they take once that is known."""
        disk, total = self.viewmodel.disk, self.viewmodel.total
        if disk is None:
            return self.tr("%n image(s)", "", total)
        return self.tr("%n image(s), {0} on disk", "", total).format(format_size(disk.total))

    def pause(self) -> None:
        """Nobody looks: nothing is measured."""
        self.viewmodel.watch(False)

    def resume(self) -> None:
        """List, and measure what they take."""
        self.viewmodel.watch(True)
        super().resume()

    def actions_of(self, row: ImageRow) -> list[Action]:
        """Return the icons of a row."""
        actions = {action.name: action for action in self.menu_of(row)}
        more = Action("more", "more", self.tr("More…"))
        return [*(actions[name] for name in ("run", "pull", "delete")), more]

    def menu_of(self, row: ImageRow) -> list[Action]:
        """Return all that can be done with an image, in the order of its menu."""
        free, named = not row.busy, bool(row.tag)
        return [
            Action("run", "play", self.tr("Run"), free),
            Action("details", "info", self.tr("Details")),
            Action("contents", "search", self.tr("Scan it, and see what is in it")),
            Action("pull", "download", self.tr("Pull again"), named and free),
            Action("tag", "edit", self.tr("Add a name…"), free),
            Action("push", "upload", self.tr("Push"), named and free),
            Action("save", "save", self.tr("Save to a file…"), free),
            Action("copy-id", "copy", self.tr("Copy the id")),
            Action("delete", "trash", self.tr("Delete"), free),
        ]

    def act(self, row: Any, name: str) -> None:
        """Carry out an action of an image."""
        if self.put_off(row, name):
            return
        if name == "more":
            self.show_menu_at_row(row)
        elif name in ("details", "contents"):
            self.show_image(row, shows_contents=name == "contents")
        elif name == "tag":
            TagImageDialog(self.viewmodel, row, self.window()).open()
        elif name == "push":
            self._transfer.push(row.tag)
        elif name == "save":
            self._choose_save(row)
        elif name == "copy-id":
            QGuiApplication.clipboard().setText(row.image.id)
        elif name == "run":
            self.run_requested.emit(row.name)
        elif name == "pull":
            self.pull_requested.emit(row.tag)
        elif name == "delete":
            self.confirm_delete([row])

    def confirm_delete(self, rows: list[Any]) -> None:
        """Ask, naming the containers that use an image, then delete."""
        if not rows or not self.can_act:
            return
        users = sorted({name for row in rows for name in row.users})
        options, note = [], self.tr("Layers that no other image uses are deleted from the disk.")
        if users:
            note = self.tr("Used by: {0}").format(", ".join(users))
            options = [("containers", self.tr("Delete these containers too"), False)]
        keys, names = [row.key for row in rows], [row.name for row in rows]
        self.ask(
            "delete",
            self.tr("Delete %n image(s)?", "", len(rows)),
            names,
            note,
            lambda dialog: self.viewmodel.delete(keys, dialog.is_checked("containers")),
            options,
        )

    def show_image(self, row: ImageRow, shows_contents: bool = False) -> None:
        """Show one image in place of the list: its layers first, or its contents."""
        contents = self._open_contents(row.image.id, row.name)
        view = ImageDetailView(self._open_image(row.image.id), contents, self.viewmodel, row)
        view.left.connect(self.go_back)
        view.container_chosen.connect(self.container_requested)
        view.wished.connect(self.wished)
        view.help_requested.connect(self.help_requested)
        view.acted.connect(self.act)
        self.show_detail(view)
        if shows_contents:
            view.show_contents()

    def find_named(self, name: str, id: str) -> ImageRow | None:
        """Return an image by its id where that is known: another one may have the name by now."""
        return self.viewmodel.find(id or name)

    def show_row(self, row: ImageRow) -> None:
        """Show one image."""
        self.show_image(row)

    # --- cleaning up --------------------------------------------------------------------------------------

    def confirm_prune(self) -> None:
        """Ask with the names of all that would go, and what that frees."""
        unused, dangling = self.viewmodel.unused, self.viewmodel.dangling
        if not unused:
            self.notice.say(self.tr("Every image is in use: there is nothing to clean up."), "ok")
            return
        note = self.tr(
            "No container uses them. This frees up to {0}; what is needed again must be pulled again."
        )
        options = []
        if dangling and len(dangling) < len(unused):
            text = self.tr("Only the %n without a name ({0})", "", len(dangling))
            options = [("nameless", text.format(format_size(self.viewmodel.frees(dangling))), False)]
        self.ask(
            "prune-ask",
            self.tr("Delete %n unused image(s)?", "", len(unused)),
            [f"{row.name}   {format_size(row.image.size)}" for row in unused],
            note.format(format_size(self.viewmodel.frees(unused))),
            lambda dialog: self.viewmodel.prune(not dialog.is_checked("nameless")),
            options,
        )

    def _tell_pruned(self, count: int, freed: int) -> None:
        text = self.tr("%n image(s) deleted", "", count)
        self.notice.say(self.tr("{0}, {1} freed.").format(text, format_size(freed)), "ok", self.tr("Dismiss"))

    # --- to and from files and registries -----------------------------------------------------------------

    def wish_to_load(self) -> None:
        """Ask for a file and load it, once the engine is there."""
        self.wished.emit(self.tr("Load images from a file"), self.choose_load)

    def choose_load(self) -> None:
        """Ask for a file and load it."""
        dialog = QFileDialog(self.window(), self.tr("Load images from a file"))
        dialog.setObjectName("images.load.file")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters([self.tr("Image archives (*.tar *.tar.gz *.tgz)"), self.tr("All files (*)")])
        dialog.fileSelected.connect(lambda path: self._transfer.load(Path(path)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _choose_save(self, row: ImageRow) -> None:
        dialog = QFileDialog(self.window(), self.tr("Save the image to a file"))
        dialog.setObjectName("images.save.file")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("tar")
        dialog.selectFile(row.name.rpartition("/")[2].replace(":", "-") + ".tar")
        dialog.fileSelected.connect(lambda path: self._transfer.save(row.name, Path(path)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _show_transfer(self, view: TransferView) -> None:
        button = self.tr("Cancel") if view.is_active else self.tr("Dismiss")
        self.transfer_banner.say(view.text, view.tone, button)

    def _transfer_pressed(self) -> None:
        if self._transfer.is_active:
            self._transfer.cancel()
        else:
            self.transfer_banner.hide()
