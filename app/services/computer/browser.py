"""Opens addresses in the user's browser, where there is one to open."""

import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from urllib.parse import urlsplit

from app.services.app_folders import AppFolders
from app.services.computer.root_browser import is_root, root_environment

log = logging.getLogger(__name__)

OPENER_SECONDS = 10


def has_display(environment: Mapping[str, str] = os.environ) -> bool:
    """Return whether a window could be shown to the user."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))


def open_in_browser(url: str) -> bool:
    """Ask the system to show a web page; return whether it took the request. Opens http and https only."""
    if urlsplit(url).scheme not in ("http", "https") or not has_display():
        return False
    if sys.platform == "win32":
        try:
            os.startfile(url)
        except OSError as error:
            log.info("no browser: %s", error)
            return False
        return True
    opener = shutil.which("open" if sys.platform == "darwin" else "xdg-open")
    if opener is None:
        return False
    try:
        finished = subprocess.run(
            [opener, url],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=OPENER_SECONDS,
            env=_outside_environment(),
            start_new_session=True,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return True  # a browser that was not running may stay in the foreground
    except OSError as error:
        log.info("no browser: %s", error)
        return False
    return finished.returncode == 0


def _outside_environment() -> dict[str, str]:
    """Return the environment for a program that is not ours: a frozen Marina changed the library path."""
    environment = dict(os.environ)
    if is_root():
        environment |= root_environment(AppFolders.find().root_browser)
    if getattr(sys, "frozen", False):
        original = environment.pop("LD_LIBRARY_PATH_ORIG", None)
        environment.pop("LD_LIBRARY_PATH", None)
        if original is not None:
            environment["LD_LIBRARY_PATH"] = original
    return environment
