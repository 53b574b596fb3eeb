"""Output as it travels: frames and raw bytes of logs, attach and exec, with their content types."""

import json
import re
import struct
from typing import Any

import pytest

from tests.engine.container_calls import call, container, frames, start, wait
from tests.engine.raw_stream import RawStream
from tests.support.api_client import ApiClient

RAW = "application/vnd.docker.raw-stream"
FRAMES = "application/vnd.docker.multiplexed-stream"
SPEAK = ("sh", "-c", "echo out; echo err >&2; echo end")


def exec_id(engine: ApiClient, name: str, *command: str, **body: Any) -> str:
    body = {"Cmd": list(command), "AttachStdout": True, "AttachStderr": True, **body}
    return str(engine.request("POST", f"/containers/{name}/exec", body=body).json["Id"])


@pytest.mark.parametrize(("version", "kind"), [("/v1.41", RAW), ("/v1.42", FRAMES), ("", FRAMES)])
def test_logs_in_frames(engine: ApiClient, version: str, kind: str) -> None:
    with container(engine, *SPEAK) as made:
        start(engine, made)
        wait(engine, made)
        answer = engine.request("GET", f"{version}/containers/{made}/logs?stdout=1&stderr=1")
        assert answer.headers["Content-Type"] == kind
        found = frames(answer.body)
        assert b"".join(data for stream, data in found if stream == 1) == b"out\nend\n"
        assert b"".join(data for stream, data in found if stream == 2) == b"err\n"
        only = engine.request("GET", f"{version}/containers/{made}/logs?stderr=1&timestamps=1").body
        ((stream, line),) = frames(only)
        assert (stream, line.split(b" ", 1)[1]) == (2, b"err\n")
        assert len(line.split(b" ")[0]) == len("2026-01-02T03:04:05.123456789Z")


def test_logs_of_a_terminal_are_raw(engine: ApiClient) -> None:
    with container(engine, *SPEAK, Tty=True) as made:
        start(engine, made)
        wait(engine, made)
        answer = engine.request("GET", f"/containers/{made}/logs?stdout=1&stderr=1")
        assert answer.headers["Content-Type"] == RAW
        assert answer.body == b"out\r\nerr\r\nend\r\n"
        tail = engine.request("GET", f"/containers/{made}/logs?stdout=1&tail=1").body
        assert tail == b"end\r\n"


def test_each_line_of_logs_is_a_frame(engine: ApiClient) -> None:
    """What docker-py's `logs(stream=True)` yields; a line that nobody ended is one too, long ones are cut."""
    long = "head -c 40000 /dev/zero | tr '\\0' x"
    speak = f"printf un; sleep 0; echo finished; echo two; echo; {long}; echo; printf open"
    with container(engine, "sh", "-c", speak) as made:
        start(engine, made)
        wait(engine, made)
        cut = b"x" * 40_000 + b"\n"
        parts = [cut[at : at + 16384] for at in range(0, len(cut), 16384)]
        lines = [b"unfinished\n", b"two\n", b"\n", *parts, b"open"]
        for options, shown in (("", lines), ("&follow=1", lines), ("&tail=1", lines[-1:])):
            answer = engine.request("GET", f"/containers/{made}/logs?stdout=1&stderr=1{options}")
            assert answer.body == b"".join(struct.pack(">BxxxI", 1, len(line)) + line for line in shown)


def test_attach_from_before_the_start(engine: ApiClient) -> None:
    with container(engine, "sh", "-c", "read a; echo got $a; exit 4", OpenStdin=True, StdinOnce=True) as made:
        stream = RawStream(engine, f"/containers/{made}/attach?stream=1&stdin=1&stdout=1&stderr=1")
        start(engine, made)
        stream.send(b"this\n")
        assert frames(stream.read_all()) == [(1, b"got this\n")]
        assert wait(engine, made) == 4


def test_attach_tells_what_was_said(engine: ApiClient) -> None:
    with container(engine, *SPEAK) as made:
        start(engine, made)
        wait(engine, made)
        data = RawStream(engine, f"/containers/{made}/attach?logs=1&stdout=1").read_all()
        assert b"".join(piece for _, piece in frames(data)) == b"out\nend\n"


