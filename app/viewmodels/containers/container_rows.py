"""What the container list shows: a row for each container, and one for each compose project above its own."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from app.services.engine.engine_types import Container, ContainerState
from app.viewmodels.failure import Failure

_OWN_HOSTS = ("localhost", "127.0.0.1", "0.0.0.0", "::1", "::")  # of a container: itself
_USUAL_PORTS = {"http": 80, "https": 443}
_UNHEALTHY = " (unhealthy)"
_STARTING = " (health: starting)"
_STATUS = re.compile(r"^(?:Up|Exited \((?P<code>-?\d+)\)|Restarting \(-?\d+\))\s*(?P<age>.*)$")


@dataclass(frozen=True, slots=True)
class ContainerRow:
    """A container as the list shows it. `busy` is the action under way ("" for none)."""

    container: Container
    busy: str = ""
    failure: Failure | None = None
    made_from: str = ""  # the image's name where the engine lists it by its id
    has_newer: bool = False  # a newer image has this name, here or in its registry

    @property
    def key(self) -> str:
        """Return the container's id."""
        return self.container.id

    @property
    def project(self) -> str:
        """Return the compose project it belongs to, or ""."""
        return self.container.compose_project

    @property
    def name(self) -> str:
        """Return the name, or the short id of a container without one."""
        return self.container.name or self.container.short_id

    @property
    def short_id(self) -> str:
        """Return the first 12 digits of the id."""
        return self.container.short_id

    @property
    def image(self) -> str:
        """Return the image's name."""
        return self.made_from or self.container.image

    @property
    def is_running(self) -> bool:
        """Return whether its processes exist."""
        return self.container.is_running

    @property
    def url(self) -> str:
        """Return the first address for a browser, or ""."""
        return self.container.url if self.is_running else ""

    @property
    def links(self) -> list[tuple[str, str]]:
        """Return (text, address) of each published port; the address is "" where no browser helps."""
        return [
            (f"{port.host_port}:{port.key.removesuffix('/tcp')}", port.url if self.is_running else "")
            for port in self.container.published_ports
        ]

    @property
    def refused_ports(self) -> list[str]:
        """Return the ports of a container on the host's network that are not open there, marked as such."""
        return [f"⚠ {port.port}" for port in self.container.refused_ports]

    def reach(self, address: str) -> str:
        """Return where this computer finds what a program in the container calls `address` of its own.

        Any other address comes back as it is, and so does one whose port is not published.
        """
        parts = urlsplit(address)
        if parts.hostname not in _OWN_HOSTS:
            return address
        port = parts.port or _USUAL_PORTS.get(parts.scheme, 0)
        for published in self.container.published_ports:
            if published.container_port == port and published.url and self.is_running:
                netloc = urlsplit(published.url).netloc
                return urlunsplit((parts.scheme, netloc, parts.path, parts.query, parts.fragment))
        return address

    @property
    def exit_code(self) -> int | None:
        """Return how it ended, None when it did not."""
        match = _STATUS.match(self.container.status)
        return int(match["code"]) if match and match["code"] is not None else None

    @property
    def age(self) -> str:
        """Return the engine's words for how long it has been in this state."""
        match = _STATUS.match(self.container.status.removesuffix(_UNHEALTHY))
        return match["age"] if match else ""

    @property
    def is_unhealthy(self) -> bool:
        """Return whether the container's own check says that it does not work."""
        running = self.container.state is ContainerState.RUNNING
        return running and self.container.status.endswith(_UNHEALTHY)

    @property
    def tone(self) -> str:
        """Return the colour of the status: "ok", "warn", "err" or "idle"."""
        if self.failure is not None:
            return "err"
        if self.busy or self.container.state in (ContainerState.RESTARTING, ContainerState.PAUSED):
            return "warn"
        if self.is_unhealthy:
            return "err"
        if self.container.status.endswith(_STARTING):
            return "warn"
        if self.container.state is ContainerState.RUNNING:
            return "ok"
        return "err" if self.container.state is ContainerState.DEAD else "idle"


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A compose project as one row above its containers."""

    name: str
    members: tuple[str, ...]  # keys of the containers, hidden ones too
    running: int
    is_open: bool
    busy: bool = False

    @property
    def key(self) -> str:
        """Return what no container's id is."""
        return f"project {self.name}"

    @property
    def tone(self) -> str:
        """Return the colour of the status."""
        if self.busy:
            return "warn"
        return "idle" if not self.running else "ok" if self.running == len(self.members) else "warn"
