"""One image in place of the list: its layers, what it is set to do, and who uses it."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QTabBar, QVBoxLayout, QWidget

from app.viewmodels.containers.container_details import FactTable
from app.viewmodels.failure import Failure
from app.viewmodels.images.image_contents import ImageContentsViewModel
from app.viewmodels.images.image_details import ImageDetailsViewModel
from app.viewmodels.images.images import ImageRow
from app.viewmodels.wording.wording import format_age, format_size
from app.views.pages.containers.container_facts_view import FactsView
from app.views.pages.images.contents_view import ContentsView
from app.views.pages.images.layers_view import LayersView
from app.views.widgets.banner import Banner
from app.views.widgets.buttons import Button, IconButton
from app.views.widgets.layouts import column, row
from app.views.widgets.text import ElidedLabel


class ImageDetailView(QWidget):
    """Owns the view-model of the image."""

    left = Signal()
    acted = Signal(object, str)  # the row, the action's name

    def __init__(
        self, viewmodel: ImageDetailsViewModel, contents: ImageContentsViewModel, image: ImageRow
    ) -> None:
        super().__init__()
        self.setObjectName("images.detail")
        self._row = image
        viewmodel.setParent(self)
        back = IconButton("back", self.tr("Back to the images (Esc)"), "images.detail.back")
        back.clicked.connect(self.left)
        title = ElidedLabel(image.name, "title")
        title.setObjectName("images.detail.title")
        self._words = (image.short_id, format_size(image.image.size), format_age(image.image.created))
        self._remark = ElidedLabel("", "muted")
        self._remark.setObjectName("images.detail.remark")
        self._tell()
        run = Button(self.tr("Run"), "images.detail.run", "primary", "play")
        run.clicked.connect(lambda: self.acted.emit(self._row, "run"))
        self._banner = Banner("images.detail.banner")
        self._banner.pressed.connect(viewmodel.refresh)
        self.bar, self._stack = QTabBar(), QStackedWidget()
        self.bar.setObjectName("images.detail.tabs")
        self.bar.setAccessibleName(self.tr("What to see of the image"))
        self.bar.setDrawBase(False)
        self.bar.setDocumentMode(True)
        self.bar.setExpanding(False)
        users = FactTable((self.tr("Container"),), self)
        users.set_facts([(name, "") for name in image.users])
        self._stack.addWidget(LayersView(viewmodel))
        self.bar.addTab(self.tr("Layers"))
        self._stack.addWidget(ContentsView(contents))
        self._contents = self.bar.addTab(self.tr("Contents"))
        for name, label, model, widths, stretch in (
            ("settings", self.tr("Settings"), viewmodel.settings, {0: 220}, 1),
            ("users", self.tr("Used by"), users, {}, 0),
        ):
            table = FactsView(f"images.detail.{name}", label, model, widths, stretch)
            self._stack.addWidget(table)
            self.bar.addTab(label)
        self.bar.currentChanged.connect(self._stack.setCurrentIndex)
        head = row(back, column(title, self._remark, spacing=1), run, spacing=10)
        head.setStretch(1, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 18, 24, 16)
        layout.setSpacing(10)
        layout.addLayout(head)
        layout.addWidget(self._banner)
        layout.addWidget(self.bar)
        layout.addWidget(self._stack, 1)
        viewmodel.changed.connect(self._banner.hide)
        viewmodel.failed.connect(self._failed)
        viewmodel.measured.connect(self._tell)
        viewmodel.refresh()

    def _tell(self, disk: str = "") -> None:
        self._remark.setText(" · ".join(filter(None, (*self._words, disk))))

    def show_contents(self) -> None:
        """Turn to what is in the image."""
        self.bar.setCurrentIndex(self._contents)

    def _failed(self, failure: Failure) -> None:
        text = failure.advice
        self._banner.say(text, "err", self.tr("Try again"))
