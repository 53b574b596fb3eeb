"""Compose projects: those that the engine runs, a file that is opened, and what compose does with them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.services.errors import ErrorCode
from app.viewmodels.access import Access
from app.viewmodels.background import Background, Stream
from app.viewmodels.containers.container_logs import LogLine
from app.viewmodels.failure import Failure, describe_failure
from app.viewmodels.question import Question
from app.viewmodels.settle import Settle
from app.viewmodels.tasks import RunningTask, TaskWords
from app.viewmodels.terminal.terminal_text import parse_line

if TYPE_CHECKING:
    from app.services.containers.compose import Compose, ComposeFile, ComposeRun
    from app.services.engine.engine_types import Container

_LABEL = "com.docker.compose"
_SETTLE_MS = 150


@dataclass(frozen=True, slots=True)
class ServiceView:
    """A service of a project: how many of its containers run, their health and their ports."""

    name: str
    running: int = 0
    total: int = 0
    health: str = ""  # "healthy", "unhealthy", "starting" or "": the worst of its containers
    ports: str = ""


@dataclass(frozen=True, slots=True)
class ProjectView:
    """A project; `file` is "" when the engine does not say where its file is, or it is not here."""

    name: str
    file: str = ""
    services: tuple[ServiceView, ...] = ()

    @property
    def running(self) -> int:
        """Return how many containers run."""
        return sum(service.running for service in self.services)

    @property
    def total(self) -> int:
        """Return how many containers there are."""
        return sum(service.total for service in self.services)


@dataclass(frozen=True, slots=True)
class VariableView:
    """A variable of a compose file, to be filled in."""

    name: str
    value: str = ""
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class FileView:
    """A compose file that was read."""

    path: str
    name: str
    services: tuple[str, ...]
    variables: tuple[VariableView, ...]


class ComposeViewModel(QObject):
    """One compose command at a time."""

    changed = Signal()  # the projects, or whether there is a compose
    opened = Signal(object)  # FileView
    refused = Signal(object)  # Failure of opening a file
    output = Signal(object)  # a list of LogLines
    running_changed = Signal(str)  # what compose does: "up", "down"…, "" when it has ended
    ended = Signal(object)  # Failure or None

    def __init__(self, background: Background, access: Access, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background, self._access = background, access
        self._stream: Stream | None = None
        self._task: RunningTask = background.tasks.none
        self._compose: Compose | None = None
        self._values: dict[str, dict[str, str]] = {}  # what was filled in, by project
        self.is_wanted = self.is_loaded = False
        self.is_looked_for = False
        self.missing: Failure | None = None
        self.version = ""
        self.projects: tuple[ProjectView, ...] = ()
        self._listing = Question(background, self._listed, self._not_listed, self)
        self._settle = Settle(self.refresh, _SETTLE_MS, self)

    def want(self) -> None:
        """Somebody looks: list the projects and follow events."""
        self.is_wanted = True
        self.look()
        self.refresh()

    def look(self) -> None:
        """Look for a compose program on this computer; the answer is `changed`."""
        self._background.run(self._find, self._found, self._not_found)

    @Slot()
    def refresh(self) -> None:
        """List the projects anew."""
        if self.is_wanted:
            self._listing.ask(lambda: self._access.client().list_containers())

    @Slot()
    def refresh_soon(self) -> None:
        """List anew once events have settled."""
        if self.is_wanted:
            self._settle.ask()

    def find_project(self, name: str) -> ProjectView:
        """Return a project as it is now; one without containers is empty."""
        return next((project for project in self.projects if project.name == name), ProjectView(name))

    def open_file(self, path: str) -> None:
        """Read a compose file, or the one in a folder; the answer is `opened` or `refused`."""

        def work() -> "ComposeFile":
            from app.services.containers.compose import find_file
            from app.services.errors import UserError

            file = find_file(Path(path))
            if file is None:
                advice = self.tr("Choose a compose.yaml, or a folder with one.")
                raise UserError(f"{path} is no compose file", "", advice)
            return self._find().read(file)

        self._background.run_alone(work, self._read, self._not_read)

    @property
    def is_running(self) -> bool:
        """Return whether compose is at work."""
        return self._stream is not None

    def up(self, file: str, project: str, values: Mapping[str, str]) -> None:
        """Create and start all services of a file."""
        self._values[project] = dict(values)
        self._start("up", ("up", "--detach", "--remove-orphans"), file, project)

    def scale(self, file: str, project: str, service: str, count: int) -> None:
        """Let a service have so many containers."""
        arguments = ("up", "--detach", "--no-recreate", "--scale", f"{service}={count}", service)
        self._start("scale", arguments, file, project)

    def down(self, project: str, volumes: bool = False) -> None:
        """Remove the project's containers and networks, with `volumes` its data too."""
        self._start("down", ("down", *(("--volumes",) if volumes else ())), "", project)

    def restart(self, project: str) -> None:
        """Restart all services."""
        self._start("restart", ("restart",), "", project)

    def stop(self, project: str) -> None:
        """Stop all services and keep them."""
        self._start("stop", ("stop",), "", project)

    def follow_logs(self, project: str) -> None:
        """Follow what all services write, until `cancel`."""
        self._start("logs", ("logs", "--follow", "--tail", "500"), "", project)

    def cancel(self) -> None:
        """End what compose does."""
        if self._stream is not None:
            self._stream.cancel()
            self._stream = None
            self._task.drop()
            self.running_changed.emit("")

    def _start(self, what: str, arguments: tuple[str, ...], file: str, project: str) -> None:
        if self._stream is not None:
            return
        values = self._values.get(project, {})

        def opener() -> "ComposeRun":
            return self._find().start(arguments, Path(file) if file else None, project, values)

        self._task = self._background.tasks.none
        if what != "logs":  # which nobody waits for
            words = self._words(what, project)
            self._task = self._background.tasks.begin(words, self.cancel, "compose")
        self._stream = self._background.open_stream(opener, _read_lines, self._take, self._ended)
        self.running_changed.emit(what)

    def _words(self, what: str, project: str) -> TaskWords:
        going_on, done, failed = {
            "up": (self.tr("Starting {0}"), self.tr("{0} was started"), self.tr("{0} was not started")),
            "scale": (self.tr("Scaling {0}"), self.tr("{0} was scaled"), self.tr("{0} was not scaled")),
            "down": (self.tr("Removing {0}"), self.tr("{0} was removed"), self.tr("{0} was not removed")),
            "restart": (
                self.tr("Restarting {0}"),
                self.tr("{0} was restarted"),
                self.tr("{0} was not restarted"),
            ),
            "stop": (self.tr("Stopping {0}"), self.tr("{0} was stopped"), self.tr("{0} was not stopped")),
        }[what]
        return TaskWords(going_on.format(project), done.format(project), failed.format(project))

    @Slot(object)
    def _take(self, lines: list[LogLine]) -> None:
        self._task.tell(lines[-1].text.strip())
        self.output.emit(lines)

    def _find(self) -> "Compose":
        from app.services.containers.compose import Compose

        if self._compose is None:
            self._compose = Compose.find(self._access.client().socket_path)
        return self._compose

    @Slot(object)
    def _found(self, compose: "Compose") -> None:
        self.is_looked_for, self.missing, self.version = True, None, compose.version
        self.changed.emit()

    @Slot(object)
    def _not_found(self, error: Exception) -> None:
        self.is_looked_for, self.missing = True, describe_failure(error)
        if self.missing.code == ErrorCode.COMMAND_NOT_FOUND.value:  # the usual one, in the user's language
            advice = self.tr("Install the package docker-compose-plugin or docker-compose-v2, or see {0}")
            self.missing = replace(
                self.missing,
                summary=self.tr("Docker Compose is not installed on this computer"),
                what_to_do=advice.format("https://docs.docker.com/compose/install/"),
            )
        self.changed.emit()

    @Slot(object)
    def _listed(self, containers: "list[Container]") -> None:
        self.is_loaded = True
        self.projects = tuple(_build_projects(containers))
        self.changed.emit()

    @Slot(object)
    def _not_listed(self, error: Exception) -> None:
        del error  # the engine's own state says it

    @Slot(object)
    def _read(self, file: "ComposeFile") -> None:
        variables = tuple(VariableView(v.name, v.value, v.is_required) for v in file.variables)
        self.opened.emit(FileView(str(file.path), file.name, file.services, variables))

    @Slot(object)
    def _not_read(self, error: Exception) -> None:
        self.refused.emit(describe_failure(error))

    @Slot(object)
    def _ended(self, error: Exception | None) -> None:
        self._stream = None
        self.running_changed.emit("")
        failure = describe_failure(error) if error is not None else None
        if failure is None:
            self._task.succeed()
        else:
            self._task.fail(failure, failure.details.rpartition("\n")[2])
        self.ended.emit(failure)
        self.refresh()


