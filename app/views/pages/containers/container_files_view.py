"""The Files tab: the folders of a container, what it changed in them, copying files out of it and into it."""

from typing import Any

from PySide6.QtCore import QMimeData, QModelIndex, QPersistentModelIndex, QRect, Qt, QUrl, Signal
from PySide6.QtGui import (
    QDrag,
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QPainter,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QLineEdit,
    QProgressBar,
    QStyleOptionViewItem,
    QVBoxLayout,
)

from app.viewmodels.containers.container_files import (
    CARRIED,
    CHANGE,
    MODE,
    MODIFIED,
    MOST_TO_DRAG,
    NAME,
    SIZE,
    ContainerFilesViewModel,
    Copies,
    FileRow,
)
from app.viewmodels.containers.text_file import TextFileViewModel
from app.viewmodels.failure import Failure
from app.viewmodels.lists.row_table_model import ROW_ROLE
from app.viewmodels.wording.wording import counts, format_size, join_sentences
from app.views import keys
from app.views.dialogs.confirm_delete_dialog import ConfirmDeleteDialog
from app.views.dialogs.text_file_dialog import TextFileDialog
from app.views.icons import icon_pixmap
from app.views.pages.detail_tab import DetailTab
from app.views.theme import Theme
from app.views.widgets.banner import Banner
from app.views.widgets.buttons import Button, IconButton
from app.views.widgets.flow_row import flow
from app.views.widgets.layouts import row
from app.views.widgets.table import CellDelegate, RowTable
from app.views.widgets.text import PlainLabel

Index = QModelIndex | QPersistentModelIndex
_ICONS = {"folder": "folder", "link": "external", "file": "file", "other": "file"}


