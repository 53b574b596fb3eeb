"""The Compose page: the projects that the engine runs, and compose files to open or drop."""

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QScrollArea, QVBoxLayout, QWidget

from app.viewmodels.compose import ComposeViewModel, FileView, ProjectView
from app.viewmodels.engine_view import EngineView
from app.viewmodels.failure import Failure
from app.views.pages.compose_detail_view import ComposeDetailView
from app.views.pages.page import Page
from app.views.widgets.buttons import Button
from app.views.widgets.engine_panel import EnginePanel
from app.views.widgets.layouts import Card, clear, column, row
from app.views.widgets.status_dot import StatusDot
from app.views.widgets.text import ElidedLabel, PlainLabel, WrappedLabel

_WIDTH = 900


class ComposePage(Page):
    """Shows one card a project; a project or file is opened in place of them."""

    def __init__(self, viewmodel: ComposeViewModel) -> None:
        super().__init__("compose", "")
        self.title.setText(self.tr("Compose"))
        self.setAccessibleName(self.tr("Compose"))
        self.setAcceptDrops(True)
        self._compose, self._engine = viewmodel, EngineView()
        self._shown: tuple[ProjectView, ...] = ()
        self.engine_panel = EnginePanel("compose.engine")
        self.open_button = Button(self.tr("Open a compose file…"), "compose.open", "primary", "folder")
        self.open_button.clicked.connect(self._choose)
        self.tools.addWidget(self.open_button)
        self._empty = Card("compose.empty")
        self._empty.setLayout(
            column(
                PlainLabel(self.tr("No compose projects yet"), "heading"),
                WrappedLabel(
                    self.tr(
                        "A compose file describes several containers that belong together. "
                        "Open one, or drop it here."
                    ),
                    "muted",
                ),
                margins=(20, 18, 20, 18),
            )
        )
        self._list = QVBoxLayout()
        self._list.setSpacing(8)
        content = QWidget()
        content.setObjectName("scrolled")
        content.setMaximumWidth(_WIDTH)
        content.setLayout(column(self.engine_panel, self._empty, self._list, None))
        scroll = QScrollArea()
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Tab goes to what is in it
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setWidget(content)
        self.body.addWidget(scroll, 1)
        self.banner.pressed.connect(viewmodel.look)
        viewmodel.changed.connect(self._show)
        viewmodel.opened.connect(self.show_file)
        viewmodel.refused.connect(self._refused)
        self._show()

    def resume(self) -> None:
        """List when the page comes into sight."""
        if self._engine.can_be_used:
            self._compose.want()
        else:
            self._compose.is_wanted = True

    def refresh(self) -> None:
        """List anew."""
        self._compose.refresh()

    def on_engine_state(self, view: EngineView) -> None:
        """Follow the engine."""
        was_usable, self._engine = self._engine.can_be_used, view
        self.engine_panel.show_engine(view)
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
        """Show a project that the engine runs."""
        self._show_detail(ComposeDetailView(self._compose, project.name, None))

    def _show_detail(self, view: ComposeDetailView) -> None:
        view.left.connect(self.go_back)
        self.show_detail(view)

    def _choose(self) -> None:
        kinds = self.tr("Compose files (*.yaml *.yml)")
        path, _ = QFileDialog.getOpenFileName(self, self.tr("Open a compose file"), "", kinds)
        if path:
            self._compose.open_file(path)

    def _refused(self, failure: Failure) -> None:
        text = ". ".join(filter(None, (failure.summary, failure.details, failure.what_to_do)))
        self.notice.say(text, "err", self.tr("Dismiss"))

    def _show(self) -> None:
        model, usable = self._compose, self._engine.can_be_used
        if model.projects != self._shown:
            self._shown = model.projects
            clear(self._list)
            for project in model.projects:
                self._list.addWidget(self._card(project))
        self.engine_panel.setVisible(not usable)
        self._empty.setVisible(usable and model.is_loaded and not model.projects)
        self.open_button.setEnabled(usable and model.missing is None)
        if not usable:
            self.count.setText(self.tr("Waiting for the engine"))
        elif not model.is_loaded:
            self.count.setText(self.tr("Loading…"))
        elif model.projects:
            self.count.setText(self.tr("%n project(s)", "", len(model.projects)))
        else:
            self.count.setText(self.tr("None yet"))
        if model.missing is not None:
            text = ". ".join(filter(None, (model.missing.summary, model.missing.what_to_do)))
            self.banner.say(text, "warn", self.tr("Look again"))
        else:
            self.banner.hide()

    def _card(self, project: ProjectView) -> Card:
        name = f"compose.{project.name}"
        card = Card(name)
        dot = StatusDot()
        tone = "ok" if project.running == project.total else "warn" if project.running else "idle"
        dot.show_tone(tone)
        title = ElidedLabel(project.name, "strong")
        words = [self.tr("{0} of {1} running").format(project.running, project.total)]
        words.append(", ".join(service.name for service in project.services))
        remark = ElidedLabel(" · ".join(words), "muted")
        remark.setObjectName(f"{name}.remark")
        show = Button(self.tr("Show"), f"{name}.show")
        show.clicked.connect(lambda: self.show_project(project))
        line = row(dot, column(title, remark, spacing=2), show, spacing=14, margins=(18, 12, 14, 12))
        line.setStretch(1, 1)
        card.setLayout(line)
        return card

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take a compose file, or a folder with one."""
        if self._engine.can_be_used and _file_of(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Read it."""
        if path := _file_of(event):
            event.acceptProposedAction()
            self._compose.open_file(path)


def _file_of(event: Any) -> str:
    return next((url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()), "")
