"""A real SSH server in this process, whose only service is a channel to a pretended engine."""

import contextlib
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import paramiko
from paramiko.common import AUTH_FAILED, AUTH_SUCCESSFUL, OPEN_FAILED_CONNECT_FAILED, OPEN_SUCCEEDED

from vm.machine.link.guest_transport import CHANNEL_KIND
from vm.machine.link.ssh_keys import get_user_key
from vm.machine.machine_files import MachineFiles

Engine = Callable[[paramiko.Channel], None]


def answer_ping(channel: paramiko.Channel) -> None:
    """Answer one request as the engine does."""
    request = channel.recv(65536)
    body = b"OK" if b"/_ping" in request else b"other"
    channel.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
    channel.close()


def count_until_end(channel: paramiko.Channel) -> None:
    """Read to the client's half-close, then tell how many bytes came."""
    total = 0
    while data := channel.recv(65536):
        total += len(data)
    channel.sendall(str(total).encode())
    channel.close()


class SshServer(paramiko.ServerInterface):
    """Listens on a port of 127.0.0.1 until closed."""

    def __init__(self, folder: Path, user_key: paramiko.PKey, engine: Engine = answer_ping) -> None:
        folder.mkdir(exist_ok=True)
        self.host_key = get_user_key(MachineFiles.find(folder))
        self.engine: Engine | None = engine
        self.connections = 0
        self.refusals = 0
        self._user_key = user_key
        self._transports: list[paramiko.Transport] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def pinned_key(self) -> str:
        return f"{self.host_key.get_name()} {self.host_key.get_base64()}"

    def cut(self) -> None:
        """Let every connection die that is open now: whoever dials again meanwhile has a new one."""
        for transport in tuple(self._transports):
            transport.close()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()
        self._thread.join()
        self.cut()  # what came in meanwhile
        for transport in self._transports:
            transport.join()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                transport = paramiko.Transport(connection)
                transport.daemon = True
                transport.add_server_key(self.host_key)
                self._transports.append(transport)
                # a client that goes away in the middle is no reason to serve no other
                with contextlib.suppress(paramiko.SSHException, EOFError, OSError):
                    transport.start_server(server=self)
                    threading.Thread(target=self._accept, args=(transport,), daemon=True).start()

    def _accept(self, transport: paramiko.Transport) -> None:
        while transport.is_active():
            channel = transport.accept(0.2)
            if channel is not None and self.engine is not None:
                threading.Thread(target=_serve_channel, args=(self.engine, channel), daemon=True).start()

    def get_allowed_auths(self, username: str) -> str:
        return "publickey"

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        good = username == "root" and key == self._user_key
        return AUTH_SUCCESSFUL if good else AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        if kind == CHANNEL_KIND and self.engine is not None:
            return OPEN_SUCCEEDED
        self.refusals += 1
        return OPEN_FAILED_CONNECT_FAILED


def _serve_channel(engine: Engine, channel: paramiko.Channel) -> None:
    with contextlib.suppress(OSError, EOFError, paramiko.SSHException):  # tests let connections die
        engine(channel)
