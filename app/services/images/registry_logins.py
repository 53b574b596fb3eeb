"""Where the user is signed in: names in a file, passwords in the key store, and the header for registries.

Source: Docker Engine API, "Authentication" and `POST /auth`.
"""

import base64
import json
import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.services.engine.json_values import as_object
from app.services.errors import ErrorCode, UserError
from app.services.images.key_store import KeyStore
from app.services.images.reference import DEFAULT_REGISTRY, is_registry, parse_reference
from app.services.settings import write_atomically

if TYPE_CHECKING:
    from app.services.engine.engine_client import EngineClient

log = logging.getLogger(__name__)

AUTH_HEADER = "X-Registry-Auth"
BUILD_HEADER = "X-Registry-Config"
DOCKER_HUB_SERVER = "https://index.docker.io/v1/"
_HUB_NAMES = ("", "docker.io", "index.docker.io", "registry-1.docker.io", "hub.docker.com")


@dataclass(frozen=True, slots=True)
class RegistryLogin:
    """A registry and who the user is there; `is_kept` is false when the sign-in ends with the program."""

    registry: str
    user: str
    is_kept: bool = True


class RegistryLogins:
    """The user's sign-ins. Every method blocks: call it in a worker."""

    def __init__(self, path: Path, store: KeyStore) -> None:
        self._path, self._store = path, store
        self._lock = threading.Lock()
        self._session: dict[str, str] = {}  # users whose password only this program knows

    @property
    def has_key_store(self) -> bool:
        """Whether sign-ins outlive the program."""
        return self._store.keeps

    def list(self) -> tuple[RegistryLogin, ...]:
        """Return the sign-ins by registry."""
        with self._lock:
            users = self._read()
            found = [RegistryLogin(registry, user) for registry, user in users.items()]
            found += [RegistryLogin(registry, user, False) for registry, user in self._session.items()]
        return tuple(sorted(found, key=lambda login: login.registry))

    def sign_in(self, client: "EngineClient", registry: str, user: str, password: str) -> RegistryLogin:
        """Let the registry check user and password, by the engine, and keep them.

        Raises EngineRequestError with the registry's words, UserError for what is no registry's name.
        """
        registry = normalize_registry(registry)
        token = client.check_registry_login(_server(registry), user, password)
        kept = self._store.set(_service(registry), user, _pack(password, token))
        with self._lock:
            users = self._read()
            users.pop(registry, None)
            self._session.pop(registry, None)
            if kept:
                users[registry] = user
            else:
                self._session[registry] = user
            self._write(users)
        return RegistryLogin(registry, user, kept)

    def sign_out(self, registry: str) -> None:
        """Forget a registry's user and password."""
        with self._lock:
            users = self._read()
            user = users.pop(registry, None) or self._session.pop(registry, None)
            self._write(users)
        if user is not None:
            self._store.delete(_service(registry), user)

    def headers_for(self, reference: str) -> dict[str, str]:
        """Return what a pull or push of `reference` sends; nothing where nobody is signed in."""
        registry = normalize_registry(parse_reference(reference).registry)
        with self._lock:
            user = self._session.get(registry) or self._read().get(registry)
        packed = self._store.get(_service(registry), user) if user else None
        if not user or packed is None:
            return {}
        password, token = _unpack(packed)
        value: dict[str, str] = {"serveraddress": _server(registry)}
        value |= {"identitytoken": token} if token else {"username": user, "password": password}
        return {AUTH_HEADER: _encode(value)}

    def build_headers(self) -> dict[str, str]:
        """Return what a build sends, whose base images may come from every registry."""
        known: dict[str, dict[str, str]] = {}
        for login in self.list():
            packed = self._store.get(_service(login.registry), login.user)
            if packed is not None:
                password, token = _unpack(packed)
                secret = {"identitytoken": token} if token else {"password": password}
                known[_server(login.registry)] = {"username": login.user, **secret}
        return {BUILD_HEADER: _encode(known)} if known else {}

    def _read(self) -> dict[str, str]:
        try:
            value = as_object(json.loads(self._path.read_text("utf-8")))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, RecursionError) as error:
            log.warning("the sign-ins cannot be read: %s", error)
            return {}
        return {name: user for name, user in value.items() if isinstance(user, str)}

    def _write(self, users: Mapping[str, str]) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_atomically(self._path, json.dumps(dict(users), indent=2) + "\n")
        except OSError as error:
            raise UserError("The sign-in cannot be kept", f"{self._path}: {error}") from error


def normalize_registry(text: str) -> str:
    """Return a registry's name as images name it. Raises UserError when it is none."""
    name = text.strip().removeprefix("https://").removeprefix("http://").split("/")[0].lower()
    if name in _HUB_NAMES:
        return DEFAULT_REGISTRY
    if not is_registry(name):
        raise UserError(
            f"{name[:80]} is no registry's name",
            what_to_do="A registry is named like ghcr.io or registry.example.com:5000.",
            code=ErrorCode.BAD_INPUT,
        )
    return name


def _encode(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


def _server(registry: str) -> str:
    return DOCKER_HUB_SERVER if registry == DEFAULT_REGISTRY else registry


def _service(registry: str) -> str:
    return f"Marina: {registry}"


def _pack(password: str, token: str) -> str:
    # A registry that hands out a token wants to see the password never again.
    return json.dumps({"token": token} if token else {"password": password})


def _unpack(text: str) -> tuple[str, str]:
    try:
        value = as_object(json.loads(text))
    except ValueError:
        value = {}
    return str(value.get("password") or ""), str(value.get("token") or "")
