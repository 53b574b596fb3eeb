"""The files of one container: a folder as a table, copying in and out, deleting."""

import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QObject, Qt, Signal, Slot

from app.services.engine.file_entry import MOST_TO_DRAG
from app.services.errors import EngineRequestError, UserError
from app.viewmodels.access import Access
from app.viewmodels.background import Background
from app.viewmodels.containers.text_file import TextFileViewModel
from app.viewmodels.failure import describe_failure
from app.viewmodels.lists.row_table_model import ROW_ROLE, Index, RowTableModel
from app.viewmodels.tasks import TaskWords
from app.viewmodels.wording.wording import counts, format_age, format_size

if TYPE_CHECKING:
    from app.services.containers.folder_copies import Room
    from app.services.containers.text_files import TextFile
    from app.services.engine.engine_client import EngineClient
    from app.services.engine.file_entry import FileEntry

__all__ = ["CARRIED", "MOST_TO_DRAG", "ContainerFilesViewModel", "Copies", "FileRow"]

NAME, SIZE, MODIFIED, MODE, CHANGE = range(5)
_NO_LISTING = ("not-running", "command-not-found")  # then the engine's archive tells what is there
CARRIED = ("file", "folder")
"""The kinds that can be dragged out."""

_ORDER = {"folder": 0, "link": 1, "file": 1, "other": 2}


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file or folder; `path` is whole."""

    path: str
    name: str
    kind: str
    size: int = 0
    modified: float = 0.0
    mode: int = 0
    change: str = ""  # "new" or "changed" against the image

    @property
    def key(self) -> str:
        """Return the path."""
        return self.path

    @property
    def is_folder(self) -> bool:
        """Return whether it may be opened as one; a link may lead to a folder."""
        return self.kind in ("folder", "link")


@dataclass(frozen=True, slots=True)
class Listing:
    """A folder, and the tree that it was taken from unless the container listed it itself."""

    path: str
    entries: "list[FileEntry]"
    changes: Mapping[str, str] = field(default_factory=dict)
    tree: "dict[str, list[FileEntry]] | None" = None
    turn: int = 0  # of the question


@dataclass(frozen=True, slots=True)
class Copies:
    """What was copied to this computer, by the paths inside, and how much of it could not be had here."""

    paths: Mapping[str, str]
    left_out: int = 0


class FileCalls(Protocol):
    """What can be done with the files of a container, or of a volume."""

    def save_file(self, client: "EngineClient", place: str, path: str, target: Path, whole: bool, /) -> None:
        """Copy a file, or a `whole` folder as .tar, to `target`."""

    def save_folder(
        self, client: "EngineClient", place: str, path: str, target: Path, room: "Room", /
    ) -> None:
        """Copy a folder with all that is in it, as far as there is room."""

    def upload(self, client: "EngineClient", place: str, folder: str, paths: Iterable[Path], /) -> None:
        """Copy files and folders of this computer into a folder."""

    def delete(self, client: "EngineClient", place: str, path: str, /) -> None:
        """Delete a file or folder."""

    def read_text(self, client: "EngineClient", place: str, path: str, /) -> "TextFile":
        """Return a text file."""

    def write_text(self, client: "EngineClient", place: str, file: "TextFile", text: str, /) -> "TextFile":
        """Write a file that was read with another text, and return it."""


class FileTable(RowTableModel[FileRow]):
    """Folders first, then by name."""

    column_count = 5
    right_aligned = frozenset({SIZE})

    def header(self, column: int) -> str:
        """Return the title of a column."""
        return (
            self.tr("Name"),
            self.tr("Size"),
            self.tr("Changed"),
            self.tr("Rights"),
            self.tr("Against the image"),
        )[column]

    def text(self, row: FileRow, column: int) -> str:
        """Return what the cell shows."""
        if column == NAME:
            return row.name
        if column == SIZE:
            return format_size(row.size) if row.kind == "file" else ""
        if column == MODIFIED:
            return format_age(row.modified)
        if column == CHANGE:
            return {"new": self.tr("new"), "changed": self.tr("changed")}.get(row.change, "")
        return f"{row.mode:04o}"

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Let files and folders be dragged out."""
        flags = super().flags(index)
        row = index.data(ROW_ROLE) if index.isValid() else None
        return flags | Qt.ItemFlag.ItemIsDragEnabled if row and row.kind in CARRIED else flags

    def sort_key(self, row: FileRow, column: int) -> Any:
        """Return the value to sort by; folders stay in front."""
        order = _ORDER.get(row.kind, 2)
        if column == SIZE:
            return (order, row.size)
        if column == MODIFIED:
            return (order, -row.modified)
        if column == MODE:
            return (order, row.mode)
        if column == CHANGE:
            return (order, not row.change, row.change)
        return (order, row.name.casefold())


