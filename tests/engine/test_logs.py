"""Stored output: all of it, framed, from any point on, while it grows."""

import threading
from contextlib import suppress
from datetime import datetime

import pytest

from tests.engine.container_calls import (
    call,
    container,
    frames,
    inspect,
    logs,
    run,
    start,
    status,
    until,
    wait,
)
from tests.support.native_engine import NativeEngine

pytestmark = pytest.mark.usefixtures("busybox")


def until_told(step: int) -> str:
    """Return a shell's command that waits for `tell_once_stored`."""
    return f"until [ -e /go{step} ]; do sleep 0.02; done"


def tell_once_stored(engine: NativeEngine, name: str, step: int, text: str, **query: str) -> None:
    """Let a container go on once its output so far is stored."""
    until(lambda: logs(engine, name, **query) == text, "the output is stored")
    engine.docker("exec", name, "touch", f"/go{step}")


def test_streams_are_told_apart(engine: NativeEngine) -> None:
    script = f"echo one; {until_told(1)}; echo two >&2; {until_told(2)}; printf three"
    with container(engine, "sh", "-c", script) as name:
        start(engine, name)
        for step, text in ((1, "one\n"), (2, "one\ntwo\n")):  # two pipes have no order of their own
            tell_once_stored(engine, name, step, text)
        wait(engine, name)
        answer = engine.request("GET", f"/containers/{name}/logs?stdout=1&stderr=1")
        assert answer.headers["Content-Type"] == "application/vnd.docker.multiplexed-stream"
        assert frames(answer.body) == [(1, b"one\n"), (2, b"two\n"), (1, b"three")]
        assert logs(engine, name, stderr="0") == "one\nthree"
        assert engine.request("GET", f"/containers/{name}/logs").status == 400


def test_terminal_output_is_plain(engine: NativeEngine) -> None:
    with container(engine, "sh", "-c", "echo one; echo two >&2", Tty=True) as name:
        start(engine, name)
        wait(engine, name)
        assert engine.request("GET", f"/containers/{name}/logs?stdout=1").body == b"one\r\ntwo\r\n"


def test_tail_since_and_timestamps(engine: NativeEngine) -> None:
    with container(engine, "sh", "-c", f"seq 1 2000; {until_told(1)}; echo last") as name:
        start(engine, name)
        tell_once_stored(engine, name, 1, "2000\n", tail="1")  # what is read at once has one time
        wait(engine, name)
        assert logs(engine, name, tail="3") == "1999\n2000\nlast\n"
        assert logs(engine, name, tail="0") == ""
        assert logs(engine, name, tail="all").count("\n") == 2001
        stamps = logs(engine, name, tail="2", timestamps="1").splitlines()
        first, second = (line.split(" ")[0] for line in stamps)
        assert [line.split(" ")[1] for line in stamps] == ["2000", "last"]
        assert first < second
        assert second.endswith("Z")
        assert logs(engine, name, since=second) == "last\n"
        assert "last" not in logs(engine, name, until=first)
        assert engine.request("GET", f"/containers/{name}/logs?stdout=1&since=soon").status == 400


def test_long_lines_and_bytes_come_whole(engine: NativeEngine) -> None:
    script = "head -c 300000 /dev/zero | tr '\\0' x; echo; printf '\\377\\000\\n'; echo end"
    with container(engine, "sh", "-c", script) as name:
        start(engine, name)
        wait(engine, name)
        answer = engine.request("GET", f"/containers/{name}/logs?stdout=1")
        data = b"".join(piece for _, piece in frames(answer.body))
        assert data == b"x" * 300000 + b"\n\xff\x00\nend\n"
        assert logs(engine, name, tail="1") == "end\n"


def test_follow_ends_with_the_container(engine: NativeEngine) -> None:
    with container(engine, "sh", "-c", "echo first; sleep 0.5; seq 1 20000; echo final") as name:
        start(engine, name)
        body = engine.request("GET", f"/containers/{name}/logs?stdout=1&follow=1").body
        data = b"".join(piece for _, piece in frames(body))
        assert data.startswith(b"first\n1\n2\n")
        assert data.endswith(b"20000\nfinal\n")
        assert data.count(b"\n") == 20002


def test_follow_shows_output_at_once(engine: NativeEngine) -> None:
    with container(engine, "sh", "-c", "while :; do echo tick; sleep 0.05; done") as name:
        start(engine, name)
        connection = engine.connection(60)  # what waits for a full block of 64 KiB would take four minutes
        connection.request("GET", f"/containers/{name}/logs?stdout=1&follow=1&tail=0")
        answer = connection.getresponse()
        assert answer.read(13)[8:] == b"tick\n"
        connection.close()
        assert status(engine, name) == "running"


