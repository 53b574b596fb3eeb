"""Engines on other computers: the client's whole contract over SSH and TLS, and the list that keeps them."""

import contextlib
import json
import shutil
import socket
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import paramiko
import pytest

from app.cli import main
from app.services.app_folders import AppFolders
from app.services.containers.compose import Compose
from app.services.engine import engine_transport
from app.services.engine.engine_client import EngineClient
from app.services.engine.engines import Engines, SavedEngine, check_engine
from app.services.errors import EngineRequestError, EngineUnreachableError, ErrorCode, MarinaError, UserError
from app.services.remote.local_door import LocalDoor
from app.services.remote.remote_hosts import ask_host_key
from tests.contract.client_contract import ClientContract
from tests.fakes.fake_engine import FakeEngine
from tests.support.tls_front import Authority, TlsFront
from tests.unit.vm.ssh_server import SshServer
from vm.machine.link.ssh_keys import get_user_key
from vm.machine.machine_files import MachineFiles


@pytest.fixture
def home(short_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user with a key, whose Marina is in a folder of the test."""
    monkeypatch.setenv("MARINA_HOME", str(short_folder / "marina"))
    monkeypatch.setenv("HOME", str(short_folder))
    for name in ("MARINA_SOCKET", "SSH_AUTH_SOCK"):
        monkeypatch.delenv(name, raising=False)
    (short_folder / ".ssh").mkdir()
    files = MachineFiles.find(short_folder / "key")
    files.create_folders()
    get_user_key(files)
    shutil.copy(files.ssh_key, short_folder / ".ssh/id_ed25519")
    return short_folder


@pytest.fixture
def server(home: Path, engine: FakeEngine) -> Iterator[SshServer]:
    """A host that lets the user in and leads to the fake engine."""

    def serve(channel: paramiko.Channel) -> None:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(engine.socket_path))
            _carry(channel, connection)

    key = paramiko.Ed25519Key.from_private_key_file(str(home / ".ssh/id_ed25519"))
    server = SshServer(home / "host", key, serve)
    yield server
    engine_transport.forget_remotes()
    server.close()


def _carry(channel: paramiko.Channel, connection: socket.socket) -> None:
    import threading

    def up() -> None:
        with contextlib.suppress(OSError):
            while data := channel.recv(65536):
                connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)

    thread = threading.Thread(target=up)
    thread.start()
    with contextlib.suppress(OSError):
        while data := connection.recv(65536):
            channel.sendall(data)
    channel.close()
    thread.join()


def saved(server: SshServer, key: str = "") -> SavedEngine:
    url = f"ssh://root@127.0.0.1:{server.port}/engine.sock"
    return SavedEngine("there", url, host_key=key or server.pinned_key)


@pytest.fixture
def image(engine: FakeEngine) -> str:
    engine.add_image("base:latest")
    return "base:latest"


@pytest.fixture
def pullable(engine: FakeEngine) -> str:
    engine.offer_image("web:latest")
    return "web:latest"


class TestOverSsh(ClientContract):
    """The whole contract through a tunnel."""

    @pytest.fixture
    def client(self, server: SshServer) -> Iterator[EngineClient]:
        with EngineClient(saved(server).address, connect_timeout=30, read_timeout=30) as client:
            yield client


class TestOverTls(ClientContract):
    """The whole contract over TLS with a client's certificate."""

    @pytest.fixture
    def client(self, home: Path, engine: FakeEngine) -> Iterator[EngineClient]:
        authority = Authority()
        front = TlsFront(engine.socket_path, authority.write(home / "server", "server"))
        folder = authority.write(home / "client", "client")
        address = SavedEngine("there", f"tcp://127.0.0.1:{front.port}", tls_folder=str(folder)).address
        with EngineClient(address, connect_timeout=30, read_timeout=30) as client:
            yield client
        engine.stop()
        front.close()


def test_another_hosts_key_is_refused(server: SshServer, home: Path) -> None:
    other = paramiko.Ed25519Key.from_private_key_file(str(home / ".ssh/id_ed25519"))
    with pytest.raises(UserError, match="shows another key than when it was added") as caught:
        check_engine(saved(server, f"{other.get_name()} {other.get_base64()}"))
    assert ask_host_key(saved(server).url).fingerprint in caught.value.details


def test_a_user_without_a_key_is_told_why(server: SshServer, home: Path) -> None:
    (home / ".ssh/id_ed25519").unlink()
    with pytest.raises(EngineUnreachableError, match="does not let us in: there is no key"):
        check_engine(saved(server))


def test_a_host_without_the_engine_is_told_so(server: SshServer) -> None:
    server.engine = None
    with pytest.raises(EngineUnreachableError, match="nobody listens on /engine.sock of 127.0.0.1"):
        check_engine(saved(server))


def test_a_cut_connection_is_dialled_again(server: SshServer) -> None:
    engine = saved(server)
    check_engine(engine)
    server.cut()
    check_engine(engine)
    assert server.connections == 2


def test_a_server_of_another_authority_is_refused(home: Path, engine: FakeEngine) -> None:
    front = TlsFront(engine.socket_path, Authority().write(home / "server", "server"))
    folder = Authority().write(home / "client", "client")
    with pytest.raises(EngineUnreachableError, match=r"(?i)certificate"):
        check_engine(SavedEngine("there", f"tcp://127.0.0.1:{front.port}", tls_folder=str(folder)))
    front.close()


def test_the_list_is_kept_and_private(home: Path) -> None:
    engines = Engines(AppFolders.find())
    assert [engine.name for engine in engines.list()] == ["marina"]
    assert engines.current().is_machine
    engines.add("local", "unix:///run/docker.sock")
    engines.use("local")
    assert Engines(AppFolders.find()).current().address == "unix:///run/docker.sock"
    assert AppFolders.find().engines.stat().st_mode & 0o777 == 0o600
    engines.remove("local")
    assert engines.current().is_machine
    path = AppFolders.find().engines
    path.write_text("{ damaged")
    assert engines.current().is_machine
    engines.add("other", "unix:///run/other.sock")
    assert path.with_suffix(".damaged").read_text() == "{ damaged", "keys of hosts may be in it"
    engines.add("more", "unix:///run/more.sock")
    assert [engine.name for engine in engines.list()] == ["marina", "other", "more"]


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("marina", "unix:///x"),
        ("a b", "unix:///x"),
        ("x", "/run/docker.sock"),
        ("x", "unix://relative"),
        ("x", "tcp://192.0.2.7:2375"),
        ("x", "tcp://127.0.0.1:70000"),
        ("x", "http://localhost"),
        ("x", "ssh://host"),
        ("x", "ssh://user:secret@host"),
        ("x", "unix:///x#tls=/y"),
    ],
)
def test_what_cannot_be_added(home: Path, name: str, url: str) -> None:
    with pytest.raises(UserError):
        Engines(AppFolders.find()).add(name, url)
    assert len(Engines(AppFolders.find()).list()) == 1


