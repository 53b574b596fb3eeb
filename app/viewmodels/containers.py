"""The container list: live rows, what is being done to them, and what went wrong with it."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.services.engine_types import Container, ContainerState
from app.viewmodels.access import Access
from app.viewmodels.background import Background
from app.viewmodels.failure import Failure, describe_failure
from app.viewmodels.row_table_model import RowTableModel
from app.viewmodels.wording import format_age

if TYPE_CHECKING:
    from app.services.engine_client import EngineClient

NAME, IMAGE, STATUS, PORTS, CREATED, ACTIONS = range(6)
_AGE_MS = 60_000
_SETTLE_MS = 80  # several events of one start or stop become one listing
_STATUS = re.compile(r"^(?:Up|Exited \((?P<code>-?\d+)\)|Restarting \(-?\d+\))\s*(?P<age>.*)$")


@dataclass(frozen=True, slots=True)
class ContainerRow:
    """A container as the list shows it. `busy` is the action under way ("" for none)."""

    container: Container
    busy: str = ""
    failure: Failure | None = None

    @property
    def key(self) -> str:
        """Return the container's id."""
        return self.container.id

    @property
    def name(self) -> str:
        """Return the name, or the short id of a container without one."""
        return self.container.name or self.container.short_id

    @property
    def short_id(self) -> str:
        """Return the first 12 digits of the id."""
        return self.container.short_id

    @property
    def image(self) -> str:
        """Return the image's name."""
        return self.container.image

    @property
    def is_running(self) -> bool:
        """Return whether its processes exist."""
        return self.container.is_running

    @property
    def url(self) -> str:
        """Return the first address for a browser, or ""."""
        return self.container.url if self.is_running else ""

    @property
    def links(self) -> list[tuple[str, str]]:
        """Return (text, address) of each published port; the address is "" where no browser helps."""
        return [
            (f"{port.host_port}:{port.key.removesuffix('/tcp')}", port.url if self.is_running else "")
            for port in self.container.published_ports
        ]

    @property
    def exit_code(self) -> int | None:
        """Return how it ended, None when it did not."""
        match = _STATUS.match(self.container.status)
        return int(match["code"]) if match and match["code"] is not None else None

    @property
    def age(self) -> str:
        """Return the engine's words for how long it has been in this state."""
        match = _STATUS.match(self.container.status)
        return match["age"] if match else ""

    @property
    def tone(self) -> str:
        """Return the colour of the status: "ok", "warn", "err" or "idle"."""
        if self.failure is not None:
            return "err"
        if self.busy or self.container.state in (ContainerState.RESTARTING, ContainerState.PAUSED):
            return "warn"
        if self.container.state is ContainerState.RUNNING:
            return "ok"
        return "err" if self.container.state is ContainerState.DEAD else "idle"


