"""Paths of containers: cleaned as dockerd cleans them, followed inside the root only, told in Go's bits."""

import base64
import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.containers.files.container_paths import PathStat, clean, follow, go_mode, go_time, look_up
from backend.errors import InvalidParameterError


@pytest.fixture
def root(tmp_path: Path) -> Iterator[int]:
    """An open root with links of all sorts, beside a folder that none of them may reach."""
    (tmp_path / "etc").mkdir()
    (tmp_path / "root" / "d").mkdir(parents=True)
    (tmp_path / "root" / "etc").mkdir()
    (tmp_path / "root" / "d" / "f").touch()
    for name, target in {
        "to-f": "/d/f", "to-d": "d", "up": "../../../../etc", "ring": "ring", "dangling": "/no/where",
        "chain": "to-d/../to-f", "host": str(tmp_path / "etc"),
    }.items():  # fmt: skip
        (tmp_path / "root" / name).symlink_to(target)
    descriptor = os.open(tmp_path / "root", os.O_PATH | os.O_DIRECTORY)
    yield descriptor
    os.close(descriptor)


@pytest.mark.parametrize(
    ("written", "cleaned"),
    [
        ("/a/b", "/a/b"), ("a", "/a"), ("/", "/"), (".", "/."), ("/a/", "/a/"), ("/a/.", "/a/."),
        ("/a/./", "/a/./"),
        ("/../../x", "/x"), ("a/../b/", "/b/"), ("//a//b", "/a/b"), ("..", "/"), ("/..", "/"),
    ],
)  # fmt: skip
def test_cleaning(written: str, cleaned: str) -> None:
    assert clean(written) == cleaned


@given(st.text(alphabet="ab./", min_size=1, max_size=20))
def test_cleaned_paths_have_no_way_up(written: str) -> None:
    assert clean(written).startswith("/")
    assert ".." not in clean(written).split("/")


@pytest.mark.parametrize(
    ("path", "name", "target"),
    [
        ("/d", "d", ""), ("/d/", "d", ""), ("/d/.", ".", ""), ("/", "/", ""), ("/to-f", "to-f", "/d/f"),
        ("/to-d", "to-d", "/d"), ("/to-d/", "to-d", ""), ("/up", "up", "/etc"), ("/chain", "chain", "/d/f"),
        ("/dangling", "dangling", "/no/where"),
    ],
)  # fmt: skip
def test_looking_up(root: int, path: str, name: str, target: str) -> None:
    found = look_up(root, path)
    assert (found.name, found.link_target) == (name, target)
    assert found.is_folder == (name in ("d", ".", "/") or path.endswith("/"))


def test_links_to_the_host_lead_into_the_root(root: int) -> None:
    target = look_up(root, "/host").link_target
    assert target.endswith("/etc")
    with pytest.raises(FileNotFoundError):
        look_up(root, "/host/")


@pytest.mark.parametrize(("path", "error"), [("/no", FileNotFoundError), ("/d/f/x", NotADirectoryError)])
def test_missing(root: int, path: str, error: type[OSError]) -> None:
    with pytest.raises(error):
        look_up(root, path)


def test_a_ring_of_links(root: int) -> None:
    with pytest.raises(InvalidParameterError, match="too many links in /ring"):
        follow(root, "/ring")


def test_header() -> None:
    found = PathStat("f", 3, stat.S_IFREG | 0o4755, 1_500_000_000_000_000_000, "")
    expected = '{"name":"f","size":3,"mode":8389101,"mtime":"2017-07-14T02:40:00Z","linkTarget":""}'
    assert base64.b64decode(found.header()).decode() == expected
    assert json.loads(expected)["mode"] == go_mode(found.mode)


@pytest.mark.parametrize(
    ("mode", "go"),
    [
        (stat.S_IFDIR | 0o755, 2147484141), (stat.S_IFLNK | 0o777, 134218239),
        (stat.S_IFIFO | 0o644, 33554852),
        (stat.S_IFDIR | 0o1777, 2147484159 | 1 << 20), (stat.S_IFCHR | 0o666, 1 << 26 | 1 << 21 | 0o666),
    ],
)  # fmt: skip
def test_modes(mode: int, go: int) -> None:
    assert go_mode(mode) == go


def test_times() -> None:
    assert go_time(1_500_000_000_546_613_600) == "2017-07-14T02:40:00.5466136Z"
    assert go_time(-1) == "1969-12-31T23:59:59.999999999Z"
