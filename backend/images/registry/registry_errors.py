"""What registries and networks answer when they refuse, in the words that dockerd passes on.

Source: distribution's API specification, "Errors"; dockerd's `translatePullError`.
"""

import json
import math
import socket
import ssl
import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

import aiohttp
from yarl import URL

from backend.errors import EngineError, NotFoundError, SystemFailureError, UnauthorizedError
from backend.images.reference import Reference

MESSAGE_LIMIT = 1000


class BrokenTransferError(Exception):
    """A connection ended before all bytes had come; asking again may help."""


@dataclass(eq=False)  # not frozen: context managers set an exception's traceback
class RefusedError(Exception):
    """A registry's answer that is not what was asked for."""

    status: int
    code: str
    message: str

    def __str__(self) -> str:
        """Return it as distribution's client prints it: `manifest unknown: manifest unknown`."""
        if not self.code:
            return self.message
        return f"{self.code.lower().replace('_', ' ')}: {self.message}"


class NoCredentialsError(RefusedError):
    """A registry wants a password, and there is none to show."""

    def __init__(self, message: str = "no basic auth credentials") -> None:
        super().__init__(401, "", message)


class UnreachableError(SystemFailureError):
    """No connection to a registry."""


def from_body(
    status: int, reason: str, body: bytes, authenticate: str, retry_after: str = ""
) -> RefusedError:
    """Return the failure that an error answer describes; `retry_after` is its header of that name."""
    error = _read_body(status, reason, body, authenticate)
    if status == 429 and (minutes := _minutes(retry_after)):
        return RefusedError(status, error.code, f"{error.message} (try again in {minutes} minutes)")
    return error


def _minutes(retry_after: str) -> int:
    """Return the minutes of a Retry-After header, rounded up; 0 for none. Source: RFC 9110, 10.2.3."""
    if retry_after.isascii() and retry_after.isdigit():
        seconds = float(retry_after[:7])
    else:
        try:
            seconds = parsedate_to_datetime(retry_after).timestamp() - time.time()
        except (ValueError, TypeError, OverflowError):
            return 0
    return max(0, math.ceil(seconds / 60))


def _read_body(status: int, reason: str, body: bytes, authenticate: str) -> RefusedError:
    if status == 401 and "insufficient_scope" in authenticate:
        return RefusedError(status, "DENIED", "requested access to the resource is denied")
    try:
        answer = json.loads(body)
        if status == 401 and isinstance(answer.get("details"), str):  # Docker Hub's token server
            return RefusedError(status, "UNAUTHORIZED", _one_line(answer["details"]))
        first = answer["errors"][0]
        code, message = str(first["code"]), str(first.get("message") or "")
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError):
        if status == 401:
            return RefusedError(status, "UNAUTHORIZED", "authentication required")
        if status == 429:
            return RefusedError(status, "TOOMANYREQUESTS", reason)
        return RefusedError(status, "", f"received unexpected HTTP status: {status} {reason}")
    return RefusedError(status, code[:100], _one_line(message) or code.lower())


def for_user(error: RefusedError, reference: Reference) -> EngineError:
    """Return the kind and text of failure that dockerd has for a refused pull."""
    if error.code == "DENIED" or error.status == 403:
        return NotFoundError(
            f"pull access denied for {reference.familiar_name}, repository does not exist or may require "
            f"'docker login': {error}"
        )
    if error.code == "MANIFEST_UNKNOWN" or (error.status == 404 and error.code in ("", "NOT_FOUND")):
        detail = error if error.code == "MANIFEST_UNKNOWN" else "manifest unknown: manifest unknown"
        return NotFoundError(f"manifest for {reference.familiar} not found: {detail}")
    if error.code == "NAME_UNKNOWN":
        return NotFoundError(f"repository {reference.familiar_name} not found: {error}")
    if error.status == 401:
        return UnauthorizedError(str(error))
    return SystemFailureError(f"cannot pull {reference.familiar}: {error}")


def unreachable(url: URL, error: Exception) -> UnreachableError:
    """Return the failure for a connection that did not come about, as Go's HTTP client words it."""
    address = f"{url.host}:{url.port}"
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        reason = f"tls: failed to verify certificate: {error.certificate_error}"
    elif isinstance(error, aiohttp.ClientConnectorDNSError | UnicodeError):
        reason = f"dial tcp: lookup {url.host}: no such host"
    elif isinstance(error, aiohttp.ClientConnectorError):
        reason = f"dial tcp {address}: connect: {_system_text(error.os_error)}"
    elif isinstance(error, aiohttp.ServerDisconnectedError):
        reason = "EOF"
    elif isinstance(error, TimeoutError):
        reason = f"dial tcp {address}: i/o timeout"
    else:
        reason = _one_line(str(error)) or type(error).__name__
    return UnreachableError(f'Get "{url}": {reason}')


def _system_text(error: OSError) -> str:
    if isinstance(error, ssl.SSLError):
        return f"tls: {error.reason}"
    if isinstance(error, socket.gaierror):
        return "no such host"
    if isinstance(error, ConnectionRefusedError):
        return "connection refused"
    return (error.strerror or str(error)).lower()


def _one_line(text: str) -> str:
    return " ".join(text.split())[:MESSAGE_LIMIT]
