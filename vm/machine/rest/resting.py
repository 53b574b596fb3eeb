"""A machine that rests on disk: whether it may, and docker.sock meanwhile, where a call wakes it."""

import contextlib
import socket
from collections.abc import Callable

from vm.errors import UserError
from vm.machine.link.guest_transport import EngineDown, TunnelDown
from vm.machine.link.ssh_tunnel import Tunnel
from vm.machine.machine_files import MachineFiles
from vm.machine.qemu.qmp import QmpClient, QmpError
from vm.machine.rest.activity import ask_activity
from vm.machine.rest.suspension import why_not_saved
from vm.machine.rest.wake_socket import WakeSocket
from vm.machine.sockets.local_sockets import listen_on_socket


class Rest:
    """The rest of a suspended machine, from the end of its QEMU to the next one. Lives on the event loop."""

    def __init__(self, files: MachineFiles, on_wake: Callable[[], object]) -> None:
        """`on_wake` is called once in each rest, at the first connection."""
        self._files = files
        self._on_wake = on_wake
        self._socket: WakeSocket | None = None

    @property
    def goes_on(self) -> bool:
        """Whether the machine rests, or is being woken."""
        return self._socket is not None

    def begin(self, listener: socket.socket | None = None) -> None:
        """Wait for calls at docker.sock: at the listener that is open, or at a new one."""
        self._socket = WakeSocket(listener or listen_on_socket(self._files.docker_socket), self._on_wake)

    def listen_again(self) -> None:
        """Make docker.sock again: somebody has removed it."""
        if self._socket is not None:
            with contextlib.suppress(OSError, UserError):
                self._socket.listen_on(listen_on_socket(self._files.docker_socket))

    def hand_over(self) -> tuple[socket.socket | None, list[socket.socket]]:
        """Return the listener and the connections that wait, for the machine that goes on."""
        return (None, []) if self._socket is None else self._socket.hand_over()

    def woken(self) -> None:
        """Let go of what was handed over: it is the running machine's now."""
        self._socket = None

    def refuse(self, reason: str) -> None:
        """End the rest, telling those who wait why nothing comes."""
        if self._socket is not None:
            self._socket.refuse(reason)
            self._remove()

    def close(self) -> None:
        """Let go of docker.sock; what is on disk stays."""
        if self._socket is not None:
            self._socket.close()
            self._remove()

    def _remove(self) -> None:
        self._socket = None
        self._files.docker_socket.unlink(missing_ok=True)


async def why_it_may_not(tunnel: Tunnel, qmp: QmpClient, *, by_user: bool) -> str:
    """Return who would lose something if the machine went to rest; nobody when empty."""
    try:
        if blocked := await why_not_saved(qmp):
            return f"QEMU cannot write its memory down: {blocked}"
        use = await ask_activity(tunnel)
    except QmpError as error:
        return str(error)
    except (TunnelDown, EngineDown) as error:
        return f"The engine does not answer: {error}"
    if use.containers:
        return f"{use.containers} containers run and would lose their connections: stop them first."
    if use.requests and not by_user:
        return "It is in use."
    return ""
