"""What an administrator has fixed on this computer: settings of the machine and of the window."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.services.settings import Settings
from vm.machine.managed_settings import ManagedSettings, read_managed

CHOICES = (
    *("theme", "language", "notifications", "system_notifications", "check_for_updates"),
    *("keep_running_when_closed", "quit_choice"),
)
"""Settings of the window that can be fixed."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """Names of settings that are fixed; `by` is who says so, "" where they do not tell, and `place` where."""

    by: str = ""
    place: str = ""
    names: frozenset[str] = frozenset()

    def who(self) -> str:
        """Return who has fixed them, in words."""
        return self.by or "the administrator of this computer"


def find_fixed() -> Fixed:
    """Return which settings of the machine are fixed. Reads a file."""
    from vm.machine.settings_files import managed_names  # what it takes along is heavy

    managed = read_managed()
    return Fixed(managed.by, managed.place, frozenset(managed_names(managed)))


def find_fixed_choices() -> tuple[Fixed, Mapping[str, Any]]:
    """Return which settings of the window are fixed, and to what. Reads a file."""
    managed = read_managed()
    choices = usable_choices(managed)
    return Fixed(managed.by, managed.place, frozenset(choices)), choices


def usable_choices(managed: ManagedSettings) -> Mapping[str, Any]:
    """Return what is fixed for the window as far as it can be; anything else is left as the user has it."""
    usable = {}
    for name in CHOICES:
        if name in managed.window:
            value = getattr(Settings.from_json(managed.window), name)
            if value == managed.window[name] and type(value) is type(managed.window[name]):
                usable[name] = value
    return usable
