"""One image in full: what it is set to do, and the steps that it was made in."""

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QLocale, QObject, Signal, Slot

from app.services.engine.engine_types import ImageDetails
from app.viewmodels.access import Access
from app.viewmodels.background import Background
from app.viewmodels.containers.container_details import FactTable
from app.viewmodels.containers.secrets import Secrets
from app.viewmodels.failure import describe_failure
from app.viewmodels.lists.row_table_model import RowTableModel
from app.viewmodels.question import Question
from app.viewmodels.wording.wording import format_age, format_size

if TYPE_CHECKING:
    from app.services.engine.engine_images import HistoryStep, ImageDisk, LayerFile

_NOTHING = "#(nop) "
_SHELL = "/bin/sh -c "


PATH, KIND, FILE_SIZE = range(3)


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file of a step. `kind` is "added", "changed" or "deleted"."""

    path: str
    kind: str
    type: str
    size: int

    @property
    def key(self) -> str:
        """Return what tells rows apart."""
        return self.path


class FileTable(RowTableModel[FileRow]):
    """What a step did to the files, by path."""

    column_count = 3
    right_aligned = frozenset({FILE_SIZE})

    def header(self, column: int) -> str:
        """Return the title of a column."""
        return (self.tr("File"), self.tr("Change"), self.tr("Size"))[column]

    def text(self, row: FileRow, column: int) -> str:
        """Return what the cell shows."""
        if column == PATH:
            return row.path + ("/" if row.type == "folder" else "")
        if column == KIND:
            return self.word(row.kind)
        return format_size(row.size) if row.type == "file" else "—"

    def word(self, kind: str) -> str:
        """Return what was done to a file."""
        return {
            "added": self.tr("added"),
            "changed": self.tr("changed"),
            "deleted": self.tr("deleted"),
        }.get(kind, kind)

    def sort_key(self, row: FileRow, column: int) -> Any:
        """Return the value to sort by; the largest first."""
        if column == FILE_SIZE:
            return -row.size
        return row.kind if column == KIND else row.path.split("/")

    def filter(self, needle: str) -> None:
        """Show files with `needle` in their path."""
        wanted = needle.casefold()
        self.set_filter((lambda row: wanted in row.path.casefold()) if wanted else None)


class ImageDetailsViewModel(QObject):
    """Asks for the image once, when it is opened, and for a step's files when that is chosen."""

    changed = Signal()
    failed = Signal(object)  # Failure
    measured = Signal(str)  # what it takes on the disk, in words
    files_changed = Signal(str)  # what they are, in words
    files_failed = Signal(object)  # Failure

    def __init__(
        self, background: Background, access: Access, image: str, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._access, self._image = access, image
        self._question = Question(background, self._take, self._not_told, self)
        self._files = Question(background, self._take_files, self._files_not_told, self)
        self._measuring = Question(background, self._take_disk, self._not_measured, self)
        self.files = FileTable(self)
        self.details: ImageDetails | None = None
        self.layers = FactTable((self.tr("Step"), self.tr("Size"), self.tr("Created")), self)
        self.settings = FactTable((self.tr("Name"), self.tr("Value")), self, Secrets(self))

    @Slot()
    def refresh(self) -> None:
        """Ask the engine."""
        self._question.ask(self._ask)
        self._measuring.ask(lambda: self._access.client().measure_images().images.get(self._image))

    def show_step(self, number: int) -> None:
        """Find out what a step did to the files; the answer is `files_changed` or `files_failed`."""
        self.files.set_rows([])
        self._files.ask(lambda: self._access.client().layer_files(self._image, number))

    @Slot(object)
    def _take_disk(self, disk: "ImageDisk | None") -> None:
        if disk is None:
            return  # it went meanwhile
        size, shared, own = map(format_size, (disk.size, disk.shared, disk.own))
        text = (
            self.tr("{0} on disk: {1} shared with other images, {2} its own").format(size, shared, own)
            if disk.shared
            else self.tr("{0} on disk, all of it its own").format(size)
        )
        self.measured.emit(text)

    @Slot(object)
    def _not_measured(self, error: Exception) -> None:
        """Only the line with these figures is missing; why the engine does not answer, `failed` tells."""

    @Slot(object)
    def _take_files(self, found: "list[LayerFile]") -> None:
        self.files.set_rows(FileRow(file.path, file.kind, file.type, file.size) for file in found)
        counts = Counter(file.kind for file in found)
        words = [
            self.tr("{0} {1}").format(QLocale().toString(counts[kind]), self.files.word(kind))
            for kind in ("added", "changed", "deleted")
            if counts[kind]
        ]
        self.files_changed.emit(" · ".join(words) or self.tr("This step left the files as they were."))

    @Slot(object)
    def _files_not_told(self, error: Exception) -> None:
        self.files_failed.emit(describe_failure(error, self._image))

    def _ask(self) -> "tuple[ImageDetails, list[HistoryStep]]":
        client = self._access.client()
        return client.inspect_image(self._image), client.image_history(self._image)

    @Slot(object)
    def _take(self, answer: "tuple[ImageDetails, list[HistoryStep]]") -> None:
        self.details, steps = answer
        self.layers.set_facts(
            [
                (
                    plain_command(step.command) or step.comment or "—",
                    format_size(step.size) if step.size else "—",
                    format_age(step.created),
                )
                for step in steps
            ]
        )
        self.settings.set_facts(self._facts(self.details))
        self.changed.emit()

    @Slot(object)
    def _not_told(self, error: Exception) -> None:
        self.failed.emit(describe_failure(error, self._image))

    def _facts(self, details: ImageDetails) -> list[tuple[str, ...]]:
        facts: list[tuple[str, ...]] = [
            (self.tr("Id"), details.id),
            (self.tr("Names"), ", ".join(details.tags)),
            (self.tr("Platform"), f"{details.os}/{details.architecture}"),
            (self.tr("Entrypoint"), " ".join(details.entrypoint)),
            (self.tr("Command"), " ".join(details.command)),
            (self.tr("Folder"), details.working_dir),
            (self.tr("User"), details.user),
            (self.tr("Ports"), ", ".join(port.key for port in details.exposed_ports)),
            (self.tr("Volumes"), ", ".join(details.volumes)),
        ]
        facts += [(name, value) for name, value in details.environment]
        facts += [(name, value) for name, value in sorted(details.labels.items())]
        return [fact for fact in facts if fact[1]]


def plain_command(command: str) -> str:
    """Return a step as it stood in the Dockerfile, as far as can be told."""
    if _NOTHING in command:
        return command.partition(_NOTHING)[2].strip()
    if command.startswith(_SHELL):
        return "RUN " + command.removeprefix(_SHELL)
    return command.removesuffix("# buildkit").strip()
