"""One compose project: its file's variables, its services with their health, and what compose says."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import PurePath

from PySide6.QtCore import QEvent, QObject, QSize, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QLayout,
    QLineEdit,
    QMenu,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.viewmodels.containers.compose import ComposeViewModel, FileView, ServiceView
from app.viewmodels.containers.log_line import LogLine
from app.viewmodels.failure import Failure
from app.views.browser import open_address
from app.views.dialogs.confirm_delete_dialog import ConfirmDeleteDialog
from app.views.theme import Theme
from app.views.widgets.banner import Banner
from app.views.widgets.buttons import Button, IconButton
from app.views.widgets.check_box import CheckBox
from app.views.widgets.flow_row import flow
from app.views.widgets.layouts import Card, Scrolled, clear, column, hide_unless, row
from app.views.widgets.log.log_view import LogView
from app.views.widgets.status_dot import StatusDot
from app.views.widgets.text import ElidedLabel, PlainLabel, WrappedLabel

_LEAST_OUTPUT = 180  # pixels at 100 %


class _Fitting(Scrolled):
    """As high as what is in it while there is room: a file may ask for fifty variables."""

    def __init__(self, layout: QLayout) -> None:
        super().__init__(layout)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    def sizeHint(self) -> QSize:
        """Return the size of the content: Qt's own is never higher than 24 lines."""
        layout = self.content.layout()
        height = layout.totalHeightForWidth(self.viewport().width()) if layout is not None else 0
        return QSize(super().sizeHint().width(), max(height, self.content.sizeHint().height()))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Ask for another height when the content's has changed."""
        if watched is self.content and event.type() is QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)


