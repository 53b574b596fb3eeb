"""`marina selftest`: is this installation complete, and can this computer run the machine?"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from app.commands.console import write
from app.services.errors import MarinaError
from app.services.machine.virtual_machine import VirtualMachine

_WINDOW_LIMIT = 120.0


def selftest(options: argparse.Namespace) -> int:
    """Check the desktop's parts, then start a machine that is used for nothing else."""
    whole = _check_desktop()
    if options.boot:
        whole = _check_boot() and whole
    return 0 if whole else 1


def _check_desktop() -> bool:
    """Let the desktop look at itself: it alone may load Qt."""
    try:
        done = subprocess.run(
            [*_desktop_command(), "--selftest"], stdin=subprocess.DEVNULL, timeout=_WINDOW_LIMIT, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        write(f"FAIL  desktop: {error}")
        return False
    if done.returncode not in (0, 1):
        write(f"FAIL  desktop: it ended with {done.returncode}")
    return done.returncode == 0


def _desktop_command() -> list[str]:
    if getattr(sys, "frozen", False):
        program = Path(sys.executable)
        return [str(program.with_name("marina-desktop" + program.suffix))]
    return [sys.executable, "-m", "app"]


def _check_boot() -> bool:
    with tempfile.TemporaryDirectory(prefix="marina-selftest-") as folder:
        machine = VirtualMachine(Path(folder))
        began = time.monotonic()
        try:
            status = machine.start()
            write(f"ok    boot: {time.monotonic() - began:.1f} s with {status.accelerator}")
            return True
        except MarinaError as error:
            write(f"FAIL  boot: {error}")
            return False
        finally:
            machine.quit()
