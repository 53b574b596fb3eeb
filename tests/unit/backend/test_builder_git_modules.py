"""What `.gitmodules` says."""

import pytest

from backend.builder import git_logins, git_modules


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
