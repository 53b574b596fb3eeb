"""The run dialog's content: filled in from the image, checked as it is typed, sent as one request."""

import re
import shlex
from dataclasses import dataclass, field

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.services.engine_types import Container, Port
from app.services.environment_file import parse_environment_text
from app.services.errors import EngineRequestError, MarinaError, UserError
from app.services.port_types import LAST_PORT
from app.services.ports import find_holder, ports_of_containers, suggest_host_port
from app.services.reference import parse_reference
from app.services.run_options import RunOptions, VolumeMount
from app.viewmodels.access import Access
from app.viewmodels.background import Background
from app.viewmodels.failure import Failure, describe_failure

_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+")
_CHECK_MS = 250
_FIELD_OF_CODE = {
    "port-taken": "ports",
    "port-privileged": "ports",
    "name-taken": "name",
    "image-not-found": "image",
    "command-not-found": "command",
    "command-not-executable": "command",
}


@dataclass(frozen=True, slots=True)
class PortRow:
    """A line of the port list as typed; an empty `host` lets the engine choose."""

    container: str = ""
    host: str = ""
    protocol: str = "tcp"
    publish: bool = True


@dataclass(frozen=True, slots=True)
class VolumeRow:
    """A line of the volume list as typed; `source` is a volume's name or a folder of this computer."""

    source: str = ""
    target: str = ""
    read_only: bool = False


@dataclass(frozen=True, slots=True)
class RunForm:
    """Everything in the dialog, as typed."""

    image: str
    name: str = ""
    ports: tuple[PortRow, ...] = ()
    environment: str = ""
    volumes: tuple[VolumeRow, ...] = ()
    command: str = ""


@dataclass(frozen=True, slots=True)
class Prefill:
    """What the image and the engine suggest."""

    form: RunForm
    is_local: bool
    usual_command: str = ""
    volumes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PortConflict:
    """A host port somebody else holds, and one that is free (None when there is none)."""

    row: int
    host: int
    holder: str
    suggestion: int | None


@dataclass(frozen=True, slots=True)
class StartedContainer:
    """What runs now."""

    id: str
    name: str
    url: str


@dataclass(frozen=True, slots=True)
class FieldFailure:
    """A refusal and the field it is about: "name", "ports", "image", "command" or "" for the whole."""

    field: str
    failure: Failure


@dataclass(slots=True)
class _Known:
    containers: list[Container] = field(default_factory=list)


