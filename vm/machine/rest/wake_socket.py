"""docker.sock of a suspended machine: the first connection wakes it, and all wait until it goes on."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable

from vm.machine.link.docker_socket import refuse_call


class WakeSocket:
    """Holds the listener while nobody answers behind it. Lives on the event loop."""

    def __init__(self, listener: socket.socket, on_wake: Callable[[], object]) -> None:
        """`on_wake` is called once, at the first connection."""
        self._listener = listener
        self._on_wake = on_wake
        self._loop = asyncio.get_running_loop()
        self._waiting: list[socket.socket] = []
        self._handed_over = False
        listener.setblocking(False)
        self._loop.add_reader(listener, self._accept)

    def hand_over(self) -> tuple[socket.socket, list[socket.socket]]:
        """Return the listener and the connections that wait; this object is done with them."""
        if not self._handed_over:
            self._handed_over = True
            self._loop.remove_reader(self._listener)
        waiting, self._waiting = self._waiting, []
        return self._listener, waiting

    def listen_on(self, listener: socket.socket) -> None:
        """Go on with another listener: somebody has removed the socket of the first."""
        self._loop.remove_reader(self._listener)
        self._listener.close()
        self._listener = listener
        listener.setblocking(False)
        self._loop.add_reader(listener, self._accept)

    def refuse(self, reason: str) -> None:
        """End everything, telling those who wait why."""
        listener, waiting = self.hand_over()
        listener.close()
        for connection in waiting:
            threading.Thread(target=refuse_call, args=(connection, reason), daemon=True).start()

    def close(self) -> None:
        """End everything that waits."""
        listener, waiting = self.hand_over()
        for connection in (listener, *waiting):
            connection.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            connection, _ = self._listener.accept()
            self._waiting.append(connection)
            if len(self._waiting) == 1:
                self._on_wake()
