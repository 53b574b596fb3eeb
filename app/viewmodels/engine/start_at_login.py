"""Whether the machine starts when the user logs in."""

from PySide6.QtCore import QObject

from app.viewmodels.access import Access
from app.viewmodels.background import Background
from app.viewmodels.engine.system_switch import SystemSwitch


class StartAtLoginViewModel(SystemSwitch):
    """Asks the system, and changes it at once; `changed` says whether it is on."""

    def __init__(self, background: Background, access: Access, parent: QObject | None = None) -> None:
        super().__init__(background, access.start_at_login, lambda login: login.is_on(), parent)
