"""Layers unpacked into folders: what overlays understand comes out, and nothing gets out of the folder."""

import io
import os
import stat
import tarfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.errors import EngineError
from backend.images import stored_files
from backend.images.layers.folder_unpacking import FolderUnpacking
from backend.images.tar.tar_headers import DamagedArchiveError
from backend.images.tar.tar_reader import TarReader
from tests.support.test_images import Entry, folder, hard_link, layer_tar, symlink

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="owners, whiteouts and devices need root")


def unpacked(place: Path, entries: Sequence[Entry] | bytes) -> Path:
    """Unpack a tar below `place`, beside a folder and a file that it must not reach; returns the root."""
    root = place / "root"
    for path in (root, place / "outside"):
        path.mkdir()
    (place / "outside" / "file").write_text("untouched")
    data = entries if isinstance(entries, bytes) else layer_tar(entries)
    source = io.BytesIO(data)
    descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        FolderUnpacking(descriptor).run(TarReader(source.read))
    finally:
        os.close(descriptor)
        assert sorted(path.name for path in place.iterdir()) == ["outside", "root"]
        assert [path.name for path in (place / "outside").iterdir()] == ["file"]
        assert (place / "outside" / "file").read_text() == "untouched"
        assert (place / "outside").stat().st_mode & 0o777 != 0o123
    return root


def test_whiteouts_and_opaque_folders_are_an_overlay_s(tmp_path: Path) -> None:
    root = unpacked(
        tmp_path, [folder("d"), Entry("d/.wh.gone"), Entry("d/.wh..wh..opq"), Entry("d/x"), Entry("d/.wh.x")]
    )
    for name in ("gone", "x"):
        status = (root / "d" / name).lstat()
        assert (stat.S_ISCHR(status.st_mode), status.st_rdev) == (True, 0)
    assert os.getxattr(root / "d", "trusted.overlay.opaque") == b"y"
    assert sorted(path.name for path in (root / "d").iterdir()) == ["gone", "x"]


def test_attributes_survive_in_the_face_of_setgid_folders_and_later_files(tmp_path: Path) -> None:
    root = unpacked(
        tmp_path,
        [
            folder(".", 0o2755, 5, 6), folder("d", 0o2750, 7, 8),
            Entry("d/suid", b"1", mode=0o6755, uid=9, gid=10),
            Entry("d/user", pax={"SCHILY.xattr.user.note": "kept", "SCHILY.xattr.user.overlay.opaque": "y"}),
            Entry("d/exact", pax={"mtime": "1600000000.25"}),
        ],
    )  # fmt: skip
    status = (root / "d" / "suid").stat()
    assert (stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid) == (0o6755, 9, 10)
    assert (root / "d").stat().st_mtime == 1_700_000_000
    assert (root / "d" / "exact").stat().st_mtime_ns == 1_600_000_000_250_000_000
    assert os.listxattr(root / "d" / "user") == ["user.note"]
    assert stat.S_IMODE(root.stat().st_mode) == 0o2755


def test_holes_stay_holes(tmp_path: Path) -> None:
    data = b"begin" + bytes(5_000_000) + b"middle" + bytes(3_000_000)
    root = unpacked(tmp_path, [Entry("sparse", data)])
    assert (root / "sparse").read_bytes() == data
    assert (root / "sparse").stat().st_blocks * 512 < 1_000_000


def test_the_last_one_of_a_name_counts(tmp_path: Path) -> None:
    root = unpacked(
        tmp_path,
        [
            folder("a"), folder("a/b"), Entry("a/b/c", b"deep"), Entry("a", b"a file now"),
            Entry("f", b"file"), folder("f"), Entry("f/x", b"in it"),
            symlink("l", "../outside"), folder("l"), Entry("l/file", b"not outside"),
            Entry("one", b"1"), hard_link("two", "one"), hard_link("two", "one"), hard_link("one", "one"),
        ],
    )  # fmt: skip
    assert (root / "a").read_bytes() == b"a file now"
    assert (root / "f" / "x").read_bytes() == b"in it"
    assert (root / "l" / "file").read_bytes() == b"not outside"
    assert (root / "one").stat().st_nlink == 2


