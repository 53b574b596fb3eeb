"""Both ends of the port `org.marina.agent` together: the engine's and the supervisor's, over one socket."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from backend.containers.files import file_events
from backend.errors import SystemFailureError
from backend.host_link import HostLink
from backend.networks.ports.host_ports import SupervisedPorts
from backend.networks.ports.port_requests import PortRequest
from vm.machine.link.agent_link import AgentLink
from vm.machine.machine_files import MachineFiles
from vm.machine.ports.port_forwards import PortForwards
from vm.machine.sharing import file_server
from vm.machine.sockets.endpoints import UnixEndpoint


class _Qemu:
    """Keeps QEMU's forwards, by its monitor's commands."""

    def __init__(self) -> None:
        self.rules: set[str] = set()

    async def monitor(self, command_line: str) -> str:
        """Answer `hostfwd_add` and `hostfwd_remove` as QEMU does."""
        command, _, rule = command_line.split()
        if command == "hostfwd_add":
            self.rules.add(rule)
            return ""
        (known,) = [one for one in self.rules if one.startswith(f"{rule}-")]
        self.rules.discard(known)
        return f"host forwarding rule for {rule} removed"


@asynccontextmanager
async def _machine(folder: Path, clock: list[int]) -> AsyncIterator[tuple[SupervisedPorts, HostLink, _Qemu]]:
    async with _connected(folder, clock) as (ports, link, qemu, _):
        yield ports, link, qemu


@asynccontextmanager
async def _connected(
    folder: Path, clock: list[int]
) -> AsyncIterator[tuple[SupervisedPorts, HostLink, _Qemu, AgentLink]]:
    qemu = _Qemu()
    forwards = PortForwards(MachineFiles.find(folder), qemu, lambda: None)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(folder / "agent"))
        listener.listen(1)
        agent = await AgentLink.connect(UnixEndpoint(folder / "agent"), forwards)
        device, _ = listener.accept()
    link = HostLink(folder / "agent", clock.append, opener=lambda _: device.detach())
    link.open()
    ports = SupervisedPorts(link)
    try:
        async with asyncio.timeout(60):
            yield ports, link, qemu, agent
    finally:
        ports.close()
        link.close()
        await agent.close()
        await forwards.close()


async def test_a_claim_reaches_qemu_and_is_taken_back(tmp_path: Path) -> None:
    clock: list[int] = []
    async with _machine(tmp_path, clock) as (ports, _, qemu):
        (one, other) = await ports.claim("c1" * 32, [PortRequest("tcp", 80), PortRequest("udp", 53)])
        assert qemu.rules == {
            f"tcp:0.0.0.0:{one.host_port}-:{one.guest_port}",
            f"udp:0.0.0.0:{other.host_port}-:{other.guest_port}",
        }
        same = PortRequest("tcp", 80, "127.0.0.1", one.host_port, one.host_port)
        with pytest.raises(SystemFailureError, match=r"port is already allocated: .* container c1c1c1c1c1c1"):
            await ports.claim("c2" * 32, [same])
        await ports.release("c1" * 32)
        assert qemu.rules == set()
        while not clock:
            await asyncio.sleep(0.01)


async def test_a_port_of_another_program_is_refused_with_its_name(tmp_path: Path) -> None:
    async with _machine(tmp_path, []) as (ports, _, qemu):
        with socket.create_server(("127.0.0.1", 0)) as holder:
            number = holder.getsockname()[1]
            with pytest.raises(SystemFailureError, match=rf"{number} is in use by .*\(pid {os.getpid()}\)"):
                await ports.claim("c1", [PortRequest("tcp", 80, "127.0.0.1", number, number)])
        assert qemu.rules == set()


async def test_a_new_engine_tells_what_must_be_open_and_the_rest_is_closed(tmp_path: Path) -> None:
    async with _machine(tmp_path, []) as (ports, link, qemu):
        kept = await ports.claim("kept", [PortRequest("tcp", 80)])
        await ports.claim("lost", [PortRequest("tcp", 80)])
        assert len(qemu.rules) == 2
        ports.close()  # the first engine is gone
        second = SupervisedPorts(link)
        link._claims.clear()
        second.take_over("kept", kept)
        await second.settle()
        assert qemu.rules == {f"tcp:0.0.0.0:{kept[0].host_port}-:{kept[0].guest_port}"}
        second.close()


async def test_folders_to_watch_and_what_changes_there_are_told(tmp_path: Path) -> None:
    watched: list[Sequence[str]] = []
    changed: list[str] = []
    async with _connected(tmp_path, []) as (_, link, _, agent):
        agent.on_watch, link.on_changed = watched.append, changed.extend
        link.watch(["/home/me/app"])
        link.watch(["/home/me/app"])  # nothing new
        link.watch([])
        while len(watched) < 2:
            await asyncio.sleep(0.01)
        assert watched == [["/home/me/app"], []]
        agent.tell_changed(["/home/me/app/ü", "/home/me/app/" + "x" * 600_000])
        while not changed:
            await asyncio.sleep(0.01)
        assert changed == ["/home/me/app/ü"], "a line has its limit"
    assert file_events.NO_CHANGE_TIME == file_server.NO_CHANGE_TIME
