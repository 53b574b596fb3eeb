"""Marina starts itself anew: as another version, with another language, over another engine."""

import os
import sys
from collections.abc import Sequence
from typing import NoReturn


def start_anew(without: Sequence[str] = ()) -> NoReturn:
    """Become the program of this one's name, begun as this one was, but for the arguments in `without`."""
    begun_by = sys.argv if getattr(sys, "frozen", False) else sys.orig_argv  # from source: python -m app
    arguments = [argument for argument in begun_by[1:] if argument not in without]
    environment = os.environ | {"PYINSTALLER_RESET_ENVIRONMENT": "1"}  # PyInstaller: "restarting the app"
    os.execve(sys.executable, [sys.executable, *arguments], environment)
