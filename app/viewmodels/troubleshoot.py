"""What helps when the engine does not come up: the ends of the machine's logs."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.viewmodels.access import Access
from app.viewmodels.background import Background
from app.viewmodels.container_logs import LogLine
from app.viewmodels.terminal_text import parse_line

if TYPE_CHECKING:
    from app.services.virtual_machine import LogTail


class TroubleshootViewModel(QObject):
    """Reads logs on request."""

    log_read = Signal(str, list)  # path, LogLines

    def __init__(self, background: Background, access: Access, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background, self._access = background, access
        self._wanted = ""

    @Slot(str)
    def read(self, name: str) -> None:
        """Read the end of "console", "supervisor" or "qemu"; the answer is `log_read`."""
        self._wanted = name
        self._background.run(lambda: (name, self._access.machine().read_log(name)), self._took)

    @Slot(object)
    def _took(self, answer: "tuple[str, LogTail]") -> None:
        name, tail = answer
        if name == self._wanted:
            lines = [parse_line(line) for line in tail.lines]
            self.log_read.emit(tail.path, [LogLine(line.text, line.spans) for line in lines])
