"""Makes the docker context `marina`, in the files and the form that the docker CLI keeps.

Source: github.com/docker/cli, `cli/context/store/metadatastore.go`. Which context is current is a matter of
`docker_command`.
"""

import contextlib
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.services.engine.engine_address import join_address, shown_address, split_address
from app.services.engine.json_values import as_object, get_object, get_text
from app.services.errors import UserError
from app.services.settings import write_atomically

CONTEXT_NAME = "marina"
DESCRIPTION = "Marina"
_FORMER = "Former"
"""In the context's metadata, where docker keeps fields that it does not know."""
_ENGINE_VARIABLES = ("DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_TLS", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH")


@dataclass(frozen=True, slots=True)
class ContextResult:
    """What was done: `changed` says whether a file was written."""

    path: Path
    endpoint: str
    changed: bool


@dataclass(frozen=True, slots=True)
class DockerContext:
    """A context by its name; `address` is one for `EngineClient`."""

    name: str
    address: str


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
    path = _metadata_path(name, environment)
    endpoint = context_endpoint(socket_path)
    known = _read_json(path)
    metadata = {
        "Name": name,
        "Metadata": {**get_object(known, "Metadata"), "Description": DESCRIPTION},
        "Endpoints": {"docker": {"Host": endpoint, "SkipTLSVerify": False}},
    }
    if known == metadata:
        return ContextResult(path, endpoint, False)
    _write_metadata(path, metadata)
    return ContextResult(path, endpoint, True)


def note_former_context(
    former: str, environment: Mapping[str, str] = os.environ, name: str = CONTEXT_NAME
) -> None:
    """Keep which context was current before ours, beside ours. Raises UserError."""
    path = _metadata_path(name, environment)
    metadata = dict(_read_json(path))
    _write_metadata(path, metadata | {"Metadata": {**get_object(metadata, "Metadata"), _FORMER: former}})


def read_former_context(environment: Mapping[str, str] = os.environ, name: str = CONTEXT_NAME) -> str:
    """Return which context was current before ours, "" for docker's default or one that is gone."""
    former = get_text(get_object(_read_json(_metadata_path(name, environment)), "Metadata"), _FORMER)
    return former if former and _metadata_path(former, environment).exists() else ""


def list_docker_contexts(environment: Mapping[str, str] = os.environ) -> list[DockerContext]:
    """Return the engines that docker knows: of DOCKER_HOST first, then all contexts by name."""
    found = []
    if host := environment.get("DOCKER_HOST", ""):
        found.append(DockerContext("default", join_address(host, tls_folder=_tls_of_variables(environment))))
    folder = docker_config_folder(environment) / "contexts"
    for path in sorted(folder.glob("meta/*/meta.json")):
        metadata = _read_json(path)
        name = get_text(metadata, "Name")
        host = get_text(get_object(get_object(metadata, "Endpoints"), "docker"), "Host")
        if name and host:
            tls = folder / "tls" / path.parent.name / "docker"
            has_tls = host.startswith("tcp://") and tls.is_dir()
            found.append(DockerContext(name, join_address(host, tls_folder=str(tls) if has_tls else "")))
    return sorted(found, key=lambda context: (context.name != "default", context.name))


def _tls_of_variables(environment: Mapping[str, str]) -> str:
    return environment.get("DOCKER_CERT_PATH", "") if environment.get("DOCKER_TLS_VERIFY") else ""


def _metadata_path(name: str, environment: Mapping[str, str]) -> Path:
    id = hashlib.sha256(name.encode()).hexdigest()
    return docker_config_folder(environment) / "contexts" / "meta" / id / "meta.json"


def _write_metadata(path: Path, metadata: Mapping[str, object]) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, json.dumps(metadata, separators=(",", ":")), mode=0o644)
    except OSError as error:
        raise UserError(
            "The docker context cannot be written",
            f"{path}: {error.strerror}",
            "Check the permissions of that folder, or set DOCKER_CONFIG to another one.",
        ) from error


def remove_docker_context(name: str = CONTEXT_NAME, environment: Mapping[str, str] = os.environ) -> None:
    """Remove the context, and docker's folders if they are empty then; one that is not there is no error."""
    path = _metadata_path(name, environment)
    with contextlib.suppress(OSError):
        path.unlink()
        path.parent.rmdir()  # its id
        for folder in path.parents[1:4]:  # meta, contexts, docker's own
            folder.rmdir()


def _read_json(path: Path) -> Mapping[str, object]:
    try:
        return as_object(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, RecursionError):
        return {}


def read_context_endpoint(name: str = CONTEXT_NAME, environment: Mapping[str, str] = os.environ) -> str:
    """Return where the context points, or "" when there is none."""
    metadata = _read_json(_metadata_path(name, environment))
    return get_text(get_object(get_object(metadata, "Endpoints"), "docker"), "Host")