class _NameDelegate(CellDelegate):
    def draw(self, painter: QPainter, rect: QRect, index: Index, option: QStyleOptionViewItem) -> None:
        """Draw the kind's icon before the name."""
        entry: FileRow = index.data(ROW_ROLE)
        tokens = Theme.current().tokens
        color = tokens.accent if entry.kind == "folder" else tokens.muted
        side = Theme.current().scaled(16)
        pixmap = icon_pixmap(_ICONS.get(entry.kind, "file"), color, side, self._view.devicePixelRatioF())
        painter.drawPixmap(rect.left(), rect.center().y() - side // 2 + 1, pixmap)
        super().draw(painter, rect.adjusted(side + 8, 0, 0, 0), index, option)


class _FilesTable(RowTable):
    """Lets files be dragged out: what a drag needs is fetched first, so the view begins it."""

    drag_wanted = Signal()

    def startDrag(self, supported: Qt.DropAction) -> None:
        """Tell the view."""
        del supported
        self.drag_wanted.emit()


class ContainerFilesView(DetailTab):
    """Owns the view-model of one container's files."""

    def __init__(self, viewmodel: ContainerFilesViewModel, name: str = "containers.files") -> None:
        super().__init__()
        self._viewmodel, self._name = viewmodel, name
        viewmodel.setParent(self)
        self.setAcceptDrops(True)
        self._up = IconButton("chevron-up", self.tr("The folder above (Backspace)"), f"{name}.up")
        self._up.clicked.connect(viewmodel.go_up)
        self.path = QLineEdit("/")
        self.path.setObjectName(f"{name}.path")
        self.path.setAccessibleName(self.tr("Folder"))
        self.path.returnPressed.connect(lambda: viewmodel.open(self.path.text()))
        refresh = IconButton("restart", self.tr("Read the folder anew"), f"{name}.refresh")
        refresh.clicked.connect(viewmodel.refresh)
        self._upload = Button(self.tr("Copy in…"), f"{name}.upload", icon="upload")
        self._upload.setToolTip(
            self.tr("Copy files of this computer into this folder; they can be dropped, too")
        )
        self._upload.clicked.connect(self._choose_upload)
        self._open = IconButton("edit", self.tr("Show or change a text file (Enter)"), f"{name}.open")
        self._open.clicked.connect(self._open_selected)
        self._save = Button(self.tr("Save…"), f"{name}.save", icon="download")
        self._save.setToolTip(
            self.tr("Copy the selected file to this computer; a folder becomes a .tar archive")
        )
        self._save.clicked.connect(self._choose_target)
        self._delete = Button(self.tr("Delete"), f"{name}.delete", icon="trash")
        self._delete.clicked.connect(self._confirm_delete)
        self._banner = Banner(f"{name}.banner")
        self._banner.pressed.connect(self._again)
        self._progress = QProgressBar()
        self._progress.setRange(0, 0)
        self._progress.setAccessibleName(self.tr("Working"))
        self._progress.setTextVisible(False)
        policy = self._progress.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._progress.setSizePolicy(policy)
        self._progress.hide()
        self._nothing = PlainLabel(self.tr("This folder is empty."), "muted")
        self._nothing.setObjectName(f"{name}.nothing")
        self._nothing.hide()
        self.table = _FilesTable(f"{name}.table", self.tr("Files"))
        self.table.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.table.drag_wanted.connect(self._drag_out)
        self.table.use_model(viewmodel.table, {SIZE: 110, MODIFIED: 150, MODE: 80, CHANGE: 150}, NAME)
        self.table.setItemDelegateForColumn(NAME, _NameDelegate(self.table))
        self.table.setItemDelegateForColumn(SIZE, CellDelegate(self.table, right=True))
        for place in (MODIFIED, MODE, CHANGE):
            self.table.setItemDelegateForColumn(place, CellDelegate(self.table, muted=True))
        self.table.opened.connect(self._open_selected)
        self.table.delete_pressed.connect(self._confirm_delete)
        self.table.setColumnHidden(CHANGE, not viewmodel.has_image)
        keys.FOLDER_ABOVE.bind(self.table, viewmodel.go_up, Qt.ShortcutContext.WidgetShortcut)
        self.table.selectionModel().selectionChanged.connect(self._show_what_fits)
        way = row(self._up, self.path, refresh)
        tools = flow(way, flow(self._open, self._upload, self._save, self._delete), spacing=16)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addLayout(tools)
        layout.addWidget(self._banner)
        layout.addWidget(self._progress)
        layout.addWidget(self._nothing)
        layout.addWidget(self.table, 1)
        self._copies: dict[str, str] = {}
        viewmodel.changed.connect(self._show_folder)
        viewmodel.fetched.connect(self._fetched)
        viewmodel.text_opened.connect(self._show_text)
        viewmodel.busy_changed.connect(self._progress.setVisible)
        viewmodel.failed.connect(self._failed)
        viewmodel.done.connect(lambda text: self._banner.say(text, "ok"))
        self._show_what_fits()

    def open(self) -> None:
        """Read the folder when it is first looked at."""
        if not self._viewmodel.is_loaded:
            self._viewmodel.refresh()

    def on_running(self, running: bool) -> None:
        """Read again once the container runs."""
        if running and self.isVisible():
            self._viewmodel.refresh()

    def focus_search(self) -> None:
        """Put the keyboard into the path."""
        self.path.setFocus()
        self.path.selectAll()

    def chosen(self) -> list[FileRow]:
        """Return the selected files and folders."""
        return [entry for entry in self.table.selected_rows() if isinstance(entry, FileRow)]

    def _show_folder(self) -> None:
        self._copies = {}
        self.path.setText(self._viewmodel.folder)
        if self._banner.property("tone") == "err":
            self._banner.hide()
        self.table.scrollToTop()
        self._nothing.setVisible(not self._viewmodel.table.rowCount())
        self._show_what_fits()

    def _show_what_fits(self) -> None:
        chosen = self.chosen()
        self._up.setEnabled(self._viewmodel.folder != "/")
        self._save.setEnabled(len(chosen) == 1)
        self._open.setEnabled(len(chosen) == 1 and chosen[0].kind == "file")
        self._delete.setEnabled(bool(chosen) and self._viewmodel.is_live)
        self._upload.setEnabled(self._viewmodel.is_loaded)

    def _open_selected(self) -> None:
        chosen = self.chosen()
        if len(chosen) == 1:
            if chosen[0].is_folder:
                self._viewmodel.open(chosen[0].path)
            else:
                self._viewmodel.open_text(chosen[0].path)

    def _show_text(self, text: TextFileViewModel) -> None:
        TextFileDialog(text, self.window()).open()

    def _choose_target(self) -> None:
        chosen = self.chosen()
        if len(chosen) != 1:
            return
        name = chosen[0].name + (".tar" if chosen[0].kind == "folder" else "")
        target, _ = QFileDialog.getSaveFileName(self, self.tr("Save"), name)
        if target:
            self._viewmodel.save(chosen[0].path, target)

    def _choose_upload(self) -> None:
        paths, _ = QFileDialog.getOpenFileNames(self, self.tr("Copy files in"))
        if paths:
            self._viewmodel.upload(paths)

    def _confirm_delete(self) -> None:
        chosen = self.chosen()
        if not chosen or not self._viewmodel.is_live:
            return
        dialog = ConfirmDeleteDialog(
            f"{self._name}.ask",
            self.tr("Delete %n item(s)?", "", len(chosen)),
            [entry.path for entry in chosen],
            self.tr("Folders go with everything in them."),
            [],
            self.window(),
        )
        dialog.accepted.connect(lambda: self._viewmodel.delete([entry.path for entry in chosen]))
        dialog.open()

    def _again(self) -> None:
        self._banner.hide()
        self._viewmodel.refresh()

    def _failed(self, failure: Failure) -> None:
        text = failure.sentences
        self._banner.say(text, "err", self.tr("Try again"))

    def _drag_out(self) -> None:
        """Carry the chosen files, at once where their copies are here already."""
        files = [entry for entry in self.chosen() if entry.kind in CARRIED]
        if sum(entry.size for entry in files if entry.kind == "file") > MOST_TO_DRAG:
            text = self.tr("Files of more than {0} are too large to be dragged: save them.")
            self._banner.say(text.format(format_size(MOST_TO_DRAG)), "warn")
        elif all(entry.path in self._copies for entry in files):
            self.carry([self._copies[entry.path] for entry in files])
        else:
            self._viewmodel.fetch([entry.path for entry in files])

    def _fetched(self, copies: Copies) -> None:
        self._copies |= copies.paths
        left_out = counts.left_out(copies.left_out) if copies.left_out else ""
        if not self.is_dragging():
            self._banner.say(join_sentences(left_out, self.tr("The files are copied: drag them once more.")))
            return
        if left_out:
            self._banner.say(left_out)
        self.carry(list(copies.paths.values()))

    def is_dragging(self) -> bool:
        """Return whether the mouse still holds what it took."""
        return bool(QGuiApplication.mouseButtons() & Qt.MouseButton.LeftButton)

    def carry(self, copies: list[str]) -> None:
        """Let the mouse carry copies of files to another program."""
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(copy) for copy in copies])
        drag = QDrag(self.table)
        drag.setMimeData(data)
        drag.exec(Qt.DropAction.CopyAction)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files of this computer."""
        if self._viewmodel.is_loaded and event.source() is None and _files_of(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Copy them in."""
        if event.source() is None and (paths := _files_of(event)):
            self._viewmodel.upload(paths)
            event.acceptProposedAction()


def _files_of(event: Any) -> list[str]:
    return [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
