"""The networks of the engine: where containers get addresses, names and published ports."""

from collections.abc import Mapping
from typing import Any

from backend.config import EngineConfig
from backend.database import Database
from backend.errors import NotSupportedError
from backend.events import EventBus
from backend.networks.endpoint import Endpoint, EndpointRequest
from backend.state_files import StateFiles
from backend.tasks import Tasks


class Networks:
    """All networks, and the endpoints of running containers on them."""

    def __init__(
        self, config: EngineConfig, files: StateFiles, database: Database, events: EventBus, tasks: Tasks
    ) -> None:
        self._config = config

    async def start(self) -> None:
        """Make bridge and firewall ready."""

    async def close(self) -> None:
        """Let go of sockets; running containers keep their network."""

    def validate(self, request: EndpointRequest) -> None:
        """Check a request at container create. Raises InvalidParameterError or NotFoundError in Docker's words."""

    async def attach(self, request: EndpointRequest) -> Endpoint:
        """Give a container its namespace, address and claimed ports: all of it, or nothing and an error."""
        raise NotSupportedError("networks are on their way")

    async def publish(self, endpoint: Endpoint) -> None:
        """Open the published ports; call once the container runs."""

    async def detach(self, container_id: str) -> None:
        """Free all that `attach` gave; nothing happens when there is nothing."""

    async def restore(self, endpoint: Endpoint) -> None:
        """Take over the endpoint of a container that outlived an earlier engine process."""

    async def reap(self, keep: set[str]) -> None:
        """Remove whatever belongs to containers that are not in `keep`."""

    def idle_settings(self, request: EndpointRequest) -> dict[str, Any]:
        """Return Docker's NetworkSettings of a container that does not run."""
        raise NotSupportedError("networks are on their way")

    def inspect(self, name: str) -> Mapping[str, Any]:
        """Return Docker's Network. Raises NotFoundError."""
        raise NotSupportedError("networks are on their way")
