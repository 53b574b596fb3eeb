"""The protocol of org.marina.agent, spoken over a real socket by a pretended engine."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from vm.errors import UserError
from vm.machine.link import agent_link
from vm.machine.link.agent_link import AgentLink, parse_message
from vm.machine.machine_files import MachineFiles
from vm.machine.ports.port_forwards import PortForwards
from vm.machine.sockets.endpoints import UnixEndpoint


class SilentQemu:
    """Takes every rule."""

    def __init__(self) -> None:
        self.rules: list[str] = []

    async def monitor(self, command_line: str) -> str:
        verb, _, rule = command_line.split()
        if verb == "hostfwd_add":
            self.rules.append(rule.partition("-:")[0])
            return ""
        self.rules.remove(rule)
        return "host forwarding rule removed"


class Engine:
    """The guest's side of the port."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    def send(self, message: Any) -> None:
        self.writer.write(json.dumps(message).encode() + b"\n")

    async def read(self, *, clock: bool = False) -> dict[str, Any]:
        async with asyncio.timeout(60):
            while True:
                message: dict[str, Any] = json.loads(await self.reader.readline())
                if clock or message.get("op") != "clock":
                    return message

    async def ask(self, message: Any) -> dict[str, Any]:
        self.send(message)
        return await self.read()


@pytest.fixture
def qemu() -> SilentQemu:
    return SilentQemu()


@pytest.fixture
async def forwards(tmp_path: Path, qemu: SilentQemu) -> AsyncIterator[PortForwards]:
    forwards = PortForwards(MachineFiles.find(tmp_path), qemu, lambda: None)
    yield forwards
    await forwards.close()


@pytest.fixture
async def link_and_engine(tmp_path: Path, forwards: PortForwards) -> AsyncIterator[tuple[AgentLink, Engine]]:
    engines: asyncio.Queue[Engine] = asyncio.Queue()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await engines.put(Engine(reader, writer))

    server = await asyncio.start_unix_server(serve, str(tmp_path / "agent.sock"))
    link = await AgentLink.connect(UnixEndpoint(tmp_path / "agent.sock"), forwards)
    engine = await engines.get()
    yield link, engine
    await link.close()
    engine.writer.close()
    server.close()


Pair = tuple[AgentLink, Engine]
PORT = {"protocol": "tcp", "host_ip": "127.0.0.1", "host_port": 0, "guest_port": 80}


async def test_claim_release_and_their_answers(link_and_engine: Pair, qemu: SilentQemu) -> None:
    _, engine = link_and_engine
    answer = await engine.ask({"id": 1, "op": "claim", "container": "web", "ports": [PORT]})
    assert answer["id"] == 1
    assert answer["ok"] is True
    (port,) = answer["ports"]
    assert qemu.rules == [f"tcp:127.0.0.1:{port['host_port']}"]
    assert await engine.ask({"id": 2, "op": "release", "container": "web"}) == {"id": 2, "ok": True}
    assert qemu.rules == []


async def test_refusals_carry_the_reason(link_and_engine: Pair) -> None:
    _, engine = link_and_engine
    bad = PORT | {"host_ip": "192.0.2.1"}
    answer = await engine.ask({"id": 3, "op": "claim", "container": "web", "ports": [bad]})
    assert answer == {
        "id": 3,
        "ok": False,
        "error": "cannot assign requested address: 192.0.2.1 is not an address of this computer",
    }


async def test_sync_opens_all_and_tells_what_failed(link_and_engine: Pair, qemu: SilentQemu) -> None:
    _, engine = link_and_engine
    await engine.ask({"id": 1, "op": "claim", "container": "old", "ports": [PORT]})
    claims = [{"container": "new", "ports": [PORT]}, {"container": "bad", "ports": [{"guest_port": 0}]}, "?"]
    answer = await engine.ask({"id": 2, "op": "sync", "claims": claims})
    assert answer["ok"] is True
    assert [failure["container"] for failure in answer["failed"]] == ["bad", "?"]
    assert len(qemu.rules) == 1


