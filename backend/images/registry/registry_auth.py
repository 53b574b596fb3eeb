"""Credentials and challenges of registries, parsed.

Sources: Docker Engine API ("Authentication", X-Registry-Auth); distribution's "Token Authentication";
RFC 9110, section 11 (WWW-Authenticate).
"""

import base64
import binascii
import json
import re
from dataclasses import dataclass
from typing import Any

from backend.errors import InvalidParameterError

HEADER = "X-Registry-Auth"
MAX_HEADER = 64 * 1024
_CHALLENGE = re.compile(r"\s*(?P<scheme>[A-Za-z]+)\s+(?P<rest>.*)", re.DOTALL)
_PARAMETER = re.compile(
    r'\s*,?\s*(?P<key>[A-Za-z_]+)\s*=\s*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<bare>[^\s,"]+))'
)


@dataclass(frozen=True, slots=True)
class Credentials:
    """How a user shows a registry who they are. Never printed."""

    username: str = ""
    password: str = ""
    identity_token: str = ""
    registry_token: str = ""

    def __repr__(self) -> str:
        """Keep secrets out of logs and tracebacks."""
        return f"Credentials({'set' if self else 'none'})"

    def __bool__(self) -> bool:
        return bool(self.username or self.identity_token or self.registry_token)

    @property
    def basic_header(self) -> str:
        """The value of a Basic Authorization header."""
        return "Basic " + base64.b64encode(f"{self.username}:{self.password}".encode()).decode()


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a registry asks for: `scheme` is "basic" or "bearer"."""

    scheme: str
    realm: str = ""
    service: str = ""
    scope: str = ""


def parse_header(header: str | None) -> Credentials:
    """Return the credentials of an X-Registry-Auth header; none for a missing or empty one.

    Raises InvalidParameterError when it is not base64 of a JSON object of strings.
    """
    if not header:
        return Credentials()
    try:
        if len(header) > MAX_HEADER:
            raise ValueError("too long")
        decoded = base64.b64decode(
            header.rstrip("=").translate(str.maketrans("-_", "+/")) + "=" * (-len(header.rstrip("=")) % 4),
            validate=True,
        )
        value = json.loads(decoded) if decoded.strip() else {}
    except (ValueError, RecursionError, binascii.Error) as error:
        raise InvalidParameterError(f"invalid X-Registry-Auth header: {_plain(error)}") from None
    return from_json(value, "invalid X-Registry-Auth header")


def from_header(header: str | None) -> Credentials:
    """Return the credentials of an X-Registry-Auth header; none for an unreadable one, as dockerd."""
    try:
        return parse_header(header)
    except InvalidParameterError:
        return Credentials()


def from_json(value: Any, complaint: str) -> Credentials:
    """Return the credentials of an AuthConfig. Raises InvalidParameterError, beginning with `complaint`."""
    if not isinstance(value, dict):
        raise InvalidParameterError(f"{complaint}: want a JSON object")
    fields = {
        name: value.get(name) or "" for name in ("username", "password", "identitytoken", "registrytoken")
    }
    if not all(isinstance(field, str) for field in fields.values()):
        raise InvalidParameterError(f"{complaint}: its fields must be strings")
    if not fields["username"] and isinstance(value.get("auth"), str) and value["auth"]:
        fields["username"], fields["password"] = _split_auth(value["auth"], complaint)
    return Credentials(
        fields["username"], fields["password"], fields["identitytoken"], fields["registrytoken"]
    )


def _split_auth(auth: str, complaint: str) -> tuple[str, str]:
    try:
        username, colon, password = base64.b64decode(auth, validate=True).decode().partition(":")
    except (ValueError, binascii.Error):
        colon = ""
    if not colon:
        raise InvalidParameterError(f"{complaint}: `auth` must be base64 of user:password")
    return username, password


def _plain(error: Exception) -> str:
    # The text of a JSON or base64 error says where, never what: no secret gets into a message.
    return "must be base64 of a JSON object" if not isinstance(error, json.JSONDecodeError) else error.msg


def parse_challenges(headers: list[str]) -> list[Challenge]:
    """Return the challenges that this engine can answer; a malformed one counts as none."""
    challenges: list[Challenge] = []
    for header in headers:
        match = _CHALLENGE.fullmatch(header)
        scheme = (match["scheme"] if match else header.strip()).lower()
        parameters: dict[str, str] = {}
        position = 0
        rest = match["rest"] if match else ""
        while found := _PARAMETER.match(rest, position):
            quoted = found["quoted"]
            parameters[found["key"].lower()] = (
                re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else found["bare"]
            )
            position = found.end()
        if scheme == "bearer" and parameters.get("realm"):
            challenges.append(
                Challenge(
                    scheme, parameters["realm"], parameters.get("service", ""), parameters.get("scope", "")
                )
            )
        elif scheme == "basic":
            challenges.append(Challenge(scheme, parameters.get("realm", "")))
    return challenges
