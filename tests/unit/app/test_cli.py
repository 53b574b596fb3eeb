"""The command line in this process and as a program, against a fake engine and a fake supervisor."""

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.cli import main
from app.services.learn.getting_started import IMAGE
from tests.fakes.fake_engine import FakeEngine
from tests.fakes.fake_machine import FakeMachine
from tests.fakes.faults import FaultKind
from vm.machine.status import MachineState, MachineStatus, Problem

PROJECT = Path(__file__).parents[3]
Output = pytest.CaptureFixture[str]


@pytest.fixture
def cli(engine: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    """The engine that `main` talks to, with two images."""
    monkeypatch.setenv("MARINA_SOCKET", str(engine.socket_path))
    engine.add_image("base:latest")
    engine.offer_image("web:latest", serves="hello")
    return engine


@pytest.fixture
def home(short_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeMachine]:
    """The machine of a user whose Marina lives in a folder of the test."""
    monkeypatch.delenv("MARINA_SOCKET", raising=False)
    monkeypatch.setenv("MARINA_HOME", str(short_folder))
    monkeypatch.setenv("DOCKER_CONFIG", str(short_folder / "docker"))
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    with FakeMachine(short_folder) as machine:
        yield machine


def run_program(
    engine: FakeEngine, *arguments: str, stdin: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "app.cli", "--socket", str(engine.socket_path), *arguments],
        input=stdin,
        capture_output=True,
        cwd=PROJECT,
        timeout=60,
        check=False,
    )


# --- run --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["base", "true"], 0),
        (["base", "sh", "-c", "exit 42"], 42),
        (["--rm", "base", "sh", "-c", "exit 3"], 3),
        (["base", "nope"], 127),
        (["unknown"], 125),
        (["Not/A/Reference"], 125),
        (["-p", "x", "base"], 125),
        (["-v", "data", "base"], 125),
        (["--rm", "--restart", "always", "base"], 125),
        (["--user", "a b", "base"], 125),
        (["--hostname", "we b", "base"], 125),
    ],
)
def test_run_ends_as_docker_run_does(cli: FakeEngine, arguments: list[str], code: int, capfd: Output) -> None:
    assert main(["run", *arguments]) == code
    assert ("marina: " in capfd.readouterr().err) == (code in (125, 127))


def test_an_option_that_does_not_exist_is_no_start(cli: FakeEngine, capfd: Output) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["run", "--no-such-option", "base"])
    assert caught.value.code == 125
    assert capfd.readouterr().err.startswith("marina: ")
    assert cli.state.containers == {}


def test_run_refuses_a_removal_beside_a_restart_before_the_engine_is_asked(
    cli: FakeEngine, capfd: Output
) -> None:
    assert main(["run", "-d", "--rm", "--restart", "on-failure:2", "base"]) == 125
    assert "cannot start again" in capfd.readouterr().err
    assert cli.state.containers == {}


def test_run_hands_on_a_read_only_root(cli: FakeEngine) -> None:
    assert main(["run", "-d", "--read-only", "base"]) == 0
    (container,) = cli.state.containers.values()
    assert container.body["HostConfig"]["ReadonlyRootfs"] is True


def test_run_hands_on_limits_and_a_file_of_variables(cli: FakeEngine, tmp_path: Path) -> None:
    file = tmp_path / "app.env"
    file.write_text("# of the shop\nLEVEL=debug\nNAME='a b'\n")
    limits = ["--memory", "512m", "--cpus", "1.5"]
    assert main(["run", "-d", *limits, "--env-file", str(file), "-e", "LEVEL=info", "base"]) == 0
    (container,) = cli.state.containers.values()
    host = container.body["HostConfig"]
    assert (host["Memory"], host["NanoCpus"]) == (512 << 20, 1_500_000_000)
    assert container.body["Env"] == ["LEVEL=info", "NAME=a b"], "an option counts more than the file"


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [
        ("--memory", "much", "“much” is not a size"),
        ("--memory", "1m", "At least 6 MB are needed"),
        ("--cpus", "-1", "“-1” is not a number of processors"),
        ("--cpus", "two", "Write a number such as 0.5 or 2."),
        ("--env-file", "/no/such/file", "/no/such/file with variables cannot be read"),
    ],
)
def test_run_refuses_what_makes_no_sense_before_the_engine_is_asked(
    cli: FakeEngine, capfd: Output, option: str, value: str, told: str
) -> None:
    assert main(["run", "-d", f"{option}={value}", "base"]) == 125
    assert told in capfd.readouterr().err
    assert cli.state.containers == {}


