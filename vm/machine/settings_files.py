"""The settings of the machine on disk: the user's own, those of an administrator, and the last good ones.

Bad ones never keep the machine from starting.
"""

from collections.abc import Collection
from dataclasses import asdict, replace
from typing import Any

from vm.errors import UserError
from vm.machine.engine_options import ELSEWHERE
from vm.machine.json_files import read_json, write_json
from vm.machine.machine_files import MachineFiles
from vm.machine.managed_settings import ManagedSettings, read_managed
from vm.machine.settings import MachineSettings, default_settings, parse_settings


def read_settings(files: MachineFiles) -> tuple[MachineSettings, tuple[str, ...]]:
    """Return the settings to use, and warnings when they are not the ones in the user's file.

    What an administrator has fixed is in them.
    """
    own, warnings = read_own_settings(files)
    settings, more = with_managed(own, read_managed())
    return settings, (*warnings, *more)


def read_own_settings(files: MachineFiles) -> tuple[MachineSettings, tuple[str, ...]]:
    """Return the user's own settings, and warnings when they are not the ones in the file."""
    if not files.settings.exists():
        return default_settings(), ()
    try:
        return parse_settings(read_json(files.settings)), ()
    except UserError as error:
        reason = error.details
    try:
        settings, which = parse_settings(read_json(files.settings_last_good)), "the last good ones"
    except UserError:
        settings, which = default_settings(), "the defaults"
    return settings, (f"The settings in {files.settings} are not valid: {reason}. Using {which}.",)


def with_managed(
    settings: MachineSettings, managed: ManagedSettings
) -> tuple[MachineSettings, tuple[str, ...]]:
    """Return the settings with what is fixed, and a warning for what of it cannot be used."""
    warnings = [managed.problem] if managed.problem else []
    values: dict[str, Any] = {}
    for name, value in managed.machine.items():
        try:
            fixed = parse_settings({name: value})
        except UserError as error:
            told = f"The setting {name} that is fixed in {managed.place} is not used: {error.details}."
            warnings.append(told)
            continue
        values |= {one: getattr(fixed, one) for one in _names_in(name, value)}
    return replace(settings, **values), tuple(warnings)


def managed_names(managed: ManagedSettings) -> Collection[str]:
    """Return the names of the machine's settings that are fixed."""
    names: dict[str, None] = {}
    for name, value in managed.machine.items():
        try:
            parse_settings({name: value})
        except UserError:
            continue
        names |= dict.fromkeys(_names_in(name, value))
    return tuple(names)


def _names_in(name: str, value: Any) -> Collection[str]:
    """Return the settings that one of a file has: a whole `daemon.json` has several."""
    if name != "engine_options":
        return [name]
    return [name, *(setting for option, setting in ELSEWHERE.items() if option in value)]


def last_good_settings(files: MachineFiles) -> MachineSettings | None:
    """Return the settings with which the machine last came up, None when it never did."""
    try:
        return parse_settings(read_json(files.settings_last_good))
    except UserError:
        return None


def remember_good_settings(files: MachineFiles, settings: MachineSettings) -> None:
    """Keep the settings that brought the machine up, to fall back to them."""
    write_json(files.settings_last_good, asdict(settings))
