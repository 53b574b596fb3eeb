"""Engines on other computers over SSH: the machine's tunnel, the user's keys and a pinned host key."""

import contextlib
import getpass
import hashlib
import socket
import threading
from base64 import b64decode, b64encode
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import paramiko

from vm.errors import UserError
from vm.machine.link.docker_socket import carry
from vm.machine.link.guest_transport import EngineDown, GuestTransport, HostKeyMismatch, TunnelDown
from vm.machine.link.ssh_tunnel import Tunnel

DOCKER_SOCKET = "/var/run/docker.sock"
USUAL_KEYS = ("id_ed25519", "id_ecdsa", "id_rsa")
DIAL_LIMIT = 15.0
CHANNEL_PATIENCE = 5.0
"""Seconds that a new connection waits for a dead tunnel to come back."""


@dataclass(frozen=True, slots=True)
class RemoteTarget:
    """Where an engine is, by URL and `~/.ssh/config`."""

    host: str
    port: int
    user: str
    socket_path: str
    key_files: tuple[Path, ...]

    @property
    def known_name(self) -> str:
        """The host's name in known_hosts."""
        return self.host if self.port == 22 else f"[{self.host}]:{self.port}"


def parse_ssh_url(url: str, folder: Path | None = None) -> RemoteTarget:
    """Return the target of `ssh://[user@]host[:port][/path/to.sock]`. Raises UserError."""
    folder = folder or Path.home() / ".ssh"
    try:
        parts = urlsplit(url)
        name, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise _bad_url(url, str(error)) from error
    if parts.scheme != "ssh" or not name or parts.password or parts.query or parts.fragment:
        raise _bad_url(url, "it must have the form ssh://user@host:port/path/to.sock")
    found = _config_of(name, folder)
    keys = found.get("identityfile")
    files = [Path(key).expanduser() for key in keys] if isinstance(keys, list) else []
    return RemoteTarget(
        host=str(found.get("hostname", name)),
        port=port or int(str(found.get("port", 22))),
        user=parts.username or str(found.get("user", getpass.getuser())),
        socket_path=parts.path.rstrip("/") or DOCKER_SOCKET,
        key_files=tuple(files or (folder / key for key in USUAL_KEYS)),
    )


def _config_of(name: str, folder: Path) -> dict[str, object]:
    try:
        return dict(paramiko.SSHConfig.from_path(str(folder / "config")).lookup(name))
    except (OSError, ValueError, paramiko.SSHException):
        return {}


def _bad_url(url: str, reason: str) -> UserError:
    return UserError("The address of the engine is not valid.", f"{url}: {reason}")


def fingerprint(key_line: str) -> str:
    """Return `SHA256:…` of a host key `TYPE BASE64`, as `ssh` shows it. Raises ValueError."""
    digest = hashlib.sha256(b64decode(key_line.split()[1], validate=True)).digest()
    return "SHA256:" + b64encode(digest).decode().rstrip("=")


def ask_host_key(target: RemoteTarget) -> str:
    """Return the key `TYPE BASE64` that the host shows, without logging in; blocks. Raises UserError."""
    try:
        transport = _connect(target, None)
    except TunnelDown as error:
        raise _no_answer(target, str(error)) from error
    try:
        key = transport.get_remote_server_key()
        return f"{key.get_name()} {key.get_base64()}"
    finally:
        _end(transport)


def is_known(target: RemoteTarget, key_line: str, folder: Path | None = None) -> bool:
    """Return whether `~/.ssh/known_hosts` has this key for the host."""
    folder = folder or Path.home() / ".ssh"
    try:
        hosts = paramiko.HostKeys(str(folder / "known_hosts"))
    except (OSError, paramiko.SSHException):
        return False
    kind, text = key_line.split()
    known = hosts.lookup(target.known_name)
    found = known.get(kind) if known is not None else None
    return found is not None and found.get_base64() == text


def dial_remote(target: RemoteTarget, host_key: str) -> GuestTransport:
    """Log in; blocks for some seconds at most. Raises HostKeyMismatch, TunnelDown."""
    transport = _connect(target, host_key)
    try:
        found = transport.get_remote_server_key()
        if f"{found.get_name()} {found.get_base64()}" != host_key:
            raise HostKeyMismatch(
                f"{target.host} shows another key than when it was added.",
                f"It shows {fingerprint(f'{found.get_name()} {found.get_base64()}')}.",
                "Ask whoever runs it. If the change is right, remove the engine and add it again.",
            )
        _log_in(transport, target)
        transport.set_keepalive(15)
        return transport
    except BaseException:
        _end(transport)
        raise


