"""The Contents tab of an image: what is known to be wrong with it, its packages, and scanning it."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFileDialog, QMenu, QProgressBar, QWidget

from app.viewmodels.failure import Failure
from app.viewmodels.images.image_contents import ImageContentsViewModel
from app.viewmodels.images.scan_tables import (
    AFFECTED,
    FIXED,
    ID,
    INSTALLED,
    KIND,
    LICENCES,
    NAME,
    PATH,
    SEVERITY,
    TITLE,
    VERSION,
    VulnerabilityRow,
)
from app.viewmodels.lists.row_table_model import ROW_ROLE
from app.views.browser import open_address
from app.views.pages.page import FilterBox
from app.views.widgets.banner import Banner
from app.views.widgets.buttons import Button
from app.views.widgets.flow_row import flow
from app.views.widgets.layouts import Card, FrontStack, column, row
from app.views.widgets.pull_failure_card import PullFailureCard
from app.views.widgets.segments import Segments
from app.views.widgets.status_delegate import StatusDelegate
from app.views.widgets.table import CellDelegate, Index, LinkDelegate, RowTable
from app.views.widgets.text import ElidedLabel, WrappedLabel

_FORMATS = {"cyclonedx": ("CycloneDX", ".cdx.json"), "spdx-json": ("SPDX", ".spdx.json")}


class _SeverityDelegate(StatusDelegate):
    def parts(self, index: Index) -> tuple[str, str, str]:
        """Return the severity with its colour."""
        line: VulnerabilityRow = index.data(ROW_ROLE)
        return line.tone, str(index.data()), ""


class _IdDelegate(LinkDelegate):
    def links(self, index: Index) -> list[tuple[str, str]]:
        """Return the vulnerability's name, which leads to who describes it."""
        line: VulnerabilityRow = index.data(ROW_ROLE)
        return [(line.found.id, line.found.url)]


