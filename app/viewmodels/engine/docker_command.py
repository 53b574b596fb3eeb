"""Where the docker command and other programs that look for Docker go, for the Settings page."""

from PySide6.QtCore import QObject

from app.services.computer.docker_command import USUAL_SOCKET, DockerCommandState, Holder
from app.viewmodels.access import Access
from app.viewmodels.background import Background
from app.viewmodels.engine.system_switch import SystemSwitch

__all__ = ["USUAL_SOCKET", "DockerCommandState", "DockerCommandViewModel", "Holder"]


class DockerCommandViewModel(SystemSwitch):
    """Leads the docker command here, or no longer; `changed` brings a DockerCommandState."""

    def __init__(self, background: Background, access: Access, parent: QObject | None = None) -> None:
        super().__init__(background, access.docker_command, lambda command: command.state(), parent)
