"""Archives unpacked into volumes, on real files: all of one, or nothing."""

import bz2
import gzip
import io
import lzma
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import zstandard

from backend.containers.files import merge
from backend.containers.files.volume_files import VolumeFiles
from backend.database import Database
from backend.errors import EngineError, InvalidParameterError
from backend.events import EventBus
from backend.state_files import StateFiles
from backend.volumes.manager import Volumes
from tests.support.test_images import MTIME, Entry, folder, layer_tar, symlink


@pytest.fixture
def volumes(tmp_path: Path) -> Iterator[Volumes]:
    files = StateFiles(tmp_path / "data", tmp_path / "run")
    files.data_root.mkdir()
    database = Database(files.database)
    yield Volumes(files, database, EventBus())
    assert not list(files.volumes.glob(".*")), "something that was unpacked stays beside the volume"
    database.close()


@pytest.fixture
async def data(volumes: Volumes) -> Path:
    """The folder of a volume `data` with files in it."""
    root = (await volumes.create("data")).mountpoint
    (root / "kept").mkdir(0o711)
    (root / "kept" / "a").write_text("old a")
    (root / "kept" / "b").write_text("old b")
    (root / "tree").mkdir()
    (root / "tree" / "leaf").write_text("old leaf")
    (root / "way").symlink_to("kept")
    return root


def mine(name: str, data: bytes = b"", mode: int = 0o644) -> Entry:
    return Entry(name, data, mode=mode, uid=os.getuid(), gid=os.getgid())


def my_folder(name: str, mode: int = 0o755) -> Entry:
    return folder(name, mode, os.getuid(), os.getgid())


async def unpack(volumes: Volumes, archive: bytes, path: str = "/") -> None:
    source = io.BytesIO(archive)
    await VolumeFiles(volumes, "data").unpack(path, lambda: source.read)


def snapshot(root: Path) -> dict[str, tuple[int, int, int, bytes]]:
    """Return the kind, mode, inode and contents of all that is in a folder; a new inode is another file."""
    found = {}
    for path in sorted(root.rglob("*")):
        status = path.lstat()
        plain = path.read_bytes() if stat.S_ISREG(status.st_mode) else b""
        found[str(path.relative_to(root))] = (status.st_mode, status.st_ino, status.st_uid, plain)
    return found


async def test_an_archive_is_merged_into_what_is_there(volumes: Volumes, data: Path) -> None:
    entries = [
        my_folder("kept", 0o750), mine("kept/a", b"new a"), mine("kept/deep/c", b"new c"),
        mine("tree", b"a file now"), my_folder("way"), mine("way/in", b"in"), mine("fresh", mode=0o4755),
    ]  # fmt: skip
    await unpack(volumes, layer_tar(entries))
    texts = {str(p.relative_to(data)): p.read_text() for p in data.rglob("*") if p.is_file()}
    assert texts == {
        "kept/a": "new a", "kept/b": "old b", "kept/deep/c": "new c",
        "tree": "a file now", "way/in": "in", "fresh": "",
    }  # fmt: skip
    kept = (data / "kept").stat()
    assert (stat.S_IMODE(kept.st_mode), kept.st_mtime) == (0o750, MTIME)
    assert stat.S_IMODE((data / "fresh").stat().st_mode) == 0o4755
    assert not (data / "way").is_symlink(), "the archive has a folder of this name"


async def test_folders_that_are_not_in_the_archive_only_lead_to_its_files(
    volumes: Volumes, data: Path
) -> None:
    await unpack(volumes, layer_tar([mine("kept/a", b"new"), mine("way/b", b"through the link")]))
    assert ((data / "kept" / "a").read_text(), (data / "kept" / "b").read_text()) == (
        "new",
        "through the link",
    )
    assert stat.S_IMODE((data / "kept").stat().st_mode) == 0o711
    before = snapshot(data)
    with pytest.raises(InvalidParameterError, match="not a directory"):
        await unpack(volumes, layer_tar([mine("early"), mine("kept/a/below", b"")]))
    assert snapshot(data) == before, "what was moved before the entry that cannot be is moved back"


async def test_into_a_folder_of_the_volume(volumes: Volumes, data: Path) -> None:
    mode = (data / "kept").stat().st_mode
    await unpack(volumes, layer_tar([my_folder(".", 0o700), mine("a", b"new")]), "/way")
    assert (data / "kept" / "a").read_text() == "new"
    assert (data / "kept").stat().st_mode == mode, "it is the folder that was chosen, not one of the archive"


def cut(archive: bytes) -> bytes:
    return archive[: len(archive) * 2 // 3]


def flipped(archive: bytes) -> bytes:
    """The check sum at the end of gzip's, bzip2's and zstandard's, the header's in a plain one."""
    place = 148 if archive[257:262] == b"ustar" else -6
    changed = bytearray(archive)
    changed[place] ^= 0x55
    return bytes(changed)


WHOLE = layer_tar(
    [my_folder("kept", 0o700), mine("kept/a", b"new a"), mine("noise", os.urandom(300_000)), mine("last")]
)
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": zstandard.ZstdCompressor(write_checksum=True).compress,
}


@pytest.mark.parametrize("damage", [cut, flipped])
@pytest.mark.parametrize("packer", PACKERS)
async def test_a_broken_archive_changes_nothing(
    volumes: Volumes, data: Path, packer: str, damage: Callable[[bytes], bytes]
) -> None:
    archive, before = PACKERS[packer](WHOLE), snapshot(data)
    with pytest.raises(InvalidParameterError):
        await unpack(volumes, damage(archive))
    assert snapshot(data) == before
    await unpack(volumes, archive)
    assert (data / "kept" / "a").read_text() == "new a"


@pytest.mark.parametrize(
    "bad",
    [
        layer_tar([mine("first"), mine("../outside")]),
        layer_tar([mine("first"), Entry("odd", kind=b"Z")]),
        layer_tar([mine("first"), mine("second")])[:1024],
    ],
    ids=["a name that leads out", "an unknown kind", "cut between two entries"],
)
async def test_an_archive_that_must_not_be_changes_nothing(volumes: Volumes, data: Path, bad: bytes) -> None:
    before = snapshot(data)
    with pytest.raises(InvalidParameterError):
        await unpack(volumes, bad)
    assert snapshot(data) == before


async def test_links_of_an_archive_lead_nowhere_out(volumes: Volumes, data: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("host")
    out = "../" * 12 + str(tmp_path).lstrip("/")
    with suppress(EngineError):
        await unpack(volumes, layer_tar([symlink("out", out), mine("out/secret", b"changed")]))
    (data / "hole").symlink_to(tmp_path)
    with suppress(EngineError):
        await unpack(volumes, layer_tar([mine("hole/secret", b"changed")]))
    assert (tmp_path / "secret").read_text() == "host"


async def test_a_move_that_fails_is_undone(
    volumes: Volumes, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a disk on which a folder cannot grow any more."""
    before, moves, move = snapshot(data), list[str](), merge._move

    def failing(name: str, source: int, target: int, swapped: bool) -> None:
        moves.append(name)
        if len(moves) == 4:
            raise OSError(28, "No space left on device")
        move(name, source, target, swapped)

    monkeypatch.setattr(merge, "_move", failing)
    entries = [
        my_folder("kept"),
        mine("kept/a", b"1"),
        mine("kept/b", b"2"),
        mine("tree"),
        mine("x"),
        mine("y"),
    ]
    with pytest.raises(EngineError, match="no space left"):
        await unpack(volumes, layer_tar(entries))
    assert len(moves) == 4 + 3
    assert snapshot(data) == before
