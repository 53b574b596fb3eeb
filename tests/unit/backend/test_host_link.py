"""The line to the supervisor, against a fake one that speaks the documented protocol over a socket pair."""

import asyncio
import errno
import json
import os
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from backend import host_link
from backend.errors import SystemFailureError, UnavailableError
from backend.host_link import ClaimRefusedError, HostLink, PortClaim
from backend.networks.ports import local_ports
from backend.networks.ports.host_ports import SupervisedPorts
from backend.networks.ports.local_ports import PortTakenError
from backend.networks.ports.port_requests import PortRequest

WEB = PortClaim("tcp", "", 8080, 8080)


class FakeSupervisor:
    """The supervisor's end: grants ports, or refuses those that are taken, as docs/architecture.md says."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.taken: dict[int, str] = {}
        self.silent = False
        self._next_free = 49152
        self._writer: asyncio.StreamWriter | None = None
        self._task: asyncio.Task[None] | None = None

    def connect(self, device: Path) -> int:
        """Take the place of opening the device: returns the engine's end of a fresh line."""
        own_end, engine_end = socket.socketpair()
        self._task = asyncio.ensure_future(self._serve(own_end))
        return engine_end.detach()

    async def _serve(self, own_end: socket.socket) -> None:
        reader, self._writer = await asyncio.open_connection(sock=own_end)
        while line := await reader.readline():
            message = json.loads(line)
            self.messages.append(message)
            if message["op"] not in ("hello", "alive") and not self.silent:
                self.send({"id": message["id"], **self._answer(message)})

    def _answer(self, message: dict[str, Any]) -> dict[str, Any]:
        if message["op"] == "claim":
            for port in message["ports"]:
                if port["host_port"] in self.taken:
                    return {"ok": False, "error": self.taken[port["host_port"]]}
                if port["host_port"] == 0:
                    port["host_port"], self._next_free = self._next_free, self._next_free + 1
            return {"ok": True, "ports": message["ports"]}
        if message["op"] == "sync":
            failed = [
                {"container": claim["container"], "error": self.taken[port["host_port"]]}
                for claim in message["claims"]
                for port in claim["ports"]
                if port["host_port"] in self.taken
            ]
            return {"ok": True, "failed": failed}
        return {"ok": True}

    def send(self, message: dict[str, Any]) -> None:
        """Send one message."""
        self.send_bytes(json.dumps(message).encode() + b"\n")

    def send_bytes(self, data: bytes) -> None:
        """Send bytes as they are."""
        assert self._writer is not None
        self._writer.write(data)

    def operations(self) -> list[str]:
        """Return what was asked so far."""
        return [message["op"] for message in self.messages]

    async def close(self) -> None:
        """Go away."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._writer is not None:
            self._writer.close()
            await self._writer.wait_closed()


@asynccontextmanager
async def _connected(clock: list[int] | None = None) -> AsyncIterator[tuple[HostLink, FakeSupervisor]]:
    supervisor = FakeSupervisor()
    link = HostLink(Path("/dev/fake"), (clock if clock is not None else []).append, opener=supervisor.connect)
    link.open()
    try:
        async with asyncio.timeout(60):
            yield link, supervisor
    finally:
        link.close()
        await supervisor.close()


async def _until(condition: Any) -> None:
    while not condition():
        await asyncio.sleep(0.005)


async def test_claims_are_granted_filled_in_and_released() -> None:
    async with _connected() as (link, supervisor):
        assert await link.claim("c1", [WEB]) == (WEB,)
        (chosen,) = await link.claim("c2", [PortClaim("udp", "127.0.0.1", 0, 40000)])
        assert chosen == PortClaim("udp", "127.0.0.1", 49152, 40000)
        await link.release("c1")
        await link.release("c1")  # nothing is asked twice
        assert supervisor.operations() == ["hello", "claim", "claim", "release"]
        assert supervisor.messages[1] == {
            "id": 1,
            "op": "claim",
            "container": "c1",
            "ports": [{"protocol": "tcp", "host_ip": "", "host_port": 8080, "guest_port": 8080}],
        }


async def test_a_refusal_carries_the_hosts_reason() -> None:
    async with _connected() as (link, supervisor):
        reason = "port is already allocated: 0.0.0.0:8080 is in use by nginx (pid 12)"
        supervisor.taken[8080] = reason
        with pytest.raises(ClaimRefusedError) as failure:
            await link.claim("c1", [WEB])
        assert failure.value.message == reason
        await link.release("c1")
        assert supervisor.operations() == ["hello", "claim"]


async def test_answers_find_their_questions_in_any_order() -> None:
    async with _connected() as (link, supervisor):
        supervisor.silent = True
        claims = [
            asyncio.ensure_future(link.claim(f"c{port}", [PortClaim("tcp", "", port, port)]))
            for port in (1, 2, 3)
        ]
        await _until(lambda: len(supervisor.messages) == 4)
        for message in reversed(supervisor.messages[1:]):
            supervisor.send({"id": message["id"], "ok": True, "ports": message["ports"]})
        assert [ports[0].host_port for ports in await asyncio.gather(*claims)] == [1, 2, 3]


async def test_sync_tells_everything_and_returns_what_failed() -> None:
    async with _connected() as (link, supervisor):
        link.remember("c1", [WEB])
        link.remember("c2", [PortClaim("tcp", "", 9090, 9090)])
        supervisor.taken[9090] = "port is already allocated"
        assert await link.sync() == {"c2": "port is already allocated"}
        assert [claim["container"] for claim in supervisor.messages[-1]["claims"]] == ["c1", "c2"]


async def test_a_supervisor_that_comes_back_learns_what_must_be_open() -> None:
    first, second = FakeSupervisor(), FakeSupervisor()
    link = HostLink(Path("/dev/fake"), lambda _: None, opener=first.connect)
    link.open()
    try:
        async with asyncio.timeout(60):
            await link.claim("c1", [WEB])
            waiting = asyncio.ensure_future(_claim_silently(link, first))
            await _until(lambda: len(first.messages) == 3)
            await first.close()
            with pytest.raises(UnavailableError, match="supervisor"):
                await waiting
            # As with the real device, the descriptor stays the same and another peer answers behind it.
            os.dup2(replacement := second.connect(Path()), link._descriptor)
            os.close(replacement)
            await _until(lambda: len(second.messages) == 2)
            assert second.operations() == ["hello", "sync"]
            assert second.messages[1]["claims"][0]["container"] == "c1"
            assert (await link.claim("c2", [PortClaim("tcp", "", 1, 1)]))[0].host_port == 1
    finally:
        link.close()
        await second.close()


async def _claim_silently(link: HostLink, supervisor: FakeSupervisor) -> None:
    supervisor.silent = True
    await link.claim("lost", [PortClaim("tcp", "", 5, 5)])


async def test_a_silent_supervisor_is_an_error_not_a_hang(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host_link, "ANSWER_TIMEOUT", 0.05)
    async with _connected() as (link, supervisor):
        supervisor.silent = True
        with pytest.raises(UnavailableError, match="does not answer"):
            await link.claim("c1", [WEB])
        # What it may still grant is given back at once.
        await _until(lambda: supervisor.operations() == ["hello", "claim", "release"])


async def test_nonsense_is_survived(caplog: pytest.LogCaptureFixture) -> None:
    clock: list[int] = []
    async with _connected(clock) as (link, supervisor):
        await link.claim("c0", [WEB])
        supervisor.send_bytes(
            b'nonsense\n[1]\n{"op":"clock"}\n{"op":"clock","unix_ns":"x"}\n{"id":99}\n\xff\n'
        )
        supervisor.send_bytes(b"x" * (host_link.MAX_LINE_BYTES + 2) + b"\n")
        supervisor.send({"op": "clock", "unix_ns": 7})
        await _until(lambda: clock == [7])
        await link.claim("c1", [WEB])
        assert supervisor.operations() == ["hello", "claim", "alive", "claim"]  # each time that makes sense
    assert "makes no sense" in caplog.text


async def test_an_answer_that_fills_in_nothing_is_refused() -> None:
    async with _connected() as (link, supervisor):
        supervisor.silent = True
        claim = asyncio.ensure_future(link.claim("c1", [PortClaim("tcp", "", 0, 1)]))
        await _until(lambda: len(supervisor.messages) == 2)
        supervisor.send({"id": 1, "ok": True, "ports": supervisor.messages[1]["ports"]})
        with pytest.raises(SystemFailureError, match="makes no sense"):
            await claim


def test_a_missing_device_is_named() -> None:
    with pytest.raises(SystemFailureError, match="/dev/none"):
        HostLink(Path("/dev/none")).open()


@pytest.mark.parametrize(("off_by_ms", "stepped"), [(99, False), (-99, False), (150, True), (-150, True)])
def test_the_clock_is_stepped_only_when_it_is_off(
    monkeypatch: pytest.MonkeyPatch, off_by_ms: int, stepped: bool
) -> None:
    steps: list[int] = []
    now = time.time_ns()
    monkeypatch.setattr(time, "time_ns", lambda: now)
    monkeypatch.setattr(time, "clock_settime_ns", lambda clock, value: steps.append(value))
    host_link.set_clock(now + off_by_ms * 1_000_000)
    assert steps == ([now + off_by_ms * 1_000_000] if stepped else [])


async def test_supervised_ports_hold_a_guest_port_and_try_a_range() -> None:
    async with _connected() as (link, supervisor):
        ports = SupervisedPorts(link)
        taken = socket.create_server(("0.0.0.0", 0))
        number = taken.getsockname()[1]
        try:
            supervisor.taken[number] = "port is already allocated"
            wish = PortRequest("tcp", 80, "0.0.0.0", number, number + 1)
            (port,) = await ports.claim("c1", [wish])
            assert port.host_port == number + 1
            with pytest.raises(SystemFailureError, match=f"Bind for 0.0.0.0:{number} failed: port is alr"):
                await ports.claim("c2", [PortRequest("tcp", 80, "0.0.0.0", number, number)])
            del supervisor.taken[number]
            (other,) = await ports.claim("c2", [PortRequest("tcp", 80, "0.0.0.0", number, number)])
            assert other.host_port == number
            assert other.guest_port != number  # somebody in the machine has that number
        finally:
            taken.close()
        await ports.release("c1")
        await ports.release("c2")
        socket.create_server(("0.0.0.0", port.guest_port)).close()
        assert supervisor.operations()[-2:] == ["release", "release"]
        ports.close()


async def test_what_the_host_does_not_carry_is_published_in_the_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Few kernels have SCTP: TCP stands for it here.
    monkeypatch.setitem(local_ports.SOCKETS, "sctp", local_ports.SOCKETS["tcp"])
    async with _connected() as (link, supervisor):
        ports = SupervisedPorts(link)
        (alone,) = await ports.claim("c1", [PortRequest("sctp", 132)])
        assert alone.host_port == alone.guest_port != 0
        assert "claim" not in supervisor.operations()
        wishes = [PortRequest("sctp", 132), PortRequest("tcp", 80), PortRequest("sctp", 133)]
        found = await ports.claim("c2", wishes)
        assert [(port.protocol, port.container_port) for port in found] == [
            ("sctp", 132), ("tcp", 80), ("sctp", 133)
        ]  # fmt: skip
        assert supervisor.operations().count("claim") == 1
        with pytest.raises(SystemFailureError, match="132/sctp of the machine: address already in use"):
            await ports.claim("c3", [PortRequest("sctp", 132, first=alone.host_port, last=alone.host_port)])
        ports.close()


def test_a_kernel_without_a_protocol_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object) -> None:
        raise OSError(errno.EPROTONOSUPPORT, "Protocol not supported")

    monkeypatch.setattr(local_ports, "hold", refuse)
    with pytest.raises(PortTakenError, match="protocol not supported: this machine's kernel has no SCTP"):
        local_ports.hold_requested(PortRequest("sctp", 132, first=132, last=132))