@pytest.mark.parametrize(
    "entries",
    [
        [Entry("../outside/file", b"changed")],
        [Entry("a/../../outside/file", b"changed")],
        [symlink("l", "../outside"), Entry("l/file", b"changed")],
        [symlink("l", "../outside"), Entry("l/new", b"new")],
        [symlink("l", "../outside"), folder("l/d")],
        [symlink("l", "../outside"), hard_link("mine", "l/file")],
        [symlink("l", "../outside"), Entry("l/.wh.file")],
        [folder("d"), symlink("d", "../outside"), Entry("d/.wh..wh..opq")],
        [folder("d"), symlink("d/up", "../.."), hard_link("x", "d/up/outside/file")],
        [hard_link("x", "../outside/file")],
        [hard_link("x", "missing")],
        [hard_link("x", "x")],
        [folder("d"), hard_link("x", "d")],
        [folder("d"), Entry("d/f"), hard_link("d", "d/f")],
        [Entry(".wh...")],
        [Entry(".wh..")],
        [Entry(".wh.")],
        [folder("d"), Entry("d/.wh...")],
        [Entry("f"), Entry("f/below")],
        [Entry(".", b"the root is a file")],
        [Entry("f", pax={"SCHILY.xattr.user.\0": "x"})],
        [Entry("f", pax={"SCHILY.xattr.security.capability": "no such thing"})],
        [symlink("l", "t" * 5000)],
        [symlink("l", "")],
        [Entry("n" * 256)],
        [folder("/".join(["n" * 200] * 20)), folder("/".join(["n" * 200] * 21))],
        [folder("d"), folder("d/d"), symlink("l", "d"), Entry("l/d", b"x")],
    ],
)
def test_what_is_refused(tmp_path: Path, entries: Sequence[Entry]) -> None:
    with pytest.raises(DamagedArchiveError):
        unpacked(tmp_path, entries)


def test_a_link_s_own_attributes_are_set_and_not_its_target_s(tmp_path: Path) -> None:
    link = Entry("l", kind=tarfile.SYMTYPE, mode=0o123, uid=1234, link="../outside")
    root = unpacked(tmp_path, [link])
    assert (root / "l").lstat().st_uid == 1234
    assert (tmp_path / "outside").stat().st_uid == 0


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                ["a", "b", "a/b", "a/b/a", "b/a", ".wh.a", "a/.wh.b", "a/.wh..wh..opq", "../outside"]
            ),
            st.sampled_from(
                [tarfile.REGTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE]
            ),
            st.sampled_from(["a", "b", "../outside", "a/b", "../outside/file", ".."]),
        ),
        max_size=8,
    )
)
def test_no_mix_of_entries_gets_out(tmp_path: Path, mix: list[tuple[str, bytes, str]]) -> None:
    entries = [
        Entry(name, b"" if kind != tarfile.REGTYPE else b"x", kind=kind, mode=0o123, uid=77, link=link)
        for name, kind, link in mix
    ]
    try:
        unpacked(tmp_path, entries)
    except EngineError:
        pass
    finally:
        for path in (tmp_path / "root", tmp_path / "outside"):
            stored_files.remove(path)


def test_trees_of_any_depth_are_measured_and_removed(tmp_path: Path) -> None:
    depth = 1100  # more than a process may have files open
    top = tmp_path / "tree"
    top.mkdir()
    (top / "link").symlink_to("/")
    here = os.open(top, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir("d", dir_fd=here)
        deeper = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = deeper
    file = os.open("file", os.O_WRONLY | os.O_CREAT, 0o600, dir_fd=here)
    os.write(file, b"x" * 1_000_000)
    os.link("file", "again", src_dir_fd=here, dst_dir_fd=here)
    os.close(file)
    os.close(here)
    assert 1_000_000 <= stored_files.bytes_on_disk(top) < 1_900_000 + depth * 4096 * 2
    stored_files.remove(top)
    assert list(tmp_path.iterdir()) == []
    stored_files.remove(top)  # fine when it is gone
