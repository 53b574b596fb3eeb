"""One volume in place of the list: its files, and which containers have it where."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QTabBar, QVBoxLayout, QWidget

from app.viewmodels.storage.backups import BackupsViewModel
from app.viewmodels.storage.volume_uses import ACCESS, CONTAINER, PATH, VolumeUseTable
from app.viewmodels.storage.volumes import VolumeRow, VolumesViewModel
from app.viewmodels.wording.wording import format_age, format_size
from app.views.pages.containers.container_files_view import ContainerFilesView
from app.views.widgets.buttons import IconButton
from app.views.widgets.layouts import FrontStack, column, row
from app.views.widgets.object_links import ObjectLinks
from app.views.widgets.table import CellDelegate, RowTable
from app.views.widgets.text import ElidedLabel, PlainLabel


class VolumeDetailView(QWidget):
    """Owns the view of the volume's files; follows who uses the volume while it is shown."""

    left = Signal()
    container_chosen = Signal(str)  # its id

    def __init__(self, viewmodel: VolumesViewModel, volume: VolumeRow, backups: BackupsViewModel) -> None:
        super().__init__()
        self.setObjectName("volumes.detail")
        self._viewmodel, self._key, self._backups = viewmodel, volume.key, backups
        back = IconButton("back", self.tr("Back to the volumes (Esc)"), "volumes.detail.back")
        back.clicked.connect(self.left)
        title = ElidedLabel(volume.name, "title")
        title.setObjectName("volumes.detail.title")
        self._remark = ElidedLabel(role="muted")
        self._remark.setObjectName("volumes.detail.remark")
        self.files = ContainerFilesView(viewmodel.files_of(volume.key), "volumes.files")
        self._uses = VolumeUseTable(self)
        self.uses = self._build_uses()
        self._nobody = PlainLabel(self.tr("No container uses it."), "muted")
        self._nobody.setObjectName("volumes.uses.nobody")
        used_by = QWidget()
        used_by.setLayout(column(self._nobody, self.uses))
        self.bar, stack = QTabBar(), FrontStack()
        self.bar.setObjectName("volumes.detail.tabs")
        self.bar.setAccessibleName(self.tr("What to see of the volume"))
        self.bar.setDrawBase(False)
        self.bar.setDocumentMode(True)
        self.bar.setExpanding(False)
        for label, tab in ((self.tr("Files"), self.files), (self.tr("Used by"), used_by)):
            self.bar.addTab(label)
            stack.addWidget(tab)
        self.bar.currentChanged.connect(stack.setCurrentIndex)
        head = row(back, column(title, self._remark, spacing=1), spacing=10)
        head.setStretch(1, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 18, 24, 16)
        layout.setSpacing(10)
        layout.addLayout(head)
        layout.addWidget(self.bar)
        layout.addWidget(stack, 1)
        viewmodel.counts_changed.connect(self._show)
        backups.changed.connect(self._show)
        self._show()
        self.files.open()

    def _build_uses(self) -> RowTable:
        table = RowTable("volumes.uses", self.tr("Used by"))
        table.use_model(self._uses, {CONTAINER: 280, ACCESS: 160}, PATH)
        links = ObjectLinks(table, CONTAINER, lambda use: (use.container, use.container_id))
        links.chosen.connect(self.container_chosen)
        for place in (PATH, ACCESS):
            table.setItemDelegateForColumn(place, CellDelegate(table, muted=place == ACCESS))
        return table

    def _show(self) -> None:
        volume = self._viewmodel.table.find_row(self._key)
        uses = volume.uses if volume is not None else ()
        self._uses.set_rows(uses)
        self.uses.setVisible(bool(uses))
        self._nobody.setVisible(not uses)
        if volume is None:
            self._remark.setText(self.tr("It was deleted."))
            return
        words = [
            self.tr("Used by {0}").format(", ".join(volume.users)) if volume.users else self.tr("Unused")
        ]
        if volume.size >= 0:
            words.append(format_size(volume.size))
        if plan := self._backups.plans.get(self._key):
            words.append(
                self.tr("backed up every day") if plan.every == "day" else self.tr("backed up every week")
            )
            words.append(self.tr("last {0}").format(format_age(plan.last)) if plan.last else "")
        self._remark.setText(" · ".join(filter(None, words)))
