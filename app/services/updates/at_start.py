"""What the window's start has to do with updates; imported only where one was prepared before."""

import logging
from collections.abc import Callable
from typing import Protocol

from app.services.app_folders import AppFolders
from app.services.computer.restart import start_anew
from app.services.errors import MarinaError
from app.services.updates.update_service import DataKeeper, Updates

log = logging.getLogger(__name__)


class RestingKeeper(DataKeeper, Protocol):
    """What a start needs of the machine."""

    @property
    def is_at_rest(self) -> bool:
        """Whether nothing of the machine would be interrupted."""


def put_in_place(folders: AppFolders) -> None:
    """Put a prepared version in place, or the former one back, and start that instead of this program.

    Returns when there is nothing to do, when the machine is in use, or when it fails: this version goes on.
    """
    try:
        if not do_what_is_due(Updates(folders.updates, folders.downloads), _find_keeper):
            return
    except MarinaError as error:
        log.warning("the update was not put in place: %s: %s", error, getattr(error, "details", ""))
        return
    start_anew()


def do_what_is_due(updates: Updates, find_keeper: Callable[[], RestingKeeper]) -> bool:
    """Exchange the program if that is due; return whether another version is in place now."""
    if updates.note_start():
        former = updates.roll_back(find_keeper())
        log.warning("the new version did not come to its window: version %s is back", former)
        return True
    if not (updates.is_prepared or updates.is_going_back):
        return False
    keeper = find_keeper()
    if not keeper.is_at_rest:
        log.info("an update waits until the machine is stopped")
        return False
    if updates.is_going_back:
        log.info("version %s is back", updates.roll_back(keeper))
    else:
        log.info("version %s is in place", updates.apply(keeper))
    return True


def _find_keeper() -> RestingKeeper:
    from app.services.machine.virtual_machine import VirtualMachine
    from app.services.updates.data_keeper import MachineKeeper

    return MachineKeeper(VirtualMachine())


def note_good_start(folders: AppFolders) -> None:
    """The window stands."""
    try:
        Updates(folders.updates, folders.downloads).note_good_start()
    except MarinaError as error:
        log.warning("the good start cannot be noted: %s", error)
