"""The volume list: who uses each, what it takes when asked, creating, deleting, pruning."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot

from app.services.engine.engine_types import Container, Volume
from app.viewmodels.access import Access
from app.viewmodels.background import Background
from app.viewmodels.failure import Failure, describe_failure
from app.viewmodels.lists.live_list import Outcome
from app.viewmodels.lists.row_table_model import RowTableModel
from app.viewmodels.storage.object_list import ObjectList
from app.viewmodels.storage.volume_files import VolumeFilesViewModel
from app.viewmodels.storage.volume_uses import VolumeUse
from app.viewmodels.tasks import TaskWords
from app.viewmodels.wording.wording import format_age, format_size

if TYPE_CHECKING:
    from app.services.engine.engine_client import EngineClient

NAME, USED, DRIVER, CREATED, SIZE, ACTIONS = range(6)
_ANONYMOUS = "com.docker.volume.anonymous"
_ANONYMOUS_LENGTH = 64


@dataclass(frozen=True, slots=True)
class VolumeRow:
    """A volume; `uses` are by name of container, `size` is -1 until it was measured."""

    volume: Volume
    uses: tuple[VolumeUse, ...] = ()
    size: int = -1
    busy: str = ""  # what is being done to it: "delete", "clone"…
    failure: Failure | None = None

    @property
    def key(self) -> str:
        """Return the name, which is the identity."""
        return self.volume.name

    @property
    def name(self) -> str:
        """Return the name."""
        return self.volume.name

    @property
    def users(self) -> tuple[str, ...]:
        """Return the names of the containers that use it, each once."""
        return tuple(dict.fromkeys(use.container for use in self.uses))

    @property
    def is_anonymous(self) -> bool:
        """Return whether the engine made the name up."""
        letters = set(self.name) <= set("0123456789abcdef")
        return _ANONYMOUS in self.volume.labels or (len(self.name) == _ANONYMOUS_LENGTH and letters)


class VolumeTable(RowTableModel[VolumeRow]):
    """The volumes by name, those with made-up names last."""

    column_count = 6
    right_aligned = frozenset({SIZE})

    def header(self, column: int) -> str:
        """Return the title of a column; actions have none."""
        titles = (
            self.tr("Name"),
            self.tr("In use"),
            self.tr("Kind"),
            self.tr("Created"),
            self.tr("Size"),
            "",
        )
        return titles[column]

    def text(self, row: VolumeRow, column: int) -> str:
        """Return what the cell shows."""
        if column == NAME:
            return self.tr("{0} (anonymous)").format(row.name[:12]) if row.is_anonymous else row.name
        if column == USED:
            return self.use(row)
        if column == DRIVER:
            return row.volume.driver
        if column == CREATED:
            return format_age(row.volume.created)
        if column == SIZE:
            return format_size(row.size) if row.size >= 0 else "—"
        return ""

    def use(self, row: VolumeRow) -> str:
        """Return what goes on with the volume, in words."""
        if row.busy:
            return {
                "clone": self.tr("Being cloned…"),
                "export": self.tr("Being exported…"),
                "import": self.tr("Being imported into…"),
                "empty": self.tr("Being emptied…"),
            }.get(row.busy, self.tr("Deleting…"))
        if row.failure is not None:
            return row.failure.summary
        return ", ".join(row.users) or self.tr("Unused")

    def sort_key(self, row: VolumeRow, column: int) -> Any:
        """Return the value to sort by."""
        if column == USED:
            return -len(row.users)
        if column == DRIVER:
            return row.volume.driver
        if column == CREATED:
            return -row.volume.created
        if column == SIZE:
            return row.size
        return (row.is_anonymous, row.name.casefold())


class VolumesViewModel(ObjectList):
    """The volumes, and what the user asks of them."""

    place = "volumes"
    done = Signal(str)  # what was done, in words
    measured = Signal()
    measuring_changed = Signal(bool)

    def __init__(self, background: Background, access: Access, parent: QObject | None = None) -> None:
        self.table = VolumeTable()
        self._sizes: dict[str, int] = {}
        self._told: dict[str, str] = {}  # what to say when the work on a volume has ended well
        super().__init__(background, access, self.table, parent)

    @property
    def unused(self) -> list[VolumeRow]:
        """Return the volumes that no container uses."""
        return [row for row in self.table.rows if not row.users]

    @property
    def disk_used(self) -> int:
        """Return the bytes of all measured volumes; 0 before any was."""
        return sum(max(row.size, 0) for row in self.table.rows)

    def create(self, name: str) -> None:
        """Make a volume; the answer is `created` or `create_failed`."""
        self._create(name, lambda client: client.create_volume(name))

    def delete(self, keys: Iterable[str]) -> None:
        """Delete volumes that no container uses."""
        self._delete_each(keys, lambda client, key: client.remove_volume(key))

    def files_of(self, key: str) -> VolumeFilesViewModel:
        """Return a view-model of a volume's files; the view becomes its parent."""
        return VolumeFilesViewModel(self._background, self._access, key, self)

    def clone(self, key: str, name: str) -> None:
        """Make the volume `name` with a copy of what is in another."""

        def call(client: "EngineClient") -> None:
            from app.services.containers.volume_files import clone

            clone(client, key, name)

        words = TaskWords(
            self.tr("Cloning {0}").format(key),
            self.tr("{0} is a copy of {1}.").format(name, key),
            self.tr("{0} could not be cloned").format(key),
        )
        self._work("clone", key, call, words)

    def empty(self, key: str) -> None:
        """Delete all that is in a volume."""

        def call(client: "EngineClient") -> None:
            from app.services.containers.volume_files import empty

            empty(client, key)

        words = TaskWords(
            self.tr("Emptying {0}").format(key),
            self.tr("{0} is empty now.").format(key),
            self.tr("{0} could not be emptied").format(key),
        )
        self._work("empty", key, call, words)

    def export(self, key: str, target: str) -> None:
        """Write all that is in a volume to an archive."""

        def call(client: "EngineClient") -> None:
            from app.services.containers.volume_files import export

            export(client, key, Path(target))

        words = TaskWords(
            self.tr("Exporting {0}").format(key),
            self.tr("{0} was exported to {1}.").format(key, target),
            self.tr("{0} could not be exported").format(key),
        )
        self._work("export", key, call, words)

    def import_archive(self, key: str, source: str) -> None:
        """Unpack an archive into a volume."""

        def call(client: "EngineClient") -> None:
            from app.services.containers.volume_files import import_archive

            import_archive(client, key, Path(source))

        words = TaskWords(
            self.tr("Unpacking into {0}").format(key),
            self.tr("{0} was unpacked into {1}.").format(source, key),
            self.tr("{0} could not be unpacked into {1}").format(source, key),
        )
        self._work("import", key, call, words)

    def _work(self, name: str, key: str, call: "Callable[[EngineClient], None]", words: TaskWords) -> None:
        """Carry out work that may take minutes, and tell of its end."""
        if key in self._busy:
            return
        self._told[key] = words.done
        self._act(name, key, call, long=words)

    def _acted(self, outcome: Outcome) -> None:
        told = self._told.pop(outcome.key, "")
        super()._acted(outcome)
        if told and outcome.failure is None and not outcome.is_given_up:
            self.done.emit(told)

    def prune(self) -> None:
        """Delete every volume that no container uses."""
        self._prune(lambda client: client.prune_volumes())

    def measure(self) -> None:
        """Ask what each volume takes on the disk, which may take minutes."""
        told = self._background.tasks.begin(
            TaskWords(
                self.tr("Measuring the volumes"),
                self.tr("The volumes were measured"),
                self.tr("The volumes could not be measured"),
            ),
            place=self.place,
        )
        self.measuring_changed.emit(True)
        self._background.run_alone(
            lambda: self._access.client().measure_volumes(), self._took_sizes, self._not_measured, told
        )

    @Slot(object)
    def _took_sizes(self, sizes: dict[str, int]) -> None:
        self._sizes = sizes
        self.table.set_rows(map(self._dress, self.table.rows))
        self.measuring_changed.emit(False)
        self.counts_changed.emit()
        self.measured.emit()

    @Slot(object)
    def _not_measured(self, error: Exception) -> None:
        self.measuring_changed.emit(False)
        self.failed.emit(describe_failure(error))

    def _list(self) -> "tuple[list[Volume], list[Container]]":
        client = self._access.client()
        return client.list_volumes(), client.list_containers()

    def _make_rows(self, listing: "tuple[list[Volume], list[Container]]") -> Iterable[VolumeRow]:
        volumes, containers = listing
        uses: dict[str, list[VolumeUse]] = {}
        for container in sorted(containers, key=lambda container: container.name):
            for mount in sorted(container.volumes, key=lambda mount: mount.path):
                use = VolumeUse(container.id, container.name, mount.path, mount.is_read_only)
                uses.setdefault(mount.volume, []).append(use)
        for found in volumes:
            yield VolumeRow(found, tuple(uses.get(found.name, ())))

    def _dress(self, row: VolumeRow) -> VolumeRow:
        size = self._sizes.get(row.key, -1)
        return VolumeRow(row.volume, row.uses, size, self._busy.get(row.key, ""), self._failures.get(row.key))
