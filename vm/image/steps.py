"""Tells the person at the terminal what the builder does, and how long it has taken so far."""

import sys
import time

_started = time.monotonic()


def say(text: str) -> None:
    """Write one line with the seconds since the start."""
    sys.stderr.write(f"[{time.monotonic() - _started:5.1f} s] {text}\n")
    sys.stderr.flush()
