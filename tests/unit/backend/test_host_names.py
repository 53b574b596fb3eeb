"""Questions go to the host's resolver as long as the supervisor tells where it is."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

import pytest

from backend.networks.names import host_names, name_files
from backend.networks.names.host_names import HostNames
from backend.tasks import Tasks


@pytest.fixture
def transactions(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    done: list[str] = []
    monkeypatch.setattr(host_names, "_run", done.append)
    monkeypatch.setattr(
        name_files, "read_machine_resolv_conf", lambda: "nameserver 10.0.2.3\nnameserver fd00::3\n"
    )
    return done


@contextlib.asynccontextmanager
async def started() -> AsyncIterator[HostNames]:
    tasks = Tasks()
    names = HostNames("10.0.2.2", tasks)
    names.start()
    try:
        yield names
    finally:
        names.close()
        await tasks.cancel_all()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.01)


async def test_the_rules_follow_the_port(transactions: list[str]) -> None:
    async with started() as names:
        for port in (5300, 5300, 5301, 0):
            names.found_at(port)
            await until(lambda: names._applied == names._wanted)
    assert len(transactions) == 3
    assert "ip daddr { 10.0.2.3 } udp dport 53 dnat to 10.0.2.2:5300" in transactions[0]
    assert "ip daddr { 10.0.2.3 } tcp dport 53 dnat to 10.0.2.2:5301" in transactions[1]
    assert transactions[2] == "add table ip marina_host_names\ndelete table ip marina_host_names\n"


async def test_a_supervisor_that_is_silent_is_asked_no_more(
    transactions: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(host_names, "SILENCE_LIMIT_S", 0.01)
    async with started() as names:
        await until(lambda: names._applied == 0)  # what an earlier engine has left is removed
        monkeypatch.setattr(host_names, "SILENCE_LIMIT_S", 3600.0)
        names.found_at(5300)
        await until(lambda: names._applied == 5300)
        monkeypatch.setattr(host_names, "SILENCE_LIMIT_S", 0.01)
        names.found_at(5300)  # the last that is heard of it
        await until(lambda: names._applied == 0)
    assert "dnat" in transactions[-2]
    assert "dnat" not in transactions[-1]
