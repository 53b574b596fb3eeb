"""Who attaches before the start gets all: the start waits until the monitor has taken the connection."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.runtime import monitor
from backend.runtime.monitor import MonitorFiles

ID = "c" * 64
SLOW_MONITOR = """
import os, socket, sys
with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
    listener.bind("attach")
    listener.listen()
    print("listens", flush=True)
    sys.stdin.readline()
    connections = [listener.accept()[0] for _ in range(2)]
    print("has taken both", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def files(tmp_path: Path) -> MonitorFiles:
    return MonitorFiles(ID, tmp_path)


@pytest.fixture
def slow(files: MonitorFiles) -> "Iterator[subprocess.Popen[str]]":
    """A monitor that takes connections when it is told to."""
    command = [sys.executable, "-c", SLOW_MONITOR, ID]
    with subprocess.Popen(
        command, cwd=files.folder, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "listens\n"
        files.monitor_pid.write_text(str(process.pid))
        try:
            yield process
        finally:
            process.kill()


async def test_connections_that_are_only_queued_do_not_count(
    files: MonitorFiles, slow: "subprocess.Popen[str]", monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = 0
    sockets_of = monitor._sockets_of

    def look(pid: int) -> set[str]:
        nonlocal looks
        looks += 1
        if looks == 10:
            assert slow.stdin is not None
            slow.stdin.write("go on\n")
            slow.stdin.flush()
        return sockets_of(pid)

    monkeypatch.setattr(monitor, "_sockets_of", look)
    made = []
    try:
        async with asyncio.timeout(60):
            await monitor.let_connect(files, [lambda: made.append(monitor.connect(files))] * 2)
        assert looks >= 10
        assert slow.stdout is not None
        assert slow.stdout.readline() == "has taken both\n"
    finally:
        for connection in made:
            connection.close()


async def test_a_monitor_that_dies_is_not_waited_for(
    files: MonitorFiles, slow: "subprocess.Popen[str]"
) -> None:
    def connect() -> None:
        slow.kill()
        slow.wait()

    async with asyncio.timeout(60):
        await monitor.let_connect(files, [connect])
