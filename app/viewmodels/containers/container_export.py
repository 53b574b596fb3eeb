"""A container's whole file system on its way into a file, as `docker export` writes it."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from app.viewmodels.access import Access
from app.viewmodels.background import Background
from app.viewmodels.failure import describe_failure
from app.viewmodels.tasks import TaskWords
from app.viewmodels.wording.wording import format_size

if TYPE_CHECKING:
    from app.services.engine.engine_streams import EngineStream


class ContainerExport(QObject):
    """One export, a task of the window; the file is there whole or not at all."""

    def __init__(
        self,
        background: Background,
        access: Access,
        container: tuple[str, str],
        target: Path,
        parent: QObject,
    ) -> None:
        """Begin at once. `container` is its id and its name."""
        super().__init__(parent)
        key, name = container
        self._name = name

        def read(stream: "EngineStream") -> Iterator[int]:
            from app.services.engine.engine_images import write_stream

            return write_stream(stream, target)

        words = TaskWords(
            self.tr("Exporting the files of {0}").format(name),
            self.tr("The files of {0} are in {1}").format(name, target),
            self.tr("The files of {0} were not exported").format(name),
        )
        self._task = background.tasks.begin(words, self._cancel, "containers")
        self._stream = background.open_stream(
            lambda: access.client().export_container(key), read, self._take, self._ended
        )

    def _cancel(self) -> None:
        self._stream.cancel()
        self._task.drop()
        self.deleteLater()

    @Slot(object)
    def _take(self, written: list[int]) -> None:
        self._task.tell(format_size(written[-1]))

    @Slot(object)
    def _ended(self, error: Exception | None) -> None:
        if error is None:
            self._task.succeed()
        else:
            self._task.fail(describe_failure(error, self._name))
        self.deleteLater()
