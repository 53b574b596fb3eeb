"""The Images page: the list, pulling, running and deleting."""

from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyleOptionViewItem

from app.viewmodels.images import ACTIONS, CREATED, ID, NAME, SIZE, USED, ImageRow, ImagesViewModel
from app.viewmodels.row_table_model import ROW_ROLE
from app.viewmodels.wording import format_size
from app.views.dialogs.confirm_delete_dialog import ConfirmDeleteDialog
from app.views.pages.list_page import ListPage
from app.views.theme import monospace_font
from app.views.widgets.buttons import Button
from app.views.widgets.table import Action, ActionsDelegate, CellDelegate
from app.views.widgets.use_delegate import UseDelegate

Index = QModelIndex | QPersistentModelIndex


class _MonospaceDelegate(CellDelegate):
    def draw(self, painter: QPainter, rect: QRect, index: Index, option: QStyleOptionViewItem) -> None:
        """Draw the text in the fixed-width font."""
        painter.setFont(monospace_font())
        super().draw(painter, rect, index, option)


class _ImageActionsDelegate(ActionsDelegate):
    def actions(self, index: Index) -> list[Action]:
        """Return what can be done with the image now."""
        return self.actions_of(index.data(ROW_ROLE))

    def actions_of(self, row: ImageRow) -> list[Action]:
        """Return the icons of a row: run, pull again, delete."""
        return [
            Action("run", "play", self.tr("Run"), not row.busy),
            Action("pull", "download", self.tr("Pull again"), bool(row.tag) and not row.busy),
            Action("delete", "trash", self.tr("Delete"), not row.busy),
        ]


class ImagesPage(ListPage):
    """Shows the images; Run and Pull are dialogs of the main window."""

    pull_requested = Signal(str)
    run_requested = Signal(str)

    def __init__(self, viewmodel: ImagesViewModel) -> None:
        super().__init__("images", "", viewmodel, "")
        self.viewmodel: ImagesViewModel = viewmodel
        self.title.setText(self.tr("Images"))
        for widget in (self, self.list):
            widget.setAccessibleName(self.tr("Images"))
        self.filter_box.set_label(self.tr("Filter by name or id"))
        pull = Button(self.tr("Pull"), "images.pull", "primary", "download")
        first = Button(self.tr("Pull an image"), "images.empty.pull", "primary", "download")
        for button in (pull, first):
            button.clicked.connect(lambda: self.pull_requested.emit(""))
        self.add_tool(pull)
        self.fill_empty_card(
            self.tr("No images yet"),
            self.tr("An image is what containers are made from. Pull one from a registry to begin."),
            first,
        )
        self._actions = _ImageActionsDelegate(self.list)
        self._actions.triggered.connect(self.act)
        muted = CellDelegate(self.list, muted=True)
        self.build_body(
            {ID: 130, USED: 150, CREATED: 140, SIZE: 100, ACTIONS: 118},
            NAME,
            {
                NAME: CellDelegate(self.list, strong=True),
                ID: _MonospaceDelegate(self.list, muted=True),
                USED: UseDelegate(self.list),
                CREATED: muted,
                SIZE: CellDelegate(self.list, right=True),
                ACTIONS: self._actions,
            },
        )
        self.opened.connect(lambda row: self.act(row, "run"))

    def count_text(self) -> str:
        """Return how many there are, and what they take."""
        text = self.tr("%n image(s), {0} on disk", "", self.viewmodel.total)
        return text.format(format_size(self.viewmodel.disk_used))

    def actions_of(self, row: ImageRow) -> list[Action]:
        """Return what can be done with an image."""
        return self._actions.actions_of(row)

    def act(self, row: Any, name: str) -> None:
        """Run, pull anew or delete."""
        if not self.can_act:
            return
        if name == "run":
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
        dialog = ConfirmDeleteDialog(
            "images.delete",
            self.tr("Delete %n image(s)?", "", len(rows)),
            [row.name for row in rows],
            note,
            options,
            self.window(),
        )
        keys = [row.key for row in rows]
        dialog.accepted.connect(lambda: self.viewmodel.delete(keys, dialog.is_checked("containers")))
        dialog.open()
