"""Bind sources as the docker command, Compose and Git's shell on Windows write them."""

from pathlib import Path
from typing import Any

import pytest

from backend.containers.mounts import windows_host
from backend.containers.mounts.bind_sources import BindSources
from backend.containers.mounts.bind_text import parse_bind
from backend.containers.mounts.mount_object import parse_mount
from backend.errors import InvalidParameterError

ON_WINDOWS = BindSources(
    Path("/nowhere"), ("C:\\Users\\Me", "D:\\"), Path("/run/engine.sock"), Path("/nowhere/binds")
)
ON_LINUX = BindSources(Path("/nowhere"), ("/home/me",), Path("/run/engine.sock"), Path("/nowhere/binds"))


@pytest.mark.parametrize(
    "source",
    [
        *("C:\\Users\\Me\\app", "c:/Users/Me/app/", "C:\\Users\\Me\\x\\..\\app"),
        *("//c/Users/Me/app", "/C/Users/Me/app"),
    ],
)
@pytest.mark.parametrize(("rest", "read_only"), [(":/x", False), (":/x:ro", True)])
async def test_all_forms_of_a_path_are_one(source: str, rest: str, read_only: bool) -> None:
    mount = {"Type": "bind", "Source": source, "Target": "/y"}
    named = ON_WINDOWS.named({"Binds": [source + rest], "Mounts": [mount], "Memory": 5})
    wish = parse_bind(named["Binds"][0])
    assert (wish.source, wish.target, wish.read_only) == ("/c/Users/Me/app", "/x", read_only)
    assert parse_mount(named["Mounts"][0]).source == "/c/Users/Me/app"
    assert (named["Memory"], mount["Source"]) == (5, source)
    await ON_WINDOWS.check(wish.source, must_exist=False)


@pytest.mark.parametrize("text", ["data:/x", "data:/x:ro", "/x", "c:/x", ":/x", "", "C:\\Users"])
def test_volumes_and_what_makes_no_sense_stay_as_they_are(text: str) -> None:
    mounts: list[Any] = [{"Type": "volume", "Source": "c", "Target": "/x"}, {"Type": "bind"}, "x", None]
    assert ON_WINDOWS.named({"Binds": [text], "Mounts": mounts}) == {"Binds": [text], "Mounts": mounts}
    assert ON_WINDOWS.named({"Binds": None, "Mounts": None}) == {"Binds": None, "Mounts": None}


async def test_the_sockets_of_docker_are_the_engines_own() -> None:
    for source in ("//var/run/docker.sock", "/var/run/docker.sock"):
        wish = parse_bind(ON_WINDOWS.named({"Binds": [f"{source}:/s"], "Mounts": None})["Binds"][0])
        async with ON_WINDOWS.opened([{"Type": "bind", "Source": wish.source}]) as sources:
            assert sources == {wish.source: "/run/engine.sock"}


@pytest.mark.parametrize("source", ["/c/users/ME", "/c/Users/Me/a", "/d", "/d/all/of/it"])
async def test_what_is_shared_is_so_in_any_case(source: str) -> None:
    await ON_WINDOWS.check(source, must_exist=False)


@pytest.mark.parametrize("source", ["/c", "/c/Users", "/c/Users/Me2", "/e/x", "/home/me"])
async def test_what_is_not_shared_is_refused(source: str) -> None:
    with pytest.raises(InvalidParameterError, match="is not shared with Marina"):
        await ON_WINDOWS.check(source, must_exist=False)


def test_on_other_hosts_nothing_is_taken_for_a_drive() -> None:
    host = {"Binds": ["C:\\x:/y", "//c/x:/y"], "Mounts": [{"Type": "bind", "Source": "C:\\x"}]}
    assert ON_LINUX.named(host) is host
    assert not windows_host.is_windows(["/home/C:\\x", "/c"])
