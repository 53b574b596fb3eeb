"""What the lists of volumes and of networks share: creating, deleting, pruning, and who uses what."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot

from app.services.containers.object_name import is_object_name
from app.viewmodels.access import Access
from app.viewmodels.background import Background
from app.viewmodels.failure import Failure, describe_failure
from app.viewmodels.lists.live_list import LiveList
from app.viewmodels.lists.row_table_model import RowTableModel
from app.viewmodels.tasks import TaskWords
from app.viewmodels.wording.wording import format_size

if TYPE_CHECKING:
    from app.services.engine.engine_client import EngineClient
    from app.services.engine.engine_objects import Pruned
    from app.services.engine.engine_types import Container


__all__ = ["ObjectList", "is_object_name", "users_by"]


def users_by(
    containers: Iterable["Container"], used: Callable[["Container"], Iterable[str]]
) -> dict[str, tuple[str, ...]]:
    """Return the containers that use each thing, by name; `used` tells what a container uses."""
    users: dict[str, list[str]] = {}
    for container in containers:
        for thing in used(container):
            users.setdefault(thing, []).append(container.name or container.short_id)
    return {thing: tuple(sorted(names)) for thing, names in users.items()}


class ObjectList(LiveList):
    """A live list that follows events once somebody looked."""

    created = Signal(str)  # name
    create_failed = Signal(object)  # Failure
    pruned = Signal(int, object)  # how many, bytes freed

    def __init__(
        self, background: Background, access: Access, table: RowTableModel[Any], parent: QObject | None
    ) -> None:
        super().__init__(background, access, table, parent)
        table.setParent(self)
        self.is_wanted = False
        self._pruning = background.tasks.none

    def filter(self, needle: str, only: str = "") -> None:
        """Show rows with every word of `needle` in their name or their users' names."""
        words = needle.casefold().split()

        def accepts(row: Any) -> bool:
            text = self._searched(row).casefold()
            return self._is_kind(row, only) and all(word in text for word in words)

        self._rows.set_filter(accepts)
        self.counts_changed.emit()

    def _searched(self, row: Any) -> str:
        """Return the text of a row that the filter looks at."""
        return f"{row.name} {' '.join(row.users)}"

    def _is_kind(self, row: Any, only: str) -> bool:
        """Return whether a row belongs to the kind that alone is shown."""
        return not only

    def _delete_each(self, keys: Iterable[str], call: Callable[["EngineClient", str], None]) -> None:
        for key in keys:
            self._act("delete", key, lambda client, key=key: call(client, key))  # type: ignore[misc]

    def _create(self, name: str, call: Callable[["EngineClient"], object]) -> None:
        def work() -> str | Failure:
            try:
                call(self._access.client())
            except Exception as error:  # noqa: BLE001 - told in the dialog, whatever it is
                return describe_failure(error, name)
            return name

        self._background.run(work, self._made)

    @Slot(object)
    def _made(self, result: str | Failure) -> None:
        if isinstance(result, Failure):
            self.create_failed.emit(result)
        else:
            self.refresh()
            self.created.emit(result)

    def _prune(self, call: Callable[["EngineClient"], "Pruned"]) -> None:
        words = TaskWords(
            self.tr("Cleaning up"), self.tr("Cleaned up"), self.tr("It could not be cleaned up")
        )
        self._pruning = self._background.tasks.begin(words, place=self.place)
        self._background.run_alone(lambda: call(self._access.client()), self._took_away, self._not_pruned)

    @Slot(object)
    def _took_away(self, result: "Pruned") -> None:
        freed = self.tr("{0} freed").format(format_size(result.freed)) if result.freed else ""
        self._pruning.succeed(freed)
        self.refresh()
        self.pruned.emit(len(result.names), result.freed)

    @Slot(object)
    def _not_pruned(self, error: Exception) -> None:
        self._pruning.fail(describe_failure(error))
        self._list_failed(error)
