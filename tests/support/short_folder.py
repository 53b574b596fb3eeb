"""A folder for sockets, which goes once nobody in this process can write into it any more."""

import contextlib
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

_LIMIT = 60.0  # seconds for what is under way to end


@contextlib.contextmanager
def short_folder(prefix: str) -> Iterator[Path]:
    """Make a folder whose path leaves room for a socket's name: at most 104 bytes on a Mac.

    The threads begun meanwhile have ended before it is removed: a worker that is in the midst of something,
    as the window leaves them when it closes, would put a file into the folder that is being removed.
    Fails with the names of those that go on.
    """
    before = set(threading.enumerate())
    with tempfile.TemporaryDirectory(prefix=prefix) as folder:
        yield Path(folder)
        _let_end([thread for thread in threading.enumerate() if thread not in before])


def _let_end(threads: list[threading.Thread]) -> None:
    deadline = time.monotonic() + _LIMIT
    for thread in threads:
        if not thread.name.startswith("Dummy-"):  # Qt's own, which Python only met: `Background.close` waits
            thread.join(max(0.0, deadline - time.monotonic()))
            assert not thread.is_alive(), f"{thread.name} goes on after its test"
