"""What `.gitmodules` says."""

import pytest

from backend.builder.git import git_logins, git_modules


def test_addresses_by_folders() -> None:
    text = (
        b'[core]\n\turl = x\n[submodule "a"]\n\tpath = lib/a/\n\turl = ../a.git\n'
        b'[submodule "b"]\n\tpath = b\n[submodule]\n\tpath = c\n\turl = y\n'
    )
    assert git_modules.read(text) == {b"lib/a": "../a.git", b"b": "y"}


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://other/x.git", "https://other/x.git"),
        ("../y.git", "https://me@host:1/team/y.git"),
        ("./y.git", "https://me@host:1/team/x.git/y.git"),
        ("./../../z/y.git/", "https://me@host:1/z/y.git"),
        ("../../", "https://me@host:1"),
        ("ssh://git@other/x.git", "ssh://git@other/x.git"),
    ],
)
def test_relative_addresses(url: str, found: str) -> None:
    assert git_modules.resolved(url, "https://me@host:1/team/x.git/") == found


def test_addresses_that_lead_out_of_the_server() -> None:
    with pytest.raises(ValueError, match="cannot strip one component"):
        git_modules.resolved("../../../y.git", "https://host/team/x.git")


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ("https://me:secret@host/y", True),
        ("http://host/y", False),
        ("https://host:444/y", False),
        ("https://host.other/y", False),
    ],
)
def test_servers_that_are_one(other: str, same: bool) -> None:
    """What is shown to one is not shown to another."""
    assert git_logins.same_server("https://host/x", other) is same


@pytest.mark.parametrize(
    ("url", "parent", "found"),
    [
        ("../y.git", "git@host:team/x.git", "git@host:team/y.git"),
        ("../y.git", "git@host:/srv/x.git", "git@host:/srv/y.git"),
        ("../../z/y.git", "git@host:team/x.git", "git@host:z/y.git"),
        ("../y.git", "ssh://git@host:22/team/x.git", "ssh://git@host:22/team/y.git"),
    ],
)
def test_relative_addresses_over_ssh(url: str, parent: str, found: str) -> None:
    assert git_modules.resolved(url, parent) == found


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("git@host:team/x.git", ("git", "host", None, "team/x.git")),
        ("git@host:/srv/x.git", ("git", "host", None, "/srv/x.git")),
        ("ssh://git@host:2222/~/x.git", ("git", "host", 2222, "/~/x.git")),
        ("ssh://[::1]/x.git", ("", "::1", None, "/x.git")),
        ("https://host/x.git", None),
        ("../x.git", None),
    ],
)
def test_places_over_ssh(url: str, place: tuple[str, str, int | None, str] | None) -> None:
    found = git_logins.ssh_place(url)
    assert (found and (found.user, found.host, found.port, found.path)) == place


@pytest.mark.parametrize(
    "url",
    [
        "ssh://-oProxyCommand=x/x.git",
        "ssh://-lroot@host/x.git",
        "-oProxyCommand=x@host:x.git",
        "git@-oProxyCommand=x:x.git",
        "git@host:x';touch y;'.git",
        "git@host:-upload.git",
        "git@host:x\ty.git",
        "ssh://git@host",
        "ssh://git@host:many/x.git",
    ],
)
def test_what_is_no_place_over_ssh(url: str) -> None:
    """Nothing that a shell there, or the program here, could take for something else."""
    with pytest.raises(ValueError, match="nvalid|could not be cast"):
        git_logins.ssh_place(url)


def test_servers_over_ssh() -> None:
    assert git_logins.same_server("git@host:a.git", "other@HOST:b.git")
    assert not git_logins.same_server("git@host:a.git", "git@other:a.git")
    assert not git_logins.same_server("git@host:a.git", "https://host/a.git")
