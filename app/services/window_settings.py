"""The window's settings as the command line changes them: in its own file, which an open window follows."""

from dataclasses import replace
from typing import Any

from app.services.errors import ErrorCode, UserError
from app.services.fixed_settings import find_fixed_choices
from app.services.settings import Settings, SettingsFile


def load_window_settings(file: SettingsFile) -> Settings:
    """Return what holds: the user's choices, and those that an administrator has fixed."""
    return replace(file.load(), **find_fixed_choices()[1])


def change_window_settings(file: SettingsFile, **values: Any) -> None:
    """Change some by name. Raises UserError for one that is fixed, or when they cannot be written."""
    fixed, choices = find_fixed_choices()
    for name, value in values.items():
        if choices.get(name, value) != value:
            raise UserError(
                f"The setting {name} is fixed by {fixed.who()}",
                f"It stands in {fixed.place}.",
                "Ask them to change it.",
                ErrorCode.BAD_INPUT,
            )
    try:
        file.save(replace(file.load(), **values))
    except OSError as error:
        raise UserError("The setting cannot be kept", str(error)) from error
