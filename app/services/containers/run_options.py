"""What a user wants to run, as a value: run dialog, command line and getting-started fill it in."""

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.services.engine.engine_types import Port

NANO = 10**9
_MEMORY = re.compile(r"(?P<number>\d{1,12}(\.\d{1,6})?)\s*(?P<unit>[kmgt]?)(i?b)?")
_POWERS = {"": 0, "k": 10, "m": 20, "g": 30, "t": 40}


@dataclass(frozen=True, slots=True)
class VolumeMount:
    """A volume (by name), a folder of the host (absolute path) or, with no source, an anonymous volume."""

    source: str
    target: str
    read_only: bool = False

    @property
    def specification(self) -> str:
        """Docker's "source:target[:ro]"."""
        parts = [self.source] if self.source else []
        return ":".join([*parts, self.target, *(["ro"] if self.read_only else [])])


@dataclass(frozen=True, slots=True)
class RunOptions:
    """All settings of a new container; empty values leave the choice to the image and the engine."""

    image: str
    name: str = ""
    ports: tuple[Port, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    volumes: tuple[VolumeMount, ...] = ()
    command: tuple[str, ...] = ()
    entrypoint: str = ""
    working_dir: str = ""
    user: str = ""
    hostname: str = ""
    network: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    restart_policy: str = ""
    memory: int = 0  # bytes; 0 is no limit
    cpus: float = 0.0  # 0 is no limit
    auto_remove: bool = False
    publish_all: bool = False
    tty: bool = False
    open_stdin: bool = False
    attach: bool = False
    privileged: bool = False
    read_only: bool = False  # the root file system; volumes are as their mounts say
    platform: str = ""

    def to_create_body(self) -> dict[str, Any]:
        """Return the body of `POST /containers/create`."""
        bindings: dict[str, list[dict[str, str]]] = {}
        for port in self.ports:
            host_port = str(port.host_port) if port.host_port else ""
            bindings.setdefault(port.key, []).append({"HostIp": port.host_ip, "HostPort": host_port})
        host_config: dict[str, Any] = {
            "AutoRemove": self.auto_remove,
            "PortBindings": bindings,
            "PublishAllPorts": self.publish_all,
        }
        if binds := [mount.specification for mount in self.volumes if mount.source]:
            host_config["Binds"] = binds
        if self.privileged:
            host_config["Privileged"] = True
        if self.read_only:
            host_config["ReadonlyRootfs"] = True
        if self.network:
            host_config["NetworkMode"] = self.network
        if self.restart_policy:
            host_config["RestartPolicy"] = restart_body(self.restart_policy)
        if self.memory:
            host_config["Memory"] = self.memory
        if self.cpus:
            host_config["NanoCpus"] = int(self.cpus * NANO)
        body: dict[str, Any] = {
            "Image": self.image,
            "Tty": self.tty,
            "OpenStdin": self.open_stdin,
            "StdinOnce": self.open_stdin and self.attach,
            "AttachStdin": self.open_stdin and self.attach,
            "AttachStdout": self.attach,
            "AttachStderr": self.attach,
            "Env": [f"{name}={value}" for name, value in self.environment],
            "ExposedPorts": {port.key: {} for port in self.ports},
            "Labels": dict(self.labels),
            "HostConfig": host_config,
        }
        anonymous: dict[str, object] = {mount.target: {} for mount in self.volumes if not mount.source}
        if anonymous:
            body["Volumes"] = anonymous
        if self.command:
            body["Cmd"] = list(self.command)
        if self.entrypoint:
            body["Entrypoint"] = [self.entrypoint]
        for name, value in (
            ("WorkingDir", self.working_dir),
            ("User", self.user),
            ("Hostname", self.hostname),
        ):
            if value:
                body[name] = value
        return body

    def to_command_line(self) -> str:
        """Return the equal `docker run …` line, quoted for a POSIX shell."""
        words = ["docker", "run"]
        if not self.attach:
            words.append("-d")
        elif self.open_stdin or self.tty:
            words.append("-" + ("i" if self.open_stdin else "") + ("t" if self.tty else ""))
        for flag, wanted in (
            ("--rm", self.auto_remove),
            ("-P", self.publish_all),
            ("--privileged", self.privileged),
            ("--read-only", self.read_only),
        ):
            if wanted:
                words.append(flag)
        if not self.attach and self.open_stdin:
            words.append("-i")
        if not self.attach and self.tty:
            words.append("-t")
        for option, value in (
            ("--name", self.name),
            ("--platform", self.platform),
            ("--network", self.network),
            ("--restart", self.restart_policy),
            ("--memory", format_memory(self.memory)),
            ("--cpus", f"{self.cpus:g}" if self.cpus else ""),
            ("--hostname", self.hostname),
            ("--user", self.user),
            ("--workdir", self.working_dir),
            ("--entrypoint", self.entrypoint),
        ):
            if value:
                words += [option, value]
        for port in self.ports:
            words += ["-p", format_port(port)]
        for key, value in self.environment:
            words += ["-e", f"{key}={value}"]
        for mount in self.volumes:
            words += ["-v", mount.specification]
        for key, value in self.labels.items():
            words += ["--label", f"{key}={value}"]
        return shlex.join([*words, self.image, *self.command])


def restart_body(policy: str) -> dict[str, Any]:
    """Return "on-failure:3" as the API writes it; "" is never."""
    name, _, retries = policy.partition(":")
    return {"Name": name or "no", "MaximumRetryCount": int(retries or 0)}


def format_memory(size: int) -> str:
    """Return bytes as `--memory` takes them, such as "512m"; "" for none."""
    for unit, power in (("g", 30), ("m", 20), ("k", 10)):
        if size and size % 2**power == 0:
            return f"{size >> power}{unit}"
    return f"{size}b" if size else ""


def parse_memory(text: str) -> int:
    """Return the bytes of "512m", "1.5 GB" and the like; "" is 0. Raises ValueError."""
    match = _MEMORY.fullmatch(text.strip().casefold())
    if match is None:
        if not text.strip():
            return 0
        raise ValueError(text)
    return int(float(match["number"]) * 2 ** _POWERS[match["unit"] or ""])


def format_port(port: Port) -> str:
    """Return a port as `docker run -p` takes it: "[[ip:]host:]container[/udp]"."""
    text = str(port.container_port)
    if port.host_ip:
        host_ip = f"[{port.host_ip}]" if ":" in port.host_ip else port.host_ip
        text = f"{host_ip}:{port.host_port or ''}:{text}"
    elif port.host_port:
        text = f"{port.host_port}:{text}"
    return text if port.protocol == "tcp" else f"{text}/{port.protocol}"
