"""A machine that goes to disk and on from there: nothing is lost; in doubt it is booted, and says so."""

import contextlib
import json
import os
import threading

import psutil
import pytest

from tests.machine.machine_under_test import MachineUnderTest, connected, wait_until
from tests.support.test_images import busybox_image, save_docker_archive
from vm.errors import UserError
from vm.machine.status import MachineState, MachineStatus

IMAGE = "busybox:suspended"


def boot_id(machine: MachineUnderTest) -> str:
    """Tell one boot of the guest from another."""
    return machine.run("cat /proc/sys/kernel/random/boot_id")


def suspend(machine: MachineUnderTest) -> MachineStatus:
    """Put the machine on disk, by the user's wish."""
    qemu = psutil.Process(machine.client.status().qemu_pid)
    machine.client.ask("suspend")
    status = machine.client.status()
    assert status.state is MachineState.SUSPENDED
    assert not qemu.is_running()
    assert machine.docker_socket.exists()
    return status


def test_a_call_goes_on_with_all_that_was(machine: MachineUnderTest) -> None:
    with connected(machine) as client:
        client.images.load(save_docker_archive(busybox_image(), [IMAGE]))
        client.volumes.create("kept")
    boot = boot_id(machine)
    machine.run("setsid sh -c 'echo $$ >/run/proof.pid; exec sleep 1000' >/dev/null 2>&1 &")
    (machine.shared / "file").write_text("of this computer")
    for _ in range(2):
        suspend(machine)
        with connected(machine) as client:  # the first of its calls waits, and is answered
            assert client.volumes.get("kept").name == "kept"
            # ports, shared folders and containers work as before
            output: bytes = client.containers.run(
                IMAGE,
                ["cat", "/f/file"],
                volumes=[f"{machine.shared}:/f"],
                ports={"80/tcp": None},
                remove=True,
            )
            assert output == b"of this computer"
        machine.run("kill -0 $(cat /run/proof.pid)")
        assert boot_id(machine) == boot
        wait_until(machine.has_the_hosts_time, "the guest's clock is the host's")
    machine.wait_for(lambda status: status.state is MachineState.RUNNING)
    assert not machine.files.suspension.exists()
    assert not machine.files.suspended_memory.exists()
    machine.run("kill $(cat /run/proof.pid)")


def test_it_is_suspended_by_itself_only_while_nothing_runs(machine: MachineUnderTest) -> None:
    settings = json.loads(machine.files.settings.read_text())
    with connected(machine) as client:
        client.images.load(save_docker_archive(busybox_image(), [IMAGE]))
        container = client.containers.run(IMAGE, ["sleep", "1000"], detach=True)
        with pytest.raises(UserError, match="cannot be suspended"):
            machine.client.ask("suspend")
        assert machine.get("/_ping") == (200, b"OK")
        container.remove(force=True)
    machine.files.settings.write_text(json.dumps(settings | {"idle_minutes": 0.1}))  # holds at once
    try:
        machine.wait_for(lambda status: status.state is MachineState.SUSPENDED)
    finally:
        machine.files.settings.write_text(json.dumps(settings | {"idle_minutes": 0}))
    assert machine.get("/_ping") == (200, b"OK")
    machine.files.settings.write_text(json.dumps(settings))


@pytest.mark.parametrize("what", ["memory", "disk"])
def test_what_cannot_go_on_is_booted_and_says_why(machine: MachineUnderTest, what: str) -> None:
    boot = boot_id(machine)
    machine.run("echo precious >/data/proof")
    suspend(machine)
    if what == "memory":
        size = machine.files.suspended_memory.stat().st_size
        os.truncate(machine.files.suspended_memory, size // 2)
    else:
        os.utime(machine.files.data_disk)
    status = machine.start()
    assert any("started anew" in warning for warning in status.warnings), status.warnings
    assert boot_id(machine) != boot
    assert machine.run("cat /data/proof; rm /data/proof") == "precious\n"
    assert not machine.files.suspended_memory.exists()


def test_kills_at_any_moment_of_suspending_lose_nothing(machine: MachineUnderTest) -> None:
    machine.run("echo precious >/data/proof && sync")
    supervisor = psutil.Process(machine.client.status().supervisor_pid)
    asking = threading.Thread(target=_suspend_and_be_cut_off, args=(machine,))
    asking.start()
    # while the memory is being written; when it was faster, the machine is suspended already
    written = (machine.files.suspended_memory_new, machine.files.suspended_memory)
    wait_until(lambda: any(path.exists() for path in written), "the memory to be written")
    supervisor.kill()
    supervisor.wait(60)
    asking.join(60)
    machine.start()
    assert machine.run("cat /data/proof") == "precious\n"
    suspended = suspend(machine)
    supervisor = psutil.Process(suspended.supervisor_pid)
    supervisor.kill()
    supervisor.wait(60)
    assert machine.client.status().state is MachineState.SUSPENDED
    boot = machine.start()
    assert boot.state is MachineState.RUNNING
    assert not boot.warnings
    assert machine.run("cat /data/proof; rm /data/proof") == "precious\n"


def _suspend_and_be_cut_off(machine: MachineUnderTest) -> None:
    with contextlib.suppress(UserError):
        machine.client.ask("suspend")


def test_a_pause_holds_everything_in_memory(machine: MachineUnderTest) -> None:
    with connected(machine) as client:
        client.images.load(save_docker_archive(busybox_image(), [IMAGE]))
        container = client.containers.run(IMAGE, ["sleep", "1000"], detach=True)
        machine.client.ask("pause")
        status = machine.client.status()
        assert status.state is MachineState.PAUSED
        assert status.problem is not None
        code, answer = machine.get("/_ping")
        assert (code, b"paused" in answer) == (503, True)
        machine.start()
        machine.wait_for(lambda status: status.state is MachineState.RUNNING)
        assert machine.client.status().problem is None
        container.reload()
        assert container.status == "running"
        container.remove(force=True)
