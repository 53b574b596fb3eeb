"""Sockets that only their user may open, without asyncio: small processes need them too.

They are Unix sockets. On Windows they are named pipes; a file with the pipe's name lies where the socket
would, in the user's own folder, and goes when the socket would go.
"""

import os
import socket
import sys
from pathlib import Path

from vm.errors import UserError

PIPES = "\\\\.\\pipe\\"


def client_address(path: Path) -> str:
    """Return what programs of others open to reach the socket at `path`."""
    if sys.platform != "win32":
        return str(path)
    import hashlib  # with it comes a library of 4 MB: only where it is needed

    place = os.path.normcase(os.path.abspath(path.parent))  # noqa: PTH100 - resolve() would follow links
    # a pipe's name is the whole computer's: each user, and each machine, has another one
    return f"{PIPES}marina-{path.stem}-{hashlib.sha256(os.fsencode(place)).hexdigest()[:8]}"


def dial_address(address: str, timeout: float | None) -> socket.socket:
    """Connect to a socket's path, or to a named pipe on Windows. Raises OSError."""
    if sys.platform == "win32":
        from vm.machine.sockets.named_pipes import dial_pipe

        return dial_pipe(address.replace("/", "\\"), timeout)
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.settimeout(timeout)
        connection.connect(address)
    except BaseException:
        connection.close()
        raise
    return connection


def listen_on_socket(path: Path, backlog: int = 128) -> socket.socket:
    """Return a socket that listens at `path` for its user alone; what lies there must be stale.

    Raises UserError when a program still listens there, OSError when the folder refuses.
    """
    remove_stale_socket(path)
    if sys.platform == "win32":
        from vm.machine.sockets.named_pipes import PipeListener

        try:
            pipe = PipeListener.at(client_address(path))
        except PermissionError as error:
            raise _taken(path, str(error)) from error
        path.write_text(pipe.name, encoding="utf-8")
        return pipe
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
    """Connect to a socket. Raises OSError; `timeout` in seconds also holds for later reads."""
    if sys.platform == "win32" and not path.exists():
        raise FileNotFoundError(f"{path} is not there")
    return dial_address(client_address(path), timeout)


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
