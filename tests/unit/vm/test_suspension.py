"""A suspended machine's record, and what makes it useless; docker.sock that waits for it."""

import asyncio
import os
import socket
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from vm.machine.link.ssh_tunnel import Tunnel
from vm.machine.machine_files import MachineFiles
from vm.machine.qemu.qemu_process import QemuRecord
from vm.machine.qemu.qmp import QmpClient, QmpError
from vm.machine.rest import suspension
from vm.machine.rest.resting import why_it_may_not
from vm.machine.rest.suspension import CannotGoOn, NotSuspended
from vm.machine.rest.wake_socket import WakeSocket
from vm.machine.settings import default_settings
from vm.machine.sockets.local_sockets import listen_on_socket

RECORD = QemuRecord(
    pid=1,
    start_time=2,
    accelerator="tcg",
    accelerator_reason="",
    cpus=1,
    memory_mib=512,
    image_version="1",
    engine_args=("--x",),
    command=("qemu", "-m", "512"),
    qemu_identity="qemu 1",
    image_identity="image 1",
    settings=default_settings().to_json(),
)


def test_a_supervisor_takes_over_what_has_the_arguments_that_it_was_given() -> None:
    assert RECORD.has_args(())
    assert RECORD.has_args(("--x",))
    assert not RECORD.has_args(("--y",))
    assert not RECORD.has_args(("--x", "1"))
    assert RECORD.shared_folders == default_settings().shared_folders


@pytest.fixture
def files(tmp_path: Path) -> MachineFiles:
    files = MachineFiles(tmp_path, tmp_path, tmp_path)
    files.data_disk.write_bytes(b"disk")
    files.suspended_memory.write_bytes(b"memory")
    return files


def check(files: MachineFiles, now: QemuRecord = RECORD) -> None:
    """Compare what is on disk with a machine that would be started `now`."""
    found = suspension.read_suspension(files)
    assert found is not None
    suspension.check(
        found,
        files,
        command=now.command,
        qemu_identity=now.qemu_identity,
        image_identity=now.image_identity,
        settings=now.settings,
    )


def test_a_suspended_machine_is_known_again(files: MachineFiles) -> None:
    assert suspension.read_suspension(files) is None
    suspension.write_suspension(files, RECORD, by_user=True)
    check(files)
    found = suspension.read_suspension(files)
    assert found is not None
    assert found.by_user
    suspension.forget_suspension(files)
    assert suspension.read_suspension(files) is None
    assert not files.suspended_memory.exists()
    suspension.forget_suspension(files)


def test_a_record_without_memory_or_sense_is_none(files: MachineFiles) -> None:
    suspension.write_suspension(files, RECORD, by_user=False)
    files.suspended_memory.unlink()
    assert suspension.read_suspension(files) is None
    for text in ("", "[]", "{}", '{"since": 1}', "null", '"x"'):
        files.suspension.write_text(text)
        files.suspended_memory.write_bytes(b"memory")
        assert suspension.read_suspension(files) is None


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        (replace(RECORD, command=("qemu", "-m", "1024")), "another way"),
        (replace(RECORD, qemu_identity="qemu 2"), "QEMU"),
        (replace(RECORD, image_identity="image 2"), "image"),
        (replace(RECORD, settings=replace(default_settings(), cpus=99).to_json()), "settings"),
    ],
)
def test_what_would_be_started_otherwise_cannot_go_on(
    files: MachineFiles, now: QemuRecord, reason: str
) -> None:
    suspension.write_suspension(files, RECORD, by_user=False)
    with pytest.raises(CannotGoOn, match=reason):
        check(files, now)


def test_a_disk_that_was_touched_cannot_go_on(files: MachineFiles) -> None:
    suspension.write_suspension(files, RECORD, by_user=False)
    os.utime(files.data_disk, (1, 1))
    with pytest.raises(CannotGoOn, match="disk"):
        check(files)


def test_how_long_a_machine_may_be_idle_is_no_reason_to_boot_it() -> None:
    assert replace(default_settings(), idle_minutes=1).to_json() == default_settings().to_json()


