"""Asks before something is gone for good."""

import argparse
import sys

from app.commands.console import tell
from app.services.errors import ErrorCode, UserError


def confirm(options: argparse.Namespace, *lines: str) -> None:
    """Tell what will happen and ask; `--yes` answers. Raises UserError when the answer is not yes."""
    for line in lines:
        tell(line)
    if options.yes:
        return
    if not sys.stdin.isatty():
        raise UserError(
            "Nothing was done: nobody is there to confirm it", "", "Add --yes.", ErrorCode.BAD_INPUT
        )
    sys.stderr.write("Go on? [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise UserError("Nothing was done", code=ErrorCode.CANCELLED)
