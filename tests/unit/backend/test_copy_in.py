"""Unpacking into a container's folder: hostile archives and hostile roots, all of it below the root."""

import io
import os
import random
import stat
import tarfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.containers.files.copy_in import Destination, extract
from backend.errors import EngineError, InvalidParameterError
from backend.images.tar.tar_headers import DamagedArchiveError
from tests.support.sparse_archives import FILES, contents, sparse_tar
from tests.support.test_images import MTIME, Entry, folder, hard_link, layer_tar, symlink

ME = (os.getuid(), os.getgid())


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    """A container's root with a destination `d`, beside a secret that must stay as it is."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret").write_text("host")
    (tmp_path / "root" / "d").mkdir(parents=True)
    (tmp_path / "root" / "etc").mkdir()
    (tmp_path / "root" / "etc" / "passwd").write_text("container")
    before = snapshot(tmp_path / "outside")
    yield tmp_path / "root"
    assert snapshot(tmp_path / "outside") == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["outside", "root"]


def snapshot(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    """Return names, modes, link counts and contents below a folder."""
    found = {}
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        found[str(path)] = (status.st_mode, status.st_nlink, path.read_bytes() if path.is_file() else b"")
    return found


def unpack(
    root: Path,
    data: bytes,
    path: str = "/d",
    *,
    chunk: int = 1 << 20,
    keep: bool = False,
    dressed: bool = False,
) -> None:
    """Unpack into a folder of the root; everything gets our own user, so that no right is needed."""
    descriptor = os.open(root, os.O_PATH | os.O_DIRECTORY)
    try:
        source = io.BytesIO(data)
        extract(Destination(descriptor, path, ME, keep, dressed), lambda _: source.read(chunk))
    finally:
        os.close(descriptor)


@pytest.mark.parametrize("chunk", [1, 512, 1000, 1 << 20])
@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT])
def test_what_archives_hold(root: Path, chunk: int, form: int) -> None:
    name = "n" * 90
    entries = [
        folder("a", 0o711), Entry(f"a/{name}", b"x" * 1300, mode=0o4750), Entry("i/j/k", b"1"),
        symlink("a/link", name), hard_link("a/again", f"a/{name}"), Entry("pipe", kind=tarfile.FIFOTYPE),
        Entry("/absolute", b"2"), Entry("empty"),
    ]  # fmt: skip
    unpack(root, layer_tar(entries, form), chunk=chunk)
    file = (root / "d" / "a" / name).stat()
    assert (stat.S_IMODE(file.st_mode), file.st_size, file.st_mtime, file.st_nlink) == (
        0o4750, 1300, 1_700_000_000, 2,
    )  # fmt: skip
    assert stat.S_IMODE((root / "d" / "a").stat().st_mode) == 0o711
    assert (root / "d" / "a").stat().st_mtime == 1_700_000_000
    assert (root / "d" / "a" / "link").readlink() == Path(name)
    assert (root / "d" / "absolute").read_text() == "2"
    assert (root / "d" / "i" / "j" / "k").read_text() == "1"
    assert stat.S_ISFIFO((root / "d" / "pipe").stat().st_mode)


SPARSE_FORMS = (("--format=gnu",), ("--format=posix",), ("--format=posix", "--sparse-version=0.1"))


@pytest.mark.parametrize("chunk", [1000, 1 << 20])
@pytest.mark.parametrize("options", SPARSE_FORMS)
def test_files_with_holes(root: Path, tmp_path: Path, chunk: int, options: tuple[str, ...]) -> None:
    sources = tmp_path.parent / f"{tmp_path.name}-sources"
    plain = layer_tar([Entry("plain", b"behind them all")])
    unpack(root, without_end(sparse_tar(sources, *options)) + plain, chunk=chunk)
    found = {path.name: path for path in (root / "d").iterdir()}
    assert found.keys() == {*FILES, "plain"}
    assert found["plain"].read_bytes() == b"behind them all"
    for name in FILES:
        assert found[name].read_bytes() == contents(name), name
    assert found["end"].stat().st_blocks * 512 < found["end"].stat().st_size


def test_a_device_that_no_kernel_has_is_refused(root: Path) -> None:
    member = tarfile.TarInfo("device")
    member.type, member.devmajor = tarfile.CHRTYPE, 2**40
    with pytest.raises(DamagedArchiveError, match="device's number"):
        unpack(root, member.tobuf(tarfile.GNU_FORMAT) + bytes(1024))


def without_end(data: bytes) -> bytes:
    """Return a tar to which entries can be appended."""
    while data.endswith(bytes(512)):
        data = data[:-512]
    return data


@pytest.mark.parametrize("options", SPARSE_FORMS)
def test_damaged_maps_of_holes_are_refused_or_files(
    root: Path, tmp_path: Path, options: tuple[str, ...]
) -> None:
    data = sparse_tar(tmp_path.parent / f"{tmp_path.name}-sources", *options)
    chance = random.Random(2)
    for _ in range(200):
        damaged = bytearray(data)
        start = chance.randrange(min(len(data), 20_000))
        damaged[start : start + 3] = chance.randbytes(3)
        with suppress(EngineError, DamagedArchiveError, FileNotFoundError):
            unpack(root, bytes(damaged))


def test_a_file_larger_than_any_disk_is_refused(root: Path) -> None:
    with tarfile.open(fileobj=(output := io.BytesIO()), mode="w", format=tarfile.PAX_FORMAT) as archive:
        member = tarfile.TarInfo("huge")
        member.size = 3
        member.pax_headers = {"GNU.sparse.map": "0,3", "GNU.sparse.size": "9" * 18}
        archive.addfile(member, io.BytesIO(b"abc"))
    with pytest.raises(InvalidParameterError, match="open /d/huge: file too large"):
        unpack(root, output.getvalue())


@pytest.mark.parametrize(
    ("entries", "text"),
    [
        ([Entry("../x", b"1")], '"../x" is outside of "/d"'),
        ([Entry("a/../../x", b"1")], '"../x" is outside of "/d"'),
        ([Entry("a/../..", b"1")], '".." is outside of "/d"'),
        ([symlink("l", "../etc")], 'invalid symlink "/d/l" -> "../etc"'),
        ([symlink("l", "../../../../outside")], "invalid symlink"),
        ([hard_link("h", "../etc/passwd")], 'invalid hardlink "/etc/passwd" -> "../etc/passwd"'),
        ([Entry("q", kind=b"Z")], "unhandled tar header type 90"),
        ([Entry("n" * 300)], "file name too long"),
    ],
)
def test_refused(root: Path, entries: list[Entry], text: str) -> None:
    with pytest.raises(InvalidParameterError) as failure:
        unpack(root, layer_tar(entries))
    assert text in failure.value.message


def test_hard_links_do_not_reach_what_is_not_there(root: Path) -> None:
    """Absolute targets count from the destination, as in dockerd."""
    with pytest.raises(FileNotFoundError):
        unpack(root, layer_tar([hard_link("h", "/etc/passwd")]))


def test_links_are_followed_inside_the_root_only(root: Path) -> None:
    outside = root.parent / "outside"
    (root / "d" / "way-out").symlink_to(outside)
    (root / "d" / "up").symlink_to("../../outside")
    (root / "d" / "etc").symlink_to("/etc")
    with pytest.raises(FileNotFoundError):
        unpack(root, layer_tar([Entry("way-out/x", b"1")]))  # a dangling link inside the root
    unpack(root, layer_tar([symlink("e", "/etc"), Entry("e/one", b"1"), Entry("etc/two", b"2")]))
    assert (root / "etc" / "one").read_text() == "1"
    assert (root / "etc" / "two").read_text() == "2"
    unpack(root, layer_tar([Entry("way-out", b"3"), Entry("etc", b"4")]))  # links themselves are replaced
    assert (root / "d" / "way-out").read_text() == "3"
    assert (root / "d" / "etc").read_text() == "4"
    assert (root / "etc" / "passwd").read_text() == "container"


def test_what_is_in_the_way_is_replaced(root: Path) -> None:
    unpack(root, layer_tar([folder("x"), Entry("x/deep", b"1"), Entry("y", b"2")]))
    unpack(root, layer_tar([Entry("x", b"3"), folder("y", 0o700)]))
    assert (root / "d" / "x").read_text() == "3"
    assert (root / "d" / "y").is_dir()
    unpack(root, layer_tar([folder("y", 0o755), Entry("y/z", b"4")]))  # a folder stays, with new attributes
    assert stat.S_IMODE((root / "d" / "y").stat().st_mode) == 0o755


def test_kinds_are_kept_on_request(root: Path) -> None:
    (root / "d" / "file").touch()
    (root / "d" / "dir").mkdir()
    with pytest.raises(
        InvalidParameterError, match='cannot overwrite non-directory "/d/file" with directory "/d"'
    ):
        unpack(root, layer_tar([folder("file")]), keep=True)
    with pytest.raises(
        InvalidParameterError, match='cannot overwrite directory "/d/dir" with non-directory "/d"'
    ):
        unpack(root, layer_tar([Entry("dir")]), keep=True)
    unpack(root, layer_tar([Entry("file", b"1"), folder("dir")]), keep=True)


def test_the_folder_itself_stays_as_it_is(root: Path) -> None:
    before = (root / "d").stat().st_mode
    unpack(root, layer_tar([folder(".", 0o700), Entry("", b"1"), Entry("f", b"2")]))
    assert (root / "d").stat().st_mode == before
    assert (root / "d" / "f").read_text() == "2"


def test_the_folder_itself_becomes_what_the_archive_says_on_request(root: Path) -> None:
    unpack(root, layer_tar([folder(".", 0o710), Entry("f", b"2")]), dressed=True)
    status = (root / "d").stat()
    assert (stat.S_IMODE(status.st_mode), status.st_mtime) == (0o710, MTIME)
    assert (root / "d" / "f").read_text() == "2"


@pytest.mark.parametrize(
    "data",
    [b"hello world" * 100, layer_tar([Entry("f", b"1" * 5000)])[:2000], layer_tar([Entry("f")])[:100]],
)
def test_damaged(root: Path, data: bytes) -> None:
    with pytest.raises(DamagedArchiveError):
        unpack(root, data)


def test_nothing_is_fine(root: Path) -> None:
    unpack(root, b"")
    unpack(root, layer_tar([]))
    assert list((root / "d").iterdir()) == []


PARTS = st.sampled_from(["..", ".", "", "d", "f", "l", "etc", "passwd", "outside", "secret", "x"])
PATHS = st.lists(PARTS, min_size=1, max_size=6).map("/".join)
KINDS = st.sampled_from(
    [tarfile.REGTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE]
)
ENTRIES = st.builds(
    lambda name, kind, link: Entry(name, b"1" if kind == tarfile.REGTYPE else b"", kind, link=link),
    PATHS, KINDS, PATHS,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(ENTRIES, max_size=8), st.binary(max_size=8), st.integers(0, 4000))
def test_nothing_gets_out(
    tmp_path_factory: pytest.TempPathFactory, entries: list[Entry], noise: bytes, place: int
) -> None:
    """Whatever an archive says: either it is refused in words, or all of it is below the root."""
    place_of_all = tmp_path_factory.mktemp("all")
    root, outside = place_of_all / "root", place_of_all / "outside"
    (root / "d").mkdir(parents=True)
    (root / "etc").mkdir()
    outside.mkdir()
    (outside / "secret").write_text("host")
    (root / "d" / "l").symlink_to(outside)
    before = snapshot(outside)
    data = bytearray(layer_tar(entries))
    data[place : place + len(noise)] = noise
    with suppress(EngineError, FileNotFoundError):
        unpack(root, bytes(data))
    assert snapshot(outside) == before
    assert {path.name for path in place_of_all.iterdir()} == {"root", "outside"}
