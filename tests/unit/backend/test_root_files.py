"""Looking into a root that was made to fool us."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.errors import InvalidParameterError
from backend.runtime.oci_spec import ProcessUser
from backend.runtime.root_files import is_folder, make_folders, opened_root, read_text, resolve_user

PASSWD = "root:x:0:0:root:/root:/bin/sh\nweb:x:33:44::/var:/bin/sh\nbroken\nodd:x:x:y::/:/\n"
GROUP = "root:x:0:\nweb:x:44:\nextra:x:50:web,other\nbroken\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    (root / "etc").mkdir(parents=True)
    (root / "etc/passwd").write_text(PASSWD)
    (root / "etc/group").write_text(GROUP)
    return root


@pytest.fixture
def root(folder: Path) -> Iterator[int]:
    with opened_root(folder) as descriptor:
        yield descriptor


@pytest.mark.parametrize(
    ("wanted", "user"),
    [
        ("", ProcessUser(0, 0, (0,))),
        ("web", ProcessUser(33, 44, (44, 50))),
        ("33", ProcessUser(33, 44, (44, 50))),
        ("web:root", ProcessUser(33, 0, (0,))),
        ("1234", ProcessUser(1234, 0, (0,))),
        ("1234:5678", ProcessUser(1234, 5678, (5678,))),
    ],
)
def test_users(root: int, wanted: str, user: ProcessUser) -> None:
    assert resolve_user(root, wanted) == user


def test_additional_groups(root: int) -> None:
    assert resolve_user(root, "root", ("extra", "77")) == ProcessUser(0, 0, (0, 50, 77))


@pytest.mark.parametrize("wanted", ["nobody", "web:nogroup", "99999999999", "0:99999999999", "-1"])
def test_no_users(root: int, wanted: str) -> None:
    with pytest.raises(InvalidParameterError):
        resolve_user(root, wanted)


def test_links_do_not_lead_out(root: int, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    (folder / "out").symlink_to(tmp_path)
    (folder / "up").symlink_to("../../secret")
    (folder / "etc/passwd").unlink()
    (folder / "etc/passwd").symlink_to(tmp_path / "secret")
    assert read_text(root, "/etc/passwd") == ""
    assert read_text(root, "/up") == ""
    assert not is_folder(root, "/out")
    make_folders(root, "/../made/here")
    assert (folder / "made/here").is_dir()


def test_pipes_and_devices_are_no_files(root: int, folder: Path) -> None:
    (folder / "etc/passwd").unlink()
    os.mkfifo(folder / "etc/passwd")
    assert read_text(root, "/etc/passwd") == ""


def test_folders_through_links_stay_inside(root: int, folder: Path) -> None:
    (folder / "real").mkdir()
    (folder / "link").symlink_to("/real")
    make_folders(root, "/link/below")
    assert (folder / "real/below").is_dir()
    with pytest.raises(OSError, match="Not a directory"):
        make_folders(root, "/etc/group/x")
