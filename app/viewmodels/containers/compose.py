"""Compose projects: those that the engine runs, a file that is opened, and what compose does with them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.viewmodels.access import Access
from app.viewmodels.background import Background, Stream
from app.viewmodels.containers.log_line import LogLine
from app.viewmodels.failure import Failure, describe_failure
from app.viewmodels.question import Question
from app.viewmodels.settle import Settle
from app.viewmodels.tasks import RunningTask, TaskWords
from app.viewmodels.terminal.terminal_text import parse_line

if TYPE_CHECKING:
    from app.services.containers.compose import Compose, ComposeFile, ComposeSource
    from app.services.containers.compose_pulls import RunAfterPulls
    from app.services.containers.compose_run import ComposeRun
    from app.services.engine.engine_client import EngineClient
    from app.services.engine.engine_types import Container

_LABEL = "com.docker.compose"
_SETTLE_MS = 150


@dataclass(frozen=True, slots=True)
class ServiceView:
    """A service of a project: how many of its containers run, their health and their ports.

    `ports` are what is shown of each, with its address for a browser or ""; `members` ids with names.
    """

    name: str
    running: int = 0
    total: int = 0
    health: str = ""  # "healthy", "unhealthy", "starting" or "": the worst of its containers
    ports: tuple[tuple[str, str], ...] = ()
    members: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ProjectView:
    """A project; `files` are those that it was made of, as far as the engine says: are they here?"""

    name: str
    files: tuple[str, ...] = ()
    is_here: bool = False
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
    """The files of a project that were read; of its `profiles`, `active` are switched on.

    `builds` says that it has images of its own, `watches` that it can follow changes of its sources.
    """

    files: tuple[str, ...]
    name: str
    services: tuple[str, ...]
    variables: tuple[VariableView, ...]
    profiles: tuple[str, ...] = ()
    active: tuple[str, ...] = ()
    builds: bool = False
    watches: bool = False


@dataclass(slots=True)
class _Known:
    """What is known of a project's files: where they are, what they say, and what the user has filled in."""

    source: "ComposeSource"
    defaults: dict[str, str]
    values: dict[str, str]
    profiles: tuple[str, ...]


