"""Links of Windows as they lie on disk, and as the machine sees them."""

import struct

import pytest

from vm.machine.sharing.windows_links import JUNCTION, LINUX_LINK, SYMLINK, is_link, link_target, linux_link

IN_A_CLOUD, COMPRESSED = 0x9000001A, 0x80000017


def named(tag: int, substitute: str, flags: int | None) -> bytes:
    """Return a link with the name that counts, and after it the one that people are shown."""
    first, shown = substitute.encode("utf-16-le"), "shown".encode("utf-16-le")
    body = struct.pack("<HHHH", 0, len(first), len(first), len(shown))
    body += (b"" if flags is None else struct.pack("<I", flags)) + first + shown
    return struct.pack("<IHH", tag, len(body), 0) + body


@pytest.mark.parametrize(
    ("data", "target"),
    [
        (named(SYMLINK, "..\\lib\\a", 1), "../lib/a"),
        (named(SYMLINK, "\\??\\C:\\Users\\ß", 0), "/c/Users/ß"),
        (named(JUNCTION, "\\??\\D:\\store\\x", None), "/d/store/x"),
        (linux_link("../ß".encode()), "../ß"),
    ],
)
def test_where_a_link_leads(data: bytes, target: str) -> None:
    assert link_target(data) == target.encode()


def test_a_link_that_is_made_has_the_form_of_windows_own_linux() -> None:
    assert linux_link(b"a/b") == bytes.fromhex("1d0000a0 0700 0000 02000000") + b"a/b"


@pytest.mark.parametrize(
    "data",
    [
        *(b"", b"\x0c\0\0\xa0", named(SYMLINK, "x", 1)[:12]),
        *(named(JUNCTION, "\\??\\Volume{1}\\", None), named(IN_A_CLOUD, "x", 1)),
    ],
)
def test_what_cannot_be_understood_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="link|drive"):
        link_target(data)


def test_a_file_that_is_compressed_or_in_a_cloud_is_no_link() -> None:
    assert not any(map(is_link, (0, IN_A_CLOUD, COMPRESSED)))
    assert all(map(is_link, (SYMLINK, JUNCTION, LINUX_LINK)))
