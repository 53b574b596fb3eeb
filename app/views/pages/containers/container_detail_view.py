"""One container in place of the list: its state and actions above, tabs below."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPoint, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QTabBar, QVBoxLayout, QWidget

from app.viewmodels.containers.container_inside import ContainerInside
from app.viewmodels.containers.containers import ContainerRow, ContainersViewModel
from app.viewmodels.engine.engine_view import EngineView
from app.views import keys
from app.views.pages.containers.container_actions import container_icons, container_menu
from app.views.pages.containers.container_facts_view import EnvironmentView, MountsView
from app.views.pages.containers.container_files_view import ContainerFilesView
from app.views.pages.containers.container_health_view import ContainerHealthView
from app.views.pages.containers.container_inspect_view import ContainerInspectView
from app.views.pages.containers.container_logs_view import ContainerLogsView
from app.views.pages.containers.container_processes_view import ContainerProcessesView
from app.views.pages.containers.container_stats_view import ContainerStatsView
from app.views.pages.containers.container_terminal_view import ContainerTerminalView
from app.views.pages.detail_tab import DetailTab
from app.views.theme import Theme
from app.views.widgets.banner import Banner
from app.views.widgets.buttons import Button, IconButton, LinkButton
from app.views.widgets.flow_row import flow
from app.views.widgets.layouts import FrontStack, clear, column, row
from app.views.widgets.status_dot import StatusDot
from app.views.widgets.table import Action
from app.views.widgets.text import ElidedLabel, PlainLabel, plain_tool_tip, restyle

_TIGHT_BELOW = 840
_PORTS_SHOWN = 4  # the tab "Mounts and ports" has them all


class ContainerDetailView(QWidget):
    """Makes each tab when it is first looked at; emits what is asked for with `acted`."""

    left = Signal()
    acted = Signal(object, str)  # the row, the action's name
    link_opened = Signal(object, str)  # the row, an address
    menu_asked = Signal(object, QPoint)  # the row, a place of the screen
    logs_wanted = Signal(object)  # LogQuery: a search in the logs of several containers
    image_asked = Signal(str, str)  # its name, its id
    object_asked = Signal(str, str)  # the page that lists it, its name

    def __init__(self, containers: ContainersViewModel, inside: ContainerInside, key: str) -> None:
        super().__init__()
        self.setObjectName("containers.detail")
        self.key = key
        self._containers, self._preferences = containers, inside.preferences
        self._was_running: bool | None = None
        self._has_engine = self._sleeps = False
        self._is_in_sight = True
        self._row: ContainerRow | None = None
        self._details = inside.open_details(key)
        self._details.setParent(self)
        self._makers: dict[str, tuple[str, Callable[[], DetailTab]]] = {
            "logs": (
                self.tr("Logs"),
                lambda: self._make_logs(inside),
            ),
            "terminal": (
                self.tr("Terminal"),
                lambda: ContainerTerminalView(lambda: inside.open_terminal(key), inside.open_shells(key)),
            ),
            "files": (self.tr("Files"), lambda: ContainerFilesView(inside.open_files(key))),
            "inspect": (self.tr("Inspect"), lambda: ContainerInspectView(self._details)),
            "environment": (self.tr("Environment"), lambda: EnvironmentView(self._details)),
            "joints": (self.tr("Mounts and ports"), self._make_joints),
            "stats": (self.tr("Stats"), lambda: ContainerStatsView(inside.open_stats(key))),
            "processes": (
                self.tr("Processes"),
                lambda: ContainerProcessesView(inside.open_processes(key)),
            ),
            "health": (self.tr("Health"), lambda: ContainerHealthView(self._details)),
        }
        self._tabs: dict[str, DetailTab] = {}
        self._build_head()
        self._build_tabs()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 18, 24, 16)
        layout.setSpacing(10)
        layout.addLayout(self._head)
        layout.addWidget(self._banner)
        layout.addWidget(self.bar)
        layout.addWidget(self._stack, 1)
        model = containers.table
        for signal in (model.dataChanged, model.rowsInserted, model.rowsRemoved):
            signal.connect(self._follow)
        self._details.changed.connect(self._explain_end)
        self._follow()
        self._details.refresh()

    def _make_joints(self) -> MountsView:
        made = MountsView(self._details)
        made.object_asked.connect(self.object_asked)
        return made

    def _make_logs(self, inside: ContainerInside) -> ContainerLogsView:
        made = ContainerLogsView(inside.open_log(self.key), self._title.text(), inside.preferences)
        made.log.reach = self._reach
        made.others_wanted.connect(self.logs_wanted)
        return made

    def _reach(self, address: str) -> str:
        """Return where an address in the log leads: a published port instead of the container's own."""
        return address if self._row is None else self._row.reach(address)

    def _build_head(self) -> None:
        back = IconButton("back", self.tr("Back to the containers (Esc)"), "containers.detail.back")
        back.clicked.connect(self.left)
        self._title = ElidedLabel(self.key[:12], "title")
        self._title.setObjectName("containers.detail.title")
        self._image = LinkButton("containers.detail.image", self.tr("Show the image {0}"))
        self._image.clicked.connect(self._show_image)
        self._meaning = ElidedLabel("", "muted")
        self._meaning.setObjectName("containers.detail.meaning")
        self._meaning.hide()
        self._dot, self._state = StatusDot(), PlainLabel(role="muted")
        self._state.setObjectName("containers.detail.state")
        self._actions = row(spacing=2)
        self._buttons: dict[str, IconButton] = {}
        self._banner = Banner("containers.detail.banner")
        self._newer = Button("", "containers.detail.newer", "link")
        self._newer.set_label(f"↑ {self._containers.table.newer_word}")
        self._newer.setToolTip(self.tr("A newer image has this name. Click to update."))
        self._newer.clicked.connect(lambda: self.acted.emit(self._row, "renew"))
        self._newer.hide()
        self._ports, self._links = row(spacing=2), [("", "")]
        parts = (self._dot, self._state, self._ports, self._image, self._newer, self._meaning)
        remark = row(*parts, None, spacing=7)
        self._more = IconButton("more", self.tr("More…"), "containers.detail.more")
        self._more.clicked.connect(
            lambda: self.menu_asked.emit(self._row, self._more.mapToGlobal(self._more.rect().bottomLeft()))
        )
        buttons = row(self._actions, self._more, spacing=2)
        self._head = flow(row(back, column(self._title, remark, spacing=1), spacing=10), buttons, spacing=10)

    def _build_tabs(self) -> None:
        self.bar = QTabBar()
        self.bar.setObjectName("containers.detail.tabs")
        self.bar.setAccessibleName(self.tr("What to see of the container"))
        self.bar.setDrawBase(False)
        self.bar.setDocumentMode(True)
        self.bar.setExpanding(False)
        self._stack = FrontStack()
        for name, (label, _) in self._makers.items():
            self.bar.setTabData(self.bar.addTab(label), name)
        self.bar.currentChanged.connect(lambda _: self._bring(self.current_name))
        keys.NEXT_TAB.bind(self, lambda: self._step(1))
        keys.PREVIOUS_TAB.bind(self, lambda: self._step(-1))

    @property
    def current_name(self) -> str:
        """Return the name of the tab in sight."""
        return str(self.bar.tabData(self.bar.currentIndex()))

    @property
    def current(self) -> DetailTab | None:
        """Return the tab in sight."""
        widget = self._stack.currentWidget()
        return widget if isinstance(widget, DetailTab) else None

    def show_tab(self, name: str) -> None:
        """Bring a tab into sight; the log where there is none of that name."""
        name = name if name in self._makers else "logs"
        place = list(self._makers).index(name)
        if place == self.bar.currentIndex():
            self._bring(name)
        else:
            self.bar.setCurrentIndex(place)

    def on_engine_state(self, view: EngineView) -> None:
        """Offer what the engine does while it is there."""
        self._has_engine = view.can_be_used
        if view.is_asleep and not self._sleeps:
            self._sleeps = True
            if self.current is not None:
                self.current.pause()  # whatever it asks would wake the engine
        elif view.can_be_used and self._sleeps:
            self._sleeps = False
            if self._is_in_sight and self.current is not None:
                self.current.open()
        if not view.can_be_used:
            text = self.tr("No connection to the engine: what you see is from before. ({0})")
            self._banner.say(text.format(view.word), "warn")
        elif self._row is None or self._containers.table.find_row(self.key) is not None:
            self._tell_refusals()
        self._show_what_fits()

    def _tell_refusals(self) -> None:
        """Say why the computer has not opened a port, else nothing."""
        if text := self._containers.table.refusals(self._row) if self._row is not None else "":
            self._banner.say(text, "warn")
        else:
            self._banner.hide()

    def pause(self) -> None:
        """The page is out of sight."""
        self._is_in_sight = False
        if self.current is not None:
            self.current.pause()

    def resume(self) -> None:
        """The page is in sight again."""
        self._is_in_sight = True
        if self._sleeps:
            return
        if self.current is not None:
            self.current.open()
        self._details.refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the tabs closer together where room is short."""
        super().resizeEvent(event)
        is_tight = event.size().width() < Theme.current().scaled(_TIGHT_BELOW)
        if bool(self.bar.property("tight")) is not is_tight:
            self.bar.setProperty("tight", is_tight)
            restyle(self.bar)
            QApplication.sendEvent(self.bar, QEvent(QEvent.Type.StyleChange))  # it measures its tabs anew

    def close_all(self) -> None:
        """End everything that goes on."""
        for tab in self._tabs.values():
            tab.close_tab()

    def _bring(self, name: str) -> None:
        if name not in self._tabs:
            tab = self._makers[name][1]()
            self._tabs[name] = tab
            self._stack.addWidget(tab)
        tab = self._tabs[name]
        if self.current is not None and self.current is not tab:
            self.current.pause()
        self._stack.setCurrentWidget(tab)
        self._preferences.change(container_tab=name)
        tab.open()

    def _step(self, step: int) -> None:
        self.bar.setCurrentIndex((self.bar.currentIndex() + step) % self.bar.count())

    def _show_image(self) -> None:
        if self._row is not None:
            self.image_asked.emit(self._row.image, self._row.container.image_id)

    def _follow(self) -> None:
        """Show the container as the list knows it now."""
        found = self._containers.table.find_row(self.key)
        if found is None:
            if self._row is not None:
                self._banner.say(
                    self.tr("The container was deleted. What was read of it stays here."), "warn"
                )
            self._show_what_fits()
            return
        if found == self._row:
            return
        before, self._row = self._row, found
        self._title.setText(found.name)
        self._image.set_label(found.image)
        self._newer.setVisible(found.has_newer)
        self._show_ports(found)
        word, age = self._containers.table.status(found)
        self._dot.show_tone(found.tone)
        self._state.setText(f"{word} {age}".strip())
        self._show_actions(found)
        self._explain_end()
        if self._has_engine:
            self._tell_refusals()
        if before is not None and before.container != found.container:
            self._details.refresh()
        if found.is_running is not self._was_running:
            self._was_running = found.is_running
            for tab in self._tabs.values():
                tab.on_running(found.is_running)

    def _explain_end(self) -> None:
        """Say what the exit code means, once it is known why the container has ended."""
        is_over = self._row is not None and self._row.exit_code is not None and not self._row.busy
        meaning = self._details.end_meaning if is_over else ""
        self._meaning.setText(meaning)
        self._meaning.setVisible(bool(meaning))

    def _show_ports(self, found: ContainerRow) -> None:
        """Offer the published ports: a click opens those that a browser can show."""
        if found.links == self._links:
            return
        self._links = found.links
        clear(self._ports)
        for text, address in found.links[:_PORTS_SHOWN]:
            link = Button(text, f"containers.detail.port.{self._ports.count()}", "link")
            link.setEnabled(bool(address))
            link.setToolTip(plain_tool_tip(address))
            link.clicked.connect(lambda _=False, address=address: self.link_opened.emit(self._row, address))
            self._ports.addWidget(link)

    def _show_actions(self, found: ContainerRow) -> None:
        wanted = _head_actions(found)
        for name, button in self._buttons.items():
            button.setVisible(any(action.name == name for action in wanted))
        for place, action in enumerate(wanted):
            if action.name not in self._buttons:
                button = IconButton(action.icon, action.label, f"containers.detail.{action.name}")
                button.clicked.connect(lambda _=False, name=action.name: self.acted.emit(self._row, name))
                self._buttons[action.name] = button
                before = self._buttons[wanted[place - 1].name] if place else None
                self._actions.insertWidget(0 if before is None else self._actions.indexOf(before) + 1, button)
                button.show()  # else only once the layout has its turn
        self._show_what_fits()

    def _show_what_fits(self) -> None:
        found = self._containers.table.find_row(self.key)
        enabled = {action.name for action in _head_actions(found) if action.enabled} if found else set()
        for name, button in self._buttons.items():
            button.setEnabled(self._has_engine and name in enabled)
        self._more.setEnabled(self._has_engine and found is not None)


def _head_actions(found: ContainerRow) -> list[Action]:
    shown = {action.name for action in container_icons(found)} | {"restart", "edit"}
    return [action for action in container_menu(found) if action.name in shown and action.name != "logs"]
