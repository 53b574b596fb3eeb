"""From a container's record to the runtime's specification: what `backend.runtime.oci_spec` needs is gathered
here."""

import shutil
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from backend.containers import device_options, security_options
from backend.containers.container import ContainerRecord
from backend.containers.mounts.mount_sources import MountSources
from backend.containers.mounts.mounts import tmpfs_targets
from backend.containers.security_options import UNCONFINED, SecurityOptions
from backend.errors import InvalidParameterError, NotSupportedError
from backend.networks.attachment import Attachment
from backend.runtime import capabilities, cgroups, devices, mount_table, resources, seccomp
from backend.runtime.default_mounts import bind, tmpfs
from backend.runtime.mount_options import check_outside_proc, merge_tmpfs, widest_propagation
from backend.runtime.oci_spec import ContainerProcess, ContainerSpec, ProcessUser, build_spec
from backend.runtime.process_environment import build_environment

INIT_IN_CONTAINER = "/sbin/docker-init"
# Docker's init is tini: it ends with 126 or 127 when the program cannot be started.
INIT_PROGRAMS = ("docker-init", "tini-static")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a container shares with other containers: `namespaces` are "pid" and "ipc", each with the process
    whose namespace is joined; `shm` is a folder for /dev/shm, "" for one of its own, None for none; `linked`
    are variables that links make."""

    namespaces: Mapping[str, int] = field(default_factory=dict)
    shm: str | None = ""
    linked: Sequence[str] = ()


def init_program() -> str | None:
    """Return the little init that `--init` puts into containers, None when this machine has none."""
    return next((found for name in INIT_PROGRAMS if (found := shutil.which(name))), None)


def command_of(record: ContainerRecord) -> list[str]:
    """Return the whole command line of the first process, without an init before it."""
    return [*(record.config["Entrypoint"] or []), *(record.config["Cmd"] or [])]


def security_of(record: ContainerRecord) -> SecurityOptions:
    """Return what confines the container."""
    return security_options.parse(record.host_config["SecurityOpt"] or ())


def capabilities_of(record: ContainerRecord) -> frozenset[str]:
    """Return what the container's processes may do."""
    host = record.host_config
    return capabilities.resolve(host["CapAdd"] or (), host["CapDrop"] or (), privileged=host["Privileged"])


def hostname_of(record: ContainerRecord) -> str:
    """Return the name that the container calls itself."""
    if record.host_config["UTSMode"] == "host" or record.host_config["NetworkMode"] == "host":
        return record.config["Hostname"] or socket.gethostname()
    return record.config["Hostname"] or record.id[:12]


def specify(
    record: ContainerRecord,
    attachment: Attachment,
    user: ProcessUser,
    root: Path,
    files: Path,
    sources: MountSources,
    surroundings: Surroundings,
) -> dict[str, Any]:
    """Return config.json's content. `files` holds the generated hosts, hostname and resolv.conf."""
    host, security = record.host_config, security_of(record)
    granted = capabilities_of(record)
    privileged = bool(host["Privileged"])
    arguments, mounts = command_of(record), _mounts(record, files, sources)
    if host["Init"]:
        program = init_program()
        if program is None:
            raise NotSupportedError("--init: this machine has no init for containers")
        mounts.append(bind(program, INIT_IN_CONTAINER, access="ro"))
        arguments = [INIT_IN_CONTAINER, "--", *arguments]
    found, rules = device_options.gather(host)
    process = ContainerProcess(
        arguments=arguments,
        environment=build_environment(
            [*surroundings.linked, *(record.config["Env"] or ())], hostname_of(record), record.config["Tty"]
        ),
        working_dir=record.config["WorkingDir"] or "/",
        user=user,
        terminal=record.config["Tty"],
        capabilities=granted,
        no_new_privileges=security.no_new_privileges,
        rlimits=rlimits_of(record),
        oom_score_adj=host["OomScoreAdj"] or None,
        terminal_size=_terminal_size(host["ConsoleSize"]),
    )
    return build_spec(
        ContainerSpec(
            process=process,
            root=str(root),
            cgroups_path=cgroups.group_of(record.id, host["CgroupParent"]),
            hostname=hostname_of(record),
            domainname=record.config["Domainname"],
            read_only_root=host["ReadonlyRootfs"],
            mounts=mounts,
            network_namespace=str(attachment.namespace_path) if attachment.namespace_path else None,
            host_pid=host["PidMode"] == "host",
            host_ipc=host["IpcMode"] == "host",
            joined={name: f"/proc/{pid}/ns/{name}" for name, pid in surroundings.namespaces.items()},
            shm=surroundings.shm,
            annotations=host["Annotations"] or {},
            host_uts=host["UTSMode"] == "host",
            host_cgroup=host["CgroupnsMode"] == "host",
            privileged=privileged,
            shm_size=host["ShmSize"],
            seccomp=_filter(security, granted, privileged),
            resources=resources.to_oci(host, cgroups.controllers()),
            devices=[*(devices.all_devices() if privileged else ()), *found],
            device_rules=rules,
            sysctls=host["Sysctls"] or {},
            masked_paths=host["MaskedPaths"],
            readonly_paths=host["ReadonlyPaths"],
            root_propagation=widest_propagation([mount["Propagation"] for mount in record.mounts]),
        )
    )


