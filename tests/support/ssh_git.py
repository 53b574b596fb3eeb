"""Git repositories over SSH, and an agent that keeps the key to them: real protocols, in this process."""

import contextlib
import shlex
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import paramiko
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from dulwich.errors import GitProtocolError
from dulwich.protocol import Protocol
from dulwich.server import DictBackend, UploadPackHandler
from paramiko.common import (
    AUTH_FAILED,
    AUTH_SUCCESSFUL,
    OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED,
    OPEN_SUCCEEDED,
)

from tests.support.git_server import GitRepository
from tests.support.namespaces import in_netns

REQUEST_IDENTITIES, IDENTITIES, SIGN, SIGNATURE, FAILURE = 11, 12, 13, 14, 5
PATIENCE = 0.2  # seconds between two looks whether a client is still there


def new_key(folder: Path, name: str) -> paramiko.PKey:
    """Make a key."""
    data = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
    (folder / name).write_bytes(data)
    return paramiko.Ed25519Key.from_private_key_file(str(folder / name))


class _Threads:
    """A listener whose connections have a thread each; all have ended once it is closed."""

    def __init__(self, listener: socket.socket, serve: Callable[[socket.socket], None]) -> None:
        self._listener = listener
        self._serve = serve
        self._connections: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, name="accepting")]
        self._threads[0].start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self._connections.append(connection)
                thread = threading.Thread(target=self._serve, args=(connection,), name="serving")
                self._threads.append(thread)
                thread.start()

    def close(self) -> None:
        """End all."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._threads[0].join()
        self._listener.close()
        for connection in self._connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()
        for thread in self._threads[1:]:
            thread.join()


class _Door(paramiko.ServerInterface):
    """One connection: who comes in with the key, and what is asked for. `commands` are of all of them."""

    def __init__(self, key: paramiko.PKey, commands: list[str]) -> None:
        self._key = key
        self.commands = commands
        self.command = ""
        self.asked = threading.Event()

    def get_allowed_auths(self, username: str) -> str:
        return "publickey"

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        return AUTH_SUCCESSFUL if username == "git" and key == self._key else AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return OPEN_SUCCEEDED if kind == "session" else OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        self.command = command.decode()
        self.commands.append(self.command)
        self.asked.set()
        return True


class SshGitServer:
    """Repositories by their paths; `commands` are what clients had run."""

    def __init__(
        self, repositories: Mapping[str, GitRepository], host: paramiko.PKey, user: paramiko.PKey
    ) -> None:
        self._backend = DictBackend({path: found.repo for path, found in repositories.items()})
        self._host, self._user = host, user
        self.commands: list[str] = []

    def serve(self, connection: socket.socket) -> None:
        """Serve one connection."""
        transport = paramiko.Transport(connection)
        transport.add_server_key(self._host)
        door = _Door(self._user, self.commands)
        try:
            # A client that is refused, or leaves, is what some tests want.
            with contextlib.suppress(paramiko.SSHException, EOFError, OSError, GitProtocolError):
                transport.start_server(server=door)
                channel = None
                while channel is None and transport.is_active():
                    channel = transport.accept(PATIENCE)  # which does not look whether somebody is there
                while not door.asked.is_set() and transport.is_active():
                    door.asked.wait(PATIENCE)
                if channel is not None and door.asked.is_set():
                    self._upload(channel, shlex.split(door.command))
                    transport.join()
        finally:
            transport.close()
            transport.join()

    def _upload(self, channel: paramiko.Channel, words: list[str]) -> None:
        code = 1
        if words[0] == "git-upload-pack" and len(words) == 2 and words[1] in self._backend.repos:
            protocol = Protocol(channel.makefile("rb").read, channel.sendall)
            handler = UploadPackHandler(self._backend, [words[1]], protocol)
            handler.handle()
            code = 0
        else:
            channel.sendall_stderr(b"fatal: no such repository\n")
        channel.send_exit_status(code)
        channel.close()


@contextmanager
def served_over_ssh(
    netns: str, repositories: Mapping[str, GitRepository], folder: Path, user: paramiko.PKey
) -> Iterator[tuple[SshGitServer, int]]:
    """Serve on the loopback of a network namespace; yields the server and its port."""
    server = SshGitServer(repositories, new_key(folder, "host"), user)
    listener = in_netns(netns, lambda: socket.create_server(("127.0.0.1", 0)))
    threads = _Threads(listener, server.serve)
    try:
        yield server, listener.getsockname()[1]
    finally:
        threads.close()


@contextmanager
def ssh_agent(path: Path, key: paramiko.PKey) -> Iterator[None]:
    """Keep a key at a socket, and sign with it for whoever asks."""

    def answer(request: bytes) -> bytes:
        if request[:1] == bytes([REQUEST_IDENTITIES]):
            return bytes([IDENTITIES]) + struct.pack(">I", 1) + _string(key.asbytes()) + _string(b"a test's")
        if request[:1] == bytes([SIGN]):
            _, rest = _parted(request[1:])
            data, _ = _parted(rest)
            return bytes([SIGNATURE]) + _string(key.sign_ssh_data(data).asbytes())
        return bytes([FAILURE])

    def serve(connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection.makefile("rb") as file:
            while len(size := file.read(4)) == 4:
                connection.sendall(_string(answer(file.read(struct.unpack(">I", size)[0]))))

    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        threads = _Threads(listener, serve)
        try:
            yield
        finally:
            threads.close()


def _string(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data


def _parted(data: bytes) -> tuple[bytes, bytes]:
    (size,) = struct.unpack(">I", data[:4])
    return data[4 : 4 + size], data[4 + size :]
