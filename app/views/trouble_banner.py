"""What is wrong with an engine that works: a line across the window with its cause and what helps."""

from PySide6.QtCore import Signal

from app.viewmodels.engine.engine_view import EngineState, EngineView
from app.viewmodels.wording.wording import format_size
from app.views.widgets.banner import Banner


class TroubleBanner(Banner):
    """Says it once for each trouble: what was dismissed comes back only after it was over."""

    clean_up_requested = Signal()
    diagnosis_requested = Signal()

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._trouble = ""
        self.pressed.connect(self._help)
        self.linked.connect(self.hide)

    def show_engine(self, view: EngineView) -> None:
        """Follow the engine's state."""
        trouble = ""
        if view.state is EngineState.DEGRADED:
            trouble = "slow"
        elif view.can_be_used and view.is_disk_nearly_full:
            trouble = "disk"
        if trouble == self._trouble:
            return
        self._trouble = trouble
        dismiss = self.tr("Dismiss")
        if trouble == "slow":
            text = self.tr("The engine answers late: what you see may not be as it is now.")
            self.say(text, "warn", self.tr("Troubleshoot"), dismiss)
        elif trouble == "disk":
            text = self.tr("The engine's disk is nearly full: {0} of {1} are in use.")
            text = text.format(format_size(view.disk_bytes), format_size(view.disk_limit_bytes))
            self.say(text, "warn", self.tr("Clean up…"), dismiss)
        else:
            self.hide()

    def _help(self) -> None:
        if self._trouble == "disk":
            self.clean_up_requested.emit()
        else:
            self.diagnosis_requested.emit()
