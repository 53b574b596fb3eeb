"""Opening a container in Visual Studio Code, offered where that is installed."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from app.viewmodels.access import Access
from app.viewmodels.background import Background
from app.viewmodels.failure import describe_failure


class CodeEditorViewModel(QObject):
    """Looked for once, in the background."""

    failed = Signal(object)  # Failure

    def __init__(self, background: Background, access: Access, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background, self._access = background, access
        self._code: Path | None = None

    @property
    def is_there(self) -> bool:
        """Return whether the editor is installed."""
        return self._code is not None

    def look(self) -> None:
        """Find out whether the editor is installed."""

        def find() -> Path | None:
            from app.services.computer.code_editor import find_code

            return find_code()

        self._background.run(find, self._found)

    def open(self, container_id: str) -> None:
        """Open a container; a failure is told by `failed`."""
        code = self._code
        if code is None:
            return

        def work() -> None:
            from app.services.computer.code_editor import open_in_code

            client = self._access.client()
            open_in_code(code, client.inspect_container(container_id), client.socket_path)

        self._background.run_alone(work, self._opened, self._not_opened)

    @Slot(object)
    def _found(self, code: Path | None) -> None:
        self._code = code

    @Slot(object)
    def _opened(self, _nothing: object) -> None:
        """The editor shows itself."""

    @Slot(object)
    def _not_opened(self, error: Exception) -> None:
        self.failed.emit(describe_failure(error))
