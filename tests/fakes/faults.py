"""Ways in which a server can fail, to be scripted into a fake."""

import re
from dataclasses import dataclass
from enum import Enum, auto


class FaultKind(Enum):
    """What goes wrong."""

    STATUS = auto()
    """Answer with `status` and `message` as Docker's error."""
    SLOW = auto()
    """Wait `seconds`, then answer as usual."""
    HANG = auto()
    """Read the request and never answer."""
    CLOSE = auto()
    """Close the connection instead of answering."""
    CUT = auto()
    """Send a header and half a chunk, then close."""
    HALF_JSON = auto()
    """Answer 200 with JSON that breaks off."""
    WRONG_JSON = auto()
    """Answer 200 with JSON of another type than promised."""


@dataclass(slots=True)
class Fault:
    """One scripted failure, for the next `times` requests whose "METHOD /path" matches `pattern`."""

    pattern: str
    kind: FaultKind
    status: int = 500
    message: str = "scripted failure"
    seconds: float = 0.0
    times: int = 1

    def matches(self, line: str) -> bool:
        """Return whether the fault is for this request."""
        return self.times > 0 and re.search(self.pattern, line) is not None