def test_the_first_connection_wakes_and_all_are_handed_over(tmp_path: Path) -> None:
    path = tmp_path / "docker.sock"

    def dial() -> socket.socket:
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(str(path))
        return connection

    async def story() -> int:
        woken: list[int] = []
        wake = WakeSocket(listen_on_socket(path), lambda: woken.append(1))
        with dial(), dial() as second:
            while not woken:
                await asyncio.sleep(0.01)
            while len(wake._waiting) < 2:  # noqa: SLF001 - nothing is sent that could be waited for
                await asyncio.sleep(0.01)
            listener, waiting = wake.hand_over()
            waiting[1].sendall(b"answer")
            assert await asyncio.to_thread(second.recv, 10) == b"answer"
            assert wake.hand_over()[1] == []
            for connection in (listener, *waiting):
                connection.close()
        return len(woken)

    assert asyncio.run(story()) == 1


def test_who_waits_is_told_when_the_machine_does_not_come(tmp_path: Path) -> None:
    path = tmp_path / "docker.sock"

    async def story() -> bytes:
        woken = asyncio.Event()
        wake = WakeSocket(listen_on_socket(path), woken.set)
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(path))
            connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
            await woken.wait()
            wake.refuse("no space")
            return await asyncio.to_thread(connection.recv, 4096)

    answer = asyncio.run(story())
    assert answer.startswith(b"HTTP/1.1 503")
    assert b"no space" in answer


class Qemu:
    """Answers as QEMU does; a migration that is blocked says why, before and when it is tried."""

    def __init__(self, memory: bytes = b"memory", blocked: str = "") -> None:
        self.memory, self.blocked = memory, blocked
        self.read = b""

    async def execute(self, command: str, **arguments: Any) -> Any:
        if command in ("migrate", "migrate-incoming") and self.blocked:
            raise QmpError(self.blocked)
        if command == "migrate":
            Path(arguments["uri"].removeprefix("file:")).write_bytes(self.memory)
        if command == "migrate-incoming":
            self.read = Path(arguments["uri"].removeprefix("file:")).read_bytes()
        if command == "query-migrate":
            return {"blocked-reasons": [self.blocked]} if self.blocked else {"status": "completed"}
        return None


async def test_where_there_are_no_unix_sockets_qemu_writes_and_reads_the_memory_itself(
    files: MachineFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suspension, "BY_PORTS", True)
    qemu = Qemu(b"new")
    await suspension.save_memory(files, cast(QmpClient, qemu))
    assert files.suspended_memory.read_bytes() == b"new"
    assert not files.suspended_memory_new.exists()
    await suspension.load_memory(files, cast(QmpClient, qemu))
    assert qemu.read == b"new"


async def test_a_memory_that_qemu_cannot_write_leaves_nothing_and_its_reason_is_told(
    files: MachineFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suspension, "BY_PORTS", True)
    qemu = cast(QmpClient, Qemu(blocked="State blocked due to non-migratable CPUID feature support"))
    files.suspended_memory_new.write_bytes(b"of a killed one")
    with pytest.raises(NotSuspended, match="non-migratable"):
        await suspension.save_memory(files, qemu)
    assert not files.suspended_memory_new.exists()
    assert files.suspended_memory.read_bytes() == b"memory"
    assert "non-migratable" in await suspension.why_not_saved(qemu)
    assert "non-migratable" in await why_it_may_not(cast(Tunnel, None), qemu, by_user=True)
    assert not await suspension.why_not_saved(cast(QmpClient, Qemu()))


def test_qemus_ports_may_be_others(files: MachineFiles) -> None:
    def listening(port: int) -> tuple[str, ...]:
        return (
            "qemu",
            "-chardev",
            f"socket,id=qmp,host=127.0.0.1,port={port},server=on,wait=off,tls-creds=keys",
        )

    suspension.write_suspension(files, replace(RECORD, command=listening(5000)), by_user=True)
    check(files, replace(RECORD, command=listening(6000)))
    with pytest.raises(CannotGoOn):
        check(files, replace(RECORD, command=(*listening(6000), "-x")))
