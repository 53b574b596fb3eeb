"""The logs of several containers in place of the list."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.viewmodels.containers.merged_logs import MergedLogsViewModel
from app.viewmodels.frame.preferences import Preferences
from app.views.pages.containers.container_logs_view import ContainerLogsView
from app.views.widgets.buttons import IconButton
from app.views.widgets.layouts import column, row
from app.views.widgets.text import ElidedLabel


class MergedLogsView(QWidget):
    """A head above the log."""

    left = Signal()
    logs_wanted = Signal(object)  # LogQuery: a search in the logs of others

    def __init__(
        self, viewmodel: MergedLogsViewModel, title: str, names: list[str], preferences: Preferences
    ) -> None:
        super().__init__()
        self.setObjectName("containers.merged")
        back = IconButton("back", self.tr("Back to the containers (Esc)"), "containers.merged.back")
        back.clicked.connect(self.left)
        heading = ElidedLabel(title, "title")
        heading.setObjectName("containers.merged.title")
        head = row(back, column(heading, ElidedLabel(", ".join(names), "muted"), spacing=1), spacing=10)
        head.setStretch(1, 1)
        self.current = ContainerLogsView(viewmodel, title, preferences, tuple(names))
        self.current.others_wanted.connect(self.logs_wanted)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 18, 24, 16)
        layout.setSpacing(10)
        layout.addLayout(head)
        layout.addWidget(self.current, 1)
        self.current.open()

    def pause(self) -> None:
        """The page is out of sight: the log goes on, so that nothing is read twice."""

    def resume(self) -> None:
        """The page is in sight again."""
        self.current.open()

    def close_all(self) -> None:
        """End the streams."""
        self.current.close_tab()
