"""The command about settings of machine and window: shown, and changed as the Settings page does."""

import argparse
from typing import Any

from app.commands.console import printable, tell, write, write_json, write_table
from app.commands.session import Session
from app.commands.setting_words import (
    MEANINGS,
    setting_names,
    with_default,
    with_less,
    with_more,
    with_nothing,
    with_words,
    words_of,
)
from app.commands.window_words import (
    bad_word,
    window_change,
    window_meaning,
    window_names,
    window_value,
    window_word,
)
from app.services.app_folders import AppFolders
from app.services.errors import ErrorCode, UserError
from app.services.fixed_settings import Fixed, find_fixed, find_fixed_choices
from app.services.machine.machine_settings import MachineSettings, holds_at_once
from app.services.machine.virtual_machine import ENDED
from app.services.settings import Settings, SettingsFile
from app.services.window_settings import change_window_settings, load_window_settings


def settings(options: argparse.Namespace) -> int:
    """Show all settings or one; change one and tell when it holds."""
    if options.name is None:
        return _show_all(options)
    name = options.name.replace("-", "_")
    if (window_name := options.name if "." in options.name else name) in window_names():
        return _set_window(options, window_name)
    if name not in setting_names():
        raise UserError(
            f"There is no setting {options.name}",
            f"There are: {', '.join((*setting_names(), *window_names()))}",
            code=ErrorCode.BAD_INPUT,
        )
    machine = Session(options).machine()
    known = machine.settings()
    changed = _changed(options, known, name)
    if changed is not None:
        machine.save_settings(changed)
        if changed != known and not holds_at_once(name) and machine.status().state not in ENDED:
            tell("It holds once the machine is started anew: marina restart")
    _show_one(options, name, getattr(changed or known, name), words_of(changed or known, name))
    return 0


def _set_window(options: argparse.Namespace, name: str) -> int:
    """Show one of the window's settings, or change it; an open window follows."""
    file = SettingsFile(AppFolders.find().settings)
    if options.add or options.remove or options.empty:
        raise bad_word(name, "is no list: give its value alone")
    if len(options.values) + options.default > 1:
        raise bad_word(name, "takes one value")
    if options.values or options.default:
        word = options.values[0] if options.values else window_word(Settings(), name)
        change_window_settings(file, **window_change(file.load(), name, word))
    now = load_window_settings(file)
    _show_one(options, name, window_value(now, name), [window_word(now, name)])
    return 0


def _changed(options: argparse.Namespace, known: MachineSettings, name: str) -> MachineSettings | None:
    """Return the settings as they are asked for, None when a value is only to be shown."""
    ways = [bool(options.values), bool(options.add), bool(options.remove), options.default, options.empty]
    if sum(ways) > 1:
        raise UserError("A value is given in one way at a time", code=ErrorCode.BAD_INPUT)
    if options.add:
        return with_more(known, name, options.add)
    if options.remove:
        return with_less(known, name, options.remove)
    if options.default:
        return with_default(known, name)
    if options.empty:
        return with_nothing(known, name)
    return with_words(known, name, options.values) if options.values else None


def _show_one(options: argparse.Namespace, name: str, value: Any, words: list[str]) -> None:
    if options.json:
        write_json({name: value})
    for word in words if not options.json else ():
        write(printable(word))


def _show_all(options: argparse.Namespace) -> int:
    known = Session(options).machine().settings()
    window = load_window_settings(SettingsFile(AppFolders.find().settings))
    if options.json:
        values = {name: getattr(known, name) for name in setting_names()}
        write_json(values | {name: window_value(window, name) for name in window_names()})
        return 0
    fixed, (fixed_choices, _) = find_fixed(), find_fixed_choices()
    machine_rows = [
        (name, " ".join(words_of(known, name)), _meaning(name, MEANINGS[name], fixed))
        for name in setting_names()
    ]
    window_rows = [
        (name, window_word(window, name), _meaning(name, window_meaning(name), fixed_choices))
        for name in window_names()
    ]
    write_table(("NAME", "VALUE", "MEANING"), [*machine_rows, *window_rows])
    return 0


def _meaning(name: str, meaning: str, fixed: Fixed) -> str:
    return f"{meaning}; fixed by {fixed.who()}" if name in fixed.names else meaning
