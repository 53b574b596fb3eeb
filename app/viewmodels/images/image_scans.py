"""Scans of images: one at a time for the whole window, which goes on when its page is left."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.services.images.scan.scan_report import ScanReport
from app.viewmodels.access import Access
from app.viewmodels.background import Background, Stream
from app.viewmodels.failure import Failure, describe_failure
from app.viewmodels.tasks import RunningTask, TaskWords
from app.viewmodels.wording.wording import format_share, format_size

if TYPE_CHECKING:  # what imports `requests` takes 130 ms: only workers do it
    from app.services.images.scan.image_scan import ScanJob, ScanProgress


@dataclass(frozen=True, slots=True)
class ScanView:
    """A scan at one moment, in words; `percent` is None while nobody knows how much of a step is done."""

    text: str
    percent: int | None = None


class ImageScansViewModel(QObject):
    """At most one scan at a time."""

    changed = Signal(str)  # the id of the image whose scan began, went on, failed or was given up
    ended = Signal(object)  # ScanReport
    saved = Signal(str)  # the path of a list
    save_failed = Signal(object)  # Failure

    def __init__(self, background: Background, access: Access, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background, self._access = background, access
        self._stream: Stream | None = None
        self._task: RunningTask = background.tasks.none
        self._name = ""
        self.image = ""
        """The id of the image of the latest scan."""
        self.view = ScanView("")
        self.failures: dict[str, Failure] = {}
        """Why the last scan of an image failed, by its id."""

    @property
    def is_active(self) -> bool:
        """Return whether a scan goes on."""
        return self._stream is not None

    @property
    def name(self) -> str:
        """Return the name of the image of the latest scan."""
        return self._name

    def start(self, image: str, name: str, fetches: bool, java: bool = False) -> None:
        """Scan an image by its id; its user has agreed to what `fetches` and `java` mean to `ScanJob`."""
        if self._stream is not None:
            return
        self.image, self._name = image, name
        self.failures.pop(image, None)
        words = TaskWords(
            self.tr("Scanning {0}").format(name),
            self.tr("{0} was scanned").format(name),
            self.tr("{0} could not be scanned").format(name),
        )
        self._task = self._background.tasks.begin(words, self.cancel, "images", name)
        self.view = ScanView(self.tr("Looking at what is here…"))

        def open_job() -> "ScanJob":
            from app.services.images.scan.image_scan import ScanJob

            return ScanJob(self._access.scanner(), image, fetches=fetches, java=java)

        self._stream = self._background.open_stream(open_job, self._read, self._take, self._ended)
        self.changed.emit(image)

    def cancel(self) -> None:
        """Give the scan up; what was fetched stays, and so does what was found before."""
        if self._stream is not None:
            self._stream.cancel()
            self._stream = None
            self._task.drop()
            self.changed.emit(self.image)

    def save_list(self, report: ScanReport, form: str, target: Path) -> None:
        """Write the packages of a report to a file; `form` is a word of `ListFormat`."""

        def save() -> str:
            from app.services.images.scan.scanner import ListFormat, write_list

            write_list(self._access.scanner().make_list(report, ListFormat(form)), target)
            return str(target)

        self._background.run_alone(save, self._saved, self._not_saved)

    @Slot(object)
    def _saved(self, target: str) -> None:
        self.saved.emit(target)

    @staticmethod
    def _read(job: "ScanJob") -> "Iterator[ScanProgress | ScanReport]":
        return iter(job)

    @Slot(object)
    def _take(self, made: "list[ScanProgress | ScanReport]") -> None:
        last = made[-1]
        if isinstance(last, ScanReport):
            self.ended.emit(last)
            return
        self.view = self._view_of(last)
        self._task.tell(self.view.text, self.view.percent)
        self.changed.emit(self.image)

    def _view_of(self, progress: "ScanProgress") -> ScanView:
        words = {
            "fetch-scanner": self.tr("Fetching the scanner"),
            "fetch-database": self.tr("Fetching the list of vulnerabilities…"),
            "fetch-java": self.tr("Fetching the index of Java archives…"),
            "read-image": self.tr("Reading the image"),
            "examine": self.tr("Looking for packages…"),
        }[progress.step.value]
        if not progress.total and not progress.current:
            return ScanView(words)
        if progress.step.value == "read-image":  # packed and unpacked bytes: no share of one another
            return ScanView(f"{words} · {format_size(progress.current)}")
        percent = min(100, progress.current * 100 // progress.total) if progress.total else None
        return ScanView(f"{words} · {format_share(progress.current, progress.total)}", percent)

    @Slot(object)
    def _ended(self, error: Exception | None) -> None:
        self._stream = None
        if error is None:
            self._task.succeed()
        else:
            failure = describe_failure(error, self._name)
            self.failures[self.image] = failure
            self._task.fail(failure)
        self.changed.emit(self.image)

    @Slot(object)
    def _not_saved(self, error: Exception) -> None:
        self.save_failed.emit(describe_failure(error))