class ComposeViewModel(QObject):
    """One compose command at a time."""

    changed = Signal()  # the projects, or whether there is a compose
    opened = Signal(object)  # FileView that the user has chosen
    project_read = Signal(object)  # FileView of a project that the engine runs
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
        self._known: dict[str, _Known] = {}  # by project
        self.at_work_on = ""  # the project that compose works on, or worked on last
        self.at_work_with = ""  # what it does there, as `running_changed` told last
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
            self._listing.ask(lambda: list_projects(self._access.client()))

    @Slot()
    def refresh_soon(self) -> None:
        """List anew once events have settled."""
        if self.is_wanted:
            self._settle.ask()

    def find_project(self, name: str) -> ProjectView:
        """Return a project as it is now; one without containers is empty."""
        return next((project for project in self.projects if project.name == name), ProjectView(name))

    def open_files(self, paths: Sequence[str]) -> None:
        """Read compose files, or the ones in a folder; the answer is `opened` or `refused`."""

        def work() -> "ComposeFile":
            from app.services.containers.compose import find_source
            from app.services.errors import UserError

            source = find_source([Path(path) for path in paths])
            if source is None:
                advice = self.tr("Choose a compose.yaml, or a folder with one.")
                raise UserError(f"{', '.join(paths)} is no compose file", "", advice)
            return self._find().read(source)

        self._background.run_alone(work, self._read, self._not_read)

    def read_project(self, project: str) -> None:
        """Read the files of a project that the engine runs; the answer is `project_read` or `refused`."""
        known = self._known.get(project)

        def work() -> "ComposeFile":
            from app.services.errors import UserError

            containers = self._access.client().list_containers()
            members = [container for container in containers if container.compose_project == project]
            if not members:
                raise UserError(self.tr("The project {0} has no containers any more").format(project))
            return self._find().read(known.source if known else _source_of(members), project)

        self._background.run_alone(work, self._project_read, self._not_read)

    @property
    def is_running(self) -> bool:
        """Return whether compose is at work."""
        return self._stream is not None

    @property
    def watched(self) -> str:
        """Return the project whose sources are watched, "" when none are."""
        return self.at_work_on if self.is_running and self.at_work_with == "watch" else ""

    def fill_in(self, project: str, values: Mapping[str, str], profiles: Sequence[str]) -> None:
        """Take over what is in the form; what is as the files have it is left to compose."""
        if known := self._known.get(project):
            changed = {name: text for name, text in values.items() if text != known.defaults.get(name, "")}
            known.values, known.profiles = changed, tuple(profiles)

    def up(self, project: str, build: bool = False) -> None:
        """Create and start all services of a project whose files were read, with `build` from new images."""
        arguments = ("up", "--detach", "--remove-orphans", *(("--build",) if build else ()))
        self._start("up", arguments, project, self._known.get(project))

    @property
    def is_following(self) -> bool:
        """Return whether compose only follows something: whatever else is asked for ends that first."""
        return self.is_running and self.at_work_with in ("logs", "watch")

    def watch(self, project: str) -> None:
        """Start what is to be watched, and follow the changes of its sources until `cancel`."""
        self._start("watch", ("watch",), project, self._known.get(project))

    def scale(self, project: str, service: str, count: int) -> None:
        """Let a service have so many containers."""
        arguments = ("up", "--detach", "--no-recreate", "--scale", f"{service}={count}", service)
        self._start("scale", arguments, project, self._known.get(project))

    def down(self, project: str, volumes: bool = False) -> None:
        """Remove the project's containers and networks, with `volumes` its data too."""
        self._start("down", ("down", *(("--volumes",) if volumes else ())), project)

    def restart(self, project: str) -> None:
        """Restart all services."""
        self._start("restart", ("restart",), project)

    def stop(self, project: str) -> None:
        """Stop all services and keep them."""
        self._start("stop", ("stop",), project)

    def follow_logs(self, project: str) -> None:
        """Follow what all services write, until `cancel`."""
        self._start("logs", ("logs", "--follow", "--tail", "500"), project)

    def cancel(self) -> None:
        """End what compose does."""
        if self._stream is not None:
            self._stream.cancel()
            self._stream = None
            self._task.drop()
            self._tell_work("")

    def _start(
        self, what: str, arguments: tuple[str, ...], project: str, known: _Known | None = None
    ) -> None:
        """Let compose do something: with the project's files, or knowing no more than its name."""
        if self.is_following:
            self.cancel()
        if self._stream is not None:
            return

        def opener() -> "ComposeRun | RunAfterPulls":
            from app.services.containers.compose_pulls import RunAfterPulls

            compose = self._find()
            if known is None:
                return compose.start(arguments, None, project, {})
            filled_in = project, known.values, known.profiles
            run = compose.start(arguments, known.source, *filled_in)
            return RunAfterPulls(run, self._access.client(), lambda: compose.images(known.source, *filled_in))

        self.at_work_on = project
        self._task = self._background.tasks.none
        if words := self._words(what, project):
            self._task = self._background.tasks.begin(words, self.cancel, "compose")
        self._stream = self._background.open_stream(
            opener, _read_lines, self._take, self._ended, must_end=True
        )
        self._tell_work(what)

    def _words(self, what: str, project: str) -> TaskWords | None:
        """Return how a task is told, None for what goes on until somebody ends it."""
        words = {
            "up": (self.tr("Starting {0}"), self.tr("{0} was started"), self.tr("{0} was not started")),
            "scale": (self.tr("Scaling {0}"), self.tr("{0} was scaled"), self.tr("{0} was not scaled")),
            "down": (self.tr("Removing {0}"), self.tr("{0} was removed"), self.tr("{0} was not removed")),
            "restart": (
                self.tr("Restarting {0}"),
                self.tr("{0} was restarted"),
                self.tr("{0} was not restarted"),
            ),
            "stop": (self.tr("Stopping {0}"), self.tr("{0} was stopped"), self.tr("{0} was not stopped")),
        }.get(what)
        return TaskWords(*(word.format(project) for word in words)) if words else None

    @Slot(object)
    def _take(self, lines: list[LogLine]) -> None:
        self._task.tell(lines[-1].text.strip())
        self.output.emit(lines)

    def _tell_work(self, what: str) -> None:
        self.at_work_with = what
        self.running_changed.emit(what)

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
        self.changed.emit()

    @Slot(object)
    def _listed(self, projects: tuple[ProjectView, ...]) -> None:
        self.is_loaded = True
        self.projects = projects
        self.changed.emit()

    @Slot(object)
    def _not_listed(self, error: Exception) -> None:
        del error  # the engine's own state says it

    @Slot(object)
    def _read(self, file: "ComposeFile") -> None:
        self.opened.emit(self._know(file))

    @Slot(object)
    def _project_read(self, file: "ComposeFile") -> None:
        self.project_read.emit(self._know(file))

    def _know(self, file: "ComposeFile") -> FileView:
        """Keep where the files are; what was filled in for the same ones before is there again."""
        defaults = {variable.name: variable.value for variable in file.variables}
        known = self._known.get(file.name)
        if known is None or known.source != file.source:
            known = self._known[file.name] = _Known(file.source, defaults, {}, file.active)
        known.defaults = defaults
        variables = tuple(
            VariableView(v.name, known.values.get(v.name, v.value), v.is_required) for v in file.variables
        )
        files = tuple(map(str, file.source.files))
        works = bool(file.built), bool(file.watched)
        return FileView(files, file.name, file.services, variables, file.profiles, known.profiles, *works)

    @Slot(object)
    def _not_read(self, error: Exception) -> None:
        self.refused.emit(describe_failure(error))

    @Slot(object)
    def _ended(self, error: Exception | None) -> None:
        self._stream = None
        self._tell_work("")
        failure = describe_failure(error) if error is not None else None
        if failure is None:
            self._task.succeed()
        else:
            self._task.fail(failure, failure.sentence)
        self.ended.emit(failure)
        self.refresh()


