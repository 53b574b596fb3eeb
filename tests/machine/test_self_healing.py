"""Whatever breaks between the user and a container mends itself, and no data is lost."""

import contextlib
import json
import os
import random
import signal
import socket
import threading
import time
from collections.abc import Callable

import docker
import psutil
import pytest

from app.services.engine.engine_client import EngineClient
from app.services.engine.engine_events import EventFeed
from tests.machine.machine_under_test import MachineUnderTest, connected, wait_until
from tests.support.test_images import busybox_image, save_docker_archive
from vm.client import MachineClient, supervisor_command
from vm.machine.json_files import read_json
from vm.machine.status import MachineState, StepState

IMAGE = "busybox:healing"
ROUNDS = int(os.environ.get("MARINA_FAULT_ROUNDS", "4"))
"""By hand: MARINA_FAULT_ROUNDS=30, and MARINA_FAULT_SEED to see the same ones again."""
STAND_STILL = 3 if ROUNDS < 10 else 30
"""Seconds."""


@pytest.fixture
def image(machine: MachineUnderTest) -> str:
    with connected(machine) as client:
        client.images.load(save_docker_archive(busybox_image(), [IMAGE]))
    return IMAGE


def test_a_killed_sshd_listens_again(machine: MachineUnderTest) -> None:
    listeners = machine.run("pidof sshd").split()
    machine.run("kill -9 $(pidof sshd) & sleep 0.1")
    wait_until(lambda: _can_dial(machine), "sshd")
    assert machine.run("pidof sshd").split() != listeners
    machine.cut_with("kill -9 $(pidof sshd) $(pidof sshd-session)")
    wait_until(lambda: _can_dial(machine), "sshd again")
    wait_until(lambda: machine.answers(), "the engine")
    machine.wait_for(lambda status: status.state is MachineState.RUNNING)


def _can_dial(machine: MachineUnderTest) -> bool:
    try:
        machine.run("true")
    except Exception:  # noqa: BLE001 - any failure means not yet
        return False
    return True


def test_a_stopped_qemu_is_noticed_and_streams_go_on_with_it(machine: MachineUnderTest, image: str) -> None:
    qemu = psutil.Process(machine.client.status().qemu_pid)
    seen: list[str] = []
    with connected(machine) as other:
        events = other.events(decode=True, filters={"event": "create"})
        listener = threading.Thread(target=lambda: seen.extend(event["Action"] for event in events))
        listener.start()
        qemu.suspend()
        try:
            machine.wait_for(lambda status: status.state is MachineState.RECONNECTING)
        finally:
            qemu.resume()
        wait_until(lambda: machine.answers(), "the engine")
        machine.wait_for(lambda status: status.state is MachineState.RUNNING)
        with connected(machine) as client:
            client.containers.create(image).remove()
        wait_until(lambda: bool(seen), "the event, by the stream of before")
        events.close()
        listener.join(60)
    assert not listener.is_alive()


def test_the_desktops_event_feed_survives_a_stand_still_and_is_opened_anew_after_a_cut(
    machine: MachineUnderTest, image: str
) -> None:
    qemu = psutil.Process(machine.client.status().qemu_pid)
    openings: list[float] = []
    seen: list[str] = []
    with EngineClient(machine.docker_socket) as client:
        feed = EventFeed(
            client,
            lambda: openings.append(time.monotonic()),
            lambda events: seen.extend(event.action for event in events),
        )
        feed.start()
        try:
            wait_until(lambda: len(openings) == 1, "the feed")
            qemu.suspend()
            try:
                machine.wait_for(lambda status: status.state is MachineState.RECONNECTING)
            finally:
                qemu.resume()
            with connected(machine) as other:
                other.containers.create(image).remove()
            wait_until(lambda: "create" in seen, "an event through the feed of before")
            assert len(openings) == 1
            machine.cut_with("kill -9 $(pidof sshd-session)")
            wait_until(lambda: len(openings) > 1, "the feed is open again")
            seen.clear()
            with connected(machine) as other:
                other.containers.create(image).remove()
            wait_until(lambda: "create" in seen, "an event through the new feed")
        finally:
            feed.stop()


def _kill(pid: int) -> None:
    process = psutil.Process(pid)
    process.kill()
    process.wait(60)


def _stop_qemu_for_a_while(machine: MachineUnderTest) -> None:
    qemu = machine.client.status().qemu_pid
    os.kill(qemu, signal.SIGSTOP)
    time.sleep(STAND_STILL)  # the fault itself: nothing is waited for
    os.kill(qemu, signal.SIGCONT)