@pytest.mark.parametrize("terminal", [False, True])
def test_exec(engine: ApiClient, terminal: bool) -> None:
    with container(engine, "sleep", "1000") as made:
        start(engine, made)
        ran = exec_id(engine, made, "sh", "-c", "echo out; echo err >&2; exit 6", Tty=terminal)
        data = RawStream(engine, f"/exec/{ran}/start", {"Tty": terminal}).read_all()
        if terminal:
            assert data == b"out\r\nerr\r\n"
        else:
            assert sorted(frames(data)) == [(1, b"out\n"), (2, b"err\n")]
        shown = engine.request("GET", f"/exec/{ran}/json").json
        assert (shown["ExitCode"], shown["Running"], shown["ContainerID"]) == (6, False, made)
        again = engine.request("POST", f"/exec/{ran}/start", body={"Tty": terminal})
        told = f"Error: Exec command {ran} has already run\r\n".encode()
        assert again.status == 200
        assert (again.body if terminal else frames(again.body)) == (told if terminal else [(1, told)])
        detached = engine.request("POST", f"/exec/{ran}/start", body={"Detach": True})
        assert (detached.status, detached.message) == (409, told.decode().strip())


@pytest.mark.parametrize("terminal", [False, True])
@pytest.mark.parametrize("raw", [False, True, None])
def test_exec_started_otherwise_than_made(engine: ApiClient, terminal: bool, raw: bool | None) -> None:
    """The making says whether there is a terminal, the start in which form its output comes."""
    with container(engine, "sleep", "1000") as made:
        start(engine, made)
        size = {"ConsoleSize": [31, 97]}
        # A size is set when the command may run already.
        sized = f"{'until stty size | grep 31; do :; done;' * bool(raw and terminal)} stty size"
        ran = exec_id(engine, made, "sh", "-c", f"echo err >&2; tty; {sized}", Tty=terminal)
        stream = RawStream(engine, f"/exec/{ran}/start", {} if raw is None else {"Tty": raw, **size})
        assert (b"Type: application/vnd.docker.raw-stream\r\n" in stream.head + b"\r\n") == bool(raw)
        data = stream.read_all()
        pieces = [(1, data)] if raw else frames(data)
        out = b"".join(piece for number, piece in pieces if number == 1)
        err = b"".join(piece for number, piece in pieces if number == 2)
        if terminal:
            assert re.match(rb"err\r\n/dev/pts/\d+\r\n", out), out
            assert out.endswith(b"\r\n31 97\r\n") == bool(raw)
            assert err == b""
        else:
            assert out == b"not a tty\n"
            assert err.startswith(b"err\nstty: ") == (not raw)


def test_exec_passes_input_on_to_its_end(engine: ApiClient) -> None:
    with container(engine, "sleep", "1000") as made:
        start(engine, made)
        ran = exec_id(engine, made, "cat", AttachStdin=True)
        stream = RawStream(engine, f"/exec/{ran}/start", {})
        stream.send(b"x" * 100_000)
        stream.end_input()
        assert b"".join(piece for _, piece in frames(stream.read_all())) == b"x" * 100_000


def test_exec_detached(engine: ApiClient) -> None:
    with container(engine, "sleep", "1000") as made:
        start(engine, made)
        ran = exec_id(engine, made, "true")
        answer = engine.request("POST", f"/exec/{ran}/start", body={"Detach": True})
        assert (answer.status, answer.body) == (200, b"")


def test_wait_answers_its_head_at_once(engine: ApiClient) -> None:
    with container(engine, "sh", "-c", "exit 9") as made:
        connection = engine.connection()
        connection.request("POST", f"/containers/{made}/wait?condition=next-exit")
        answer = connection.getresponse()
        assert answer.status == 200
        start(engine, made)
        assert json.loads(answer.read())["StatusCode"] == 9
        connection.close()
        assert call(engine, "wait", made).json == {"StatusCode": 9}