def test_run_writes_both_outputs(cli: FakeEngine) -> None:
    result = run_program(cli, "run", "base", "sh", "-c", "echo out; echo err >&2; exit 9")
    assert (result.stdout, result.stderr, result.returncode) == (b"out\n", b"err\n", 9)


def test_run_carries_its_input_to_the_end(cli: FakeEngine) -> None:
    data = b"0123456789abcdef" * 10_000
    result = run_program(cli, "run", "-i", "--rm", "base", "cat", stdin=data)
    assert (result.stdout, result.stderr, result.returncode) == (data, b"", 0)
    assert cli.state.containers == {}


def test_run_pulls_what_is_missing_and_says_so(cli: FakeEngine, capfd: Output) -> None:
    assert main(["run", "-d", "--name", "site", "-p", "80", "-e", "A=b", "web"]) == 0
    output = capfd.readouterr()
    (container,) = cli.state.containers.values()
    assert output.out == f"{container.id}\n"
    assert "The image web is not here yet: pulling it." in output.err
    assert "aaaaaaaaaaaa: Pull complete (1kB)" in output.err
    assert container.body["Env"] == ["A=b"]
    (port,) = container.ports.values()
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=20) as answer:
        assert answer.read() == b"hello"


def test_a_container_that_could_not_start_is_not_left(cli: FakeEngine, capfd: Output) -> None:
    cli.fail("POST .*/start", FaultKind.STATUS, status=500, message="no space left on device")
    assert main(["run", "-d", "base"]) == 125
    assert cli.state.containers == {}
    assert "The engine's disk is full" in capfd.readouterr().err


def test_who_holds_the_port_is_told(cli: FakeEngine, capfd: Output) -> None:
    assert main(["run", "-d", "--name", "first", "-p", "80", "base"]) == 0
    (port,) = next(iter(cli.state.containers.values())).ports.values()
    cli.fail("POST .*/start", FaultKind.STATUS, status=500, message="port is already allocated")
    capfd.readouterr()
    assert main(["run", "-d", "-p", f"{port}:80", "base"]) == 125
    assert f'Port {port} is taken by container "first"' in capfd.readouterr().err


