"""The desktop's only copy of the Docker API's shapes: frozen rows, parsed defensively from JSON.

Source: Docker Engine API v1.47 (ContainerSummary, ImageSummary, ImageInspect, EventMessage…).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from app.services.engine.json_values import (
    as_object,
    get_flag,
    get_list,
    get_number,
    get_object,
    get_text,
    get_text_map,
    get_texts,
)
from app.services.engine.port_types import (
    Port,
    RefusedPort,
    parse_exposed,
    parse_published,
    parse_summary_ports,
)

__all__ = [
    "Container",
    "ContainerDetails",
    "ContainerState",
    "EngineInfo",
    "EngineVersion",
    "Event",
    "Image",
    "ImageDetails",
    "MountedVolume",
    "Port",
    "RefusedPort",
    "Volume",
]

SHORT_ID_LENGTH = 12


class ContainerState(StrEnum):
    """What a container is doing; `UNKNOWN` covers words of engines newer than this desktop."""

    CREATED = "created"
    RUNNING = "running"
    PAUSED = "paused"
    RESTARTING = "restarting"
    REMOVING = "removing"
    EXITED = "exited"
    DEAD = "dead"
    UNKNOWN = "unknown"

    @classmethod
    def parse(cls, text: str) -> "ContainerState":
        """Return the state named `text`."""
        try:
            return cls(text.lower())
        except ValueError:
            return cls.UNKNOWN


_RUNNING = (ContainerState.RUNNING, ContainerState.PAUSED, ContainerState.RESTARTING)


def parse_time(value: Any) -> float:
    """Return Unix seconds for the API's times: a number or RFC 3339 text; 0 for never (the year 1)."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, str) or value.startswith("0001-"):
        return 0.0
    whole, dot, rest = value.partition(".")
    if dot:  # Go writes nine digits of a second, Python reads at most six
        digits = len(rest) - len(rest.lstrip("0123456789"))
        value = f"{whole}.{rest[: min(digits, 6)]}{rest[digits:]}"
    try:
        return datetime.fromisoformat(value).timestamp()
    except (ValueError, OverflowError):
        return 0.0


def _parse_environment(lines: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, _, value in (line.partition("=") for line in lines))


@dataclass(frozen=True, slots=True)
class MountedVolume:
    """A volume in a container; `path` is where it is mounted there."""

    volume: str
    path: str
    is_read_only: bool = False


@dataclass(frozen=True, slots=True)
class Container:
    """A row of the container list. `created` is Unix seconds, `status` like "Up 3 minutes"."""

    id: str
    name: str
    image: str
    state: ContainerState
    status: str = ""
    ports: tuple[Port, ...] = ()
    created: float = 0.0
    labels: Mapping[str, str] = field(default_factory=dict)
    image_id: str = ""
    command: str = ""
    volumes: tuple[MountedVolume, ...] = ()
    networks: tuple[str, ...] = ()
    refused_ports: tuple[RefusedPort, ...] = ()

    @property
    def short_id(self) -> str:
        """The first 12 digits of the id, as every list shows it."""
        return self.id[:SHORT_ID_LENGTH]

    @property
    def is_running(self) -> bool:
        """Whether its processes exist (paused ones do too)."""
        return self.state in _RUNNING

    @property
    def published_ports(self) -> tuple[Port, ...]:
        """Ports that are on the host, each once: IPv4 and IPv6 twins count as one."""
        seen: dict[tuple[int, str, int], Port] = {}
        for port in self.ports:
            if port.host_port is not None:
                seen.setdefault((port.container_port, port.protocol, port.host_port), port)
        return tuple(seen.values())

    @property
    def url(self) -> str:
        """The first address that a browser can open, or ""."""
        return next((port.url for port in self.published_ports if port.url), "")

    @property
    def compose_project(self) -> str:
        """The compose project it belongs to, or ""."""
        return self.labels.get("com.docker.compose.project", "")

    @classmethod
    def from_json(cls, value: Any) -> "Container":
        """Build a row from ContainerSummary."""
        source = as_object(value)
        # Those with a second slash are names that links gave it; the shortest is its own.
        names = sorted(get_texts(source, "Names"), key=lambda name: name.count("/"))
        mounts = [as_object(mount) for mount in get_list(source, "Mounts")]
        return cls(
            id=get_text(source, "Id"),
            name=names[0].removeprefix("/") if names else "",
            image=get_text(source, "Image"),
            state=ContainerState.parse(get_text(source, "State")),
            status=get_text(source, "Status"),
            ports=parse_summary_ports(get_list(source, "Ports")),
            created=parse_time(source.get("Created")),
            labels=get_text_map(source, "Labels"),
            image_id=get_text(source, "ImageID"),
            command=get_text(source, "Command"),
            volumes=tuple(
                MountedVolume(
                    get_text(mount, "Name"), get_text(mount, "Destination"), mount.get("RW") is False
                )
                for mount in mounts
                if get_text(mount, "Type") == "volume"
            ),
            networks=tuple(get_object(get_object(source, "NetworkSettings"), "Networks")),
        )


