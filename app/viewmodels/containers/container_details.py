"""One container in full: what `inspect` tells of it, as facts that people read and as the whole tree."""

import shlex
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from app.services.containers.container_health import Health, Probe
from app.services.containers.container_setup import read_setup
from app.services.containers.run_options import format_memory
from app.services.engine.engine_types import ContainerDetails, ContainerState
from app.services.engine.json_values import as_object, get_flag, get_list, get_object, get_text, get_texts
from app.viewmodels.access import Access
from app.viewmodels.background import Background
from app.viewmodels.containers.secrets import HIDDEN, Secrets
from app.viewmodels.failure import describe_failure
from app.viewmodels.lists.row_table_model import RowTableModel
from app.viewmodels.question import Question
from app.viewmodels.wording.exit_codes import explain_exit

__all__ = ["ContainerDetailsViewModel", "Fact", "FactTable", "Health", "Probe"]


@dataclass(frozen=True, slots=True)
class Fact:
    """A row of a table of names and values; `remark` is a third column."""

    name: str
    value: str
    remark: str = ""
    place: int = 0

    @property
    def key(self) -> str:
        """Return what tells rows apart."""
        return f"{self.place} {self.name}"


class FactTable(RowTableModel[Fact]):
    """Names and values in their own order."""

    def __init__(
        self, titles: tuple[str, ...], parent: QObject | None = None, secrets: Secrets | None = None
    ) -> None:
        """`secrets` hides values that look like some."""
        super().__init__(parent)
        self._titles = titles
        self.column_count = len(titles)
        self._secrets = secrets
        if secrets is not None:
            secrets.changed.connect(self._show_anew)

    def header(self, column: int) -> str:
        """Return the title of a column."""
        return self._titles[column]

    def text(self, row: Fact, column: int) -> str:
        """Return what the cell shows."""
        if column == 1 and self.hides(row):
            return HIDDEN
        return (row.name, row.value, row.remark)[column]

    def sort_key(self, row: Fact, column: int) -> Any:
        """Return the value to sort by."""
        return row.place if column < 0 else self.text(row, column).casefold()

    def set_facts(self, facts: list[tuple[str, ...]]) -> None:
        """Replace all rows by (name, value) or (name, value, remark)."""
        self.set_rows(Fact(fact[0], fact[1], "".join(fact[2:]), place) for place, fact in enumerate(facts))

    def filter(self, needle: str) -> None:
        """Show rows with `needle` in any column."""
        wanted = needle.casefold()
        self.set_filter(lambda row: wanted in f"{row.name}\n{row.value}\n{row.remark}".casefold())

    def hides(self, row: Fact) -> bool:
        """Return whether a value is hidden now."""
        return self._secrets is not None and self._secrets.hides(row.name, row.value)

    def reveal(self, row: Fact) -> None:
        """Show a value that is hidden."""
        if self._secrets is not None:
            self._secrets.show(row.name)

    @Slot()
    def _show_anew(self) -> None:
        if self.rowCount():
            self.dataChanged.emit(self.index(0, 0), self.index(self.rowCount() - 1, self.column_count - 1))