async def test_hostile_lines_do_not_end_the_link(link_and_engine: Pair) -> None:
    link, engine = link_and_engine
    engine.writer.write(b"\xff\n[]\n{\n" + b"[" * 100_000 + b"\n")
    engine.send({"op": "hello", "version": "1.2"})
    answer = await engine.ask({"id": 9, "op": "format-host"})
    assert answer == {"id": 9, "ok": False, "error": "unknown op"}
    assert link.engine_version == "1.2"


async def test_the_time_is_told_at_once_and_when_the_engine_comes(link_and_engine: Pair) -> None:
    link, engine = link_and_engine
    first = await engine.read(clock=True)
    assert first["op"] == "clock"
    link.engine_opened(True)
    second = await engine.read(clock=True)
    assert second["unix_ns"] >= first["unix_ns"]


async def test_an_engine_shows_that_it_works(link_and_engine: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agent_link, "ANSWER_LIMIT", 0.0)
    link, engine = link_and_engine

    async def alive() -> None:
        engine.send({"op": "alive"})
        await engine.ask({"id": 1, "op": "format-host"})  # answered in turn: the line before was read

    assert not link.engine_answers
    await alive()
    assert link.engine_answers
    link.tell_time()
    assert not link.engine_answers  # asked anew, and it has no time to answer here
    await alive()
    assert link.engine_answers
    link.engine_opened(False)
    assert not link.engine_answers


async def test_an_engine_has_some_time_to_answer(
    link_and_engine: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agent_link, "ANSWER_LIMIT", 3600.0)
    link, engine = link_and_engine
    link.tell_time()
    assert not link.engine_answers  # it has never answered
    engine.send({"op": "alive"})
    await engine.ask({"id": 1, "op": "format-host"})
    link.tell_time()
    assert link.engine_answers


async def test_ports_are_freed_when_the_engine_stays_away(
    link_and_engine: Pair, qemu: SilentQemu, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agent_link, "ABSENCE_LIMIT", 0.02)
    link, engine = link_and_engine
    await engine.ask({"id": 1, "op": "claim", "container": "web", "ports": [PORT]})
    link.engine_opened(False)
    async with asyncio.timeout(60):
        while qemu.rules:
            await asyncio.sleep(0.01)


async def test_ports_stay_when_the_engine_is_back_in_time(link_and_engine: Pair, qemu: SilentQemu) -> None:
    link, engine = link_and_engine
    await engine.ask({"id": 1, "op": "claim", "container": "web", "ports": [PORT]})
    link.engine_opened(False)
    absence = link._absence
    assert absence is not None
    link.engine_opened(True)
    await asyncio.wait((absence,), timeout=60)
    assert absence.cancelled()
    assert len(qemu.rules) == 1


def test_messages_are_objects() -> None:
    assert parse_message(b'{"op": "hello"}') == {"op": "hello"}
    assert parse_message(b"7") is None
    assert parse_message(b"{") is None


async def test_the_agent_is_lent_or_the_reason_told(link_and_engine: Pair) -> None:
    link, engine = link_and_engine
    lent: list[str] = []
    link.on_agent = lent.append
    assert await engine.ask({"id": 1, "op": "ssh-agent", "key": "0" * 32}) == {"id": 1, "ok": True}
    assert lent == ["0" * 32]
    answer = await engine.ask({"id": 2, "op": "ssh-agent", "key": "../x HTTP/1.1"})
    assert (answer["id"], answer["ok"], lent) == (2, False, ["0" * 32])

    def none(key: str) -> None:
        raise UserError("There is no SSH agent.", f"for {key}", "Start one.")

    link.on_agent = none
    answer = await engine.ask({"id": 3, "op": "ssh-agent", "key": "1" * 16})
    assert answer == {"id": 3, "ok": False, "error": f"There is no SSH agent. for {'1' * 16} Start one."}
