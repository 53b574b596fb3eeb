"""Stored output, rendered and cut to size: on files made here."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from backend.api.streams import frame, frame_header
from backend.containers.logs.log_files import is_newest, older, open_newer, turn
from backend.containers.logs.log_lines import LONGEST, LogOptions, LogRenderer, parse_time
from backend.containers.logs.logs import read_log
from backend.errors import InvalidParameterError


def entry(second: int, stream: str, text: str, tag: str = "F") -> bytes:
    """An entry of the file, without its line end."""
    return f"2026-01-02T03:04:{second:02d}.000000001+00:00 {stream} {tag} {text}".encode()


ENTRIES = [
    entry(1, "stdout", "one"),
    entry(2, "stdout", "two"),
    entry(3, "stderr", "bad"),
    entry(4, "stdout", ""),
]


def plain(stream: int, length: int) -> bytes:
    return b""


def rendered(entries: list[bytes], options: LogOptions, header: Callable[[int, int], bytes] = plain) -> bytes:
    renderer = LogRenderer(options, header)
    return renderer.render(item + b"\n" for item in entries) + renderer.finish()


def test_each_line_is_a_frame() -> None:
    assert rendered(ENTRIES, LogOptions(), frame_header) == (
        frame(1, b"one\n") + frame(1, b"two\n") + frame(2, b"bad\n") + frame(1, b"\n")
    )
    stamp = b"2026-01-02T03:04:01.000000001Z "
    assert rendered(ENTRIES[:1], LogOptions(timestamps=True), frame_header) == frame(1, stamp + b"one\n")


def test_options() -> None:
    def show(options: LogOptions) -> bytes:
        return rendered(ENTRIES, options)

    assert show(LogOptions(stderr=False)) == b"one\ntwo\n\n"
    assert show(LogOptions(since=parse_time("2026-01-02T03:04:02Z", "since"))) == b"two\nbad\n\n"
    assert show(LogOptions(until=parse_time("2026-01-02T03:04:02Z", "until"))) == b"one\n"
    assert show(LogOptions(timestamps=True)).startswith(b"2026-01-02T03:04:01.000000001Z one\n")


def test_parts_of_a_line_become_one() -> None:
    parts = [entry(1, "stdout", "long ", "P"), entry(2, "stderr", "other"), entry(3, "stdout", "line")]
    shown = rendered(parts, LogOptions(timestamps=True, stderr=False))
    assert shown == b"2026-01-02T03:04:01.000000001Z long line\n"


def test_parts_of_a_line_share_its_frame() -> None:
    parts = [entry(1, "stdout", "a"), entry(2, "stdout", "long ", "P"), entry(3, "stdout", "line")]
    assert rendered(parts, LogOptions(), frame_header) == frame(1, b"a\n") + frame(1, b"long line\n")
    ended = [*parts, entry(4, "stdout", "open", "P")]
    assert rendered(ended, LogOptions(), frame_header) == (
        frame(1, b"a\n") + frame(1, b"long line\n") + frame(1, b"open")
    )
    mixed = [*parts[:2], entry(2, "stderr", "b"), *parts[2:]]
    assert rendered(mixed, LogOptions(), frame_header) == (
        frame(1, b"a\n") + frame(2, b"b\n") + frame(1, b"long line\n")
    )


def test_a_line_that_has_begun_waits_but_on_a_terminal() -> None:
    begun, ended = entry(1, "stdout", "so ", "P") + b"\n", entry(2, "stdout", "far") + b"\n"
    framed = LogRenderer(LogOptions(), frame_header)
    assert framed.render([begun]) == b""
    assert framed.render([ended]) == frame(1, b"so far\n")
    assert framed.finish() == b""
    terminal = LogRenderer(LogOptions(terminal=True), plain)
    assert terminal.render([begun]) == b"so "
    assert terminal.render([ended]) == b"far\n"


@pytest.mark.parametrize("length", [LONGEST - 1, LONGEST, LONGEST + 1, 3 * LONGEST])
@pytest.mark.parametrize("part", [8000, 8192, 10**6])
def test_long_lines_are_cut(length: int, part: int) -> None:
    text = "x" * length
    places = range(0, length, part)
    parts = [entry(1, "stdout", text[at : at + part], "F" if at == places[-1] else "P") for at in places]
    line = text.encode() + b"\n"
    cut = [line[at : at + LONGEST] for at in range(0, len(line), LONGEST)]
    assert rendered(parts, LogOptions(), frame_header) == b"".join(frame(1, piece) for piece in cut)


def test_text_that_looks_like_an_entry_is_text() -> None:
    text = entry(9, "stdout", "x", "P").decode()
    assert rendered([entry(1, "stdout", text), entry(2, "stdout", text, "P")], LogOptions()) == (
        f"{text}\n{text}".encode()
    )


def test_damaged_entries_are_skipped() -> None:
    assert rendered([b"", b"rubbish", entry(1, "stdout", "fine")], LogOptions()) == b"fine\n"


async def read(path: Path, options: LogOptions) -> bytes:
    return b"".join([piece async for piece in read_log(path, options, plain)])


async def test_tail_of_a_large_file(tmp_path: Path) -> None:
    path = tmp_path / "log"
    lines = [entry(number % 60, "stdout", f"{number} " + "x" * 90) for number in range(20_000)]
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    for count in (0, 1, 7, 4_000, 19_999, 20_000, 50_000):
        shown = (await read(path, LogOptions(tail=count))).splitlines()
        wanted = min(count, 20_000)
        assert [line.split()[0] for line in shown] == [
            str(n).encode() for n in range(20_000 - wanted, 20_000)
        ]
    assert len((await read(path, LogOptions())).splitlines()) == 20_000


async def test_tail_counts_lines_not_entries(tmp_path: Path) -> None:
    path = tmp_path / "log"
    entries = [
        entry(1, "stdout", "first"),
        entry(2, "stdout", "a", "P"),
        entry(3, "stdout", "b"),
        entry(4, "stdout", "end", "P"),
    ]
    path.write_bytes(b"".join(line + b"\n" for line in entries))
    assert await read(path, LogOptions(tail=1)) == b"end"
    assert await read(path, LogOptions(tail=2)) == b"ab\nend"
    assert await read(path, LogOptions(tail=3)) == b"first\nab\nend"


async def test_unfinished_entry_waits(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(entry(1, "stdout", "whole") + b"\n" + entry(2, "stdout", "cut o"))
    assert await read(path, LogOptions()) == b"whole\n"


async def test_entry_longer_than_a_block(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(entry(1, "stdout", "y" * 2_000_000) + b"\n" + entry(2, "stdout", "z") + b"\n")
    assert await read(path, LogOptions()) == b"y" * 2_000_000 + b"\nz\n"
    assert await read(path, LogOptions(tail=1)) == b"z\n"


@pytest.mark.parametrize(
    ("text", "stamp"),
    [
        ("1767323045", b"2026-01-02T03:04:05.000000000"),
        ("1767323045.123456789", b"2026-01-02T03:04:05.123456789"),
        ("2026-01-02T03:04:05.5Z", b"2026-01-02T03:04:05.500000000"),
        ("2026-01-02T04:04:05+01:00", b"2026-01-02T03:04:05.000000000"),
        ("", b""),
        (None, b""),
        ("0", b""),
    ],
)
def test_times(text: str | None, stamp: bytes) -> None:
    assert parse_time(text, "since") == stamp


@pytest.mark.parametrize("text", ["soon", "1-", "1e9", "9" * 30, "2026-13-01T00:00:00Z"])
def test_no_times(text: str) -> None:
    with pytest.raises(InvalidParameterError, match="since"):
        parse_time(text, "since")


def numbered(first: int, last: int, tag: str = "F") -> bytes:
    return b"".join(entry(1, "stdout", str(number), tag) + b"\n" for number in range(first, last + 1))


async def test_tail_across_files(tmp_path: Path) -> None:
    path = tmp_path / "log"
    older(path, 2).write_bytes(numbered(1, 10))
    older(path, 1).write_bytes(numbered(11, 20) + entry(1, "stdout", "2", "P") + b"\n")
    path.write_bytes(entry(1, "stdout", "1") + b"\n" + numbered(22, 25))
    everything = [str(number) for number in range(1, 26)]
    for tail in (*range(27), None):
        shown = (await read(path, LogOptions(tail=tail))).decode().split()
        assert shown == (everything[-tail:] if tail else [] if tail == 0 else everything), tail


async def test_turning_keeps_so_many_files(tmp_path: Path) -> None:
    path = tmp_path / "log"
    for round_number in range(6):
        path.write_bytes(numbered(round_number, round_number))
        turn(path, 3)
    assert sorted(item.name for item in tmp_path.iterdir()) == ["log.1", "log.2"]
    assert await read(path, LogOptions()) == b"4\n5\n", "also while the next file is not there yet"
    path.write_bytes(numbered(6, 6))
    turn(path, 1)
    assert list(tmp_path.iterdir()) == [], "fewer are kept than before"


def test_files_are_found_after_one_that_was_moved(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"a")
    (first,) = open_newer(path)
    opened = [first]
    assert is_newest(path, first)
    for text in (b"b", b"c"):
        turn(path, 3)
        assert is_newest(path, first), "nothing newer is there as long as it was not made"
        path.write_bytes(text)
    try:
        opened += open_newer(path, first)
        assert [os.read(descriptor, 9) for descriptor in opened] == [b"a", b"b", b"c"]
        assert not is_newest(path, first)
    finally:
        for descriptor in opened:
            os.close(descriptor)