class ContainerDetailsViewModel(QObject):
    """Inspects one container when it is opened and whenever it may have changed."""

    changed = Signal()
    failed = Signal(object)  # Failure

    def __init__(
        self, background: Background, access: Access, container_id: str, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._access, self.container_id = access, container_id
        self._inspection = Question(background, self._take, self._not_told, self)
        self.details: ContainerDetails | None = None
        self._volumes: dict[str, str] = {}  # by the place in the container
        self.secrets = Secrets(self)
        self.environment = FactTable((self.tr("Name"), self.tr("Value")), self, self.secrets)
        self.mounts = FactTable((self.tr("In the container"), self.tr("Comes from"), self.tr("Access")), self)
        self.ports = FactTable((self.tr("In the container"), self.tr("On this computer")), self)
        self.networks = FactTable((self.tr("Network"), self.tr("Address"), self.tr("Other names")), self)
        self.labels = FactTable((self.tr("Label"), self.tr("Value")), self)

    def volume_of(self, mount: Fact) -> str:
        """Return the name of the volume in a row of `mounts`, "" for what is none."""
        return self._volumes.get(mount.name, "")

    @property
    def summary(self) -> str:
        """Return in one line what the other tabs do not have: restart policy, limits, user, command."""
        if self.details is None:
            return ""
        setup, config = read_setup(self.details), get_object(self.details.raw, "Config")
        words = (get_text(self.details.raw, "Path"), *get_texts(self.details.raw, "Args"))
        facts = (
            (self.tr("Restart"), setup.restart_policy or "no"),
            (self.tr("Memory"), format_memory(setup.memory) or self.tr("no limit")),
            (self.tr("Processors"), f"{setup.cpus:g}" if setup.cpus else self.tr("no limit")),
            (self.tr("User"), get_text(config, "User") or "root"),
            (self.tr("Command"), shlex.join(word for word in words if word)),
        )
        return " · ".join(f"{name}: {value}" for name, value in facts if value)

    @property
    def end_meaning(self) -> str:
        """Return what the exit code of a container that has ended means, "" where it tells nothing."""
        if self.details is None or self.details.state not in (ContainerState.EXITED, ContainerState.DEAD):
            return ""
        out_of_memory = get_flag(get_object(self.details.raw, "State"), "OOMKilled")
        return explain_exit(self.details.exit_code, out_of_memory)

    @Slot()
    def refresh(self) -> None:
        """Ask the engine again."""
        self._inspection.ask(lambda: self._access.client().inspect_container(self.container_id))

    @Slot(object)
    def _take(self, details: ContainerDetails) -> None:
        if self.details is not None and self.details.raw == details.raw:
            return
        self.details = details
        self.environment.set_facts(list(details.environment))
        self.labels.set_facts(sorted(details.labels.items()))
        self.ports.set_facts(self._port_facts(details))
        self._volumes = {
            get_text(mount, "Destination"): get_text(mount, "Name")
            for mount in map(as_object, get_list(details.raw, "Mounts"))
            if get_text(mount, "Type") == "volume"
        }
        self.mounts.set_facts(
            [self._mount_fact(as_object(mount)) for mount in get_list(details.raw, "Mounts")]
        )
        networks = get_object(get_object(details.raw, "NetworkSettings"), "Networks")
        self.networks.set_facts(
            [self._network_fact(name, as_object(end)) for name, end in sorted(networks.items())]
        )
        self.changed.emit()

    @Slot(object)
    def _not_told(self, error: Exception) -> None:
        self.failed.emit(describe_failure(error, self.container_id[:12]))

    def _port_facts(self, details: ContainerDetails) -> list[tuple[str, ...]]:
        facts: dict[str, list[str]] = {}
        for port in details.ports:
            holders = facts.setdefault(port.key, [])
            text = f"{port.host_ip or '0.0.0.0'}:{port.host_port}"
            if port.host_port is not None and text not in holders:
                holders.append(text)
        return [(key, ", ".join(hosts) or self.tr("not published")) for key, hosts in facts.items()]

    def _mount_fact(self, mount: Any) -> tuple[str, ...]:
        kind = get_text(mount, "Type")
        source = get_text(mount, "Source")
        if kind == "volume":
            source = self.tr("volume {0}").format(get_text(mount, "Name"))
        elif kind == "tmpfs":
            source = self.tr("memory")
        access = self.tr("read and write") if get_flag(mount, "RW") else self.tr("read only")
        return get_text(mount, "Destination"), source, access

    def _network_fact(self, name: str, end: Any) -> tuple[str, ...]:
        addresses = [get_text(end, "IPAddress"), get_text(end, "GlobalIPv6Address")]
        aliases = [alias for alias in end.get("Aliases") or () if isinstance(alias, str)]
        return name, ", ".join(filter(None, addresses)), ", ".join(aliases)
