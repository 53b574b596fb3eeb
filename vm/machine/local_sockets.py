"""Unix sockets that only their user may open, without asyncio: small processes need them too."""

import socket
import sys
from pathlib import Path

from vm.errors import UserError


def not_on_windows() -> UserError:
    """Return the error for the sockets that will be named pipes on Windows."""
    return UserError(
        "Marina's machine does not run on Windows yet.",
        "The sockets for Docker clients and for the supervisor need named pipes there.",
        "Use Marina on Linux or macOS for now.",
    )


def listen_on_socket(path: Path, backlog: int = 128) -> socket.socket:
    """Return a Unix socket that listens on `path` with mode 0600; what lies there must be stale.

    Raises UserError when a program still listens there, OSError when the folder refuses.
    """
    if sys.platform == "win32":
        raise not_on_windows()
    remove_stale_socket(path)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    # bound beside its name and renamed into place: nobody can connect before the mode is set
    temporary = path.with_name(f".{path.name[:8]}")
    try:
        temporary.unlink(missing_ok=True)
        listener.bind(str(temporary))
        temporary.chmod(0o600)
        listener.listen(backlog)
        temporary.rename(path)
    except OSError:
        listener.close()
        raise
    return listener


def dial_socket(path: Path, timeout: float) -> socket.socket:
    """Connect to a Unix socket. Raises OSError; `timeout` in seconds also holds for later reads."""
    if sys.platform == "win32":
        raise not_on_windows()
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(timeout)
    try:
        connection.connect(str(path))
    except OSError:
        connection.close()
        raise
    return connection


def remove_stale_socket(path: Path) -> None:
    """Remove what a killed program left at `path`. Raises UserError when somebody still answers there."""
    try:
        dial_socket(path, timeout=2).close()
    except (ConnectionRefusedError, FileNotFoundError):
        path.unlink(missing_ok=True)
        return
    except OSError as error:
        raise _taken(path, str(error)) from error
    raise _taken(path, "a program listens there")


def _taken(path: Path, reason: str) -> UserError:
    return UserError(
        "Another program holds a socket of the machine.",
        f"{path}: {reason}",
        "Stop that program, or choose another folder with MARINA_HOME.",
    )
