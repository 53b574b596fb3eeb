"""Marina as people have it: its engine in the virtual machine, its ports and a registry on this computer."""

import json
import socket
from pathlib import Path

from tests.bench.engines import MeasuredEngine
from vm.client import MachineClient
from vm.machine.machine_files import MachineFiles
from vm.machine.status import MachineState


class Machine(MeasuredEngine):
    """A machine of its own; the network namespace is this computer's."""

    name = "machine"
    registry_host = "10.0.2.2"  # this computer, as the guest sees it

    def __init__(self, state: Path, netns: str) -> None:
        self._client = MachineClient(MachineFiles.find(state))
        self.registry_port = _free_port()
        super().__init__(state, netns)
        registry = f"{self.registry_host}:{self.registry_port}"
        self._client.files.settings.write_text(json.dumps({"insecure_registries": [registry]}))

    @property
    def socket(self) -> Path:
        """See MeasuredEngine."""
        return self._client.files.docker_socket

    def start(self) -> float:
        """See MeasuredEngine: counted from QEMU's start."""
        *_, status = self._client.start()
        if status.state is not MachineState.RUNNING:
            raise RuntimeError(f"the machine does not start: {status.problem}")
        return status.boot_seconds

    def stop(self) -> None:
        """See MeasuredEngine."""
        *_, status = self._client.stop()
        if status.state is not MachineState.STOPPED:
            raise RuntimeError(f"the machine does not stop: {status.problem}")

    def clean(self) -> None:
        """See MeasuredEngine."""
        self._client.quit()

    def disk_bytes(self) -> int:
        """See MeasuredEngine: as the engine counts it, the disk is the guest's."""
        return int(self.api.call("GET", "/system/df")["LayersSize"])


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
