"""The body of a create call, checked and completed: what is wrong is said before anything is made.

Source: Docker Engine API, `POST /containers/create`.
"""

import os
import posixpath
import re
from collections.abc import Mapping
from typing import Any

from backend.containers import device_options, namespace_modes, security_options
from backend.containers.field_tables import CONFIG, HOST_CONFIG, read_fields
from backend.containers.logs.log_config import check_log_config
from backend.containers.signals import parse_signal
from backend.containers.state import health
from backend.errors import InvalidParameterError
from backend.images.image import Image
from backend.runtime import capabilities, cgroups, resources
from backend.runtime.ulimits import check_ulimit

DEFAULT_SHM = 64 * 1024 * 1024
RESTART_POLICIES = ("no", "always", "on-failure", "unless-stopped")
RUNTIMES = ("", "crun", "runc", "io.containerd.runc.v2")
HOSTNAME = re.compile(r"^[a-zA-Z0-9_]([a-zA-Z0-9_.-]{0,62})\Z")
NAMESPACED_SYSCTLS = (
    "kernel.msgmax", "kernel.msgmnb", "kernel.msgmni", "kernel.sem", "kernel.shmall", "kernel.shmmax",
    "kernel.shmmni", "kernel.shm_rmid_forced", "kernel.domainname",
)  # fmt: skip


