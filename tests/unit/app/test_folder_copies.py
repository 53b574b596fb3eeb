"""Folders out of containers' archives: what is hostile in them leads nowhere, too much is refused."""

import io
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from app.services.containers.folder_copies import Room, unpack_folder
from app.services.engine.engine_streams import EngineStream
from app.services.errors import UserError

FOLDER, LINK, HARD, DEVICE = tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE


class Chunks:
    """The engine's answer, in pieces that fit nothing."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def chunks(self) -> Iterator[bytes]:
        """Return the pieces."""
        return (self._data[place : place + 700] for place in range(0, len(self._data), 700))


def pack(*entries: tuple[str, bytes | str], kinds: dict[str, bytes] | None = None) -> EngineStream:
    """Return an archive of names with contents, or with where a link leads."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        for name, content in entries:
            member = tarfile.TarInfo(name)
            member.type = (kinds or {}).get(name, tarfile.REGTYPE)
            if isinstance(content, str):
                member.linkname = content
                archive.addfile(member)
            else:
                member.size, member.mode = len(content), 0o755 if name.endswith(".sh") else 0o6644
                archive.addfile(member, io.BytesIO(content))
    return cast("EngineStream", Chunks(target.getvalue()))


def test_folders_and_files_are_made(tmp_path: Path) -> None:
    stream = pack(
        ("site/", ""), ("site/a/b.txt", b"b" * 2_000), ("site/run.sh", b"#!"), kinds={"site/": FOLDER}
    )
    unpack_folder(stream, "/site", tmp_path / "site", Room())
    assert (tmp_path / "site" / "a" / "b.txt").read_bytes() == b"b" * 2_000
    assert (tmp_path / "site" / "run.sh").stat().st_mode & 0o7777 == 0o755
    assert (tmp_path / "site" / "a" / "b.txt").stat().st_mode & 0o7777 == 0o644, "no bit that makes it root's"


def test_nothing_leads_out_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    room = Room()
    stream = pack(
        ("site/../../mine.txt", b"theirs"),
        ("site/link", "/"),
        ("site/up", "site/../../mine.txt"),
        ("site/dev", ""),
        ("site/odd\nname", b"x"),
        ("/etc/passwd", b"root"),
        kinds={"site/link": LINK, "site/up": HARD, "site/dev": DEVICE},
    )
    unpack_folder(stream, "/site", tmp_path / "site", room)
    assert (tmp_path / "mine.txt").read_text() == "mine"
    assert room.left_out == 5
    assert [path.name for path in (tmp_path / "site").iterdir()] == ["passwd"]


def test_a_file_behind_a_link_stays_below(tmp_path: Path) -> None:
    stream = pack(("site/out", str(tmp_path)), ("site/out/x", b"x"), kinds={"site/out": LINK})
    unpack_folder(stream, "/site", tmp_path / "site", Room())
    assert not (tmp_path / "x").exists()
    assert (tmp_path / "site" / "out" / "x").read_bytes() == b"x"


def test_a_hard_link_is_a_copy(tmp_path: Path) -> None:
    stream = pack(("site/a", b"same"), ("site/b", "site/a"), kinds={"site/b": HARD})
    unpack_folder(stream, "/site", tmp_path / "site", Room())
    assert (tmp_path / "site" / "b").read_bytes() == b"same"


@pytest.mark.parametrize(
    ("room", "words"), [(Room(size=5), "holds more than 200 MB"), (Room(entries=1), "files and folders")]
)
def test_too_much_is_refused_and_leaves_nothing(tmp_path: Path, room: Room, words: str) -> None:
    stream = pack(("site/a", b"1234"), ("site/b", b"1234"), ("site/c", "site/a"), kinds={"site/c": HARD})
    with pytest.raises(UserError, match=words) as caught:
        unpack_folder(stream, "/site", tmp_path / "site", room)
    assert ".tar" in caught.value.what_to_do
    assert not (tmp_path / "site").exists()


def test_a_broken_archive_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    broken = cast("EngineStream", Chunks(b"no archive" * 200))
    with pytest.raises(UserError, match="could not be copied"):
        unpack_folder(broken, "/site", tmp_path / "site", Room())
    assert not (tmp_path / "site").exists()
