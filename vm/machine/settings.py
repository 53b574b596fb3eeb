"""The settings of the machine, and what each of them can be."""

import os
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil

from vm.errors import UserError
from vm.machine.authorities import why_unusable
from vm.machine.engine_arguments import check_arguments
from vm.machine.engine_options import ELSEWHERE, check_options
from vm.machine.link.server_address import parse_server
from vm.machine.sharing.guest_paths import has_guest_path

SYSTEM = "system"
"""A proxy setting: what this computer itself uses."""

ACCELERATORS = ("auto", "kvm", "hvf", "whpx", "tcg")
LARGEST_DEFAULT_MEMORY_MIB = 4096
WHILE_RUNNING = (
    *("idle_minutes", "registry_mirrors", "insecure_registries"),
    *("http_proxy", "https_proxy", "no_proxy", "ca_certificates", "dns_servers"),
    *("engine_options", "host_network_ports", "disk_gib"),
)
"""Settings that are followed while the machine runs; the others hold from its start on."""

LONGEST_IDLE = 24 * 60
"""Minutes."""

MOST_NAME_SERVERS = 3
"""As many as are asked before a client gives up waiting."""


@dataclass(frozen=True, slots=True)
class MachineSettings:
    """How large the machine is and what its engine is told. Memory in MiB, the disk's upper limit in GiB."""

    cpus: int
    memory_mib: int
    disk_gib: int = 64
    accelerator: str = "auto"
    engine_args: tuple[str, ...] = ()
    registry_mirrors: tuple[str, ...] = ()
    insecure_registries: tuple[str, ...] = ()
    shared_folders: tuple[str, ...] = ()
    http_proxy: str = SYSTEM
    https_proxy: str = SYSTEM
    no_proxy: str = SYSTEM
    ca_certificates: tuple[str, ...] = ()
    dns_servers: tuple[str, ...] = ()
    """Asked instead of this computer's resolver."""

    engine_options: dict[str, Any] = field(default_factory=dict)
    """Defaults of containers and networks, by the names of Docker's `daemon.json`."""

    idle_minutes: float = 5
    """Without use and without running containers, after which the machine is suspended; 0: never."""

    host_network_ports: bool = True
    """Whether ports of containers on the host's network are opened on this computer's localhost."""

    def to_json(self) -> dict[str, Any]:
        """Return the settings that a machine is started with, as they come back from JSON."""
        known = {
            name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()
        }
        for name in WHILE_RUNNING:
            del known[name]
        return known

    def with_engine_args(self, more: tuple[str, ...]) -> "MachineSettings":
        """Return the settings with `more` arguments for the engine."""
        return replace(self, engine_args=(*self.engine_args, *more))

    def all_engine_args(self) -> tuple[str, ...]:
        """Return the engine's arguments in the order it gets them; `engine_settings` tells it the rest."""
        return (
            *(word for folder in self.shared_folders for word in ("--shared-folder", folder)),
            *self.engine_args,
        )

    def with_usable_folders(self) -> tuple["MachineSettings", tuple[str, ...]]:
        """Return the settings with those shared folders that can be, and a warning for each other one."""
        usable: dict[str, None] = {}
        warnings: list[str] = []
        for text in self.shared_folders:
            if reason := why_not_shared(text):
                warnings.append(f"The folder {text} is not shared: {reason}.")
                continue
            # a home behind a link (/home -> /var/home) is reached by both of its names
            names = (text, os.path.realpath(text))
            usable |= dict.fromkeys(name for name in names if has_guest_path(name))
        return replace(self, shared_folders=tuple(usable)), tuple(warnings)

    def warnings_about_certificates(self) -> tuple[str, ...]:
        """Return a warning for each file of certificates that the engine cannot be given. Reads them."""
        return tuple(
            f"The certificates in {path} are not used: {reason}."
            for path in self.ca_certificates
            if (reason := why_unusable(path))
        )


