"""Client and supervisor as real processes, with an image that is not there: nothing can boot."""

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from vm.client import MachineClient
from vm.errors import UserError
from vm.machine.machine_files import MachineFiles
from vm.machine.status import MachineState, MachineStatus, Problem, PublishedPort, Step, StepState


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MachineClient]:
    monkeypatch.setenv("MARINA_IMAGE_DIR", str(tmp_path / "no-image"))
    client = MachineClient(MachineFiles.find(tmp_path))
    yield client
    client.quit()


def ask(files: MachineFiles, line: bytes) -> bytes:
    with socket.socket(socket.AF_UNIX) as connection, connection.makefile("rb") as lines:
        connection.settimeout(60)
        connection.connect(str(files.machine_socket))
        connection.sendall(line)
        return lines.read()


def test_asking_for_the_status_starts_nothing(client: MachineClient) -> None:
    assert client.status().state is MachineState.NOT_INSTALLED
    assert not client.files.lock.exists()


def test_a_start_that_fails_says_why_and_what_to_do(client: MachineClient) -> None:
    statuses = list(client.start())
    assert statuses[-1].state is MachineState.FAILED
    problem = statuses[-1].problem
    assert problem is not None
    assert "manifest.json" in problem.details
    assert "make image" in problem.what_to_do
    assert [step.state for step in statuses[-1].steps][:2] == [StepState.FAILED, StepState.WAITING]
    assert client.status() == statuses[-1]


def test_stopping_what_is_stopped_is_quick(client: MachineClient) -> None:
    assert list(client.stop())[-1].state is MachineState.NOT_INSTALLED
    assert list(client.force_stop())[-1].problem is None


def test_two_quick_clients_get_one_supervisor(client: MachineClient) -> None:
    others = [MachineClient(client.files) for _ in range(4)]
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda other: other.ensure_supervisor(), others))
        pids = set(pool.map(lambda other: other.status().supervisor_pid, others))
    assert len(pids) == 1


def test_sockets_are_the_users_alone(client: MachineClient) -> None:
    client.ensure_supervisor()
    assert client.files.machine_socket.stat().st_mode & 0o777 == 0o600


def test_a_watch_can_be_closed_from_another_thread(client: MachineClient) -> None:
    stream = client.watch()
    assert next(stream).state is MachineState.NOT_INSTALLED
    threading.Timer(0.1, stream.close).start()
    # It ends; what the supervisor told of its own beginning before that does not matter.
    assert {status.state for status in stream} <= {MachineState.NOT_INSTALLED}


def test_a_watch_tells_of_changes_that_others_make(client: MachineClient) -> None:
    with client.watch() as stream:
        next(stream)
        for _ in client.start():
            pass
        assert any(status.state is MachineState.FAILED for status in stream)


def test_a_supervisor_that_ends_under_a_call_is_one_that_is_not_there(client: MachineClient) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(client.files.machine_socket))
        listener.listen()

        def hang_up() -> None:
            while True:
                connection, _ = listener.accept()
                connection.close()

        hanging_up = threading.Thread(target=lambda: pytest.raises(OSError, hang_up))
        hanging_up.start()
        for _ in range(50):
            assert client.status().state is MachineState.NOT_INSTALLED
        listener.shutdown(socket.SHUT_RDWR)
        hanging_up.join(60)
    client.files.machine_socket.unlink()


def test_what_a_supervisor_was_asked_that_was_just_ending_the_next_one_does(client: MachineClient) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(client.files.machine_socket))
        listener.listen()

        def end() -> None:
            for _ in range(2):  # a look whether anybody is there, and the call
                connection, _ = listener.accept()
                with connection, connection.makefile("rb") as lines:
                    lines.readline()
            client.files.machine_socket.unlink()
            listener.close()

        ending = threading.Thread(target=end)
        ending.start()
        assert [status.state for status in client.start()][-1] is MachineState.FAILED
        ending.join(60)


def test_work_whose_supervisor_is_killed_is_not_called_done(client: MachineClient) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(client.files.machine_socket))
        listener.listen()
        status = json.dumps(MachineStatus(MachineState.STOPPING, work="export").to_json()).encode()

        def be_killed() -> None:
            for _ in range(2):  # a look whether anybody is there, and the call
                connection, _ = listener.accept()
                with connection, connection.makefile("rb") as lines:
                    if lines.readline():
                        connection.sendall(status + b"\n")

        supervisor = threading.Thread(target=be_killed)
        supervisor.start()
        with pytest.raises(UserError, match="ended before the work was done"):
            client.ask("data-export", path="/x")
        supervisor.join(60)
    client.files.machine_socket.unlink()


