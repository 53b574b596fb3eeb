"""Claims of host ports on a real QEMU, paused before its first instruction: its forwards work anyway."""

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path

import pytest

from vm.machine.machine_files import MachineFiles
from vm.machine.ports.listen_queues import lengthen_queues
from vm.machine.ports.port_forwards import PortForwards
from vm.machine.ports.port_reasons import PortRefused
from vm.machine.qemu.qemu_command import NETWORK
from vm.machine.qemu.qemu_process import wait_for_sockets
from vm.machine.qemu.qmp import QmpClient
from vm.machine.sockets.endpoints import UnixEndpoint
from vm.machine.status import PublishedPort


@pytest.fixture
def qemu(tmp_path: Path) -> Iterator["subprocess.Popen[bytes]"]:
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
            assert wait_for_sockets([path], process, 60)
            yield process
        finally:
            process.kill()


@pytest.fixture
async def qmp(tmp_path: Path, qemu: "subprocess.Popen[bytes]") -> AsyncIterator[QmpClient]:
    client = await QmpClient.connect(UnixEndpoint(tmp_path / "qmp.sock"), lambda *_: None)
    yield client
    await client.close()


@pytest.fixture
async def forwards(
    tmp_path: Path, qmp: QmpClient, qemu: "subprocess.Popen[bytes]"
) -> AsyncIterator[PortForwards]:
    lengthen = partial(lengthen_queues, qemu.pid)
    forwards = PortForwards(MachineFiles.find(tmp_path), qmp, lambda: None, lengthen)
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


@pytest.mark.skipif(sys.platform != "linux", reason="others do not hand out a program's sockets")
async def test_clients_that_come_at_once_all_get_in_also_while_qemu_does_not_look(
    forwards: PortForwards, qemu: "subprocess.Popen[bytes]"
) -> None:
    (on_one, on_all) = await forwards.claim(
        "web", [PublishedPort("web", "tcp", address, 0, 80) for address in ("127.0.0.1", "")]
    )
    qemu.send_signal(signal.SIGSTOP)
    try:
        with contextlib.ExitStack() as clients:
            for number in [on_one.host_port] * 100 + [on_all.host_port] * 100:
                connecting = asyncio.to_thread(socket.create_connection, ("127.0.0.1", number), 5)
                clients.enter_context(await connecting)
    finally:
        qemu.send_signal(signal.SIGCONT)


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
