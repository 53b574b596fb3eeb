"""What helps when the engine does not come up: checks of each hop, and the ends of the machine's logs."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.viewmodels.access import Access
from app.viewmodels.background import Background
from app.viewmodels.containers.log_line import LogLine
from app.viewmodels.failure import describe_failure
from app.viewmodels.tasks import TaskWords
from app.viewmodels.terminal.terminal_text import parse_line
from app.viewmodels.wording.service_texts import say

if TYPE_CHECKING:
    from app.services.machine.diagnosis import Report
    from app.services.machine.virtual_machine import LogTail


@dataclass(frozen=True, slots=True)
class CheckView:
    """One hop: `verdict` is "ok", "warning", "failed" or "skipped"; texts come from the machine."""

    name: str
    title: str
    verdict: str
    details: str = ""
    fix: str = ""


class TroubleshootViewModel(QObject):
    """Reads logs and makes checks on request."""

    checked = Signal(list)  # CheckViews
    packed = Signal(str, list)  # path of the report, names of what is in it
    failed = Signal(object)  # Failure

    log_read = Signal(str, list)  # path, LogLines

    def __init__(self, background: Background, access: Access, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background, self._access = background, access
        self._wanted = ""
        self.is_checking = False

    @Slot(str)
    def read(self, name: str) -> None:
        """Read the end of "console", "supervisor" or "qemu"; the answer is `log_read`."""
        self._wanted = name
        self._background.run(lambda: (name, self._access.machine().read_log(name)), self._took)

    def check(self, network: bool = False) -> None:
        """Look at each hop, registries too with `network`; the answer is `checked` or `failed`."""
        self._look(network, None)

    def pack(self, path: str, network: bool = False) -> None:
        """Write a report without secrets to a file that is not there yet; the answer is `packed` too."""
        self._look(network, Path(path))

    def _look(self, network: bool, bundle: Path | None) -> None:
        if self.is_checking:
            return
        self.is_checking = True
        told = None
        if bundle is not None:
            words = TaskWords(
                self.tr("Writing a report"),
                self.tr("The report is {0}").format(bundle),
                self.tr("The report could not be written"),
            )
            told = self._background.tasks.begin(words, place="troubleshoot")
        self._background.run_alone(
            lambda: (self._access.machine().diagnose(network=network, bundle=bundle), bundle),
            self._looked,
            self._not_looked,
            told,
        )

    @Slot(object)
    def _looked(self, answer: "tuple[tuple[Report, list[str]], Path | None]") -> None:
        self.is_checking = False
        (report, names), bundle = answer
        self.checked.emit(
            [
                CheckView(f.name, say(f.title), f.verdict.value, say(f.details.strip()), say(f.fix))
                for f in report.findings
            ]
        )
        if bundle is not None:
            self.packed.emit(str(bundle), names)

    @Slot(object)
    def _not_looked(self, error: Exception) -> None:
        self.is_checking = False
        self.failed.emit(describe_failure(error))

    @Slot(object)
    def _took(self, answer: "tuple[str, LogTail]") -> None:
        name, tail = answer
        if name == self._wanted:
            lines = [parse_line(line) for line in tail.lines]
            self.log_read.emit(tail.path, [LogLine(line.text, line.spans) for line in lines])
