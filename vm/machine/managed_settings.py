"""Settings that whoever looks after this computer has fixed for all who use it: they win, and stay.

One JSON object, `{"by": "Example Corp IT", "machine": {…}, "window": {…}}`, in a place that only an
administrator can write; what others could have written there is not used.
"""

import json
import os
import stat
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

LARGEST = 1_000_000
"""Bytes."""

PLACES = {
    "darwin": "/Library/Application Support/Marina/settings.json",
    "win32": r"HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Marina",
}
"""Where they are, by the system; in the registry of Windows the text value `Settings`."""

USUAL_PLACE = "/etc/marina/settings.json"


class NotTrusted(Exception):
    """Others than an administrator can change the file."""


@dataclass(frozen=True, slots=True)
class ManagedSettings:
    """What is fixed, by whom (as they call themselves, "" where they do not) and where."""

    by: str = ""
    place: str = ""
    machine: Mapping[str, Any] = field(default_factory=dict)
    window: Mapping[str, Any] = field(default_factory=dict)
    problem: str = ""


def read_managed() -> ManagedSettings:
    """Return what is fixed on this computer; what cannot be used is a problem and fixes nothing."""
    place = PLACES.get(sys.platform, USUAL_PLACE)
    try:
        text = _read_registry() if sys.platform == "win32" else _read_file(place)
        return parse_managed(place, text) if text is not None else ManagedSettings()
    except NotTrusted:
        reason = "others than an administrator can change them"
    except OSError as error:
        reason = error.strerror or str(error)
    except (ValueError, RecursionError):
        reason = 'they are no JSON object such as {"by": "…", "machine": {…}, "window": {…}}'
    return ManagedSettings(place=place, problem=f"The fixed settings in {place} are not used: {reason}.")


def parse_managed(place: str, text: str) -> ManagedSettings:
    """Return what a text fixes. Raises ValueError for one of another form."""
    value = json.loads(text)
    if not isinstance(value, dict) or not set(value) <= {"by", "machine", "window"}:
        raise ValueError("no such object")
    by, machine, window = value.get("by", ""), value.get("machine", {}), value.get("window", {})
    if not isinstance(by, str) or not isinstance(machine, dict) or not isinstance(window, dict):
        raise ValueError("no such object")
    return ManagedSettings("".join(c for c in by if c.isprintable())[:80], place, machine, window)


def _read_file(path: str) -> str | None:
    """Return what an administrator has written there, None without a file. Raises NotTrusted, OSError."""
    try:
        with Path(path).open("rb") as file:
            check_owner(os.fstat(file.fileno()))
            return file.read(LARGEST).decode("utf-8-sig")
    except (FileNotFoundError, NotADirectoryError):
        return None


def check_owner(found: os.stat_result) -> None:
    """Raise NotTrusted for a file that others than root can change."""
    if found.st_uid != 0 or not stat.S_ISREG(found.st_mode) or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise NotTrusted


def _read_registry() -> str | None:
    """Return the text that a policy has put there: Windows lets nobody else write in that place."""
    if sys.platform != "win32":
        return None
    import winreg

    try:
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"SOFTWARE\Policies\Marina") as key:
            value, kind = winreg.QueryValueEx(key, "Settings")
    except FileNotFoundError:
        return None
    if kind != winreg.REG_SZ:
        raise ValueError("no text")
    return str(value)