def _filter(security: SecurityOptions, granted: frozenset[str], privileged: bool) -> Mapping[str, Any] | None:
    if security.seccomp_profile:
        return seccomp.custom_filter(security.seccomp_profile, granted)
    if privileged or security.seccomp == UNCONFINED:
        return None
    return seccomp.default_filter(granted)


def _mounts(record: ContainerRecord, files: Path, sources: MountSources) -> list[dict[str, Any]]:
    host = record.host_config
    memory = tmpfs_targets(host)
    targets = {mount["Destination"] for mount in record.mounts} | set(memory)
    access = "ro" if host["ReadonlyRootfs"] else "rw"
    mounts = [
        bind(str(files / name), f"/etc/{name}", access=access)
        for name in ("resolv.conf", "hostname", "hosts")
        if f"/etc/{name}" not in targets
    ]
    for target in targets:
        check_outside_proc(target)
    mounts += [tmpfs(target, options) for target, options in memory.items()]
    for mount in record.mounts:
        if mount["Type"] == "tmpfs":
            mounts.append(tmpfs(mount["Destination"], merge_tmpfs(mount["Options"])))
        else:
            mounts.append(
                bind(
                    sources.of(mount),
                    mount["Destination"],
                    access=_access(mount),
                    propagation=mount["Propagation"] or "rprivate",
                    recursive=mount.get("Recursive", True),
                    restrictions=sources.restrictions(mount),
                )
            )
    return sorted(mounts, key=lambda mount: str(mount["destination"]).count("/"))


def _access(mount: Mapping[str, Any]) -> str:
    if mount["RW"]:
        return "rw"
    below = mount.get("ReadOnlyBelow", "")
    if below == "force" and not mount_table.can_be_recursively_read_only():
        raise InvalidParameterError("this kernel cannot make a mount recursively read-only: 5.12 can")
    return "ro" if below == "no" or not mount_table.can_be_recursively_read_only() else "rro"


def rlimits_of(record: ContainerRecord) -> list[dict[str, Any]]:
    """Return the limits of each of the container's processes, in OCI form."""
    unlimited = 2**64 - 1
    return [
        {
            "type": f"RLIMIT_{limit['Name'].upper()}",
            "soft": unlimited if limit.get("Soft", 0) == -1 else limit.get("Soft", 0),
            "hard": unlimited if limit.get("Hard", 0) == -1 else limit.get("Hard", 0),
        }
        for limit in record.host_config["Ulimits"] or ()
    ]


def _terminal_size(size: list[int]) -> tuple[int, int] | None:
    return (size[0], size[1]) if size[0] and size[1] else None
