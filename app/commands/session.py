"""What a command works with: the engine behind `--socket`, else the chosen one, else the machine's."""

import argparse
import os
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from app.commands.console import tell
from app.commands.progress import show_steps
from app.services.app_folders import AppFolders
from app.services.engine.engine_client import EngineClient
from app.services.engine.engines import MACHINE_ENGINE, Engines
from app.services.errors import ErrorCode, UserError

if TYPE_CHECKING:
    from app.services.images.registry_logins import RegistryLogins
    from app.services.machine.virtual_machine import MachineStatus, VirtualMachine

SOCKET_VARIABLE = "MARINA_SOCKET"


class Session:
    """One run of the command line."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._socket = (options.socket or os.environ.get(SOCKET_VARIABLE, "")).removeprefix("unix://")
        self._saved = Engines(AppFolders.find()).current() if not self._socket else MACHINE_ENGINE

    def machine(self) -> "VirtualMachine":
        """Return the user's machine. Raises UserError when `--socket` says that there is none."""
        if self._socket:
            raise UserError(
                "With --socket there is no machine to work on",
                f"The engine is the one at {self._socket}.",
                f"Leave out --socket and unset {SOCKET_VARIABLE}.",
                ErrorCode.BAD_INPUT,
            )
        from app.services.machine.virtual_machine import VirtualMachine

        return VirtualMachine()

    @property
    def engine_name(self) -> str:
        """What the engine is called in what is kept of it; one that is only reached by a socket, by that."""
        return self._socket or self._saved.name

    def _address(self) -> str | None:
        """Return where the engine is when it is not the machine's."""
        if self._socket:
            return self._socket
        return None if self._saved.is_machine else self._saved.address

    def own_sockets(self) -> tuple[str, ...]:
        """Return where Marina's own engine listens, whichever is worked with."""
        return () if self._socket else (self.machine().docker_socket,)

    def free_bytes(self) -> int | None:
        """Return how much fits into the machine; None for an engine that is not its."""
        if self._address() is not None:
            return None
        return self.machine().data.room()

    def engine(self, start: bool = False) -> EngineClient:
        """Return a client of the engine; `start` brings the machine up when it does not run, and says so."""
        if (address := self._address()) is not None:
            return with_logins(EngineClient(address))
        machine = self.machine()
        if start:
            return self.start_engine(show_steps(), threading.Event())
        return with_logins(machine.client())

    def start_engine(
        self, on_status: "Callable[[MachineStatus], None]", cancelled: threading.Event
    ) -> EngineClient:
        """Return a client of an engine that runs."""
        if (address := self._address()) is not None:
            return with_logins(EngineClient(address))
        from app.services.machine.virtual_machine import USABLE

        machine = self.machine()
        if machine.status().state not in USABLE:
            tell("Marina's machine is not running: starting it.")
            machine.start(on_status, cancelled)
        return with_logins(machine.client())


def find_logins() -> "RegistryLogins":
    """Return the user's sign-ins at registries, those of the window."""
    from app.services.images.key_store import KeyStore
    from app.services.images.registry_logins import RegistryLogins

    return RegistryLogins(AppFolders.find().registry_logins, KeyStore())


def with_logins(client: EngineClient) -> EngineClient:
    """Let a client send the user's sign-ins along with pulls; the key store is not asked before."""
    client.login_headers = lambda reference: find_logins().headers_for(reference)
    return client
