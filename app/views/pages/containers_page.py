"""The Containers page: the live list, the welcome card, and the log of one container."""

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QMenu, QScrollArea, QWidget

from app.viewmodels.container_inside import ContainerInside
from app.viewmodels.containers import ContainerRow, ContainersViewModel, GroupRow
from app.viewmodels.engine_view import EngineState, EngineView
from app.viewmodels.failure import Failure
from app.viewmodels.getting_started import GettingStartedViewModel
from app.views.browser import open_address
from app.views.dialogs.confirm_delete_dialog import ConfirmDeleteDialog
from app.views.icons import build_icon
from app.views.pages.container_detail_view import ContainerDetailView
from app.views.pages.container_list import ContainerList
from app.views.pages.page import FilterBox, Page
from app.views.widgets.buttons import Button
from app.views.widgets.engine_panel import EnginePanel
from app.views.widgets.layouts import Card, column, row
from app.views.widgets.segments import Segments
from app.views.widgets.text import PlainLabel
from app.views.widgets.welcome_card import WelcomeCard

_CARD_WIDTH = 760


class ContainersPage(Page):
    """Shows the list when there is one, else the welcome card and what the engine is doing."""

    run_other_requested = Signal()
    start_engine_requested = Signal()

    def __init__(
        self,
        viewmodel: ContainersViewModel,
        story: GettingStartedViewModel,
        inside: ContainerInside,
    ) -> None:
        super().__init__("containers", "")
        self.title.setText(self.tr("Containers"))
        self.setAccessibleName(self.tr("Containers"))
        self.viewmodel, self._story, self._inside = viewmodel, story, inside
        self._engine = EngineView()
        self._browser_failed = self._welcome_closed = False
        self.filter_box = FilterBox("containers.filter", self.tr("Filter by name, image, id or port"))
        self.filter_box.textChanged.connect(self._filter)
        self.run_button = Button(self.tr("Run"), "containers.run", "primary", "plus")
        self.run_button.setToolTip(self.tr("Run a container from an image (Ctrl+N)"))
        self.run_button.clicked.connect(self.run_other_requested)
        self.states = Segments(
            "containers.state",
            self.tr("Which containers are shown"),
            {"": self.tr("All"), "running": self.tr("Running"), "stopped": self.tr("Stopped")},
        )
        self.states.chosen.connect(self._filter)
        self.tools.addWidget(self.states)
        self.tools.addWidget(self.filter_box, 20)
        self.tools.addWidget(self.run_button)
        self.list = ContainerList(viewmodel)
        self.welcome = WelcomeCard()
        self.engine_panel = EnginePanel("containers.engine")
        self._build_selection_bar()
        self._build_body()
        self._connect()
        self._show_what_fits()

    # --- building -----------------------------------------------------------------------------------------

    def _build_selection_bar(self) -> None:
        self.selection_bar = Card("containers.selection", "banner")
        self._selected = PlainLabel(role="strong")
        self._selected.setObjectName("containers.selection.count")
        buttons = [
            (self.tr("Start"), "start", "play", self._start_selected),
            (self.tr("Stop"), "stop", "stop", self._stop_selected),
            (self.tr("Restart"), "restart", "restart", self._restart_selected),
            (self.tr("Delete"), "delete", "trash", self._delete_selected),
        ]
        line = row(self._selected, None, margins=(14, 6, 8, 6))
        for label, name, icon, slot in buttons:
            button = Button(label, f"containers.selection.{name}", icon=icon)
            button.clicked.connect(slot)
            line.addWidget(button)
        self.selection_bar.setLayout(line)
        self.selection_bar.hide()

    def _build_body(self) -> None:
        self._nothing = PlainLabel(self.tr("No container matches the filter."), "muted")
        self._nothing.setObjectName("containers.nothing")
        clear = Button(self.tr("Clear filter"), "containers.nothing.clear", "link")
        clear.clicked.connect(self._clear_filter)
        self._no_match = QWidget()
        self._no_match.setLayout(row(self._nothing, clear, None))
        empty = QWidget()
        empty.setObjectName("scrolled")
        empty.setMaximumWidth(_CARD_WIDTH)
        empty.setLayout(column(self.engine_panel, None))
        self._empty = QScrollArea()
        self._empty.setWidgetResizable(True)
        self._empty.setFrameShape(QScrollArea.Shape.NoFrame)
        self._empty.setWidget(empty)
        self.welcome.setMaximumWidth(_CARD_WIDTH)
        self.body.addWidget(self.welcome)
        self.body.addWidget(self.selection_bar)
        self.body.addWidget(self._no_match)
        self.body.addWidget(self.list, 1)
        self.body.addWidget(self._empty, 1)

    def _connect(self) -> None:
        self.viewmodel.loaded_changed.connect(self._show_what_fits)
        self.viewmodel.counts_changed.connect(self._show_what_fits)
        self.viewmodel.failed.connect(self._list_failed)
        self.viewmodel.action_failed.connect(self.tell_failure)
        self.viewmodel.action_begun.connect(self.forget_failure)
        self._story.changed.connect(self._show_what_fits)
        self._story.opened.connect(self._open_page)
        self.welcome.run_requested.connect(self.run_getting_started)
        self.welcome.cancel_requested.connect(self._story.cancel)
        self.welcome.open_requested.connect(self._open_page)
        self.welcome.logs_requested.connect(self.show_logs)
        self.welcome.stop_requested.connect(self._stop_story)
        self.welcome.other_requested.connect(self.run_other_requested)
        self.welcome.closed.connect(self._close_welcome)
        self.engine_panel.start_requested.connect(self.start_engine_requested)
        self.list.links.activated.connect(self._open_link)
        self.list.actions_column.triggered.connect(self._act)
        self.list.opened.connect(self._open_selected)
        self.list.delete_pressed.connect(self._delete_selected)
        self.list.customContextMenuRequested.connect(self._show_menu)
        self.list.selectionModel().selectionChanged.connect(self._selection_changed)
        self.banner.pressed.connect(self.viewmodel.refresh)

    # --- what is shown ------------------------------------------------------------------------------------

    def on_engine_state(self, view: EngineView) -> None:
        """Follow the engine: its card without a list, a banner and no actions over a list that may be old."""
        self._engine = view
        self.engine_panel.show_engine(view)
        if self.viewmodel.is_loaded and not view.can_be_used and self.viewmodel.total:
            reconnecting = view.state is EngineState.RECONNECTING
            text = (
                self.tr("The connection to the engine is lost; Marina is connecting again.")
                if reconnecting
                else self.tr("The engine is not running: this list is from before. ({0})").format(view.word)
            )
            self.banner.say(text, "warn")
        elif view.state is EngineState.DEGRADED:
            self.banner.say("\n".join(view.warnings) or self.tr("The engine answers slowly."), "warn")
        else:
            self.banner.hide()
        self._show_what_fits()

    def _show_what_fits(self) -> None:
        model, total = self.viewmodel, self.viewmodel.total
        usable = self._engine.can_be_used
        has_list = model.is_loaded and total > 0
        story = self._story.view.state
        self.welcome.show_story(self._story.view, usable, self._browser_failed)
        self.welcome.setVisible(
            not self._welcome_closed
            and (story in ("active", "failed", "done") or (story == "idle" and not has_list))
        )
        self._empty.setVisible(not has_list)
        # While the story runs it tells of the engine's start itself.
        self.engine_panel.setVisible(not usable and story != "active")
        self.list.setVisible(has_list)
        self.list.setEnabled(usable)
        self.filter_box.setEnabled(has_list)
        self.states.setVisible(has_list)
        self.run_button.setEnabled(usable)
        self.run_button.setToolTip(
            self.tr("Run a container from an image (Ctrl+N)")
            if usable
            else self.tr("The engine is not running")
        )
        self._no_match.setVisible(has_list and not model.table.rowCount())
        if not model.is_loaded:
            self.count.setText(self.tr("Waiting for the engine") if not usable else self.tr("Loading…"))
        elif total:
            self.count.setText(self.tr("{0} of {1} running").format(model.running, total))
        else:
            self.count.setText(self.tr("No containers yet"))
        self._selection_changed()

    def _selection_changed(self) -> None:
        chosen = self.list.chosen()
        self.selection_bar.setVisible(len(chosen) > 1 and self._engine.can_be_used)
        self._selected.setText(self.tr("%n selected", "", len(chosen)))

    def _list_failed(self, failure: Failure) -> None:
        if self._engine.can_be_used:
            text = self.tr("The containers cannot be listed: {0}").format(failure.summary)
            self.banner.say(text, "err", self.tr("Try again"))

    def _filter(self) -> None:
        self.viewmodel.filter(self.filter_box.text(), self.states.current)

    def _clear_filter(self) -> None:
        self.states.choose("")
        self.filter_box.clear()
        self._filter()

    # --- life cycle ---------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """List the containers anew."""
        if self._engine.can_be_used:
            self.viewmodel.refresh()

    def pause(self) -> None:
        """Stop what only somebody who looks needs."""
        self.viewmodel.keep_ages_fresh(False)
        if isinstance(self.detail, ContainerDetailView):
            self.detail.pause()

    def resume(self) -> None:
        """Keep ages fresh again."""
        self.viewmodel.keep_ages_fresh(True)
        if isinstance(self.detail, ContainerDetailView):
            self.detail.resume()

    def dismiss_failure(self, key: str) -> None:
        """Forget the failure of a row."""
        self.viewmodel.dismiss(key)

    def focus_filter(self) -> None:
        """Put the keyboard into the filter, or into the log's search."""
        detail = self.detail
        if isinstance(detail, ContainerDetailView):
            if detail.current is not None:
                detail.current.focus_search()
        else:
            self.filter_box.setFocus()
            self.filter_box.selectAll()

    def go_back(self) -> bool:
        """Leave the container's page, if one is shown."""
        detail = self.detail
        if not isinstance(detail, ContainerDetailView):
            return False
        detail.close_all()
        self.close_detail()
        self.list.setFocus()
        return True

    # --- actions ------------------------------------------------------------------------------------------

    def run_getting_started(self) -> None:
        """Begin the story; it starts the engine itself when needed."""
        self._welcome_closed = self._browser_failed = False
        self._story.start()

    def show_logs(self, key: str) -> None:
        """Show the log of one container in place of the list."""
        self.show_container(key, "logs")

    def show_container(self, key: str, tab: str = "logs") -> None:
        """Show one container in place of the list."""
        self.go_back()
        view = ContainerDetailView(self.viewmodel, self._inside, key)
        view.left.connect(self.go_back)
        view.acted.connect(self._act)
        self.show_detail(view)
        view.show_tab(tab)

    def _open_page(self, url: str) -> None:
        self._browser_failed = not open_address(url)
        self._show_what_fits()

    def _open_link(self, row: ContainerRow, url: str) -> None:
        if not open_address(url):
            self.banner.say(self.tr("No browser could be opened for {0}").format(url), "warn")

    def _close_welcome(self) -> None:
        self._story.forget()
        self._welcome_closed = self.viewmodel.total > 0
        self._show_what_fits()

    def _stop_story(self, key: str) -> None:
        self.viewmodel.stop([key])
        self._close_welcome()

    def _act(self, row: ContainerRow | GroupRow, name: str) -> None:
        if isinstance(row, GroupRow):
            self._act_on_group(row, name)
            return
        if name == "open":
            self._open_link(row, row.url)
        elif name in ("logs", "terminal"):
            self.show_container(row.key, name)
        elif name == "delete":
            self.confirm_delete([row])
        elif name == "dismiss":
            self.viewmodel.dismiss(row.key)
        else:
            {"start": self.viewmodel.start, "stop": self.viewmodel.stop, "restart": self.viewmodel.restart}[
                name
            ]([row.key])

    def _act_on_group(self, group: GroupRow, name: str) -> None:
        found = [self.viewmodel.table.find_row(key) for key in group.members]
        rows = [row for row in found if row is not None]
        if name == "delete":
            self.confirm_delete(rows)
        elif name == "start":
            self.viewmodel.start([row.key for row in rows if not row.is_running])
        elif name == "stop":
            self.viewmodel.stop([row.key for row in rows if row.is_running])
        else:
            self.viewmodel.restart([row.key for row in rows if row.is_running])

    def _open_selected(self) -> None:
        group = self.list.chosen_group()
        if group is not None:
            self.viewmodel.table.toggle_group(group.name)
            return
        chosen = self.list.chosen()
        if len(chosen) == 1:
            self.show_logs(chosen[0].key)

    def _keys(self, running: bool | None = None) -> list[str]:
        return [row.key for row in self.list.chosen() if running is None or row.is_running is running]

    def _start_selected(self) -> None:
        self.viewmodel.start(self._keys(running=False))

    def _stop_selected(self) -> None:
        self.viewmodel.stop(self._keys(running=True))

    def _restart_selected(self) -> None:
        self.viewmodel.restart(self._keys(running=True))

    def _delete_selected(self) -> None:
        self.confirm_delete(self.list.chosen())

    def confirm_delete(self, rows: list[ContainerRow]) -> None:
        """Ask, then delete."""
        if not rows or not self._engine.can_be_used:
            return
        running = [row for row in rows if row.is_running]
        options = [("volumes", self.tr("Also delete their anonymous volumes"), False)]
        if running:
            options.append(("force", self.tr("Stop running containers first"), True))
        title = self.tr("Delete %n container(s)?", "", len(rows))
        note = self.tr("What they wrote outside of volumes is lost.")
        dialog = ConfirmDeleteDialog(
            "containers.delete", title, [row.name for row in rows], note, options, self.window()
        )
        keys = [row.key for row in rows]
        dialog.accepted.connect(
            lambda: self.viewmodel.delete(keys, dialog.is_checked("force"), dialog.is_checked("volumes"))
        )
        dialog.open()

    def _show_menu(self, position: QPoint) -> None:
        index = self.list.indexAt(position)
        chosen = self.list.chosen()
        if not index.isValid() or not chosen:
            return
        menu = QMenu(self)
        menu.setObjectName("containers.menu")
        if len(chosen) == 1:
            actions = self.list.actions_column.actions_of(chosen[0])
            for action in actions:
                entry = menu.addAction(build_icon(action.icon), action.label)
                entry.setEnabled(action.enabled)
                entry.triggered.connect(lambda _=False, name=action.name: self._act(chosen[0], name))
            if chosen[0].failure is not None:
                entry = menu.addAction(build_icon("close"), self.tr("Dismiss the failure"))
                entry.triggered.connect(lambda: self.viewmodel.dismiss(chosen[0].key))
        else:
            for label, icon, slot in (
                (self.tr("Start"), "play", self._start_selected),
                (self.tr("Stop"), "stop", self._stop_selected),
                (self.tr("Restart"), "restart", self._restart_selected),
                (self.tr("Delete"), "trash", self._delete_selected),
            ):
                menu.addAction(build_icon(icon), label).triggered.connect(slot)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.list.viewport().mapToGlobal(position))
