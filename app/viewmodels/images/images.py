"""The image list: one row a tag, who uses it, and deleting."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Slot

from app.services.engine.engine_types import Container, Image
from app.viewmodels.access import Access
from app.viewmodels.background import Background
from app.viewmodels.failure import Failure
from app.viewmodels.lists.row_table_model import RowTableModel
from app.viewmodels.question import Question
from app.viewmodels.storage.object_list import ObjectList
from app.viewmodels.wording.wording import format_age, format_size

if TYPE_CHECKING:
    from app.services.engine.engine_client import EngineClient
    from app.services.engine.engine_images import ImagesDisk

NAME, ID, USED, CREATED, SIZE, ACTIONS = range(6)


@dataclass(frozen=True, slots=True)
class ImageRow:
    """One tag of an image, or an image without any.

    `users` are the names of containers made from it, `user_ids` their ids in the same order.
    """

    image: Image
    tag: str
    users: tuple[str, ...] = ()
    busy: bool = False
    failure: Failure | None = None
    user_ids: tuple[str, ...] = ()

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


class ImagesViewModel(ObjectList):
    """The images, one row a tag, and deleting them."""

    place = "images"

    def __init__(self, background: Background, access: Access, parent: QObject | None = None) -> None:
        self.table = ImageTable()
        super().__init__(background, access, self.table, parent)
        self.is_wanted = True  # other pages offer images by name
        self.disk: ImagesDisk | None = None
        """What they take on the disk; None until it was measured."""
        self._is_seen = False
        self._measured: frozenset[str] = frozenset()
        self._measuring = Question(background, self._take_disk, self._not_measured, self)

    def watch(self, visible: bool) -> None:
        """While somebody looks, know what the images take on the disk."""
        self._is_seen, self._measured = visible, frozenset()

    def frees(self, rows: Iterable[ImageRow]) -> int:
        """Return how many bytes at most the disk gets back without these images."""
        sizes = {row.image.id: row.image.size for row in rows}
        if self.disk is None:
            return sum(sizes.values())
        known = self.disk.images
        kept = sum(disk.own for id, disk in known.items() if id not in sizes)
        return min(sum(known[id].size for id in sizes if id in known), self.disk.total - kept)

    def newest_names(self, count: int = 3) -> list[str]:
        """Return the names of the newest images that have one."""
        newest = sorted(self.table.rows, key=lambda row: -row.image.created)
        return [row.tag for row in newest if row.tag][:count]

    def find(self, name: str) -> ImageRow | None:
        """Return the row of an image by a name of it, with or without the usual tag, or by its id."""
        names = (name, f"{name}:latest")
        return next((row for row in self.table.rows if row.tag in names or row.image.id == name), None)

    def delete(self, keys: Iterable[str], with_containers: bool = False) -> None:
        """Delete tags, and images with their last tag; `with_containers` deletes the containers first."""
        for key in keys:
            row = self.table.find_row(key)
            if row is not None:
                self._act("delete", key, partial(_delete, row, with_containers))

    @property
    def unused(self) -> list[ImageRow]:
        """Return the images that no container uses."""
        return [row for row in self.table.rows if not row.users]

    @property
    def dangling(self) -> list[ImageRow]:
        """Return the images without a name that no container uses."""
        return [row for row in self.unused if not row.tag]

    def tag(self, key: str, name: str) -> None:
        """Give an image one more name; the answer is `created` or `create_failed`."""
        row = self.table.find_row(key)
        if row is not None:
            image = row.image.id
            self._create(name, lambda client: client.tag_image(image, name))

    def prune(self, with_tagged: bool) -> None:
        """Delete the images that no container uses, only those without a name unless `with_tagged`."""
        self._prune(lambda client: client.prune_images(with_tagged))

    @Slot(object)
    def _take(self, listing: "tuple[list[Image], list[Container]]") -> None:
        super()._take(listing)
        ids = frozenset(image.id for image in listing[0])
        if self._is_seen and ids != self._measured:
            self._measured = ids
            self._measuring.ask(lambda: self._access.client().measure_images())

    @Slot(object)
    def _take_disk(self, disk: "ImagesDisk") -> None:
        self.disk = disk
        self.counts_changed.emit()

    @Slot(object)
    def _not_measured(self, error: Exception) -> None:
        """The list itself tells what is wrong with the engine; without an answer no figure is shown."""
        self.disk, self._measured = None, frozenset()
        self.counts_changed.emit()

    def _is_kind(self, row: ImageRow, only: str) -> bool:
        if only == "dangling":
            return not row.tag
        return not only or bool(row.users) is (only == "used")

    def _searched(self, row: ImageRow) -> str:
        return f"{row.name} {row.short_id}"

    def _list(self) -> "tuple[list[Image], list[Container]]":
        client = self._access.client()
        return client.list_images(), client.list_containers()

    def _make_rows(self, listing: "tuple[list[Image], list[Container]]") -> Iterable[ImageRow]:
        images, containers = listing
        users: dict[str, list[tuple[str, str]]] = {}
        for container in containers:
            named = (container.name or container.short_id, container.id)
            users.setdefault(container.image_id, []).append(named)
        for image in images:
            named_users = sorted(users.get(image.id, ()))
            names, ids = (tuple(user[part] for user in named_users) for part in (0, 1))
            for tag in image.tags or ("",):
                yield ImageRow(image, tag, names, user_ids=ids)

    def _dress(self, row: ImageRow) -> ImageRow:
        return replace(row, busy=row.key in self._busy, failure=self._failures.get(row.key))


def _delete(row: ImageRow, with_containers: bool, client: "EngineClient") -> None:
    if with_containers:
        for container in client.list_containers():
            if container.image_id == row.image.id:
                client.remove_container(container.id, force=True)
    client.remove_image(row.tag or row.image.id)
