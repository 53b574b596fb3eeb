"""Engines on other computers: asks for their host keys and opens their tunnels, through `vm.remote`."""

import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from app.services.engine.engine_address import bad_address, split_address
from app.services.errors import UserError
from vm import errors, remote

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class HostKey:
    """What a host shows: `line` is to be pinned, `fingerprint` for people; `known`: ssh trusts it already."""

    line: str
    fingerprint: str
    known: bool


def ask_host_key(url: str) -> HostKey:
    """Return the key that the host of an ssh:// URL shows, without logging in; blocks. Raises UserError."""
    target = _told(lambda: remote.parse_ssh_url(url))
    line = _told(lambda: remote.ask_host_key(target))
    return HostKey(line, remote.fingerprint(line), remote.is_known(target, line))


def open_remote(address: str) -> remote.RemoteEngine:
    """Return the engine behind an ssh:// address; its first connection dials. Raises UserError."""
    parts = split_address(address)
    if not parts.host_key:
        raise bad_address(parts.url, "its host key is not known: add the engine with `marina engine add`")
    target = _told(lambda: remote.parse_ssh_url(parts.url))
    return remote.RemoteEngine(target, parts.host_key)


def connect_remote(engine: remote.RemoteEngine) -> socket.socket:
    """Return a new connection. Raises OSError, UserError when the host shows another key."""
    return _told(engine.connect)


def _told(action: Callable[[], Result]) -> Result:
    """Do something, with failures in the services' own kind."""
    try:
        return action()
    except errors.UserError as error:
        raise UserError(error.summary, error.details, error.what_to_do) from error
