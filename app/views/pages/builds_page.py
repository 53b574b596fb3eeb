"""The Builds page: building from a folder, and the builds of the engine's history."""

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from app.viewmodels.builds import BuildRow, BuildsViewModel, BuildView
from app.viewmodels.container_logs import LogLine
from app.viewmodels.engine_view import EngineView
from app.viewmodels.failure import Failure
from app.viewmodels.wording import format_age
from app.views.dialogs.build_dialog import BuildDialog
from app.views.pages.build_detail_view import BuildDetailView
from app.views.pages.page import Page
from app.views.widgets.buttons import Button
from app.views.widgets.engine_panel import EnginePanel
from app.views.widgets.layouts import Card, clear, column, row
from app.views.widgets.status_dot import StatusDot
from app.views.widgets.text import ElidedLabel, PlainLabel, WrappedLabel

_WIDTH = 900


class BuildsPage(Page):
    """A folder may be dropped on it."""

    run_requested = Signal(str)

    def __init__(self, viewmodel: BuildsViewModel) -> None:
        super().__init__("builds", "")
        self.title.setText(self.tr("Builds"))
        self.setAccessibleName(self.tr("Builds"))
        self.setAcceptDrops(True)
        self._builds, self._engine = viewmodel, EngineView()
        self._shown: tuple[BuildRow, ...] | None = None
        self.engine_panel = EnginePanel("builds.engine")
        self.build_button = Button(self.tr("Build an image…"), "builds.build", "primary", "plus")
        self.build_button.clicked.connect(lambda: self.ask_build())
        self.tools.addWidget(self.build_button)
        self._empty = Card("builds.empty")
        self._empty_text = WrappedLabel(role="muted")
        self._empty_text.setObjectName("builds.empty.text")
        self._empty.setLayout(
            column(
                PlainLabel(self.tr("No builds yet"), "heading"),
                self._empty_text,
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
        viewmodel.history_changed.connect(self._show)
        viewmodel.failed.connect(self._failed)
        viewmodel.progressed.connect(self._show_progress)
        viewmodel.output.connect(self._append)
        viewmodel.running_changed.connect(self._show_running)
        viewmodel.read.connect(self._show_past)
        self._show()

    def ask_build(self, folder: str = "") -> None:
        """Open the dialog, or the build that goes on."""
        if self._builds.is_running:
            self._show_detail(self._builds.view, True)
        else:
            BuildDialog(self._builds, folder, self.window()).open()

    def resume(self) -> None:
        """List when the page comes into sight."""
        if self._engine.can_be_used:
            self._builds.want()
        else:
            self._builds.is_wanted = True

    def refresh(self) -> None:
        """List anew."""
        self._builds.refresh()

    def on_engine_state(self, view: EngineView) -> None:
        """Follow the engine."""
        was_usable, self._engine = self._engine.can_be_used, view
        self.engine_panel.show_engine(view)
        if view.can_be_used and not was_usable:
            self._builds.refresh()
        self._show()

    def go_back(self) -> bool:
        """Leave a build; one that goes on goes on."""
        if self.detail is None:
            return False
        self.close_detail()
        return True

    def _show(self) -> None:
        model, usable = self._builds, self._engine.can_be_used
        if model.history != self._shown:
            self._shown = model.history
            clear(self._list)
            for build in model.history:
                self._list.addWidget(self._card(build))
        self.engine_panel.setVisible(not usable)
        self.build_button.setEnabled(usable)
        self._empty.setVisible(usable and model.is_loaded and not model.history)
        self._empty_text.setText(
            self.tr("Build one from a folder with a Dockerfile; a folder can be dropped here, too.")
            if model.has_history
            else self.tr("This engine keeps no history of builds. Building from a folder works all the same.")
        )
        if not usable:
            self.count.setText(self.tr("Waiting for the engine"))
        elif not model.is_loaded:
            self.count.setText(self.tr("Loading…"))
        elif model.history:
            self.count.setText(self.tr("%n build(s)", "", len(model.history)))
        else:
            self.count.setText(self.tr("None yet"))

    def _card(self, build: BuildRow) -> Card:
        name = f"builds.{build.id[:12]}"
        card = Card(name)
        dot = StatusDot()
        dot.show_tone(build.tone)
        title = ElidedLabel(build.title, "strong")
        remark = ElidedLabel(f"{build.remark} · {format_age(build.started)}", "muted")
        remark.setObjectName(f"{name}.remark")
        show = Button(self.tr("Show"), f"{name}.show")
        show.clicked.connect(lambda: self._builds.read_build(build.id))
        line = row(dot, column(title, remark, spacing=2), show, spacing=14, margins=(18, 12, 14, 12))
        line.setStretch(1, 1)
        card.setLayout(line)
        return card

    def _show_detail(self, view: BuildView, running: bool) -> BuildDetailView:
        detail = BuildDetailView(view, running)
        detail.left.connect(self.go_back)
        detail.cancel_requested.connect(self._builds.cancel)
        detail.run_requested.connect(self.run_requested)
        self.show_detail(detail)
        self._is_live = running
        return detail

    _is_live = False

    def _show_progress(self, view: BuildView) -> None:
        detail = self.detail
        if self._is_live and isinstance(detail, BuildDetailView):
            detail.show_build(view)

    def _append(self, lines: list[LogLine]) -> None:
        detail = self.detail
        if self._is_live and isinstance(detail, BuildDetailView):
            detail.append(lines)

    def _show_running(self, running: bool) -> None:
        detail = self.detail
        if running:
            self._show_detail(self._builds.view, True)
        elif self._is_live and isinstance(detail, BuildDetailView):
            detail.show_running(False)

    def _show_past(self, view: BuildView, lines: list[LogLine]) -> None:
        self._show_detail(view, False).append(lines)

    def _failed(self, failure: Failure) -> None:
        if self._is_live and self.detail is not None and not self._builds.view.steps:
            self.close_detail()
        text = ". ".join(filter(None, (failure.summary, failure.details, failure.what_to_do)))
        self.notice.say(text, "err", self.tr("Dismiss"))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take a folder."""
        if self._engine.can_be_used and _folder_of(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Ask what is to be built of it."""
        if folder := _folder_of(event):
            event.acceptProposedAction()
            self.ask_build(folder)


def _folder_of(event: Any) -> str:
    return next((url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()), "")