class ContentsView(QWidget):
    """Shows what the last scan found, what a new one needs, and how far it is."""

    wished = Signal(str, object)  # what is asked for, and what does it: now, or once the engine is there
    help_requested = Signal(object)  # PullHelp

    def __init__(self, viewmodel: ImageContentsViewModel) -> None:
        super().__init__()
        self.setObjectName("images.contents")
        self._viewmodel = viewmodel
        viewmodel.setParent(self)
        self._summary = ElidedLabel("", "heading")
        self._summary.setObjectName("images.contents.summary")
        self._remark = ElidedLabel("", "muted")
        self._remark.setObjectName("images.contents.remark")
        self._save = Button(self.tr("Save the list"), "images.contents.save", icon="save")
        menu = QMenu(self._save)
        for form, (name, _) in _FORMATS.items():
            entry = menu.addAction(self.tr("As {0}…").format(name))
            entry.setObjectName(f"images.contents.save.{form}")
            entry.triggered.connect(lambda _=False, form=form: self.choose_save(form))
        self._save.setMenu(menu)
        self._again = Button("", "images.contents.scan", icon="search")
        self._again.clicked.connect(self._scan)
        head = flow(column(self._summary, self._remark, spacing=1), self._save, self._again)
        self._banner = Banner("images.contents.warning")
        self._banner.pressed.connect(lambda: self._wish(fetches=True, java=True))
        self._notice = Banner("images.contents.notice")
        self._notice.pressed.connect(self._notice.hide)
        self._failure = PullFailureCard(
            "images.contents.failure", self.tr("Try again"), role="card", is_given=True
        )
        self._failure.retry.connect(self._scan)
        self._failure.help_asked.connect(self.help_requested)
        self._with_old = Button(self.tr("Scan with the list that is here"), "images.contents.old")
        self._with_old.clicked.connect(lambda: self._wish(fetches=False))
        self._failure.add_button(self._with_old)
        self._build_work()
        self._build_empty()
        self._build_tables()
        self._head = QWidget()
        self._head.setLayout(head)
        layout = column(
            self._head,
            self._banner,
            self._notice,
            self._failure,
            self._work,
            self._empty,
            self._tables,
            spacing=10,
        )
        layout.setStretch(6, 1)
        layout.addStretch(0)
        self.setLayout(layout)
        viewmodel.changed.connect(self._show)
        viewmodel.scans.changed.connect(self._show)
        viewmodel.scans.saved.connect(self._saved)
        viewmodel.scans.save_failed.connect(self._not_saved)
        self._show()

    def showEvent(self, event: QShowEvent) -> None:
        """Look at what is there when the tab comes into sight: the engine is not asked before."""
        super().showEvent(event)
        self._viewmodel.refresh()

    def _build_work(self) -> None:
        """Make the line that shows how far a scan is."""
        self._work = Card("images.contents.work")
        self._step = ElidedLabel("", "strong")
        self._step.setObjectName("images.contents.step")
        self._bar = QProgressBar()
        self._bar.setObjectName("images.contents.progress")
        self._bar.setTextVisible(False)
        cancel = Button(self.tr("Cancel"), "images.contents.cancel")
        cancel.clicked.connect(self._viewmodel.scans.cancel)
        line = row(column(self._step, self._bar, spacing=6), cancel, spacing=16, margins=(18, 14, 18, 14))
        line.setStretch(0, 1)
        self._work.setLayout(line)

    def _build_empty(self) -> None:
        """Make what stands where nothing was found yet."""
        self._empty = Card("images.contents.empty")
        title = WrappedLabel(
            self.tr("What is in this image, and what is known to be wrong with it"), "heading"
        )
        text = WrappedLabel(
            self.tr(
                "Trivy, an open-source scanner, lists the packages and compares them with published "
                "vulnerabilities. It runs in a container without a network: nothing of the image is sent."
            ),
            "muted",
        )
        self._offer = WrappedLabel("", "muted")
        self._offer.setObjectName("images.contents.offer")
        self._first = Button("", "images.contents.first", "primary", "search")
        self._first.clicked.connect(self._scan)
        self._empty.setLayout(
            column(title, text, self._offer, 6, row(self._first, None), margins=(20, 18, 20, 18))
        )

    def _build_tables(self) -> None:
        """Make both tables, and what chooses and filters them."""
        model = self._viewmodel
        self._choice = Segments(
            "images.contents.kind",
            self.tr("What to see of the contents"),
            {"vulnerabilities": self.tr("Vulnerabilities"), "packages": self.tr("Packages")},
        )
        self._filter = FilterBox(
            "images.contents.filter", self.tr("Filter by name, licence or severity"), 200
        )
        self._filter.textChanged.connect(model.vulnerabilities.filter)
        self._filter.textChanged.connect(model.packages.filter)
        self._count = ElidedLabel("", "muted")
        self._count.setObjectName("images.contents.count")
        wrong = RowTable("images.contents.vulnerabilities", self.tr("Vulnerabilities"))
        widths = {SEVERITY: 110, AFFECTED: 150, INSTALLED: 150, FIXED: 150, ID: 160}
        wrong.use_model(model.vulnerabilities, widths, TITLE)
        wrong.leave_out(frozenset({INSTALLED}), below=860)
        ids = _IdDelegate(wrong)
        ids.activated.connect(lambda _, address: open_address(address))
        for place, delegate in {
            SEVERITY: _SeverityDelegate(wrong),
            AFFECTED: CellDelegate(wrong, strong=True),
            INSTALLED: CellDelegate(wrong, muted=True),
            FIXED: CellDelegate(wrong),
            ID: ids,
            TITLE: CellDelegate(wrong, muted=True),
        }.items():
            wrong.setItemDelegateForColumn(place, delegate)
        wrong.opened.connect(lambda: self._open(wrong))
        packages = RowTable("images.contents.packages", self.tr("Packages"))
        packages.use_model(model.packages, {NAME: 190, VERSION: 170, KIND: 110, PATH: 190}, LICENCES)
        packages.leave_out(frozenset({PATH}), below=860)
        middle = Qt.TextElideMode.ElideMiddle
        for place, delegate in {
            NAME: CellDelegate(packages, strong=True),
            VERSION: CellDelegate(packages),
            KIND: CellDelegate(packages, muted=True),
            LICENCES: CellDelegate(packages, muted=True),
            PATH: CellDelegate(packages, muted=True, elide=middle),
        }.items():
            packages.setItemDelegateForColumn(place, delegate)
        self._stack = FrontStack()
        self._stack.addWidget(wrong)
        self._stack.addWidget(packages)
        self._choice.chosen.connect(self._choose)
        self._tables = QWidget()
        layout = column(flow(self._choice, self._count, None, self._filter, spacing=12), self._stack)
        layout.setStretch(1, 1)
        self._tables.setLayout(layout)

    def choose_save(self, form: str) -> None:
        """Ask for a file, and write the packages there."""
        report = self._viewmodel.report
        if report is None:
            return
        dialog = QFileDialog(self.window(), self.tr("Save the list of packages"))
        dialog.setObjectName("images.contents.file")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("json")
        dialog.selectFile(report.name.rpartition("/")[2].replace(":", "-") + _FORMATS[form][1])
        dialog.fileSelected.connect(lambda path: self._viewmodel.scans.save_list(report, form, Path(path)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _scan(self) -> None:
        """Scan: what is missing or old is fetched, as the button says."""
        self._wish(fetches=self._viewmodel.needs_fetching or self._viewmodel.is_old)

    def _wish(self, fetches: bool, java: bool = False) -> None:
        """Scan now, or once the engine is there."""
        title = self.tr("Scan {0}").format(self._viewmodel.name)
        scan, image, name = self._viewmodel.scans.start, self._viewmodel.image, self._viewmodel.name
        self.wished.emit(title, lambda: scan(image, name, fetches, java))

    def _choose(self, name: str) -> None:
        self._stack.setCurrentIndex(0 if name == "vulnerabilities" else 1)
        self._tell_count()

    def _open(self, table: RowTable) -> None:
        for line in table.selected_rows()[:1]:
            assert isinstance(line, VulnerabilityRow)
            open_address(line.found.url)

    def _show(self) -> None:
        """Show what is there: the result of before stays in sight while a scan goes on, or has failed."""
        model = self._viewmodel
        report, failure, scanning = model.report, model.failure, model.is_scanning
        self._head.setVisible(report is not None)
        self._tables.setVisible(report is not None)
        self._work.setVisible(scanning)
        self._step.setText(model.progress.text)
        self._bar.setRange(0, 0 if model.progress.percent is None else 100)
        self._bar.setValue(model.progress.percent or 0)
        self._bar.setAccessibleName(model.progress.text)
        self._failure.setVisible(failure is not None)
        if failure is not None:
            self._failure.show_failure(failure)
            self._with_old.setVisible(model.is_old)
        self._empty.setVisible(model.is_loaded and report is None and failure is None and not scanning)
        self._offer.setText(model.offer)
        self._offer.setVisible(model.needs_fetching)
        self._label_buttons()
        self._summary.setText(model.summary)
        self._remark.setText(model.remark)
        if model.warning and not scanning:
            button = self.tr("Fetch their index and scan (1 GB)") if report and report.without_java else ""
            self._banner.say(model.warning, "warn", button)
        else:
            self._banner.hide()
        self._tell_count()

    def _label_buttons(self) -> None:
        model = self._viewmodel
        words = self.tr("Scan again") if model.report is not None else self.tr("Scan")
        if model.needs_fetching:
            words = self.tr("Fetch and scan")
        elif model.is_old:
            words = self.tr("Update and scan")
        busy = model.scans.is_active
        hint = model.update_hint
        if busy:
            hint = self.tr("{0} is being scanned").format(model.scans.name)
        for button in (self._again, self._first):
            button.set_label(words)
            button.setEnabled(not busy)
            button.setToolTip(hint)

    def _tell_count(self) -> None:
        model = self._viewmodel
        if self._choice.current == "packages":
            text = self.tr("%n package(s)", "", len(model.packages.rows))
        else:
            text = self.tr("%n vulnerability(s)", "", len(model.vulnerabilities.rows))
        self._count.setText(text)

    def _saved(self, path: str) -> None:
        self._notice.say(self.tr("The list is in {0}").format(path), "ok", self.tr("Dismiss"))

    def _not_saved(self, failure: Failure) -> None:
        self._notice.say(failure.advice, "err", self.tr("Dismiss"))
