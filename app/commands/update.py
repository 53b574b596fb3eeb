"""`marina update`: look for a newer version, fetch it, put it in place, go back."""

import argparse
import shlex
import sys
from collections.abc import Callable
from dataclasses import asdict

from app.commands.confirm import confirm
from app.commands.console import format_size, printable, tell, write, write_json
from app.commands.session import Session
from app.services.app_folders import AppFolders
from app.services.settings import SettingsFile
from app.services.updates.data_keeper import MachineKeeper
from app.services.updates.update_service import Updates
from app.services.window_settings import change_window_settings


def update(options: argparse.Namespace) -> int:
    """Do one of the ways; without an option: look, and fetch what is there."""
    folders = AppFolders.find()
    if options.automatic:
        return _set_automatic(options, SettingsFile(folders.settings))
    updates = Updates(folders.updates, folders.downloads)
    if options.rollback:
        return _roll_back(options, updates)
    if options.apply:
        return _apply(options, updates)
    return _fetch(options, updates)


def _set_automatic(options: argparse.Namespace, file: SettingsFile) -> int:
    wanted = options.automatic == "on"
    change_window_settings(file, check_for_updates=wanted)
    _done(options, {"automatic": wanted}, f"The window looks for updates: {options.automatic}.")
    return 0


def _fetch(options: argparse.Namespace, updates: Updates) -> int:
    offer = updates.check()
    if offer is None:
        _done(options, {"offer": None}, "This is the newest version.")
        return 0
    if options.check:
        told = f"Marina {printable(offer.version)} is there. To fetch it: marina update"
        _done(options, {"offer": asdict(offer)}, told)
        return 0
    if not options.json:
        tell(f"Fetching Marina {printable(offer.version)}")
    prepared = updates.prepare(offer, _show_progress(options.json))
    if prepared.command:
        told = f"It is checked. To install it:\n  {prepared.command}"
    else:
        told = "It is checked. The window's next start uses it; at once: marina update --apply"
    _done(options, {"offer": asdict(offer), "prepared": asdict(prepared)}, told)
    return 0


def _apply(options: argparse.Namespace, updates: Updates) -> int:
    if updates.is_prepared:
        confirm(options, "The containers and the machine stop; the data is kept in a snapshot first.")
    version = updates.apply(MachineKeeper(Session(options).machine()))
    _done(options, {"version": version}, f"Marina {version} is in place. To start it: marina start")
    return 0


def _roll_back(options: argparse.Namespace, updates: Updates) -> int:
    keeper = MachineKeeper(Session(options).machine())
    snapshot = updates.record.snapshot
    if updates.can_roll_back:
        confirm(options, "The containers and the machine stop; the former version comes back.")
    version = updates.roll_back(keeper)
    told = f"Marina {version} is back."
    if snapshot:
        told += f" To have the data from before it, too: marina snapshot restore {shlex.quote(snapshot)}"
    _done(options, {"version": version, "snapshot": snapshot}, told)
    return 0


def _show_progress(quiet: bool) -> Callable[[int, int], None]:
    tenths = [0]

    def show(done: int, size: int) -> None:
        tenth = 10 * done // max(size, 1)
        if tenth > tenths[0] and not quiet and sys.stderr.isatty():
            tenths[0] = tenth
            tell(f"  {format_size(done)} of {format_size(size)}")

    return show


def _done(options: argparse.Namespace, value: object, sentence: str) -> None:
    if options.json:
        write_json(value)
    else:
        write(sentence)