def _read_lines(run: "ComposeRun | RunAfterPulls") -> Iterator[LogLine]:
    for line in run.lines():
        styled = parse_line(line)
        yield LogLine(styled.text, styled.spans)


def list_projects(client: "EngineClient") -> tuple[ProjectView, ...]:
    """Return the projects that have containers; whether their files are here is looked up: on a worker."""
    by_project: dict[str, list[Container]] = {}
    for container in client.list_containers():
        if container.compose_project:
            by_project.setdefault(container.compose_project, []).append(container)
    return tuple(_build_project(name, members) for name, members in sorted(by_project.items()))


def _source_of(members: "list[Container]") -> "ComposeSource":
    from app.services.containers.compose import ComposeSource

    newest = max(members, key=lambda container: container.created)  # the files may have moved since

    def paths(label: str) -> tuple[Path, ...]:
        return tuple(map(Path, filter(None, newest.labels.get(f"{_LABEL}.project.{label}", "").split(","))))

    files = paths("config_files")
    folder = paths("working_dir") or (files[0].parent if files else Path(),)
    return ComposeSource(files, folder[0], paths("environment_file"))


def _build_project(name: str, members: "list[Container]") -> ProjectView:
    source = _source_of(members)
    by_service: dict[str, list[Container]] = {}
    for member in members:
        by_service.setdefault(member.labels.get(f"{_LABEL}.service", "?"), []).append(member)
    services = tuple(_build_service(*item) for item in sorted(by_service.items()))
    return ProjectView(name, tuple(map(str, source.files)), source.is_here, services)


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
    ports = {(f"{p.host_port}→{p.container_port}", p.url) for m in members for p in m.published_ports}
    return ServiceView(
        name,
        sum(member.is_running for member in members),
        len(members),
        health,
        tuple(sorted(ports)),
        tuple(sorted(((member.id, member.name) for member in members), key=lambda member: member[1])),
    )