def read_config(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return Docker's Config with all fields. Raises InvalidParameterError."""
    if not any(body.get(name) is not None for name in CONFIG):
        raise InvalidParameterError("config cannot be empty in order to create a container")
    config = read_fields(body, CONFIG)
    if config["Hostname"] and not HOSTNAME.match(config["Hostname"]):
        raise InvalidParameterError(f"invalid hostname format: {config['Hostname']}")
    for entry in config["Env"] or ():
        if not entry or entry.startswith("="):
            raise InvalidParameterError(f"invalid environment variable: {entry}")
    if config["WorkingDir"] and not config["WorkingDir"].startswith("/"):
        raise InvalidParameterError(
            f"the working directory '{config['WorkingDir']}' is invalid, it needs to be an absolute path"
        )
    if config["WorkingDir"]:
        config["WorkingDir"] = posixpath.normpath("/" + config["WorkingDir"].lstrip("/"))
    if config["StopSignal"]:
        parse_signal(config["StopSignal"])
    config["Healthcheck"] = health.check_config(config["Healthcheck"])
    return config


def merge_image(config: dict[str, Any], image: Image, image_reference: str) -> None:
    """Fill in what the image's own configuration says and the caller did not. Raises
    InvalidParameterError."""
    config["Image"] = image_reference
    merge(config, image.config.get("config") or {})
    if not [*(config["Entrypoint"] or []), *(config["Cmd"] or [])]:
        raise InvalidParameterError("no command specified")


def merge(config: dict[str, Any], ours: Mapping[str, Any]) -> None:
    """Fill in what `ours`, a Config in Docker's form, says and `config` does not."""
    for name in ("User", "WorkingDir", "StopSignal"):
        config[name] = config[name] or ours.get(name) or ""
    if config["Entrypoint"] is None:
        config["Cmd"] = config["Cmd"] or ours.get("Cmd")
        config["Entrypoint"] = ours.get("Entrypoint")
    elif config["Entrypoint"] == [""]:
        config["Entrypoint"] = []
    for name in ("ExposedPorts", "Volumes", "Labels"):
        config[name] = {**(ours.get(name) or {}), **(config.get(name) or {})}
    config["Healthcheck"] = health.merge(config["Healthcheck"], ours.get("Healthcheck"))
    config["Shell"] = config["Shell"] or ours.get("Shell")
    config["Env"] = _with_others(config["Env"] or [], ours.get("Env") or [])
    if not config["ExposedPorts"]:
        del config["ExposedPorts"]
    config["Volumes"] = config["Volumes"] or None


def _with_others(wanted: list[str], base: list[str]) -> list[str]:
    names = {entry.partition("=")[0] for entry in wanted}
    return [*wanted, *(entry for entry in base if entry.partition("=")[0] not in names)]


def merge_environment(base: list[str], wanted: list[str]) -> list[str]:
    """Return `base` overridden by `wanted`, name by name; a name without "=" in `wanted` removes it."""
    merged: dict[str, str] = {}
    for entry in [*base, *wanted]:
        name, equals, _ = entry.partition("=")
        if equals:
            merged[name] = entry
        else:
            merged.pop(name, None)
    return list(merged.values())


def read_host_config(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return Docker's HostConfig with all fields. Raises InvalidParameterError."""
    host = read_fields(body, HOST_CONFIG)
    host["NetworkMode"] = host["NetworkMode"] or "default"
    if (host["PidsLimit"] or 0) <= 0:
        host["PidsLimit"] = None  # no limit, in whichever way it was said
    host["PortBindings"] = _port_bindings(host["PortBindings"])
    host["LogConfig"] = check_log_config(host["LogConfig"] or {})
    host["RestartPolicy"] = check_restart_policy(host["RestartPolicy"] or {}, host["AutoRemove"])
    host["ShmSize"] = host["ShmSize"] or DEFAULT_SHM
    if host["ShmSize"] < 0:
        raise InvalidParameterError("SHM size can not be less than 0")
    if not -1000 <= host["OomScoreAdj"] <= 1000:
        raise InvalidParameterError(
            f"Invalid value {host['OomScoreAdj']}, range for oom score adj is [-1000, 1000]"
        )
    for field in ("CapAdd", "CapDrop"):
        for name in host[field] or ():
            _check_capability(field, name)
    resources.check(host, os.cpu_count() or 1)
    namespace_modes.check(host)
    if host["Runtime"] not in RUNTIMES:
        raise InvalidParameterError(f"unknown or invalid runtime name: {host['Runtime']}")
    security_options.check(host["SecurityOpt"] or ())
    for limit in host["Ulimits"] or ():
        check_ulimit(limit)
    for name in host["Sysctls"] or ():
        _check_sysctl(name, host["NetworkMode"])
    device_options.check(host)
    cgroups.group_of("", host["CgroupParent"])
    _check_storage(host["StorageOpt"] or {})
    if "" in (host["Annotations"] or {}):
        raise InvalidParameterError(
            "invalid Annotations: the empty string is not permitted as an annotation key"
        )
    host["ConsoleSize"] = _console_size(host["ConsoleSize"])
    if host["Isolation"].lower() not in ("", "default"):
        raise InvalidParameterError(
            f"Invalid isolation: \"{host['Isolation'][:40]}\" - linux only supports 'default'"
        )
    return host


def _port_bindings(value: dict[str, Any] | None) -> dict[str, Any] | None:
    for port, bindings in (value or {}).items():
        if bindings is not None and not (
            isinstance(bindings, list) and all(isinstance(item, dict) for item in bindings)
        ):
            raise InvalidParameterError(f"invalid JSON: PortBindings[{port!r}] must be an array of objects")
    return value


def check_restart_policy(value: Mapping[str, Any], auto_remove: bool) -> dict[str, Any]:
    """Return a restart policy with all fields. Raises InvalidParameterError."""
    name, retries = value.get("Name") or "no", value.get("MaximumRetryCount") or 0
    if not isinstance(name, str) or not isinstance(retries, int) or isinstance(retries, bool):
        raise InvalidParameterError("invalid JSON: RestartPolicy must hold a Name and a MaximumRetryCount")
    if name not in RESTART_POLICIES:
        raise InvalidParameterError(
            f"invalid restart policy: unknown policy '{name}'; use one of "
            "'no', 'always', 'on-failure', or 'unless-stopped'"
        )
    if retries and name != "on-failure":
        raise InvalidParameterError(
            "invalid restart policy: maximum retry count can only be used with 'on-failure'"
            + (" and cannot be negative" if retries < 0 else "")
        )
    if retries < 0:
        raise InvalidParameterError("invalid restart policy: maximum retry count cannot be negative")
    if auto_remove and name != "no":
        raise InvalidParameterError("can't create 'AutoRemove' container with restart policy")
    return {"Name": name, "MaximumRetryCount": retries}


def _check_storage(options: Mapping[str, str]) -> None:
    for name in options:
        if name.lower() != "size":
            raise InvalidParameterError(f"Unknown option {name[:40]}")
        raise InvalidParameterError(
            "--storage-opt is supported only for overlay over xfs with 'pquota' mount option"
        )


def _check_capability(field: str, name: str) -> None:
    try:
        capabilities.parse_name(name)
    except InvalidParameterError as error:
        raise InvalidParameterError(f"invalid {field}: {error.message}") from error


def _check_sysctl(name: str, network_mode: str) -> None:
    if name in NAMESPACED_SYSCTLS or name.startswith("fs.mqueue."):
        return
    if name.startswith("net."):
        if network_mode == "host":
            raise InvalidParameterError(f"sysctl '{name}' not allowed in host network namespace")
        return
    raise InvalidParameterError(f"sysctl '{name}' is not allowed: it is not the container's own")


def _console_size(value: list[Any] | None) -> list[int]:
    if value is None:
        return [0, 0]
    if len(value) != 2 or any(
        not isinstance(v, int) or isinstance(v, bool) or not 0 <= v < 65536 for v in value
    ):
        raise InvalidParameterError("invalid JSON: ConsoleSize must be two numbers, height and width")
    return value
