"""The Images page: the list, pulling, running and deleting."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QMenu, QScrollArea, QStyleOptionViewItem, QWidget

from app.viewmodels.engine_view import EngineState, EngineView
from app.viewmodels.failure import Failure
from app.viewmodels.images import ACTIONS, CREATED, ID, NAME, SIZE, USED, ImageRow, ImagesViewModel
from app.viewmodels.row_table_model import ROW_ROLE
from app.viewmodels.wording import format_size
from app.views.dialogs.confirm_delete_dialog import ConfirmDeleteDialog
from app.views.icons import build_icon
from app.views.pages.page import FilterBox, Page
from app.views.theme import monospace_font
from app.views.widgets.buttons import Button
from app.views.widgets.engine_panel import EnginePanel
from app.views.widgets.layouts import Card, column, row
from app.views.widgets.table import Action, ActionsDelegate, CellDelegate, RowTable, StatusDelegate
from app.views.widgets.text import PlainLabel, WrappedLabel

Index = QModelIndex | QPersistentModelIndex
_CARD_WIDTH = 760


class _MonospaceDelegate(CellDelegate):
    def draw(self, painter: QPainter, rect: QRect, index: Index, option: QStyleOptionViewItem) -> None:
        """Draw the text in the fixed-width font."""
        painter.setFont(monospace_font())
        super().draw(painter, rect, index, option)


class _UseDelegate(StatusDelegate):
    def parts(self, index: Index) -> tuple[str, str, str]:
        """Return tone and word: in use, unused, deleting, or what went wrong."""
        row: ImageRow = index.data(ROW_ROLE)
        tone = "err" if row.failure else "warn" if row.busy else "ok" if row.users else "idle"
        return tone, str(index.data() or ""), ""

    def tool_tip(self, position: QPoint, rect: QRect, index: Index) -> str:
        """Return the containers, or the whole failure."""
        row: ImageRow = index.data(ROW_ROLE)
        return row.failure.text if row.failure else "\n".join(row.users)


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


class ImagesPage(Page):
    """Shows the images; Run and Pull are dialogs of the main window."""

    pull_requested = Signal(str)
    run_requested = Signal(str)

    def __init__(self, viewmodel: ImagesViewModel) -> None:
        super().__init__("images", "")
        self.title.setText(self.tr("Images"))
        self.setAccessibleName(self.tr("Images"))
        self.viewmodel = viewmodel
        self._engine = EngineView()
        self.filter_box = FilterBox("images.filter", self.tr("Filter by name or id"))
        self.filter_box.textChanged.connect(viewmodel.filter)
        self.pull_button = Button(self.tr("Pull"), "images.pull", "primary", "download")
        self.pull_button.clicked.connect(lambda: self.pull_requested.emit(""))
        self.tools.addWidget(self.filter_box, 20)
        self.tools.addWidget(self.pull_button)
        self._build_list()
        self._build_body()
        viewmodel.loaded_changed.connect(self._show_what_fits)
        viewmodel.counts_changed.connect(self._show_what_fits)
        viewmodel.failed.connect(self._list_failed)
        viewmodel.action_failed.connect(self.tell_failure)
        viewmodel.action_begun.connect(self.forget_failure)
        self.banner.pressed.connect(viewmodel.refresh)
        self._show_what_fits()

    def _build_list(self) -> None:
        self.list = RowTable("images.table", self.tr("Images"))
        self.list.use_model(
            self.viewmodel.table, {ID: 130, USED: 150, CREATED: 140, SIZE: 100, ACTIONS: 118}, stretch=NAME
        )
        self.actions_column = _ImageActionsDelegate(self.list)
        muted = CellDelegate(self.list, muted=True)
        for place, delegate in {
            NAME: CellDelegate(self.list, strong=True),
            ID: _MonospaceDelegate(self.list, muted=True),
            USED: _UseDelegate(self.list),
            CREATED: muted,
            SIZE: CellDelegate(self.list, right=True),
            ACTIONS: self.actions_column,
        }.items():
            self.list.setItemDelegateForColumn(place, delegate)
        self.actions_column.triggered.connect(self._act)
        self.list.opened.connect(self._run_selected)
        self.list.delete_pressed.connect(self._delete_selected)
        self.list.customContextMenuRequested.connect(self._show_menu)

    def _build_body(self) -> None:
        self.engine_panel = EnginePanel("images.engine")
        self.empty_card = Card("images.empty")
        pull = Button(self.tr("Pull an image"), "images.empty.pull", "primary", "download")
        pull.clicked.connect(lambda: self.pull_requested.emit(""))
        self.empty_card.setLayout(
            column(
                PlainLabel(self.tr("No images yet"), "heading"),
                WrappedLabel(
                    self.tr("An image is what containers are made from. Pull one from a registry to begin."),
                    "muted",
                ),
                6,
                row(pull, None),
                margins=(20, 18, 20, 18),
            )
        )
        empty = QWidget()
        empty.setObjectName("scrolled")
        empty.setMaximumWidth(_CARD_WIDTH)
        empty.setLayout(column(self.engine_panel, self.empty_card, None))
        self._empty = QScrollArea()
        self._empty.setWidgetResizable(True)
        self._empty.setFrameShape(QScrollArea.Shape.NoFrame)
        self._empty.setWidget(empty)
        clear = Button(self.tr("Clear filter"), "images.nothing.clear", "link")
        clear.clicked.connect(self.filter_box.clear)
        self._no_match = QWidget()
        self._no_match.setLayout(
            row(PlainLabel(self.tr("No image matches the filter."), "muted"), clear, None)
        )
        self.body.addWidget(self._no_match)
        self.body.addWidget(self.list, 1)
        self.body.addWidget(self._empty, 1)

    def on_engine_state(self, view: EngineView) -> None:
        """Follow the engine."""
        self._engine = view
        self.engine_panel.show_engine(view)
        if self.viewmodel.total and not view.can_be_used:
            text = (
                self.tr("The connection to the engine is lost; Marina is connecting again.")
                if view.state is EngineState.RECONNECTING
                else self.tr("The engine is not running: this list is from before. ({0})").format(view.word)
            )
            self.banner.say(text, "warn")
        else:
            self.banner.hide()
        self._show_what_fits()

    def refresh(self) -> None:
        """List the images anew."""
        if self._engine.can_be_used:
            self.viewmodel.refresh()

    def dismiss_failure(self, key: str) -> None:
        """Forget the failure of a row."""
        self.viewmodel.dismiss(key)

    def focus_filter(self) -> None:
        """Put the keyboard into the filter."""
        self.filter_box.setFocus()
        self.filter_box.selectAll()

    def confirm_delete(self, rows: list[ImageRow]) -> None:
        """Ask, naming the containers that use an image, then delete."""
        if not rows or not self._engine.can_be_used:
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

    def _show_what_fits(self) -> None:
        model = self.viewmodel
        usable, has_list = self._engine.can_be_used, model.total > 0
        self.list.setVisible(has_list)
        self.list.setEnabled(usable)
        self._empty.setVisible(not has_list)
        self.engine_panel.setVisible(not usable)
        self.empty_card.setVisible(usable and model.is_loaded)
        self.filter_box.setEnabled(has_list)
        self.pull_button.setEnabled(usable)
        self.pull_button.setToolTip("" if usable else self.tr("The engine is not running"))
        self._no_match.setVisible(has_list and not model.table.rowCount())
        if has_list:
            text = self.tr("%n image(s), {0} on disk", "", model.total)
            self.count.setText(text.format(format_size(model.disk_used)))
        elif model.is_loaded:
            self.count.setText(self.tr("No images yet"))
        else:
            self.count.setText(self.tr("Loading…") if usable else self.tr("Waiting for the engine"))

    def _list_failed(self, failure: Failure) -> None:
        if self._engine.can_be_used:
            text = self.tr("The images cannot be listed: {0}").format(failure.summary)
            self.banner.say(text, "err", self.tr("Try again"))

    def _chosen(self) -> list[ImageRow]:
        return [row for row in self.list.selected_rows() if isinstance(row, ImageRow)]

    def _act(self, row: ImageRow, name: str) -> None:
        if name == "run":
            self.run_requested.emit(row.name)
        elif name == "pull":
            self.pull_requested.emit(row.tag)
        else:
            self.confirm_delete([row])

    def _run_selected(self) -> None:
        chosen = self._chosen()
        if len(chosen) == 1 and self._engine.can_be_used:
            self.run_requested.emit(chosen[0].name)

    def _delete_selected(self) -> None:
        self.confirm_delete(self._chosen())

    def _show_menu(self, position: QPoint) -> None:
        chosen = self._chosen()
        if not self.list.indexAt(position).isValid() or not chosen:
            return
        menu = QMenu(self)
        menu.setObjectName("images.menu")
        if len(chosen) == 1:
            for action in self.actions_column.actions_of(chosen[0]):
                entry = menu.addAction(build_icon(action.icon), action.label)
                entry.setEnabled(action.enabled)
                entry.triggered.connect(lambda _=False, name=action.name: self._act(chosen[0], name))
            if chosen[0].failure is not None:
                entry = menu.addAction(build_icon("close"), self.tr("Dismiss the failure"))
                entry.triggered.connect(lambda: self.viewmodel.dismiss(chosen[0].key))
        else:
            menu.addAction(build_icon("trash"), self.tr("Delete")).triggered.connect(self._delete_selected)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.list.viewport().mapToGlobal(position))
