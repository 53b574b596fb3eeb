"""The machine's wish and watch against a fake supervisor on a real machine.sock."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.services.errors import CancelledError, ErrorCode, UserError
from app.services.machine.startup import StepReport
from app.services.machine.virtual_machine import (
    MachineState,
    MachineStatus,
    Problem,
    Step,
    StepState,
    VirtualMachine,
)
from tests.fakes.fake_machine import FakeMachine


@pytest.fixture
def fake(short_folder: Path) -> Iterator[FakeMachine]:
    with FakeMachine(short_folder) as machine:
        yield machine


@pytest.fixture
def machine(fake: FakeMachine, short_folder: Path) -> VirtualMachine:
    return VirtualMachine(short_folder)


class Statuses:
    """Collects statuses, and lets a test wait for one."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self.seen: list[MachineStatus] = []

    def __call__(self, status: MachineStatus) -> None:
        with self._changed:
            self.seen.append(status)
            self._changed.notify_all()

    def wait_for(self, state: MachineState) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: any(s.state is state for s in self.seen), timeout=30)


def test_a_start_reports_its_steps(machine: VirtualMachine) -> None:
    statuses = Statuses()
    final = machine.start(statuses)
    assert final.state is MachineState.RUNNING
    assert [step.state for step in final.steps] == [StepState.DONE, StepState.DONE]
    assert [status.progress for status in statuses.seen] == [0.0, 0.5, 1.0]


def test_a_failed_start_gives_its_reason(machine: VirtualMachine, fake: FakeMachine) -> None:
    fake.start_fails_with = Problem("QEMU is missing", "no such file", "Install it.")
    with pytest.raises(UserError) as caught:
        machine.start()
    error = caught.value
    assert (error.summary, error.details, error.what_to_do) == (
        "QEMU is missing",
        "no such file",
        "Install it.",
    )
    assert error.code is ErrorCode.MACHINE_FAILED


def test_cancelling_ends_the_wait_at_once(machine: VirtualMachine, fake: FakeMachine) -> None:
    fake.gate.clear()
    cancelled = threading.Event()
    with pytest.raises(CancelledError):
        machine.start(lambda status: cancelled.set(), cancelled)
    assert fake.status.state is MachineState.STARTING  # the machine goes on without us


def test_a_supervisor_that_dies_in_the_middle(machine: VirtualMachine, fake: FakeMachine) -> None:
    fake.gate.clear()
    with pytest.raises(UserError) as caught:
        machine.start(lambda status: fake.cut_connections())
    assert caught.value.code is ErrorCode.MACHINE_FAILED


def test_stop_and_restart(machine: VirtualMachine, fake: FakeMachine) -> None:
    machine.start()
    assert machine.restart().state is MachineState.RUNNING
    assert machine.stop().state is MachineState.STOPPED
    assert machine.force_stop().state is MachineState.STOPPED
    assert [name for name in fake.requests if name != "status"] == ["start", "restart", "stop", "force-stop"]


def test_without_a_supervisor_nothing_is_started_to_ask_or_stop(short_folder: Path) -> None:
    machine = VirtualMachine(short_folder)
    assert machine.status().state in (MachineState.STOPPED, MachineState.NOT_INSTALLED)
    assert machine.stop().supervisor_pid == 0
    assert not (short_folder / "machine.sock").exists()


def test_a_path_too_long_for_sockets_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="path"):
        VirtualMachine(tmp_path / ("x" * 120))


def test_watching_every_change(machine: VirtualMachine, fake: FakeMachine) -> None:
    statuses = Statuses()
    watch = machine.watch(statuses)
    assert statuses.wait_for(MachineState.STOPPED)
    machine.start()
    assert statuses.wait_for(MachineState.RUNNING)
    fake.set(state=MachineState.DEGRADED)
    assert statuses.wait_for(MachineState.DEGRADED)
    watch.close()
    count = len(statuses.seen)
    fake.set(state=MachineState.FAILED)
    assert len(statuses.seen) == count


def test_a_watch_outlives_its_supervisor(short_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.services.machine.virtual_machine.WATCH_PAUSE", 0.05)
    statuses = Statuses()
    with FakeMachine(short_folder, MachineState.RUNNING):
        watch = VirtualMachine(short_folder).watch(statuses)
        assert statuses.wait_for(MachineState.RUNNING)
    absent = VirtualMachine(short_folder).status().state
    assert statuses.wait_for(absent)
    with FakeMachine(short_folder, MachineState.DEGRADED):
        assert statuses.wait_for(MachineState.DEGRADED)
        watch.close()


def test_an_engine_is_started_only_when_needed(machine: VirtualMachine, fake: FakeMachine) -> None:
    with machine.start_engine(lambda status: None, threading.Event()) as client:
        assert client.socket_path == str(fake.docker_socket)
    with machine.start_engine(lambda status: None, threading.Event()):
        pass
    assert fake.requests.count("start") == 1


def test_each_step_is_told_once() -> None:
    report = StepReport()
    active = Step("a", "First", StepState.ACTIVE)
    done = Step("a", "First", StepState.DONE, 1.0)
    assert report.changes(MachineStatus(MachineState.STARTING, (active,))) == [active]
    assert report.changes(MachineStatus(MachineState.STARTING, (active,))) == []
    assert report.changes(MachineStatus(MachineState.STARTING, (done,))) == [done]


def test_a_machine_that_has_failed_tells_what_it_takes_all_the_same(
    short_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The supervisor is a real one: it says its state first."""
    monkeypatch.setenv("MARINA_IMAGE_DIR", str(short_folder / "no-image"))
    machine = VirtualMachine(short_folder)
    try:
        with pytest.raises(UserError):
            machine.start()
        assert machine.status().state is MachineState.FAILED
        assert machine.data.usage().disk_bytes == 0
        assert machine.data.snapshots() == []
    finally:
        machine.data.remove_machine(data=True, settings=True)
