"""The machine on real parts: start, stop, crashes, and what survives them."""

import contextlib
import http.client
import json
import threading

import psutil

from tests.machine.machine_under_test import MachineUnderTest, wait_until
from vm.machine.qemu.processors import qemu_version, trusted_processors
from vm.machine.settings_files import read_settings
from vm.machine.status import MachineState, StepState
from vm.machine.storage.disks import virtual_bytes


def boot_id(machine: MachineUnderTest) -> str:
    """Tell one boot of the guest from another."""
    return machine.run("cat /proc/sys/kernel/random/boot_id")


def kill(pid: int) -> None:
    process = psutil.Process(pid)
    process.kill()
    process.wait(60)


def test_the_engine_answers_through_the_tunnel(machine: MachineUnderTest) -> None:
    assert machine.get("/_ping") == (200, b"OK")
    assert machine.docker_socket.stat().st_mode & 0o777 == 0o600


def test_status_tells_the_truth_as_json(machine: MachineUnderTest) -> None:
    status = machine.client.status()
    told = json.loads(json.dumps(status.to_json()))
    assert told["state"] == "running"
    assert [step.state for step in status.steps] == [StepState.DONE] * 8
    assert status.progress == 1
    assert status.docker_socket == str(machine.docker_socket)
    assert psutil.Process(status.qemu_pid).name().startswith("qemu-system")
    assert 50 * 2**20 < status.memory_bytes < 4 * 2**30
    assert 0 < status.disk_bytes < status.disk_limit_bytes == virtual_bytes(machine.files.data_disk)
    assert 0 < status.boot_seconds <= status.uptime
    assert status.accelerator == "tcg" or not status.accelerator_reason


def test_a_second_start_does_nothing(machine: MachineUnderTest) -> None:
    before = machine.client.status()
    statuses = list(machine.client.start())
    assert len(statuses) <= 2
    assert statuses[-1].state is MachineState.RUNNING
    assert statuses[-1].qemu_pid == before.qemu_pid


def test_guests_clock_is_the_hosts(machine: MachineUnderTest) -> None:
    machine.run("date -s '2001-01-01' >/dev/null")  # as after a long sleep of the host
    wait_until(machine.has_the_hosts_time, "the guest's clock is the host's")


def test_guests_survive_the_supervisors_kill(machine: MachineUnderTest) -> None:
    before = machine.client.status()
    boot = boot_id(machine)
    machine.run("setsid sh -c 'echo $$ > /run/proof.pid; exec sleep 1000' >/dev/null 2>&1 &")
    kill(before.supervisor_pid)
    after = machine.start()
    assert after.supervisor_pid != before.supervisor_pid
    assert after.qemu_pid == before.qemu_pid
    assert boot_id(machine) == boot
    machine.run("kill -0 $(cat /run/proof.pid)")
    assert machine.get("/_ping") == (200, b"OK")


def test_a_dead_transport_costs_no_later_call(machine: MachineUnderTest) -> None:
    machine.cut_with("kill $(pidof sshd-session)")  # the supervisor's, and this one
    with contextlib.suppress(OSError, http.client.HTTPException):
        machine.get("/_ping")  # may be under way already while the supervisor's dies
    assert machine.get("/_ping") == (200, b"OK")
    machine.wait_for(lambda status: status.state is MachineState.RUNNING)


def test_data_survives_qemus_kill(machine: MachineUnderTest) -> None:
    boot = boot_id(machine)
    machine.run("echo precious > /data/proof && sync")
    kill(machine.client.status().qemu_pid)
    failed = machine.wait_for(lambda status: status.state is not MachineState.RUNNING)
    failed = machine.wait_for(lambda status: status.state is MachineState.FAILED)
    assert failed.problem is not None
    assert "unexpectedly" in failed.problem.summary
    assert not machine.docker_socket.exists()
    machine.start()
    assert boot_id(machine) != boot
    assert machine.run("cat /data/proof") == "precious\n"


def test_stop_powers_the_guest_off_and_a_start_finds_its_data(machine: MachineUnderTest) -> None:
    machine.run("echo kept > /data/kept")  # not synced: powering off must do it
    qemu = psutil.Process(machine.client.status().qemu_pid)
    stopped = machine.stop()
    assert stopped.state is MachineState.STOPPED
    assert stopped.problem is None
    assert stopped.qemu_pid == 0
    assert not qemu.is_running()
    assert not machine.docker_socket.exists()
    assert "Power down" in machine.files.console_log.read_text(errors="replace")
    machine.start()
    assert machine.run("cat /data/kept") == "kept\n"
    assert "recovering journal" not in machine.files.console_log.read_text(errors="replace")


def test_force_stop_works_in_the_middle_of_a_start(machine: MachineUnderTest) -> None:
    machine.stop()
    stream = machine.client.start()
    booting = next(status for status in stream if status.qemu_pid or status.progress > 0.1)
    assert booting.state is MachineState.STARTING
    *_, last = machine.client.force_stop()
    assert last.state is MachineState.STOPPED
    # of the start itself: how it was called off, or that it was done before anybody could
    assert [status.state for status in stream][-1] in (MachineState.STOPPED, MachineState.RUNNING)
    assert not machine.files.qmp_socket.exists()


def test_force_stop_works_while_running_and_restart_brings_it_back(machine: MachineUnderTest) -> None:
    qemu = psutil.Process(machine.client.status().qemu_pid)
    *_, last = machine.client.force_stop()
    assert last.state is MachineState.STOPPED
    assert not qemu.is_running()
    *statuses, last = machine.client.restart()
    assert last.state is MachineState.RUNNING
    assert machine.get("/_ping") == (200, b"OK")


def test_a_watcher_sees_every_state_of_a_restart(machine: MachineUnderTest) -> None:
    seen: list[MachineState] = []
    with machine.client.watch() as stream:
        thread = threading.Thread(target=lambda: seen.extend(status.state for status in stream))
        thread.start()
        wait_until(lambda: bool(seen), "the state before")
        for _ in machine.client.restart():
            pass
        stream.close()
        thread.join(60)
    order = list(dict.fromkeys(seen))
    assert order[:4] == [
        MachineState.RUNNING,
        MachineState.STOPPING,
        MachineState.STOPPED,
        MachineState.STARTING,
    ] or order[:3] == [MachineState.RUNNING, MachineState.STOPPING, MachineState.STARTING]


def test_only_an_emulation_that_can_be_trusted_has_more_than_one_processor(machine: MachineUnderTest) -> None:
    """QEMU before 8.1 crashes the guest's kernel when that changes its own code (`processors`)."""
    status = machine.client.status()
    version = qemu_version(psutil.Process(status.qemu_pid).exe())
    wanted = read_settings(machine.files)[0].cpus
    trusted, _ = trusted_processors(status.accelerator, version, wanted)
    assert int(machine.run("nproc")) == status.cpus == trusted
