"""Reading a container's stored output: from the start, from the last lines, and on while it grows."""

import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from backend.containers.container import Container
from backend.containers.log_lines import LogOptions, LogRenderer, count_line_ends
from backend.runtime.file_watch import FileWatch
from backend.tasks import in_thread

BLOCK = 512 * 1024


async def read_log(
    path: Path, options: LogOptions, frame: Callable[[int, bytes], bytes], follow: Container | None = None
) -> AsyncIterator[bytes]:
    """Yield what the client gets; with `follow` until that container's run ends.

    `frame` puts a header before a stream's bytes.
    """
    renderer = LogRenderer(options, frame)
    descriptor = await in_thread(os.open, path, os.O_RDONLY | os.O_CLOEXEC)
    watch = FileWatch(path) if follow is not None else None
    ended = follow.next_exit() if follow is not None else None
    if ended is not None and watch is not None:
        ended.add_done_callback(lambda _: watch.wake())
    try:
        position = 0 if options.tail is None else await in_thread(_tail_position, descriptor, options.tail)
        while True:
            # Looked at before reading: what was written up to the end is still read after it.
            over = follow is None or not follow.state.running or (ended is not None and ended.done())
            output, position, more = await in_thread(_read_block, descriptor, position, renderer)
            if output:
                yield output
            if renderer.past_until:
                return
            if more:
                continue
            if over or watch is None:
                return
            await watch.changed()
    finally:
        if ended is not None:
            ended.cancel()
        if watch is not None:
            watch.close()
        os.close(descriptor)


def _read_block(descriptor: int, position: int, renderer: LogRenderer) -> tuple[bytes, int, bool]:
    """Return the rendering of the next whole entries, the position after them, and whether there may be
    more."""
    size = BLOCK
    while True:
        block = os.pread(descriptor, size, position)
        end = block.rfind(b"\n") + 1
        if end or len(block) < size:
            break
        size *= 2  # one entry longer than a block
    if not end:
        return b"", position, False
    output = renderer.render(block[: end - 1].split(b"\n"))
    return output, position + end, len(block) == size


def _tail_position(descriptor: int, lines: int) -> int:
    """Return where the last `lines` lines of output begin."""
    size = os.fstat(descriptor).st_size
    if lines <= 0:
        return size
    rest, position, seen = b"", size, 0
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
        if seen == 0 and (last := _last_entry(entries)) is not None and not count_line_ends([last]):
            seen += 1
        if seen + ends > lines:
            return start + cut + _skip_line_ends(entries, seen + ends - lines)
        seen += ends
        rest, position = block[:cut], start
    return 0


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
