"""Takes away what Marina keeps on this computer; the program itself goes as it came."""

import contextlib
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from app.services.app_folders import AppFolders
from app.services.computer.docker_command import DockerCommand
from app.services.computer.own_command import OwnCommand
from app.services.machine.at_login.start_at_login import StartAtLogin
from app.services.machine.at_login.window_at_login import WindowAtLogin
from app.services.updates.installation import find_installation

if TYPE_CHECKING:
    from app.services.images.registry_logins import RegistryLogins
    from app.services.machine.virtual_machine import VirtualMachine


class Uninstaller:
    """Every method blocks: call it in a worker. What is gone already is fine: all may be repeated."""

    def __init__(
        self,
        machine: "VirtualMachine",
        logins: "RegistryLogins",
        at_login: StartAtLogin,
        docker: DockerCommand,
        own: OwnCommand,
        window: WindowAtLogin,
    ) -> None:
        self._machine, self._logins = machine, logins
        self._at_login, self._docker, self._own, self._window = at_login, docker, own, window

    def data_bytes(self) -> int:
        """Return what the data takes on this computer. Raises UserError."""
        return self._machine.data.usage().disk_bytes

    def remove(self, *, data: bool) -> None:
        """End the machine and remove all but the folders of whoever calls; the user's data only when told to.

        Raises UserError: the machine does not end, or something cannot be removed.
        """
        self._window.turn_off()
        self._at_login.turn_off()
        self._machine.data.remove_machine(data=data, settings=True)
        _remove_if_ours(self._machine.data.home().parent)
        for login in self._logins.list():
            self._logins.sign_out(login.registry)
        self._docker.remove()
        self._own.turn_off()

    def last_commands(self) -> str:
        """Return what the user types when all is removed, a line each: for what needs more rights."""
        return "\n".join(filter(None, (self._docker.usual_removal(), find_installation().removal)))


def remove_folders(folders: AppFolders) -> None:
    """Remove settings, caches and logs of window and command line: the last step, nobody writes any more."""
    for folder in (folders.config, folders.cache, folders.logs):
        shutil.rmtree(folder, ignore_errors=True)
    _remove_if_ours(folders.logs.parent)


def _remove_if_ours(folder: Path) -> None:
    """Remove the folder above Marina's own where it is Marina's, too, and empty."""
    if folder.name == "marina":
        with contextlib.suppress(OSError):
            folder.rmdir()
