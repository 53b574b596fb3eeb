"""An engine that ends instead of starting, as the guest's console tells: it is not waited for any longer."""

import re
from pathlib import Path

from vm.errors import UserError
from vm.machine.log_tails import last_lines

ENDED = re.compile(rb"the engine ended with status (\d+)")
"""Said by the guest's engine.sh, in older images too."""

NOT_UNDERSTOOD = 2
"""The status of an engine that does not know one of its arguments: it will not learn it by a second start."""

MOST_ENDS = 3
"""What ends as often does not come up."""


def check_engine(console_log: Path) -> None:
    """Raise UserError when the engine will not come up, with what it said at last; blocks for a moment.

    `console_log` is what the guest wrote since QEMU's start.
    """
    try:
        ends = [int(status) for status in ENDED.findall(console_log.read_bytes())]
    except OSError:
        return
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
            "Start it again.",
        )
