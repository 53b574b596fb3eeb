"""The container list: live rows, what is being done to them, and what went wrong with it."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.services.containers.container_stats import Sample
from app.services.containers.passing import is_passing
from app.services.engine.engine_types import Container, ContainerState
from app.services.errors import EngineRequestError
from app.viewmodels.access import Access
from app.viewmodels.background import Background
from app.viewmodels.containers.container_filter import parse_filter, searched_text
from app.viewmodels.containers.container_rows import ContainerRow, GroupRow
from app.viewmodels.containers.container_usage import ContainerUsage
from app.viewmodels.containers.newer_images import NewerImages
from app.viewmodels.failure import Failure, describe_failure
from app.viewmodels.lists.live_list import LiveList
from app.viewmodels.lists.row_table_model import RowTableModel
from app.viewmodels.tasks import RunningTask, TaskWords
from app.viewmodels.wording.wording import format_age, format_engine_age, format_percent, format_size

if TYPE_CHECKING:
    from app.services.engine.engine_client import EngineClient

__all__ = [
    "ACTIONS",
    "CPU",
    "CREATED",
    "IMAGE",
    "MEMORY",
    "NAME",
    "PORTS",
    "STATUS",
    "ContainerRow",
    "ContainerState",
    "ContainerTable",
    "ContainersViewModel",
    "GroupRow",
]

NAME, IMAGE, STATUS, PORTS, CPU, MEMORY, CREATED, ACTIONS = range(8)
_AGE_MS = 60_000


class ContainerTable(RowTableModel[ContainerRow]):
    """The containers, running ones first, then the newest; those of a compose project below its row."""

    column_count = 8
    right_aligned = frozenset({CPU, MEMORY})

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._closed_groups: set[str] = set()
        self._usage: dict[str, Sample] = {}

    @Slot(object)
    def take_usage(self, samples: dict[str, Sample]) -> None:
        """Show what containers use; only those cells are drawn anew, unless the order changes with them."""
        running = {row.key for row in self._all.values() if row.is_running}
        known = {key: sample for key, sample in self._usage.items() if key in running}
        self._usage = known | samples
        if self._sort_column in (CPU, MEMORY):
            self._update_shown()
        if self._shown:
            self.dataChanged.emit(self.index(0, CPU), self.index(len(self._shown) - 1, MEMORY), [])

    def usage(self, row: ContainerRow | GroupRow) -> tuple[float, int | None] | None:
        """Return processor (percent of a core) and memory (bytes) of a container or of a whole project.

        Memory is None where the engine does not count it.
        """
        if not isinstance(row, GroupRow):
            sample = self._usage.get(row.key) if row.is_running else None
            return (sample.cpu, sample.memory) if sample else None
        samples = [self._usage[key] for key in row.members if key in self._usage]
        if not row.running or not samples:
            return None
        counted = [sample.memory for sample in samples if sample.memory is not None]
        return sum(sample.cpu for sample in samples), sum(counted) if counted else None

    def toggle_group(self, name: str, is_open: bool | None = None) -> None:
        """Show or hide the containers of a project; without `is_open` the other way round."""
        opens = name in self._closed_groups if is_open is None else is_open
        if opens:
            self._closed_groups.discard(name)
        else:
            self._closed_groups.add(name)
        self._update_shown()

    def _wanted(self) -> list[ContainerRow]:
        """Put each project's containers together, where the first of them would be, below its own row."""
        rows = super()._wanted()
        projects = [row.container.compose_project for row in rows]
        if not any(projects):
            return rows
        members: dict[str, list[ContainerRow]] = {}
        for row, project in zip(rows, projects, strict=True):
            members.setdefault(project, []).append(row)
        everyone: dict[str, list[ContainerRow]] = {}  # hidden ones, too
        for row in self._all.values():
            if project := row.container.compose_project:
                everyone.setdefault(project, []).append(row)
        wanted: list[Any] = []
        for row, project in zip(rows, projects, strict=True):
            if not project:
                wanted.append(row)
            elif project in members:
                shown = members.pop(project)
                is_open = project not in self._closed_groups
                wanted.append(_group(project, everyone[project], is_open))
                wanted += shown if is_open else []
        return wanted

    def header(self, column: int) -> str:
        """Return the title of a column; actions have none."""
        titles = (
            self.tr("Name"),
            self.tr("Image"),
            self.tr("Status"),
            self.tr("Ports"),
            self.tr("CPU"),
            self.tr("Memory"),
            self.tr("Created"),
            "",
        )
        return titles[column]

    def text(self, row: ContainerRow | GroupRow, column: int) -> str:
        """Return what the cell shows."""
        if column in (CPU, MEMORY):
            usage = self.usage(row)
            if usage is None:
                return ""
            if column == CPU:
                return format_percent(usage[0])
            return "—" if usage[1] is None else format_size(usage[1])
        if isinstance(row, GroupRow):
            return {NAME: row.name, STATUS: self.group_status(row)}.get(column, "")
        if column == NAME:
            return row.name
        if column == IMAGE:
            return f"{row.image} ({self.newer_word})" if row.has_newer else row.image
        if column == STATUS:
            return " ".join(part for part in self.status(row) if part)
        if column == PORTS:
            return ", ".join([*(text for text, _ in row.links), *row.refused_ports])
        return format_age(row.container.created) if column == CREATED else ""

    @property
    def newer_word(self) -> str:
        """Return what is told of a container that has a newer image."""
        return self.tr("newer image")

    def group_status(self, group: GroupRow) -> str:
        """Return how many of a project's containers run."""
        return self.tr("{0} of {1} running").format(group.running, len(group.members))

    def status(self, row: ContainerRow) -> tuple[str, str]:
        """Return the status as a word and a remark."""
        if row.busy:
            return self._busy_word(row.busy), ""
        if row.failure is not None:
            return row.failure.summary, ""
        state = row.container.state
        if state is ContainerState.EXITED and row.exit_code is not None:
            return self.tr("Exited ({0})").format(row.exit_code), format_engine_age(row.age)
        if row.is_unhealthy:
            return self.tr("Unhealthy"), format_engine_age(row.age)
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
        return words[state], format_engine_age(row.age)

    def refusals(self, row: ContainerRow) -> str:
        """Return why ports of a container on the host's network are not open there, a line each."""
        return "\n".join(
            self.tr("Port {0} of this computer does not lead to it. {1}").format(
                refused.port, describe_failure(EngineRequestError(500, refused.reason)).advice
            )
            for refused in row.container.refused_ports
        )

    def _busy_word(self, action: str) -> str:
        return {
            "start": self.tr("Starting…"),
            "stop": self.tr("Stopping…"),
            "restart": self.tr("Restarting…"),
            "pause": self.tr("Pausing…"),
            "unpause": self.tr("Resuming…"),
            "kill": self.tr("Stopping…"),
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
        if column in (CPU, MEMORY):  # the largest first
            usage = self.usage(row)
            return -((usage and usage[column - CPU]) or 0.0)
        if column == CREATED:
            return -row.container.created
        return (not row.is_running, -row.container.created)


def _group(name: str, everyone: list[ContainerRow], is_open: bool) -> GroupRow:
    return GroupRow(
        name,
        tuple(row.key for row in everyone),
        sum(row.is_running for row in everyone),
        is_open,
        any(row.busy for row in everyone),
    )


class ContainersViewModel(LiveList):
    """The containers, and what the user asks of them."""

    place = "containers"
    run_line_found = Signal(str)
    renamed = Signal(str)  # key
    rename_failed = Signal(str, object)  # key, Failure
    image_saved = Signal(str, str)  # key, name of the image
    save_failed = Signal(str, str, object)  # key, name of the image, Failure

    def __init__(self, background: Background, access: Access, parent: QObject | None = None) -> None:
        self.table = ContainerTable()
        super().__init__(background, access, self.table, parent)
        self.table.setParent(self)
        self.newer = NewerImages(background, access, self)
        self.newer.changed.connect(self.refresh)
        self.usage = ContainerUsage(background, access, self)
        self.usage.measured.connect(self.table.take_usage)
        self._savings: dict[str, RunningTask] = {}  # images that are made, by their names
        self._needle, self._only = "", ""
        self._texts: dict[str, tuple[Container, str]] = {}
        self._age = QTimer(self, interval=_AGE_MS)
        self._age.timeout.connect(self.refresh)

    @property
    def running(self) -> int:
        """Return how many of them run."""
        return sum(row.is_running for row in self.table.rows)

    def watch(self, visible: bool) -> None:
        """While somebody looks, measure what they use, and list once a minute so that ages move."""
        for timer in (self._age, self.usage.timer):
            if visible:
                timer.start()
            else:
                timer.stop()

    def filter(self, needle: str, only: str = "") -> None:
        """Show rows with every word of `needle`; `only` is "", "running" or "stopped"."""
        self._needle, self._only = needle, only
        fits = parse_filter(needle, self._text_of)

        def accepts(row: ContainerRow) -> bool:
            if only and row.is_running is not (only == "running"):
                return False
            return fits is None or fits(row)

        self.table.set_filter(accepts if fits is not None or only else None)
        self.counts_changed.emit()

    def _text_of(self, row: ContainerRow) -> str:
        """Return where the words of a filter are looked for; put together once, not for each letter."""
        known = self._texts.get(row.key)
        if known is None or known[0] is not row.container:
            known = self._texts[row.key] = row.container, searched_text(row)
        return known[1]

    def start(self, keys: Iterable[str]) -> None:
        """Start containers."""
        self.act("start", keys)

    def stop(self, keys: Iterable[str]) -> None:
        """Stop containers."""
        self.act("stop", keys)

    def restart(self, keys: Iterable[str]) -> None:
        """Restart containers."""
        self.act("restart", keys)

    def act(self, name: str, keys: Iterable[str]) -> None:
        """Start, stop, restart, pause, unpause or kill containers."""
        self._act_on_all(name, keys, lambda client, key: _CALLS[name](client, key))

    def delete(self, keys: Iterable[str], force: bool = False, volumes: bool = False) -> None:
        """Delete containers; `force` stops running ones, `volumes` deletes their anonymous volumes too."""
        self._act_on_all("delete", keys, lambda client, key: client.remove_container(key, force, volumes))

    def rename(self, key: str, name: str) -> None:
        """Give a container another name; the answer is `renamed` or `rename_failed`."""

        def work() -> tuple[str, Failure | None]:
            return key, _failure_of(name, lambda: self._access.client().rename_container(key, name))

        self._background.run(work, self._rename_ended)

    @Slot(object)
    def _rename_ended(self, result: tuple[str, Failure | None]) -> None:
        key, failure = result
        if failure is not None:
            self.rename_failed.emit(key, failure)
        else:
            self.refresh()
            self.renamed.emit(key)

    def save_as_image(self, key: str, name: str, pause: bool) -> None:
        """Make an image of a container; the answer is `image_saved` or `save_failed`."""

        def work() -> tuple[str, str, Failure | None]:
            failure = _failure_of(name, lambda: self._access.client().commit_container(key, name, pause))
            return key, name, failure

        words = TaskWords(
            self.tr("Saving the image {0}").format(name),
            self.tr("The image {0} was saved").format(name),
            self.tr("The image {0} could not be saved").format(name),
        )
        self._savings[name] = self._background.tasks.begin(words, place="images")
        self._background.run_alone(work, self._save_ended, self._list_failed)

    @Slot(object)
    def _save_ended(self, result: tuple[str, str, Failure | None]) -> None:
        key, name, failure = result
        task = self._savings.pop(name, self._background.tasks.none)
        if failure is not None:
            task.fail(failure)
            self.save_failed.emit(key, name, failure)
        else:
            task.succeed()
            self.image_saved.emit(key, name)

    def find_run_line(self, key: str) -> None:
        """Work out the `docker run` line of a container; the answer is `run_line_found`."""
        self._background.run(lambda: self._run_line(key), self._tell_run_line, self._list_failed)

    def _run_line(self, key: str) -> str:
        from app.services.containers.run_again import find_run_line

        return find_run_line(self._access.client(), key)

    @Slot(object)
    def _tell_run_line(self, line: str) -> None:
        self.run_line_found.emit(line)

    def _act_on_all(
        self, name: str, keys: Iterable[str], call: Callable[["EngineClient", str], None]
    ) -> None:
        for key in keys:

            def call_for_key(client: "EngineClient", key: str = key) -> None:
                call(client, key)

            # A stop that never ends is what a kill is for.
            self._act(name, key, call_for_key, insists=name == "kill")

    def _list(self) -> list[Container]:
        client = self._access.client()
        # How far scans and builds are is shown on pages of their own.
        containers = [row for row in client.list_containers() if not is_passing(row.labels)]
        self.newer.follow(client, containers)
        return containers

    def _make_rows(self, listing: list[Container]) -> Iterable[ContainerRow]:
        self._texts.clear()
        newer = self.newer
        return (
            ContainerRow(
                container,
                made_from=newer.made_from(container.id),
                has_newer=newer.has_newer(container.id),
            )
            for container in listing
        )

    def _dress(self, row: ContainerRow) -> ContainerRow:
        return replace(row, busy=self._busy.get(row.key, ""), failure=self._failures.get(row.key))


_CALLS: dict[str, Callable[["EngineClient", str], None]] = {
    "start": lambda client, key: client.start_container(key),
    "stop": lambda client, key: client.stop_container(key),
    "restart": lambda client, key: client.restart_container(key),
    "pause": lambda client, key: client.pause_container(key),
    "unpause": lambda client, key: client.unpause_container(key),
    "kill": lambda client, key: client.kill_container(key),
}


def _failure_of(name: str, call: Callable[[], object]) -> Failure | None:
    """Do what a dialog waits for; return how it failed, whatever it is."""
    try:
        call()
    except Exception as error:  # noqa: BLE001 - told in the dialog
        return describe_failure(error, name)
    return None
