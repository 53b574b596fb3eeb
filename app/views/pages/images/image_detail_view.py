"""One image in place of the list: its layers, what it is set to do, and who uses it."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QTabBar, QVBoxLayout, QWidget

from app.viewmodels.containers.container_details import FactTable
from app.viewmodels.failure import Failure
from app.viewmodels.images.image_contents import ImageContentsViewModel
from app.viewmodels.images.image_details import ImageDetailsViewModel
from app.viewmodels.images.images import ImageRow, ImagesViewModel
from app.viewmodels.wording.wording import format_age, format_size
from app.views.pages.containers.container_facts_view import FactsView
from app.views.pages.images.contents_view import ContentsView
from app.views.pages.images.layers_view import LayersView
from app.views.widgets.banner import Banner
from app.views.widgets.buttons import Button, IconButton
from app.views.widgets.flow_row import flow
from app.views.widgets.layouts import FrontStack, column, row
from app.views.widgets.object_links import ObjectLinks
from app.views.widgets.text import ElidedLabel, PlainLabel


class ImageDetailView(QWidget):
    """Owns the view-model of the image; follows who uses it while it is shown."""

    left = Signal()
    container_chosen = Signal(str)  # its id
    wished = Signal(str, object)  # what is asked for, and what does it: now, or once the engine is there
    help_requested = Signal(object)  # PullHelp
    acted = Signal(object, str)  # the row, the action's name

    def __init__(
        self,
        viewmodel: ImageDetailsViewModel,
        contents: ImageContentsViewModel,
        images: ImagesViewModel,
        image: ImageRow,
    ) -> None:
        super().__init__()
        self.setObjectName("images.detail")
        self._images, self._row = images, image
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
        self.bar, self._stack = QTabBar(), FrontStack()
        self.bar.setObjectName("images.detail.tabs")
        self.bar.setAccessibleName(self.tr("What to see of the image"))
        self.bar.setDrawBase(False)
        self.bar.setDocumentMode(True)
        self.bar.setExpanding(False)
        self._stack.addWidget(LayersView(viewmodel))
        self.bar.addTab(self.tr("Layers"))
        contents_view = ContentsView(contents)
        contents_view.wished.connect(self.wished)
        contents_view.help_requested.connect(self.help_requested)
        self._stack.addWidget(contents_view)
        self._contents = self.bar.addTab(self.tr("Contents"))
        settings = self.tr("Settings")
        self._stack.addWidget(FactsView("images.detail.settings", settings, viewmodel.settings, {0: 220}, 1))
        self.bar.addTab(settings)
        self._stack.addWidget(self._build_users())
        self.bar.addTab(self.tr("Used by"))
        self.bar.currentChanged.connect(self._stack.setCurrentIndex)
        head = flow(row(back, column(title, self._remark, spacing=1), spacing=10), run, spacing=10)
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
        images.counts_changed.connect(self._show_users)
        self._show_users()
        viewmodel.refresh()

    def _build_users(self) -> QWidget:
        self._users = FactTable((self.tr("Container"),), self)
        self._ids: dict[str, str] = {}
        self._table = FactsView("images.detail.users", self.tr("Used by"), self._users, {}, 0)
        links = ObjectLinks(self._table, 0, lambda fact: (fact.name, self._ids[fact.name]))
        links.chosen.connect(self.container_chosen)
        self._nobody = PlainLabel(self.tr("No container uses it."), "muted")
        self._nobody.setObjectName("images.detail.nobody")
        tab = QWidget()
        tab.setLayout(column(self._nobody, self._table))
        return tab

    def _show_users(self) -> None:
        """Show the containers that are made from it now; of an image that is gone, none."""
        found = self._images.table.find_row(self._row.key)
        ids = dict(zip(found.users, found.user_ids, strict=True)) if found is not None else {}
        self._ids |= ids  # a row is drawn with its own id until it is gone
        self._users.set_facts([(name, "") for name in ids])
        self._ids = ids
        self._table.setVisible(bool(ids))
        self._nobody.setVisible(not ids)

    def _tell(self, disk: str = "") -> None:
        self._remark.setText(" · ".join(filter(None, (*self._words, disk))))

    def show_contents(self) -> None:
        """Turn to what is in the image."""
        self.bar.setCurrentIndex(self._contents)

    def _failed(self, failure: Failure) -> None:
        text = failure.advice
        self._banner.say(text, "err", self.tr("Try again"))
