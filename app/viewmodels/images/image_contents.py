"""What is in one image, for its page: the last scan of it, and what a new one needs."""

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QDateTime, QLocale, QObject, Signal, Slot

from app.services.errors import MarinaError
from app.services.images.scan.scan_report import ScanReport
from app.services.images.scan.scanner_image import DATABASE_BYTES, SCANNER_BYTES
from app.viewmodels.access import Access
from app.viewmodels.background import Background
from app.viewmodels.failure import Failure
from app.viewmodels.images.image_scans import ImageScansViewModel, ScanView
from app.viewmodels.images.scan_tables import PackageTable, VulnerabilityTable
from app.viewmodels.question import Question
from app.viewmodels.wording.wording import format_age, format_size, join_sentences

if TYPE_CHECKING:
    from app.services.images.scan.scanner import ScannerState


class ImageContentsViewModel(QObject):
    """Reads the last scan when the page comes into sight, and follows the one that goes on."""

    changed = Signal()

    def __init__(
        self,
        background: Background,
        access: Access,
        scans: ImageScansViewModel,
        image: str,
        name: str,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._access, self.scans, self.image, self.name = access, scans, image, name
        self._question = Question(background, self._take, self._not_told, self)
        self.is_loaded = False
        self.report: ScanReport | None = None
        self.state: ScannerState | None = None
        """What is on the engine already; None while that is not known, as without an engine."""
        self.vulnerabilities = VulnerabilityTable(self)
        self.packages = PackageTable(self)
        scans.changed.connect(self._scan_changed)
        scans.ended.connect(self._scan_ended)

    @Slot()
    def refresh(self) -> None:
        """Read what was found before, and ask the engine what is there."""
        self._question.ask(self._ask)

    @property
    def is_scanning(self) -> bool:
        """Return whether a scan of this image goes on."""
        return self.scans.is_active and self.scans.image == self.image

    @property
    def progress(self) -> ScanView:
        """Return how far the scan is."""
        return self.scans.view

    @property
    def failure(self) -> Failure | None:
        """Return why the last scan failed, unless one goes on."""
        return None if self.is_scanning else self.scans.failures.get(self.image)

    @property
    def needs_fetching(self) -> bool:
        """Return whether something is missing for a scan."""
        return self.state is not None and not self.state.is_ready

    @property
    def is_old(self) -> bool:
        """Return whether there is a newer list of vulnerabilities."""
        return self.state is not None and self.state.is_old

    @property
    def summary(self) -> str:
        """Return what the last scan found, in a line."""
        report = self.report
        if report is None:
            return ""
        if not report.has_vulnerabilities:
            return self.tr("Only packages were looked for")
        numbers = QLocale()
        found = [
            self.tr("{0} {1}").format(numbers.toString(count), self.vulnerabilities.word(severity))
            for severity, count in report.counts.items()
            if count
        ]
        return " · ".join(found) or self.tr("No known vulnerability")

    @property
    def remark(self) -> str:
        """Return when it was scanned, with which list, and what system it is."""
        report = self.report
        if report is None:
            return ""
        words = [self.tr("Scanned {0}").format(format_age(report.scanned_at))]
        if report.has_vulnerabilities:
            day = QDateTime.fromSecsSinceEpoch(int(report.database_at)).date()
            text = QLocale().toString(day, QLocale.FormatType.ShortFormat)
            words.append(self.tr("list of vulnerabilities of {0}").format(text))
        return " · ".join([*words, *filter(None, [report.system])])

    @property
    def warning(self) -> str:
        """Return what makes the result less than it seems, "" for nothing."""
        report = self.report
        if report is None:
            return ""
        words = []
        if report.is_system_ended:
            words.append(self.tr("{0} gets no security updates any more").format(report.system))
        if report.has_vulnerabilities and self.is_old:
            age = format_age(self.state.database_at, time.time()) if self.state else ""
            words.append(
                self.tr("The list of vulnerabilities was made {0}: there is a newer one").format(age)
            )
        if report.without_java:
            words.append(self.tr("Java archives were not looked at"))
        return join_sentences(*words) if words else ""

    @property
    def offer(self) -> str:
        """Return what fetching takes, for who has nothing here yet."""
        has_scanner = self.state is not None and self.state.has_scanner
        size = DATABASE_BYTES + (0 if has_scanner else SCANNER_BYTES)
        return self.tr("To be fetched once: about {0}, which take 1.5 GB of the engine's disk.").format(
            format_size(size)
        )

    @property
    def update_hint(self) -> str:
        """Return what a newer list takes, "" where there is none to be had."""
        return self.tr("Fetches about {0}").format(format_size(DATABASE_BYTES)) if self.is_old else ""

    def _ask(self) -> "tuple[ScanReport | None, ScannerState | None]":
        scanner = self._access.scanner()
        report = scanner.store.read(self.image)
        try:
            return report, scanner.state()
        except MarinaError:  # what was found before is there without an engine, too
            return report, None

    @Slot(object)
    def _take(self, answer: "tuple[ScanReport | None, ScannerState | None]") -> None:
        report, self.state = answer
        self.is_loaded = True
        self._show(report)

    @Slot(object)
    def _not_told(self, error: Exception) -> None:
        del error  # a scan tells why
        self.is_loaded = True
        self.changed.emit()

    def _show(self, report: "ScanReport | None") -> None:
        if report is not self.report:
            self.report = report
            self.vulnerabilities.show(report.vulnerabilities if report is not None else ())
            self.packages.show(report.packages if report is not None else ())
        self.changed.emit()

    @Slot(str)
    def _scan_changed(self, image: str) -> None:
        if image == self.image and not self.is_scanning:  # it ended, and may have fetched something
            self.refresh()
        self.changed.emit()

    @Slot(object)
    def _scan_ended(self, report: ScanReport) -> None:
        if report.image == self.image:
            self._show(report)
