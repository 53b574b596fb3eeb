"""What the window can do and docker cannot, in the terminal: volumes, sign-ins, logs by time."""

import io
import json
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backends.fail import Keyring

from app.cli import main
from app.commands import registries, session
from app.services.containers.container_setup import ContainerSetup, read_setup
from app.services.engine.engine_client import EngineClient
from app.services.images.key_store import KeyStore
from app.services.images.registry_logins import RegistryLogins
from tests.fakes.fake_access import FakeKeyring
from tests.fakes.fake_engine import FakeEngine
from tests.fakes.fake_machine import FakeMachine
from tests.fakes.faults import FaultKind
from vm.machine.machine_files import MachineFiles

Output = pytest.CaptureFixture[str]


@pytest.fixture
def cli(engine: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    """The engine that `main` talks to, with an image."""
    monkeypatch.setenv("MARINA_SOCKET", str(engine.socket_path))
    engine.add_image("base:latest")
    return engine


@pytest.fixture
def logins(short_folder: Path, monkeypatch: pytest.MonkeyPatch) -> RegistryLogins:
    """Sign-ins in a folder of the test's, over a key store that works."""
    store = KeyStore(FakeKeyring())
    monkeypatch.setattr(
        session, "find_logins", lambda: RegistryLogins(short_folder / "registries.json", store)
    )
    monkeypatch.setattr(registries, "find_logins", session.find_logins)
    return session.find_logins()


def archive_of(path: Path, names: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w") as archive:
        for name, content in names.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


def test_a_volume_is_filled_copied_written_out_and_emptied(
    cli: FakeEngine, tmp_path: Path, capfd: Output
) -> None:
    source = archive_of(tmp_path / "in.tar", {"a.txt": b"hello"})
    assert main(["volume", "import", "data", str(source)]) == 0
    assert main(["volume", "clone", "data", "copy"]) == 0
    assert main(["volume", "empty", "--yes", "data"]) == 0
    for name in ("data", "copy"):
        assert main(["volume", "export", name, str(tmp_path / f"{name}.tar")]) == 0
    with tarfile.open(tmp_path / "copy.tar") as copy, tarfile.open(tmp_path / "data.tar") as data:
        found = copy.extractfile(next(member for member in copy if member.name.endswith("a.txt")))
        assert found is not None
        assert found.read() == b"hello"
        assert not [member for member in data if member.isfile()]
    assert main(["volume", "clone", "data", "copy"]) == 1
    assert "There is a volume copy already" in capfd.readouterr().err
    assert main(["volume", "export", "copy", str(tmp_path / "copy.tar")]) == 1
    assert "There is a file" in capfd.readouterr().err


def test_a_volume_that_is_not_there_is_named(cli: FakeEngine, tmp_path: Path, capfd: Output) -> None:
    assert main(["volume", "export", "none", str(tmp_path / "out.tar")]) == 1
    assert "There is no volume none" in capfd.readouterr().err
    assert not (tmp_path / "out.tar").exists()


def test_nothing_is_emptied_unasked(cli: FakeEngine, tmp_path: Path, capfd: Output) -> None:
    main(["volume", "import", "data", str(archive_of(tmp_path / "in.tar", {"a.txt": b"hello"}))])
    assert main(["volume", "empty", "data"]) == 1
    assert "Add --yes" in capfd.readouterr().err
    assert main(["volume", "export", "data", str(tmp_path / "out.tar")]) == 0
    with tarfile.open(tmp_path / "out.tar") as archive:
        assert [member.name for member in archive if member.isfile()]


def test_the_logs_of_several_are_sorted_by_time(cli: FakeEngine, capfd: Output) -> None:
    first = cli.add_container("one", cli.state.images[0])
    second = cli.add_container("other", cli.state.images[0])
    first.log += [(1, b"a\n"), (2, b"c\n")]
    second.log += [(1, b"b\n")]
    assert main(["logs", "one", "other"]) == 0
    told = capfd.readouterr()
    assert sorted(told.out.splitlines()) == ["one   | a", "other | b"]
    assert told.err == "one   | c\n"
    assert main(["logs", "-t", "one", "other"]) == 0
    lines = capfd.readouterr().out.splitlines()
    times = [line.partition("| ")[2].split()[0] for line in lines]
    assert times == sorted(times)
    assert main(["logs", "one", "nobody"]) == 1
    assert "There is no container nobody" in capfd.readouterr().err
    assert main(["logs", "nobody"]) == 1
    assert "There is no container nobody" in capfd.readouterr().err


def test_several_logs_are_followed_to_their_ends(cli: FakeEngine, capfd: Output) -> None:
    for name in ("one", "other"):
        main(["run", "-d", "--name", name, "base", "sh", "-c", f"echo from {name}"])
    capfd.readouterr()
    assert main(["logs", "-f", "one", "other"]) == 0
    assert sorted(capfd.readouterr().out.splitlines()) == ["one   | from one", "other | from other"]


def test_the_line_that_makes_a_container_is_written(cli: FakeEngine, capfd: Output) -> None:
    main(["run", "-d", "--name", "one", "-e", "A=b c", "-p", "8081:80", "base", "sleep", "9"])
    capfd.readouterr()
    assert main(["run-line", "one"]) == 0
    line = capfd.readouterr().out
    for part in ("docker run -d --name one", "-p 8081:80", "-e 'A=b c'", "base sleep 9"):
        assert part in line
    assert main(["run-line", "nobody"]) == 1


def test_sign_ins_are_kept_listed_sent_and_forgotten(
    cli: FakeEngine, logins: RegistryLogins, capfd: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli.state.accounts["registry.example.com"] = ("ann", "secret")
    monkeypatch.setattr(sys, "stdin", io.StringIO("wrong\n"))
    words = ["login", "--username", "ann", "--password-stdin", "registry.example.com"]
    assert main(words) == 1
    assert logins.list() == ()
    monkeypatch.setattr(sys, "stdin", io.StringIO("secret\n"))
    assert main(words) == 0
    told = capfd.readouterr()
    assert "Signed in at registry.example.com as ann" in told.err
    assert "secret" not in told.out + told.err
    assert main(["logins", "--json"]) == 0
    assert json.loads(capfd.readouterr().out) == [{"registry": "registry.example.com", "user": "ann"}]
    client = session.with_logins(EngineClient(str(cli.socket_path)))
    assert "X-Registry-Auth" in client.login_headers("registry.example.com/private")
    assert client.login_headers("other.example.com/public") == {}
    assert main(["logout", "registry.example.com"]) == 0
    assert logins.list() == ()


def test_without_a_key_store_no_password_is_asked_for(
    cli: FakeEngine, short_folder: Path, capfd: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MARINA_HOME", str(short_folder))
    monkeypatch.setattr(keyring, "get_keyring", Keyring)
    assert main(["login", "-u", "ann", "--password-stdin"]) == 1
    assert "no key store" in capfd.readouterr().err


def made_of(engine: FakeEngine, name: str) -> ContainerSetup:
    with EngineClient(engine.socket_path) as client:
        return read_setup(client.inspect_container(name))


def test_a_container_is_changed_and_what_is_not_named_stays(cli: FakeEngine, capfd: Output) -> None:
    main(
        ["run", "-d", "--name", "one", "-e", "A=1", "-e", "B=2", "-p", "8081:80", "-v", "data:/data", "base"]
    )
    before = made_of(cli, "one")
    old = cli.state.find_container("one")
    assert (
        main(["edit", "--yes", "-p", "8082:80", "-e", "A=3", "--unset", "B", "-v", "more:/more", "one"]) == 0
    )
    told = capfd.readouterr().err
    assert "is made anew" in told
    assert "Removing the old one" in told
    after = made_of(cli, "one")
    assert cli.state.find_container("one") is not old
    assert [(port.host_port, port.key) for port in after.ports] == [(8082, "80/tcp")]
    assert dict(after.environment).items() >= {"A": "3"}.items()
    assert "B" not in dict(after.environment)
    assert {mount.target for mount in after.mounts} == {"/data", "/more"}
    assert (
        main(["edit", "--yes", "--unpublish", "80", "--unmount", "/more", "-e", "A=1", "-e", "B=2", "one"])
        == 0
    )
    again = made_of(cli, "one")
    assert (again.ports, again.mounts) == ((), before.mounts)
    assert set(again.environment) == set(before.environment)


def test_limits_are_changed_as_it_runs_without_a_question(cli: FakeEngine, capfd: Output) -> None:
    main(["run", "-d", "--name", "one", "base", "sleep", "100"])
    container = cli.state.find_container("one")
    capfd.readouterr()
    assert main(["edit", "--memory", "64m", "--cpus", "1.5", "--restart", "always", "one"]) == 0
    assert cli.state.find_container("one") is container
    after = made_of(cli, "one")
    assert (after.memory, after.cpus, after.restart_policy) == (64 * 2**20, 1.5, "always")


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["one"], "Nothing is to be changed"),
        (["--unset", "NONE", "one"], "has no variable NONE"),
        (["--unpublish", "80", "one"], "publishes no port 80/tcp"),
        (["--unmount", "/none", "one"], "mounts nothing at /none"),
        (["--memory", "much", "one"], "is not a size"),
        (["-e", "A=1", "one"], "Add --yes"),
        (["-e", "A=1", "nobody"], "There is no container nobody"),
    ],
)
def test_a_change_that_cannot_be_is_told_and_none_is_made(
    cli: FakeEngine, capfd: Output, words: list[str], reason: str
) -> None:
    main(["run", "-d", "--name", "one", "base", "sleep", "100"])
    before = made_of(cli, "one")
    assert main(["edit", *words]) == 1
    assert reason in capfd.readouterr().err
    assert made_of(cli, "one") == before


def test_whether_a_container_reaches_another_is_told(cli: FakeEngine, capfd: Output) -> None:
    for name in ("one", "other"):
        main(["run", "-d", "--name", name, "base", "sleep", "100"])
    capfd.readouterr()
    assert main(["reach", "one", "other"]) == 0
    told = capfd.readouterr().out
    assert told.startswith("one reaches other at 172.")
    assert "on bridge" in told
    assert main(["reach", "--json", "one", "other"]) == 0
    assert json.loads(capfd.readouterr().out)["reached"] is True
    assert main(["reach", "one", "nobody"]) == 1
    assert "no container nobody" in capfd.readouterr().err


@pytest.fixture
def home(short_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of a user's Marina."""
    monkeypatch.delenv("MARINA_SOCKET", raising=False)
    monkeypatch.setenv("MARINA_HOME", str(short_folder))
    with FakeMachine(short_folder):
        yield short_folder


def test_the_ends_of_the_machines_logs_are_shown(home: Path, capfd: Output) -> None:
    assert main(["machine-log"]) == 0
    assert "is empty, or not there yet" in capfd.readouterr().err
    MachineFiles.find(home).qemu_log.write_text("one\ntwo\x1b[31m\nthree\n")
    assert main(["machine-log", "qemu", "-n", "2"]) == 0
    assert capfd.readouterr().out == "two\N{REPLACEMENT CHARACTER}[31m\nthree\n"


def test_the_tags_of_an_image_are_listed_newest_first(cli: FakeEngine, capfd: Output) -> None:
    for tag in ("alpine", "1.9", "1.27", "latest", "1.27-alpine"):
        cli.offer_image(f"web:{tag}")
    assert main(["tags", "web:1.9"]) == 0
    assert capfd.readouterr().out.split() == ["latest", "1.27", "1.27-alpine", "1.9", "alpine"]
    assert main(["tags", "--json", "web"]) == 0
    assert json.loads(capfd.readouterr().out)[0] == "latest"
    assert main(["tags", "nothing"]) == 1
    assert "The registry has no image nothing" in capfd.readouterr().err
    assert main(["tags", "Web"]) == 1
    assert "lower case" in capfd.readouterr().err


def test_an_engine_that_asks_for_no_tags_is_named(cli: FakeEngine, capfd: Output) -> None:
    cli.fail("GET /marina/distribution", FaultKind.STATUS, status=404, message="page not found")
    assert main(["tags", "web"]) == 1
    assert "This engine does not ask registries for tags" in capfd.readouterr().err


def test_what_the_steps_of_an_image_did_is_listed(cli: FakeEngine, capfd: Output) -> None:
    assert main(["image", "files", "base"]) == 0
    lines = capfd.readouterr().out.splitlines()
    assert lines[0].split() == ["STEP", "SIZE", "COMMAND"]
    assert "make install" in lines[2]
    assert main(["image", "files", "--step", "1", "base"]) == 0
    rows = [line.split() for line in capfd.readouterr().out.splitlines()]
    assert ["deleted", "48kB", "/tmp/build.log"] in rows
    assert ["added", "—", "/usr/local/app/"] in rows
    assert main(["image", "files", "--json", "--step", "1", "base"]) == 0
    assert json.loads(capfd.readouterr().out)[0]["path"] == "/etc/app.conf"
    for step in ("3", "-1"):
        assert main(["image", "files", "--step", step, "base"]) == 1
        assert f"The image has no step {step}" in capfd.readouterr().err
    assert main(["image", "files", "nothing"]) == 1
    assert "There is no image nothing" in capfd.readouterr().err