class RunImageViewModel(QObject):
    """Serves one run dialog."""

    prefilled = Signal(object)  # Prefill
    prefill_failed = Signal(object)  # Failure
    conflicts_found = Signal(object)  # tuple of PortConflict, empty when all ports are free
    started = Signal(object)  # StartedContainer
    failed = Signal(object)  # FieldFailure

    def __init__(self, background: Background, access: Access, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background, self._access = background, access
        self._known = _Known()
        self._to_check: tuple[PortRow, ...] = ()
        self._timer = QTimer(self, singleShot=True, interval=_CHECK_MS)
        self._timer.timeout.connect(self._check_now)

    def prepare(self, image: str) -> None:
        """Ask the engine about `image`; the answer is `prefilled`."""
        self._background.run(lambda: self._prepare(image), self._prepared, self._not_prepared)

    def check_name(self, name: str) -> str:
        """Return what is wrong with a container's name, or ""."""
        if name and not _NAME.fullmatch(name):
            return self.tr("Letters, digits and _ . - only, at least two, the first a letter or digit.")
        if name and any(container.name == name for container in self._known.containers):
            return self.tr("A container with this name exists already.")
        return ""

    def check_form(self, form: RunForm) -> dict[str, str]:
        """Return what is wrong, by field: "name", "ports.0", "environment", "volumes.0", "command"."""
        problems: dict[str, str] = {}
        if problem := self.check_name(form.name):
            problems["name"] = problem
        for place, port in enumerate(form.ports):
            if port.publish and (problem := self._check_port(port)):
                problems[f"ports.{place}"] = problem
        try:
            parse_environment_text(form.environment)
        except UserError as error:
            problems["environment"] = f"{error.summary}: {error.details}"
        for place, volume in enumerate(form.volumes):
            if problem := self._check_volume(volume):
                problems[f"volumes.{place}"] = problem
        try:
            shlex.split(form.command)
        except ValueError:
            problems["command"] = self.tr("A quotation mark is not closed.")
        return problems

    def command_line(self, form: RunForm) -> str:
        """Return the equal `docker run` line, or "" while something is wrong."""
        return "" if self.check_form(form) else self._options(form).to_command_line()

    def check_ports(self, ports: tuple[PortRow, ...]) -> None:
        """Look, a moment after the last key, who holds the host ports; the answer is `conflicts_found`."""
        self._to_check = ports
        self._timer.start()

    def run(self, form: RunForm) -> None:
        """Create and start the container. When the start fails, what was created goes again."""
        options = self._options(form)
        self._background.run(lambda: self._run(options), self._ran)

    def _prepare(self, image: str) -> tuple[Prefill, list[Container]]:
        client = self._access.client()
        containers = client.list_containers()
        name = _suggest_name(image, {container.name for container in containers})
        try:
            details = client.inspect_image(image)
        except EngineRequestError as error:
            if error.status != 404:
                raise
            return Prefill(RunForm(image, name), is_local=False), containers
        taken = ports_of_containers(containers)
        rows: list[PortRow] = []
        for port in details.exposed_ports:
            host = suggest_host_port(port.container_port, taken, port.protocol)
            taken |= {host} if host else set()
            rows.append(PortRow(str(port.container_port), str(host or ""), port.protocol))
        form = RunForm(image, name, tuple(rows))
        usual = shlex.join([*details.entrypoint, *details.command])
        return Prefill(form, True, usual, details.volumes), containers

    @Slot(object)
    def _prepared(self, answer: tuple[Prefill, list[Container]]) -> None:
        prefill, self._known.containers = answer
        self.prefilled.emit(prefill)

    @Slot(object)
    def _not_prepared(self, error: Exception) -> None:
        self.prefill_failed.emit(describe_failure(error))

    @Slot()
    def _check_now(self) -> None:
        rows, containers = self._to_check, list(self._known.containers)
        self._background.run(lambda: _find_conflicts(rows, containers), self._checked)

    @Slot(object)
    def _checked(self, conflicts: tuple[PortConflict, ...]) -> None:
        if not self._timer.isActive():  # else the rows have changed meanwhile
            self.conflicts_found.emit(conflicts)

    def _check_port(self, port: PortRow) -> str:
        for text, required in ((port.container, True), (port.host, False)):
            if not text and not required:
                continue
            if not text.isascii() or not text.isdigit() or not 0 < int(text[:6]) <= LAST_PORT:
                return self.tr("A port is a number from 1 to 65535.")
        return ""

    def _check_volume(self, volume: VolumeRow) -> str:
        if not volume.target.startswith("/"):
            return self.tr("The folder in the container begins with a slash, such as /data.")
        if not volume.source:
            return self.tr("Choose a folder of this computer, or type the name of a volume.")
        if ":" in volume.target:
            return self.tr("A folder in the container has no colon in its name.")
        return ""

    @staticmethod
    def _options(form: RunForm) -> RunOptions:
        return RunOptions(
            image=form.image,
            name=form.name,
            ports=tuple(
                Port(int(row.container), row.protocol, int(row.host) if row.host else None)
                for row in form.ports
                if row.publish
            ),
            environment=parse_environment_text(form.environment),
            volumes=tuple(VolumeMount(row.source, row.target, row.read_only) for row in form.volumes),
            command=tuple(shlex.split(form.command)),
        )

    def _run(self, options: RunOptions) -> StartedContainer | FieldFailure:
        container_id = ""
        try:
            client = self._access.client()
            container_id = client.create_container(options)
            client.start_container(container_id)
            details = client.inspect_container(container_id)
        except Exception as error:  # noqa: BLE001 - told in the dialog, whatever it is
            failure = describe_failure(error, options.image, "run")
            if container_id:
                failure = self._take_back(container_id, failure)
            return FieldFailure(_FIELD_OF_CODE.get(failure.code, ""), failure)
        url = next((port.url for port in details.ports if port.url), "")
        return StartedContainer(container_id, details.name, url)

    def _take_back(self, container_id: str, failure: Failure) -> Failure:
        try:
            self._access.client().remove_container(container_id, force=True)
        except MarinaError as error:
            left = self.tr("The container {0} is left and could not be deleted: {1}")
            details = f"{failure.details}\n{left.format(container_id[:12], error)}"
            return Failure(failure.summary, details, failure.what_to_do, failure.code)
        return failure

    @Slot(object)
    def _ran(self, result: StartedContainer | FieldFailure) -> None:
        if isinstance(result, FieldFailure):
            self.failed.emit(result)
        else:
            self.started.emit(result)


def _suggest_name(image: str, taken: set[str]) -> str:
    """Return the image's own name, with a number when a container has it; "" when it gives no name."""
    try:
        base = parse_reference(image).repository.rpartition("/")[2]
    except UserError:
        return ""
    if not _NAME.fullmatch(base):
        return ""
    name, number = base, 2
    while name in taken:
        name, number = f"{base}-{number}", number + 1
    return name


def _find_conflicts(rows: tuple[PortRow, ...], containers: list[Container]) -> tuple[PortConflict, ...]:
    taken = ports_of_containers(containers)
    wanted = {int(row.host) for row in rows if row.publish and row.host.isdigit()}
    conflicts: list[PortConflict] = []
    seen: set[tuple[int, str]] = set()
    for place, row in enumerate(rows):
        if not (row.publish and row.host.isascii() and row.host.isdigit()):
            continue
        host = int(row.host[:6])
        if not 0 < host <= LAST_PORT:
            continue
        holder = "another line of this dialog" if (host, row.protocol) in seen else ""
        holder = holder or find_holder(host, containers, row.protocol)
        seen.add((host, row.protocol))
        if holder:
            suggestion = suggest_host_port(max(host, 1024), taken | wanted, row.protocol)
            conflicts.append(PortConflict(place, host, holder, suggestion))
    return tuple(conflicts)
