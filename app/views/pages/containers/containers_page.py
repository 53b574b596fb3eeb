"""The Containers page: the live list, the welcome card, and one container in place of the list."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCursor, QGuiApplication
from PySide6.QtWidgets import QMenu

from app.viewmodels.containers.container_inside import ContainerInside
from app.viewmodels.containers.containers import ContainerRow, ContainersViewModel, GroupRow
from app.viewmodels.containers.log_searches import LogQuery
from app.viewmodels.containers.merged_logs import MOST_CONTAINERS
from app.viewmodels.engine.engine_view import EngineView
from app.viewmodels.failure import Failure
from app.viewmodels.learn.getting_started import GettingStartedViewModel
from app.views.browser import open_address
from app.views.dialogs.save_as_image_dialog import SaveAsImageDialog
from app.views.icons import build_icon
from app.views.pages.containers.container_actions import container_menu, key_of
from app.views.pages.containers.container_detail_view import ContainerDetailView
from app.views.pages.containers.container_dialogs import ContainerDialogs
from app.views.pages.containers.container_list import ContainerList
from app.views.pages.containers.container_logs_view import ContainerLogsView
from app.views.pages.containers.merged_logs_view import MergedLogsView
from app.views.pages.containers.newer_images_button import NewerImagesButton
from app.views.pages.containers.newest_images_card import NewestImagesCard
from app.views.pages.list_page import CARD_WIDTH, ListPage
from app.views.widgets.banner import Banner
from app.views.widgets.buttons import Button
from app.views.widgets.frame.welcome_card import WelcomeCard
from app.views.widgets.layouts import Card, row
from app.views.widgets.segments import Segments
from app.views.widgets.table import Action
from app.views.widgets.text import PlainLabel

_DETAILS = (ContainerDetailView, MergedLogsView)


class ContainersPage(ListPage):
    """Shows the list when there is one, else the welcome card and what the engine is doing."""

    run_requested = Signal(str)  # of an image, "" for one still to be named
    help_requested = Signal(object)  # PullHelp
    object_requested = Signal(str, str)  # the page that lists it, its name
    image_requested = Signal(str, str)  # its name, its id where that is known
    empty_seen = Signal()  # there are no containers, and this page is in sight
    import_requested = Signal()

    def __init__(
        self,
        viewmodel: ContainersViewModel,
        story: GettingStartedViewModel,
        inside: ContainerInside,
        newest_images: Callable[[], Sequence[str]],
    ) -> None:
        """`newest_images` tells the names of the newest images that there are, a few."""
        states = Segments(
            "containers.state",
            self.tr("Which containers are shown"),
            {"": self.tr("All"), "running": self.tr("Running"), "stopped": self.tr("Stopped")},
        )
        table = ContainerList(viewmodel)
        super().__init__("containers", viewmodel, table, states)
        self.list: ContainerList = table
        self.viewmodel: ContainersViewModel = viewmodel
        self.set_title(self.tr("Containers"), self.tr("Filter by name, image, id or port"))
        self._story, self._inside = story, inside
        self._dialogs = ContainerDialogs(self, viewmodel, inside)
        self._dialogs.edited.connect(self._edited)
        self._browser_failed = self._welcome_closed = False
        self._is_in_sight = self._watches = False
        self._engine_failure: Failure | None = None
        self._follow_notice: Callable[[], None] = lambda: None  # what its second button leads to
        self.filter_box.setToolTip(
            self.tr(
                "name:, image:, port:, label: and is: (running, stopped, paused) say where a word is found"
            )
        )
        run = Button(self.tr("Run"), "containers.run", "primary", "plus")
        run.setToolTip(self.tr("Run a container from an image (Ctrl+N)"))
        run.clicked.connect(self._run_other)
        self.add_tool(NewerImagesButton(viewmodel.newer, self.notice))
        self.add_tool(run, waits=True)
        self.welcome = WelcomeCard()
        self.welcome.setMaximumWidth(CARD_WIDTH)
        self._offer = Banner("containers.import")
        self._offer.setMaximumWidth(CARD_WIDTH)
        self._has_offer = False
        self._build_selection_bar()
        self.body.addWidget(self.welcome)
        self.body.addWidget(self._offer)
        self.body.addWidget(self.selection_bar)
        self._newest_images = newest_images
        self.images = NewestImagesCard()
        self.images.chosen.connect(self.run_requested)
        self.build_list()
        self.cards.insertWidget(0, self.images)
        self._connect()

    # --- building -----------------------------------------------------------------------------------------

    def _build_selection_bar(self) -> None:
        self.selection_bar = Card("containers.selection", "banner")
        self._selected = PlainLabel(role="strong")
        self._selected.setObjectName("containers.selection.count")
        line = row(self._selected, None, margins=(14, 6, 8, 6))
        for action in self.actions_of_many():
            button = Button(action.label, f"containers.selection.{action.name}", icon=action.icon)
            button.clicked.connect(lambda _=False, name=action.name: self.act_on_many(self.chosen(), name))
            line.addWidget(button)
        self.selection_bar.setLayout(line)
        self.selection_bar.hide()

    def _connect(self) -> None:
        self._story.changed.connect(self.show_what_fits)
        self._story.opened.connect(self._open_page)
        self.welcome.run_requested.connect(self.run_getting_started)
        self.welcome.cancel_requested.connect(self._story.cancel)
        self.welcome.open_requested.connect(self._open_page)
        self.welcome.logs_requested.connect(self.show_logs)
        self.welcome.stop_requested.connect(self._stop_story)
        self.welcome.other_requested.connect(self._run_other)
        self.welcome.closed.connect(self._close_welcome)
        self.welcome.help_requested.connect(self.help_requested)
        self._offer.pressed.connect(self.import_requested)
        self._offer.linked.connect(self._dismiss_offer)
        self.list.links.activated.connect(self._open_link)
        self.list.images.activated.connect(self.act)
        self.list.actions_column.triggered.connect(self.act)
        self.viewmodel.run_line_found.connect(self._copy_run_line)
        self._inside.code.failed.connect(self._tell_failure)
        self._inside.code.look()
        self.viewmodel.image_saved.connect(self._tell_saved)
        self.viewmodel.save_failed.connect(self._tell_not_saved)
        self.notice.linked.connect(lambda: self._follow_notice())
        self.list.selectionModel().selectionChanged.connect(self._selection_changed)

    # --- what is shown ------------------------------------------------------------------------------------

    def on_engine_state(self, view: EngineView) -> None:
        """Follow the engine."""
        self._engine_failure = view.failure
        super().on_engine_state(view)
        self._watch()
        if isinstance(self.detail, ContainerDetailView):
            self.detail.on_engine_state(view)

    def _watch(self) -> None:
        """Ask the engine while somebody looks, and not while it sleeps: each question would wake it."""
        watches = self._is_in_sight and self.can_act
        if watches != self._watches:  # else its clocks would begin anew with each word of the engine
            self._watches = watches
            self.viewmodel.watch(watches)

    def count_text(self) -> str:
        """Return how many run."""
        return self.tr("{0} of {1} running").format(self.viewmodel.running, self.viewmodel.total)

    def show_what_fits(self) -> None:
        """Show the list, or the welcome card and what the engine does."""
        super().show_what_fits()
        story, has_list = self._story.view.state, self.viewmodel.total > 0
        self.empty_card.hide()
        self.welcome.show_story(self._story.view, self.can_act, self._browser_failed)
        self.welcome.setVisible(
            not self._welcome_closed
            and (story in ("active", "failed", "done") or (story == "idle" and not has_list))
        )
        is_empty = self.can_act and self.viewmodel.is_loaded and not has_list
        self._offer.setVisible(self._has_offer and is_empty and story == "idle")
        images = self._newest_images() if is_empty and story == "idle" else ()
        self.images.show_images(images)
        self.images.setVisible(bool(images))
        if is_empty and not self.isHidden():
            self.empty_seen.emit()
        # While the story runs it tells of the engine's start itself, and why that failed.
        self.engine_panel.setVisible(not self.can_act and story != "active" and not self._is_told())
        self._selection_changed()

    def _is_told(self) -> bool:
        """Return whether the story has failed with what is wrong with the engine."""
        told, wrong = self._story.view.failure, self._engine_failure
        return told is not None and wrong is not None and told.summary == wrong.summary

    def offer_import(self, text: str) -> None:
        """Offer to bring over what another engine of this computer has, while there is nothing here."""
        self._has_offer = True
        self._offer.say(text, button=self.tr("Import…"), link=self.tr("Dismiss"))
        self.show_what_fits()

    def _dismiss_offer(self) -> None:
        self._has_offer = False
        self._offer.hide()

    def _selection_changed(self) -> None:
        chosen = self.chosen()
        self.selection_bar.setVisible(len(chosen) > 1 and self.can_act)
        self._selected.setText(self.tr("%n selected", "", len(chosen)))

    # --- life cycle ---------------------------------------------------------------------------------------

    def pause(self) -> None:
        """Stop what only somebody who looks needs."""
        self._is_in_sight = False
        self._watch()
        if isinstance(self.detail, _DETAILS):
            self.detail.pause()

    def resume(self) -> None:
        """Keep figures and ages fresh again."""
        self._is_in_sight = True
        self._watch()
        if isinstance(self.detail, _DETAILS):
            self.detail.resume()

    def focus_filter(self) -> None:
        """Put the keyboard into the filter, or into the log's search."""
        detail = self.detail
        if isinstance(detail, _DETAILS):
            if detail.current is not None:
                detail.current.focus_search()
        else:
            super().focus_filter()

    def go_back(self) -> bool:
        """Leave the container's page, if one is shown."""
        detail = self.detail
        if not isinstance(detail, _DETAILS):
            return False
        detail.close_all()
        return super().go_back()

    # --- actions ------------------------------------------------------------------------------------------

    def run_getting_started(self) -> None:
        """Begin the story; it starts the engine itself when needed."""
        self._welcome_closed = self._browser_failed = False
        self._story.start()

    def _run_other(self) -> None:
        self.run_requested.emit("")

    def show_logs(self, key: str) -> None:
        """Show the log of one container in place of the list."""
        self.show_container(key, "logs")

    def show_merged_logs(self, rows: Sequence[ContainerRow]) -> None:
        """Show the logs of several containers as one in place of the list."""
        projects = {row.project for row in rows}
        shown = sorted(rows, key=lambda row: (not row.is_running, row.name))[:MOST_CONTAINERS]
        title = next(iter(projects)) if len(projects) == 1 else ""
        self.go_back()
        view = MergedLogsView(
            self._inside.open_logs([(row.key, row.name) for row in shown]),
            title or self.tr("%n container(s)", "", len(shown)),
            [row.name for row in shown],
            self._inside.preferences,
        )
        view.left.connect(self.go_back)
        view.logs_wanted.connect(self._show_search, Qt.ConnectionType.QueuedConnection)
        self.show_detail(view)
        view.current.log.setFocus()

    def _show_search(self, query: LogQuery) -> None:
        """Search in the logs of a saved search's containers, as far as there still are any."""
        rows = [row for row in self.viewmodel.table.rows if row.name in query.containers]
        if rows:
            self.show_merged_logs(rows)
        log = self.detail.current if isinstance(self.detail, _DETAILS) else None
        if isinstance(log, ContainerLogsView):
            log.show_query(query, is_elsewhere=not rows)

    def show_container(self, key: str, tab: str = "logs") -> None:
        """Show one container in place of the list."""
        self.go_back()
        view = ContainerDetailView(self.viewmodel, self._inside, key)
        view.left.connect(self.go_back)
        view.acted.connect(self.act)
        view.link_opened.connect(self._open_link)
        view.image_asked.connect(self.image_requested)
        view.object_asked.connect(self.object_requested)
        view.logs_wanted.connect(self._show_search, Qt.ConnectionType.QueuedConnection)
        view.menu_asked.connect(lambda row, place: self.open_menu([row], place) if row else None)
        view.on_engine_state(self._engine)
        self.show_detail(view)
        view.show_tab(tab)

    def _open_page(self, url: str) -> None:
        self._browser_failed = not open_address(url)
        self.show_what_fits()

    def _open_page_of(self, row: ContainerRow) -> None:
        """Open what a container serves; where there are several ports, ask which."""
        served = [(text, address) for text, address in row.links if address]
        if len(served) < 2:
            self._open_link(row, row.url)
            return
        menu = QMenu(self)
        menu.setObjectName("containers.open")
        for text, address in served:
            entry = menu.addAction(build_icon("external"), text)
            entry.triggered.connect(lambda _=False, address=address: self._open_link(row, address))
        menu.setActiveAction(menu.actions()[0])
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(QCursor.pos())

    def _open_link(self, row: ContainerRow, url: str) -> None:
        if not open_address(url):
            self.banner.say(self.tr("No browser could be opened for {0}").format(url), "warn")

    def _close_welcome(self) -> None:
        self._story.forget()
        self._welcome_closed = self.viewmodel.total > 0
        self.show_what_fits()

    def _stop_story(self, key: str) -> None:
        self.viewmodel.stop([key])
        self._close_welcome()

    def chosen(self) -> list[ContainerRow]:
        """Return the selected containers, those of a selected project too."""
        return self.list.chosen()

    def menu_of(self, row: ContainerRow) -> list[Action]:
        """Return everything that can be done with a container, with the keys that do it."""
        actions = container_menu(row, has_code=self._inside.code.is_there)
        return [replace(action, key=key_of(action.name)) for action in actions]

    def actions_of_many(self) -> list[Action]:
        """Return what can be done with several containers at once."""
        return [
            Action("start", "play", self.tr("Start")),
            Action("stop", "stop", self.tr("Stop")),
            Action("restart", "restart", self.tr("Restart")),
            Action("logs", "logs", self.tr("Logs")),
            Action("delete", "trash", self.tr("Delete")),
        ]

    def act_on_many(self, rows: Sequence[ContainerRow], name: str) -> None:
        """Carry out an action on those containers that it makes sense for."""
        running = [row.key for row in rows if row.is_running]
        if name == "delete":
            self.confirm_delete(list(rows))
        elif name == "logs" and rows:
            self.show_merged_logs(rows)
        elif name == "start":
            self.viewmodel.start(row.key for row in rows if not row.is_running)
        elif name == "stop":
            self.viewmodel.stop(running)
        elif name == "restart":
            self.viewmodel.restart(running)

    def act(self, row: Any, name: str) -> None:
        """Carry out an action of a container, or of all containers of a project."""
        if self.put_off(row, name):
            return
        if name == "more":
            self.show_menu_at_row(row)
        elif isinstance(row, GroupRow):
            found = (self.viewmodel.table.find_row(key) for key in row.members)
            self.act_on_many([member for member in found if member is not None], name)
        elif name == "open":
            self._open_page_of(row)
        elif name in ("logs", "terminal", "files", "inspect"):
            self.show_container(row.key, name)
        elif name == "delete":
            self.confirm_delete([row])
        elif name == "code":
            self._inside.code.open(row.key)
        elif (opener := self._dialogs.openers.get(name)) is not None:
            if self.can_act:
                opener(row)
        elif name == "copy-run":
            self.viewmodel.find_run_line(row.key)
        elif name == "copy-id":
            QGuiApplication.clipboard().setText(row.key)
        else:
            self.viewmodel.act(name, [row.key])

    def open_selected(self) -> None:
        """Open a container, or fold a project."""
        group = self.list.chosen_group()
        if group is not None:
            self.viewmodel.table.toggle_group(group.name)
        elif len(chosen := self.chosen()) == 1:
            tab = self._inside.preferences.container_tab
            needs_more = tab == "terminal" and not chosen[0].is_running
            self.show_container(chosen[0].key, "logs" if needs_more else tab)

    def help_against(self, key: str, failure: Failure) -> str:
        """Offer another port for one that is taken: the container is made anew with it, and started."""
        row = self.viewmodel.table.find_row(key)
        if not failure.is_about_a_taken_port or row is None or row.is_running:
            return ""
        self._follow_notice = lambda: self._dialogs.edit(row, starts=True)
        return self.tr("Change the port…")

    def _tell_failure(self, failure: Failure) -> None:
        self.notice.say(failure.sentences, "err", self.tr("Dismiss"))

    def _tell_saved(self, _key: str, name: str) -> None:
        self._follow_notice = lambda: self.image_requested.emit(name, "")
        text = self.tr("{0} was saved.").format(name)
        self.notice.say(text, "ok", self.tr("Dismiss"), self.tr("Show the image"))

    def _tell_not_saved(self, _key: str, name: str, failure: Failure) -> None:
        if self.window().findChild(SaveAsImageDialog) is None:  # else it is told there
            text = self.tr("{0} was not saved: {1}").format(name, failure.summary)
            self.notice.say(text, "err", self.tr("Dismiss"))

    def _edited(self, row: ContainerRow, key: str) -> None:
        self.viewmodel.refresh()
        self.notice.say(self.tr("{0} was changed.").format(row.name), "ok", self.tr("Dismiss"))
        detail = self.detail
        if isinstance(detail, ContainerDetailView) and detail.key == row.key != key:
            self.show_container(key, detail.current_name)

    def _copy_run_line(self, line: str) -> None:
        QGuiApplication.clipboard().setText(line)
        self.notice.say(self.tr("Copied: {0}").format(line), "", self.tr("Dismiss"))

    def confirm_delete(self, rows: list[ContainerRow]) -> None:
        """Ask, then delete."""
        if rows and self.can_act:
            self._dialogs.confirm_delete(rows)
