"""Streams to living processes: attach to a container's own, exec of further ones."""

import socket
import threading
import time
from collections.abc import Iterator

import psutil
import pytest

from tests.engine.container_calls import (
    call,
    container,
    engine_events,
    frames,
    inspect,
    start,
    status,
    until,
    wait,
)
from tests.engine.raw_stream import RawStream
from tests.support.native_engine import NativeEngine

pytestmark = pytest.mark.usefixtures("busybox")
INTERACTIVE = {"OpenStdin": True, "StdinOnce": True, "AttachStdin": True}
BIG = 8 * 1024 * 1024


def make_exec(engine: NativeEngine, name: str, *command: str, **body: object) -> str:
    wanted = {"AttachStdout": True, "AttachStderr": True, "Cmd": list(command), **body}
    answer = engine.request("POST", f"/containers/{name}/exec", body=wanted)
    assert answer.status == 201, answer.body
    return str(answer.json["Id"])


def exec_code(engine: NativeEngine, identifier: str) -> int | None:
    report = engine.request("GET", f"/exec/{identifier}/json").json
    code: int | None = None if report["Running"] else report["ExitCode"]
    return code


def test_attach_before_start_misses_nothing(engine: NativeEngine) -> None:
    for upgrade, code in ((True, 101), (False, 200)):
        with container(engine, "sh", "-c", "echo out; echo err >&2") as name:
            stream = RawStream(
                engine, f"/containers/{name}/attach?stream=1&stdout=1&stderr=1", upgrade=upgrade
            )
            assert stream.status == code
            start(engine, name)
            assert sorted(frames(stream.read_all())) == [(1, b"out\n"), (2, b"err\n")]


