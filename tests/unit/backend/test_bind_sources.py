"""Which sources of binds are let through in a machine, where they are paths of its host."""

from pathlib import Path

import pytest

from backend.config import parse_arguments
from backend.containers.mounts.bind_sources import BindSources
from backend.containers.mounts.bind_text import parse_bind
from backend.errors import InvalidParameterError
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
