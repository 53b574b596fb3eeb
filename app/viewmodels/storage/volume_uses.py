"""Who uses a volume: each mount of it in a container."""

from dataclasses import dataclass
from typing import Any

from app.viewmodels.lists.row_table_model import RowTableModel

CONTAINER, PATH, ACCESS = range(3)


@dataclass(frozen=True, slots=True)
class VolumeUse:
    """A mount of a volume; `path` is where it is in the container."""

    container_id: str
    container: str
    path: str
    is_read_only: bool = False

    @property
    def key(self) -> str:
        """Return what tells mounts apart: a container may have a volume at several places."""
        return f"{self.container_id} {self.path}"

    @property
    def name(self) -> str:
        """Return the container's name."""
        return self.container


class VolumeUseTable(RowTableModel[VolumeUse]):
    """The mounts by container and path."""

    column_count = 3

    def header(self, column: int) -> str:
        """Return the title of a column."""
        return (self.tr("Container"), self.tr("In the container"), self.tr("Access"))[column]

    def text(self, row: VolumeUse, column: int) -> str:
        """Return what the cell shows."""
        access = self.tr("read only") if row.is_read_only else self.tr("read and write")
        return (row.container, row.path, access)[column]

    def sort_key(self, row: VolumeUse, column: int) -> Any:
        """Return the value to sort by."""
        if column < 0:
            return (row.container, row.path)
        return self.text(row, column).casefold()
