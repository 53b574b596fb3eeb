"""One volume in place of the list: who uses it, and its files."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.viewmodels.storage.volumes import VolumeRow, VolumesViewModel
from app.viewmodels.wording.wording import format_size
from app.views.pages.containers.container_files_view import ContainerFilesView
from app.views.widgets.buttons import IconButton
from app.views.widgets.layouts import column, row
from app.views.widgets.text import ElidedLabel


class VolumeDetailView(QWidget):
    """Owns the view of the volume's files."""

    left = Signal()

    def __init__(self, viewmodel: VolumesViewModel, volume: VolumeRow) -> None:
        super().__init__()
        self.setObjectName("volumes.detail")
        back = IconButton("back", self.tr("Back to the volumes (Esc)"), "volumes.detail.back")
        back.clicked.connect(self.left)
        title = ElidedLabel(volume.name, "title")
        title.setObjectName("volumes.detail.title")
        words = [
            self.tr("Used by {0}").format(", ".join(volume.users)) if volume.users else self.tr("Unused")
        ]
        if volume.size >= 0:
            words.append(format_size(volume.size))
        remark = ElidedLabel(" · ".join(words), "muted")
        remark.setObjectName("volumes.detail.remark")
        self.files = ContainerFilesView(viewmodel.files_of(volume.key), "volumes.files")
        head = row(back, column(title, remark, spacing=1), spacing=10)
        head.setStretch(1, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 18, 24, 16)
        layout.setSpacing(10)
        layout.addLayout(head)
        layout.addWidget(self.files, 1)
        self.files.open()
