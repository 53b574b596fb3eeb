"""The QMP client against a server that speaks the protocol on a real socket."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from vm.machine.qemu import qmp
from vm.machine.qemu.qmp import QmpClient, QmpError
from vm.machine.sockets.endpoints import UnixEndpoint


class FakeQemu:
    """Answers as QEMU does; commands it does not know get QEMU's error."""

    def __init__(self) -> None:
        self.commands: list[dict[str, Any]] = []
        self.writer: asyncio.StreamWriter | None = None

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writer = writer
        writer.write(b'{"QMP": {"version": {"qemu": {"major": 7}}, "capabilities": ["oob"]}}\r\n')
        while line := await reader.readline():
            message = json.loads(line)
            self.commands.append(message)
            self.answer(message)
        writer.close()

    def answer(self, message: dict[str, Any]) -> None:
        if message["execute"] == "never":
            return
        if message["execute"] in ("qmp_capabilities", "human-monitor-command"):
            text = message.get("arguments", {}).get("command-line", {})
            self.send({"return": f"did {text}\r\n" if text else {}, "id": message["id"]})
        elif message["execute"] == "hang-up":
            assert self.writer is not None
            self.writer.close()
        else:
            self.send({"error": {"class": "CommandNotFound", "desc": "no such command"}, "id": message["id"]})

    def send(self, message: Any) -> None:
        assert self.writer is not None
        self.writer.write(json.dumps(message).encode() + b"\r\n")


@pytest.fixture
async def qemu(tmp_path: Path) -> AsyncIterator[FakeQemu]:
    fake = FakeQemu()
    server = await asyncio.start_unix_server(fake.serve, str(tmp_path / "qmp.sock"))
    yield fake
    server.close()
    if fake.writer is not None:
        fake.writer.close()


@pytest.fixture
async def events() -> "asyncio.Queue[tuple[str, dict[str, Any]]]":
    return asyncio.Queue()


@pytest.fixture
async def client(
    qemu: FakeQemu, tmp_path: Path, events: "asyncio.Queue[tuple[str, dict[str, Any]]]"
) -> AsyncIterator[QmpClient]:
    client = await QmpClient.connect(
        UnixEndpoint(tmp_path / "qmp.sock"), lambda name, data: events.put_nowait((name, data))
    )
    yield client
    await client.close()


async def test_connecting_negotiates_first(qemu: FakeQemu, client: QmpClient) -> None:
    assert [message["execute"] for message in qemu.commands] == ["qmp_capabilities"]


async def test_monitor_commands_return_their_text(client: QmpClient) -> None:
    assert await client.monitor("hostfwd_add n tcp::80-:80") == "did hostfwd_add n tcp::80-:80"


async def test_answers_go_to_the_call_that_asked(client: QmpClient) -> None:
    answers = await asyncio.gather(*(client.monitor(f"command {number}") for number in range(20)))
    assert answers == [f"did command {number}" for number in range(20)]


async def test_an_error_is_raised_with_qemus_words(client: QmpClient) -> None:
    with pytest.raises(QmpError, match="no such command"):
        await client.execute("nonsense")


async def test_events_arrive_and_broken_lines_do_no_harm(
    qemu: FakeQemu, client: QmpClient, events: "asyncio.Queue[tuple[str, dict[str, Any]]]"
) -> None:
    assert qemu.writer is not None
    qemu.writer.write(b"{broken\n")
    qemu.send({"event": "SHUTDOWN", "data": {"guest": True}})
    assert await asyncio.wait_for(events.get(), 60) == ("SHUTDOWN", {"guest": True})
    assert await client.monitor("x") == "did x"


async def test_a_qemu_that_dies_fails_the_call_and_sets_closed(client: QmpClient) -> None:
    with pytest.raises(QmpError, match="gone"):
        await client.execute("hang-up")
    await asyncio.wait_for(client.closed.wait(), 60)
    with pytest.raises(QmpError, match="gone"):
        await client.execute("query-status")


async def test_a_silent_qemu_is_given_up(client: QmpClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(qmp, "ANSWER_LIMIT", 0.05)
    with pytest.raises(QmpError, match=r"within 0\.05 s"):
        await client.execute("never")


async def test_a_qemu_that_has_ended_is_not_waited_for(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "left.sock"))  # and nobody listens
    looks = iter((True, True, False))
    with pytest.raises(QmpError, match="refused"):
        await QmpClient.connect(
            UnixEndpoint(tmp_path / "left.sock"), lambda *_: None, lambda: next(looks), limit=3600
        )


async def test_no_socket_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(QmpError, match="does not answer"):
        await QmpClient.connect(UnixEndpoint(tmp_path / "none.sock"), lambda *_: None)
