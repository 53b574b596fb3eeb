"""Reaches the engine through its socket: for `requests` as a transport adapter, for streams as a connection.

The address is the path of a socket, or an URL (`engine_address`): SSH, TLS, or plain TCP on this computer.
"""

import contextlib
import http.client
import socket
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from app.services.engine.engine_address import shown_address, split_address
from app.services.engine.tls_connection import connect_tls
from app.services.errors import EngineUnreachableError
from vm.machine.sockets.local_sockets import dial_address

if TYPE_CHECKING:
    from vm.remote import RemoteEngine


_remotes: "dict[str, RemoteEngine]" = {}
_remotes_lock = threading.Lock()


def connect(address: str, timeout: float | None) -> socket.socket:
    """Return a connected stream socket; `timeout` in seconds counts for connecting and stays set on it.

    Raises OSError when nobody listens there, UserError for an address that cannot be used.
    """
    parts = split_address(address)
    if parts.scheme == "ssh":
        from app.services.remote.remote_hosts import connect_remote  # SSH is slow to import

        connection = connect_remote(_remote(address))
        connection.settimeout(timeout)
        return connection
    if parts.scheme == "tcp":
        if parts.tls_folder:
            return connect_tls(parts.host, parts.port, Path(parts.tls_folder), timeout)
        return socket.create_connection((parts.host, parts.port), timeout)
    return dial_address(parts.path, timeout)


def _remote(address: str) -> "RemoteEngine":
    """Return the process' one SSH connection for an address."""
    from app.services.remote.remote_hosts import open_remote

    with _remotes_lock:
        if address not in _remotes:
            _remotes[address] = open_remote(address)
        return _remotes[address]


def forget_remotes() -> None:
    """End all SSH connections to engines."""
    with _remotes_lock:
        for remote in _remotes.values():
            remote.close()
        _remotes.clear()


class _PooledConnection(HTTPConnection):
    """urllib3's connection, over our socket."""

    address: str = ""

    def _new_conn(self) -> socket.socket:
        timeout = self.timeout if isinstance(self.timeout, int | float) else None
        try:
            return connect(self.address, timeout)
        except TimeoutError as error:
            raise ConnectTimeoutError(
                self, f"connecting to {shown_address(self.address)} timed out"
            ) from error
        except OSError as error:
            reason = error.strerror or error
            raise NewConnectionError(self, f"{shown_address(self.address)}: {reason}") from error


class SocketAdapter(HTTPAdapter):
    """Sends every request of a `requests` session to one socket, over kept connections."""

    def __init__(self, address: str, pool_size: int = 8) -> None:
        connection_class = type("_Connection", (_PooledConnection,), {"address": address})
        self._pool = HTTPConnectionPool("engine", maxsize=pool_size)
        self._pool.ConnectionCls = connection_class
        super().__init__()

    def get_connection_with_tls_context(self, *_: Any, **__: Any) -> HTTPConnectionPool:
        """Return the only pool there is; the URL's host does not matter."""
        return self._pool

    def request_url(self, request: Any, proxies: Any) -> str:
        """Return the path: no proxy stands between us and a socket."""
        return str(request.path_url)

    def close(self) -> None:
        """Close the kept connections."""
        self._pool.close()
        super().close()


class StreamConnection(http.client.HTTPConnection):
    """One connection for one long answer; its socket stays known, so that it can be shut down to cancel."""

    def __init__(self, address: str, connect_timeout: float) -> None:
        super().__init__("engine")
        self._address = address
        self._connect_timeout = connect_timeout
        self.stream_socket: socket.socket | None = None

    def connect(self) -> None:
        """Connect, then wait without limit: a quiet log is no failure."""
        try:
            self.sock = connect(self._address, self._connect_timeout)
        except OSError as error:
            reason = error.strerror or error
            raise EngineUnreachableError(f"{shown_address(self._address)}: {reason}") from error
        self.sock.settimeout(None)
        self.stream_socket = self.sock

    def shut_down(self) -> None:
        """Wake whoever reads or writes here, from any thread; they fail."""
        if self.stream_socket is not None:
            with contextlib.suppress(OSError):  # the other side was faster
                self.stream_socket.shutdown(socket.SHUT_RDWR)