def test_follow_from_many_readers(engine: NativeEngine) -> None:
    with container(engine, "sh", "-c", "sleep 0.3; seq 1 5000") as name:
        start(engine, name)
        bodies: list[bytes] = []
        path = f"/containers/{name}/logs?stdout=1&follow=1"
        threads = [
            threading.Thread(target=lambda: bodies.append(engine.request("GET", path).body)) for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        texts = {b"".join(piece for _, piece in frames(body)) for body in bodies}
        assert len(bodies) == 4
        assert texts == {"".join(f"{number}\n" for number in range(1, 5001)).encode()}


def test_log_of_several_runs(engine: NativeEngine) -> None:
    with container(engine, "echo", "again") as name:
        for _ in range(2):
            start(engine, name)
            wait(engine, name)
        assert logs(engine, name) == "again\nagain\n"


def test_output_of_a_flood_is_complete(engine: NativeEngine) -> None:
    output = run(engine, "seq", "1", "300000")
    assert output == "".join(f"{number}\n" for number in range(1, 300001))


SMALL = {"LogConfig": {"Type": "json-file", "Config": {"max-size": "16k", "max-file": "3"}}}


def log_sizes(engine: NativeEngine, name: str) -> dict[str, int]:
    """Return the log's files and their sizes."""
    return {
        path.name: path.stat().st_size
        for path in (engine.data_root / "containers" / name).glob("output.log*")
    }


def test_output_is_kept_within_its_limits_and_read_across_files(engine: NativeEngine) -> None:
    numbers = (
        f"echo 0; {until_told(1)}; n=0; while :; do n=$((n+1)); echo $n; "
        "[ $((n%200)) = 0 ] && sleep 0.1; [ -e /end ] && exit; done"
    )
    with container(engine, "sh", "-c", numbers, HostConfig=SMALL) as name:
        start(engine, name)
        connection = engine.connection()
        connection.request("GET", f"/containers/{name}/logs?stdout=1&follow=1")
        answer = connection.getresponse()
        followed = [answer.read(1)]  # it reads from the first line on, which is thrown away soon
        follower = threading.Thread(target=lambda: followed.append(answer.read()))
        follower.start()
        tell_once_stored(engine, name, 1, "0\n")
        seen: set[bytes] = set()

        def turned_often() -> bool:
            # By their first lines: the inode of a file that was thrown away is soon another file's.
            for path in (engine.data_root / "containers" / name).glob("output.log.*"):
                with suppress(FileNotFoundError), path.open("rb") as file:
                    seen.add(file.readline())
            return len(seen) >= 4

        until(turned_often, "the log was turned more often than files are kept")
        engine.docker("exec", name, "touch", "/end")
        wait(engine, name)
        follower.join(60)
        assert set(log_sizes(engine, name)) == {"output.log", "output.log.1", "output.log.2"}
        connection.close()
        told = [int(line) for _, piece in frames(b"".join(followed)) for line in piece.split()]
        last = told[-1]
        assert told == list(range(last + 1)), "who follows gets every line, whatever is thrown away"
        kept = [int(line) for line in logs(engine, name).split()]
        assert kept == list(range(kept[0], last + 1)), "no gap where files meet"
        assert kept[0] > 1
        assert sum(log_sizes(engine, name).values()) < last * 45, "less is stored than was written"
        lines_in_newest = int(
            (engine.data_root / "containers" / name / "output.log").read_bytes().count(b"\n")
        )
        for tail in (1, lines_in_newest, lines_in_newest + 1, lines_in_newest + 300):
            wanted = [str(number) for number in range(last - tail + 1, last + 1)]
            assert logs(engine, name, tail=str(tail)).split() == wanted
        stamp = logs(engine, name, tail=str(lines_in_newest + 5), timestamps="1").split(" ")[0]
        assert len(logs(engine, name, since=stamp).split()) >= lines_in_newest + 5
        start(engine, name)
        wait(engine, name)
        assert logs(engine, name).split()[-1] == "1"


def test_log_options(engine: NativeEngine) -> None:
    for options, expected in (
        ({"max-size": "10m", "max-file": "2"}, 201),
        ({"max-size": "lots"}, 400),
        ({"max-size": "0"}, 400),
        ({"max-file": "0"}, 400),
        ({"max-file": "-1"}, 400),
        ({"labels": "x"}, 201),
        ({"colour": "x"}, 400),
    ):
        body = {"Image": "busybox", "HostConfig": {"LogConfig": {"Type": "json-file", "Config": options}}}
        answer = engine.request("POST", "/containers/create", body=body)
        assert answer.status == expected, (options, answer.body)
        if expected == 201:
            config = engine.request("GET", f"/containers/{answer.json['Id']}/json").json["HostConfig"]
            assert config["LogConfig"]["Config"] == options
            engine.request("DELETE", f"/containers/{answer.json['Id']}")


def test_a_run_begins_before_its_first_words(engine: NativeEngine) -> None:
    """Clients that wait for words of this run read from its start on."""
    # A port to open makes the start a little longer than the way to the first words.
    more = {"ExposedPorts": {"80/tcp": {}}, "HostConfig": {"PublishAllPorts": True}, "StopSignal": "SIGKILL"}
    with container(engine, "sh", "-c", "echo ready; sleep 1000", **more) as name:
        for run_number in range(1, 11):
            assert call(engine, "restart", name).status == 204
            said = "ready\n" * run_number
            until(lambda said=said: logs(engine, name) == said, "the first words")  # type: ignore[misc]
            began = datetime.fromisoformat(inspect(engine, name)["State"]["StartedAt"]).timestamp()
            assert logs(engine, name, since=f"{began:.6f}") == "ready\n"
