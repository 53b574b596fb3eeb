"""The engine's front door: a Unix socket that is there before the engine's heavier parts are loaded.

A client that connects early waits in the socket's queue and is answered as soon as the engine can answer
truly.
"""

import errno
import os
import socket
from pathlib import Path

from backend.errors import SystemFailureError

BACKLOG = 512
MAX_PATH_BYTES = 107


def listen(path: Path) -> socket.socket:
    """Return a listening Unix socket with mode 0600; the stale file of a dead engine is replaced.

    Raises SystemFailureError when another process answers there, or the path cannot be bound.
    """
    if len(os.fsencode(path)) > MAX_PATH_BYTES:
        raise SystemFailureError(f"{path}: a socket's path may have at most {MAX_PATH_BYTES} bytes")
    if _is_alive(path):
        raise SystemFailureError(f"{path}: another engine answers on this socket; stop it first")
    path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    previous_mask = os.umask(0o177)
    try:
        listener.bind(str(path))
    except OSError as error:
        listener.close()
        raise SystemFailureError(f"cannot listen on {path}: {error.strerror}") from error
    finally:
        os.umask(previous_mask)
    listener.listen(BACKLOG)
    return listener


def _is_alive(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.setblocking(False)
        code = probe.connect_ex(str(path))
    return code in (0, errno.EAGAIN)
