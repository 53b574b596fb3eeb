"""What a folder of this computer is called in the machine: the same, but `/c/Users/me` for `C:\\Users\\me`.

Pure functions of text. The engine knows the same rule (`backend/containers/mounts/windows_host.py`).
"""

import sys
from pathlib import PureWindowsPath

RESERVED = frozenset(
    {"con", "prn", "aux", "nul", "conin$", "conout$"}
    | {f"{port}{digit}" for port in ("com", "lpt") for digit in "123456789¹²³"}
)
"""Names that are devices to most programs of Windows, in whatever folder and with whatever ending."""

FORBIDDEN = '<>:"|?*\\' + "".join(map(chr, range(1, 32)))
"""What no name may have on Windows; the colon would name a part of another file."""

LOST_AT_THE_END = ". "
"""What Windows' programs leave out at the end of a name."""

STAND_INS = {letter: chr(0xF000 + ord(letter)) for letter in FORBIDDEN + LOST_AT_THE_END}
"""What such letters are kept as, the same as those of Cygwin and of Windows' own Linux."""

MEANT = {stand_in: letter for letter, stand_in in STAND_INS.items()}


def guest_path(path: str, platform: str = sys.platform) -> str:
    """Return the name in the machine of a whole path of this computer. Raises ValueError."""
    if platform != "win32":
        return path
    found = PureWindowsPath(path)
    if len(found.drive) != 2 or not found.root:
        raise ValueError(f"{path} is not on a drive with a letter")
    return "/" + "/".join([found.drive[0].lower(), *map(guest_name, found.parts[1:])])


def has_guest_path(path: str, platform: str = sys.platform) -> bool:
    """Return whether the machine can have a name for a path: Windows' network folders need a letter."""
    try:
        guest_path(path, platform)
    except ValueError:
        return False
    return True


def host_path(path: str, platform: str = sys.platform) -> str:
    """Return the path on this computer of a name in the machine. Raises ValueError for what can be none."""
    if platform != "win32":
        return path
    drive, *parts = [part for part in path.split("/") if part] or [""]
    if not path.startswith("/") or len(drive) != 1 or not (drive.isascii() and drive.isalpha()):
        raise ValueError(f"{path} is not on a drive")
    return f"{drive.upper()}:\\" + "\\".join(map(windows_name, parts))


def windows_name(name: str) -> str:
    """Return the name that Windows gives a file which the machine calls `name`. Raises ValueError."""
    if name.split(".")[0].rstrip(" ").lower() in RESERVED:
        raise ValueError(f"{name} is the name of a device on Windows")
    if any(letter in MEANT for letter in name):
        raise ValueError(f"{name} has letters that stand for others on Windows")
    kept = "".join(STAND_INS[letter] if letter in FORBIDDEN else letter for letter in name)
    if kept[-1:] in LOST_AT_THE_END:
        kept = kept[:-1] + STAND_INS.get(kept[-1:], "")
    return kept


def guest_name(name: str) -> str:
    """Return what the machine calls a file of Windows."""
    meant = "".join(letter if MEANT.get(letter, " ") in LOST_AT_THE_END else MEANT[letter] for letter in name)
    return meant[:-1] + MEANT.get(meant[-1:], meant[-1:])
