"""From the runtime's words to Docker's: clients read a start's failure and choose their exit code by it.

Source: docker CLI, `docker run --help` (125, 126, 127); messages of dockerd with runc.
"""

import errno
import os
import re
from collections.abc import Sequence

from backend.errors import EngineError, InvalidParameterError, SystemFailureError

NOT_FOUND = re.compile(r"executable file `.*` not found|executable file not found", re.IGNORECASE)
REFUSED = (
    (
        re.compile(r"permission denied|is not executable|exec `.*`: operation not permitted", re.IGNORECASE),
        "permission denied",
    ),
    (re.compile(r"is a directory|is not a regular file", re.IGNORECASE), "is a directory"),
    (re.compile(r"exec format error", re.IGNORECASE), "exec format error"),
)
SYSTEM_WORDS = frozenset(os.strerror(number) for number in errno.errorcode)
CHDIR = re.compile(r"chdir to `([^`]*)`: (.+)")
CREATE = "failed to create task for container: failed to create shim task: OCI runtime create failed"
EXEC = "OCI runtime exec failed: exec failed"


def explain(said: str, arguments: Sequence[str], *, prefix: str = CREATE) -> tuple[EngineError, int]:
    """Return the failure for the caller and the exit code that the container, or exec, keeps of it."""
    program = arguments[0] if arguments else ""
    told = _in_gos_words(" ".join(said.split()).removeprefix("crun: ").removeprefix("[conmon:e]: "))
    lower = told.lower()
    start = f'{prefix}: unable to start container process: exec: "{program}"'
    if NOT_FOUND.search(told) or (not program and "in $path" in lower):
        if "/" in program:
            return InvalidParameterError(f"{start}: stat {program}: no such file or directory: unknown"), 127
        return InvalidParameterError(f"{start}: executable file not found in $PATH: unknown"), 127
    if f"`{program}`" in told or "exec" in lower:
        for pattern, reason in REFUSED:
            if pattern.search(told):
                # Docker adds the system's own words where they say less than the reason.
                more = ": permission denied" if reason == "is a directory" else ""
                return InvalidParameterError(f"{start}: {reason}: unknown{more}"), 126
    if match := CHDIR.search(told):
        place, reason = match[1], match[2].lower()
        return InvalidParameterError(
            f"{prefix}: unable to start container process: "
            f'chdir to cwd ("{place}") set in config.json failed: {reason}: unknown'
        ), 126
    if "not a directory" in lower and "mount" in lower:
        return InvalidParameterError(
            f"{prefix}: {told}: unknown: Are you trying to mount a directory onto a file (or vice-versa)? "
            "Check if the specified host path exists and is the expected type"
        ), 127
    if "no such file or directory" in lower:
        return InvalidParameterError(f"{prefix}: {told}: unknown"), 127
    return SystemFailureError(f"{prefix}: {told}: unknown"), 126 if prefix == EXEC else 128


def _in_gos_words(said: str) -> str:
    """Return a message with the system's own words at its end as Go has them: clients look for those."""
    what, colon, reason = said.rpartition(": ")
    return what + colon + (reason.lower() if reason in SYSTEM_WORDS else reason)
