"""The files of one stored log: `output.log` is written to, `output.log.1` is the one before it, and so on."""

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from backend.containers.logs.log_lines import count_line_ends

BLOCK = 512 * 1024
MOST_FILES = 1000  # so many may be asked for


def older(path: Path, number: int) -> Path:
    """Return the name of the file that was written `number` files before `path`; 0 is `path` itself."""
    return path.with_name(f"{path.name}.{number}") if number else path


def open_newer(path: Path, known: int | None = None) -> list[int]:
    """Open the log's files, oldest first: all of them, or those newer than the open file `known`. Blocking.

    Opened from the newest on: files that move back meanwhile are met again, never missed.
    """
    last = None if known is None else os.fstat(known).st_ino
    found: dict[int, int] = {}  # inode -> descriptor
    missing = 0
    for number in range(MOST_FILES):
        try:
            descriptor = os.open(older(path, number), os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            missing += 1
            if missing > 1:  # while the log is being turned, one of the names may be missing
                break
            continue
        inode = os.fstat(descriptor).st_ino
        if inode in found or inode == last:
            os.close(descriptor)
            if inode == last:
                break
        else:
            found[inode] = descriptor
    return list(reversed(found.values()))


def is_newest(path: Path, descriptor: int) -> bool:
    """Return whether the open file is still the one that is written to."""
    try:
        return path.stat().st_ino == os.fstat(descriptor).st_ino
    except FileNotFoundError:
        return True  # the next one is not there yet


def turn(path: Path, files: int) -> None:
    """Move every file back by one, so that `path` is free and at most `files` are there with the next one."""
    for number in range(max(1, files - 1), MOST_FILES):
        try:
            older(path, number).unlink()  # the oldest; more of them when fewer are to be kept than before
        except FileNotFoundError:
            break
    for number in range(files - 1, 0, -1):
        with suppress(FileNotFoundError):
            older(path, number - 1).rename(older(path, number))
    if files == 1:
        path.unlink(missing_ok=True)


def find_tail(files: Sequence[int], lines: int) -> tuple[int, int]:
    """Return where the last `lines` lines of output begin: the index of the file, and the place in it."""
    if lines <= 0 and files:
        return len(files) - 1, os.fstat(files[-1]).st_size
    seen = 0
    for index in range(len(files) - 1, -1, -1):
        position, seen = _find_in_file(files[index], lines, seen, newest=index == len(files) - 1)
        if position is not None:
            return index, position
    return 0, 0


def _find_in_file(descriptor: int, lines: int, seen: int, *, newest: bool) -> tuple[int | None, int]:
    """Return the place if it is in this file, and how many lines were seen with it and the files after it."""
    rest, position, first_block = b"", os.fstat(descriptor).st_size, newest
    while position > 0:
        start = max(0, position - BLOCK)
        block = os.pread(descriptor, position - start, start) + rest
        cut = 0 if start == 0 else block.find(b"\n") + 1
        if start and not cut:
            rest, position = block, start
            continue
        entries = block[cut:].split(b"\n")
        ends = count_line_ends(entries)
        # The output's last line may still be open: it counts as a line too.
        if first_block and (last := _last_entry(entries)) is not None:
            first_block = False
            seen += not count_line_ends([last])
        if seen + ends > lines:
            return start + cut + _skip_line_ends(entries, seen + ends - lines), seen
        seen += ends
        rest, position = block[:cut], start
    return None, seen


def _last_entry(entries: list[bytes]) -> bytes | None:
    return next((entry for entry in reversed(entries) if entry), None)


def _skip_line_ends(entries: list[bytes], count: int) -> int:
    """Return the bytes up to and with the entry that ends the `count`th line."""
    offset = 0
    for entry in entries:
        offset += len(entry) + 1
        count -= count_line_ends([entry])
        if count == 0:
            break
    return offset
