"""Logs, attach and exec: framing, batches, half-close, cuts and cancelling."""

import struct
import threading
import time

import pytest

from app.services.containers.log_lines import LineSplitter, LogLine
from app.services.containers.run_options import RunOptions
from app.services.engine.engine_client import EngineClient
from app.services.engine.stream_frames import STDERR, STDOUT, FrameError, FrameReader
from app.services.errors import BadAnswerError, CancelledError, ConnectionLostError
from tests.fakes.fake_engine import FakeEngine


def frame(stream: int, data: bytes) -> bytes:
    return struct.pack(">B3xI", stream, len(data)) + data


def test_frames_come_out_whole_however_they_are_cut() -> None:
    wire = frame(1, b"hello\n") + frame(2, b"") + frame(2, b"oh no\n") + frame(1, b"end")
    for size in (1, 3, 7, 8, 9, len(wire)):
        reader, pieces = FrameReader(), []
        for start in range(0, len(wire), size):
            pieces += reader.feed(wire[start : start + size])
        assert b"".join(data for stream, data in pieces if stream == STDOUT) == b"hello\nend"
        assert b"".join(data for stream, data in pieces if stream == STDERR) == b"oh no\n"
        assert reader.is_between_frames


@pytest.mark.parametrize(
    "header", [b"\x03\0\0\0\0\0\0\x01", b"\x01x\0\0\0\0\0\x01", b"\x01\0\0\0\xff\xff\xff\xff"]
)
def test_what_is_no_frame_is_refused(header: bytes) -> None:
    with pytest.raises(FrameError):
        FrameReader().feed(header)


def test_lines_keep_streams_and_characters_apart() -> None:
    splitter = LineSplitter(timestamps=False)
    snow = "雪".encode()
    lines = splitter.feed(STDOUT, b"a" + snow[:1])
    lines += splitter.feed(STDERR, b"error\r\n")
    lines += splitter.feed(STDOUT, snow[1:] + b"\nlast")
    assert lines == [LogLine("error", is_error=True), LogLine("a雪")]
    assert splitter.finish() == [LogLine("last")]


def test_a_line_without_end_comes_in_pieces() -> None:
    splitter = LineSplitter(timestamps=False)
    lines = splitter.feed(STDOUT, b"x" * 200_000)
    assert [len(line.text) for line in lines] == [65536, 65536, 65536]


def test_time_stamps_are_split_off() -> None:
    (line,) = LineSplitter(timestamps=True).feed(STDOUT, b"2026-01-02T03:04:05.1Z hello you\n")
    assert line == LogLine("hello you", time="2026-01-02T03:04:05.1Z")


def test_a_long_line_in_pieces_has_one_time_and_keeps_its_words() -> None:
    splitter = LineSplitter(timestamps=True)
    stamp, words = "2026-01-02T03:04:05.1Z", "word " * 40_000
    lines = splitter.feed(STDOUT, f"{stamp} {words}".encode())
    lines += splitter.feed(STDERR, f"{stamp}2 error\n".encode())
    lines += splitter.feed(STDOUT, f"end\n{stamp}3 next\n".encode())
    pieces = [line for line in lines if line.time == stamp]
    assert "".join(line.text for line in pieces) == words + "end"
    assert len(pieces) == 4
    assert [(line.time, line.text) for line in lines if line.time != stamp] == [
        (f"{stamp}2", "error"),
        (f"{stamp}3", "next"),
    ]


@pytest.fixture
def shell(engine: FakeEngine, client: EngineClient) -> str:
    """A container that wrote to both streams and goes on."""
    engine.add_image("base:latest")
    id = client.create_container(RunOptions("base", "shell", command=("sleep", "60")))
    client.start_container(id)
    container = engine.state.containers[id]
    container.write(STDOUT, b"one\n")
    container.write(STDERR, b"two\n")
    return id


def test_the_log_so_far(client: EngineClient, shell: str) -> None:
    with client.logs(shell) as log:
        assert [line for batch in log.batches() for line in batch] == [
            LogLine("one"),
            LogLine("two", is_error=True),
        ]
    with client.logs(shell, tail=1, timestamps=True) as log:
        (line,) = [line for batch in log.batches() for line in batch]
    assert (line.text, line.time[:4]) == ("two", "2026")


@pytest.mark.parametrize(
    ("stdout", "stderr", "expected"),
    [(True, False, [LogLine("one")]), (False, True, [LogLine("two", is_error=True)])],
)
def test_one_stream_of_a_log(
    client: EngineClient, shell: str, stdout: bool, stderr: bool, expected: list[LogLine]
) -> None:
    with client.logs(shell, stdout=stdout, stderr=stderr) as log:
        assert not log.has_terminal
        assert [line for batch in log.batches() for line in batch] == expected


