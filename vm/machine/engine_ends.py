"""An engine that ends instead of starting, as the guest's console tells: it is not waited for any longer."""

import re
import shlex
from collections.abc import Sequence
from pathlib import Path

from vm.errors import UserError
from vm.machine.log_tails import last_lines

ENDED = re.compile(rb"the engine ended with status (\d+)")
"""Said by the guest's engine.sh, in older images too."""

NOT_UNDERSTOOD = 2
"""The status of an engine that does not know one of its arguments: it will not learn it by a second start."""

MOST_ENDS = 3
"""What ends as often does not come up."""


def check_engine(console_log: Path, own_args: Sequence[str] = ()) -> None:
    """Raise UserError when the engine will not come up, with what it said at last; blocks for a moment.

    `console_log` is what the guest wrote since QEMU's start, `own_args` the arguments of the user's settings.
    """
    try:
        ends = [int(status) for status in ENDED.findall(console_log.read_bytes())]
    except OSError:
        return
    if NOT_UNDERSTOOD in ends and own_args:
        raise UserError(
            "The engine does not understand its arguments.",
            f"The setting engine_args is: {shlex.join(own_args)}\n{last_lines(console_log)}",
            "Correct it, or empty it: marina settings engine_args --empty",
        )
    if NOT_UNDERSTOOD in ends:
        raise UserError(
            "The machine did not start.",
            last_lines(console_log),
            "Install Marina again, or build the image with `make image`.",
        )
    if len(ends) >= MOST_ENDS:
        raise UserError(
            "The machine did not start.",
            last_lines(console_log),
            "Try again without the arguments of your settings: marina settings engine_args --empty"
            if own_args
            else "Start it again.",
        )
