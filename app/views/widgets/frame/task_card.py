"""One running task behind the bell: what goes on, how far it is, and its end when the user wants that."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QProgressBar

from app.viewmodels.tasks import RunningTask
from app.views.icons import IconMark
from app.views.widgets.buttons import IconButton
from app.views.widgets.layouts import Card, column, hide_unless, row
from app.views.widgets.text import ElidedLabel


class TaskCard(Card):
    """Follows a task as long as it goes on."""

    def __init__(self, name: str, task: RunningTask) -> None:
        super().__init__(name, "inset")
        self.task = task
        icon = IconMark("clock" if task.waits else "restart", "muted")
        title = ElidedLabel("", "strong")  # the names in it may be of any length
        title.setText(" ".join(task.words.going_on.split()))
        title.setObjectName(f"{name}.title")
        self._detail = ElidedLabel("", "muted")
        self._detail.setObjectName(f"{name}.detail")
        self._bar = QProgressBar()
        self._bar.setObjectName(f"{name}.progress")
        self._bar.setTextVisible(False)
        cancel = IconButton("close", self.tr("Cancel: {0}").format(task.words.going_on), f"{name}.cancel")
        cancel.clicked.connect(task.cancel)
        hide_unless(task.can_cancel, cancel)
        hide_unless(not task.waits, self._bar)
        lines = column(title, self._detail, self._bar, spacing=3)
        line = row(icon, lines, cancel, spacing=10, margins=(12, 8, 6, 8))
        line.setStretch(1, 1)
        line.setAlignment(icon, Qt.AlignmentFlag.AlignTop)
        line.setAlignment(cancel, Qt.AlignmentFlag.AlignTop)
        self.setLayout(line)
        self.show_progress()

    def show_progress(self) -> None:
        """Show how far the task is now."""
        task = self.task
        self._detail.setText(" ".join(task.detail.split()))
        self._bar.setRange(0, 0 if task.percent is None else 100)
        self._bar.setValue(task.percent or 0)
        percent = "" if task.percent is None else f"{task.percent} %"
        words = ". ".join(filter(None, (task.words.going_on, percent, task.detail)))
        self.setAccessibleName(words)
        self._bar.setAccessibleName(words)