@dataclass(frozen=True, slots=True)
class ContainerDetails:
    """One container as `inspect` tells it (all of it: `raw`). Times are Unix seconds, 0 for never."""

    id: str
    name: str
    image: str
    image_id: str
    state: ContainerState
    exit_code: int
    error: str
    created: float
    started: float
    finished: float
    tty: bool
    auto_remove: bool
    ports: tuple[Port, ...]
    environment: tuple[tuple[str, str], ...]
    labels: Mapping[str, str]
    raw: Mapping[str, Any]

    @property
    def is_running(self) -> bool:
        """Whether its processes exist (paused ones do too)."""
        return self.state in _RUNNING

    @classmethod
    def from_json(cls, value: Any) -> "ContainerDetails":
        """Build it from ContainerInspectResponse."""
        source = as_object(value)
        config, state = get_object(source, "Config"), get_object(source, "State")
        return cls(
            id=get_text(source, "Id"),
            name=get_text(source, "Name").removeprefix("/"),
            image=get_text(config, "Image"),
            image_id=get_text(source, "Image"),
            state=ContainerState.parse(get_text(state, "Status")),
            exit_code=get_number(state, "ExitCode"),
            error=get_text(state, "Error"),
            created=parse_time(source.get("Created")),
            started=parse_time(state.get("StartedAt")),
            finished=parse_time(state.get("FinishedAt")),
            tty=get_flag(config, "Tty"),
            auto_remove=get_flag(get_object(source, "HostConfig"), "AutoRemove"),
            ports=parse_published(get_object(get_object(source, "NetworkSettings"), "Ports")),
            environment=_parse_environment(get_texts(config, "Env")),
            labels=get_text_map(config, "Labels"),
            raw=source,
        )


@dataclass(frozen=True, slots=True)
class Image:
    """A row of the image list. `size` is in bytes, `created` Unix seconds."""

    id: str
    tags: tuple[str, ...]
    digests: tuple[str, ...] = ()
    size: int = 0
    created: float = 0.0
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def short_id(self) -> str:
        """The first 12 digits of the id without "sha256:"."""
        return self.id.removeprefix("sha256:")[:SHORT_ID_LENGTH]

    @property
    def name(self) -> str:
        """The first tag, else the short id: what a person and `docker run` can use."""
        return self.tags[0] if self.tags else self.short_id

    @classmethod
    def from_json(cls, value: Any) -> "Image":
        """Build a row from ImageSummary."""
        source = as_object(value)
        return cls(
            id=get_text(source, "Id"),
            tags=tuple(tag for tag in get_texts(source, "RepoTags") if tag != "<none>:<none>"),
            digests=tuple(d for d in get_texts(source, "RepoDigests") if d != "<none>@<none>"),
            size=get_number(source, "Size"),
            created=parse_time(source.get("Created")),
            labels=get_text_map(source, "Labels"),
        )


