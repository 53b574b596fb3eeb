"""What a create call in an older form means, or of an API version that cannot know all options.

Source: dockerd 26.1, `api/server/router/container/container_routes.go`, postContainersCreate, and
`runconfig/config_unix.go`.
"""

from collections.abc import Iterator
from typing import Any

from backend.api.body_decoder import decode
from backend.containers.field_tables import HOST_CONFIG
from backend.containers.networking.networking_request import check_single
from backend.errors import InvalidParameterError

Version = tuple[int, int]

# What counts beside a HostConfig that does not say it; without one every option does.
BESIDE_HOST_CONFIG = ("Memory", "MemorySwap", "CpuShares", "CpusetCpus", "VolumeDriver")


def gather_host_options(body: dict[str, Any]) -> None:
    """Move options of the HostConfig that stand beside it, as the oldest clients write them, into it.

    Raises InvalidParameterError for one that is not of its type.
    """
    beside = {name: body.pop(name) for name in HOST_CONFIG if name in body}
    cpus = decode(body.pop("Cpuset", None), "string")
    if not beside and not cpus:
        return
    found = decode(beside, "container.HostConfig")
    host = body.get("HostConfig")
    if host is None:
        body["HostConfig"] = host = found
    else:
        host |= {name: found[name] for name in BESIDE_HOST_CONFIG if found.get(name) and not host.get(name)}
    if cpus and not host.get("CpusetCpus"):
        host["CpusetCpus"] = cpus


def adapt(body: dict[str, Any], version: Version) -> None:
    """Change the body to what a caller of this version means. Raises InvalidParameterError for options that
    would do something else than the caller expects."""
    host = body.get("HostConfig") or {}
    if version < (1, 25):
        host["AutoRemove"] = False  # the client removes it
    if version < (1, 40) and not host.get("IpcMode"):
        host["IpcMode"] = "shareable"
    if version < (1, 42):
        host.pop("ConsoleSize", None)
        _drop_options_of_other_types(host)
    if version < (1, 43):
        host.pop("Annotations", None)
    if version < (1, 44):
        if body.get("Healthcheck"):
            body["Healthcheck"].pop("StartInterval", None)
        if any((mount.get("BindOptions") or {}).get("ReadOnlyForceRecursive") for mount in _mounts(host)):
            raise InvalidParameterError("BindOptions.ReadOnlyForceRecursive needs API v1.44 or newer")
        check_single(body.get("NetworkingConfig"))
    subpaths = ((mount.get("VolumeOptions") or {}).get("Subpath") for mount in _mounts(host))
    if version < (1, 45) and any(subpaths):
        raise InvalidParameterError("VolumeOptions.Subpath needs API v1.45 or newer")
    if host:
        body["HostConfig"] = host


def _mounts(host: dict[str, Any]) -> Iterator[dict[str, Any]]:
    return (mount for mount in host.get("Mounts") or () if mount)


def _drop_options_of_other_types(host: dict[str, Any]) -> None:
    for mount in _mounts(host):
        (mount.get("BindOptions") or {}).pop("CreateMountpoint", None)
        for name, kind in (("VolumeOptions", "volume"), ("TmpfsOptions", "tmpfs")):
            if mount.get("Type") != kind:
                mount.pop(name, None)
