"""Why a pull failed, with the button that leads to what helps: each kind of failure has its own."""

from PySide6.QtCore import Signal

from app.viewmodels.failure import Failure
from app.viewmodels.images.pull_help import PullHelp, find_help, find_help_for_given, is_of_a_pull
from app.views.widgets.buttons import Button
from app.views.widgets.failure_card import FailureCard


class PullFailureCard(FailureCard):
    """A failure card whose second button says what helps; `help_asked` tells which help was chosen."""

    help_asked = Signal(object)  # PullHelp

    def __init__(
        self,
        name: str,
        retry_label: str = "",
        role: str = "inset",
        *,
        is_given: bool = False,
        can_load: bool = False,
    ) -> None:
        """With `is_given` no other image or platform will do; with `can_load` it may come from a file."""
        super().__init__(name, retry_label, role=role)
        self._what: PullHelp | None = None
        self._is_given, self._can_load = is_given, can_load
        self._load = Button(self._label(PullHelp.LOAD), f"{name}.load")
        self._load.clicked.connect(lambda: self.help_asked.emit(PullHelp.LOAD))
        self.add_button(self._load)
        self._help = Button("", f"{name}.help")
        self._help.clicked.connect(lambda: self.help_asked.emit(self._what))
        self.add_button(self._help)

    def show_failure(self, failure: Failure) -> None:
        """Show another failure, and the button for its kind."""
        super().show_failure(failure)
        self._what = find_help_for_given(failure) if self._is_given else find_help(failure)
        self._load.setVisible(self._can_load and is_of_a_pull(failure))
        if self._what is not None:
            self._help.set_label(self._label(self._what))
        self._help.setVisible(self._what is not None)

    def _label(self, what: PullHelp) -> str:
        return {
            PullHelp.SEARCH: self.tr("Search for it…"),
            PullHelp.SIGN_IN: self.tr("Sign in…"),
            PullHelp.PROXY: self.tr("Proxy settings"),
            PullHelp.INSECURE: self.tr("Registry settings"),
            PullHelp.CERTIFICATES: self.tr("Add a certificate…"),
            PullHelp.PLATFORM: self.tr("Choose a platform"),
            PullHelp.CLEAN_UP: self.tr("Clean up…"),
            PullHelp.LOAD: self.tr("Load it from a file…"),
        }[what]
