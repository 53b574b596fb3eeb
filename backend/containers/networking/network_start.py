"""A container's network at its start: its own, another container's, and what links add.

Source: Docker Engine API, HostConfig.NetworkMode ("container:<name|id>") and HostConfig.Links.
"""

from contextlib import suppress
from dataclasses import replace

from backend.containers.container import Container
from backend.containers.networking import links
from backend.containers.networking.networking_request import SHARED_PREFIX, split_link
from backend.containers.specification import hostname_of
from backend.containers.store import ContainerStore
from backend.errors import ConflictError, InvalidParameterError, NotFoundError
from backend.networks.attachment import Attachment, AttachRequest
from backend.networks.manager import Networks


async def join(networks: Networks, store: ContainerStore, request: AttachRequest) -> Attachment:
    """Give a container its network. Raises EngineError in Docker's words; then it has none."""
    record = store.find(request.container_id).record
    if request.mode.startswith(SHARED_PREFIX):
        target = _running(store, request.mode.removeprefix(SHARED_PREFIX), record.id)
        # What it calls itself goes with the network, as in Docker.
        record.config["Hostname"] = hostname_of(target.record)
        record.config["Domainname"] = target.record.config["Domainname"]
        attachment = target.attachment
        assert attachment is not None
        return networks.sandboxes.share(request, attachment)
    _check_main_network(networks, request)
    if record.host_config["Links"]:
        request = replace(request, more_hosts="".join(links.extra_hosts(record, store)))
    return await networks.sandboxes.attach(request)


def _check_main_network(networks: Networks, request: AttachRequest) -> None:
    """Say in Docker's words when the network that the mode names was never there."""
    wanted = any(wish.network == request.mode for wish in request.networks)
    if wanted and networks.find_or_none(request.mode) is None:
        raise NotFoundError(f"network {request.mode} not found")


def _running(store: ContainerStore, reference: str, own_id: str) -> Container:
    target = store.find(reference)
    if target.id == own_id:
        raise InvalidParameterError("cannot join own network")
    if target.state.status == "restarting":
        raise ConflictError(f"Container {target.id} is restarting, wait until the container is running")
    if not target.state.running or target.attachment is None:
        raise ConflictError(f"cannot join network of a non running container: {target.id}")
    return target


def needed_by(container: Container, store: ContainerStore) -> list[str]:
    """Return the ids of containers that must run before this one can start."""
    host = container.record.host_config
    mode = host["NetworkMode"]
    references = [mode.removeprefix(SHARED_PREFIX)] if mode.startswith(SHARED_PREFIX) else []
    references += [split_link(link)[0] for link in host["Links"] or ()]
    found = []
    for reference in references:
        with suppress(NotFoundError):
            found.append(store.find(reference).id)
    return found


def in_order_of_need(store: ContainerStore) -> list[Container]:
    """Return all containers, each after those that it needs."""
    found: dict[str, Container] = {}
    visited: set[str] = set()

    def visit(container: Container) -> None:
        if container.id not in visited:
            visited.add(container.id)
            for other in needed_by(container, store):
                visit(store.find(other))
            found[container.id] = container

    for container in store:
        visit(container)
    return list(found.values())
