"""Waits until a published port answers HTTP: a port that is open is not yet a page."""

import http.client
import time
from collections.abc import Callable
from urllib.parse import urlsplit

FIRST_PAUSE = 0.05
LONGEST_PAUSE = 0.5
ANSWER_SECONDS = 3.0
LOOK_AFTER_SECONDS = 1.0


def answers_http(url: str, timeout: float = ANSWER_SECONDS) -> bool:
    """Return whether a web server answers at `url`, with any status; `timeout` is in seconds."""
    parts = urlsplit(url)
    if not parts.hostname:
        return False
    connection_class = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = connection_class(parts.hostname, parts.port, timeout=timeout)
    try:
        connection.request("GET", parts.path or "/")
        connection.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


def wait_for_page(url: str, seconds: float, worth_waiting: Callable[[], bool]) -> bool:
    """Return True once `url` answers, False after `seconds` or when `worth_waiting` says no.

    `worth_waiting` is asked about once a second, and may raise to end the wait.
    """
    deadline = time.monotonic() + seconds
    pause, next_look = FIRST_PAUSE, time.monotonic() + LOOK_AFTER_SECONDS
    patience = ANSWER_SECONDS
    while True:
        asked = time.monotonic()
        if asked >= deadline:
            return False
        if answers_http(url, min(patience, deadline - asked)):
            return True
        if time.monotonic() - asked >= patience:
            patience *= 2  # it is slow, or the question was lost
        if time.monotonic() >= next_look:
            if not worth_waiting():
                return False
            next_look = time.monotonic() + LOOK_AFTER_SECONDS
        time.sleep(min(pause, max(deadline - time.monotonic(), 0)))
        pause = min(pause * 2, LONGEST_PAUSE)
