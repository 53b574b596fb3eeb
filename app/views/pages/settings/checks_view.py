"""The checks of the Troubleshoot page: each hop to the registry, what to do, and the report."""

from datetime import datetime
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from app.viewmodels.engine.troubleshoot import CheckView, TroubleshootViewModel
from app.viewmodels.failure import Failure
from app.viewmodels.wording.wording import join_sentences
from app.views.dialogs.report_dialog import ReportDialog
from app.views.icons import IconMark
from app.views.widgets.banner import Banner
from app.views.widgets.buttons import Button
from app.views.widgets.check_box import CheckBox
from app.views.widgets.flow_row import flow
from app.views.widgets.layouts import Card, clear, column, hide_unless, row
from app.views.widgets.text import PlainLabel, WrappedLabel

_LOOKS = {
    "ok": ("check", "ok"),
    "warning": ("warning", "warn"),
    "failed": ("error", "err"),
    "skipped": ("minus", "idle"),
}
_IN_SETTINGS = {
    "settings": "cpus",
    "memory": "memory",
    "shares": "folders",
    "proxy": "proxy",
    "docker-host": "docker.use",
}
"""Checks whose remedy is a setting, and that setting's name on the page."""
_IN_DATA = ("space", "disk")
_BY_RESTART = ("qemu", "tunnel", "engine", "clock", "supervisor", "ports")


class ChecksView(Card):
    """Emits what the window can do about a finding."""

    settings_requested = Signal(str)  # a setting's name
    data_requested = Signal()  # where room is given back
    restart_requested = Signal()
    start_requested = Signal()

    def __init__(self, viewmodel: TroubleshootViewModel) -> None:
        super().__init__("troubleshoot.checks")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._viewmodel, self._was_checked = viewmodel, False
        self.can_restart = True
        self._verdict = PlainLabel(role="heading")
        self._verdict.setObjectName("troubleshoot.verdict")
        self._network = CheckBox(self.tr("Ask name servers and registries too"))
        self._network.setObjectName("troubleshoot.network")
        self._check = Button(self.tr("Check again"), "troubleshoot.check", icon="restart")
        self._check.clicked.connect(self.check)
        self._save = Button(self.tr("Save a report…"), "troubleshoot.report", icon="download")
        self._save.setToolTip(
            self.tr("Packs the checks and logs, without secrets, into a file. Nothing is sent anywhere.")
        )
        self._save.clicked.connect(self._show_contents)
        self._banner = Banner("troubleshoot.report-banner")
        self._lines = QVBoxLayout()
        self._lines.setSpacing(0)
        content = QWidget()
        content.setObjectName("scrolled")
        content.setLayout(column(self._lines, None))
        scroll = QScrollArea()
        scroll.setObjectName("troubleshoot.checks.scroll")
        scroll.setAccessibleName(self.tr("Checks"))
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setWidget(content)
        layout = column(
            flow(self._verdict, None, flow(self._check, self._save)),
            self._network,
            self._banner,
            scroll,
            spacing=10,
            margins=(18, 14, 14, 12),
        )
        layout.setStretch(3, 1)
        self.setLayout(layout)
        viewmodel.checked.connect(self.show_checks)
        viewmodel.packed.connect(self._tell_packed)
        viewmodel.failed.connect(self._tell_failure)

    def check_once(self) -> None:
        """Make the checks unless that was done already."""
        if not self._was_checked:
            self.check()

    def check(self) -> None:
        """Make the checks anew."""
        self._was_checked = True
        self._show_busy()
        self._viewmodel.check(self._network.isChecked())

    def save_report(self, path: str) -> None:
        """Write the report to a new file."""
        self._show_busy()
        self._viewmodel.pack(path, self._network.isChecked())

    def show_checks(self, checks: list[CheckView]) -> None:
        """Show what was found, the worst words on top."""
        self._show_ready()
        clear(self._lines)
        for check in checks:
            self._lines.addWidget(self._line(check))
        failed = sum(check.verdict == "failed" for check in checks)
        warnings = sum(check.verdict == "warning" for check in checks)
        if failed:
            self._verdict.setText(self.tr("%n check(s) failed", "", failed))
        elif warnings:
            self._verdict.setText(self.tr("Works, with %n remark(s)", "", warnings))
        else:
            self._verdict.setText(self.tr("Everything is in order"))

    def _line(self, check: CheckView) -> QWidget:
        icon_name, tone = _LOOKS.get(check.verdict, _LOOKS["skipped"])
        icon = IconMark(icon_name, tone)
        bad = check.verdict in ("failed", "warning")
        title = WrappedLabel(check.title, "strong" if bad else "")
        title.setObjectName(f"troubleshoot.check.{check.name}")
        details = WrappedLabel(check.details, "muted")
        hide_unless(bool(check.details), details)
        fix = WrappedLabel(check.fix)
        hide_unless(bool(check.fix), fix)
        texts = column(title, details, fix, spacing=2)
        words = {
            "ok": self.tr("in order"),
            "warning": self.tr("with a remark"),
            "failed": self.tr("failed"),
            "skipped": self.tr("not looked at"),
        }
        line = QWidget()
        line.setAccessibleName(f"{check.title}: {words.get(check.verdict, '')}")
        found = row(icon, texts, spacing=12)
        found.setStretch(1, 1)
        found.setAlignment(icon, Qt.AlignmentFlag.AlignTop)
        layout = flow(found, margins=(0, 7, 0, 7))
        button = self._fix_button(check) if bad else None
        if button is not None:
            layout.addWidget(button)
        line.setLayout(layout)
        return line

    def _fix_button(self, check: CheckView) -> Button | None:
        """Return a button where the window itself can do something about it."""
        name = f"troubleshoot.fix.{check.name}"
        if check.name in _IN_SETTINGS:
            button = Button(self.tr("Open settings"), name)
            button.clicked.connect(lambda: self.settings_requested.emit(_IN_SETTINGS[check.name]))
        elif check.name in _IN_DATA:
            button = Button(self.tr("Show all data"), name)
            button.clicked.connect(self.data_requested)
        elif check.name in _BY_RESTART and self.can_restart:
            button = Button(self.tr("Restart the engine"), name)
            button.clicked.connect(self.restart_requested)
        else:
            return None
        return button

    def _show_contents(self) -> None:
        dialog = ReportDialog(self.window())
        dialog.accepted.connect(self._ask_where)
        dialog.open()

    def _ask_where(self) -> None:
        proposal = f"marina-report-{datetime.now():%Y%m%d-%H%M%S}.tar.gz"
        path, _ = QFileDialog.getSaveFileName(
            self, self.tr("Save a report"), str(Path.home() / proposal), self.tr("Archives (*.tar.gz)")
        )
        if path:
            self.save_report(path)

    def _show_busy(self) -> None:
        self._verdict.setText(self.tr("Looking…"))
        self._banner.hide()
        self._check.setEnabled(False)
        self._save.setEnabled(False)

    def _show_ready(self) -> None:
        self._check.setEnabled(True)
        self._save.setEnabled(True)

    def _tell_packed(self, path: str, names: list[str]) -> None:
        text = self.tr("Saved as {0}. In it: {1}. Secrets were removed; have a look before you send it.")
        self._banner.say(text.format(path, ", ".join(names)), "ok")

    def _tell_failure(self, failure: Failure) -> None:
        self._show_ready()
        self._verdict.setText(self.tr("The checks could not be made"))
        self._banner.say(join_sentences(failure.summary, failure.details), "err")
