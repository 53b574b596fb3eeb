"""How soon a machine is of use again after a fault: a call's answer, and the desktop's event feed."""

import contextlib
import threading
import time
from collections.abc import Callable
from uuid import uuid4

import psutil

from app.services.engine.engine_client import EngineClient
from app.services.engine.engine_events import EventFeed
from app.services.engine.engine_types import Event
from app.services.errors import MarinaError
from tests.bench.statistics_table import Row
from vm.client import MachineClient
from vm.diagnosis import guest
from vm.errors import UserError
from vm.machine.status import MachineState

ROUNDS = 3
LIMIT = 120.0
PAUSE = 0.05


def measure(client: MachineClient, name: str) -> list[Row]:
    """Break a machine that runs in each way; what is counted begins when the guest can work again."""
    rows = []
    for what, fault in FAULTS.items():
        answers, feeds = zip(*(_recover(client, fault) for _ in range(ROUNDS)), strict=True)
        rows.append(Row(f"{what}: a call is answered", "s", {name: list(answers)}))
        rows.append(Row(f"{what}: events are read", "s", {name: list(feeds)}))
    return rows


class _Reader:
    """Reads events as the desktop does: what it knows is fresh with each event, and after each opening."""

    def __init__(self, engine: EngineClient) -> None:
        self._engine = engine
        self._seen: set[str] = set()
        self._opened = 0
        self._changed = threading.Condition()
        self._feed = EventFeed(engine, self._take_opening, self._take)
        self._feed.start()
        self.wait_for(lambda: self._opened > 0)

    def wait_for_news(self) -> None:
        """Make a volume and wait until the feed tells of it, or was opened anew and so lists it."""
        name, opened = uuid4().hex, self._opened
        self._engine.create_volume(name)
        self.wait_for(lambda: name in self._seen or self._opened > opened)
        self._engine.remove_volume(name)

    def wait_for(self, condition: Callable[[], bool]) -> None:
        with self._changed:
            if not self._changed.wait_for(condition, LIMIT):
                raise RuntimeError(f"no news within {LIMIT:g} s")

    def close(self) -> None:
        self._feed.stop()

    def _take_opening(self) -> None:
        with self._changed:
            self._opened += 1
            self._changed.notify_all()

    def _take(self, events: list[Event]) -> None:
        with self._changed:
            self._seen.update(event.id for event in events)
            self._changed.notify_all()


def _recover(client: MachineClient, fault: Callable[[MachineClient], None]) -> tuple[float, float]:
    socket = str(client.files.docker_socket)
    with EngineClient(socket) as engine, contextlib.closing(_Reader(engine)) as reader:
        fault(client)
        began = time.monotonic()
        _wait_for_answer(socket)
        answered = time.monotonic() - began
        reader.wait_for_news()
        read = time.monotonic() - began
    while client.status().state is not MachineState.RUNNING:
        time.sleep(PAUSE)
    return answered, read


def _wait_for_answer(socket: str) -> None:
    deadline = time.monotonic() + LIMIT
    while True:
        try:
            with EngineClient(socket) as engine:
                engine.list_containers()
            return
        except MarinaError:
            if time.monotonic() > deadline:
                raise
            time.sleep(PAUSE)


def _stand_still(seconds: float) -> Callable[[MachineClient], None]:
    """Stop QEMU's process for so long, at least until the supervisor has noticed."""

    def stand_still(client: MachineClient) -> None:
        qemu = psutil.Process(client.status().qemu_pid)
        qemu.suspend()
        try:
            time.sleep(seconds)  # the fault itself: nothing is waited for
            while client.status().state is MachineState.RUNNING:
                time.sleep(PAUSE)
        finally:
            qemu.resume()

    return stand_still


def _in_guest(command: str) -> Callable[[MachineClient], None]:
    def run(client: MachineClient) -> None:
        with guest.connected(client.files) as transport, contextlib.suppress(UserError):
            guest.run(transport, command)

    return run


def _kill_supervisor(client: MachineClient) -> None:
    process = psutil.Process(client.status().supervisor_pid)
    process.kill()
    process.wait(10)
    client.ensure_supervisor()  # as the next client does


FAULTS: dict[str, Callable[[MachineClient], None]] = {
    "QEMU stood still for 30 s": _stand_still(30),
    "QEMU stood still for 3 min": _stand_still(180),
    "connection cut": _in_guest("kill -9 $(pidof sshd-session)"),
    "sshd killed": _in_guest("kill -9 $(pidof sshd) $(pidof sshd-session)"),
    "supervisor killed": _kill_supervisor,
    "engine killed": _in_guest("kill -9 $(pidof python3)"),
}
