"""docker.sock: each accepted connection becomes a channel of the tunnel; half-close is carried both ways."""

import asyncio
import contextlib
import json
import logging
import select
import socket
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import paramiko

from vm.errors import UserError
from vm.machine.link.guest_transport import EngineDown, TunnelDown
from vm.machine.link.ssh_tunnel import Tunnel
from vm.machine.sockets.local_sockets import listen_on_socket

log = logging.getLogger(__name__)

MOST_CONNECTIONS = 256
"""At once, two threads each; more wait in the listener's queue."""

BUFFER = 2**18
PATIENCE = 20.0
"""Seconds that a new connection waits for a dead tunnel to come back."""


class DockerSocket:
    """Listens while the machine runs. Lives on the event loop; each connection has threads of its own."""

    def __init__(
        self,
        path: Path,
        tunnel: Tunnel,
        listener: socket.socket | None = None,
        waiting: Sequence[socket.socket] = (),
    ) -> None:
        """Listen at once, or go on with a listener of before and the connections that wait for answers.

        Raises UserError when another program holds the socket, or OSError.
        """
        self._path = path
        self._tunnel = tunnel
        self._loop = asyncio.get_running_loop()
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._accepting = False
        self._waits = False
        self._refusal = ""
        self.last_use = time.monotonic()
        """When a client last connected, sent or got something, or left (`time.monotonic`)."""
        self._listener = listener or listen_on_socket(path)
        self._listener.setblocking(False)
        for connection in waiting:
            self._begin(connection)
        self._resume()

    @property
    def connections(self) -> int:
        """How many clients are connected."""
        return len(self._open)

    def ensure(self) -> None:
        """Listen anew when somebody has removed the socket, as cleaners of temporary folders do."""
        if self._path.exists() or self._listener.fileno() < 0:
            return
        try:
            listener = listen_on_socket(self._path)
        except (OSError, UserError) as error:
            log.warning("docker.sock was removed and cannot be made again: %s", error)
            return
        log.warning("docker.sock was removed: it is made again")
        self._pause()
        self._listener.close()
        self._listener = listener
        self._listener.setblocking(False)
        self._resume()

    def refuse(self, reason: str) -> None:
        """Answer new connections with an error that says why the engine cannot; "" serves them again."""
        self._refusal = reason

    def wait(self) -> None:
        """Let new connections wait, until `serve_again` or `hand_over`."""
        self._waits = True
        self._pause()

    def serve_again(self) -> None:
        """Serve those who wait."""
        self._waits = False
        self._resume()

    def hand_over(self) -> socket.socket:
        """Cut all connections and return the listener, which goes on to listen."""
        listener = self._listener.dup()
        self.wait()
        self._listener.close()
        self.cut()
        return listener

    def close(self) -> None:
        """Stop to listen and cut all connections."""
        if self._listener.fileno() < 0:
            return  # handed over
        self._pause()
        self._path.unlink(missing_ok=True)
        self._listener.close()
        self.cut()

    def cut(self) -> None:
        """End all connections."""
        with self._lock:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def _resume(self) -> None:
        if not (self._accepting or self._waits) and self._listener.fileno() >= 0:
            self._loop.add_reader(self._listener, self._accept)
            self._accepting = True

    def _pause(self) -> None:
        if self._accepting:
            self._loop.remove_reader(self._listener)
            self._accepting = False

    def _accept(self) -> None:
        try:
            connection, _ = self._listener.accept()
        except OSError as error:
            log.warning("docker.sock cannot accept: %s", error)
            return
        self._begin(connection)

    def _begin(self, connection: socket.socket) -> None:
        connection.setblocking(True)
        self._note_use()
        with self._lock:
            self._open.add(connection)
        threading.Thread(target=self._serve, args=(connection,), name="docker.sock", daemon=True).start()
        if len(self._open) >= MOST_CONNECTIONS:
            self._pause()

    def _serve(self, connection: socket.socket) -> None:
        try:
            if self._refusal:
                _refuse(connection, f"Marina's engine does not answer: {self._refusal}")
                return
            try:
                channel = self._tunnel.open_channel(PATIENCE)
            except (TunnelDown, EngineDown) as error:
                _refuse(connection, f"Marina's engine does not answer: {error}")
                return
            carry(connection, channel, self._note_traffic)
        finally:
            self._note_use()
            with self._lock:
                self._open.discard(connection)
                connection.close()
            with contextlib.suppress(RuntimeError):  # the loop is closed: the supervisor ends
                self._loop.call_soon_threadsafe(self._resume)

    def _note_use(self) -> None:
        self.last_use = time.monotonic()

    def _note_traffic(self) -> None:
        self.last_use = self._tunnel.last_traffic = time.monotonic()


def refuse_call(connection: socket.socket, reason: str) -> None:
    """Answer a call with an error and end its connection; blocks for a moment."""
    connection.setblocking(True)
    with connection:
        _refuse(connection, f"Marina's engine does not answer: {reason}")


def _refuse(connection: socket.socket, reason: str) -> None:
    body = json.dumps({"message": reason}).encode()
    head = (
        f"HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    )
    with contextlib.suppress(OSError):
        connection.settimeout(2)
        connection.recv(
            BUFFER
        )  # a client that is still writing would see a broken pipe instead of the answer
        connection.sendall(f"{head}\r\nConnection: close\r\n\r\n".encode() + body)


def carry(connection: socket.socket, channel: paramiko.Channel, on_traffic: Callable[[], None]) -> None:
    """Carry bytes and half-closes both ways until both ends are closed, telling of each answer; blocks."""
    finished = threading.Event()
    up = threading.Thread(
        target=_carry_up, args=(connection, channel, finished), name="docker.sock up", daemon=True
    )
    up.start()
    try:
        while data := channel.recv(BUFFER):
            on_traffic()
            connection.sendall(data)
        # the end of the answers only, or the end of the channel, also by the death of the tunnel
        connection.shutdown(socket.SHUT_RDWR if channel.closed else socket.SHUT_WR)
    except (OSError, paramiko.SSHException, EOFError):
        _close(channel)
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
    finished.set()
    up.join()
    _close(channel)


def _carry_up(connection: socket.socket, channel: paramiko.Channel, finished: threading.Event) -> None:
    try:
        while data := connection.recv(BUFFER):
            channel.sendall(data)
        channel.shutdown_write()
        _wait_for_hang_up(connection, finished)
    except (OSError, paramiko.SSHException, EOFError):
        pass
    _close(channel)


def _close(channel: paramiko.Channel) -> None:
    with contextlib.suppress(OSError, paramiko.SSHException, EOFError):  # the tunnel may be dead
        channel.close()


def _wait_for_hang_up(connection: socket.socket, finished: threading.Event) -> None:
    """Wait until the client has closed its reading end too.

    A client that only listens, such as `docker events`, and goes away must not leave a stream open.
    Only Linux tells it apart from a half-close; elsewhere the next byte for the client tells.
    """
    if sys.platform == "linux":
        poll = select.poll()
        poll.register(connection, 0)  # hang-up is always reported
        poll.poll()
    else:
        finished.wait()
