"""The kinds of notices, and what becomes of each: known to the window and to the command line."""

from enum import StrEnum


class Level(StrEnum):
    """What becomes of a kind of notice."""

    OFF = "off"
    LIST = "list"  # behind the bell
    MESSAGE = "message"  # the system shows it, too, while the window is not in front


KINDS = {
    "died": Level.MESSAGE,
    "memory": Level.MESSAGE,
    "disk": Level.MESSAGE,
    "engine": Level.MESSAGE,
    "task-failed": Level.MESSAGE,
    "task": Level.MESSAGE,
    "update": Level.LIST,
}
"""The kinds, and what becomes of them at first."""