class ContainerTable(RowTableModel[ContainerRow]):
    """The containers, running ones first, then the newest."""

    column_count = 6

    def header(self, column: int) -> str:
        """Return the title of a column; actions have none."""
        titles = (
            self.tr("Name"),
            self.tr("Image"),
            self.tr("Status"),
            self.tr("Ports"),
            self.tr("Created"),
            "",
        )
        return titles[column]

    def text(self, row: ContainerRow, column: int) -> str:
        """Return what the cell shows."""
        if column == NAME:
            return row.name
        if column == IMAGE:
            return row.image
        if column == STATUS:
            return " ".join(part for part in self.status(row) if part)
        if column == PORTS:
            return ", ".join(text for text, _ in row.links)
        return format_age(row.container.created) if column == CREATED else ""

    def status(self, row: ContainerRow) -> tuple[str, str]:
        """Return the status as a word and a remark."""
        if row.busy:
            return self._busy_word(row.busy), ""
        if row.failure is not None:
            return row.failure.summary, ""
        state = row.container.state
        if state is ContainerState.EXITED and row.exit_code is not None:
            return self.tr("Exited ({0})").format(row.exit_code), row.age
        words = {
            ContainerState.CREATED: self.tr("Created"),
            ContainerState.RUNNING: self.tr("Running"),
            ContainerState.PAUSED: self.tr("Paused"),
            ContainerState.RESTARTING: self.tr("Restarting"),
            ContainerState.REMOVING: self.tr("Removing"),
            ContainerState.EXITED: self.tr("Exited"),
            ContainerState.DEAD: self.tr("Dead"),
            ContainerState.UNKNOWN: self.tr("Unknown"),
        }
        return words[state], row.age

    def _busy_word(self, action: str) -> str:
        return {
            "start": self.tr("Starting…"),
            "stop": self.tr("Stopping…"),
            "restart": self.tr("Restarting…"),
            "delete": self.tr("Deleting…"),
        }[action]

    def sort_key(self, row: ContainerRow, column: int) -> Any:
        """Return the value to sort by."""
        if column == NAME:
            return row.name.casefold()
        if column == IMAGE:
            return row.image.casefold()
        if column == STATUS:
            return (not row.is_running, row.container.state.value, row.exit_code or 0)
        if column == PORTS:
            return [port.host_port or 0 for port in row.container.published_ports]
        if column == CREATED:
            return -row.container.created
        return (not row.is_running, -row.container.created)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an action on one container ended."""

    key: str
    failure: Failure | None = None


class ContainersViewModel(QObject):
    """Keeps the table true to the engine and carries out what the user asks of containers."""

    loaded_changed = Signal()
    counts_changed = Signal()
    failed = Signal(object)  # Failure of a listing
    action_failed = Signal(str, str, object)  # key, name, Failure

    def __init__(self, background: Background, access: Access, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background, self._access = background, access
        self.table = ContainerTable(self)
        self.is_loaded = False
        self._listing = self._again = False
        self._busy: dict[str, str] = {}
        self._failures: dict[str, Failure] = {}
        self._needle, self._only = "", ""
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settle.timeout.connect(self.refresh)
        self._age = QTimer(self, interval=_AGE_MS)
        self._age.timeout.connect(self.refresh)

    @property
    def total(self) -> int:
        """Return how many containers there are."""
        return len(self.table.rows)

    @property
    def running(self) -> int:
        """Return how many of them run."""
        return sum(row.is_running for row in self.table.rows)

    @Slot()
    def refresh(self) -> None:
        """List the containers; a call during a listing leads to one more after it."""
        if self._listing:
            self._again = True
            return
        self._listing = True
        self._background.run(self._list, self._take, self._list_failed)

    @Slot()
    def refresh_soon(self) -> None:
        """List the containers once events have settled."""
        if not self._settle.isActive():
            self._settle.start()

    def keep_ages_fresh(self, visible: bool) -> None:
        """List once a minute while somebody looks, so that ages move."""
        if visible and self.is_loaded:
            self._age.start()
        else:
            self._age.stop()

    def filter(self, needle: str, only: str = "") -> None:
        """Show rows with every word of `needle`; `only` is "", "running" or "stopped"."""
        self._needle, self._only = needle, only
        words = needle.casefold().split()

        def accepts(row: ContainerRow) -> bool:
            if only and row.is_running is not (only == "running"):
                return False
            ports = " ".join(text for text, _ in row.links)
            text = f"{row.name} {row.image} {row.short_id} {ports}".casefold()
            return all(word in text for word in words)

        self.table.set_filter(accepts)
        self.counts_changed.emit()

    def start(self, keys: Iterable[str]) -> None:
        """Start containers."""
        self._act("start", keys, lambda client, key: client.start_container(key))

    def stop(self, keys: Iterable[str]) -> None:
        """Stop containers."""
        self._act("stop", keys, lambda client, key: client.stop_container(key))

    def restart(self, keys: Iterable[str]) -> None:
        """Restart containers."""
        self._act("restart", keys, lambda client, key: client.restart_container(key))

    def delete(self, keys: Iterable[str], force: bool = False, volumes: bool = False) -> None:
        """Delete containers; `force` stops running ones, `volumes` deletes their anonymous volumes too."""
        self._act("delete", keys, lambda client, key: client.remove_container(key, force, volumes))

    def dismiss(self, key: str) -> None:
        """Forget a row's failure."""
        if self._failures.pop(key, None) is not None:
            self._show(key)

    def _act(self, name: str, keys: Iterable[str], call: Callable[["EngineClient", str], None]) -> None:
        for key in keys:
            if key in self._busy:
                continue
            row = self.table.find_row(key)
            subject = row.name if row else key[:12]
            self._busy[key] = name
            self._failures.pop(key, None)
            self._show(key)
            self._background.run(self._work(call, key, subject), self._acted)

    def _work(
        self, call: Callable[["EngineClient", str], None], key: str, subject: str
    ) -> Callable[[], Outcome]:
        def work() -> Outcome:
            try:
                call(self._access.client(), key)
            except Exception as error:  # noqa: BLE001 - told in the row, whatever it is
                return Outcome(key, describe_failure(error, subject))
            return Outcome(key)

        return work

    @Slot(object)
    def _acted(self, outcome: Outcome) -> None:
        self._busy.pop(outcome.key, None)
        if outcome.failure is not None:
            self._failures[outcome.key] = outcome.failure
            row = self.table.find_row(outcome.key)
            self.action_failed.emit(outcome.key, row.name if row else outcome.key[:12], outcome.failure)
        self._show(outcome.key)
        self.refresh()

    def _show(self, key: str) -> None:
        row = self.table.find_row(key)
        if row is not None:
            self.table.update_row(self._dress(row.container))

    def _dress(self, container: Container) -> ContainerRow:
        return ContainerRow(container, self._busy.get(container.id, ""), self._failures.get(container.id))

    def _list(self) -> list[Container]:
        return self._access.client().list_containers()

    @Slot(object)
    def _take(self, containers: list[Container]) -> None:
        known = {container.id for container in containers}
        self._failures = {key: failure for key, failure in self._failures.items() if key in known}
        self.table.set_rows(map(self._dress, containers))
        if not self.is_loaded:
            self.is_loaded = True
            self.loaded_changed.emit()
        self.counts_changed.emit()
        self._listed()

    @Slot(object)
    def _list_failed(self, error: Exception) -> None:
        self.failed.emit(describe_failure(error))
        self._again = False
        self._listed()

    def _listed(self) -> None:
        self._listing = False
        if self._again:
            self._again = False
            self.refresh()