class ComposeDetailView(QWidget):
    """Follows the project while it is shown."""

    left = Signal()
    container_chosen = Signal(str)  # its id

    def __init__(self, viewmodel: ComposeViewModel, project: str, file: FileView | None) -> None:
        super().__init__()
        self.setObjectName("compose.detail")
        self._compose, self._project, self._file = viewmodel, project, file
        self._declared = file.services if file is not None else ()
        self._what = self._held = ""
        self._edits: dict[str, QLineEdit] = {}
        self._profiles: dict[str, QCheckBox] = {}
        self._shown: list[ServiceView] = []
        self._scalers: list[tuple[IconButton, bool]] = []
        self._required = {v.name for v in file.variables if v.is_required} if file is not None else set()
        back = IconButton("back", self.tr("Back to the projects (Esc)"), "compose.detail.back")
        back.clicked.connect(self.left)
        title = ElidedLabel(project, "title")
        title.setObjectName("compose.detail.title")
        remark = ElidedLabel(self._where(), "muted")
        remark.setObjectName("compose.detail.remark")
        self._build_buttons()
        head = flow(row(back, column(title, remark, spacing=1), spacing=10), *self._buttons)
        self._banner = Banner("compose.detail.banner")
        self._services = QGridLayout()
        self._services.setHorizontalSpacing(16)
        self._services.setVerticalSpacing(8)
        self._services.setColumnStretch(1, 1)
        self._services.setColumnStretch(2, 1)
        services = Card("compose.detail.services")
        services.setLayout(
            column(PlainLabel(self.tr("Services"), "heading"), self._services, margins=(18, 14, 18, 14))
        )
        self._log = LogView("compose.detail.output", self.tr("What compose says"))
        output = Card("compose.detail.output-card")
        output.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        output.setMinimumHeight(Theme.current().scaled(_LEAST_OUTPUT))
        self._state = PlainLabel(self.tr("Nothing is going on"), "muted")
        self._state.setObjectName("compose.detail.state")
        inside = column(self._state, self._log, spacing=6, margins=(14, 10, 14, 10))
        inside.setStretch(1, 1)
        output.setLayout(inside)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 18, 24, 16)
        layout.setSpacing(12)
        layout.addLayout(head)
        layout.addWidget(self._banner)
        cards = column(spacing=12)
        if file is not None and file.variables:
            cards.addWidget(self._variables_card(file))
        if file is not None and file.profiles:
            cards.addWidget(self._profiles_card(file))
        cards.addWidget(services)
        scrolled = _Fitting(cards)
        layout.addWidget(scrolled)
        layout.addWidget(output, 1)
        viewmodel.changed.connect(self._show)
        viewmodel.output.connect(self._take_output)
        viewmodel.running_changed.connect(self._show_running)
        viewmodel.ended.connect(self._tell_end)
        self._show_running(viewmodel.at_work_with)
        self._show()

    def _where(self) -> str:
        """Return where the project's files are."""
        project = self._compose.find_project(self._project)
        files = self._file.files if self._file is not None else project.files
        if self._file is not None or project.is_here:
            first, *others = files
            folder = PurePath(first).parent
            shown = (PurePath(name).name if PurePath(name).parent == folder else name for name in others)
            return ", ".join((first, *shown))
        if files:
            return self.tr("{0} is not on this computer any more").format(", ".join(files))
        return self.tr("Its file is not on this computer")

    def _build_buttons(self) -> None:
        self._up = Button(self.tr("Up"), "compose.detail.up", "primary", "play")
        self._up.setToolTip(self.tr("Create what is missing and start all services"))
        self._up.clicked.connect(self._start)
        self._build = Button(self.tr("Build and up"), "compose.detail.build", icon="builds")
        self._build.setToolTip(self.tr("Build the images of the project anew, then start all services"))
        self._build.clicked.connect(lambda: self._begin(lambda name: self._compose.up(name, build=True)))
        self._watch = Button(self.tr("Watch"), "compose.detail.watch", icon="follow")
        self._watch.setToolTip(self.tr("Bring changes of the sources into the containers, until Stop"))
        self._watch.clicked.connect(lambda: self._begin(self._compose.watch))
        file = self._file
        hide_unless(file is not None and file.builds, self._build)
        hide_unless(file is not None and file.watches, self._watch)
        self._restart = Button(self.tr("Restart"), "compose.detail.restart", icon="restart")
        self._restart.clicked.connect(lambda: self._begin(self._compose.restart))
        self._logs = Button(self.tr("Logs"), "compose.detail.logs", icon="logs")
        self._logs.clicked.connect(lambda: self._begin(self._compose.follow_logs))
        self._down = Button(self.tr("Down"), "compose.detail.down", icon="trash")
        self._down.setToolTip(self.tr("Remove the project's containers and networks; volumes stay"))
        self._down.clicked.connect(self._confirm_down)
        self._cancel = Button(self.tr("Cancel"), "compose.detail.cancel", icon="stop")
        self._cancel.clicked.connect(self._compose.cancel)
        self._cancel.hide()
        self._buttons = (
            self._up,
            self._build,
            self._watch,
            self._restart,
            self._logs,
            self._down,
            self._cancel,
        )

    def _variables_card(self, file: FileView) -> Card:
        card = Card("compose.detail.variables")
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        for place, variable in enumerate(file.variables):
            label = PlainLabel(variable.name + (" *" if variable.is_required else ""))
            edit = QLineEdit(variable.value)
            edit.setObjectName(f"compose.variable.{variable.name}")
            edit.setAccessibleName(variable.name)
            edit.textChanged.connect(self._show_what_fits)
            if any(word in variable.name.upper() for word in ("PASSWORD", "SECRET", "TOKEN")):
                edit.setEchoMode(QLineEdit.EchoMode.PasswordEchoOnEdit)
            self._edits[variable.name] = edit
            grid.addWidget(label, place, 0)
            grid.addWidget(edit, place, 1)
        note = WrappedLabel(self.tr("The file asks for these values; * must be given."), "muted")
        heading = PlainLabel(self.tr("Variables"), "heading")
        card.setLayout(column(heading, note, grid, spacing=6, margins=(18, 14, 18, 14)))
        return card

    def _profiles_card(self, file: FileView) -> Card:
        card = Card("compose.detail.profiles")
        note = self.tr("Services of a profile are started only when it is switched on.")
        line = row(PlainLabel(self.tr("Profiles"), "heading"), spacing=18, margins=(18, 12, 18, 12))
        for profile in file.profiles:
            box = CheckBox(profile.replace("&", "&&"))
            box.setObjectName(f"compose.profile.{profile}")
            box.setToolTip(note)
            box.setChecked(profile in file.active)
            self._profiles[profile] = box
            line.addWidget(box)
        line.addStretch(1)
        card.setLayout(line)
        return card

    @property
    def project(self) -> str:
        """Return the project's name."""
        return self._project

    @property
    def has_file(self) -> bool:
        """Return whether the project's files were read."""
        return self._file is not None

    def leave(self) -> None:
        """Stop following logs; an up or down goes on."""
        if self._what == "logs":
            self._compose.cancel()

    def _begin(self, call: Callable[[str], None]) -> None:
        self._held = self._focused()
        self._log.clear()
        self._banner.hide()
        if self.has_file:
            values = {name: edit.text() for name, edit in self._edits.items()}
            profiles = [name for name, box in self._profiles.items() if box.isChecked()]
            self._compose.fill_in(self._project, values, profiles)
        call(self._project)

    def _start(self) -> None:
        self._begin(self._compose.up)

    def _scale(self, service: str, count: int) -> None:
        self._begin(lambda project: self._compose.scale(project, service, count))

    def _confirm_down(self) -> None:
        project = self._compose.find_project(self._project)
        options = [("volumes", self.tr("Delete its volumes too: their data is lost"), False)]
        dialog = ConfirmDeleteDialog(
            "compose.down",
            self.tr("Take the project down?"),
            [service.name for service in project.services],
            self.tr("Its containers and networks are removed."),
            options,
            self.window(),
            self.tr("Take down"),
        )
        dialog.accepted.connect(
            lambda: self._begin(lambda name: self._compose.down(name, dialog.is_checked("volumes")))
        )
        dialog.open()

    @property
    def _is_mine(self) -> bool:
        """Whether what compose does, or did last, concerns this project."""
        return self._compose.at_work_on == self._project

    def _take_output(self, lines: Sequence[LogLine]) -> None:
        if self._is_mine:
            self._log.append(lines)

    def _show_running(self, what: str) -> None:
        self._what = what if self._is_mine else ""
        words = {
            "up": self.tr("Starting…"),
            "down": self.tr("Taking it down…"),
            "restart": self.tr("Restarting…"),
            "scale": self.tr("Scaling…"),
            "stop": self.tr("Stopping…"),
            "watch": self.tr("Watching the sources"),
            "logs": self.tr("Following the logs of all services"),
        }
        self._state.setText(words.get(what, self.tr("Nothing is going on")))
        if what and not self._is_mine:
            self._state.setText(self.tr("Compose is at work on {0}").format(self._compose.at_work_on))
        self._cancel.set_label(
            self.tr("Stop following") if self._compose.is_following else self.tr("Cancel")
        )  # neither is a stop of the project
        could_stop = self._cancel.hasFocus()
        self._show_what_fits()
        if self._what and self._held and not self._cancel.isHidden() and not could_stop:
            self._cancel.setFocus()  # what was pressed is disabled now
        elif could_stop and not what:
            self._lead_to(self._held)

    def _tell_end(self, failure: Failure | None) -> None:
        if not self._is_mine:
            return
        self._log.flush()
        if failure is None:
            self._state.setText(self.tr("Done"))
        else:
            self._state.setText(self.tr("Failed"))
            self._banner.say(failure.sentences, "err")

    def _show(self) -> None:
        project = self._compose.find_project(self._project)
        known = {service.name: service for service in project.services}
        names = sorted({*known, *self._declared})
        services = [known.get(name, ServiceView(name)) for name in names]
        if services != self._shown:
            self._shown = services
            held = self._focused()
            clear(self._services)
            self._scalers.clear()
            for place, service in enumerate(services):
                self._add_service(place, service)
            self._lead_to(held)
        self._show_what_fits()

    def _focused(self) -> str:
        """Return the name of what has the keyboard in this view, "" where it is elsewhere."""
        focused = self.focusWidget()
        return focused.objectName() if focused is not None and focused.hasFocus() else ""

    def _lead_to(self, name: str) -> None:
        again = self.findChild(QWidget, name) if name else None
        if again is not None:
            again.setFocus()

    def _add_service(self, place: int, service: ServiceView) -> None:
        name = f"compose.service.{service.name}"
        dot = StatusDot()
        running = service.total > 0 and service.running == service.total
        bad = service.health == "unhealthy" or (service.running and not running)
        dot.show_tone("warn" if bad else "ok" if running else "idle", not service.total)
        words = self.tr("{0} of {1} running").format(service.running, service.total)
        health = {
            "healthy": self.tr("healthy"),
            "unhealthy": self.tr("unhealthy"),
            "starting": self.tr("health not known yet"),
        }.get(service.health, "")
        state = PlainLabel(" · ".join(filter(None, (words, health))))
        if not service.total:
            state.setText(self.tr("not created"))
        state.setObjectName(name)
        fewer = IconButton("minus", self.tr("One container less"), f"{name}.fewer")
        fewer.clicked.connect(lambda: self._scale(service.name, service.total - 1))
        more = IconButton("plus", self.tr("One container more"), f"{name}.more")
        more.clicked.connect(lambda: self._scale(service.name, service.total + 1))
        hide_unless(self.has_file and service.total > 0, fewer, more)
        inside = IconButton("logs", self.tr("Show its container: log, terminal, files"), f"{name}.show")
        inside.clicked.connect(lambda: self._show_container(service, inside))
        hide_unless(service.total > 0, inside)
        self._scalers += [(fewer, service.total > 1), (more, True)]
        self._services.addWidget(dot, place, 0)
        self._services.addWidget(ElidedLabel(service.name, "strong"), place, 1)
        self._services.addWidget(state, place, 2)
        ports = QWidget()
        ports.setLayout(row(*(_port(name, *port) for port in service.ports), spacing=2))
        self._services.addWidget(ports, place, 3)
        for column_, button in enumerate((inside, fewer, more), start=4):
            self._services.addWidget(button, place, column_)

    def _show_container(self, service: ServiceView, button: QWidget) -> None:
        """Leave for a container of a service; where it has several one is chosen."""
        if len(service.members) == 1:
            self.container_chosen.emit(service.members[0][0])
            return
        menu = QMenu(self)
        menu.setObjectName("compose.containers")
        for id, name in service.members:
            entry = menu.addAction(name.replace("&", "&&"))
            entry.triggered.connect(partial(self.container_chosen.emit, id))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(button.mapToGlobal(button.rect().bottomLeft()))

    def _show_what_fits(self) -> None:
        there = self._compose.find_project(self._project).total > 0
        can_run = self._compose.missing is None and (
            not self._compose.is_running or self._compose.is_following
        )
        complete = all(self._edits[name].text() for name in self._required)
        for button in (self._up, self._build, self._watch):
            button.setEnabled(can_run and self.has_file and complete)
        for button in (self._restart, self._logs, self._down):
            button.setEnabled(can_run and there)
        for button, what in ((self._watch, "watch"), (self._logs, "logs")):
            button.setEnabled(button.isEnabled() and self._what != what)
        self._cancel.setVisible(self._compose.is_running and self._is_mine)
        for scaler, makes_sense in self._scalers:
            scaler.setEnabled(can_run and makes_sense)


def _port(service: str, text: str, address: str) -> QWidget:
    """Return a published port: a link where a browser can open it."""
    if not address:
        return PlainLabel(text, "muted")
    link = Button(text, f"{service}.port.{text.partition('→')[0]}", "link")
    link.setToolTip(address)
    link.clicked.connect(lambda: open_address(address))
    return link
