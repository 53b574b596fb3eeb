"""Container calls of the API in short, for tests."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.support.api_client import Answer, ApiClient
from tests.support.native_engine import NativeEngine

LIMIT = 60.0  # seconds


def create(engine: ApiClient, *command: str, name: str = "", **body: Any) -> str:
    """Create a container of busybox; returns its id."""
    answer = engine.request(
        "POST",
        "/containers/create",
        query={"name": name} if name else None,
        body={"Image": "busybox", "Cmd": list(command), **body},
    )
    assert answer.status == 201, answer.body
    return str(answer.json["Id"])


def call(engine: ApiClient, verb: str, container: str, **query: str) -> Answer:
    """POST one of a container's verbs."""
    return engine.request("POST", f"/containers/{container}/{verb}", query=query or None)


def start(engine: ApiClient, container: str) -> None:
    """Start a container."""
    answer = call(engine, "start", container)
    assert answer.status == 204, answer.body


def wait(engine: ApiClient, container: str) -> int:
    """Wait for a container's end; returns its exit code."""
    return int(call(engine, "wait", container).json["StatusCode"])


def run(engine: ApiClient, *command: str, **body: Any) -> str:
    """Run a container to its end; returns its output."""
    with container(engine, *command, **body) as identifier:
        start(engine, identifier)
        wait(engine, identifier)
        return logs(engine, identifier)


def inspect(engine: ApiClient, container: str) -> dict[str, Any]:
    """Return what inspect says."""
    answer = engine.request("GET", f"/containers/{container}/json")
    assert answer.status == 200, answer.body
    result: dict[str, Any] = answer.json
    return result


def status(engine: ApiClient, container: str) -> str:
    """Return "running", "exited", …"""
    return str(inspect(engine, container)["State"]["Status"])


def remove(engine: ApiClient, container: str) -> Answer:
    """Remove a container by force."""
    return engine.request("DELETE", f"/containers/{container}", query={"force": "1", "v": "1"})


@contextmanager
def container(engine: ApiClient, *command: str, **body: Any) -> Iterator[str]:
    """A container for the length of a block."""
    identifier = create(engine, *command, **body)
    try:
        yield identifier
    finally:
        remove(engine, identifier)


def frames(data: bytes) -> list[tuple[int, bytes]]:
    """Return the frames of a multiplexed stream; neighbours of one stream as one."""
    found: list[tuple[int, bytes]] = []
    while data:
        stream, length = data[0], int.from_bytes(data[4:8], "big")
        piece, data = data[8 : 8 + length], data[8 + length :]
        assert len(piece) == length
        if found and found[-1][0] == stream:
            found[-1] = (stream, found[-1][1] + piece)
        else:
            found.append((stream, piece))
    return found


def logs(engine: ApiClient, container: str, **query: str) -> str:
    """Return a container's output of both streams as text."""
    answer = engine.request(
        "GET", f"/containers/{container}/logs", query={"stdout": "1", "stderr": "1", **query}
    )
    assert answer.status == 200, answer.body
    return b"".join(data for _, data in frames(answer.body)).decode()


def until(condition: Callable[[], bool], what: str) -> None:
    """Wait until `condition` holds."""
    deadline = time.monotonic() + LIMIT
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def leftovers(engine: NativeEngine, container: str) -> list[str]:
    """Return every trace that a removed container has left: folders, mounts, cgroups, namespaces,
    processes."""
    script = (
        "import os,sys,glob,json\n"
        f"c={container!r}; found=[]\n"
        "found+=[l.split()[4] for l in open('/proc/self/mountinfo') if c in l]\n"
        f"found+=glob.glob({str(engine.state)!r}+'/*/*/'+c+'*')\n"
        "found+=['cgroup '+d for d,_,_ in os.walk('/sys/fs/cgroup') if d.endswith(c)]\n"
        "for p in glob.glob('/proc/[0-9]*/cmdline'):\n"
        "    try: t=open(p,'rb').read()\n"
        "    except OSError: continue\n"
        "    if c.encode() in t and b'python' not in t: found.append(p+' '+t.decode())\n"
        "print(json.dumps(found))\n"
    )
    result: list[str] = json.loads(engine.inside("python3", "-c", script))
    return result


def engine_events(engine: ApiClient, since: float, **filters: Any) -> list[str]:
    """Return the actions told since a Unix time."""
    query = {"since": f"{since:.6f}", "until": f"{time.time():.6f}", "filters": json.dumps(filters)}
    return [message["Action"] for message in engine.request("GET", "/events", query=query).lines]
