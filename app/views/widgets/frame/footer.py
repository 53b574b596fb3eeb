"""The window's last line: the engine's state, what it uses, what goes on, and which Marina this is."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from app.viewmodels.engine.engine_view import EngineView
from app.viewmodels.wording.wording import format_share
from app.views.theme import Theme
from app.views.widgets.buttons import Button
from app.views.widgets.frame.engine_chip import EngineChip
from app.views.widgets.layouts import row

_HEIGHT = 32


class Footer(QWidget):
    """The engine's chip; what the machine uses, which leads to its settings; tasks; the version."""

    def __init__(self, version: str) -> None:
        super().__init__()
        self.setObjectName("footer")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.chip = EngineChip("footer.engine")
        self.use = Button("", "footer.resources", "link")
        self.use.setToolTip(self.tr("Settings say how much of this computer the engine may use"))
        self.use.hide()
        self.tasks = Button("", "footer.tasks", "link", "restart")
        self.tasks.setToolTip(self.tr("Show what goes on"))
        self.tasks.hide()
        self.about = Button(f"Marina {version}", "footer.about", "link")
        self._uses: list[str] = []  # what the machine uses, the most telling first
        self.about.setToolTip(self.tr("About Marina"))
        parts = (self.chip, self.use, None, self.tasks, self.about, 6)
        self.setLayout(row(*parts, spacing=12, margins=(8, 0, 8, 0)))
        Theme.current().changed.connect(self._follow_zoom)
        self._follow_zoom()

    def show_engine(self, view: EngineView) -> None:
        """Show the engine's state, and what the machine uses of what it may have."""
        self.chip.show_engine(view)
        parts: list[str] = []
        if view.can_be_used and view.cpu_percent is not None:
            parts.append(self.tr("CPU {0} %").format(view.cpu_percent))
        if view.can_be_used and view.memory_bytes:
            memory = format_share(view.memory_bytes, view.memory_limit_bytes)
            parts.append(self.tr("Memory {0}").format(memory))
        if view.disk_bytes:
            parts.append(self.tr("Disk {0}").format(format_share(view.disk_bytes, view.disk_limit_bytes)))
        self._uses = parts
        self._fit()

    def show_tasks(self, count: int) -> None:
        """Show how many tasks run, unless none does."""
        self.tasks.set_label(self.tr("%n task(s)", "", count))
        self.tasks.setVisible(count > 0)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out what there is no room for."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Show as much of the use as there is room for, and the version if there is still some."""
        self.about.show()
        layout = self.layout()
        assert layout is not None
        for count in range(len(self._uses), -1, -1):
            self.use.set_label("   ".join(self._uses[:count]))
            self.use.setVisible(count > 0)
            if layout.minimumSize().width() <= self.width():
                return
        self.about.hide()

    def _follow_zoom(self) -> None:
        self.setFixedHeight(Theme.current().scaled(_HEIGHT))
        self._fit()