@dataclass(frozen=True, slots=True)
class ImageDetails:
    """One image as `inspect` tells it: what a run dialog is filled in with. `size` is in bytes."""

    id: str
    tags: tuple[str, ...]
    size: int
    created: float
    os: str
    architecture: str
    exposed_ports: tuple[Port, ...]
    environment: tuple[tuple[str, str], ...]
    volumes: tuple[str, ...]
    entrypoint: tuple[str, ...]
    command: tuple[str, ...]
    working_dir: str
    user: str
    labels: Mapping[str, str]
    raw: Mapping[str, Any]

    @classmethod
    def from_json(cls, value: Any) -> "ImageDetails":
        """Build it from ImageInspect."""
        source = as_object(value)
        config = get_object(source, "Config")
        return cls(
            id=get_text(source, "Id"),
            tags=get_texts(source, "RepoTags"),
            size=get_number(source, "Size"),
            created=parse_time(source.get("Created")),
            os=get_text(source, "Os"),
            architecture=get_text(source, "Architecture"),
            exposed_ports=parse_exposed(get_object(config, "ExposedPorts")),
            environment=_parse_environment(get_texts(config, "Env")),
            volumes=tuple(sorted(get_object(config, "Volumes"))),
            entrypoint=get_texts(config, "Entrypoint"),
            command=get_texts(config, "Cmd"),
            working_dir=get_text(config, "WorkingDir"),
            user=get_text(config, "User"),
            labels=get_text_map(config, "Labels"),
            raw=source,
        )


@dataclass(frozen=True, slots=True)
class Volume:
    """A row of the volume list. `created` is Unix seconds."""

    name: str
    driver: str = "local"
    created: float = 0.0
    labels: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_json(cls, value: Any) -> "Volume":
        """Build a row from the API's Volume."""
        source = as_object(value)
        return cls(
            name=get_text(source, "Name"),
            driver=get_text(source, "Driver", "local"),
            created=parse_time(source.get("CreatedAt")),
            labels=get_text_map(source, "Labels"),
            options=get_text_map(source, "Options"),
        )


@dataclass(frozen=True, slots=True)
class Event:
    """One change in the engine. `time` is Unix seconds; `type` "container", "image", "volume", "network"…"""

    type: str
    action: str
    id: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    time: float = 0.0

    @classmethod
    def from_json(cls, value: Any) -> "Event":
        """Build it from EventMessage."""
        source = as_object(value)
        actor = get_object(source, "Actor")
        nanoseconds = get_number(source, "timeNano")
        return cls(
            type=get_text(source, "Type"),
            action=get_text(source, "Action"),
            id=get_text(actor, "ID"),
            attributes=get_text_map(actor, "Attributes"),
            time=nanoseconds / 1e9 if nanoseconds else float(get_number(source, "time")),
        )


@dataclass(frozen=True, slots=True)
class EngineVersion:
    """What `GET /version` tells."""

    version: str
    api_version: str
    os: str = ""
    architecture: str = ""
    kernel: str = ""
    raw: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_marina(self) -> bool:
        """Whether it is Marina's own engine, which has calls that Docker's API does not have."""
        return get_text(get_object(self.raw, "Platform"), "Name") == "Marina"

    @classmethod
    def from_json(cls, value: Any) -> "EngineVersion":
        """Build it from SystemVersion."""
        source = as_object(value)
        return cls(
            version=get_text(source, "Version"),
            api_version=get_text(source, "ApiVersion"),
            os=get_text(source, "Os"),
            architecture=get_text(source, "Arch"),
            kernel=get_text(source, "KernelVersion"),
            raw=source,
        )


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """What `GET /info` tells. `memory` is in bytes."""

    containers: int
    containers_running: int
    images: int
    cpus: int
    memory: int
    warnings: tuple[str, ...] = ()
    raw: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_json(cls, value: Any) -> "EngineInfo":
        """Build it from SystemInfo."""
        source = as_object(value)
        return cls(
            containers=get_number(source, "Containers"),
            containers_running=get_number(source, "ContainersRunning"),
            images=get_number(source, "Images"),
            cpus=get_number(source, "NCPU"),
            memory=get_number(source, "MemTotal"),
            warnings=get_texts(source, "Warnings"),
            raw=source,
        )
