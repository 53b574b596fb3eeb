"""What an exec passes on of its streams: all that is the process's own, and nothing of the runtime's."""

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from backend.runtime import exec_process
from backend.runtime.exec_process import ExecFiles, ExecProcess, start_exec
from backend.runtime.oci_runtime import OciRuntime

COMPLAINT = "chdir to `/nope`: No such file or directory"
PROCESS = {"terminal": False}


async def started(folder: Path, script: str) -> tuple[ExecProcess, ExecFiles]:
    """Start an exec with a shell script for a runtime."""
    files = ExecFiles(folder, "e" * 64)
    program = folder / "runtime"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return await start_exec(OciRuntime(str(program), folder), "c1", PROCESS, files, stdin=False), files


async def output(process: ExecProcess) -> dict[int, bytes]:
    """Return all that comes, by stream."""
    found = {1: b"", 2: b""}
    while (piece := await process.read())[1]:
        found[piece[0]] += piece[1]
    return found


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.005)


async def test_a_complaint_waits_for_the_runtimes_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = 0
    said = ExecProcess._runtime_said

    def look(self: ExecProcess) -> str:
        nonlocal looks
        looks += 1
        if looks == 10:
            (tmp_path / "go").touch()
        return said(self)

    monkeypatch.setattr(ExecProcess, "_runtime_said", look)
    log = f'{{"msg": "{COMPLAINT}"}}'
    process, _ = await started(
        tmp_path,
        f"echo '{COMPLAINT}' >&2; until [ -e {tmp_path}/go ]; do sleep 0.01; done\n"
        f"echo '{log}' > {tmp_path}/{'e' * 16}.log; exit 1",
    )
    assert await output(process) == {1: b"", 2: b""}
    assert await process.wait() == (1, COMPLAINT)
    process.close()


async def test_what_a_program_says_like_the_runtime_comes_while_it_runs(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "end")
    process, files = await started(
        tmp_path,
        f"cat {tmp_path}/end & echo $! > {tmp_path}/{'e' * 16}.pid\n"
        "echo 'ls: x: No such file or directory'; wait",
    )
    assert await process.read() == (1, b"ls: x: No such file or directory\n")
    assert files.pid.exists()
    (tmp_path / "end").write_text("and more")
    assert await output(process) == {1: b"and more", 2: b""}
    assert await process.wait() == (0, "")
    process.close()


async def test_a_slow_reader_gets_all_that_was_written_before_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process in the background holds the pipes, and would for ever."""
    monkeypatch.setattr(exec_process, "DRAIN_S", 0.01)
    size = 1_000_000  # of each: more than the queue takes
    process, _ = await started(
        tmp_path,
        f"sleep 1000 & echo $! > {tmp_path}/left\nfor n in 1 2; do head -c {size} /dev/zero >&$n; done",
    )
    try:
        await process._child.wait()
        await until(lambda: process._queue.full())
        for _ in range(20):  # longer than what is waited for those who only hold the pipes
            await asyncio.sleep(exec_process.DRAIN_S)
        async with asyncio.timeout(60):
            found = await output(process)
        assert {stream: len(data) for stream, data in found.items()} == {1: size, 2: size}
    finally:
        os.kill(int((tmp_path / "left").read_text()), signal.SIGKILL)
        process.close()
