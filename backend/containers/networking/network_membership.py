"""Joining and leaving networks while a container exists, running or not.

Source: Docker Engine API, `POST /networks/{id}/connect` and `…/disconnect`.
"""

import logging
from pathlib import Path
from typing import Any

from backend.containers.container import Container
from backend.containers.manager import Containers
from backend.containers.networking.networking_request import SHARED_PREFIX, SHARED_REFUSAL, read_settings
from backend.containers.specification import hostname_of
from backend.containers.state.lifecycle import attach_request, note_networks
from backend.errors import (
    ConflictError,
    InvalidParameterError,
    NotFoundError,
    SystemFailureError,
)
from backend.networks.attachment import Attachment
from backend.networks.endpoint import EndpointWish
from backend.networks.joining import names_of
from backend.networks.network import Network
from backend.tasks import in_thread

log = logging.getLogger(__name__)

HOST_REFUSAL = "container cannot be disconnected from host network or connected to host network"
NONE_REFUSAL = (
    "container cannot be connected to multiple networks with one of the networks in private (none) mode"
)
LARGEST_FILE = 1024 * 1024  # of /etc/hosts


async def connect(containers: Containers, network: Network, reference: str, settings: Any) -> None:
    """Put a container on a network, at once if it runs. Raises EngineError in Docker's words."""
    container = containers.find(reference)
    wish = read_settings(settings)
    async with container.lock:
        if container.removing:
            raise ConflictError(f"container {container.id} is marked for removal and cannot be connected")
        _check_modes(container, network)
        containers.networks.check_wish(EndpointWish.from_docker(network.id, wish))
        record = container.record
        if container.state.running:
            before = container.attachment
            attachment = await containers.networks.sandboxes.connect(
                attach_request(container), EndpointWish.from_docker(network.id, wish)
            )
            record.networks[network.name] = wish
            _store(containers, container, attachment)
            await _update(containers, container, before, attachment)
        else:
            if network.has_name_service:
                names = names_of(container.name, container.id, hostname_of(record), wish.get("Aliases") or ())
                wish["DNSNames"] = list(names)
            record.networks[network.name] = wish
            containers.store.save(container)


def _check_modes(container: Container, network: Network) -> None:
    mode = container.record.host_config["NetworkMode"]
    if network.name == "host":
        raise InvalidParameterError(HOST_REFUSAL)
    if mode == "host" or mode.startswith(SHARED_PREFIX):
        raise InvalidParameterError(SHARED_REFUSAL)
    if network.name == "none" or "none" in container.record.networks:
        raise InvalidParameterError(NONE_REFUSAL)


async def disconnect(containers: Containers, name: str, reference: str, *, force: bool) -> None:
    """Take a container off a network, at once if it runs. Raises EngineError in Docker's words."""
    network = containers.networks.find_or_none(name)
    try:
        container = containers.find(reference)
    except NotFoundError as error:
        if not force:
            raise
        missing = f"endpoint {reference}" if network else f"network {name}"
        raise NotFoundError(f"{missing} not found") from error
    if network is None and not force:
        raise NotFoundError(f"network {name} not found")
    async with container.lock:
        record = container.record
        full_name = network.name if network else name
        if full_name == "host" or record.host_config["NetworkMode"] == "host":
            raise InvalidParameterError(HOST_REFUSAL)
        if full_name not in record.networks:
            shown = "" if container.state.running else "the "
            raise SystemFailureError(
                f"container {container.id} is not connected to {shown}network {full_name}"
            )
        del record.networks[full_name]
        if not container.state.running or network is None:
            containers.store.save(container)
            return
        before = containers.networks.sandboxes.attached.find(container.id)
        if before is None or before.endpoint_on(network.id) is None:
            containers.store.save(container)
            return
        # The record goes first: what a crash leaves in the kernel is swept away at the next start.
        _store(containers, container, before.without(network.id))
        attachment = await containers.networks.sandboxes.disconnect(container.id, network)
        _store(containers, container, attachment)
        await _update(containers, container, before, attachment)


def _store(containers: Containers, container: Container, attachment: Attachment) -> None:
    """Store what a running container has now."""
    container.record.attachment = attachment.to_json()
    note_networks(container, attachment)
    containers.store.save(container)


async def _update(
    containers: Containers, container: Container, before: Attachment | None, after: Attachment
) -> None:
    """Tell a running container's own files."""
    if before is not None:
        await in_thread(_update_files, containers.lifecycle.run_files(container).data, before, after)


def _update_files(data: Path, before: Attachment, after: Attachment) -> None:
    """Bring /etc/hosts and /etc/resolv.conf up to date, in place: they are mounted into the container."""
    hosts, resolv_conf = data / "hosts", data / "resolv.conf"
    if max(hosts.stat().st_size, resolv_conf.stat().st_size) > LARGEST_FILE:
        return  # somebody inside keeps other things there
    text = hosts.read_text(errors="surrogateescape")
    old, new = before.hosts_file.splitlines(keepends=True), after.hosts_file.splitlines(keepends=True)
    for line in old:
        if line not in new:
            text = text.replace(line, "", 1)
    text += "".join(line for line in new if line not in old)
    hosts.write_text(text, errors="surrogateescape")
    # What somebody changed inside stays as it is.
    if (
        after.resolv_conf != before.resolv_conf
        and resolv_conf.read_text(errors="replace") == before.resolv_conf
    ):
        resolv_conf.write_text(after.resolv_conf)
