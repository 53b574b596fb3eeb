"""A socket on this computer that leads to an engine elsewhere, for programs of others.

Docker's compose would open an SSH connection of its own, which believes the user's known_hosts. Behind this
door it speaks by Marina's own connection: to the host whose key was pinned when the engine was added.
"""

import contextlib
import json
import shutil
import socket
import tempfile
import threading
from pathlib import Path
from typing import Self

from app.services.computer.docker_context import context_endpoint
from app.services.engine.engine_transport import connect
from app.services.errors import MarinaError, UserError
from vm.machine.sockets.local_sockets import client_address, dial_socket, listen_on_socket

_CONNECT_SECONDS = 20.0
_PATIENCE = 2.0
_PIECE = 1 << 16


class LocalDoor:
    """Open while the context lasts; only this user can come to it."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._is_closed = False
        self._folder: Path
        self._socket: Path
        self._listener: socket.socket
        self._acceptor: threading.Thread

    def __enter__(self) -> Self:
        self._folder = Path(tempfile.mkdtemp(prefix="marina-"))  # for this user alone
        self._socket = self._folder / "engine.sock"
        try:
            self._listener = listen_on_socket(self._socket, backlog=64)
        except OSError as error:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise UserError(f"{self._folder} cannot be written", str(error)) from error
        self._acceptor = threading.Thread(target=self._accept, name="marina-door", daemon=True)
        self._acceptor.start()
        return self

    def __exit__(self, *details: object) -> None:
        with self._lock:
            self._is_closed = True
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        with contextlib.suppress(OSError):
            dial_socket(self._socket, _PATIENCE).close()  # wakes the acceptor on every system
        self._acceptor.join()
        for thread in self._threads:
            thread.join()
        self._listener.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def address(self) -> str:
        """Return where it is, as DOCKER_HOST has it."""
        return context_endpoint(client_address(self._socket))

    def _accept(self) -> None:
        while True:
            try:
                caller, _ = self._listener.accept()
            except OSError:
                return
            if self._is_closed:
                caller.close()
                return
            thread = threading.Thread(target=self._serve, args=(caller,), name="marina-door", daemon=True)
            self._threads = [known for known in self._threads if known.is_alive()] + [thread]
            thread.start()

    def _serve(self, caller: socket.socket) -> None:
        with caller:
            try:
                engine = connect(self._address, _CONNECT_SECONDS)
            except (OSError, MarinaError) as error:
                _refuse(caller, str(error))
                return
            with engine:
                engine.settimeout(None)
                self._carry_both(caller, engine)

    def _carry_both(self, caller: socket.socket, engine: socket.socket) -> None:
        """Carry both ways until both ends have said all."""
        with self._lock:
            if self._is_closed:
                return
            self._open |= {caller, engine}
        back = threading.Thread(target=_carry, args=(engine, caller), name="marina-door", daemon=True)
        back.start()
        _carry(caller, engine)
        back.join()
        with self._lock:
            self._open -= {caller, engine}


def _refuse(caller: socket.socket, reason: str) -> None:
    """Answer as an engine that says why it cannot."""
    body = json.dumps({"message": reason}).encode()
    head = f"HTTP/1.1 503 Service Unavailable\r\nContent-Length: {len(body)}\r\nConnection: close\r\n"
    with contextlib.suppress(OSError):
        caller.settimeout(_PATIENCE)
        caller.recv(_PIECE)  # one that is still writing would see a broken pipe instead of the answer
        caller.sendall(f"{head}Content-Type: application/json\r\n\r\n".encode() + body)


def _carry(source: socket.socket, target: socket.socket) -> None:
    """Carry what comes, and its end."""
    with contextlib.suppress(OSError):
        while data := source.recv(_PIECE):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)