def test_following_a_log_until_cancelled(engine: FakeEngine, client: EngineClient, shell: str) -> None:
    seen: list[str] = []
    ended: list[BaseException] = []
    more = threading.Event()

    def follow() -> None:
        try:
            for batch in log.batches():
                seen.extend(line.text for line in batch)
                if "three" in seen:
                    more.set()
        except CancelledError as error:
            ended.append(error)

    with client.logs(shell, follow=True) as log:
        thread = threading.Thread(target=follow)
        thread.start()
        engine.state.containers[shell].write(STDOUT, b"three\n")
        assert more.wait(60)
        log.cancel()  # the container runs on: without it nothing would end the stream
        thread.join(60)
    assert not thread.is_alive()
    assert seen == ["one", "two", "three"]
    assert len(ended) == 1


def test_a_log_that_is_cut(engine: FakeEngine, client: EngineClient, shell: str) -> None:
    with client.logs(shell, follow=True) as log:
        batches = log.batches()
        next(batches)
        engine.cut_connections()
        with pytest.raises(ConnectionLostError):
            list(batches)


def test_a_flood_comes_in_few_batches(engine: FakeEngine, client: EngineClient) -> None:
    engine.add_image("base:latest")
    id = client.create_container(RunOptions("base"))
    engine.state.containers[id].log += [(STDOUT, b"%d\n" % number) for number in range(3000)]
    with client.logs(id) as log:
        batches = list(log.batches())
    assert [line.text for batch in batches for line in batch] == [str(number) for number in range(3000)]
    assert len(batches) < 300


def test_a_terminals_log_has_no_frames(engine: FakeEngine, client: EngineClient) -> None:
    engine.add_image("base:latest")
    id = client.create_container(RunOptions("base", tty=True))
    engine.state.containers[id].write(STDOUT, b"$ \x1b[1mbold\x1b[0m\r\n")
    with client.logs(id) as log:
        assert list(log.output()) == [(STDOUT, b"$ \x1b[1mbold\x1b[0m\r\n")]


def test_garbage_instead_of_frames(engine: FakeEngine, client: EngineClient) -> None:
    engine.add_image("base:latest")
    id = client.create_container(RunOptions("base", tty=True))
    engine.state.containers[id].write(STDOUT, b"no frames at all")
    with client.logs(id) as log:
        log._tty = False
        with pytest.raises(BadAnswerError):
            list(log.output())


def test_attach_carries_input_and_its_end(client: EngineClient, engine: FakeEngine) -> None:
    engine.add_image("base:latest")
    options = RunOptions("base", command=("cat",), open_stdin=True, attach=True)
    id = client.create_container(options)
    with client.attach(id, tty=False, stdin=True) as stream:
        client.start_container(id)
        stream.write(b"hello ")
        stream.write(b"world")
        stream.close_input()
        assert b"".join(data for _, data in stream.output()) == b"hello world"
    assert client.inspect_container(id).exit_code == 0


def test_exec_streams_and_exit_code(client: EngineClient, shell: str) -> None:
    id = client.create_exec(shell, ["sh", "-c", "echo out; echo err >&2; exit 7"])
    with client.start_exec(id, tty=False) as stream:
        assert list(stream.output()) == [(STDOUT, b"out\n"), (STDERR, b"err\n")]
    assert client.exec_exit_code(id) == 7


def test_exec_with_input_and_a_size(engine: FakeEngine, client: EngineClient, shell: str) -> None:
    id = client.create_exec(shell, ["cat"], stdin=True, tty=True)
    with client.start_exec(id, tty=True) as stream:
        client.resize_exec(id, rows=50, columns=132)
        stream.write(b"typed")
        stream.close_input()
        assert b"".join(data for _, data in stream.output()) == b"typed"
    assert engine.state.execs[id].sizes == [(50, 132)]


def test_bytes_that_come_with_the_header_are_not_lost(engine: FakeEngine, client: EngineClient) -> None:
    engine.add_image("base:latest")
    id = client.create_container(RunOptions("base", command=("sleep", "60")))
    client.start_container(id)
    exec_id = client.create_exec(id, ["echo", "early"])
    with client.start_exec(exec_id, tty=False) as stream:
        time.sleep(0.05)  # lets header and output arrive in one read
        assert list(stream.output()) == [(STDOUT, b"early\n")]
