"""What can be changed of a container: read from `inspect`, and turned back into the body of a new one."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.services.containers.run_options import NANO, VolumeMount, restart_body
from app.services.engine.engine_types import ContainerDetails, Port
from app.services.engine.json_values import (
    as_object,
    get_flag,
    get_list,
    get_number,
    get_object,
    get_text,
    get_texts,
)
from app.services.engine.port_types import parse_published

_OWN_NETWORK_MODES = ("default", "bridge", "host", "none")


class EditStep(StrEnum):
    """Where an edit stands."""

    UPDATE = "update"
    CREATE = "create"
    SWAP = "swap"
    WATCH = "watch"
    BACK = "back"
    RESTORED = "restored"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class ContainerSetup:
    """The part of a container that an edit changes. `memory` is in bytes, 0 is no limit."""

    ports: tuple[Port, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    mounts: tuple[VolumeMount, ...] = ()
    restart_policy: str = ""
    memory: int = 0
    cpus: float = 0.0

    def needs_new_container(self, after: "ContainerSetup") -> bool:
        """Return whether the change to `after` can only be made with a new container."""
        fixed = (self.ports, self.environment, self.mounts)
        if fixed != (after.ports, after.environment, after.mounts):
            return True
        # The engine understands 0 as "as it is": it takes no limit away from a container that exists.
        return (bool(self.memory) and not after.memory) or (bool(self.cpus) and not after.cpus)


def read_setup(details: ContainerDetails) -> ContainerSetup:
    """Return what can be changed of a container."""
    host = get_object(details.raw, "HostConfig")
    policy = get_object(host, "RestartPolicy")
    name, retries = get_text(policy, "Name"), get_number(policy, "MaximumRetryCount")
    return ContainerSetup(
        ports=parse_published(get_object(host, "PortBindings")),
        environment=details.environment,
        mounts=tuple(_read_mounts(details)),
        restart_policy="" if name in ("", "no") else f"{name}:{retries}" if retries else name,
        memory=get_number(host, "Memory"),
        cpus=_read_cpus(host),
    )


def limits_body(before: ContainerSetup, after: ContainerSetup) -> dict[str, Any]:
    """Return the body of `POST /containers/{id}/update` for what differs."""
    body: dict[str, Any] = {}
    if before.memory != after.memory:
        body |= {"Memory": after.memory, "MemorySwap": 2 * after.memory}
    if before.cpus != after.cpus:
        body["NanoCpus"] = int(after.cpus * NANO)
    if before.restart_policy != after.restart_policy:
        body["RestartPolicy"] = restart_body(after.restart_policy)
    return body


def create_body(details: ContainerDetails, after: ContainerSetup, image: str) -> dict[str, Any]:
    """Return the body that creates the container anew from `image`, as `after` says."""
    before = read_setup(details)
    config: dict[str, Any] = dict(get_object(details.raw, "Config"))
    if get_text(config, "Hostname") == details.id[:12]:
        config.pop("Hostname")  # the engine's own choice
    host: dict[str, Any] = dict(get_object(details.raw, "HostConfig"))
    host.pop("ContainerIDFile", None)
    written = {_target_of(bind): bind for bind in get_texts(host, "Binds")}
    known = {mount.target: mount for mount in before.mounts}
    host["Binds"] = [
        # A mount that is as it was keeps options which we do not know.
        written[mount.target]
        if known.get(mount.target) == mount and mount.target in written
        else mount.specification
        for mount in after.mounts
    ]
    host["Mounts"] = _other_mounts(host)
    host["PortBindings"] = _bindings(after.ports)
    host["RestartPolicy"] = restart_body(after.restart_policy)
    if before.memory != after.memory:
        host |= {"Memory": after.memory, "MemorySwap": 0}
    if before.cpus != after.cpus:
        host |= {"NanoCpus": int(after.cpus * NANO), "CpuQuota": 0, "CpuPeriod": 0}
    exposed = dict(get_object(config, "ExposedPorts"))
    gone = {port.key for port in before.ports} - {port.key for port in after.ports}
    for key in gone:
        exposed.pop(key, None)
    return {
        **config,
        "Image": image,
        "Env": [f"{name}={value}" for name, value in after.environment],
        "ExposedPorts": exposed | {port.key: {} for port in after.ports},
        "HostConfig": host,
        "NetworkingConfig": {"EndpointsConfig": _endpoints(details, get_text(host, "NetworkMode"))},
    }


def _read_cpus(host: Mapping[str, Any]) -> float:
    if nano := get_number(host, "NanoCpus"):
        return nano / NANO
    quota, period = get_number(host, "CpuQuota"), get_number(host, "CpuPeriod") or 100_000
    return quota / period if quota > 0 else 0.0


def _target_of(bind: str) -> str:
    """Return the container's side of "source:target[:options]"."""
    return bind.split(":")[1] if ":" in bind else bind


def _read_mounts(details: ContainerDetails) -> list[VolumeMount]:
    """Return volumes and folders, those without a name of their own too, so that their data is kept."""
    host = get_object(details.raw, "HostConfig")
    others = {get_text(as_object(mount), "Target") for mount in _other_mounts(host)}
    found: list[VolumeMount] = []
    for mount in map(as_object, get_list(details.raw, "Mounts")):
        target, kind = get_text(mount, "Destination"), get_text(mount, "Type")
        if target not in others and kind in ("bind", "volume"):
            source = get_text(mount, "Name") if kind == "volume" else get_text(mount, "Source")
            found.append(VolumeMount(source, target, not get_flag(mount, "RW")))
    return sorted(found, key=lambda mount: mount.target)


def _other_mounts(host: Mapping[str, Any]) -> list[Any]:
    """Return the mounts with options that "source:target" cannot say: they stay as they are."""
    plain = {"Type", "Source", "Target", "ReadOnly", "Consistency"}
    return [
        mount
        for mount in map(as_object, get_list(host, "Mounts"))
        if get_text(mount, "Type") not in ("bind", "volume")
        or not get_text(mount, "Source")
        or {name for name, value in mount.items() if value} - plain
    ]


def _bindings(ports: tuple[Port, ...]) -> dict[str, list[dict[str, str]]]:
    bindings: dict[str, list[dict[str, str]]] = {}
    for port in ports:
        host_port = str(port.host_port) if port.host_port else ""
        bindings.setdefault(port.key, []).append({"HostIp": port.host_ip, "HostPort": host_port})
    return bindings


def _endpoints(details: ContainerDetails, mode: str) -> dict[str, Any]:
    """Return the networks that somebody chose, with fixed addresses and other names."""
    networks = get_object(get_object(details.raw, "NetworkSettings"), "Networks")
    chosen: dict[str, Any] = {}
    for name, end in networks.items():
        if name in _OWN_NETWORK_MODES or mode.startswith("container:"):
            continue
        wanted = {key: as_object(end).get(key) for key in ("IPAMConfig", "Links", "DriverOpts")}
        aliases = [alias for alias in get_texts(as_object(end), "Aliases") if alias != details.id[:12]]
        chosen[name] = {key: value for key, value in (wanted | {"Aliases": aliases}).items() if value}
    return chosen
