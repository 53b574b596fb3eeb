"""The way to the engine: an SSH transport that is redialled when it dies, and one channel per connection."""

import contextlib
import logging
import socket
import threading
import time
from collections.abc import Callable

import paramiko

from vm.errors import UserError

log = logging.getLogger(__name__)
logging.getLogger("paramiko").setLevel(logging.CRITICAL)  # it logs each refused channel

ENGINE_SOCKET = "/run/marina/engine.sock"
CHANNEL_KIND = "direct-streamlocal@openssh.com"
WINDOW = 4 * 2**20
LARGEST_PACKET = 2**16
CIPHERS = ("aes128-gcm@openssh.com", "aes256-gcm@openssh.com")
"""First choice: without a MAC to compute, both ends take less time than with AES-CTR and SHA-256."""

KEEP_ALIVE = 60
"""Seconds without traffic after which a keep-alive message goes out, so that sshd need not ask.
Whether the guest lives is asked on its agent port, which costs it less."""

LONGEST_ANSWER = 2**16

REDIAL_FIRST = 0.2
REDIAL_MOST = 1.0

CONNECT_LIMIT = 1.0
"""Seconds for one try to connect. A QEMU that stands still lets two connections wait; the kernel tries later
ones again with growing pauses, so a new one is there sooner when QEMU goes on."""


class TunnelDown(Exception):
    """No SSH connection to the guest."""


class EngineDown(Exception):
    """SSH works, but nobody listens on the engine's socket."""


class HostKeyMismatch(UserError):
    """Somebody else than the machine answered."""


class GuestTransport(paramiko.Transport):
    """An SSH transport that can also open channels to the guest's Unix sockets.

    OpenSSH's PROTOCOL file, section 2.4: the channel's kind is followed by the path, a string and a number
    that are not used. paramiko knows no such kind, so its message is completed just before it is sent.
    """

    def __init__(self, connection: socket.socket) -> None:
        super().__init__(connection, default_window_size=WINDOW, default_max_packet_size=LARGEST_PACKET)
        self._opening = threading.local()
        options = self.get_security_options()
        options.ciphers = (*CIPHERS, *(name for name in options.ciphers if name not in CIPHERS))

    def open_socket(self, path: str, timeout: float) -> paramiko.Channel:
        """Connect to the guest's socket at `path` within `timeout` seconds.

        Raises paramiko.ChannelException when the guest refuses, paramiko.SSHException when SSH does not work.
        """
        self._opening.path = path
        try:
            return self.open_channel(CHANNEL_KIND, timeout=timeout)
        finally:
            self._opening.path = None

    def _send_user_message(self, data: paramiko.Message) -> None:
        path = getattr(self._opening, "path", None)
        if path is not None:
            data.add_string(path)
            data.add_string("")
            data.add_int(0)
            self._opening.path = None
        super()._send_user_message(data)  # type: ignore[misc]


def dial_guest(port: int, user_key: paramiko.PKey, host_key: str, timeout: float = 15) -> GuestTransport:
    """Connect to sshd behind `port` of 127.0.0.1; blocks for `timeout` seconds at most before each answer.

    Raises HostKeyMismatch, or TunnelDown for anything that may pass.
    """
    try:
        connection = _connect(port, timeout)
    except OSError as error:
        raise TunnelDown(f"port {port} of 127.0.0.1: {error}") from error
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    transport = GuestTransport(connection)
    transport.daemon = True
    transport.banner_timeout = transport.handshake_timeout = transport.auth_timeout = timeout
    try:
        transport.start_client(timeout=2 * timeout)  # a guest that goes on late still has time to shake hands
        found = transport.get_remote_server_key()
        if f"{found.get_name()} {found.get_base64()}" != host_key:
            raise HostKeyMismatch(
                "Another machine answers where Marina's should.",
                f"Port {port} of 127.0.0.1 shows the key {found.get_base64()}.",
                "Stop the program that listens there, then restart the machine.",
            )
        transport.auth_publickey("root", user_key)
    except (paramiko.SSHException, OSError, EOFError) as error:
        transport.close()
        raise TunnelDown(str(error) or type(error).__name__) from error
    except BaseException:
        transport.close()
        raise
    transport.set_keepalive(KEEP_ALIVE)
    return transport


