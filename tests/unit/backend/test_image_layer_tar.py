"""The layer's tar on its way to mkfs.erofs: parents added, hostile entries refused, bytes untouched."""

import io
import tarfile
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.images.layers.layer_tar import LayerContents, LayerTar
from backend.images.tar.tar_headers import DamagedArchiveError, FolderAttributes, parse_pax, pax_entry
from tests.support.test_images import Entry, folder, hard_link, layer_tar, symlink

BELOW = FolderAttributes(0o711, 5, 6, 77)


def rewritten(data: bytes, chunk: int = 1 << 20, limit: int = 1 << 40) -> tuple[bytes, LayerContents]:
    """Return what goes to mkfs.erofs; the source hands out `chunk` bytes at a time."""
    source, sink = io.BytesIO(data), io.BytesIO()
    contents = LayerTar(lambda _: source.read(chunk), sink.write, lambda path: BELOW, limit).copy()
    assert source.read() == b""  # to the end: the digest is over all of it
    return sink.getvalue(), contents


def members(data: bytes) -> list[tarfile.TarInfo]:
    """Return the entries without the root's."""
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        return archive.getmembers()[1:]


def test_missing_parents_come_before_their_child_with_the_attributes_below() -> None:
    data, contents = rewritten(layer_tar([folder("a"), Entry("a/b/c/file", b"x"), Entry("a/b/other", b"y")]))
    assert [member.name for member in members(data)] == ["a", "a/b", "a/b/c", "a/b/c/file", "a/b/other"]
    added = members(data)[1]
    assert (added.mode, added.uid, added.gid, added.mtime, added.isdir()) == (0o711, 5, 6, 77, True)
    assert contents == LayerContents(3, 2, ((b"a/b", BELOW), (b"a/b/c", BELOW)))


def test_complete_layer_depends_on_nothing_below() -> None:
    _, contents = rewritten(layer_tar([folder("./"), folder("./d"), Entry("./d/f", b"1")]))
    assert contents.implied == ()


@pytest.mark.parametrize("chunk", [1, 511, 512, 513, 1 << 20])
@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
def test_chunks_of_any_size_give_the_same_bytes(chunk: int, form: int) -> None:
    entries = [folder("d"), Entry("d/" + "n" * 200, b"z" * 1300), symlink("d/l", "t" * 150), Entry("e", b"")]
    data, _ = rewritten(layer_tar(entries, form), chunk)
    assert data == rewritten(layer_tar(entries, form))[0]
    found = members(data)
    assert [member.name for member in found] == ["d", "d/" + "n" * 200, "d/l", "e"]
    assert found[2].linkname == "t" * 150


def test_long_missing_parents() -> None:
    path = "/".join(["p" * 60] * 4)
    data, contents = rewritten(layer_tar([Entry(f"{path}/file", b"1")]))
    assert [member.name for member in members(data)][-2:] == [path, f"{path}/file"]
    assert len(contents.implied) == 4


def test_overlay_s_own_attributes_are_dropped_and_others_kept() -> None:
    entry = Entry(
        "f", b"1", pax={"SCHILY.xattr.trusted.overlay.redirect": "/x", "SCHILY.xattr.user.kept": "yes"}
    )
    (member,) = members(rewritten(layer_tar([entry]))[0])
    assert "SCHILY.xattr.user.kept" in member.pax_headers
    assert "SCHILY.xattr.trusted.overlay.redirect" not in member.pax_headers


def test_links_with_a_size_have_no_payload() -> None:
    with io.BytesIO() as buffer:
        with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
            target = tarfile.TarInfo("a")
            target.size = 3
            archive.addfile(target, io.BytesIO(b"abc"))
            link = tarfile.TarInfo("b")
            link.type, link.linkname = tarfile.LNKTYPE, "a"
            link.size = 3
            archive.addfile(link)
            archive.addfile(tarfile.TarInfo("c"))
        data, contents = rewritten(buffer.getvalue())
    assert [(member.name, member.size) for member in members(data)] == [("a", 3), ("b", 0), ("c", 0)]
    assert contents.size == 3


def changed(position: int, value: bytes) -> Callable[[bytes], bytes]:
    """Return a function that overwrites bytes."""
    return lambda data: data[:position] + value + data[position + len(value) :]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (layer_tar([Entry("../x", b"")]), "leads out"),
        (layer_tar([Entry("a/../../x", b"")]), "leads out"),
        (layer_tar([Entry("a/" * 60 + "../x", b"")], tarfile.GNU_FORMAT), "leads out"),
        (layer_tar([Entry("x", b"", pax={"path": "../y"})]), "leads out"),
        (layer_tar([hard_link("x", "../y")]), "leads out"),
        (layer_tar([symlink("l", "/"), Entry("l/x", b"")]), "below the symbolic link"),
        (layer_tar([Entry("n" * 256, b"")]), "more than 255 bytes"),
        (layer_tar([Entry("n/" * 2100 + "x", b"")]), "too long"),
        (changed(100, b"\xff" * 8)(layer_tar([Entry("x", b"")])), "checksum"),
        (layer_tar([Entry("x", b"1" * 5000)])[:2000], "ends within a file"),
        (layer_tar([Entry("x", b"1" * 500)])[:300], "ends within a header"),
        (layer_tar([Entry("x", b"", pax={"GNU.sparse.major": "1"})]), "sparse"),
        (layer_tar([Entry("x", b"", pax={"size": "-1"})]), "size is unreadable"),
        (layer_tar([Entry("x", b"", kind=b"V")]), "unknown type"),
        (layer_tar([Entry("x", b"", pax={"comment": "c" * (2 << 20)})]), "larger than 1 MiB"),
    ],
)
def test_what_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(DamagedArchiveError, match=reason):
        rewritten(data)


def test_more_than_the_disk_holds_is_refused_before_it_is_full() -> None:
    with pytest.raises(DamagedArchiveError, match="more than the 1000 bytes that are free"):
        rewritten(layer_tar([Entry("x", b"1" * 600), Entry("y", b"1" * 600)]), limit=1000)


@given(st.binary(max_size=3000))
def test_any_bytes_are_a_tar_or_a_refusal(data: bytes) -> None:
    try:
        rewritten(data)
    except DamagedArchiveError:
        return


@given(st.binary(max_size=40), st.integers(0, 2000))
def test_damaged_tar_is_refused_or_still_a_tar(noise: bytes, position: int) -> None:
    whole = layer_tar([folder("d"), Entry("d/" + "n" * 120, b"data", pax={"SCHILY.xattr.user.a": "b"})])
    try:
        data, _ = rewritten(changed(position, noise)(whole))
    except DamagedArchiveError:
        return
    members(data)


@given(
    st.dictionaries(
        st.binary(min_size=1, max_size=20).filter(lambda key: b"=" not in key),
        st.binary(max_size=200),
        min_size=1,
        max_size=4,
    )
)
def test_pax_records_survive_the_round_trip(records: dict[bytes, bytes]) -> None:
    entry = pax_entry(records.items())
    size = int(entry[124:135], 8)
    assert parse_pax(entry[512 : 512 + size]) == records