def test_ctrl_c_reaches_the_container(cli: FakeEngine) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "app.cli", "--socket", str(cli.socket_path), "run", "base", "sleep", "60"],
        cwd=PROJECT,
    )
    deadline = time.monotonic() + 60
    while not any(c.state == "running" for c in cli.state.containers.values()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 137
    assert any("signal=SIGINT" in line for line in cli.requests)


def test_a_terminal_of_its_own(cli: FakeEngine) -> None:
    """`run -it` in a real terminal: raw keys, size, end of the session."""
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(PROJECT)
        program = [sys.executable, "-m", "app.cli", "--socket", str(cli.socket_path)]
        os.execv(sys.executable, [*program, "run", "-it", "--rm", "base", "cat"])
    try:
        deadline = time.monotonic() + 60
        while not (containers := list(cli.state.containers.values())) or containers[0].state != "running":
            assert time.monotonic() < deadline
            time.sleep(0.01)
        os.write(terminal, b"typed\x03")  # in a raw terminal even Ctrl-C is a key like any other
        seen = b""
        while b"typed\x03" not in seen:
            assert select.select([terminal], [], [], 30)[0]
            seen += os.read(terminal, 1024)
        containers[0].stdin.put(None)
        _, status = os.waitpid(child, 0)
        assert os.waitstatus_to_exitcode(status) == 0
    finally:
        os.close(terminal)
    assert b"typed\x03" in seen


def test_a_terminal_is_not_made_out_of_a_pipe(cli: FakeEngine) -> None:
    result = run_program(cli, "run", "-it", "base", "cat")
    assert result.returncode == 125
    assert b"not a terminal" in result.stderr
    assert cli.state.containers == {}


# --- containers and images --------------------------------------------------------------------------------


def test_lists_for_people_and_for_scripts(cli: FakeEngine, capfd: Output) -> None:
    main(["run", "-d", "--name", "one", "base"])
    capfd.readouterr()
    assert main(["ps"]) == 0
    heading, row = capfd.readouterr().out.splitlines()
    assert heading.split()[:2] == ["CONTAINER", "ID"]
    assert row.split()[1:3] == ["one", "base"]
    main(["ps", "--json"])
    (container,) = json.loads(capfd.readouterr().out)
    assert (container["name"], container["state"]) == ("one", "running")
    main(["ps", "-q"])
    assert capfd.readouterr().out.strip() == container["id"][:12]
    main(["images", "--json"])
    assert json.loads(capfd.readouterr().out)[0]["tags"] == ["base:latest"]


def test_names_from_outside_cannot_steer_the_terminal(cli: FakeEngine, capfd: Output) -> None:
    image = cli.add_image("evil:latest")
    cli.add_container("x\x1b[2Jy", image)
    main(["ps", "-a"])
    assert "\x1b" not in capfd.readouterr().out


@pytest.mark.parametrize(("command", "code"), [(["true"], 0), (["sh", "-c", "exit 4"], 4), (["nope"], 127)])
def test_exec_ends_as_its_command(cli: FakeEngine, command: list[str], code: int, capfd: Output) -> None:
    main(["run", "-d", "--name", "one", "base"])
    assert main(["exec", "one", *command]) == code


def test_exec_passes_options_of_the_command_on(cli: FakeEngine, capfd: Output) -> None:
    main(["run", "-d", "--name", "one", "base"])
    capfd.readouterr()
    assert main(["exec", "-e", "A=b", "one", "sh", "-c", "echo $A"]) == 0
    assert capfd.readouterr().out == "b\n"


def test_logs_keep_the_streams_apart(cli: FakeEngine, capfd: Output) -> None:
    container = cli.add_container("one", cli.state.images[0])
    container.log += [(1, b"first\n"), (2, b"second\n")]
    assert main(["logs", "one"]) == 0
    output = capfd.readouterr()
    assert (output.out, output.err) == ("first\n", "second\n")
    assert main(["logs", "--tail", "1", "-t", "one"]) == 0
    assert capfd.readouterr().err.endswith("Z second\n")
    assert main(["logs", "--tail", "many", "one"]) == 1
    assert main(["logs", "nobody"]) == 1


def test_a_reader_that_leaves_is_no_failure(cli: FakeEngine) -> None:
    container = cli.add_container("one", cli.state.images[0])
    container.log += [(1, b"x" * 1000 + b"\n")] * 500
    command = f"{sys.executable} -m app.cli --socket {cli.socket_path} logs one | head -n 1"
    result = subprocess.run(["sh", "-c", command], cwd=PROJECT, capture_output=True, timeout=60, check=False)
    assert (len(result.stdout), result.stderr) == (1001, b"")


def test_removing_several_goes_on_after_a_failure(cli: FakeEngine, capfd: Output) -> None:
    main(["run", "-d", "--name", "one", "base"])
    cli.add_container("two", cli.state.images[0])
    capfd.readouterr()
    assert main(["rm", "one", "two", "three"]) == 1
    output = capfd.readouterr()
    assert output.out == "two\n"
    assert "the container one is running" in output.err
    assert "There is no container three" in output.err
    assert main(["rm", "-f", "one", "three"]) == 0
    assert main(["rmi", "base", "nothing"]) == 1
    assert cli.state.images == []


def test_pull_names_what_it_pulled(cli: FakeEngine, capfd: Output) -> None:
    assert main(["pull", "web"]) == 0
    assert capfd.readouterr().out == "docker.io/library/web:latest\n"
    assert main(["pull", "nothing"]) == 1
    assert "The registry has no image nothing" in capfd.readouterr().err


def test_open_writes_the_address(cli: FakeEngine, capfd: Output, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    assert main(["open"]) == 1
    main(["run", "-d", "--name", "site", "-p", "80", "web"])
    capfd.readouterr()
    assert main(["open", "--print"]) == 0
    assert capfd.readouterr().out.startswith("http://localhost:")
    assert main(["open", "nobody"]) == 1


def test_an_engine_that_is_not_there(tmp_path: Path, capfd: Output) -> None:
    assert main(["--socket", str(tmp_path / "none.sock"), "ps"]) == 1
    told = capfd.readouterr().err
    assert told.startswith("marina: The engine is not running\n")
    assert "marina start" in told


# --- machine ----------------------------------------------------------------------------------------------


def test_start_tells_its_steps(home: FakeMachine, capfd: Output) -> None:
    assert main(["start"]) == 0
    told = capfd.readouterr().err
    assert "Start the machine" in told
    assert "0.5 s  ok" in told
    assert main(["start"]) == 0
    assert "running already" in capfd.readouterr().err


def test_a_failed_start_says_what_to_do(home: FakeMachine, capfd: Output) -> None:
    home.start_fails_with = Problem("QEMU is missing", "no such file", "Install it.")
    assert main(["start"]) == 1
    told = capfd.readouterr().err
    assert "FAILED" in told
    assert told.endswith("marina: QEMU is missing\n  no such file\n  Install it.\n")


def test_status_for_people_and_for_scripts(home: FakeMachine, capfd: Output) -> None:
    assert main(["status"]) == 3
    home.set(state=MachineState.RUNNING)
    capfd.readouterr()
    assert main(["status", "--json"]) == 0
    assert MachineStatus.from_json(json.loads(capfd.readouterr().out)) == home.status
    assert main(["status"]) == 0
    assert "State         running" in capfd.readouterr().out


def test_stop_and_restart(home: FakeMachine, capfd: Output) -> None:
    words = (["restart"], ["stop"], ["stop", "--force"], ["stop", "--quit"])
    assert [main(each) for each in words] == [0, 0, 0, 0]
    assert [name for name in home.requests if name != "status"] == ["restart", "stop", "force-stop", "quit"]


def test_run_starts_the_machine_and_says_so(home: FakeMachine, short_folder: Path, capfd: Output) -> None:
    with FakeEngine(short_folder) as engine:
        home.docker_socket.symlink_to(engine.socket_path)
        engine.add_image("base:latest")
        assert main(["run", "--rm", "base", "echo", "hello"]) == 0
    output = capfd.readouterr()
    assert output.out == "hello\n"
    assert "Marina's machine is not running: starting it." in output.err
    assert "start" in home.requests


def test_getting_started_ends_with_an_address_that_answers(
    home: FakeMachine, short_folder: Path, capfd: Output
) -> None:
    with FakeEngine(short_folder) as engine:
        home.docker_socket.symlink_to(engine.socket_path)
        engine.add_image(f"{IMAGE}:latest", serves="<h1>Welcome</h1>")
        assert main(["getting-started", "--no-open"]) == 0
        url = capfd.readouterr().out.splitlines()[-1]
        with urllib.request.urlopen(url, timeout=20) as answer:
            assert answer.read() == b"<h1>Welcome</h1>"


def test_version_with_and_without_an_engine(home: FakeMachine, short_folder: Path, capfd: Output) -> None:
    assert main(["version", "--json"]) == 0
    assert json.loads(capfd.readouterr().out)["engine"] == ""
    with FakeEngine(short_folder) as engine:
        assert main(["--socket", str(engine.socket_path), "version", "--json"]) == 0
    assert json.loads(capfd.readouterr().out)["engine"] == "0.0-fake"


def test_the_docker_context_points_at_the_machine(
    home: FakeMachine, short_folder: Path, capfd: Output
) -> None:
    assert main(["docker-context", "--json"]) == 0
    result = json.loads(capfd.readouterr().out)
    assert result["endpoint"] == f"unix://{short_folder}/docker.sock"
    assert Path(result["path"]).is_relative_to(short_folder / "docker")


def test_help_imports_nothing_heavy() -> None:
    script = (
        "import sys, app.cli\n"
        "try: app.cli.main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'requests', 'rich', 'PySide6', 'paramiko', 'psutil'} & set(sys.modules)\n"
        "sys.exit(', '.join(heavy) or 0)\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", script], cwd=PROJECT, capture_output=True, timeout=60, check=False
    )
    assert (result.returncode, result.stderr) == (0, b"")
