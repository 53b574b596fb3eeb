"""Whether terminals find the command `marina`, for the Settings page."""

from PySide6.QtCore import QObject

from app.services.computer.own_command import OwnCommandState
from app.viewmodels.access import Access
from app.viewmodels.background import Background
from app.viewmodels.engine.system_switch import SystemSwitch

__all__ = ["OwnCommandState", "OwnCommandViewModel"]


class OwnCommandViewModel(SystemSwitch):
    """Lets terminals find it, or no longer; `changed` brings an OwnCommandState."""

    def __init__(self, background: Background, access: Access, parent: QObject | None = None) -> None:
        super().__init__(background, access.own_command, lambda command: command.state(), parent)
