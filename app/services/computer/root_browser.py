"""Lets root's browser open pages: Chromium and its kin start as root only if told to do without sandbox.

Whoever works as root on Linux gets entries of these browsers that say so, before the system's in the search
path of this process and of what it starts. Which browser is the default stays the user's choice.
Source: freedesktop.org's "Desktop Entry Specification" and "XDG Base Directory Specification".
"""

import logging
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

log = logging.getLogger(__name__)

ENTRIES = (
    *("chromium.desktop", "chromium-browser.desktop", "google-chrome.desktop"),
    *("brave-browser.desktop", "microsoft-edge.desktop"),
)
_DATA_DIRS = "/usr/local/share/:/usr/share/"
_EXEC = re.compile(r'^(Exec=(?:"[^"]*"|\S+))(?! --no-sandbox)', re.MULTILINE)


def is_root() -> bool:
    """Return whether this is root on a system where that matters to browsers."""
    return sys.platform == "linux" and os.geteuid() == 0


def root_environment(folder: Path, environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Write the entries into `folder` and return the variables that lead to them; {} where none is needed."""
    data_dirs = environment.get("XDG_DATA_DIRS") or _DATA_DIRS
    places = [environment.get("XDG_DATA_HOME") or str(Path("~/.local/share").expanduser())]
    places += [place for place in data_dirs.split(":") if place and Path(place) != folder]
    changed = {}
    for name in ENTRIES:
        found = next(
            (path for place in places if (path := Path(place, "applications", name)).is_file()), None
        )
        if found is not None and not found.is_relative_to(places[0]):  # root's own entry is root's business
            changed[name] = _EXEC.sub(r"\1 --no-sandbox", found.read_text("utf-8", "replace"))
    if not changed:
        return {}
    try:
        (folder / "applications").mkdir(parents=True, exist_ok=True)
        for name, text in changed.items():
            (folder / "applications" / name).write_text(text, "utf-8")
    except OSError as error:
        log.info("no browser entries for root: %s", error)
        return {}
    return {"XDG_DATA_DIRS": ":".join([str(folder), *places[1:]])}
