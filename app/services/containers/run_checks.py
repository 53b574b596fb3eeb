"""What the engine would refuse of a new container: told beforehand, in the window and on the command line."""

import re

from app.services.containers.run_options import parse_memory
from app.services.errors import ErrorCode, UserError

_USER = re.compile(r"[^\s:]+(:[^\s:]+)?")
_HOST_NAME = re.compile(r"[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,62}")  # as the engine has it

_LEAST_MEMORY = 6 * 2**20  # the engine refuses less
_MOST_CPUS = 1024.0


def read_memory(text: str) -> int:
    """Return the bytes of a limit such as "512m"; "" is none, 0. Raises UserError."""
    advice = "Write a size such as 512m or 2g."
    try:
        size = parse_memory(text)
    except ValueError:
        raise UserError(f"“{text}” is not a size", what_to_do=advice, code=ErrorCode.BAD_INPUT) from None
    if 0 < size < _LEAST_MEMORY:
        raise UserError("At least 6 MB are needed", what_to_do=advice, code=ErrorCode.BAD_INPUT)
    return size


def read_cpus(text: str) -> float:
    """Return how many processors a limit such as "1.5" is; "" is none, 0. Raises UserError."""
    try:
        count = float(text.replace(",", ".")) if text.strip() else 0.0
    except ValueError:
        count = -1.0
    if not 0.0 <= count <= _MOST_CPUS:
        raise UserError(
            f"“{text}” is not a number of processors",
            what_to_do="Write a number such as 0.5 or 2.",
            code=ErrorCode.BAD_INPUT,
        )
    return count


def check_user(text: str) -> None:
    """Check a name or number, and a group behind a colon; "" is the image's own. Raises UserError."""
    if text and not _USER.fullmatch(text):
        raise UserError(
            f"“{text}” is not a user",
            what_to_do="Write it as node, 1000, or 1000:1000 with a group.",
            code=ErrorCode.BAD_INPUT,
        )


def check_host_name(text: str) -> None:
    """Check a container's own host name; "" is the engine's choice. Raises UserError."""
    if text and not _HOST_NAME.fullmatch(text):
        raise UserError(
            f"“{text}” is not a host name",
            what_to_do="It has letters, digits and _ . - only, at most 63, the first a letter, a digit or _.",
            code=ErrorCode.BAD_INPUT,
        )


def check_removal(auto_remove: bool, restart_policy: str) -> None:
    """Refuse `--rm` beside a restart policy. Raises UserError."""
    if auto_remove and restart_policy.partition(":")[0] not in ("", "no"):
        raise UserError(
            "A container that is removed when it ends cannot start again",
            what_to_do="Choose one: the removal at its end (--rm), or a restart policy.",
            code=ErrorCode.BAD_INPUT,
        )
