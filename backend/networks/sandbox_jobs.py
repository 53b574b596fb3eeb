"""What runs on a thread of its own inside a container's namespace: cables and the name service's sockets.

Everything here blocks and leaves its thread in that namespace.
"""

import logging
from collections.abc import Iterable, Sequence
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

from backend.errors import SystemFailureError
from backend.networks import sandbox
from backend.networks.attachment import Attachment
from backend.networks.endpoint import Endpoint
from backend.networks.kernel import namespaces
from backend.networks.sandbox import Cable, WayOut

if TYPE_CHECKING:
    from backend.networks.names.resolver_sockets import ResolverSockets

log = logging.getLogger(__name__)


def create(
    pin: Path, cables: Sequence[Cable], attachment: Attachment, names: bool
) -> "ResolverSockets | None":
    """Make a namespace for an attachment. Raises SystemFailureError."""
    sandbox.create(pin, cables, way_out_of(attachment))
    return _open() if names else None


def add(pin: Path, cable: Cable, attachment: Attachment, names: bool) -> "ResolverSockets | None":
    """Lay one more cable, so that it becomes the attachment. Raises SystemFailureError."""
    sandbox.add(pin, cable, way_out_of(attachment))
    return _open() if names else None


def cut(pin: Path, endpoint: Endpoint, attachment: Attachment) -> None:
    """Take the cable of an endpoint out; what stays is the attachment. Raises SystemFailureError."""
    sandbox.cut(pin, endpoint.interface, endpoint.host_interface, way_out_of(attachment))


def reopen(pin: Path, attachment: Attachment) -> "ResolverSockets":
    """Open the name service's sockets again. Raises SystemFailureError."""
    namespaces.enter_here(pin)
    return _open(attachment.resolver_port)


def complete(attachments: Iterable[Attachment]) -> None:
    """Make namespaces what their attachments say, where a change of networks was cut off."""
    for attachment in attachments:
        if attachment.namespace_path is None or attachment.shared_with:
            continue
        try:
            children = {
                one.interface: one.ip_address for one in attachment.endpoints if not one.host_interface
            }
            sandbox.complete(attachment.namespace_path, way_out_of(attachment), children)
        except SystemFailureError as error:
            log.warning("the networks of container %s: %s", attachment.container_id[:12], error.message)


def _open(port: int = 0) -> "ResolverSockets":
    from backend.networks.names.resolver_sockets import open_here  # few containers need it

    return open_here(port)


def way_out_of(attachment: Attachment) -> WayOut:
    """Return the gateways that lead out of an attachment."""
    way_out = attachment.way_out
    if way_out is None:
        return WayOut()
    return WayOut(
        ip_address(way_out.gateway),  # type: ignore[arg-type]
        ip_address(way_out.gateway_6) if way_out.gateway_6 else None,  # type: ignore[arg-type]
    )
