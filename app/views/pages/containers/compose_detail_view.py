"""One compose project: its file's variables, its services with their health, and what compose says."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from app.viewmodels.containers.compose import ComposeViewModel, FileView, ServiceView
from app.viewmodels.failure import Failure
from app.viewmodels.wording.wording import join_sentences
from app.views.dialogs.confirm_delete_dialog import ConfirmDeleteDialog
from app.views.widgets.banner import Banner
from app.views.widgets.buttons import Button, IconButton
from app.views.widgets.layouts import Card, clear, column, hide_unless, row
from app.views.widgets.log.log_view import LogView
from app.views.widgets.status_dot import StatusDot
from app.views.widgets.text import ElidedLabel, PlainLabel, WrappedLabel


class ComposeDetailView(QWidget):
    """Follows the project while it is shown."""

    left = Signal()

    def __init__(self, viewmodel: ComposeViewModel, project: str, file: FileView | None) -> None:
        super().__init__()
        self.setObjectName("compose.detail")
        self._compose, self._project = viewmodel, project
        self._file_path = file.path if file is not None else viewmodel.find_project(project).file
        self._declared = file.services if file is not None else ()
        self._what = ""
        self._edits: dict[str, QLineEdit] = {}
        self._shown: list[ServiceView] = []
        self._scalers: list[tuple[IconButton, bool]] = []
        self._required = {v.name for v in file.variables if v.is_required} if file is not None else set()
        back = IconButton("back", self.tr("Back to the projects (Esc)"), "compose.detail.back")
        back.clicked.connect(self.left)
        title = ElidedLabel(project, "title")
        title.setObjectName("compose.detail.title")
        remark = ElidedLabel(self._file_path or self.tr("Its file is not on this computer"), "muted")
        self._build_buttons()
        head = row(back, column(title, remark, spacing=1), *self._buttons, spacing=8)
        head.setStretch(1, 1)
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
        if file is not None and file.variables:
            layout.addWidget(self._variables_card(file))
        layout.addWidget(services)
        layout.addWidget(output, 1)
        viewmodel.changed.connect(self._show)
        viewmodel.output.connect(self._log.append)
        viewmodel.running_changed.connect(self._show_running)
        viewmodel.ended.connect(self._tell_end)
        self._show()

    def _build_buttons(self) -> None:
        self._up = Button(self.tr("Up"), "compose.detail.up", "primary", "play")
        self._up.setToolTip(self.tr("Create what is missing and start all services"))
        self._up.clicked.connect(self._start)
        self._restart = Button(self.tr("Restart"), "compose.detail.restart", icon="restart")
        self._restart.clicked.connect(lambda: self._begin(self._compose.restart))
        self._logs = Button(self.tr("Logs"), "compose.detail.logs", icon="logs")
        self._logs.clicked.connect(lambda: self._begin(self._compose.follow_logs))
        self._down = Button(self.tr("Down"), "compose.detail.down", icon="trash")
        self._down.setToolTip(self.tr("Remove the project's containers and networks; volumes stay"))
        self._down.clicked.connect(self._confirm_down)
        self._cancel = Button(self.tr("Stop"), "compose.detail.cancel", icon="stop")
        self._cancel.clicked.connect(self._compose.cancel)
        self._cancel.hide()
        self._buttons = (self._up, self._restart, self._logs, self._down, self._cancel)

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

    def leave(self) -> None:
        """Stop following logs; an up or down goes on."""
        if self._what == "logs":
            self._compose.cancel()

    def _begin(self, call: Callable[[str], None]) -> None:
        self._log.clear()
        self._banner.hide()
        call(self._project)

    def _start(self) -> None:
        self._log.clear()
        self._banner.hide()
        values = {name: edit.text() for name, edit in self._edits.items() if edit.text()}
        self._compose.up(self._file_path, self._project, values)

    def _scale(self, service: str, count: int) -> None:
        self._log.clear()
        self._banner.hide()
        self._compose.scale(self._file_path, self._project, service, count)

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

    def _show_running(self, what: str) -> None:
        self._what = what
        words = {
            "up": self.tr("Starting…"),
            "down": self.tr("Taking it down…"),
            "restart": self.tr("Restarting…"),
            "scale": self.tr("Scaling…"),
            "stop": self.tr("Stopping…"),
            "logs": self.tr("Following the logs of all services"),
        }
        self._state.setText(words.get(what, self.tr("Nothing is going on")))
        self._show_what_fits()

    def _tell_end(self, failure: Failure | None) -> None:
        self._log.flush()
        if failure is None:
            self._state.setText(self.tr("Done"))
        else:
            self._state.setText(self.tr("Failed"))
            words = failure.details.strip().splitlines()
            self._banner.say(join_sentences(failure.summary, *words[-1:]), "err")

    def _show(self) -> None:
        project = self._compose.find_project(self._project)
        known = {service.name: service for service in project.services}
        names = sorted({*known, *self._declared})
        services = [known.get(name, ServiceView(name)) for name in names]
        if services != self._shown:
            self._shown = services
            clear(self._services)
            self._scalers.clear()
            for place, service in enumerate(services):
                self._add_service(place, service)
        self._show_what_fits()

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
        hide_unless(bool(self._file_path) and service.total > 0, fewer, more)
        self._scalers += [(fewer, service.total > 1), (more, True)]
        self._services.addWidget(dot, place, 0)
        self._services.addWidget(ElidedLabel(service.name, "strong"), place, 1)
        self._services.addWidget(state, place, 2)
        self._services.addWidget(PlainLabel(service.ports, "muted"), place, 3)
        self._services.addWidget(fewer, place, 4)
        self._services.addWidget(more, place, 5)

    def _show_what_fits(self) -> None:
        busy, there = self._compose.is_running, self._compose.find_project(self._project).total > 0
        can_run = self._compose.missing is None and not busy
        complete = all(self._edits[name].text() for name in self._required)
        self._up.setEnabled(can_run and bool(self._file_path) and complete)
        for button in (self._restart, self._logs, self._down):
            button.setEnabled(can_run and there)
        self._cancel.setVisible(busy)
        for scaler, makes_sense in self._scalers:
            scaler.setEnabled(can_run and makes_sense)
