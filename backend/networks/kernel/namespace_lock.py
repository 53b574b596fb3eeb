"""One engine for each network namespace: bridge and firewall table have fixed names."""

import errno
import socket

from backend.errors import ConflictError

# An abstract socket belongs to the network namespace and ends with its process, however that dies.
ADDRESS = "\0org.marina.network"


class NamespaceLock:
    """Held while an engine uses the network of this namespace."""

    def __init__(self) -> None:
        self._socket: socket.socket | None = None

    def take(self) -> None:
        """Take the lock. Raises ConflictError when another engine has it."""
        holder = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
        try:
            holder.bind(ADDRESS)
        except OSError as error:
            holder.close()
            if error.errno != errno.EADDRINUSE:
                raise
            raise ConflictError(
                "another Marina engine already uses this machine's network; "
                "stop it, or run this one in a network namespace of its own"
            ) from error
        self._socket = holder

    def release(self) -> None:
        """Let the next engine have it."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
