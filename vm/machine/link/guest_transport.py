"""One SSH connection to the guest, with channels to its Unix sockets."""

import logging
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import paramiko
from paramiko.common import CONNECTION_FAILED_CODE, OPEN_FAILED_CONNECT_FAILED

from vm.errors import UserError

logging.getLogger("paramiko").setLevel(logging.CRITICAL)  # it logs each refused channel

CHANNEL_KIND = "direct-streamlocal@openssh.com"
QUESTION_KIND = "keepalive@openssh.com"
"""A request without an effect, which sshd must answer."""

WINDOW = 4 * 2**20
LARGEST_PACKET = 2**16
CIPHERS = ("aes128-gcm@openssh.com", "aes256-gcm@openssh.com")
"""First choice: without a MAC to compute, both ends take less time than with AES-CTR and SHA-256."""

KEEP_ALIVE = 60
"""Seconds without traffic after which a keep-alive message goes out, so that sshd need not ask.
Whether the guest lives is asked on its agent port, which costs it less."""

CONNECT_LIMIT = 1.0
"""Seconds for one try to connect. A QEMU that stands still lets two connections wait; the kernel tries later
ones again with growing pauses, so a new one is there sooner when QEMU goes on."""


class TunnelDown(Exception):
    """No SSH connection to the guest, or one without an answer."""


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
        self._late: dict[int, paramiko.Channel] = {}
        options = self.get_security_options()
        options.ciphers = (*CIPHERS, *(name for name in options.ciphers if name not in CIPHERS))
        self.on_end: Callable[[], None] = lambda: None
        """Called by the transport's own thread when the connection has ended."""

    def run(self) -> None:
        """Carry messages until the connection ends: what paramiko's thread does."""
        try:
            super().run()
        finally:
            self.on_end()

    def open_socket(self, path: str, timeout: float) -> paramiko.Channel:
        """Connect to the guest's socket at `path` within `timeout` seconds.

        Raises EngineDown when nobody listens there, TunnelDown when there is no answer: the connection is
        silent then, or has ended.
        """
        self._opening.path = path
        try:
            return self.open_channel(CHANNEL_KIND, timeout=timeout)
        except paramiko.ChannelException as error:
            if not self.is_active():  # the reason of an earlier refusal
                raise TunnelDown(str(error)) from error
            raise EngineDown(error.text) from error
        except (paramiko.SSHException, OSError, EOFError) as error:
            raise TunnelDown(str(error) or type(error).__name__) from error
        finally:
            self._opening.path = None

    def open_channel(self, *arguments: Any, **options: Any) -> paramiko.Channel:
        """Open a channel as paramiko does, and mend two things.

        One that opens after its time is closed: the guest would keep its end as long as the connection lasts.
        And of several that are refused at once each says so: paramiko keeps one reason for all of them.
        """
        try:
            return super().open_channel(*arguments, **options)
        except paramiko.ChannelException:
            raise
        except paramiko.SSHException as error:
            if not self.is_active():
                raise
            channel = self._channels.get(self._opening.number)  # type: ignore[attr-defined]
            if channel is None:
                code = OPEN_FAILED_CONNECT_FAILED
                raise paramiko.ChannelException(code, CONNECTION_FAILED_CODE[code]) from error
            self._late[self._opening.number] = channel
            if channel.active:  # it opened just now
                self._close_late(self._opening.number)
            raise

    def wait_for_answer(self) -> bool:
        """Ask sshd something and wait for its answer; return False when the connection ends instead."""
        self.global_request(QUESTION_KIND, wait=True)
        return self.is_active()

    def _next_channel(self) -> int:
        self._opening.number = number = int(super()._next_channel())  # type: ignore[misc]
        return number

    def _parse_channel_open_success(self, message: paramiko.Message) -> None:
        number = message.get_int()
        message.rewind()
        super()._parse_channel_open_success(message)  # type: ignore[misc]
        self._close_late(number)

    def _close_late(self, number: int) -> None:
        channel = self._late.pop(number, None)
        if channel is not None:
            # not by the transport's own thread: a message may have to wait for new keys, which that one makes
            threading.Thread(target=channel.close, name="late channel", daemon=True).start()

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
