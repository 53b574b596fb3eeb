"""The Compose page: the projects that the engine runs, and compose files to open or drop."""

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog

from app.viewmodels.containers.compose import ComposeViewModel, FileView, ProjectView
from app.viewmodels.engine.engine_view import EngineView
from app.views.pages.cards_page import CardsPage
from app.views.pages.containers.compose_detail_view import ComposeDetailView
from app.views.widgets.buttons import Button
from app.views.widgets.layouts import Card
from app.views.widgets.status_dot import StatusDot
from app.views.widgets.text import ElidedLabel

_WIDTH = 900


class ComposePage(CardsPage):
    """Shows one card a project; a project or file is opened in place of them."""

    container_requested = Signal(str)  # its id

    def __init__(self, viewmodel: ComposeViewModel) -> None:
        super().__init__("compose", _WIDTH)
        self.set_title(self.tr("Compose"))
        self.setAcceptDrops(True)
        self._compose = viewmodel
        self.open_button = Button(self.tr("Open a compose file…"), "compose.open", "primary", "folder")
        self.open_button.clicked.connect(
            lambda: self.wished.emit(self.tr("Open a compose file"), self.ask_file)
        )
        self.tools.addWidget(self.open_button)
        self.fill_empty_card(
            self.tr("No compose projects yet"),
            self.tr(
                "A compose file describes several containers that belong together. Open one, or drop it here."
            ),
        )
        self.banner.pressed.connect(viewmodel.look)
        viewmodel.changed.connect(self._show)
        viewmodel.opened.connect(self.show_file)
        viewmodel.project_read.connect(self._show_read_project)
        viewmodel.refused.connect(self.tell)
        self._show()

    def resume(self) -> None:
        """List when the page comes into sight."""
        if self.can_list:
            self._compose.want()
        else:
            self._compose.is_wanted = True

    def refresh(self) -> None:
        """List anew."""
        self._compose.refresh()

    def on_engine_state(self, view: EngineView) -> None:
        """Follow the engine."""
        was_usable = self.can_list
        super().on_engine_state(view)
        if view.can_be_used and not was_usable and self._compose.is_wanted:
            self._compose.want()
        self._show()

    def go_back(self) -> bool:
        """Leave a project; what compose does goes on, but its logs are no longer followed."""
        if not isinstance(self.detail, ComposeDetailView):
            return False
        self.detail.leave()
        self.close_detail()
        return True

    def show_file(self, file: FileView) -> None:
        """Show a file that was read."""
        self._show_detail(ComposeDetailView(self._compose, file.name, file))

    def show_project(self, project: ProjectView) -> None:
        """Show a project that the engine runs; with what its files ask for once they are read."""
        self._show_detail(ComposeDetailView(self._compose, project.name, None))
        if project.is_here and self._compose.missing is None:
            self._compose.read_project(project.name)

    def _show_read_project(self, file: FileView) -> None:
        shown = self.detail  # the user may have gone on meanwhile
        if isinstance(shown, ComposeDetailView) and shown.project == file.name and not shown.has_file:
            self.show_file(file)

    def _show_detail(self, view: ComposeDetailView) -> None:
        view.left.connect(self.go_back)
        view.container_chosen.connect(self.container_requested)
        self.show_detail(view)

    def ask_file(self) -> None:
        """Let compose files be chosen and read."""
        if not self.can_list or self._compose.missing is not None:
            return  # the page says what is the matter
        kinds = self.tr("Compose files (*.yaml *.yml)")
        paths, _ = QFileDialog.getOpenFileNames(self, self.tr("Open a compose file"), "", kinds)
        if paths:
            self._compose.open_files(paths)

    def _show(self) -> None:
        model = self._compose
        count = self.tr("%n project(s)", "", len(model.projects))
        self.show_cards(model.projects, self._card, is_loaded=model.is_loaded, count=count)
        self.open_button.setEnabled(model.missing is None)
        if model.missing is not None:
            text = model.missing.advice
            self.banner.say(text, "warn", self.tr("Look again"))
        else:
            self.banner.hide()

    def _card(self, project: ProjectView) -> Card:
        name = f"compose.{project.name}"
        dot = StatusDot()
        tone = "ok" if project.running == project.total else "warn" if project.running else "idle"
        dot.show_tone(tone)
        words = [self.tr("{0} of {1} running").format(project.running, project.total)]
        words.append(", ".join(service.name for service in project.services))
        remark = ElidedLabel(" · ".join(words), "muted")
        remark.setObjectName(f"{name}.remark")
        show = Button(self.tr("Show"), f"{name}.show")
        show.clicked.connect(lambda: self.show_project(project))
        return self.build_card(name, dot, project.name, remark, show)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take compose files, or a folder with one."""
        if self.can_list and _files_of(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Read it."""
        if paths := _files_of(event):
            event.acceptProposedAction()
            self._compose.open_files(paths)


def _files_of(event: Any) -> list[str]:
    return [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
