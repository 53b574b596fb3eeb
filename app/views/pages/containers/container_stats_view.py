"""The Stats tab: four charts with the last minutes of a container."""

from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from app.viewmodels.containers.container_stats import HISTORY, ContainerStatsViewModel
from app.viewmodels.failure import Failure
from app.viewmodels.wording.wording import format_rate, format_size
from app.views.pages.detail_tab import DetailTab
from app.views.widgets.banner import Banner
from app.views.widgets.chart import Line, LineChart
from app.views.widgets.layouts import Card, column, row
from app.views.widgets.text import PlainLabel

_SHOWN = HISTORY // 2


def _percent(value: float) -> str:
    return f"{QLocale().toString(value, 'f', 1 if value < 10 else 0)} %"


def _size(value: float) -> str:
    return format_size(int(value))


class _ChartCard(Card):
    """A chart under its title and its newest values."""

    def __init__(self, name: str, title: str, chart: LineChart) -> None:
        super().__init__(f"{name}.card")
        self.chart = chart
        self.value = PlainLabel(role="muted")
        self.value.setObjectName(f"{name}.value")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        layout = column(
            row(PlainLabel(title, "strong"), None, self.value), chart, spacing=4, margins=(16, 12, 14, 8)
        )
        layout.setStretch(1, 1)
        self.setLayout(layout)


class ContainerStatsView(DetailTab):
    """Owns the view-model of the samples."""

    def __init__(self, viewmodel: ContainerStatsViewModel) -> None:
        super().__init__()
        self._viewmodel = viewmodel
        viewmodel.setParent(self)
        self._banner = Banner("containers.stats.banner")
        self._banner.pressed.connect(viewmodel.open)
        self._cpu = self._card("cpu", self.tr("Processor"), _percent, 10.0)
        self._memory = self._card("memory", self.tr("Memory"), _size, 8e6)
        self._network = self._card("network", self.tr("Network"), format_rate, 1000.0)
        self._disk = self._card("disk", self.tr("Disk"), format_rate, 1000.0)
        grid = QGridLayout()
        grid.setSpacing(12)
        for place, card in enumerate((self._cpu, self._memory, self._network, self._disk)):
            grid.addWidget(card, place // 2, place % 2)
        content = QWidget()
        content.setLayout(grid)
        grid.setContentsMargins(0, 0, 0, 0)
        layout = column(self._banner, content, spacing=10)
        layout.setStretch(1, 1)
        self.setLayout(layout)
        viewmodel.changed.connect(self._draw)
        viewmodel.state_changed.connect(self._state_changed)
        viewmodel.failed.connect(self._failed)

    def _card(self, name: str, title: str, write: object, least: float) -> _ChartCard:
        assert callable(write)
        name = f"containers.stats.{name}"
        return _ChartCard(name, title, LineChart(name, title, write, _SHOWN, least))

    def open(self) -> None:
        """Begin to read, keeping what is known."""
        self._viewmodel.open()

    def pause(self) -> None:
        """Stop reading."""
        self._viewmodel.close()

    def on_running(self, running: bool) -> None:
        """Read again once the container runs again."""
        if running and self.isVisible() and self._viewmodel.state == "ended":
            self._viewmodel.open()

    def _draw(self) -> None:
        history = self._viewmodel.history[-_SHOWN:]
        now = history[-1]
        self._cpu.chart.show_lines([Line(self.tr("Processor"), "accent", [s.cpu for s in history])])
        self._cpu.value.setText(self.tr("{0} of one core").format(_percent(now.cpu)))
        self._draw_memory()
        for card, first, second in (
            (
                self._network,
                Line(self.tr("received"), "accent", [s.received for s in history]),
                Line(self.tr("sent"), "ok", [s.sent for s in history]),
            ),
            (
                self._disk,
                Line(self.tr("read"), "accent", [s.read for s in history]),
                Line(self.tr("written"), "ok", [s.written for s in history]),
            ),
        ):
            card.chart.show_lines([first, second])
            card.value.setText(
                "   ".join(f"{line.label} {format_rate(line.values[-1])}" for line in (first, second))
            )

    def _draw_memory(self) -> None:
        history = self._viewmodel.history[-_SHOWN:]
        used, limit = history[-1].memory, history[-1].memory_limit
        if used is None:  # a kernel may not count it; no use at all would be a wrong answer
            self._memory.chart.show_lines([])
            self._memory.value.setText(self.tr("The engine does not measure it"))
            return
        values = [float(sample.memory or 0) for sample in history]
        self._memory.chart.show_lines([Line(self.tr("Memory"), "accent", values)], float(limit))
        text = self.tr("{0} of {1}").format(format_size(used), format_size(limit)) if limit else ""
        self._memory.value.setText(text or format_size(used))

    def _state_changed(self, state: str) -> None:
        if state == "ended":
            self._banner.say(self.tr("The container does not run: nothing to measure."))
        elif state == "live":
            self._banner.hide()

    def _failed(self, failure: Failure) -> None:
        if failure.passes_by_itself:
            text = self.tr(
                "The connection to the engine is lost. The charts go on by themselves when it is back."
            )
            self._banner.say(text, "warn", self.tr("Try again"))
            return
        self._banner.say(failure.advice, "err", self.tr("Try again"))
