"""What the window's start has to do with updates; imported only where one was prepared before."""

import logging
import os
import sys
from typing import NoReturn

from app.services.app_folders import AppFolders
from app.services.errors import MarinaError
from app.services.updates.update_service import Updates

log = logging.getLogger(__name__)


def put_in_place(folders: AppFolders) -> None:
    """Put a prepared version in place, or the former one back, and start it instead of this program.

    Returns when there is nothing to do, when the machine is in use, or when it fails: this version goes on.
    """
    try:
        updates = Updates(folders.updates, folders.downloads)
        if updates.note_start():
            log.warning("the new version did not come to its window: the former one is back")
            start_anew()
        if not updates.is_prepared:
            return
        from app.services.updates.data_keeper import MachineKeeper
        from app.services.virtual_machine import VirtualMachine

        keeper = MachineKeeper(VirtualMachine())
        if not keeper.is_at_rest:
            log.info("an update waits until the machine is stopped")
            return
        log.info("version %s is in place", updates.apply(keeper))
    except MarinaError as error:
        log.warning("the update was not put in place: %s: %s", error, getattr(error, "details", ""))
        return
    start_anew()


def note_good_start(folders: AppFolders) -> None:
    """The window stands."""
    try:
        Updates(folders.updates, folders.downloads).note_good_start()
    except MarinaError as error:
        log.warning("the good start cannot be noted: %s", error)


def start_anew() -> NoReturn:
    """Become the program that has this one's name now."""
    environment = os.environ | {"PYINSTALLER_RESET_ENVIRONMENT": "1"}  # PyInstaller: "restarting the app"
    os.execve(sys.executable, [sys.executable, *sys.argv[1:]], environment)
