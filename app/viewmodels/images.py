"""The image list: one row a tag, who uses it, and deleting."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.services.engine_types import Container, Image
from app.viewmodels.access import Access
from app.viewmodels.background import Background
from app.viewmodels.failure import Failure, describe_failure
from app.viewmodels.row_table_model import RowTableModel
from app.viewmodels.wording import format_age, format_size

NAME, ID, USED, CREATED, SIZE, ACTIONS = range(6)
_SETTLE_MS = 120


@dataclass(frozen=True, slots=True)
class ImageRow:
    """One tag of an image, or an image without any. `users` are the names of containers made from it."""

    image: Image
    tag: str
    users: tuple[str, ...] = ()
    busy: bool = False
    failure: Failure | None = None

    @property
    def key(self) -> str:
        """Return what tells rows apart: the image and its tag."""
        return f"{self.image.id} {self.tag}"

    @property
    def name(self) -> str:
        """Return the tag, or the short id."""
        return self.tag or self.image.short_id

    @property
    def short_id(self) -> str:
        """Return the first 12 digits of the id."""
        return self.image.short_id

    @property
    def other_tags(self) -> int:
        """Return how many more names the image has."""
        return max(0, len(self.image.tags) - 1)


class ImageTable(RowTableModel[ImageRow]):
    """The images by name."""

    column_count = 6
    right_aligned = frozenset({SIZE})

    def header(self, column: int) -> str:
        """Return the title of a column; actions have none."""
        titles = (
            self.tr("Repository:Tag"),
            self.tr("Id"),
            self.tr("In use"),
            self.tr("Created"),
            self.tr("Size"),
            "",
        )
        return titles[column]

    def text(self, row: ImageRow, column: int) -> str:
        """Return what the cell shows."""
        if column == NAME:
            return row.tag or self.tr("<untagged>")
        if column == ID:
            return row.short_id
        if column == USED:
            return self.use(row)
        if column == CREATED:
            return format_age(row.image.created)
        return format_size(row.image.size) if column == SIZE else ""

    def use(self, row: ImageRow) -> str:
        """Return what goes on with the image, in words."""
        if row.busy:
            return self.tr("Deleting…")
        if row.failure is not None:
            return row.failure.summary
        if not row.users:
            return self.tr("Unused")
        return self.tr("%n container(s)", "", len(row.users))

    def sort_key(self, row: ImageRow, column: int) -> Any:
        """Return the value to sort by."""
        if column == ID:
            return row.short_id
        if column == USED:
            return -len(row.users)
        if column == CREATED:
            return -row.image.created
        if column == SIZE:
            return row.image.size
        return (not row.tag, row.name.casefold())


@dataclass(frozen=True, slots=True)
class _Listing:
    images: list[Image]
    containers: list[Container]


@dataclass(frozen=True, slots=True)
class _Outcome:
    key: str
    failure: Failure | None = None


class ImagesViewModel(QObject):
    """Keeps the table true to the engine and deletes images."""

    loaded_changed = Signal()
    counts_changed = Signal()
    failed = Signal(object)  # Failure of a listing
    action_failed = Signal(str, str, object)  # key, name, Failure

    def __init__(self, background: Background, access: Access, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background, self._access = background, access
        self.table = ImageTable(self)
        self.is_loaded = False
        self._listing = self._again = False
        self._busy: set[str] = set()
        self._failures: dict[str, Failure] = {}
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settle.timeout.connect(self.refresh)

    @property
    def total(self) -> int:
        """Return how many rows there are."""
        return len(self.table.rows)

    @property
    def disk_used(self) -> int:
        """Return the bytes of all images, each counted once."""
        return sum({row.image.id: row.image.size for row in self.table.rows}.values())

    def newest_names(self, count: int = 3) -> list[str]:
        """Return the names of the newest images that have one."""
        newest = sorted(self.table.rows, key=lambda row: -row.image.created)
        return [row.tag for row in newest if row.tag][:count]

    @Slot()
    def refresh(self) -> None:
        """List the images; a call during a listing leads to one more after it."""
        if self._listing:
            self._again = True
            return
        self._listing = True
        self._background.run(self._list, self._take, self._list_failed)

    @Slot()
    def refresh_soon(self) -> None:
        """List the images once events have settled."""
        if not self._settle.isActive():
            self._settle.start()

    def filter(self, needle: str) -> None:
        """Show rows with every word of `needle`."""
        words = needle.casefold().split()
        self.table.set_filter(
            lambda row: all(word in f"{row.name} {row.short_id}".casefold() for word in words)
        )
        self.counts_changed.emit()

    def delete(self, keys: Iterable[str], with_containers: bool = False) -> None:
        """Delete tags, and images with their last tag; `with_containers` deletes the containers first."""
        for key in keys:
            row = self.table.find_row(key)
            if row is None or key in self._busy:
                continue
            self._busy.add(key)
            self._failures.pop(key, None)
            self._show(key)
            self._background.run(partial(self._delete, row, with_containers), self._deleted)

    def dismiss(self, key: str) -> None:
        """Forget a row's failure."""
        if self._failures.pop(key, None) is not None:
            self._show(key)

    def _delete(self, row: ImageRow, with_containers: bool) -> _Outcome:
        try:
            client = self._access.client()
            if with_containers:
                for container in client.list_containers():
                    if container.image_id == row.image.id:
                        client.remove_container(container.id, force=True)
            client.remove_image(row.tag or row.image.id)
        except Exception as error:  # noqa: BLE001 - told in the row, whatever it is
            return _Outcome(row.key, describe_failure(error, row.name))
        return _Outcome(row.key)

    @Slot(object)
    def _deleted(self, outcome: _Outcome) -> None:
        self._busy.discard(outcome.key)
        if outcome.failure is not None:
            self._failures[outcome.key] = outcome.failure
            row = self.table.find_row(outcome.key)
            self.action_failed.emit(outcome.key, row.name if row else "", outcome.failure)
        self._show(outcome.key)
        self.refresh()

    def _show(self, key: str) -> None:
        row = self.table.find_row(key)
        if row is not None:
            self.table.update_row(
                ImageRow(row.image, row.tag, row.users, key in self._busy, self._failures.get(key))
            )

    def _list(self) -> _Listing:
        client = self._access.client()
        return _Listing(client.list_images(), client.list_containers())

    @Slot(object)
    def _take(self, listing: _Listing) -> None:
        names: dict[str, list[str]] = {}
        for container in listing.containers:
            names.setdefault(container.image_id, []).append(container.name or container.short_id)
        rows = [
            ImageRow(image, tag, tuple(sorted(names.get(image.id, ()))))
            for image in listing.images
            for tag in image.tags or ("",)
        ]
        known = {row.key for row in rows}
        self._failures = {key: failure for key, failure in self._failures.items() if key in known}
        self.table.set_rows(
            ImageRow(row.image, row.tag, row.users, row.key in self._busy, self._failures.get(row.key))
            for row in rows
        )
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
