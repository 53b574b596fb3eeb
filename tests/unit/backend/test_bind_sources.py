"""Which sources of binds are let through in a machine, where they are paths of its host."""

import asyncio
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.config import parse_arguments
from backend.containers.mounts import bind_sources
from backend.containers.mounts.bind_sources import BindSources
from backend.containers.mounts.bind_text import parse_bind
from backend.errors import InvalidParameterError, UnavailableError
from backend.state_files import StateFiles

IN_A_MACHINE = BindSources(
    Path("/nowhere"), ("/home/user", "/srv/data"), Path("/run/engine.sock"), Path("/nowhere/binds")
)


@pytest.mark.parametrize(
    "source", ["/", "/home", "/home/user2", "/srv", "/etc/passwd", "/home/user/../other", "/data/engine"]
)
async def test_what_is_not_shared_is_refused_and_named(source: str) -> None:
    wish = parse_bind(f"{source}:/x")
    with pytest.raises(InvalidParameterError) as refusal:
        await IN_A_MACHINE.check(wish.source, must_exist=False)
    assert f"the path {wish.source} of this computer is not shared" in refusal.value.message
    assert "/home/user, /srv/data" in refusal.value.message
    mount = {"Type": "bind", "Source": wish.source}
    with pytest.raises(InvalidParameterError):
        async with IN_A_MACHINE.opened([mount]):
            pass


async def test_the_engines_own_socket_goes_by_dockers_names() -> None:
    for name in ("/var/run/docker.sock", "/run/docker.sock"):
        await IN_A_MACHINE.check(name, must_exist=True)
        async with IN_A_MACHINE.opened([{"Type": "bind", "Source": name}]) as sources:
            assert sources == {name: "/run/engine.sock"}


async def test_the_engines_own_socket_goes_by_its_name_on_the_host(tmp_path: Path) -> None:
    name = "/home/user/.docker/run/docker.sock"
    arguments = ["--socket", "/run/engine.sock", "--data-root", "/data", "--run-root", "/run"]
    config = parse_arguments(
        [*arguments, "--host-folders", "/nowhere", "--shared-folder", "/home/user", "--host-socket", name]
    )
    sources = BindSources.of(config, StateFiles(tmp_path, tmp_path))
    await sources.check(name, must_exist=True)
    async with sources.opened([{"Type": "bind", "Source": name}]) as found:
        assert found == {name: "/run/engine.sock"}


async def test_the_hosts_agent_goes_by_docker_desktops_name_in_a_machine_only(tmp_path: Path) -> None:
    name = "/run/host-services/ssh-auth.sock"
    arguments = ["--socket", "/run/engine.sock", "--data-root", "/data", "--run-root", "/run"]
    machine = ["--host-folders", "/nowhere", "--host-link", "/dev/null"]
    sources = BindSources.of(parse_arguments([*arguments, *machine]), StateFiles(tmp_path, tmp_path))
    await sources.check(name, must_exist=True)
    async with sources.opened([{"Type": "bind", "Source": name}]) as found:
        assert found == {name: str(tmp_path / "ssh-auth.sock")}
    native = BindSources.of(parse_arguments(arguments), StateFiles(tmp_path, tmp_path))
    async with native.opened([{"Type": "bind", "Source": name}]) as found:
        assert found == {}


async def test_on_the_host_itself_a_source_is_what_it_says(tmp_path: Path) -> None:
    native = BindSources(None, (), Path("/run/engine.sock"), tmp_path / "binds")
    await native.check(str(tmp_path / "new"), must_exist=False)
    with pytest.raises(InvalidParameterError, match="bind source path does not exist"):
        await native.check(str(tmp_path / "new"), must_exist=True)
    async with native.opened([{"Type": "bind", "Source": str(tmp_path)}]) as sources:
        assert sources == {}


@pytest.fixture
def silence(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Shared folders that are mounted, whose server does not answer until the event is set."""
    answers = threading.Event()
    mounted = os.path.ismount
    monkeypatch.setattr(bind_sources, "MOUNT_LIMIT", 0.2)
    monkeypatch.setattr(os.path, "ismount", lambda path: answers.wait(60) and mounted(path))
    yield answers
    answers.set()


async def test_folders_that_do_not_answer_are_given_up_and_keep_no_other_work_waiting(
    silence: threading.Event, tmp_path: Path
) -> None:
    sources = BindSources(tmp_path, ("/home",), tmp_path / "engine.sock", tmp_path / "binds")

    async def ask() -> None:
        with pytest.raises(UnavailableError, match="did not answer in the machine"):
            async with sources.opened([{"Type": "bind", "Source": "/home/user"}]):
                pass
        with pytest.raises(UnavailableError):
            await sources.check("/home/user", must_exist=True)

    await asyncio.gather(*(ask() for _ in range(50)))
    async with asyncio.timeout(30):
        await asyncio.to_thread(os.getpid)
    assert not silence.is_set()


async def test_what_is_mounted_after_it_was_given_up_is_taken_away(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "home" / "user").mkdir(parents=True)
    sources = BindSources(tmp_path, ("/home",), tmp_path / "engine.sock", tmp_path / "binds")
    answers, taken_away = threading.Event(), threading.Event()
    places: list[Path] = []

    def unmount(place: str, flags: int) -> None:
        if answers.is_set():
            taken_away.set()
        places.append(Path(place))

    monkeypatch.setattr(bind_sources, "MOUNT_LIMIT", 0.2)
    monkeypatch.setattr(os.path, "ismount", lambda path: True)
    monkeypatch.setattr(bind_sources, "mount", lambda *arguments: answers.wait(60))
    monkeypatch.setattr(bind_sources, "unmount", unmount)
    with pytest.raises(UnavailableError):
        async with sources.opened([{"Type": "bind", "Source": "/home/user"}]):
            pass
    answers.set()
    assert await asyncio.to_thread(taken_away.wait, 60)
    assert len(set(places)) == 1
