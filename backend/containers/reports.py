"""A container as the API tells it: the long form of inspect and the short form of lists.

Source: Docker Engine API, ContainerInspectResponse and ContainerSummary.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from backend.containers.container import NEVER, Container, ContainerRecord, State
from backend.containers.logs.log_config import DEFAULT
from backend.containers.manager import Containers
from backend.containers.run_files import RunFiles
from backend.containers.specification import command_of, security_of
from backend.containers.state.health import STARTING
from backend.moments import unix_seconds
from backend.networks.attachment import idle_settings
from backend.runtime.oci_spec import MASKED_PATHS, READONLY_PATHS

LEFT_OUT_WHEN_EMPTY = frozenset(
    {"ArgsEscaped", "ExposedPorts", "Healthcheck", "MacAddress", "NetworkDisabled", "Shell", "StopSignal"}
)
HOST_LEFT_OUT_WHEN_EMPTY = frozenset(
    {"Annotations", "Init", "KernelMemory", "KernelMemoryTCP", "Mounts", "StorageOpt", "Sysctls", "Tmpfs"}
)
MOUNT_POINT = ("Type", "Name", "Source", "Destination", "Driver", "Mode", "RW", "Propagation")


def inspect(
    containers: Containers, container: Container, sizes: tuple[int, int] | None = None
) -> dict[str, Any]:
    """Return Docker's ContainerInspectResponse; `sizes` are SizeRw and SizeRootFs where they were asked
    for."""
    record, state = container.record, container.state
    command = command_of(record)
    paths = containers.lifecycle.run_files(container)
    shared_with = container.attachment.shared_with if container.attachment else ""
    shown = RunFiles.of(containers.files, shared_with or container.id)
    return {
        "Id": record.id,
        "Created": record.created,
        "Path": command[0],
        "Args": command[1:],
        "State": _state(state),
        "Image": record.image_id,
        "ResolvConfPath": str(shown.data / "resolv.conf"),
        "HostnamePath": str(shown.data / "hostname"),
        "HostsPath": str(shown.data / "hosts"),
        "LogPath": str(paths.log) if _has_log_file(record) else "",
        "Name": f"/{record.name}",
        "RestartCount": state.restart_count,
        "Driver": "overlay2",
        "Platform": "linux",
        "MountLabel": "",
        "ProcessLabel": "",
        "AppArmorProfile": security_of(record).apparmor,
        "ExecIDs": list(container.exec_ids) or None,
        "HostConfig": _host_config(record.host_config),
        "GraphDriver": {
            "Name": "overlay2",
            "Data": {
                "LowerDir": ":".join(_lower_folders(containers, record)),
                "MergedDir": str(paths.root),
                "UpperDir": str(paths.upper),
                "WorkDir": str(paths.work),
            },
        },
        "Mounts": [_mount(mount) for mount in record.mounts],
        "Config": config_json(record.config),
        "NetworkSettings": network_settings(container),
        **_sizes(sizes),
    }


def _lower_folders(containers: Containers, record: ContainerRecord) -> list[str]:
    """Return what lies under a container's own folder while it runs, topmost first."""
    layers = containers.images.layer_paths(containers.images.find(record.image_id))
    return [*dict.fromkeys(layers), str(containers.files.mount_points)]


def _has_log_file(record: ContainerRecord) -> bool:
    """Return whether Docker would name the file: once it is there, and in the form that people read."""
    return record.host_config["LogConfig"]["Type"] == DEFAULT and record.state.started_at != NEVER


def _sizes(sizes: tuple[int, int] | None) -> dict[str, int]:
    return {} if sizes is None else {"SizeRw": sizes[0], "SizeRootFs": sizes[1]}


