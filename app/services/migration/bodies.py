"""What creates a network or a container here as it is at another engine, from what `inspect` says there."""

from collections.abc import Mapping
from typing import Any

from app.services.containers.container_setup import create_body, read_setup
from app.services.engine.engine_types import ContainerDetails
from app.services.engine.json_values import as_object, get_flag, get_list, get_object, get_text
from app.services.migration.inventory import ENGINES_NETWORKS

_COMMON_RUNTIMES = ("", "runc", "crun", "oci", "io.containerd.runc.v2")
_COMMON_LOG_DRIVERS = ("json-file", "local", "none")
_PODMANS_OPTIONS = ("nosuid", "nodev", "noexec", "suid", "dev", "exec", "bind", "rbind", "U")
_OF_FOLDERS = ("private", "rprivate", "shared", "rshared", "slave", "rslave")
_OF_THE_SOURCE = ("VolumesFrom", "CgroupParent", "Cgroup", "ContainerIDFile", "AutoRemove")
"""Of a container's settings: what mounts tell as well, or what is only right where it is."""


def network_body(raw: Mapping[str, Any], *, with_subnets: bool = True) -> dict[str, Any]:
    """Return the body of `POST /networks/create`; without its subnets the engine chooses others."""
    addresses = get_object(raw, "IPAM")
    body: dict[str, Any] = {
        "Name": get_text(raw, "Name"),
        "Driver": get_text(raw, "Driver", "bridge"),
        "Internal": get_flag(raw, "Internal"),
        "Attachable": get_flag(raw, "Attachable"),
        "EnableIPv6": get_flag(raw, "EnableIPv6"),
        "Options": dict(get_object(raw, "Options")),
        "Labels": dict(get_object(raw, "Labels")),
    }
    if with_subnets:
        body["IPAM"] = {"Driver": "default", "Config": get_list(addresses, "Config")}
    return body


def container_body(details: ContainerDetails, image: str, names: Mapping[str, str]) -> dict[str, Any]:
    """Return the body of `POST /containers/create`; `names` are those of the source's containers by id."""
    body = create_body(details, read_setup(details), image)
    host: dict[str, Any] = {
        name: value for name, value in body["HostConfig"].items() if name not in _OF_THE_SOURCE
    }
    if get_text(host, "Runtime") in _COMMON_RUNTIMES:
        host.pop("Runtime", None)
    if get_text(get_object(host, "LogConfig"), "Type") not in _COMMON_LOG_DRIVERS:
        host.pop("LogConfig", None)
    for mode in ("IpcMode", "PidMode"):
        host[mode] = _shared(get_text(host, mode), names)
    host["PidMode"] = "" if host["PidMode"] == "private" else host["PidMode"]
    host["UTSMode"] = "host" if get_text(host, "UTSMode") == "host" else ""
    host["Binds"] = list(map(_plain_bind, host["Binds"]))
    host["Ulimits"] = [
        {**limit, "Name": get_text(limit, "Name").lower().removeprefix("rlimit_")}
        for limit in map(as_object, get_list(host, "Ulimits"))
    ]
    ends = body["NetworkingConfig"]["EndpointsConfig"]
    ends = {name: end for name, end in ends.items() if name not in ENGINES_NETWORKS}
    host["NetworkMode"] = _network_mode(_shared(get_text(host, "NetworkMode"), names), details, ends)
    body["Env"] = [line for line in body["Env"] if line != "container=podman"]
    return body | {"HostConfig": host, "NetworkingConfig": {"EndpointsConfig": ends}}


def _shared(mode: str, names: Mapping[str, str]) -> str:
    """Return a mode such as "container:ID" with the container's name: its id is another one here."""
    word, _, other = mode.partition(":")
    return f"container:{names.get(other, other)}" if word == "container" else mode


def _network_mode(mode: str, details: ContainerDetails, ends: Mapping[str, Any]) -> str:
    """Return the network that a container begins on: Podman calls each of the user's own "bridge"."""
    on_default = "bridge" in get_object(get_object(details.raw, "NetworkSettings"), "Networks")
    if mode in ("bridge", "default") and ends and not on_default:
        return next(iter(ends))
    return "default" if mode.partition(":")[0] in ("podman", "slirp4netns", "pasta") else mode


def _plain_bind(bind: str) -> str:
    """Return "source:target:options" without the options that only Podman writes there."""
    *places, options = bind.split(":") if bind.count(":") >= 2 else (bind, "")
    is_volume = not places[0].startswith(("/", "."))
    left_out = _PODMANS_OPTIONS + (_OF_FOLDERS if is_volume else ())
    kept = [option for option in options.split(",") if option and option not in left_out]
    return ":".join([*places, ",".join(kept)]) if kept else ":".join(places)
