"""What is typed to make or change a container, and the checks of it that both dialogs share."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.services.containers.environment_file import parse_environment_text, read_environment_text
from app.services.containers.ports import find_holder, ports_of_containers, suggest_host_port
from app.services.containers.run_checks import read_cpus, read_memory
from app.services.containers.run_options import VolumeMount
from app.services.engine.engine_types import Container, Port
from app.services.engine.port_types import LAST_PORT
from app.services.errors import UserError
from app.viewmodels.access import Access
from app.viewmodels.background import Background
from app.viewmodels.failure import describe_failure

_CHECK_MS = 250


@dataclass(frozen=True, slots=True)
class PortRow:
    """A line of the port list as typed; an empty `host` lets the engine choose."""

    container: str = ""
    host: str = ""
    protocol: str = "tcp"
    publish: bool = True
    host_ip: str = ""

    @property
    def is_blank(self) -> bool:
        """Return whether nothing was typed yet: such a line is neither wrong nor a wish."""
        return not self.container and not self.host

    def to_port(self) -> Port:
        """Return it as a wish to the engine."""
        return Port(int(self.container), self.protocol, int(self.host) if self.host else None, self.host_ip)


@dataclass(frozen=True, slots=True)
class VolumeRow:
    """A line of the volume list as typed; `source` is a volume's name or a folder of this computer."""

    source: str = ""
    target: str = ""
    read_only: bool = False

    @property
    def is_blank(self) -> bool:
        """Return whether nothing was typed yet: such a line is neither wrong nor a wish."""
        return not self.source and not self.target

    def to_mount(self) -> VolumeMount:
        """Return it as a wish to the engine."""
        return VolumeMount(self.source, self.target, self.read_only)


@dataclass(frozen=True, slots=True)
class LimitsRow:
    """Restart policy and limits as typed."""

    restart: str = ""
    memory: str = ""
    cpus: str = ""

    @property
    def memory_bytes(self) -> int:
        """Return the limit in bytes, 0 for none. Raises UserError."""
        return read_memory(self.memory)

    @property
    def cpu_count(self) -> float:
        """Return the limit in processors, 0 for none. Raises UserError."""
        return read_cpus(self.cpus)


@dataclass(frozen=True, slots=True)
class PortConflict:
    """A host port somebody else holds, and one that is free (None when there is none)."""

    row: int
    host: int
    holder: str
    suggestion: int | None


class FormChecks(QObject):
    """Says what is wrong with what was typed, and who holds a port."""

    conflicts_found = Signal(object)  # tuple of PortConflict, empty when all ports are free
    variables_read = Signal(str)  # the text of a file
    variables_not_read = Signal(str)  # why, in words

    def __init__(self, background: Background, access: Access, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background, self._access = background, access
        self._containers: list[Container] = []  # whose names and ports are taken
        self._own_ports: set[tuple[int | None, str]] = set()  # host ports that what is changed holds itself
        self._to_check: tuple[PortRow, ...] = ()
        self._timer = QTimer(self, singleShot=True, interval=_CHECK_MS)
        self._timer.timeout.connect(self._check_now)

    def check_rows(
        self,
        ports: tuple[PortRow, ...],
        volumes: tuple[VolumeRow, ...],
        environment: str,
        limits: LimitsRow,
    ) -> dict[str, str]:
        """Return what is wrong, by field: "ports.0", "volumes.0", "environment", "memory", "cpus"."""
        problems: dict[str, str] = {}
        for place, port in enumerate(ports):
            if port.publish and not port.is_blank and (problem := self._check_port(port)):
                problems[f"ports.{place}"] = problem
        for place, volume in enumerate(volumes):
            if not volume.is_blank and (problem := self._check_volume(volume)):
                problems[f"volumes.{place}"] = problem
        checks: dict[str, Callable[[], object]] = {
            "environment": lambda: parse_environment_text(environment),
            "memory": lambda: limits.memory_bytes,
            "cpus": lambda: limits.cpu_count,
        }
        return problems | find_problems(checks)

    def check_ports(self, ports: tuple[PortRow, ...]) -> None:
        """Look, a moment after the last key, who holds the host ports; the answer is `conflicts_found`."""
        self._to_check = ports
        self._timer.start()

    def read_variables(self, path: str) -> None:
        """Read a .env file; the answer is `variables_read` or `variables_not_read`."""
        self._background.run(lambda: read_environment_text(Path(path)), self._read, self._not_read)

    @Slot(object)
    def _read(self, text: str) -> None:
        self.variables_read.emit(text)

    @Slot(object)
    def _not_read(self, error: Exception) -> None:
        self.variables_not_read.emit(describe_failure(error).sentences)

    @Slot()
    def _check_now(self) -> None:
        rows, containers, own = self._to_check, list(self._containers), set(self._own_ports)
        self._background.run(lambda: _find_conflicts(rows, containers, own), self._checked)

    @Slot(object)
    def _checked(self, conflicts: tuple[PortConflict, ...]) -> None:
        if not self._timer.isActive():  # else the rows have changed meanwhile
            self.conflicts_found.emit(conflicts)

    def _check_port(self, port: PortRow) -> str:
        if not port.container:
            return self.tr("Which port in the container? Type the one that its program listens on.")
        if not is_port_number(port.container) or (port.host and not is_port_number(port.host)):
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


def is_port_number(text: str) -> bool:
    """Return whether what was typed is a port."""
    return text.isascii() and text.isdigit() and 0 < int(text[:6]) <= LAST_PORT


def is_container_folder(text: str) -> bool:
    """Return whether what was typed is a place in a container where something can be mounted."""
    return text.startswith("/") and ":" not in text


def wished_ports(rows: Iterable[PortRow]) -> tuple[Port, ...]:
    """Return what is to be published, of rows without mistakes."""
    return tuple(row.to_port() for row in rows if row.publish and not row.is_blank)


def wished_mounts(rows: Iterable[VolumeRow]) -> tuple[VolumeMount, ...]:
    """Return what is to be mounted, of rows without mistakes."""
    return tuple(row.to_mount() for row in rows if not row.is_blank)


def find_problems(checks: Mapping[str, Callable[[], object]]) -> dict[str, str]:
    """Return what is wrong, in words, by field: each check raises UserError for that."""
    problems: dict[str, str] = {}
    for field, check in checks.items():
        try:
            check()
        except UserError as error:
            problems[field] = describe_failure(error).sentences
    return problems


def _find_conflicts(
    rows: tuple[PortRow, ...], containers: list[Container], own: set[tuple[int | None, str]]
) -> tuple[PortConflict, ...]:
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
        if not holder and (host, row.protocol) not in own:
            holder = find_holder(host, containers, row.protocol)
        seen.add((host, row.protocol))
        if holder:
            suggestion = suggest_host_port(max(host, 1024), taken | wanted, row.protocol)
            conflicts.append(PortConflict(place, host, holder, suggestion))
    return tuple(conflicts)