def config_json(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return a Config as Docker writes it: without some members when they are empty."""
    return {
        name: value
        for name, value in config.items()
        if not (name in LEFT_OUT_WHEN_EMPTY and not value or name == "StopTimeout" and value is None)
    }


def _host_config(host: Mapping[str, Any]) -> dict[str, Any]:
    told = {name: value for name, value in host.items() if value or name not in HOST_LEFT_OUT_WHEN_EMPTY}
    if not host["Privileged"]:
        told["MaskedPaths"] = list(MASKED_PATHS) if host["MaskedPaths"] is None else host["MaskedPaths"]
        told["ReadonlyPaths"] = (
            list(READONLY_PATHS) if host["ReadonlyPaths"] is None else host["ReadonlyPaths"]
        )
    return {
        **told,
        "OomKillDisable": bool(host["OomKillDisable"]),
        "IpcMode": host["IpcMode"] or "private",
        "CgroupnsMode": host["CgroupnsMode"] or "private",
        "Runtime": host["Runtime"] or "runc",
        "NetworkMode": _network_mode(host),
    }


def _network_mode(host: Mapping[str, Any]) -> str:
    mode = str(host["NetworkMode"])
    return "bridge" if mode == "default" else mode


def _state(state: State) -> dict[str, Any]:
    return {
        "Status": state.status,
        "Running": state.running or state.status == "restarting",
        "Paused": state.status == "paused",
        "Restarting": state.status == "restarting",
        "OOMKilled": state.oom_killed,
        "Dead": False,
        "Pid": state.pid,
        "ExitCode": state.exit_code,
        "Error": state.error,
        "StartedAt": state.started_at,
        "FinishedAt": state.finished_at,
        **({} if state.health is None else {"Health": state.health.to_docker()}),
    }


def _mount(mount: Mapping[str, Any]) -> dict[str, Any]:
    return {name: mount[name] for name in MOUNT_POINT if name in mount}


def network_settings(container: Container) -> dict[str, Any]:
    """Return Docker's NetworkSettings, of a running or of an idle container."""
    attachment = container.attachment
    return attachment.network_settings() if attachment else idle_settings(container.record.networks)


def summary(
    containers: Containers, container: Container, sizes: tuple[int, int] | None = None
) -> dict[str, Any]:
    """Return Docker's ContainerSummary; `sizes` are SizeRw and SizeRootFs where they were asked for."""
    record, state = container.record, container.state
    attachment = container.attachment
    settings = network_settings(container)
    return {
        "Id": record.id,
        "Names": containers.store.names_of(container),
        # A name that leads to another image by now would tell a lie.
        "Image": record.image_reference
        if containers.images.leads_to(record.image_reference, record.image_id)
        else record.image_id,
        "ImageID": record.image_id,
        "Command": " ".join(_quoted(word) for word in command_of(record)),
        "Created": int(unix_seconds(record.created)),
        "Ports": [] if attachment is None else attachment.port_summary(),
        "Labels": record.config["Labels"] or {},
        "State": state.status,
        "Status": status_text(state, datetime.now(UTC).timestamp()),
        "HostConfig": {"NetworkMode": _network_mode(record.host_config)},
        "NetworkSettings": {
            "Networks": {name: {**place, "DNSNames": None} for name, place in settings["Networks"].items()}
        },
        "Mounts": [_mount(mount) for mount in record.mounts],
        **{name: size for name, size in _sizes(sizes).items() if size},
    }


def _quoted(word: str) -> str:
    return f"'{word}'" if not word or any(character in word for character in " \t\n\"'\\$;&|<>()*?") else word


def status_text(state: State, now: float) -> str:
    """Return "Up 5 minutes", "Exited (0) 2 hours ago", … as `docker ps` shows it; `now` is Unix time."""
    if state.status in ("running", "paused"):
        text = f"Up {human_duration(now - unix_seconds(state.started_at))}"
        if state.status == "paused":
            return f"{text} (Paused)"
        if state.health is None:
            return text
        return f"{text} ({'health: ' if state.health.status == STARTING else ''}{state.health.status})"
    ago = human_duration(now - unix_seconds(state.finished_at)) if state.finished_at != NEVER else ""
    if state.status == "restarting":
        return f"Restarting ({state.exit_code}) {ago} ago"
    if state.status == "exited":
        return f"Exited ({state.exit_code}) {ago} ago" if ago else f"Exited ({state.exit_code})"
    return state.status.capitalize()


def human_duration(seconds: float) -> str:
    """Return a duration in words, as Docker's go-units does."""
    count = max(0, int(seconds))
    if count < 1:
        return "Less than a second"
    if count == 1:
        return "1 second"
    if count < 60:
        return f"{count} seconds"
    minutes = count // 60
    if minutes == 1:
        return "About a minute"
    if minutes < 60:
        return f"{minutes} minutes"
    hours = int(count / 3600 + 0.5)
    if hours == 1:
        return "About an hour"
    if hours < 48:
        return f"{hours} hours"
    if hours < 24 * 7 * 2:
        return f"{hours // 24} days"
    if hours < 24 * 30 * 2:
        return f"{hours // 24 // 7} weeks"
    if hours < 24 * 365 * 2:
        return f"{hours // 24 // 30} months"
    return f"{hours // 24 // 365} years"
