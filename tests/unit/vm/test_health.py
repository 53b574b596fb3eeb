"""When the engine is asked over SSH, which is most of what a guest at rest does, and when it is believed."""

import time
from typing import cast

import pytest

from vm.machine.link import health
from vm.machine.link.guest_transport import EngineDown
from vm.machine.link.health import INTERVAL, LONGEST_SILENCE, Health
from vm.machine.link.ssh_tunnel import Tunnel
from vm.machine.status import MachineState


class QuietTunnel:
    """Is up, and counts the questions."""

    def __init__(self) -> None:
        self.is_up = True
        self.last_traffic = time.monotonic() - INTERVAL - 1
        self.asked = 0
        self.answers = True

    def take(self, tunnel: Tunnel, patience: float, limit: float) -> None:
        assert tunnel is cast(Tunnel, self)
        self.asked += 1
        if not self.answers:
            raise EngineDown("no answer")


class Machine:
    """A health whose engine says on its agent port what the test wants."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.tunnel = QuietTunnel()
        self.engine_answers = True
        self.seen: list[MachineState] = []
        monkeypatch.setattr(health, "ping_engine", self.tunnel.take)
        self.health = Health(cast(Tunnel, self.tunnel), self.seen.append, lambda: self.engine_answers)

    async def look(self) -> MachineState:
        return await self.health.look()


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(monkeypatch)


async def test_an_engine_that_has_answered_once_is_believed_while_it_answers_on_its_port(
    machine: Machine,
) -> None:
    assert [await machine.look() for _ in range(3)] == [MachineState.RUNNING] * 3
    assert machine.tunnel.asked == 1


async def test_one_that_falls_silent_on_its_port_is_asked(machine: Machine) -> None:
    await machine.look()
    machine.engine_answers, machine.tunnel.answers = False, False
    assert await machine.look() is MachineState.DEGRADED
    assert machine.tunnel.asked == 2


async def test_one_that_did_not_answer_is_asked_until_it_does(machine: Machine) -> None:
    machine.tunnel.answers = False
    assert [await machine.look() for _ in range(2)] == [MachineState.DEGRADED] * 2
    machine.tunnel.answers = True
    assert [await machine.look() for _ in range(2)] == [MachineState.RUNNING] * 2
    assert machine.tunnel.asked == 3


async def test_a_tunnel_that_is_back_is_tried(machine: Machine) -> None:
    await machine.look()
    machine.health.tunnel_changed(False)
    machine.health.tunnel_changed(True)
    await machine.look()
    assert machine.tunnel.asked == 2
    assert machine.seen == [MachineState.RECONNECTING]


async def test_after_a_long_silence_it_is_asked_in_any_case(machine: Machine) -> None:
    await machine.look()
    machine.tunnel.last_traffic -= LONGEST_SILENCE
    await machine.look()
    assert machine.tunnel.asked == 2


async def test_traffic_of_clients_answers_too(machine: Machine) -> None:
    machine.tunnel.last_traffic = time.monotonic() + 3600
    machine.engine_answers = False
    assert await machine.look() is MachineState.RUNNING
    assert machine.tunnel.asked == 0
