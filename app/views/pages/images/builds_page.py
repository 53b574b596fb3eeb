"""The Builds page: building from a folder, and the builds of the engine's history."""

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog

from app.viewmodels.containers.log_line import LogLine
from app.viewmodels.engine.engine_view import EngineView
from app.viewmodels.failure import Failure
from app.viewmodels.images.build_records import file_name, is_record
from app.viewmodels.images.builds import BuildForm, BuildRow, BuildsViewModel, BuildView, form_of_dropped
from app.views.dialogs.build_dialog import BuildDialog
from app.views.dialogs.confirm_delete_dialog import ConfirmDeleteDialog
from app.views.pages.cards_page import CardsPage
from app.views.pages.images.build_detail_view import BuildDetailView
from app.views.widgets.buttons import Button, IconButton
from app.views.widgets.layouts import Card
from app.views.widgets.status_dot import StatusDot
from app.views.widgets.text import ElidedLabel

_WIDTH = 900


class BuildsPage(CardsPage):
    """A folder, a Dockerfile, or the record of a build of elsewhere may be dropped on it."""

    run_requested = Signal(str)
    push_requested = Signal(str)
    image_requested = Signal(str)

    def __init__(self, viewmodel: BuildsViewModel) -> None:
        super().__init__("builds", _WIDTH)
        self.set_title(self.tr("Builds"))
        self.setAcceptDrops(True)
        self._builds = viewmodel
        self._tells_behind = False  # the notice says that the history could not be read
        self.clear_button = Button(self.tr("Clear the history…"), "builds.clear")
        self.clear_button.clicked.connect(self._ask_clear)
        self.clear_button.hide()
        self.tools.addWidget(self.clear_button)
        self.import_button = Button(self.tr("Import…"), "builds.import", icon="download")
        self.import_button.setToolTip(
            self.tr("Look at a build of elsewhere, such as of a continuous integration: a .dockerbuild file")
        )
        self.import_button.clicked.connect(self._ask_import)
        self.tools.addWidget(self.import_button)
        self.build_button = Button(self.tr("Build an image…"), "builds.build", "primary", "plus")
        self.build_button.clicked.connect(lambda: self.wished.emit(self.tr("Build an image"), self.ask_build))
        self.tools.addWidget(self.build_button)
        self.fill_empty_card(self.tr("No builds yet"), "")
        viewmodel.history_changed.connect(self._show)
        viewmodel.failed.connect(self._failed)
        viewmodel.progressed.connect(self._show_progress)
        viewmodel.output.connect(self._append)
        viewmodel.running_changed.connect(self._show_running)
        viewmodel.read.connect(self._show_past)
        viewmodel.records.imported.connect(self._imported)
        viewmodel.records.exported.connect(self._exported)
        viewmodel.records.failed.connect(self.tell)
        self._show()

    def ask_build(self, dropped: str = "") -> None:
        """Open the dialog, for a folder or its Dockerfile; or show the build that goes on."""
        self._ask(form_of_dropped(dropped) if dropped else None)

    def _ask(self, form: BuildForm | None) -> None:
        if self._builds.is_running:
            self._forget_past()
            self._show_detail(self._builds.view, True)
        else:
            BuildDialog(self._builds, form, self.window()).open()

    def pause(self) -> None:
        """What goes on elsewhere is read while somebody looks."""
        self._builds.follow("")

    def resume(self) -> None:
        """List when the page comes into sight."""
        if self._past:
            self._builds.follow(self._past)
        if self.can_list:
            self._builds.want()
        else:
            self._builds.is_wanted = True

    def refresh(self) -> None:
        """List anew."""
        self._builds.refresh()

    def on_engine_state(self, view: EngineView) -> None:
        """Follow the engine."""
        was_usable = self.can_list
        super().on_engine_state(view)
        if view.can_be_used and not was_usable:
            self._builds.refresh()
            if self._past:
                self._builds.follow(self._past)
        self._show()

    def go_back(self) -> bool:
        """Leave a build; one that goes on goes on."""
        if self.detail is None:
            return False
        self.close_detail()
        self._forget_past()
        return True

    def _show(self) -> None:
        model = self._builds
        if self._tells_behind and not model.is_behind:
            self._tells_behind = False
            self.notice.hide()
        self.empty_text.setText(
            self.tr("Build one from a folder with a Dockerfile; a folder can be dropped here, too.")
            if model.has_history
            else self.tr("This engine keeps no history of builds. Building from a folder works all the same.")
        )
        count = self.tr("%n build(s)", "", len(model.history))
        self.show_cards(model.history, self._card, is_loaded=model.is_loaded, count=count)
        self.clear_button.setEnabled(self.can_list)
        self.import_button.setEnabled(self.can_list)
        self.import_button.setVisible(model.has_history)
        self.clear_button.setVisible(bool(model.history))
        if self._past and not model.is_going_on(self._past):
            model.read_build(self._past)

    def _card(self, build: BuildRow) -> Card:
        name = f"builds.{build.id[:12]}"
        dot = StatusDot()
        dot.show_tone(build.tone)
        remark = ElidedLabel(f"{build.remark} · {build.age}", "muted")
        remark.setObjectName(f"{name}.remark")
        show = Button(self.tr("Show"), f"{name}.show")
        show.clicked.connect(lambda: self._open_past(build.id))
        remove = IconButton("trash", self.tr("Remove from the history"), f"{name}.remove")
        remove.setEnabled(not build.is_running)
        remove.clicked.connect(lambda: self._ask_remove(build))
        return self.build_card(name, dot, build.title, remark, show, remove)

    def _ask_import(self) -> None:
        kinds = self.tr("Records of builds (*.dockerbuild *.zip)")
        path, _ = QFileDialog.getOpenFileName(self, self.tr("Import a build"), "", kinds)
        if path:
            self._builds.records.take_in(path)

    def _imported(self, ids: list[str]) -> None:
        if len(ids) == 1:
            self._open_past(ids[0])
        else:
            self.notice.say(self.tr("%n build(s) imported", "", len(ids)), "ok", self.tr("Dismiss"))

    def _ask_export(self, id: str, title: str) -> None:
        kinds = self.tr("Records of builds (*.dockerbuild)")
        path, _ = QFileDialog.getSaveFileName(self, self.tr("Export the build"), file_name(title), kinds)
        if path:
            self._builds.records.hand_out(id, path)

    def _exported(self, path: str) -> None:
        self.notice.say(self.tr("The build was written to {0}").format(path), "ok", self.tr("Dismiss"))

    def _ask_remove(self, build: BuildRow) -> None:
        title = self.tr("Remove this build from the history?")
        note = self.tr("Its steps and what they said are forgotten. The image stays.")
        names = [f"{build.title} · {build.remark}"]
        dialog = ConfirmDeleteDialog("forget-build", title, names, note, [], self.window(), self.tr("Remove"))
        dialog.accepted.connect(lambda: self._builds.remove(build.id))
        dialog.open()

    def _ask_clear(self) -> None:
        title = self.tr("Clear the history of builds?")
        note = self.tr("The steps of all builds and what they said are forgotten. The images stay.")
        names = [f"{build.title} · {build.remark}" for build in self._builds.history if not build.is_running]
        dialog = ConfirmDeleteDialog("forget-builds", title, names, note, [], self.window(), self.tr("Clear"))
        dialog.accepted.connect(self._builds.clear)
        dialog.open()

    def _show_detail(self, view: BuildView, running: bool) -> BuildDetailView:
        detail = BuildDetailView(view, running)
        detail.left.connect(self.go_back)
        detail.cancel_requested.connect(self._builds.cancel)
        detail.run_requested.connect(self.run_requested)
        detail.push_requested.connect(self.push_requested)
        detail.image_requested.connect(self.image_requested)
        detail.repeat_requested.connect(self._ask)
        detail.export_requested.connect(self._ask_export)
        self.show_detail(detail)
        self._is_live = running
        return detail

    _is_live = False
    _wanted = ""  # the build of the history that is to be shown, or is
    _past = ""  # the same while it goes on

    def _open_past(self, id: str) -> None:
        self._wanted = id
        self._builds.follow(id)

    def _forget_past(self) -> None:
        self._wanted = self._past = ""
        self._builds.follow("")

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
            self._forget_past()
            self._show_detail(self._builds.view, True)
        elif self._is_live and isinstance(detail, BuildDetailView):
            detail.show_running(False)

    def _show_past(self, view: BuildView, lines: list[LogLine]) -> None:
        if view.id != self._wanted:
            return  # it was left before the answer came
        detail = self.detail
        if not isinstance(detail, BuildDetailView) or detail.build_id != view.id:
            detail = self._show_detail(view, False)
        detail.show_build(view)
        detail.show_log(lines)
        self._past = view.id if view.is_running else ""

    def _failed(self, failure: Failure) -> None:
        if self._is_live and self.detail is not None and not self._builds.view.steps:
            self.close_detail()
        self._tells_behind = self._builds.is_behind
        self.tell(failure)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take a folder or a file."""
        if self.can_list and _path_of(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Ask what is to be built of it; the record of a build is imported."""
        if path := _path_of(event):
            event.acceptProposedAction()
            if is_record(path):
                self._builds.records.take_in(path)
            else:
                self.ask_build(path)


def _path_of(event: Any) -> str:
    return next((url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()), "")