def test_unknown_engines_and_missing_certificates_are_errors(home: Path) -> None:
    engines = Engines(AppFolders.find())
    for call in (engines.use, engines.remove):
        with pytest.raises(MarinaError, match="There is no engine named nobody"):
            call("nobody")
    with pytest.raises(UserError) as caught:
        engines.add("x", "tcp://host:2376", tls_folder=str(home))
    assert "has no ca.pem" in caught.value.details
    with pytest.raises(UserError):
        engines.remove("marina")


def test_the_command_line_adds_uses_and_removes_an_engine(
    server: SshServer, engine: FakeEngine, capfd: pytest.CaptureFixture[str]
) -> None:
    engine.add_image("only-there:latest")
    url = saved(server).url
    fingerprint = ask_host_key(url).fingerprint
    assert main(["engine", "add", "there", url]) == 1, "nobody is here to look at the key"
    assert f"--fingerprint {fingerprint}" in capfd.readouterr().err
    assert main(["engine", "add", "--fingerprint", "SHA256:other", "there", url]) == 1
    assert main(["engine", "add", "--use", "--fingerprint", fingerprint, "there", url]) == 0
    assert main(["engine", "list", "--json"]) == 0
    rows = json.loads(capfd.readouterr().out)
    assert [(row["name"], row["current"]) for row in rows] == [("marina", False), ("there", True)]
    assert main(["images"]) == 0
    assert "only-there" in capfd.readouterr().out
    assert main(["engine", "remove", "there"]) == 0
    assert main(["engine", "current"]) == 0
    assert capfd.readouterr().out == "marina\n"


def test_an_engine_that_does_not_answer_is_not_added(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["engine", "add", "dead", "unix:///nowhere/docker.sock"]) == 1
    assert "dead does not answer" in capfd.readouterr().err
    assert main(["engine", "add", "--no-check", "dead", "unix:///nowhere/docker.sock"]) == 0
    with pytest.raises(UserError) as caught:
        Engines(AppFolders.find()).add("dead", "unix:///x")
    assert caught.value.code is ErrorCode.NAME_TAKEN


def test_a_key_that_ssh_knows_is_taken(server: SshServer, home: Path) -> None:
    (home / ".ssh/known_hosts").write_text(f"[127.0.0.1]:{server.port} {server.pinned_key}\n")
    assert ask_host_key(saved(server).url).known
    (home / ".ssh/config").write_text(f"Host box\n  HostName 127.0.0.1\n  Port {server.port}\n  User root\n")
    assert main(["engine", "add", "box", "ssh://box"]) == 0
    assert check_engine(Engines(AppFolders.find()).find("box")).api_version


def test_a_door_leads_there_by_the_pinned_key(server: SshServer, engine: FakeEngine) -> None:
    engine.add_image("base:latest")
    with LocalDoor(saved(server).address) as door:
        path = door.address.removeprefix("unix://")
        assert stat.S_IMODE(Path(path).parent.stat().st_mode) == 0o700, "for this user alone"
        with EngineClient(path, connect_timeout=60, read_timeout=60) as client:
            assert [image.tags for image in client.list_images()] == [("base:latest",)]
        with socket.socket(socket.AF_UNIX) as silent:  # one that says nothing is cut with the door
            silent.connect(path)
            door.__exit__()
            assert silent.recv(1) == b""
    assert not Path(path).exists()
    assert not [thread for thread in threading.enumerate() if thread.name == "marina-door"]


def test_a_door_to_a_host_with_another_key_says_so(server: SshServer, home: Path) -> None:
    other = paramiko.Ed25519Key.from_private_key_file(str(home / ".ssh/id_ed25519"))
    pinned = f"{other.get_name()} {other.get_base64()}"
    with LocalDoor(saved(server, pinned).address) as door:
        path = door.address.removeprefix("unix://")
        with (
            EngineClient(path, connect_timeout=60, read_timeout=60) as client,
            pytest.raises(EngineRequestError, match="another key"),
        ):
            client.list_images()


def test_compose_goes_through_the_door(server: SshServer, home: Path) -> None:
    program = home / "docker-compose"
    program.write_text('#!/bin/sh\necho "$DOCKER_HOST"\ntest -S "${DOCKER_HOST#unix://}" && echo there\n')
    program.chmod(0o755)
    compose = Compose(program, "2.26.1", saved(server).address)
    with compose.start(("up",), None, "shop", {}) as running:
        host, there = running.lines()
    assert host.startswith("unix:///")
    assert there == "there"
    assert not Path(host.removeprefix("unix://")).exists()
