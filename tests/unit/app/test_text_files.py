"""Text files out of archives and back: what is no text is refused, owner and rights stay."""

import io
import tarfile
from collections.abc import Iterator

import pytest

from app.services.containers.text_files import MOST_BYTES, check_unchanged, pack_text, read_archived_text
from app.services.errors import UserError


class Archive:
    """A stream of a tar with one member, in pieces."""

    def __init__(self, raw: bytes, **values: object) -> None:
        self._target = io.BytesIO()
        member = tarfile.TarInfo("app.conf")
        member.size = len(raw)
        for name, value in values.items():
            setattr(member, name, value)
        with tarfile.open(fileobj=self._target, mode="w") as archive:
            archive.addfile(member, io.BytesIO(raw) if member.isreg() else None)

    def chunks(self) -> Iterator[bytes]:
        data = self._target.getvalue()
        for place in range(0, len(data), 700):
            yield data[place : place + 700]


def test_a_file_comes_back_with_its_owner_and_rights() -> None:
    archive = Archive("größe = 1\r\n".encode(), mode=0o640, uid=101, gid=33)
    file = read_archived_text(archive, "/etc/app.conf")  # type: ignore[arg-type]
    assert (file.text, file.folder) == ("größe = 1\r\n", "/etc")
    written, packed = pack_text(file, "größe = 2\r\n")
    assert written.text == "größe = 2\r\n"
    with tarfile.open(fileobj=packed) as back:
        [member] = back.getmembers()
        assert (member.name, member.mode, member.uid, member.gid) == ("app.conf", 0o640, 101, 33)
        content = back.extractfile(member)
        assert content is not None
        assert content.read() == "größe = 2\r\n".encode()


@pytest.mark.parametrize(
    ("raw", "values", "words"),
    [
        (b"\x7fELF\0\0", {}, "is no text"),
        (b"gr\xf6\xdfe", {}, "is no text"),
        (b"x" * (MOST_BYTES + 1), {}, "too large"),
        (b"", {"type": tarfile.DIRTYPE}, "not a plain file"),
        (b"", {"type": tarfile.SYMTYPE, "linkname": "/etc/shadow"}, "not a plain file"),
    ],
)
def test_what_cannot_be_shown_is_refused(raw: bytes, values: dict[str, object], words: str) -> None:
    with pytest.raises(UserError, match=words):
        read_archived_text(Archive(raw, **values), "/x")  # type: ignore[arg-type]


def test_a_broken_archive_is_told() -> None:
    class Broken:
        def chunks(self) -> Iterator[bytes]:
            yield b"no archive" * 100

    with pytest.raises(UserError, match="cannot be read"):
        read_archived_text(Broken(), "/x")  # type: ignore[arg-type]


def test_a_file_that_was_changed_meanwhile_is_not_written_over() -> None:
    one = read_archived_text(Archive(b"a"), "/x")  # type: ignore[arg-type]
    other = read_archived_text(Archive(b"b"), "/x")  # type: ignore[arg-type]
    check_unchanged(one, one)
    with pytest.raises(UserError, match="changed meanwhile"):
        check_unchanged(one, other)
