"""Makes the docker context `marina`, in the files and the form that the docker CLI keeps.

Source: github.com/docker/cli, `cli/context/store/metadatastore.go`. The user's current context is left alone.
"""

import contextlib
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.services.engine_address import shown_address, split_address
from app.services.errors import UserError
from app.services.json_values import as_object, get_object, get_text
from app.services.settings import write_atomically

CONTEXT_NAME = "marina"
DESCRIPTION = "Marina"
_ENGINE_VARIABLES = ("DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_TLS", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH")


@dataclass(frozen=True, slots=True)
class ContextResult:
    """What was done: `changed` says whether a file was written; `warnings` are for the user."""

    path: Path
    endpoint: str
    changed: bool
    warnings: tuple[str, ...] = ()


def docker_config_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Return the docker CLI's folder."""
    configured = environment.get("DOCKER_CONFIG")
    return Path(configured) if configured else Path.home() / ".docker"


def context_endpoint(socket_path: str) -> str:
    """Return the address of a socket as docker writes it."""
    if socket_path.startswith("\\\\.\\pipe\\"):
        return "npipe:////./pipe/" + socket_path.removeprefix("\\\\.\\pipe\\")
    return f"unix://{socket_path}"


def docker_environment(address: str, environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the environment in which docker's programs talk to an engine, whatever the user's own one says.

    `address` is anything that `engine_address` knows. Through SSH docker's own client goes, with the user's
    known hosts, unless a `LocalDoor` stands before it. Raises UserError for what is no address.
    """
    parts = split_address(address)
    ours = {name: value for name, value in environment.items() if name not in _ENGINE_VARIABLES}
    if parts.scheme == "unix":
        return ours | {"DOCKER_HOST": context_endpoint(parts.path)}
    if not parts.tls_folder:
        return ours | {"DOCKER_HOST": shown_address(address)}
    host = f"[{parts.host}]" if ":" in parts.host else parts.host
    return ours | {
        "DOCKER_HOST": f"tcp://{host}:{parts.port}",
        "DOCKER_TLS_VERIFY": "1",
        "DOCKER_CERT_PATH": parts.tls_folder,
    }


def write_docker_context(
    socket_path: str, name: str = CONTEXT_NAME, environment: Mapping[str, str] = os.environ
) -> ContextResult:
    """Create the context, or point it at `socket_path`. Raises UserError when the files cannot be written."""
    folder = docker_config_folder(environment)
    id = hashlib.sha256(name.encode()).hexdigest()
    path = folder / "contexts" / "meta" / id / "meta.json"
    endpoint = context_endpoint(socket_path)
    metadata = {
        "Name": name,
        "Metadata": {"Description": DESCRIPTION},
        "Endpoints": {"docker": {"Host": endpoint, "SkipTLSVerify": False}},
    }
    warnings = _shadows(folder, name, environment)
    try:
        if _read_json(path) == metadata:
            return ContextResult(path, endpoint, False, warnings)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, json.dumps(metadata, separators=(",", ":")), mode=0o644)
    except OSError as error:
        raise UserError(
            "The docker context cannot be written",
            f"{path}: {error.strerror}",
            "Check the permissions of that folder, or set DOCKER_CONFIG to another one.",
        ) from error
    return ContextResult(path, endpoint, True, warnings)


def remove_docker_context(name: str = CONTEXT_NAME, environment: Mapping[str, str] = os.environ) -> None:
    """Remove the context; one that is not there is not an error."""
    id = hashlib.sha256(name.encode()).hexdigest()
    path = docker_config_folder(environment) / "contexts" / "meta" / id / "meta.json"
    with contextlib.suppress(OSError):
        path.unlink()
        path.parent.rmdir()


def _shadows(folder: Path, name: str, environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return why the docker CLI would not use the context even when it is chosen."""
    if environment.get("DOCKER_HOST"):
        return (
            f"DOCKER_HOST is set ({environment['DOCKER_HOST']}): the docker CLI uses that and no context. "
            "Unset it to use Marina.",
        )
    config = _read_json(folder / "config.json")
    chosen = environment.get("DOCKER_CONTEXT") or get_text(config, "currentContext") or "default"
    if chosen == name:
        return ()
    return (f"The current docker context stays {chosen}. To use Marina: docker context use {name}",)


def _read_json(path: Path) -> Mapping[str, object]:
    try:
        return as_object(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, RecursionError):
        return {}


def read_context_endpoint(name: str = CONTEXT_NAME, environment: Mapping[str, str] = os.environ) -> str:
    """Return where the context points, or "" when there is none."""
    id = hashlib.sha256(name.encode()).hexdigest()
    path = docker_config_folder(environment) / "contexts" / "meta" / id / "meta.json"
    return get_text(get_object(get_object(_read_json(path), "Endpoints"), "docker"), "Host")