class ContainerFilesViewModel(QObject):
    """Shows one folder at a time."""

    changed = Signal()  # another folder, or its contents
    busy_changed = Signal(bool)
    failed = Signal(object)  # Failure
    done = Signal(str)  # what was done, in words
    fetched = Signal(object)  # Copies
    text_opened = Signal(object)  # TextFileViewModel
    has_image = True  # there is something that the files can be compared with

    def __init__(
        self, background: Background, access: Access, container_id: str, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._background, self._access, self._container_id = background, access, container_id
        self.table = FileTable(self)
        self.folder = "/"
        self.is_loaded = False
        self.is_live = True  # false while what is shown was read out of an archive: nothing can be deleted
        self._tree: dict[str, list[FileEntry]] = {}  # of a container that does not run, read at once
        self._wanted = "/"  # what was asked for last, if its answer is not there yet
        self._turn = 0  # of that question: the answer to an earlier one may come later

    def open(self, folder: str) -> None:
        """Show a folder, once the engine has said what is in it."""
        self._wanted = folder
        self._turn += 1
        turn, tree = self._turn, self._tree
        self._run(lambda client: replace(self._list(client, folder, tree), turn=turn), self._took)

    def _list(self, client: "EngineClient", folder: str, tree: "dict[str, list[FileEntry]]") -> Listing:
        """Return what is in a folder; called in a worker."""
        from app.services.containers.container_files import join, list_folder, read_tree

        path, key = join("/", folder), self._container_id
        if path in tree:
            return Listing(path, tree[path], client.changes(key), tree)
        try:
            return Listing(path, list_folder(client, key, path), client.changes(key))
        except (UserError, EngineRequestError) as error:
            if describe_failure(error).code not in _NO_LISTING:
                raise
        read = read_tree(client, key, path)
        return Listing(path, read[path], client.changes(key), tree | read)

    def refresh(self) -> None:
        """Show the same folder anew."""
        self._tree = {}
        self.open(self._wanted)

    def go_up(self) -> None:
        """Show the folder above."""
        self.open(self.folder.rstrip("/").rpartition("/")[0] or "/")

    def save(self, path: str, target: str) -> None:
        """Copy a file, or a folder as .tar, to this computer."""
        row = self.table.find_row(path)
        whole = target.endswith(".tar") and (row is None or row.kind != "file")

        def work(client: "EngineClient") -> str:
            self._calls().save_file(client, self._container_id, path, Path(target), whole)
            return target

        name = Path(path).name or "/"
        words = TaskWords(
            self.tr("Copying {0} to this computer").format(name),
            self.tr("Saved as {0}").format(target),
            self.tr("{0} could not be copied to this computer").format(name),
        )
        self._run(work, self._saved, words)

    def open_text(self, path: str) -> None:
        """Read a text file; the answer is `text_opened`."""

        def work(client: "EngineClient") -> "tuple[FileCalls, TextFile]":
            calls = self._calls()
            return calls, calls.read_text(client, self._container_id, path)

        self._run(work, self._text_read)

    def fetch(self, paths: list[str]) -> None:
        """Copy what is dragged out to where other programs find it; the answer is `fetched`."""
        rows = (self.table.find_row(path) for path in paths)
        folders = {row.path for row in rows if row is not None and row.kind == "folder"}

        def work(client: "EngineClient") -> Copies:
            from app.services.containers.folder_copies import Room

            calls, key, room = self._calls(), self._container_id, Room()
            folder = Path(tempfile.mkdtemp(dir=self._access.drag_folder()))
            targets = {path: folder / Path(path).name for path in paths}
            for path, target in targets.items():
                if path in folders:
                    calls.save_folder(client, key, path, target, room)
                else:
                    calls.save_file(client, key, path, target, False)
            return Copies({path: str(target) for path, target in targets.items()}, room.left_out)

        self._run(work, self._fetched)

    def upload(self, paths: list[str]) -> None:
        """Copy files and folders of this computer into the folder."""
        folder = self.folder

        def work(client: "EngineClient") -> int:
            self._calls().upload(client, self._container_id, folder, [Path(path) for path in paths])
            return len(paths)

        place = f"{self._place_name}:{folder}"
        words = TaskWords(
            self.tr("Copying into {0}").format(place),
            self.tr("Copied into {0}").format(place),
            self.tr("Nothing could be copied into {0}").format(place),
        )
        self._run(work, self._uploaded, words)

    def delete(self, paths: list[str]) -> None:
        """Delete files and folders."""

        def work(client: "EngineClient") -> int:
            calls = self._calls()
            for path in paths:
                calls.delete(client, self._container_id, path)
            return len(paths)

        self._run(work, self._deleted)

    @staticmethod
    def _calls() -> FileCalls:
        """Return what carries out the work; called in a worker, because it imports `requests`."""
        from app.services.containers import container_files

        return container_files

    @property
    def _place_name(self) -> str:
        """Return what tasks call the place of the files."""
        return self._container_id[:12]

    def _run(
        self,
        work: "Callable[[EngineClient], object]",
        succeeded: Callable[[Any], object],
        words: TaskWords | None = None,
    ) -> None:
        """Do it in a worker; what has `words` is a task that goes on when nobody looks at the files."""
        self.busy_changed.emit(True)
        told = self._background.tasks.begin(words) if words is not None else None
        self._background.run_alone(lambda: work(self._access.client()), succeeded, self._not_done, told)

    @Slot(object)
    def _took(self, answer: Listing) -> None:
        if answer.turn != self._turn:
            return  # another folder was asked for meanwhile
        self.folder, entries, changes = answer.path, answer.entries, answer.changes
        self.is_loaded, self.is_live = True, answer.tree is None
        self._tree = answer.tree or {}
        prefix = self.folder.rstrip("/")
        self.table.set_rows(
            FileRow(
                f"{prefix}/{e.name}",
                e.name,
                e.kind,
                e.size,
                e.modified,
                e.mode,
                changes.get(f"{prefix}/{e.name}", ""),
            )
            for e in entries
        )
        self.busy_changed.emit(False)
        self.changed.emit()

    @Slot(object)
    def _saved(self, target: str) -> None:
        self.busy_changed.emit(False)
        self.done.emit(self.tr("Saved as {0}").format(target))

    @Slot(object)
    def _text_read(self, answer: "tuple[FileCalls, TextFile]") -> None:
        calls, file = answer
        text = TextFileViewModel(self._background, self._access, calls, self._container_id, file, self)
        text.saved.connect(self.refresh)
        self.busy_changed.emit(False)
        self.text_opened.emit(text)

    @Slot(object)
    def _fetched(self, copies: Copies) -> None:
        self.busy_changed.emit(False)
        self.fetched.emit(copies)

    @Slot(object)
    def _uploaded(self, count: int) -> None:
        self.done.emit(counts.copied_in(count))
        self.refresh()

    @Slot(object)
    def _deleted(self, count: int) -> None:
        self.done.emit(counts.deleted(count))
        self.refresh()

    @Slot(object)
    def _not_done(self, error: Exception) -> None:
        self._wanted = self.folder
        self.busy_changed.emit(False)
        self.failed.emit(describe_failure(error, self._container_id[:12]))
