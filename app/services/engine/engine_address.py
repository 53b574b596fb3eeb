"""Where an engine listens, as one text: a socket's path, or a URL with what makes the other end trusted."""

import ipaddress
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode, urlsplit

from app.services.errors import ErrorCode, UserError

SCHEMES = ("unix", "npipe", "tcp", "ssh")
PLAIN_PORT, TLS_PORT = 2375, 2376


@dataclass(frozen=True, slots=True)
class EngineAddress:
    """An address taken apart: `url` as the user wrote it, without our additions; "" for a plain path."""

    scheme: str
    path: str = ""
    host: str = ""
    port: int = 0
    url: str = ""
    host_key: str = ""
    tls_folder: str = ""


def join_address(url: str, host_key: str = "", tls_folder: str = "") -> str:
    """Return one text for `EngineClient`, which `split_address` takes apart."""
    extra = {name: value for name, value in (("key", host_key), ("tls", tls_folder)) if value}
    return url + (f"#{urlencode(extra)}" if extra else "")


def shown_address(address: str) -> str:
    """Return an address as a person reads it."""
    return address if address.startswith(("/", "\\")) else address.partition("#")[0]


def split_address(address: str) -> EngineAddress:
    """Return the parts of a path or an URL. Raises UserError for what is no address."""
    if "://" not in address:
        return EngineAddress("unix", path=address)
    url, _, fragment = address.partition("#")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or 0
    except ValueError as error:
        raise bad_address(url, str(error)) from error
    if parts.scheme not in SCHEMES:
        raise bad_address(url, "it must begin with unix://, tcp:// or ssh://")
    if parts.query or parts.password:
        raise bad_address(url, "it must not have a password or a question mark")
    extra = {name: values[0] for name, values in parse_qs(fragment).items()}
    tls = extra.get("tls", "")
    if parts.scheme == "unix":
        if parts.netloc or not parts.path.startswith("/"):
            raise bad_address(url, "unix:// needs a whole path: unix:///var/run/docker.sock")
        return EngineAddress("unix", path=parts.path, url=url)
    if parts.scheme == "npipe":
        path = parts.path.replace("\\", "/")
        if parts.netloc or not path.startswith("//./pipe/"):
            raise bad_address(url, "npipe:// needs a pipe of this computer: npipe:////./pipe/docker_engine")
        return EngineAddress("unix", path=path.replace("/", "\\"), url=url)
    if not host:
        raise bad_address(url, "there is no host in it")
    if parts.scheme == "tcp":
        if parts.path not in ("", "/") or parts.username:
            raise bad_address(url, "it must have the form tcp://host:port")
        if not tls and not _is_loopback(host):
            raise bad_address(
                url, "without TLS anybody on the way could take the engine over, so only loopback is taken"
            )
        port = port or (TLS_PORT if tls else PLAIN_PORT)
    return EngineAddress(parts.scheme, parts.path, host, port, url, extra.get("key", ""), tls)


def bad_address(url: str, reason: str) -> UserError:
    """Return the error for an address that cannot be used."""
    return UserError(
        "The address of the engine is not valid",
        f"{url}: {reason}",
        "Write unix:///path, ssh://user@host or tcp://host:port with the folder of its TLS files.",
        ErrorCode.BAD_INPUT,
    )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