def _read_lines(run: "ComposeRun") -> Iterator[LogLine]:
    for line in run.lines():
        styled = parse_line(line)
        yield LogLine(styled.text, styled.spans)


def _build_projects(containers: "list[Container]") -> Iterator[ProjectView]:
    by_project: dict[str, list[Container]] = {}
    for container in containers:
        if container.compose_project:
            by_project.setdefault(container.compose_project, []).append(container)
    for name, members in sorted(by_project.items()):
        files = members[0].labels.get(f"{_LABEL}.project.config_files", "").split(",")
        file = files[0] if len(files) == 1 and files[0] and Path(files[0]).is_absolute() else ""
        by_service: dict[str, list[Container]] = {}
        for member in members:
            by_service.setdefault(member.labels.get(f"{_LABEL}.service", "?"), []).append(member)
        yield ProjectView(name, file, tuple(_build_service(*item) for item in sorted(by_service.items())))


def _build_service(name: str, members: "list[Container]") -> ServiceView:
    words = " ".join(member.status for member in members)
    health = next(
        (
            health
            for mark, health in (
                ("(unhealthy)", "unhealthy"),
                ("(health: starting)", "starting"),
                ("(healthy)", "healthy"),
            )
            if mark in words
        ),
        "",
    )
    ports = sorted({f"{p.host_port}→{p.container_port}" for m in members for p in m.published_ports})
    return ServiceView(name, sum(m.is_running for m in members), len(members), health, ", ".join(ports))