def test_attach_carries_input_and_half_close(engine: NativeEngine) -> None:
    with container(engine, "cat", **INTERACTIVE) as name:
        stream = RawStream(engine, f"/containers/{name}/attach?stream=1&stdin=1&stdout=1")
        start(engine, name)
        data = bytes(range(256)) * (BIG // 256)
        sender = threading.Thread(target=stream.send_all, args=(data,))
        sender.start()
        received = b"".join(piece for _, piece in frames(stream.read_all()))
        sender.join()
        assert received == data
        assert wait(engine, name) == 0


def test_attach_with_stored_output(engine: NativeEngine) -> None:
    with container(engine, "sh", "-c", "echo early; read line; echo got $line", **INTERACTIVE) as name:
        start(engine, name)
        until(lambda: b"early" in engine.request("GET", f"/containers/{name}/logs?stdout=1").body, "output")
        stream = RawStream(engine, f"/containers/{name}/attach?logs=1&stream=1&stdin=1&stdout=1")
        stream.send(b"this\n")
        assert b"".join(piece for _, piece in frames(stream.read_all())) == b"early\ngot this\n"


def test_attach_ends_when_the_container_never_starts(engine: NativeEngine) -> None:
    with container(engine, "nonsense") as name:
        stream = RawStream(engine, f"/containers/{name}/attach?stream=1&stdout=1")
        assert call(engine, "start", name).status == 400
        assert stream.read_all() == b""


def test_terminal_attach_detaches_by_keys(engine: NativeEngine) -> None:
    with container(engine, "cat", Tty=True, OpenStdin=True) as name:
        start(engine, name)
        stream = RawStream(engine, f"/containers/{name}/attach?stream=1&stdin=1&stdout=1")
        assert b"raw-stream" in stream.head
        stream.send(b"hello\r")
        stream.read_until(b"hello\r\nhello\r\n")
        stream.send(b"\x10\x11")
        assert stream.read_all() == b""
        assert status(engine, name) == "running"
        assert call(engine, "resize", name, h="30", w="90").status == 200


def test_leaving_a_client_leaves_the_container(engine: NativeEngine) -> None:
    with container(engine, "sh", "-c", "while :; do echo tick; sleep 0.02; done") as name:
        start(engine, name)
        stream = RawStream(engine, f"/containers/{name}/attach?stream=1&stdout=1")
        stream.read_until(b"tick")
        stream.close()
        time.sleep(0.1)
        assert status(engine, name) == "running"


@pytest.fixture
def sleeper(engine: NativeEngine) -> Iterator[str]:
    """A running container to look into."""
    with container(engine, "sleep", "10000", name="sleeper", Env=["SHADE=dark"]) as identifier:
        start(engine, identifier)
        yield "sleeper"


def test_exec_streams_and_code(engine: NativeEngine, sleeper: str) -> None:
    began = time.time()
    identifier = make_exec(engine, sleeper, "sh", "-c", "echo out; echo err >&2; exit 6")
    assert exec_code(engine, identifier) is None
    stream = RawStream(engine, f"/exec/{identifier}/start", {"Detach": False, "Tty": False})
    assert sorted(frames(stream.read_all())) == [(1, b"out\n"), (2, b"err\n")]
    until(lambda: exec_code(engine, identifier) == 6, "the code is known")
    assert engine.request("POST", f"/exec/{identifier}/start", body={"Detach": True}).status == 409
    only = inspect(engine, sleeper)["Id"]  # an earlier one of the name may still be told of
    actions = engine_events(engine, began, container=[only])
    assert [action.split(":")[0] for action in actions] == ["exec_create", "exec_start", "exec_die"]


def test_exec_settings(engine: NativeEngine, sleeper: str) -> None:
    identifier = make_exec(
        engine, sleeper, "sh", "-c", "id -u; pwd; echo $SHADE$X; grep CapEff /proc/self/status",
        User="user", WorkingDir="/etc", Env=["X=y"], Privileged=False,
    )  # fmt: skip
    data = b"".join(p for _, p in frames(RawStream(engine, f"/exec/{identifier}/start", {}).read_all()))
    assert data == b"1000\n/etc\ndarky\nCapEff:\t0000000000000000\n"


def test_an_exec_has_the_limits_of_its_container(engine: NativeEngine) -> None:
    limits = {"Ulimits": [{"Name": "nofile", "Soft": 77, "Hard": 88}], "OomScoreAdj": 500}
    script = "ulimit -Sn; ulimit -Hn; cat /proc/self/oom_score_adj"
    with container(engine, "sleep", "1000", HostConfig=limits) as name:
        start(engine, name)
        for more in ({}, {"User": "user"}, {"Privileged": True}):
            identifier = make_exec(engine, name, "sh", "-c", script, **more)
            stream = RawStream(engine, f"/exec/{identifier}/start", {})
            assert b"".join(piece for _, piece in frames(stream.read_all())) == b"77\n88\n500\n", more


def test_exec_carries_input_both_ways(engine: NativeEngine, sleeper: str) -> None:
    identifier = make_exec(engine, sleeper, "cat", AttachStdin=True)
    stream = RawStream(engine, f"/exec/{identifier}/start", {})
    data = bytes(range(256)) * (BIG // 256)
    sender = threading.Thread(target=stream.send_all, args=(data,))
    sender.start()
    assert b"".join(piece for _, piece in frames(stream.read_all())) == data
    sender.join()


def test_exec_on_a_terminal(engine: NativeEngine, sleeper: str) -> None:
    identifier = make_exec(engine, sleeper, "sh", AttachStdin=True, Tty=True)
    stream = RawStream(engine, f"/exec/{identifier}/start", {"Tty": True, "ConsoleSize": [31, 97]})
    stream.send(b"stty size; echo $TERM\n")
    assert b"31 97" in stream.read_until(b"xterm\r\n")
    assert engine.request("POST", f"/exec/{identifier}/resize?h=40&w=100").status == 200
    stream.send(b"stty size\n")
    stream.read_until(b"40 100")
    stream.send(b"exit 3\n")
    stream.read_all()
    until(lambda: exec_code(engine, identifier) == 3, "the code is known")


def test_the_head_of_an_answer_comes_alone(engine: NativeEngine, sleeper: str) -> None:
    """docker-py reads it through a buffer, and loses what comes with it."""
    identifier = make_exec(engine, sleeper, "echo", "hello")
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(60)
        connection.connect(str(engine.socket))
        lines = (f"POST /exec/{identifier}/start HTTP/1.1", "Host: e", "Connection: Upgrade", "Upgrade: tcp")
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        until(lambda: exec_code(engine, identifier) == 0, "the command has said what it says")
        assert connection.recv(65536).endswith(b"\r\n\r\n")
        received = bytearray()
        while piece := connection.recv(65536):
            received += piece
    assert frames(bytes(received)) == [(1, b"hello\n")]


def test_exec_that_cannot_start(engine: NativeEngine, sleeper: str) -> None:
    for command, text, code in (
        ("nonsense", b"executable file not found in $PATH", 126),
        ("/etc", b"is a directory", 126),
    ):
        identifier = make_exec(engine, sleeper, command)
        said = RawStream(engine, f"/exec/{identifier}/start", {}).read_all()
        assert said.count(b"unable to start container process") == 1
        assert text in said
        assert b"crun" not in said
        until(lambda i=identifier, c=code: exec_code(engine, i) == c, "the code is known")  # type: ignore[misc]


def test_detached_exec(engine: NativeEngine, sleeper: str) -> None:
    identifier = make_exec(engine, sleeper, "sh", "-c", "seq 1 200000; touch /tmp/done")
    assert engine.request("POST", f"/exec/{identifier}/start", body={"Detach": True}).status == 200
    until(lambda: exec_code(engine, identifier) == 0, "it ran to its end with nobody listening")


def test_exec_ends_with_its_container(engine: NativeEngine) -> None:
    with container(engine, "sleep", "1000") as name:
        start(engine, name)
        identifier = make_exec(engine, name, "sh", "-c", "echo up; sleep 1000")
        stream = RawStream(engine, f"/exec/{identifier}/start", {})
        stream.read_until(b"up")
        assert call(engine, "kill", name).status == 204
        stream.read_all()
        until(lambda: exec_code(engine, identifier) is not None, "the exec ended too")
        assert exec_code(engine, identifier) == 137
        assert inspect(engine, name)["ExecIDs"] is None


def test_the_start_says_how_a_stream_is_read_and_the_creation_whether_there_is_a_terminal(
    engine: NativeEngine, sleeper: str
) -> None:
    # The runtime hands the terminal over without waiting for its size.
    script = 'until test "$(stty size 2>&1)" = "57 123"; do sleep 0.02; done; echo sized'
    identifier = make_exec(engine, sleeper, "sh", "-c", script, Tty=True, ConsoleSize=[57, 123])
    told = frames(RawStream(engine, f"/exec/{identifier}/start", {}).read_all())
    assert told == [(1, b"sized\r\n")]
    identifier = make_exec(engine, sleeper, "sh", "-c", "test -t 1 || echo none")
    assert RawStream(engine, f"/exec/{identifier}/start", {"Tty": True}).read_all() == b"none\n"


def test_a_stream_is_upgraded_for_who_names_what_to(engine: NativeEngine, sleeper: str) -> None:
    path = f"/containers/{sleeper}/attach?stream=1&stdout=1"
    head = engine.first_bytes("POST", path, headers={"Upgrade": "tcp"})
    assert head.startswith("HTTP/1.1 101 UPGRADED\r\n"), head


def test_an_exec_is_told_of_links_while_their_targets_run(engine: NativeEngine) -> None:
    def told(name: str) -> list[str]:
        identifier = make_exec(engine, name, "env")
        data = b"".join(
            piece for _, piece in frames(RawStream(engine, f"/exec/{identifier}/start", {}).read_all())
        )
        return [line for line in data.decode().splitlines() if line.startswith("DB_")]

    with (
        container(engine, "sleep", "1000", name="exec-db") as target,
        container(engine, "sleep", "1000", name="exec-web", HostConfig={"Links": ["exec-db:db"]}) as name,
    ):
        start(engine, target)
        start(engine, name)
        assert "DB_NAME=/exec-web/db" in told(name)
        assert call(engine, "kill", target).status == 204
        wait(engine, target)
        assert told(name) == []


def test_the_pid_of_an_exec_outlives_it(engine: NativeEngine, sleeper: str) -> None:
    for _ in range(5):
        identifier = make_exec(engine, sleeper, "true")
        assert engine.request("POST", f"/exec/{identifier}/start", body={"Detach": True}).status == 200
        assert engine.request("GET", f"/exec/{identifier}/json").json["Pid"] > 1
        until(lambda made=identifier: exec_code(engine, made) == 0, "it ended")  # type: ignore[misc]
        assert engine.request("GET", f"/exec/{identifier}/json").json["Pid"] > 1


def test_an_exec_that_never_ran_goes_with_its_containers_run(engine: NativeEngine) -> None:
    with container(engine, "sleep", "1000") as name:
        start(engine, name)
        identifier = make_exec(engine, name, "true")

        def refused() -> bool:
            answer = engine.request("POST", f"/exec/{identifier}/start", body={"Detach": True})
            return (answer.status, answer.message) == (404, f"No such exec instance: {identifier}")

        assert call(engine, "kill", name).status == 204
        wait(engine, name)
        assert refused()
        start(engine, name)
        assert refused()


def test_bad_execs(engine: NativeEngine, sleeper: str) -> None:
    for body, expected in (({}, 400), ({"Cmd": []}, 400), ({"Cmd": 5}, 400), ({"Cmd": ["a"], "Tty": 1}, 400)):
        assert engine.request("POST", f"/containers/{sleeper}/exec", body=body).status == expected
    assert engine.request("GET", "/exec/none/json").status == 404
    assert engine.request("POST", "/exec/none/start", body={}).status == 404
    with container(engine, "true") as name:
        answer = engine.request("POST", f"/containers/{name}/exec", body={"Cmd": ["true"]})
        assert (answer.status, "is not running" in answer.message) == (409, True)


def test_execs_leave_no_files_and_no_descriptors(engine: NativeEngine) -> None:
    folder = engine.state / "run" / "exec"

    def open_descriptors() -> int:
        return int(engine.request("GET", "/info").json["NFd"])

    with container(engine, "sleep", "1000") as name:
        start(engine, name)
        before = open_descriptors()
        ways = (
            *((name, "true"), ("-i", name, "cat"), ("-t", name, "true"), ("-d", name, "true")),
            *((name, "nonsense"), ("-t", name, "nonsense"), ("-u", "nobody-here", name, "true")),
        )
        for words in ways:
            engine.docker("exec", *words, check=False, stdin=b"x")
        until(lambda: engine.inside("sh", "-c", f"ls {folder} | wc -l").strip() == "0", "the files are gone")
        until(lambda: open_descriptors() <= before, "the descriptors are closed")


def test_an_exec_in_a_container_that_is_just_ending_is_told_in_its_stream(engine: NativeEngine) -> None:
    with container(engine, "sleep", "1000") as name:
        start(engine, name)
        identifier = make_exec(engine, name, "true")
        first = psutil.Process(inspect(engine, name)["State"]["Pid"])
        monitor = first.parent()
        assert monitor is not None
        monitor.suspend()  # it would tell the engine of the end
        try:
            first.kill()
            until(lambda: first.status() == psutil.STATUS_ZOMBIE, "the first process has ended")
            (told,) = frames(RawStream(engine, f"/exec/{identifier}/start", {}).read_all())
        finally:
            monitor.resume()
        assert b"is not running" in told[1]
        until(lambda: not inspect(engine, name)["State"]["Running"], "the end was noticed")
