"""Folder trees as tars: what lies there is what another reader finds, in one order, and nothing else."""

import io
import os
import socket
import stat
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.errors import SystemFailureError
from backend.images.layers import overlay_tar
from backend.images.tar.tree_tar import FOLDER_FLAGS, TreeTar


@contextmanager
def opened(folder: Path) -> Iterator[int]:
    """Hold a folder open."""
    descriptor = os.open(folder, FOLDER_FLAGS)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def archive(folder: Path, prefix: bytes = b"", *, with_root: bool = False) -> bytes:
    """Return the whole tar of a folder."""
    with opened(folder) as root:
        return b"".join(TreeTar(root, prefix).chunks(with_root=with_root))


def members(data: bytes) -> dict[str, tarfile.TarInfo]:
    """Return the entries by name, in their order."""
    with tarfile.open(fileobj=io.BytesIO(data)) as opened_archive:
        return {member.name: member for member in opened_archive.getmembers()}


def test_every_kind_of_entry(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir(mode=0o711)
    (tmp_path / "b" / "file").write_bytes(b"x" * 1500)
    (tmp_path / "b" / "file").chmod(0o4755)
    os.utime(tmp_path / "b" / "file", ns=(0, 1_600_000_000_700_000_000))
    (tmp_path / "b" / "link").symlink_to("/outside/" + "t" * 120)
    os.mkfifo(tmp_path / "c-pipe", 0o600)
    (tmp_path / "a-empty").touch()
    (tmp_path / ("ü" * 80)).write_text("long and not ASCII")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket"))
        data = archive(tmp_path)
    found = members(data)
    assert list(found) == ["a-empty", "b", "b/file", "b/link", "c-pipe", "ü" * 80]
    file, link = found["b/file"], found["b/link"]
    assert (file.size, file.mode, file.mtime, file.uid) == (1500, 0o4755, 1_600_000_000, os.getuid())
    assert (link.linkname, link.issym()) == ("/outside/" + "t" * 120, True)
    assert (found["b"].mode, found["c-pipe"].isfifo()) == (0o711, True)
    with tarfile.open(fileobj=io.BytesIO(data)) as opened_archive:
        content = opened_archive.extractfile("b/file")
        assert content is not None
        assert content.read() == b"x" * 1500


def test_equal_trees_give_equal_bytes(tmp_path: Path) -> None:
    for name, order in (("one", "abc"), ("two", "cab")):
        for letter in order:
            (tmp_path / name / letter).mkdir(parents=True)
            (tmp_path / name / letter / "f").write_text(letter)
        for path in sorted((tmp_path / name).rglob("*"), reverse=True):
            os.utime(path, (1, 1))
    assert archive(tmp_path / "one") == archive(tmp_path / "two")


def test_hard_links_are_written_once(tmp_path: Path) -> None:
    (tmp_path / "z").write_text("content")
    os.link(tmp_path / "z", tmp_path / "a")
    (tmp_path / "l").symlink_to("x")
    os.link(tmp_path / "l", tmp_path / "m", follow_symlinks=False)
    found = members(archive(tmp_path))
    assert (found["a"].isreg(), found["z"].islnk(), found["z"].linkname) == (True, True, "a")
    assert (found["l"].issym(), found["m"].islnk(), found["m"].linkname) == (True, True, "l")


def test_the_root_and_a_prefix(tmp_path: Path) -> None:
    (tmp_path / "f").touch()
    (tmp_path / "g").touch()
    os.link(tmp_path / "f", tmp_path / "h")
    found = members(archive(tmp_path, b"new/", with_root=True))
    assert list(found) == ["new", "new/f", "new/g", "new/h"]
    assert found["new"].isdir()
    assert found["new/h"].linkname == "new/f"


def test_extended_attributes(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    try:
        os.setxattr(file, "user.note", b"a\0b")
        os.setxattr(file, "user.overlay.opaque", b"y")
    except OSError:
        pytest.skip("this file system has no user attributes")
    assert members(archive(tmp_path))["file"].pax_headers == {"SCHILY.xattr.user.note": "a\0b"}


def test_deep_trees_hold_few_files_open(tmp_path: Path) -> None:
    path = tmp_path
    for depth in range(600):
        path = path / "d"
        path.mkdir()
        if depth % 100 == 0:
            (path / "a").touch()
            (path / "z").touch()
    with opened(tmp_path) as root:
        before = len(list(Path("/proc/self/fd").iterdir()))
        most = before
        for _ in TreeTar(root).chunks():
            most = max(most, len(list(Path("/proc/self/fd").iterdir())))
    assert most <= before + 3
    assert len(members(archive(tmp_path))) == 612


def test_paths_that_no_archive_can_name(tmp_path: Path) -> None:
    folder = os.open(tmp_path, FOLDER_FLAGS)
    for _ in range(20):
        os.mkdir("n" * 250, dir_fd=folder)
        deeper = os.open("n" * 250, FOLDER_FLAGS, dir_fd=folder)
        os.close(folder)
        folder = deeper
    os.close(folder)
    with pytest.raises(SystemFailureError, match="file name too long"):
        archive(tmp_path)


def test_a_file_that_shrinks_keeps_its_length(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"1" * 5_000_000)
    (tmp_path / "g").write_text("after")
    with opened(tmp_path) as root:
        chunks = TreeTar(root).chunks()
        data = next(chunks)
        os.truncate(tmp_path / "f", 10)
        data += b"".join(chunks)
    assert {name: member.size for name, member in members(data).items()} == {"f": 5_000_000, "g": 5}


def test_a_folder_that_becomes_a_link_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    (outside / "below").mkdir(parents=True)
    (outside / "below" / "secret").write_text("host")
    inside = tmp_path / "inside"
    (inside / "a").mkdir(parents=True)
    (inside / "a" / "big").write_bytes(bytes(3_000_000))
    (inside / "a" / "below").mkdir()
    (inside / "z").mkdir()
    with opened(inside) as root:
        chunks = TreeTar(root).chunks()
        data = next(chunks)
        (inside / "a").rename(tmp_path / "moved")
        (inside / "a").symlink_to(outside)
        (inside / "z").rmdir()
        (inside / "z").symlink_to(outside)
        data += b"".join(chunks)
    assert not any("secret" in name for name in members(data))


names = st.text(
    st.characters(blacklist_characters="/\0", blacklist_categories=["Cs"]), min_size=1, max_size=80
).filter(lambda name: name not in (".", "..") and len(name.encode()) <= 255)


@settings(max_examples=30, deadline=None)
@given(st.dictionaries(names, st.binary(max_size=600), max_size=6))
def test_any_names_and_contents(tmp_path_factory: pytest.TempPathFactory, tree: dict[str, bytes]) -> None:
    folder = tmp_path_factory.mktemp("tree")
    for name, content in tree.items():
        (folder / name).write_bytes(content)
    with tarfile.open(fileobj=io.BytesIO(archive(folder))) as found:
        read = {member.name: found.extractfile(member).read() for member in found}  # type: ignore[union-attr]
    assert read == tree


@pytest.mark.skipif(os.geteuid() != 0, reason="making whiteouts needs root")
def test_an_upper_folder_becomes_a_layer(tmp_path: Path) -> None:
    (tmp_path / "opaque").mkdir()
    (tmp_path / "opaque" / "new").touch()
    os.setxattr(tmp_path / "opaque", "trusted.overlay.opaque", b"y")
    (tmp_path / "dir").mkdir()
    os.setxattr(tmp_path / "dir", "trusted.overlay.origin", b"\0\1")
    os.mknod(tmp_path / "dir" / "gone", stat.S_IFCHR, os.makedev(0, 0))
    os.link(tmp_path / "dir" / "gone", tmp_path / "gone too")  # overlayfs shares one inode among whiteouts
    os.mknod(tmp_path / "null", stat.S_IFCHR | 0o666, os.makedev(1, 3))
    (tmp_path / "ping").touch()
    capability = bytes.fromhex("0100000200200000000000000000000000000000")
    os.setxattr(tmp_path / "ping", "security.capability", capability)
    found = members(b"".join(overlay_tar.chunks(tmp_path)))
    assert list(found) == [
        "dir", "dir/.wh.gone", ".wh.gone too", "null", "opaque", "opaque/.wh..wh..opq", "opaque/new", "ping",
    ]  # fmt: skip
    assert (found["null"].ischr(), found["null"].devmajor, found["null"].devminor) == (True, 1, 3)
    assert found["dir/.wh.gone"].isreg()
    assert found["dir"].pax_headers == found["opaque"].pax_headers == {}
    assert found["ping"].pax_headers["SCHILY.xattr.security.capability"].encode("utf-8", "surrogateescape")


@pytest.mark.skipif(os.geteuid() != 0, reason="trusted attributes need root")
def test_a_moved_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "moved").mkdir()
    os.setxattr(tmp_path / "moved", "trusted.overlay.redirect", b"from")
    with pytest.raises(SystemFailureError, match="redirect_dir"):
        b"".join(overlay_tar.chunks(tmp_path))
