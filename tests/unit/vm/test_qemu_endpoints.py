"""The ports of Windows' QEMU: who has no key is refused at both ends."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from vm.errors import UserError
from vm.machine.machine_files import MachineFiles
from vm.machine.qemu import qemu_endpoints
from vm.machine.qemu.qemu_endpoints import find_endpoints, forget_endpoints, renew_endpoints
from vm.machine.sharing.file_server_process import file_server_command
from vm.machine.sockets.endpoints import TlsEndpoint, UnixEndpoint, connect_endpoint, dial_endpoint

GREETING = b"hello\n"


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MachineFiles:
    monkeypatch.setattr(qemu_endpoints, "BY_PORTS", True)
    return MachineFiles(tmp_path, tmp_path, tmp_path, tmp_path)


@pytest.fixture
async def port(files: MachineFiles) -> AsyncIterator[int]:
    """A server as QEMU is one: with the keys that lie in its folder, and for those who have theirs."""
    keys = find_keys(renew_endpoints(files).qmp)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(keys / "ca-cert.pem"))
    context.load_cert_chain(keys / "server-cert.pem", keys / "server-key.pem")
    context.verify_mode = ssl.CERT_REQUIRED

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(GREETING + await reader.readline())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(greet, "127.0.0.1", 0, ssl=context)
    async with server:
        yield int(server.sockets[0].getsockname()[1])


def find_keys(endpoint: TlsEndpoint | UnixEndpoint) -> Path:
    assert isinstance(endpoint, TlsEndpoint)
    return endpoint.keys


async def call(port: int, keys: Path) -> bytes:
    reader, writer = await connect_endpoint(TlsEndpoint(port, keys))
    try:
        writer.write(b"you\n")
        return await reader.read()
    finally:
        writer.close()


async def test_both_ends_of_one_start_know_each_other(files: MachineFiles, port: int) -> None:
    assert await call(port, files.qemu_keys) == GREETING + b"you\n"


async def test_a_program_without_a_loop_gets_there_too(files: MachineFiles, port: int) -> None:
    def call_blocking() -> bytes:
        connection = dial_endpoint(TlsEndpoint(port, files.qemu_keys))
        with connection, connection.makefile("rb") as answer:
            connection.sendall(b"you\n")
            return answer.read()

    assert await asyncio.to_thread(call_blocking) == GREETING + b"you\n"


def test_the_file_server_is_told_where_its_port_is(files: MachineFiles, tmp_path: Path) -> None:
    port = renew_endpoints(files).files_port
    assert isinstance(port, TlsEndpoint)
    command = file_server_command(files, ("/a", "/b c"))
    assert command[-3:] == ["--", "/a", "/b c"]
    place = command.index("--serve-folders")
    assert command[place + 1 : place + 4] == [str(port.port), "--keys", str(files.qemu_keys)]


async def test_keys_of_another_start_open_nothing(files: MachineFiles, port: int, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    renew_endpoints(MachineFiles(other, other, other, other))
    with pytest.raises(ssl.SSLCertVerificationError):
        await call(port, other / "qemu-keys")
    # one who believes the server, and has a key of another authority
    (other / "qemu-keys" / "ca-cert.pem").write_bytes((files.qemu_keys / "ca-cert.pem").read_bytes())
    try:
        answer = await call(port, other / "qemu-keys")
    except OSError:  # TLS 1.3 tells the client with its first answer only
        answer = b""
    assert answer == b""


async def test_a_stranger_without_a_key_is_refused(files: MachineFiles, port: int) -> None:
    context = ssl.create_default_context(cafile=str(files.qemu_keys / "ca-cert.pem"))
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
    writer.write(b"me\n")
    try:
        answer = await reader.read()
    except OSError:
        answer = b""
    writer.close()
    assert answer == b""


def test_a_later_supervisor_finds_them_and_nothing_is_left(files: MachineFiles, tmp_path: Path) -> None:
    made = renew_endpoints(files)
    assert find_endpoints(files) == made
    assert made.paths == []
    assert len({made.qmp, made.boot_port, made.agent_port, made.files_port}) == 4
    assert {path.stat().st_mode & 0o077 for path in files.qemu_keys.glob("*-key.pem")} == {0}
    forget_endpoints(files)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(UserError, match="not known"):
        find_endpoints(files)


def test_elsewhere_they_are_sockets_in_the_run_folder(tmp_path: Path) -> None:
    files = MachineFiles(tmp_path, tmp_path, tmp_path, tmp_path)
    assert renew_endpoints(files).paths == [
        files.qmp_socket,
        files.boot_socket,
        files.agent_socket,
        files.files_socket,
    ]
    assert list(tmp_path.iterdir()) == []
