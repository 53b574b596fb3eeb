"""The supervisor's end, in this process: nobody is promised what it will not do."""

import asyncio
import json
from pathlib import Path

import pytest

from vm.machine import supervisor
from vm.machine.machine_files import MachineFiles
from vm.machine.supervisor import Supervisor


async def test_who_asks_while_it_ends_is_hung_up_on_and_nothing_is_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "IDLE_LIMIT", 0.06)
    monkeypatch.setattr(Supervisor, "_handle_signals", lambda self: None)  # they are this process'
    files = MachineFiles.find(tmp_path)
    ending = Supervisor(files, tmp_path / "no-image", ())
    machine = ending._machine
    quits, may_quit = asyncio.Event(), asyncio.Event()
    started: list[str] = []

    async def quit_late() -> None:
        quits.set()
        await may_quit.wait()

    monkeypatch.setattr(machine, "quit", lambda: asyncio.ensure_future(quit_late()))
    monkeypatch.setattr(machine, "start", lambda: started.append("start"))
    serving = asyncio.ensure_future(ending.serve())
    async with asyncio.timeout(60):
        await quits.wait()
        reader, writer = await asyncio.open_unix_connection(str(files.machine_socket))
        writer.write(b'{"command": "start"}\n')
        assert await reader.read() == b""
        writer.close()
        reader, writer = await asyncio.open_unix_connection(str(files.machine_socket))
        writer.write(b'{"command": "status"}\n')
        assert json.loads(await reader.read())["state"] == "not-installed"
        writer.close()
        may_quit.set()
        await serving
    assert not started
    assert not files.machine_socket.exists()
