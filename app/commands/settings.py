"""The command about the machine's settings: shown, and changed as the Settings page of the window does."""

import argparse

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
from app.services.errors import ErrorCode, UserError
from app.services.fixed_settings import find_fixed
from app.services.machine.machine_settings import MachineSettings, holds_at_once
from app.services.machine.virtual_machine import ENDED


def settings(options: argparse.Namespace) -> int:
    """Show all settings or one; change one and tell when it holds."""
    machine = Session(options).machine()
    known = machine.settings()
    if options.name is None:
        return _show(options, known, setting_names())
    name = options.name.replace("-", "_")
    if name not in setting_names():
        raise UserError(
            f"There is no setting {options.name}",
            f"There are: {', '.join(setting_names())}",
            code=ErrorCode.BAD_INPUT,
        )
    changed = _changed(options, known, name)
    if changed is not None:
        machine.save_settings(changed)
        if changed != known and not holds_at_once(name) and machine.status().state not in ENDED:
            tell("It holds once the machine is started anew: marina restart")
    return _show(options, changed or known, [name])


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


def _show(options: argparse.Namespace, known: MachineSettings, names: list[str]) -> int:
    fixed = find_fixed()
    if options.json:
        write_json({name: getattr(known, name) for name in names})
    elif len(names) == 1:
        for word in words_of(known, names[0]):
            write(printable(word))
    else:
        rows = [
            (
                name,
                " ".join(words_of(known, name)),
                _meaning(name, fixed.who() if name in fixed.names else ""),
            )
            for name in names
        ]
        write_table(("NAME", "VALUE", "MEANING"), rows)
    return 0


def _meaning(name: str, fixed_by: str) -> str:
    return f"{MEANINGS[name]}; fixed by {fixed_by}" if fixed_by else MEANINGS[name]
