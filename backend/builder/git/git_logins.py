"""Whom a repository's address means, and what its server is shown of a login.

Source: RFC 7617; gitcredentials(7); git-clone(1), "Git URLs".
"""

import re
from base64 import b64encode
from dataclasses import dataclass
from urllib.parse import urlsplit


def basic_authorization(user: str, password: str) -> str:
    """Return the header `Authorization` that shows a name and a password."""
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()


def server_of(url: str) -> tuple[str, str]:
    """Return which server an address is of: its protocol, name and port."""
    if "://" not in url and (found := _SCP.fullmatch(url)) is not None:
        return "ssh", found["host"].lower()
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.rpartition("@")[2].lower()


def same_server(url: str, other: str) -> bool:
    """Return whether what is shown to one server may be shown to the other."""
    return server_of(url) == server_of(other)


@dataclass(frozen=True, slots=True)
class SshPlace:
    """A repository on a server; `path` may be relative to the user's home."""

    user: str
    host: str
    port: int | None
    path: str


_SCP = re.compile(r"(?:(?P<user>[^@:/]+)@)?(?P<host>[^@:/]+):(?P<path>.+)")
_USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*")
_HOST = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*")


def ssh_place(url: str) -> SshPlace | None:
    """Return what `ssh://…` or `user@host:path` names, None for other addresses.

    What a shell there or a program here could take for something else is no address: ValueError.
    """
    if url.startswith("ssh://"):
        parts = urlsplit(url)
        place = SshPlace(parts.username or "", parts.hostname or "", parts.port, parts.path)
    elif "://" not in url and (found := _SCP.fullmatch(url)) is not None:
        place = SshPlace(found["user"] or "", found["host"], None, found["path"])
    else:
        return None
    fits = (not place.user or _USER.fullmatch(place.user)) and _HOST.fullmatch(place.host)
    if not fits or place.path.strip("/") == "" or place.path.startswith("-"):
        raise ValueError(f"invalid address {url[:200]}")
    if "'" in place.path or "\\" in place.path or not place.path.isprintable():
        raise ValueError(f"invalid path in the address {url[:200]!r}")
    return place
