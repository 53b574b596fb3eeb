"""Claims of host ports on a real QEMU, paused before its first instruction: its forwards work anyway."""

import asyncio
import os
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from vm.machine.machine_files import MachineFiles
from vm.machine.ports.port_forwards import PortForwards
from vm.machine.ports.port_reasons import PortRefused
from vm.machine.qemu.qemu_command import NETWORK
from vm.machine.qemu.qemu_process import wait_for_sockets
from vm.machine.qemu.qmp import QmpClient
from vm.machine.sockets.endpoints import UnixEndpoint
from vm.machine.status import PublishedPort


@pytest.fixture
async def qmp(tmp_path: Path) -> AsyncIterator[QmpClient]:
    path = tmp_path / "qmp.sock"
    command = [
        *(
            shutil.which("qemu-system-x86_64") or "",
            "-nodefaults",
            "-no-user-config",
            "-display",
            "none",
            "-S",
        ),
        *("-machine", "q35", "-accel", "tcg", "-netdev", f"user,id={NETWORK}"),
        *("-device", f"virtio-net-pci,netdev={NETWORK},romfile=", "-qmp", f"unix:{path},server=on,wait=off"),
    ]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL) as process:
        try:
            assert await asyncio.to_thread(wait_for_sockets, [path], process, 60)
            client = await QmpClient.connect(UnixEndpoint(path), lambda *_: None)
            yield client
            await client.close()
        finally:
            process.kill()


@pytest.fixture
async def forwards(tmp_path: Path, qmp: QmpClient) -> AsyncIterator[PortForwards]:
    forwards = PortForwards(MachineFiles.find(tmp_path), qmp, lambda: None)
    yield forwards
    await forwards.close()


def can_bind(kind: socket.SocketKind, port: int, address: str = "0.0.0.0") -> bool:
    with socket.socket(socket.AF_INET, kind) as probe:
        try:
            probe.bind((address, port))
        except OSError:
            return False
    return True


async def test_tcp_and_udp_ports_are_open_until_released(forwards: PortForwards) -> None:
    wanted = [PublishedPort("web", protocol, "", 0, 80) for protocol in ("tcp", "udp")]
    tcp, udp = await forwards.claim("web", wanted)
    await asyncio.to_thread(lambda: socket.create_connection(("127.0.0.1", tcp.host_port), 5).close())
    assert not can_bind(socket.SOCK_STREAM, tcp.host_port)
    assert not can_bind(socket.SOCK_DGRAM, udp.host_port)
    await forwards.release("web")
    assert can_bind(socket.SOCK_DGRAM, udp.host_port)
    with pytest.raises(ConnectionRefusedError):
        await asyncio.to_thread(lambda: socket.create_connection(("127.0.0.1", tcp.host_port), 5).close())


async def test_a_port_on_one_address_leaves_the_others_free(forwards: PortForwards) -> None:
    (opened,) = await forwards.claim("web", [PublishedPort("web", "udp", "127.0.0.1", 0, 53)])
    assert can_bind(socket.SOCK_DGRAM, opened.host_port, "127.0.0.2")
    assert not can_bind(socket.SOCK_DGRAM, opened.host_port, "127.0.0.1")


async def test_a_conflict_names_the_holder_and_opens_nothing(forwards: PortForwards, qmp: QmpClient) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        wanted = [PublishedPort("web", "tcp", "", 0, 80), PublishedPort("web", "tcp", "", number, 81)]
        with pytest.raises(PortRefused) as caught:
            await forwards.claim("web", wanted)
    message = str(caught.value)
    assert message.startswith(f"port is already allocated: 0.0.0.0:{number} is in use by ")
    assert f"(pid {os.getpid()})" in message
    assert "HOST_FORWARD" not in await qmp.monitor("info usernet")


async def test_a_later_supervisor_can_release_what_an_earlier_one_opened(
    forwards: PortForwards, qmp: QmpClient, tmp_path: Path
) -> None:
    (opened,) = await forwards.claim("web", [PublishedPort("web", "tcp", "127.0.0.1", 0, 80)])
    later = PortForwards(MachineFiles.find(tmp_path), qmp, lambda: None)
    await qmp.monitor(
        f"hostfwd_add {NETWORK} udp::0-:53"
    )  # the earlier one was killed before it wrote it down
    await later.take_over(ssh_port=0)
    assert later.ports == (opened,)
    assert (await qmp.monitor("info usernet")).count("HOST_FORWARD") == 1
    await later.release_all()
    assert "HOST_FORWARD" not in await qmp.monitor("info usernet")