def _connect(port: int, timeout: float) -> socket.socket:
    deadline = time.monotonic() + timeout
    while True:
        left = deadline - time.monotonic()
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=min(CONNECT_LIMIT, max(left, 0.01)))
        except TimeoutError:
            if left <= CONNECT_LIMIT:
                raise


class Tunnel:
    """Holds one transport, notices its death at once, and redials with growing pauses until it is closed."""

    def __init__(
        self,
        dial: Callable[[], GuestTransport],
        on_change: Callable[[bool], None],
        socket_path: str = ENGINE_SOCKET,
    ) -> None:
        """`on_change` is called from the tunnel's own thread with whether there is a connection."""
        self._dial = dial
        self._socket_path = socket_path
        self._on_change = on_change
        self._transport: GuestTransport | None = None
        self._changed = threading.Condition()
        self._closed = False
        self.last_traffic = 0.0
        """When the guest last sent something (`time.monotonic`)."""

    @property
    def is_up(self) -> bool:
        """Whether there is a connection."""
        return self._transport is not None and self._transport.is_active()

    def open(self) -> None:
        """Dial for the first time and stay connected. Raises as `dial_guest` does."""
        self._transport = self._dial()
        threading.Thread(target=self._keep_open, name="tunnel", daemon=True).start()

    def open_channel(self, patience: float, answer_limit: float = 20) -> paramiko.Channel:
        """Open a channel to the engine, waiting `patience` seconds for a connection to come back.

        Nothing was sent yet when a transport turns out to be dead, so the call moves on to the next one.
        Raises TunnelDown, or EngineDown.
        """
        deadline = time.monotonic() + patience
        while True:
            transport = self._wait_for_transport(deadline)
            try:
                return transport.open_socket(self._socket_path, answer_limit)
            except paramiko.ChannelException as error:
                raise EngineDown(error.text) from error
            except (paramiko.SSHException, OSError, EOFError) as error:
                if transport.is_active():
                    transport.close()  # alive by name only: it did not answer within the limit
                if time.monotonic() >= deadline:
                    raise TunnelDown(str(error)) from error

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

    def drop(self) -> None:
        """Give the current transport up, so that a new one is dialled."""
        if self._transport is not None:
            self._transport.close()

    def expect_end(self) -> None:
        """Open nothing new and do not redial: the guest powers off. Open channels go on till then."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def close(self) -> None:
        """End the connection for good."""
        self.expect_end()
        self.drop()

    def _wait_for_transport(self, deadline: float) -> GuestTransport:
        with self._changed:
            while not self._closed:
                if self._transport is not None and self._transport.is_active():
                    return self._transport
                left = deadline - time.monotonic()
                if left <= 0:
                    break
                self._changed.wait(min(left, 0.25))
        raise TunnelDown("no connection to the machine")

    def _keep_open(self) -> None:
        while not self._closed:
            transport = self._transport
            if transport is not None:
                transport.join()  # the transport is a thread that ends when the connection does
            if self._closed:
                return
            self._on_change(False)
            if self._redial():
                self._on_change(True)

    def _redial(self) -> bool:
        pause = REDIAL_FIRST
        while True:
            began = time.monotonic()
            try:
                transport = self._dial()
            except (TunnelDown, UserError) as error:
                log.warning("redial failed: %s", error)
            else:
                with self._changed:
                    self._transport = transport
                    self._changed.notify_all()
                    if self._closed:
                        transport.close()
                        return False
                log.info("tunnel is open again")
                return True
            with self._changed:
                # a try that took long was a pause itself
                left = max(0.0, began + pause - time.monotonic())
                self._changed.wait_for(lambda: self._closed, timeout=left)
                if self._closed:
                    return False
            pause = min(pause * 2, REDIAL_MOST)


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