def _empty_run_folder(machine: MachineUnderTest) -> None:
    """Remove all sockets and records, as a cleaner of temporary folders does."""
    files = machine.files
    for path in (
        *(files.machine_socket, files.docker_socket, files.qemu_record, files.claims),
        *(files.qmp_socket, files.boot_socket, files.agent_socket, files.files_socket),
        *(files.file_server_record, files.events_socket),
    ):
        path.unlink(missing_ok=True)


def _empty_run_folder_and_kill_supervisor(machine: MachineUnderTest) -> None:
    supervisor = machine.client.status().supervisor_pid
    _empty_run_folder(machine)
    _kill(supervisor)


def test_what_is_removed_from_the_run_folder_is_made_again(machine: MachineUnderTest) -> None:
    before = machine.client.status()
    files = machine.files
    # QEMU's own sockets cannot be made again: a supervisor that lives goes on with its connections
    server = read_json(files.file_server_record)
    removed = (files.machine_socket, files.docker_socket, files.events_socket)
    for path in (*removed, files.qemu_record, files.file_server_record, files.claims):
        path.unlink(missing_ok=True)
    wait_until(lambda: all(path.exists() for path in removed), "the sockets")
    wait_until(lambda: files.qemu_record.exists() and files.file_server_record.exists(), "the records")
    assert read_json(files.file_server_record) == server
    wait_until(lambda: machine.answers(), "the engine")
    after = machine.client.status()
    assert (after.supervisor_pid, after.qemu_pid) == (before.supervisor_pid, before.qemu_pid)


def test_a_killed_supervisor_comes_back_unasked_and_lets_the_containers_go_on(
    machine: MachineUnderTest, image: str
) -> None:
    before = machine.client.status()
    settings = machine.files.settings.read_text()
    with connected(machine) as client:
        container = client.containers.run(image, "sleep 1000", detach=True)
    # for the next start only: this machine has the folder, and its containers go on without it
    gone = {"shared_folders": [*before.shared_folders, str(machine.files.data / "unplugged")]}
    machine.files.settings.write_text(json.dumps(json.loads(settings) | gone))
    try:
        _kill(before.supervisor_pid)
        wait_until(
            lambda: _answers_plain_clients(machine), "docker.sock, of which no client of Marina's asks"
        )
        after = machine.client.status()
        assert after.supervisor_pid != before.supervisor_pid
        assert (after.qemu_pid, after.shared_folders) == (before.qemu_pid, before.shared_folders)
        with connected(machine) as client:
            assert client.containers.get(container.id).status == "running"
            container.remove(force=True)
    finally:
        machine.files.settings.write_text(settings)


def _answers_plain_clients(machine: MachineUnderTest) -> bool:
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5)
        connection.connect(str(machine.files.docker_socket))
        connection.sendall(b"GET /_ping HTTP/1.1\r\nHost: x\r\n\r\n")
        return b"200 OK" in connection.recv(100)
    return False


def test_quitting_leaves_no_machine_of_a_dead_supervisor_and_bad_settings_no_dead_machine(
    machine: MachineUnderTest,
) -> None:
    machine.start()
    status = machine.client.status()
    qemu = psutil.Process(status.qemu_pid)
    _kill(status.supervisor_pid)
    machine.client.quit()
    assert not qemu.is_running()
    assert "Power down" in machine.files.console_log.read_text(errors="replace")
    settings = machine.files.settings.read_text()
    # valid, but of another system
    machine.files.settings.write_text(json.dumps(json.loads(settings) | {"accelerator": "hvf"}))
    try:
        started = machine.start()
    finally:
        machine.files.settings.write_text(settings)
    assert any("last good ones" in warning for warning in started.warnings), started.warnings
    assert started.accelerator != "hvf"
    assert machine.answers()


def test_an_engine_that_does_not_know_an_option_is_told_within_the_start(machine: MachineUnderTest) -> None:
    """One of the supervisor's own command line: of the settings it would have been refused."""
    good = machine.files.settings_last_good.read_text()
    machine.client.quit()
    tomorrow = MachineClient(machine.files, [*supervisor_command(machine.files), "--", "--of-tomorrow"])
    try:
        machine.files.settings_last_good.unlink()
        *_, failed = tomorrow.start()
        assert failed.state is MachineState.FAILED
        assert failed.problem is not None
        assert "unrecognized arguments: --of-tomorrow" in failed.problem.details
        assert "marina settings engine_args --empty" in failed.problem.what_to_do
        (step,) = [step for step in failed.steps if step.state is StepState.FAILED]
        assert (step.name, step.seconds < step.limit / 2) == ("engine", True)
    finally:
        machine.files.settings_last_good.write_text(good)
        tomorrow.quit()
    machine.start()
    assert machine.answers()


