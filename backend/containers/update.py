"""Changes what a container may use, and its restart policy, while it runs or not.

Source: Docker Engine API, `POST /containers/{id}/update`; dockerd, `daemon/update.go` and
`container/container_unix.go`, UpdateContainer.
"""

import json
import os
from collections.abc import Mapping
from typing import Any

from backend.containers import container_events
from backend.containers.container import Container
from backend.containers.create_request import check_restart_policy
from backend.containers.field_tables import HOST_CONFIG, Field, read_fields
from backend.containers.manager import Containers
from backend.errors import ConflictError, EngineError, NotFoundError, SystemFailureError
from backend.runtime import cgroups, resources

# Those that an update changes; by the part of the OCI resources that they end up in.
CHANGED = {
    "memory": ("Memory", "MemorySwap", "MemoryReservation"),
    "cpu": ("CpuShares", "NanoCpus", "CpuPeriod", "CpuQuota", "CpusetCpus", "CpusetMems"),
    "pids": ("PidsLimit",),
    "blockIO": ("BlkioWeight",),
}
# The rest of Docker's Resources: read and checked, of no effect.
OTHERS = (
    "BlkioWeightDevice", "BlkioDeviceReadBps", "BlkioDeviceWriteBps", "BlkioDeviceReadIOps",
    "BlkioDeviceWriteIOps", "CpuRealtimePeriod", "CpuRealtimeRuntime", "KernelMemoryTCP",
    "MemorySwappiness", "OomKillDisable", "CpuPercent", "IOMaximumIOps", "IOMaximumBandwidth",
)  # fmt: skip
# Limits that exclude each other: the new one, the one that is set, and what is said.
EXCLUDING = (
    ("NanoCpus", "CpuPeriod", "Nano CPUs cannot be updated as CPU Period has already been set"),
    ("NanoCpus", "CpuQuota", "Nano CPUs cannot be updated as CPU Quota has already been set"),
    ("CpuPeriod", "NanoCpus", "CPU Period cannot be updated as NanoCPUs has already been set"),
    ("CpuQuota", "NanoCpus", "CPU Quota cannot be updated as NanoCPUs has already been set"),
)

Host = dict[str, Any]


async def update(containers: Containers, container: Container, body: Mapping[str, Any]) -> list[str]:
    """Carry out an update; returns what the caller should know.

    Raises InvalidParameterError, ConflictError, SystemFailureError; then nothing has changed.
    """
    asked = read_fields(body, _table())
    host = container.record.host_config
    _check(asked, host)
    policy = _policy(body)
    warnings = resources.warnings(asked, cgroups.controllers())
    _discard(asked)
    async with container.lock:
        if containers.store.get(container.id) is None:
            raise NotFoundError(f"No such container: {container.id}")
        try:
            if container.removing:
                raise ConflictError('container is marked for removal and cannot be "update"')
            _check_conflicts(asked, policy, host)
            changed = {**host, **_wanted(asked), **({"RestartPolicy": policy} if policy else {})}
            if container.state.running:
                await _apply(containers, container, asked, changed)
        except EngineError as error:
            raise type(error)(f"Cannot update container {container.id}: {error.message}") from error
        container.record.host_config = changed
        containers.store.save(container)
    container_events.publish(containers.events, container, "update")
    return warnings


def _table() -> dict[str, Field]:
    names = (*OTHERS, *(name for names in CHANGED.values() for name in names))
    return {name: HOST_CONFIG[name] for name in names}


def _check(asked: Host, host: Mapping[str, Any]) -> None:
    if asked["PidsLimit"] is not None:
        asked["PidsLimit"] = max(0, asked["PidsLimit"])  # any negative number is "no limit" here
    checked = dict(asked)
    if asked["MemorySwap"] > 0:
        checked["Memory"] = asked["Memory"] or host["Memory"] or asked["MemorySwap"]
    resources.check(checked, os.cpu_count() or 1)


def _policy(body: Mapping[str, Any]) -> dict[str, Any] | None:
    policy = read_fields(body, {"RestartPolicy": HOST_CONFIG["RestartPolicy"]})["RestartPolicy"]
    return check_restart_policy(policy, auto_remove=False) if policy and policy.get("Name") else None


def _discard(asked: Host) -> None:
    swap = asked["MemorySwap"]
    resources.discard(asked, cgroups.controllers())
    if swap == 0:
        asked["MemorySwap"] = 0  # a create would choose one; an update leaves it as it is


def _wanted(asked: Mapping[str, Any]) -> Host:
    names = (name for names in CHANGED.values() for name in names)
    return {
        name: asked[name]
        for name in names
        if asked[name] or (name == "PidsLimit" and asked[name] is not None)
    }


def _check_conflicts(asked: Mapping[str, Any], policy: Mapping[str, Any] | None, host: Host) -> None:
    for new, there, text in EXCLUDING:
        if asked[new] > 0 and host[there] > 0:
            raise ConflictError(f"Conflicting options: {text}")
    if asked["Memory"] and asked["MemorySwap"] == 0 and asked["Memory"] > host["MemorySwap"] != -1:
        raise ConflictError(
            "Memory limit should be smaller than already set memoryswap limit, "
            "update the memoryswap at the same time"
        )
    if policy and host["AutoRemove"] and policy["Name"] != "no":
        raise ConflictError(
            "Restart policy cannot be updated because AutoRemove is enabled for the container"
        )


async def _apply(containers: Containers, container: Container, asked: Host, changed: Host) -> None:
    """Change the limits of a running container."""
    wanted = _wanted(asked)
    whole = resources.to_oci(changed, cgroups.controllers())
    if wanted.get("PidsLimit") == 0 and "pids" in cgroups.controllers():
        whole["pids"] = {"limit": -1}
    parts = {
        part: whole[part] for part, names in CHANGED.items() if part in whole and wanted.keys() & set(names)
    }
    if not parts:
        return
    file = containers.lifecycle.run_files(container).run / "update.json"
    try:
        file.write_text(json.dumps(parts))
        await containers.runtime.update(container.id, file)
    except OSError as error:
        raise SystemFailureError(f"cannot write {file}: {error.strerror}") from error
    finally:
        file.unlink(missing_ok=True)
