"""The other engines of this computer: docker's contexts, Marina's list, and the sockets of products.

Sources of the paths: the products' own documentation (Docker Desktop, Docker's rootless mode, Colima, Lima,
Rancher Desktop, OrbStack, Podman).
"""

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from app.services.computer.docker_context import CONTEXT_NAME, DockerContext, list_docker_contexts
from app.services.engine.engine_address import split_address
from app.services.engine.engine_client import EngineClient
from app.services.engine.engine_types import EngineInfo
from app.services.engine.engines import SavedEngine
from app.services.engine.json_values import get_text
from app.services.errors import ErrorCode, MarinaError, UserError
from app.services.explain import explain

LOOK_SECONDS = 5.0
"""How long an engine of this computer may take to answer before it counts as not running."""

_BELOW_HOME = (
    ("docker-desktop", "Docker Desktop", ".docker/run/docker.sock"),
    ("docker-desktop-linux", "Docker Desktop", ".docker/desktop/docker.sock"),
    ("colima", "Colima", ".colima/default/docker.sock"),
    ("rancher-desktop", "Rancher Desktop", ".rd/docker.sock"),
    ("orbstack", "OrbStack", ".orbstack/run/docker.sock"),
    ("podman-machine", "Podman", ".local/share/containers/podman/machine/podman.sock"),
)
_BELOW_RUNTIME = (
    ("docker-rootless", "Docker", "docker.sock"),
    ("podman", "Podman", "podman/podman.sock"),
)
_SYSTEM = (
    ("docker", "Docker", "/var/run/docker.sock"),
    ("podman-root", "Podman", "/run/podman/podman.sock"),
)
_PIPES = (
    ("docker-desktop", "Docker Desktop", r"\\.\pipe\dockerDesktopLinuxEngine"),
    ("docker", "Docker", r"\\.\pipe\docker_engine"),
    ("podman-machine", "Podman", r"\\.\pipe\podman-machine-default"),
)


@dataclass(frozen=True, slots=True)
class SourceEngine:
    """An engine that may have something: `name` for the command line, `title` for people.

    `address` is what `EngineClient` takes. `is_local`: it can be looked at without anybody being asked.
    """

    name: str
    title: str
    address: str
    is_local: bool = True


@dataclass(frozen=True, slots=True)
class LookedAt:
    """What an engine says of itself."""

    source: SourceEngine
    product: str
    info: EngineInfo

    @property
    def is_empty(self) -> bool:
        """Whether nothing worth a word is there."""
        return not self.info.images and not self.info.containers


def find_sources(
    own: Iterable[str],
    saved: Iterable[SavedEngine] = (),
    *,
    home: Path | None = None,
    environment: Mapping[str, str] = os.environ,
    platform: str = sys.platform,
) -> list[SourceEngine]:
    """Return the engines that may be there, each once. Nobody is asked.

    `own` are the addresses of Marina's engine and of the one that is worked with.
    """
    seen = {_same(address) for address in own}
    found: list[SourceEngine] = []
    candidates = (
        *_of_contexts(list_docker_contexts(environment)),
        *_of_saved(saved),
        *_usual(home or Path.home(), environment, platform),
    )
    for source in candidates:
        place = _same(source.address)
        if place in seen:
            continue
        seen.add(place)
        if any(source.name == other.name for other in found):
            source = SourceEngine(source.address, source.title, source.address, source.is_local)
        found.append(source)
    return found


def choose_source(sources: Iterable[SourceEngine], wanted: str) -> SourceEngine:
    """Return the engine of a name, or the one at an address. Raises UserError."""
    known = list(sources)
    for source in known:
        if wanted in (source.name, source.address):
            return source
    if "://" in wanted or wanted.startswith(("/", "\\\\")):
        split_address(wanted)
        return SourceEngine(wanted, wanted, wanted)
    names = ", ".join(source.name for source in known)
    raise UserError(
        f"There is no engine named {wanted}",
        f"Known are: {names}." if names else "No other engine was found on this computer.",
        "Name a docker context, or write an address: unix:///path/to/docker.sock.",
        ErrorCode.BAD_INPUT,
    )


def open_source(source: SourceEngine) -> EngineClient:
    """Return a client of an engine that answers. Raises UserError when it does not."""
    client = EngineClient(source.address)
    try:
        client.agree_on_version()
    except MarinaError as error:
        client.close()
        told = explain(error)
        raise UserError(
            f"{source.title} does not answer",
            told.details or told.summary,
            "Start it, and see that you may use its socket; then try again.",
            told.code,
        ) from error
    return client


def look_at(source: SourceEngine) -> LookedAt:
    """Ask an engine what it is. Raises UserError when it does not answer."""
    with open_source(source) as client:
        client.read_timeout = LOOK_SECONDS
        info = client.info()
    return LookedAt(source, _product(source, info), info)


def _product(source: SourceEngine, info: EngineInfo) -> str:
    """Return the product's name: its machine often knows better than the socket's place."""
    system = get_text(info.raw, "OperatingSystem")
    for name in ("Docker Desktop", "OrbStack", "Rancher Desktop", "Colima"):
        if name.casefold() in system.casefold():
            return name
    return source.title


def _of_contexts(contexts: Iterable[DockerContext]) -> Iterator[SourceEngine]:
    titles = {name: title for name, title, _ in (*_BELOW_HOME, *_PIPES)}
    titles["desktop-linux"] = "Docker Desktop"
    for context in contexts:
        if context.name == CONTEXT_NAME:
            continue
        place = _local_path(context.address)
        # What was installed once and is not running has left its context.
        if place is None or _is_there(place):
            title = titles.get(context.name, context.name)
            yield SourceEngine(context.name, title, context.address, place is not None)


def _of_saved(saved: Iterable[SavedEngine]) -> Iterator[SourceEngine]:
    for engine in saved:
        if not engine.is_machine:
            place = _local_path(engine.address)
            yield SourceEngine(engine.name, engine.name, engine.address, place is not None)


def _usual(home: Path, environment: Mapping[str, str], platform: str) -> Iterator[SourceEngine]:
    places: tuple[tuple[str, str, str], ...] = _PIPES
    if platform != "win32":
        runtime = environment.get("XDG_RUNTIME_DIR", "")
        below_runtime = _BELOW_RUNTIME if runtime else ()
        profiles = sorted(home.glob(".colima/*/docker.sock"))
        machines = sorted(home.glob(".lima/*/sock/docker.sock"))
        places = (
            *((name, title, str(home / path)) for name, title, path in _BELOW_HOME),
            *((f"colima-{path.parent.name}", "Colima", str(path)) for path in profiles),
            *((f"lima-{path.parents[1].name}", "Lima", str(path)) for path in machines),
            *((name, title, str(Path(runtime) / path)) for name, title, path in below_runtime),
            *_SYSTEM,
        )
    for name, title, path in places:
        if _is_there(path):
            yield SourceEngine(name, title, path)


def _is_there(path: str) -> bool:
    try:
        return os.path.exists(path)  # noqa: PTH110 - a pipe of Windows is no path to pathlib
    except OSError:
        return False


def _local_path(address: str) -> str | None:
    """Return the socket's path of an address on this computer, None of another one."""
    try:
        parts = split_address(address)
    except UserError:
        return None
    return parts.path if parts.scheme == "unix" else None


def _same(address: str) -> str:
    """Return what is equal for two addresses of one engine: links are followed."""
    path = _local_path(address)
    return os.path.realpath(path) if path and not path.startswith("\\\\") else (path or address)