def _fill_the_data_disk(machine: MachineUnderTest) -> None:
    """Leave the engine not a byte, have it try to work, kill it, and free the space as a user would."""
    machine.run(
        "cd /data && fallocate -l $(($(stat -f -c '%a * %S' .))) filler; "
        "dd if=/dev/zero of=rest bs=4k 2>/dev/null; sync; ! dd if=/dev/zero of=more bs=4k count=9 2>/dev/null"
    )
    try:
        # it says so, and does not hang
        with connected(machine) as client, contextlib.suppress(docker.errors.DockerException):
            client.containers.run(IMAGE, ["sh", "-c", "echo lost >/here"], remove=True)
        machine.run("kill -9 $(pidof python3)")
    finally:
        machine.run("rm -f /data/filler /data/rest /data/more; sync")


def _steal_a_port(machine: MachineUnderTest) -> None:
    """Take the port of a container for another program while the machine is away."""
    with connected(machine) as client:
        container = client.containers.run(
            IMAGE,
            ["sleep", "1000000"],
            ports={"80/tcp": ("127.0.0.1", None)},
            detach=True,
            init=True,
            restart_policy={"Name": "always"},
        )
        container.reload()
        port = int(container.ports["80/tcp"][0]["HostPort"])
    _kill(machine.client.status().qemu_pid)
    machine.wait_for(lambda status: status.state is MachineState.FAILED)
    with socket.create_server(("127.0.0.1", port)):
        _recover(machine, "the port is another program's")
        with connected(machine) as client:
            client.containers.run(IMAGE, ["true"], remove=True)
    with connected(machine) as client:
        container = client.containers.get(container.id)
        container.restart(timeout=0)
        container.reload()
        assert container.ports["80/tcp"], container.attrs["State"]
        container.remove(force=True)


FAULTS: dict[str, Callable[[MachineUnderTest], object]] = {
    "the supervisor is killed": lambda machine: _kill(machine.client.status().supervisor_pid),
    "QEMU is killed": lambda machine: _kill(machine.client.status().qemu_pid),
    "QEMU stands still": _stop_qemu_for_a_while,
    "the engine is killed": lambda machine: machine.run("kill -9 $(pidof python3)"),
    "sshd is killed": lambda machine: machine.cut_with("kill -9 $(pidof sshd) $(pidof sshd-session)"),
    "the connection is cut": lambda machine: machine.cut_with("kill -9 $(pidof sshd-session)"),
    "the clock is a day behind": lambda machine: machine.run("date -s @$(($(date +%s) - 86400)) >/dev/null"),
    "the data disk is full": _fill_the_data_disk,
    "a container's port is stolen": _steal_a_port,
    "docker.sock is removed": lambda machine: machine.docker_socket.unlink(),
    "the run folder is emptied": _empty_run_folder,
    "the run folder is emptied, the supervisor killed": _empty_run_folder_and_kill_supervisor,
    "the machine is suspended": lambda machine: machine.client.ask("suspend"),
}


@pytest.mark.timeout(900 + 60 * ROUNDS)
def test_random_faults_end_in_a_machine_that_works_and_lose_nothing(
    machine: MachineUnderTest, image: str
) -> None:
    seed = int(os.environ.get("MARINA_FAULT_SEED", "0")) or random.randrange(1, 10**6)
    order = random.Random(seed)
    left: list[str] = []
    for number in range(ROUNDS):
        left = left or order.sample(sorted(FAULTS), len(FAULTS))
        fault = left.pop()
        with connected(machine) as client:
            client.containers.run(
                image, ["sh", "-c", f"echo {number} >>/v/rounds; sync"], volumes=["precious:/v"], remove=True
            )
        FAULTS[fault](machine)
        what = f"round {number}, seed {seed}: {fault}"
        _recover(machine, what)
        with connected(machine) as client:
            output: bytes = client.containers.run(
                image, ["cat", "/v/rounds"], volumes=["precious:/v"], remove=True
            )
        assert output.split() == [b"%d" % done for done in range(number + 1)], what
    with connected(machine) as client:
        client.volumes.get("precious").remove()


def _recover(machine: MachineUnderTest, what: str) -> None:
    """Do what a user or a client does, nothing more: start what does not run."""

    def works() -> bool:
        state = machine.client.status().state
        if state in (MachineState.FAILED, MachineState.STOPPED):
            machine.start()
        return machine.answers() and machine.client.status().state is MachineState.RUNNING

    wait_until(works, what, 240)
