"""The window's settings as words: what the command line shows, and makes of what was typed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.services.errors import ErrorCode, UserError
from app.services.notices import KINDS, Level
from app.services.settings import LANGUAGES, LEAST_ZOOM, MOST_ZOOM, Settings

_ON_OFF: Mapping[str, Any] = {"on": True, "off": False}
_NOTICES = "notices."


@dataclass(frozen=True, slots=True)
class _Choice:
    """A setting: what it is for, and the values that its words stand for; any number where there are none."""

    meaning: str
    values: Mapping[str, Any]


_CHOICES = {
    "theme": _Choice("appearance", {word: word for word in ("system", "light", "dark", "contrast")}),
    "zoom": _Choice(f"size of all in the window, per cent: {LEAST_ZOOM} to {MOST_ZOOM}", {}),
    "language": _Choice(
        "of the window, from its next start on", {word or "system": word for word in LANGUAGES}
    ),
    "keep_running_when_closed": _Choice("whether a closed window stays in the tray", _ON_OFF),
    "quit_choice": _Choice(
        "what becomes of the engine at quitting", {"ask": "", "leave": "leave", "stop": "stop"}
    ),
    "check_for_updates": _Choice("whether the window looks for newer versions once a day", _ON_OFF),
    "log_times": _Choice("whether logs show the time of each line at first", _ON_OFF),
    "log_levels": _Choice("whether lines of logs have the colour of their level", _ON_OFF),
    "log_wrap": _Choice("whether logs break long lines at first", _ON_OFF),
    "notifications": _Choice("whether a list of what happened is kept behind the bell", _ON_OFF),
    "system_notifications": _Choice(
        "whether the system shows messages while another window is in front", _ON_OFF
    ),
    **{
        _NOTICES + kind: _Choice(
            f"what becomes of notices of the kind {kind}", {level.value: level.value for level in Level}
        )
        for kind in KINDS
    },
}


def window_names() -> list[str]:
    """Return the names in their order."""
    return list(_CHOICES)


def window_meaning(name: str) -> str:
    """Return what a setting is for, and what it can be."""
    choice = _CHOICES[name]
    return choice.meaning + (f": {_listed(choice)}" if choice.values and choice.values is not _ON_OFF else "")


def window_value(settings: Settings, name: str) -> Any:
    """Return a setting's value as it is kept."""
    if name.startswith(_NOTICES):
        kind = name.removeprefix(_NOTICES)
        level = settings.notice_levels.get(kind)
        return level if level in _CHOICES[name].values else KINDS[kind].value
    return getattr(settings, name)


def window_word(settings: Settings, name: str) -> str:
    """Return a setting's value as it is typed."""
    value = window_value(settings, name)
    words = [word for word, meant in _CHOICES[name].values.items() if meant == value]
    return words[0] if words else str(value)


def window_change(settings: Settings, name: str, word: str) -> Mapping[str, Any]:
    """Return the field that a word changes, with its value. Raises UserError for a word that is none."""
    choice = _CHOICES[name]
    if not choice.values:
        if not word.isdecimal() or not LEAST_ZOOM <= int(word) <= MOST_ZOOM:
            raise bad_word(name, f"takes a number from {LEAST_ZOOM} to {MOST_ZOOM}, not {word!r}")
        return {name: int(word)}
    if word not in choice.values:
        raise bad_word(name, f"takes {_listed(choice)}, not {word!r}")
    value = choice.values[word]
    if name.startswith(_NOTICES):
        return {"notice_levels": settings.notice_levels | {name.removeprefix(_NOTICES): value}}
    return {name: value}


def bad_word(name: str, reason: str) -> UserError:
    """Return the refusal of a value."""
    return UserError(
        f"The setting {name} cannot be that",
        reason,
        "marina settings shows all of them.",
        ErrorCode.BAD_INPUT,
    )


def _listed(choice: _Choice) -> str:
    *others, last = choice.values
    return f"{', '.join(others)} or {last}"
