"""A network of one's own for a test: a fresh namespace on a thread, with the real `Networks` in it."""

import asyncio
import ctypes
import os
import socket
import threading
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from backend.config import EngineConfig
from backend.database import Database
from backend.events import EventBus
from backend.networks.attachment import AttachRequest
from backend.networks.kernel import links, namespaces
from backend.networks.kernel.firewall import Firewall
from backend.networks.kernel.netlink_socket import NetlinkSocket
from backend.networks.manager import Networks
from backend.state_files import StateFiles
from backend.tasks import Tasks

Result = TypeVar("Result")

CLONE_NEWNS = 0x20000
MS_PRIVATE_RECURSIVE = 0x44000
TIMEOUT = 30.0  # seconds

_libc = ctypes.CDLL(None, use_errno=True)


def run_privately(test: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a test in network and mount namespaces of its own; threads that it starts are in them too."""
    failures: list[BaseException] = []

    def work() -> None:
        try:
            unshared = _libc.unshare(namespaces.CLONE_NEWNET | CLONE_NEWNS)
            assert unshared == 0, os.strerror(ctypes.get_errno())
            assert _libc.mount(None, b"/", None, MS_PRIVATE_RECURSIVE, None) == 0
            with NetlinkSocket() as netlink:
                links.set_up(netlink, "lo")
            asyncio.run(_limited(test))
        except BaseException as error:  # noqa: BLE001 - raised again below, where pytest sees it
            failures.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    if failures:
        raise failures[0]


async def _limited(test: Callable[[], Coroutine[Any, Any, None]]) -> None:
    async with asyncio.timeout(60):
        await test()


@asynccontextmanager
async def running_networks(state: Path, **settings: Any) -> AsyncIterator[Networks]:
    """Yield started networks with their state below `state`."""
    files = StateFiles(state / "data", state / "run")
    files.data_root.mkdir(parents=True, exist_ok=True)
    files.run_root.mkdir(exist_ok=True)
    config = EngineConfig(state / "engine.sock", files.data_root, files.run_root, **settings)
    database = Database(files.database)
    tasks = Tasks()
    networks = Networks(config, files, database, EventBus(), tasks)
    try:
        await networks.start()
        yield networks
    finally:
        await networks.close()
        await tasks.cancel_all()
        database.close()


def request(container_id: str, **wishes: Any) -> AttachRequest:
    """Return a request of a container with a full-length ID that starts with `container_id`."""
    return AttachRequest(container_id.ljust(64, "0"), container_name=container_id, **wishes)


def inside(pin: Path, work: Callable[[], Result]) -> Result:
    """Run `work` in a pinned namespace and return its result; sockets that it makes stay in there."""
    results: list[Result] = []
    failures: list[BaseException] = []

    def enter_and_work() -> None:
        try:
            namespaces.enter_here(pin)
            results.append(work())
        except BaseException as error:  # noqa: BLE001 - raised again below
            failures.append(error)

    thread = threading.Thread(target=enter_and_work)
    thread.start()
    thread.join()
    if failures:
        raise failures[0]
    return results[0]


def listener_in(pin: Path, port: int) -> socket.socket:
    """Return a listening TCP socket inside a namespace."""

    def listen() -> socket.socket:
        listener = socket.create_server(("0.0.0.0", port))
        listener.settimeout(TIMEOUT)
        return listener

    return inside(pin, listen)


def talk(client: socket.socket, listener: socket.socket) -> tuple[str, bytes]:
    """Pass "hello" through a connection; returns (client's address as the server saw it, text)."""
    server, peer = listener.accept()
    with server:
        server.settimeout(TIMEOUT)
        client.sendall(b"hello")
        return peer[0], server.recv(5)


async def eventually(condition: Callable[[], bool], what: str) -> None:
    """Wait until a condition holds."""
    async with asyncio.timeout(TIMEOUT):
        while not condition():
            await asyncio.sleep(0.01)
    assert condition(), what


def kernel_state(state: Path) -> dict[str, list[str]]:
    """Return all that containers leave traces in: links, firewall elements, pins, mounts."""
    firewall = Firewall()
    try:
        elements = [
            line
            for name in ("published", "published_at")
            for line in firewall.run(f"list map ip marina {name}\n").splitlines()
            if "elements" in line
        ]
    finally:
        firewall.close()
    with NetlinkSocket() as netlink:
        names = sorted(link.name for link in links.list_links(netlink))
    pins = state / "run" / "netns"
    return {
        "links": names,
        "elements": elements,
        "pins": sorted(pin.name for pin in pins.iterdir()) if pins.is_dir() else [],
        "mounts": [
            line for line in Path("/proc/thread-self/mounts").read_text().splitlines() if str(pins) in line
        ],
    }


def _read_mounts() -> list[str]:
    return Path("/proc/thread-self/mounts").read_text().splitlines()
