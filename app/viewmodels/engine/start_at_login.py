"""Whether the machine starts when the user logs in, or with the computer before that."""

from PySide6.QtCore import QObject

from app.services.machine.at_login.start_at_login import StartState
from app.viewmodels.access import Access
from app.viewmodels.background import Background
from app.viewmodels.engine.system_switch import SystemSwitch

__all__ = ["StartAtLoginViewModel", "StartState", "WindowAtLoginViewModel"]


class StartAtLoginViewModel(SystemSwitch):
    """Asks the system, and changes the start at login at once; `changed` brings a StartState."""

    def __init__(self, background: Background, access: Access, parent: QObject | None = None) -> None:
        super().__init__(background, access.start_at_login, lambda login: login.state(), parent)


class WindowAtLoginViewModel(SystemSwitch):
    """Whether the window opens when the user logs in; `changed` says whether it is on."""

    def __init__(self, background: Background, access: Access, parent: QObject | None = None) -> None:
        super().__init__(background, access.window_at_login, lambda window: window.is_on(), parent)