def test_a_supervisor_that_does_not_answer_is_not_one_that_is_not_there(
    client: MachineClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vm.client.STATUS_LIMIT", 0.2)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(client.files.machine_socket))
        listener.listen()
        with pytest.raises(UserError, match="does not answer"):
            client.status()
    client.files.machine_socket.unlink()


def test_quit_returns_when_the_supervisor_is_gone(client: MachineClient) -> None:
    client.ensure_supervisor()
    process = psutil.Process(client.status().supervisor_pid)
    client.quit()
    assert not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    assert not client.files.machine_socket.exists()


def test_a_killed_supervisor_is_replaced(client: MachineClient) -> None:
    client.ensure_supervisor()
    first = psutil.Process(client.status().supervisor_pid)
    first.kill()
    first.wait(60)
    assert client.files.machine_socket.exists()
    assert client.status().supervisor_pid == 0
    client.ensure_supervisor()
    assert client.status().supervisor_pid not in (0, first.pid)


def test_a_supervisor_that_cannot_start_is_an_error_with_its_log(tmp_path: Path) -> None:
    client = MachineClient(MachineFiles.find(tmp_path), [sys.executable, "-c", "raise SystemExit(3)"])
    with pytest.raises(UserError) as caught:
        client.ensure_supervisor()
    assert "code 3" in caught.value.details
    assert "supervisor.log" in caught.value.what_to_do


WITHOUT = """
import errno, fcntl, os, socket, sys
from vm.__main__ import main
def refuse(*words):
    raise OSError(errno.{error}, os.strerror(errno.{error}))
{what} = refuse
sys.exit(main(sys.argv[1:]))
"""
"""A supervisor whose folder is on a file system that lacks something."""


@pytest.mark.parametrize(
    ("what", "error", "told"),
    [
        ("fcntl.flock", "ENOLCK", ("cannot be locked", "supervisor.lock: No locks available")),
        (
            "socket.socket.bind",
            "EOPNOTSUPP",
            ("socket cannot be made", "machine.sock: Operation not supported"),
        ),
    ],
)
def test_a_folder_without_locks_or_sockets_is_told_with_what_helps(
    what: str, error: str, told: tuple[str, ...], tmp_path: Path
) -> None:
    code = WITHOUT.format(what=what, error=error)
    client = MachineClient(
        MachineFiles.find(tmp_path), [sys.executable, "-c", code, "--state", str(tmp_path)]
    )
    client.files.create_folders()
    client.files.supervisor_log.write_text("2026-01-01 00:00:00,000 ERROR vm: Of another day.\n")
    with pytest.raises(UserError) as caught:
        client.ensure_supervisor()
    for words in (*told, "et MARINA_HOME to a folder on"):
        assert words in caught.value.details
    assert "Of another day" not in caught.value.details


@pytest.mark.parametrize(
    "line", [b"{\n", b"[]\n", b'{"command": "format"}\n', b'{"command": 7}\n', b"\xff\n", b"\n"]
)
def test_hostile_requests_are_refused_and_do_no_harm(client: MachineClient, line: bytes) -> None:
    client.ensure_supervisor()
    assert "unknown command" in json.loads(ask(client.files, line))["error"]
    assert client.status().supervisor_pid != 0


def test_foreground_shows_the_problem_and_fails(client: MachineClient) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "vm", "--state", str(client.files.state), "--foreground"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])},
    )
    assert result.returncode == 1
    assert "FAILED Check the image" in result.stdout
    assert "make image" in result.stdout


def test_statuses_survive_json() -> None:
    status = MachineStatus(
        state=MachineState.RUNNING,
        steps=(Step("disk", "Prepare", StepState.DONE, 0.5, 10),),
        problem=Problem("a", "b", "c"),
        ports=(PublishedPort("web", "tcp", "", 80, 80),),
        warnings=("slow",),
    )
    assert MachineStatus.from_json(json.loads(json.dumps(status.to_json() | {"newer": 1}))) == status
