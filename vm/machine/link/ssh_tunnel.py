"""The way to the engine: an SSH connection that is kept or made anew, and a channel for each client."""

import contextlib
import logging
import threading
import time
from collections.abc import Callable

import paramiko

from vm.errors import UserError
from vm.machine.link.guest_transport import EngineDown, GuestTransport, TunnelDown

log = logging.getLogger(__name__)

ENGINE_SOCKET = "/run/marina/engine.sock"
LONGEST_ANSWER = 2**16

REDIAL_FIRST = 0.2
REDIAL_MOST = 1.0

REFUSED_PAUSE = 0.5
"""Seconds until an engine that nobody listens for is tried again."""

CHANCE = 3.0
"""Seconds that a silent connection has to answer once the other side goes on, before a new one is tried."""


class Tunnel:
    """Holds one transport, notices at once when it dies or falls silent, and mends it until it is closed.

    One that is dead is dialled anew. One that is silent may still live: a machine that stood still goes on
    with its connections. So it is kept, with all its channels, until it answers or there is a new one.
    """

    def __init__(
        self,
        dial: Callable[[], GuestTransport],
        on_change: Callable[[bool], None],
        socket_path: str = ENGINE_SOCKET,
        stands_still: Callable[[], bool] = lambda: False,
    ) -> None:
        """`on_change` is called from the tunnel's own thread with whether there is a connection that answers.

        `stands_still` tells whether the other side does so as a whole: nothing new is dialled meanwhile,
        which would only be more work for a machine that has just come back.
        """
        self._dial = dial
        self._socket_path = socket_path
        self._on_change = on_change
        self._stands_still = stands_still
        self._transport: GuestTransport | None = None
        self._silent = False
        self._changed = threading.Condition()
        self._closed = False
        self.last_traffic = 0.0
        """When the guest last sent something (`time.monotonic`)."""

    @property
    def is_up(self) -> bool:
        """Whether there is a connection, and it does not leave us without an answer."""
        return self._transport is not None and self._transport.is_active() and not self._silent

    def open(self) -> None:
        """Dial for the first time and stay connected. Raises as `dial_guest` does."""
        self._hold(self._dial())
        threading.Thread(target=self._keep_up, name="tunnel", daemon=True).start()

    def open_channel(self, patience: float, answer_limit: float = 20) -> paramiko.Channel:
        """Open a channel to the engine; wait `patience` seconds for a connection, or for it, to come back.

        Nothing was sent yet when a transport turns out to be dead, so the call moves on to the next one.
        An engine that has ended is started again by the guest.
        Raises TunnelDown, or EngineDown.
        """
        deadline = time.monotonic() + patience
        while True:
            transport = self._wait_for_transport(deadline)
            try:
                return transport.open_socket(self._socket_path, answer_limit)
            except TunnelDown:
                if transport.is_active():
                    self._doubt(transport)
                if time.monotonic() >= deadline:
                    raise
            except EngineDown:
                if time.monotonic() + REFUSED_PAUSE >= deadline:
                    raise
                with self._changed:
                    self._changed.wait_for(lambda: self._closed, REFUSED_PAUSE)

    def run(self, command: str, limit: float) -> str:
        """Run a shell command in the guest within `limit` seconds a piece of output; return what it prints.

        Raises TunnelDown, also when the command fails.
        """
        transport = self._wait_for_transport(time.monotonic() + limit)
        try:
            channel = transport.open_session(timeout=limit)
            channel.settimeout(limit)
            channel.set_combine_stderr(True)
            channel.exec_command(command)
            output = b"".join(iter(lambda: channel.recv(65536), b"")).decode("utf-8", "replace")
            status = channel.recv_exit_status()
        except (paramiko.SSHException, OSError, EOFError) as error:
            raise TunnelDown(str(error) or type(error).__name__) from error
        if status:
            raise TunnelDown(f"the machine's command failed with status {status}: {output.strip()[-500:]}")
        return output

    def expect_end(self) -> None:
        """Open nothing new and do not redial: the guest powers off. Open channels go on till then."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def close(self) -> None:
        """End the connection for good."""
        self.expect_end()
        if self._transport is not None:
            self._transport.close()

    def _hold(self, transport: GuestTransport) -> None:
        self._transport, self._silent = transport, False
        transport.on_end = self._wake  # should it have ended before, `is_up` tells

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _wait_for_transport(self, deadline: float) -> GuestTransport:
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self.is_up, deadline - time.monotonic())
            if self._transport is None or self._closed or not self.is_up:
                raise TunnelDown("no connection to the machine")
            return self._transport

    def _doubt(self, transport: GuestTransport) -> None:
        """Use a transport that left a question without an answer no more, until it answers another one."""
        with self._changed:
            if self._silent or transport is not self._transport:
                return
            self._silent = True
            self._changed.notify_all()
        threading.Thread(target=self._ask, args=(transport,), name="tunnel question", daemon=True).start()

    def _ask(self, transport: GuestTransport) -> None:
        with contextlib.suppress(paramiko.SSHException, OSError, EOFError):  # it has ended meanwhile
            transport.wait_for_answer()
        with self._changed:
            if transport is self._transport:  # it answers, or is dead rather than silent
                self._silent = False
                self._changed.notify_all()

    def _keep_up(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or not self.is_up)
            if self._closed:
                return
            self._on_change(False)
            if self._mend():
                self._on_change(True)

    def _mend(self) -> bool:
        """Return once the transport answers or there is a new one; False when the tunnel is closed first."""
        pause, stood_still = REDIAL_FIRST, 0.0
        while True:
            began = time.monotonic()
            if self._silent and self._stands_still():
                stood_still = began
            if not self._silent or began - stood_still > CHANCE:
                self._redial()
            with self._changed:
                # a try that took long was a pause itself
                left = max(0.0, began + pause - time.monotonic())
                self._changed.wait_for(lambda: self._closed or self.is_up, left)
                if self._closed or self.is_up:
                    return not self._closed
            pause = min(pause * 2, REDIAL_MOST)

    def _redial(self) -> None:
        try:
            transport = self._dial()
        except (TunnelDown, UserError) as error:
            log.warning("redial failed: %s", error)
            return
        with self._changed:
            old = self._transport
            if self._closed or self.is_up:  # the old one has answered in the meantime
                old = transport
            else:
                self._hold(transport)
                log.info("tunnel is open again")
            self._changed.notify_all()
        if old is not None:
            old.close()


def ping_engine(tunnel: Tunnel, patience: float, limit: float) -> None:
    """Ask for `/_ping` on a channel of its own, as clients do; blocks. Raises as `ask_engine` does."""
    ask_engine(tunnel, "/_ping", patience, limit)


def ask_engine(tunnel: Tunnel, path: str, patience: float, limit: float) -> bytes:
    """Get `path` of the engine on a channel of its own and return the answer's body; blocks.

    Waits `patience` seconds for a connection and `limit` seconds for each answer.
    Raises TunnelDown, or EngineDown when the engine does not answer with 200.
    """
    channel = tunnel.open_channel(patience, limit)
    try:
        channel.settimeout(limit)
        channel.sendall(f"GET {path} HTTP/1.1\r\nHost: marina\r\nConnection: close\r\n\r\n".encode())
        answer = b""
        while len(answer) < LONGEST_ANSWER and (data := channel.recv(4096)):
            answer += data
    except (OSError, EOFError, paramiko.SSHException) as error:
        raise EngineDown(
            f"no answer within {limit:g} s" if isinstance(error, TimeoutError) else str(error)
        ) from error
    finally:
        with contextlib.suppress(OSError, EOFError, paramiko.SSHException):  # the tunnel may be dead
            channel.close()
    words = answer.split(maxsplit=2)
    if len(words) < 2 or words[1] != b"200":
        raise EngineDown(f"{path} answered {answer[:80]!r}")
    tunnel.last_traffic = time.monotonic()
    return answer.partition(b"\r\n\r\n")[2]