def default_settings() -> MachineSettings:
    """Half of the cores but two at least where there are two, a quarter of the memory but 4 GiB at most."""
    cores = os.cpu_count() or 1
    quarter = psutil.virtual_memory().total // 4 // 2**20
    return MachineSettings(
        cpus=max(cores // 2, min(cores, 2)),
        memory_mib=max(512, min(LARGEST_DEFAULT_MEMORY_MIB, quarter)),
        shared_folders=(os.path.normpath(Path.home()),),
    )


def parse_settings(value: Any) -> MachineSettings:
    """Return the settings in `value`, defaults where it names none. Raises UserError when not valid."""
    if not isinstance(value, dict):
        raise _invalid("the file holds no JSON object")
    value = _in_their_places(value)
    defaults = default_settings()
    known = {known.name for known in fields(MachineSettings)}
    if unknown := sorted(set(value) - known):
        raise _invalid(f"unknown setting {unknown[0]!r}")
    accelerator = value.get("accelerator", defaults.accelerator)
    if accelerator not in ACCELERATORS:
        raise _invalid(f"accelerator must be one of {', '.join(ACCELERATORS)}")
    return MachineSettings(
        cpus=_number(value, "cpus", defaults.cpus, 1, max(os.cpu_count() or 1, 1)),
        memory_mib=_number(
            value, "memory_mib", defaults.memory_mib, 512, psutil.virtual_memory().total // 2**20
        ),
        disk_gib=_number(value, "disk_gib", defaults.disk_gib, 1, 16 * 1024),
        accelerator=accelerator,
        engine_args=_arguments(value),
        registry_mirrors=_mirrors(value),
        insecure_registries=_hosts(value),
        shared_folders=_folders(value, defaults.shared_folders),
        http_proxy=_proxy(value, "http_proxy"),
        https_proxy=_proxy(value, "https_proxy"),
        no_proxy=_text(value, "no_proxy"),
        ca_certificates=_files(value, "ca_certificates"),
        dns_servers=_servers(value),
        engine_options=_options(value),
        idle_minutes=_minutes(value, "idle_minutes", defaults.idle_minutes),
        host_network_ports=_switch(value, "host_network_ports", defaults.host_network_ports),
    )


def _number(value: dict[str, Any], name: str, default: int, least: int, most: int) -> int:
    number = value.get(name, default)
    if type(number) is not int or not least <= number <= most:
        raise _invalid(f"{name} must be a whole number from {least} to {most}, not {number!r}")
    return number


def _minutes(value: dict[str, Any], name: str, default: float) -> float:
    number = value.get(name, default)
    if isinstance(number, bool) or not isinstance(number, int | float) or not 0 <= number <= LONGEST_IDLE:
        raise _invalid(f"{name} must be a number from 0 to {LONGEST_IDLE}, not {number!r}")
    return number


def _switch(value: dict[str, Any], name: str, default: bool) -> bool:
    on = value.get(name, default)
    if not isinstance(on, bool):
        raise _invalid(f"{name} must be true or false, not {on!r}")
    return on


def _words(value: dict[str, Any], name: str) -> tuple[str, ...]:
    words = value.get(name, [])
    if not isinstance(words, list) or not all(isinstance(word, str) and word for word in words):
        raise _invalid(f"{name} must be a list of texts")
    if any("\n" in word or "\0" in word for word in words):
        raise _invalid(f"{name} must not hold line breaks")
    return tuple(words)


def _text(value: dict[str, Any], name: str) -> str:
    text = value.get(name, SYSTEM)
    if not isinstance(text, str) or any(not character.isprintable() for character in text):
        raise _invalid(f"{name} must be a text")
    return text


def _proxy(value: dict[str, Any], name: str) -> str:
    text = _text(value, name)
    if text not in ("", SYSTEM) and not _is_web_address(text):
        raise _invalid(f"{name} must be http://host:port, empty for none, or {SYSTEM}")
    return text


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _mirrors(value: dict[str, Any]) -> tuple[str, ...]:
    mirrors = _words(value, "registry_mirrors")
    if wrong := [mirror for mirror in mirrors if not _is_web_address(mirror)]:
        raise _invalid(f"registry_mirrors must be addresses such as https://host, not {wrong[0]!r}")
    return mirrors


def _hosts(value: dict[str, Any]) -> tuple[str, ...]:
    hosts = _words(value, "insecure_registries")
    if wrong := [host for host in hosts if "://" in host or any(mark in host for mark in "@ ?#")]:
        raise _invalid(f"insecure_registries must be hosts such as host:5000, not {wrong[0]!r}")
    return hosts


def _files(value: dict[str, Any], name: str) -> tuple[str, ...]:
    # what is in them is looked at when they are used: a file that is gone must not undo all other settings
    paths = tuple(str(Path(word).expanduser()) for word in _words(value, name))
    if relative := [path for path in paths if not Path(path).is_absolute()]:
        raise _invalid(f"{name} must be whole paths, not {relative[0]!r}")
    return paths


def _in_their_places(value: dict[str, Any]) -> dict[str, Any]:
    """Return the settings with what a whole `daemon.json` has of other settings where these are."""
    options = value.get("engine_options")
    if not isinstance(options, dict) or not any(name in options for name in ELSEWHERE):
        return value
    moved: dict[str, Any] = {"engine_options": {k: v for k, v in options.items() if k not in ELSEWHERE}}
    for name, setting in ELSEWHERE.items():
        known, more = value.get(setting, []), options.get(name, [])
        if isinstance(known, list) and isinstance(more, list):
            moved[setting] = [*known, *(item for item in more if item not in known)]
        else:
            raise _invalid(f"{setting} must be a list of texts")
    return value | moved


def _options(value: dict[str, Any]) -> dict[str, Any]:
    try:
        return check_options(value.get("engine_options", {}))
    except ValueError as error:
        raise _invalid(f"engine_options: {error}") from error


def _arguments(value: dict[str, Any]) -> tuple[str, ...]:
    arguments = _words(value, "engine_args")
    try:
        check_arguments(arguments)
    except ValueError as error:
        raise _invalid(f"engine_args: {error}") from error
    return arguments


def _servers(value: dict[str, Any]) -> tuple[str, ...]:
    servers = _words(value, "dns_servers")
    if len(servers) > MOST_NAME_SERVERS:
        raise _invalid(f"dns_servers must be {MOST_NAME_SERVERS} at most")
    for server in servers:
        try:
            parse_server(server)
        except ValueError as error:
            raise _invalid(
                f"dns_servers must be addresses such as 192.0.2.1 or 192.0.2.1:5353, not {server!r}"
            ) from error
    return servers


def _folders(value: dict[str, Any], defaults: tuple[str, ...]) -> tuple[str, ...]:
    if "shared_folders" not in value:
        return defaults
    folders = tuple(os.path.normpath(Path(word).expanduser()) for word in _words(value, "shared_folders"))
    if relative := [folder for folder in folders if not Path(folder).is_absolute()]:
        raise _invalid(f"shared_folders must be whole paths, not {relative[0]!r}")
    return folders


def why_not_shared(folder: str) -> str:
    """Return why a folder of this computer cannot be shared, "" when it can."""
    if not has_guest_path(folder):
        return "it is not on a drive with a letter"
    if not Path(folder).is_dir():
        return "there is no such folder"
    if not os.access(folder, os.R_OK | os.X_OK):
        return "you may not read it"
    return ""


def _invalid(reason: str) -> UserError:
    return UserError("The machine's settings are not valid.", reason, "Correct the file machine.json.")
