"""The Health tab: what the container's own check says of it."""

from PySide6.QtCore import QDateTime, QTimer
from PySide6.QtWidgets import QPlainTextEdit

from app.viewmodels.containers.container_details import ContainerDetailsViewModel, FactTable, Health, Probe
from app.viewmodels.lists.row_table_model import ROW_ROLE
from app.viewmodels.wording.wording import format_duration
from app.views.pages.containers.container_facts_view import FactsView
from app.views.pages.detail_tab import DetailTab
from app.views.theme import monospace_font
from app.views.widgets.layouts import Card, column, row
from app.views.widgets.status_dot import StatusDot
from app.views.widgets.text import PlainLabel, WrappedLabel

_REFRESH_MS = 2_000
_LONGEST_REASON = 200


class ContainerHealthView(DetailTab):
    """Asks again every two seconds while it is in sight."""

    def __init__(self, viewmodel: ContainerDetailsViewModel) -> None:
        super().__init__()
        self._viewmodel = viewmodel
        self._probes: tuple[Probe, ...] = ()
        self._timer = QTimer(self, interval=_REFRESH_MS)
        self._timer.timeout.connect(viewmodel.refresh)
        self._dot, self._state = StatusDot(), PlainLabel(role="strong")
        self._state.setObjectName("containers.health.state")
        self._check = WrappedLabel(role="muted")
        self._check.setObjectName("containers.health.check")
        head = Card("containers.health.card")
        head.setLayout(
            column(row(self._dot, self._state, None), self._check, spacing=6, margins=(16, 12, 16, 12))
        )
        self._facts = FactTable((self.tr("Checked"), self.tr("Result"), self.tr("Took")), self)
        self.table = FactsView(
            "containers.health.table", self.tr("Last checks"), self._facts, {0: 200, 2: 120}, 1
        )
        self.table.selectionModel().selectionChanged.connect(self._show_output)
        self._output = QPlainTextEdit()
        self._output.setObjectName("containers.health.output")
        self._output.setAccessibleName(self.tr("What the check said"))
        self._output.setPlaceholderText(self.tr("The check said nothing."))
        self._output.setReadOnly(True)
        self._output.setFont(monospace_font())
        layout = column(head, self.table, self._output, spacing=10)
        layout.setStretch(1, 2)
        layout.setStretch(2, 1)
        layout.addStretch(0)
        self.setLayout(layout)
        viewmodel.changed.connect(self._show)
        self._show()

    def open(self) -> None:
        """Ask now and from here on."""
        self._viewmodel.refresh()
        self._timer.start()

    def pause(self) -> None:
        """Stop asking."""
        self._timer.stop()

    def _show(self) -> None:
        details = self._viewmodel.details
        health = Health.from_inspect(details.raw) if details is not None else Health("")
        words = {
            "healthy": ("ok", self.tr("Healthy")),
            "unhealthy": (
                "err",
                self.tr("Unhealthy: %n check(s) in a row failed", "", health.failing_streak),
            ),
            "starting": ("warn", self.tr("Starting: not yet healthy")),
            "none": ("idle", self.tr("Not checked: it does not run")),
            "": ("idle", self.tr("No health check")),
        }
        tone, word = words.get(health.status, ("idle", health.status))
        self._dot.show_tone(tone)
        self._state.setText(word)
        self._check.setText(
            self.tr("Every {0}: {1}").format(format_duration(health.interval), health.command)
            if health.status
            else self.tr(
                "A health check is a command that tells whether the program inside works. The image names "
                "none; an image's HEALTHCHECK or a compose file's healthcheck adds one."
            )
        )
        self._probes = health.probes
        self.table.setVisible(bool(health.probes))
        self._output.setVisible(bool(health.probes))
        if [self._fact(probe) for probe in health.probes] != [
            (fact.name, fact.value, fact.remark) for fact in self._facts.shown
        ]:
            self._facts.set_facts([self._fact(probe) for probe in health.probes])
        self._show_output()

    def _fact(self, probe: Probe) -> tuple[str, str, str]:
        moment = QDateTime.fromSecsSinceEpoch(int(probe.started))
        if probe.exit_code == 0:
            result = self.tr("fine")
        elif said := next(filter(None, map(str.strip, probe.output.splitlines())), ""):
            result = self.tr("failed ({0}): {1}").format(probe.exit_code, said[:_LONGEST_REASON])
        else:
            result = self.tr("failed ({0})").format(probe.exit_code)
        took = format_duration(max(0.0, probe.ended - probe.started)) if probe.ended else ""
        return moment.toString("yyyy-MM-dd HH:mm:ss"), result, took

    def _show_output(self) -> None:
        """Show what the selected run said, else the newest."""
        indexes = self.table.selectionModel().selectedRows()
        place = indexes[0].data(ROW_ROLE).place if indexes else 0
        text = self._probes[place].output if place < len(self._probes) else ""
        if text != self._output.toPlainText():
            self._output.setPlainText(text)