def _connect(target: RemoteTarget, host_key: str | None) -> GuestTransport:
    try:
        connection = socket.create_connection((target.host, target.port), timeout=DIAL_LIMIT)
    except OSError as error:
        raise TunnelDown(f"{target.host}:{target.port}: {error.strerror or error}") from error
    transport = GuestTransport(connection)
    transport.daemon = True
    transport.banner_timeout = transport.auth_timeout = DIAL_LIMIT
    if host_key is not None:
        _prefer(transport, host_key.split()[0])
    try:
        transport.start_client(timeout=DIAL_LIMIT)
    except (paramiko.SSHException, OSError, EOFError) as error:
        _end(transport)
        raise TunnelDown(str(error) or type(error).__name__) from error
    return transport


def _prefer(transport: paramiko.Transport, kind: str) -> None:
    """Ask for the kind of key that is pinned: a host has several."""
    options = transport.get_security_options()
    same = ("ssh-rsa", "rsa-sha2-512", "rsa-sha2-256") if kind == "ssh-rsa" else (kind,)
    options.key_types = sorted(options.key_types, key=lambda name: name not in same)


def _log_in(transport: paramiko.Transport, target: RemoteTarget) -> None:
    reasons: list[str] = []
    for name, key in _keys(target, reasons):
        try:
            transport.auth_publickey(target.user, key)
            return
        except paramiko.AuthenticationException:
            reasons.append(f"{name} was not accepted")
        except (paramiko.SSHException, OSError, EOFError) as error:
            raise TunnelDown(str(error) or type(error).__name__) from error
    tried = "; ".join(reasons) or "there is no key in the agent nor in ~/.ssh"
    raise TunnelDown(f"{target.user}@{target.host} does not let us in: {tried}")


def _keys(target: RemoteTarget, reasons: list[str]) -> "list[tuple[str, paramiko.PKey]]":
    keys: list[tuple[str, paramiko.PKey]] = []
    with contextlib.suppress(paramiko.SSHException, OSError):
        keys += [(f"the agent's key {key.get_name()}", key) for key in paramiko.Agent().get_keys()]
    for path in target.key_files:
        try:
            keys.append((str(path), paramiko.PKey.from_path(path)))
        except FileNotFoundError:
            continue
        except paramiko.PasswordRequiredException:
            reasons.append(f"{path} needs its password: add it to the agent with ssh-add")
        except (paramiko.SSHException, ValueError, OSError) as error:
            reasons.append(f"{path}: {error}")
    return keys


def _end(transport: paramiko.Transport) -> None:
    transport.close()
    transport.join(DIAL_LIMIT)


def _no_answer(target: RemoteTarget, reason: str) -> UserError:
    return UserError(
        f"{target.host} does not answer.", reason, "Check the address, and that SSH is allowed there."
    )


class RemoteEngine:
    """Connections to one engine over one SSH connection, which is dialled again when it dies."""

    def __init__(self, target: RemoteTarget, host_key: str) -> None:
        self._tunnel = Tunnel(
            lambda: dial_remote(target, host_key), lambda up: None, socket_path=target.socket_path
        )
        self._target = target
        self._opening = threading.Lock()
        self._is_open = False

    def connect(self) -> socket.socket:
        """Return a new connection to the engine. Raises OSError, or HostKeyMismatch."""
        # raised outside of the handlers: who looks for the first cause must find our words, not paramiko's
        channel = self._open_channel()
        if isinstance(channel, OSError):
            raise channel
        ours, theirs = socket.socketpair()
        threading.Thread(
            target=_carry_and_close, args=(theirs, channel), name="remote engine", daemon=True
        ).start()
        return ours

    def _open_channel(self) -> paramiko.Channel | OSError:
        try:
            with self._opening:
                if not self._is_open:
                    self._tunnel.open()
                    self._is_open = True
            return self._tunnel.open_channel(CHANNEL_PATIENCE)
        except TunnelDown as error:
            return ConnectionError(str(error))
        except EngineDown as error:
            return ConnectionRefusedError(
                f"nobody listens on {self._target.socket_path} of {self._target.host}, "
                f"or {self._target.user} may not connect to it ({error})"
            )

    def close(self) -> None:
        """End the SSH connection."""
        self._tunnel.close()


def _carry_and_close(connection: socket.socket, channel: paramiko.Channel) -> None:
    with connection:
        carry(connection, channel, lambda: None)
