"""One text file of a container or a volume, while a dialog shows it."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.viewmodels.access import Access
from app.viewmodels.background import Background
from app.viewmodels.failure import describe_failure

if TYPE_CHECKING:
    from app.services.containers.text_files import TextFile
    from app.viewmodels.containers.container_files import FileCalls


class TextFileViewModel(QObject):
    """Holds the file as it was read, and writes it with another text."""

    saved = Signal()
    failed = Signal(object)  # Failure

    def __init__(
        self,
        background: Background,
        access: Access,
        calls: "FileCalls",
        place: str,
        file: "TextFile",
        parent: QObject | None = None,
    ) -> None:
        """`place` is the container's id, or the volume's name."""
        super().__init__(parent)
        self._background, self._access, self._calls, self._place = background, access, calls, place
        self._file = file
        self._newline = "\r\n" if "\r\n" in file.text else "\n"
        self.is_busy = False

    @property
    def path(self) -> str:
        """Return where the file is."""
        return self._file.path

    @property
    def text(self) -> str:
        """Return its text, with plain line ends."""
        return self._file.text.replace("\r\n", "\n")

    def can_take(self, shown: str) -> bool:
        """Return whether an editor that shows the text as `shown` would leave it as it is."""
        return self._restored(shown) == self._file.text

    def save(self, shown: str) -> None:
        """Write the file; the answer is `saved` or `failed`."""
        file, calls, place, text = self._file, self._calls, self._place, self._restored(shown)
        self.is_busy = True
        self._background.run_alone(
            lambda: calls.write_text(self._access.client(), place, file, text),
            self._written,
            self._not_written,
        )

    def _restored(self, shown: str) -> str:
        return shown.replace("\n", self._newline)

    @Slot(object)
    def _written(self, file: "TextFile") -> None:
        self.is_busy, self._file = False, file
        self.saved.emit()

    @Slot(object)
    def _not_written(self, error: Exception) -> None:
        self.is_busy = False
        self.failed.emit(describe_failure(error, self.path))
