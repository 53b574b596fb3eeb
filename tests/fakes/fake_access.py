"""The services over the fakes' sockets, as view-models reach them."""

import threading
from pathlib import Path

from app.services.engine_client import EngineClient
from app.services.virtual_machine import StatusCallback, VirtualMachine
from tests.fakes.fake_engine import FakeEngine


class FakeAccess:
    """See `app.viewmodels.access.Access`; `folder` holds the fake machine's socket."""

    def __init__(self, folder: Path, engine: FakeEngine) -> None:
        self._folder, self._engine = folder, engine
        self._client = EngineClient(engine.socket_path, connect_timeout=2.0, read_timeout=5.0)

    def machine(self) -> VirtualMachine:
        """Return the machine of the folder."""
        return VirtualMachine(self._folder)

    def client(self) -> EngineClient:
        """Return the one client."""
        return self._client

    def start_engine(self, on_status: StatusCallback, cancelled: threading.Event) -> EngineClient:
        """Start the fake machine and return a client of its own."""
        self.machine().start_engine(on_status, cancelled).close()
        return EngineClient(self._engine.socket_path, connect_timeout=2.0, read_timeout=5.0)

    def close(self) -> None:
        """Close the client's connections."""
        self._client.close()
