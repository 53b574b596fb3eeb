"""Links on the default bridge: a container finds others by aliases and by environment variables.

Older than user-defined networks, where names are found anyway. Source: Docker's documentation, "Legacy
container links"; moby, daemon/links.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from backend.containers.container import Container, ContainerRecord
from backend.containers.networking.networking_request import SHARED_PREFIX, split_link
from backend.containers.run_files import RunFiles
from backend.containers.store import ContainerStore
from backend.errors import ConflictError, InvalidParameterError, NotFoundError
from backend.networks.ports.port_requests import expand_exposed
from backend.state_files import StateFiles

LARGEST_FILE = 1024 * 1024  # of /etc/hosts
NOT_TOLD = frozenset({"HOME", "HOSTNAME", "PATH", "TERM", "container"})


def resolve_links(links: Iterable[str], name: str, store: ContainerStore) -> list[str]:
    """Return the links of a new container in the form that is kept: "/target:/name/alias".

    Raises InvalidParameterError in Docker's words.
    """
    kept = []
    for link in links:
        reference, alias = split_link(link)
        target = _owner_of_network(reference, store)
        if target.record.host_config["NetworkMode"] == "host":
            raise InvalidParameterError(
                "conflicting options: host type networking can't be used with links. "
                "This would result in undefined behavior"
            )
        kept.append(f"/{target.name}:/{name}/{alias}")
    return kept


def _owner_of_network(reference: str, store: ContainerStore) -> Container:
    """Return a container, or the one whose network it shares."""
    passed: set[str] = set()
    wanted = reference
    while True:
        try:
            target = store.find(wanted)
        except NotFoundError as error:
            raise InvalidParameterError(
                f"could not get container for {reference}: {error.message}"
            ) from error
        mode = target.record.host_config["NetworkMode"]
        if not mode.startswith(SHARED_PREFIX) or target.id in passed:
            return target
        passed.add(target.id)
        wanted = mode.removeprefix(SHARED_PREFIX)


def _linked(record: ContainerRecord, store: ContainerStore) -> Iterable[tuple[str, Container, str]]:
    """Yield (alias, container, its address) of all links. Raises ConflictError when one does not run."""
    for link in record.host_config["Links"] or ():
        reference, alias = split_link(link)
        target = store.holder_of(reference)
        if target is None or not target.state.running:
            raise ConflictError(
                f"Cannot link to a non running container: /{reference} AS /{record.name}/{alias}"
            )
        address = _address(target)
        if not address:
            raise ConflictError(f"Cannot link to /{reference}, as it does not belong to the default network")
        yield alias, target, address


def _address(target: Container) -> str:
    places = target.attachment.endpoints if target.attachment else ()
    return next((place.ip_address for place in places if place.network_name == "bridge"), "")


def extra_hosts(record: ContainerRecord, store: ContainerStore) -> list[str]:
    """Return the entries of /etc/hosts, "names address", that links make. Raises ConflictError."""
    return [_hosts_line(alias, target, address) for alias, target, address in _linked(record, store)]


def _hosts_line(alias: str, target: Container, address: str) -> str:
    names = dict.fromkeys((alias, target.record.config["Hostname"], target.name))
    return f"{address}\t{' '.join(name for name in names if name)}\n"


def environment(record: ContainerRecord, store: ContainerStore) -> list[str]:
    """Return the variables that links make. Raises ConflictError."""
    return [
        variable
        for alias, target, address in _linked(record, store)
        for variable in variables_of(record.name, alias, address, target.record.config)
    ]


def variables_of(name: str, alias: str, address: str, config: Mapping[str, Any]) -> Sequence[str]:
    """Return the variables of one link: where each exposed port is, and the other one's own variables."""
    prefix = alias.upper().replace("-", "_")
    ports = expand_exposed(config.get("ExposedPorts") or ())
    found: list[str] = []
    for number, protocol in (port.split("/") for port in ports):
        one = f"{prefix}_PORT_{number}_{protocol.upper()}"
        url = f"{protocol}://{address}:{number}"
        if not found:
            found.append(f"{prefix}_PORT={url}")
        found += [f"{one}={url}", f"{one}_ADDR={address}", f"{one}_PORT={number}", f"{one}_PROTO={protocol}"]
    found.append(f"{prefix}_NAME=/{name}/{alias}")
    for variable in config.get("Env") or ():
        key, equals, value = variable.partition("=")
        if equals and key not in NOT_TOLD:
            found.append(f"{prefix}_ENV_{key}={value}")
    return found


def follow(target: Container, store: ContainerStore, files: StateFiles) -> None:
    """Tell the new address of a container to the running ones that are linked to it."""
    address = _address(target)
    for other in store:
        links = [split_link(link) for link in other.record.host_config.get("Links") or ()]
        for reference, alias in links:
            if reference == target.name and other.state.running and address:
                _rewrite(RunFiles.of(files, other.id).data / "hosts", _hosts_line(alias, target, address))


def unlink(name: str, store: ContainerStore, files: StateFiles) -> None:
    """Forget the link "parent/alias"; a parent that runs does not find the other one by it any more.

    Raises NotFoundError, or ConflictError for the name of a container itself.
    """
    target = store.find(name)
    parent_name, slash, alias = name.removeprefix("/").partition("/")
    if not slash:
        raise ConflictError("Conflict, cannot remove the default link name of the container")
    parent = store.find(parent_name)
    host = parent.record.host_config
    host["Links"] = [link for link in host["Links"] if split_link(link)[1] != alias] or None
    store.save(parent)
    if parent.state.running:
        line = _hosts_line(alias, target, "")
        _rewrite(RunFiles.of(files, parent.id).data / "hosts", line, keep=False)


def _rewrite(hosts: Path, line: str, *, keep: bool = True) -> None:
    """Give the names of a line of /etc/hosts their new address, or take them out, in place: the file is
    mounted."""
    names = line.partition("\t")[2]
    if hosts.stat().st_size > LARGEST_FILE:
        return  # somebody inside keeps other things there
    lines = hosts.read_text(errors="surrogateescape").splitlines(keepends=True)
    new = "".join((line if keep else "") if old.partition("\t")[2] == names else old for old in lines)
    hosts.write_text(new, errors="surrogateescape")
