"""Namespaces that a container shares: with the machine, with another container, or with nobody.

Source: Docker Engine API, HostConfig: PidMode, IpcMode, UTSMode, UsernsMode, CgroupnsMode.
"""

from collections.abc import Callable, Mapping
from typing import Any

from backend.containers.container import Container
from backend.errors import ConflictError, EngineError, InvalidParameterError, NotFoundError
from backend.runtime import cgroups

OTHER = "container:"
# Field -> its name in Docker's messages, its good values, and whether another container's can be joined.
MODES = {
    "PidMode": ("PID mode", ("", "host"), True),
    "IpcMode": ("IPC mode", ("", "private", "shareable", "none", "host"), True),
    "UTSMode": ("UTS mode", ("", "host"), False),
    "UsernsMode": ("USER mode", ("", "host"), False),
    "CgroupnsMode": ("cgroup namespace mode", ("", "private", "host"), False),
}
JOINED = {"PidMode": "PID", "IpcMode": "IPC"}


def check(host: Mapping[str, Any]) -> None:
    """Refuse modes that do not exist. Raises InvalidParameterError in Docker's words."""
    for field, (name, good, joins) in MODES.items():
        mode = host[field]
        if mode not in good and not (joins and mode.startswith(OTHER) and mode != OTHER):
            raise InvalidParameterError(f"invalid {name}: {mode}")


def check_hostname(config: Mapping[str, Any], host: Mapping[str, Any]) -> None:
    """Refuse a name of one's own on the machine's UTS namespace. Raises InvalidParameterError."""
    if host["UTSMode"] == "host" and config["Hostname"]:
        raise InvalidParameterError("conflicting options: hostname and the UTS mode")


def resolve_others(host: dict[str, Any], find: Callable[[str], Container]) -> None:
    """Put whole ids in the place of the other containers' names. Raises InvalidParameterError."""
    for field in JOINED:
        if host[field].startswith(OTHER):
            try:
                host[field] = OTHER + find(host[field].removeprefix(OTHER)).id
            except NotFoundError as error:
                raise InvalidParameterError(error.message) from error


def other_of(host: Mapping[str, Any], field: str) -> str | None:
    """Return the id of the container whose namespace is to be joined, None when there is none."""
    mode = str(host[field])
    return mode.removeprefix(OTHER) if mode.startswith(OTHER) else None


def joined(host: Mapping[str, Any], find: Callable[[str], Container]) -> dict[str, Container]:
    """Return the running containers whose namespaces a container joins, by field.

    Raises EngineError in Docker's words when one does not run or keeps its namespace to itself.
    """
    found: dict[str, Container] = {}
    for field, name in JOINED.items():
        if (other := other_of(host, field)) is None:
            continue
        try:
            found[field] = _running(find(other), field)
        except EngineError as error:
            raise type(error)(f"failed to join {name} namespace: {error.message}") from error
    return found


def _running(other: Container, field: str) -> Container:
    if other.state.status == "restarting":
        raise ConflictError(f"container {other.id} is restarting, wait until the container is running")
    if not other.state.running or not cgroups.holds(other.group, other.state.pid):
        raise ConflictError(f"container {other.id} is not running")
    if field == "IpcMode" and other.record.host_config["IpcMode"] not in ("shareable", "host"):
        raise InvalidParameterError(
            f"container {other.id}: non-shareable IPC (hint: use IpcMode:shareable for the donor container)"
        )
    return other
