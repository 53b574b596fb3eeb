"""Who runs on which network now, as the engine knows it."""

from collections.abc import Iterator

from backend.networks.attachment import Attachment
from backend.networks.endpoint import Endpoint
from backend.networks.names.name_table import NameTable


class Attached:
    """The attachments of all running containers, and the names that follow from them."""

    def __init__(self) -> None:
        self._by_container: dict[str, Attachment] = {}
        self.names = NameTable(self._by_container.values)

    def __iter__(self) -> Iterator[Attachment]:
        return iter(tuple(self._by_container.values()))

    def find(self, container_id: str) -> Attachment | None:
        """Return the attachment of a running container, or None."""
        return self._by_container.get(container_id)

    def keep(self, attachment: Attachment) -> None:
        """Note what a container has now."""
        self._by_container[attachment.container_id] = attachment
        self.names.forget()

    def drop(self, container_id: str) -> Attachment | None:
        """Forget a container and return what it had."""
        self.names.forget()
        return self._by_container.pop(container_id, None)

    def members(self, network_id: str) -> list[tuple[str, str, Endpoint]]:
        """Return (container's id, its name, its endpoint) of all that run on a network."""
        return [
            (one.container_id, one.container_name, endpoint)
            for one in self._by_container.values()
            if (endpoint := one.endpoint_on(network_id)) is not None
        ]
