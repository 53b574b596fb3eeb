"""Reading a container's stored output: from the start, from the last lines, and on while it grows."""

import os
from collections.abc import AsyncIterator, Callable
from io import BytesIO
from pathlib import Path

from backend.containers.container import Container
from backend.containers.logs.log_files import BLOCK, find_tail, is_newest, open_newer
from backend.containers.logs.log_lines import LogOptions, LogRenderer
from backend.runtime.file_watch import FolderWatch
from backend.tasks import in_thread


async def read_log(
    path: Path, options: LogOptions, header: Callable[[int, int], bytes], follow: Container | None = None
) -> AsyncIterator[bytes]:
    """Yield what the client gets; with `follow` until that container's run ends.

    `header` tells what goes before so many bytes of a stream. What is thrown away while it is being read is
    read nevertheless: files stay open.
    """
    renderer = LogRenderer(options, header)
    watch = FolderWatch(path.parent) if follow is not None else None
    ended = follow.next_exit() if follow is not None else None
    if ended is not None and watch is not None:
        ended.add_done_callback(lambda _: watch.wake())
    files = await in_thread(open_newer, path)
    try:
        position = 0
        if options.tail is not None:
            first, position = await in_thread(find_tail, files, options.tail)
            for _ in range(first):
                os.close(files.pop(0))
        while True:
            # Looked at before reading: what was written up to the end is still read after it.
            over = follow is None or not follow.state.running or (ended is not None and ended.done())
            if files:
                turned = not is_newest(path, files[-1])
                output, position, more = await in_thread(_read_block, files[0], position, renderer)
                if output:
                    yield output
                if renderer.past_until:
                    break
                if more:
                    continue
                if len(files) > 1:
                    os.close(files.pop(0))
                    position = 0
                    continue
                if turned and follow is not None:
                    files += await in_thread(open_newer, path, files[0])
                    continue
            if over or watch is None:
                break
            await watch.changed()
            if not files:
                files = await in_thread(open_newer, path)
        if rest := renderer.finish():
            yield rest
    finally:
        if ended is not None:
            ended.cancel()
        if watch is not None:
            watch.close()
        for descriptor in files:
            os.close(descriptor)


def _read_block(descriptor: int, position: int, renderer: LogRenderer) -> tuple[bytes, int, bool]:
    """Return the rendering of the next whole entries, the position after them, and whether there may be
    more."""
    size = BLOCK
    while True:
        block = os.pread(descriptor, size, position)
        entries = BytesIO(block).readlines()  # a third of the time that cutting it at line ends takes
        if entries and not entries[-1].endswith(b"\n"):
            entries.pop()  # not whole yet
        if entries or len(block) < size:
            break
        size *= 2  # one entry longer than a block
    if not entries:
        return b"", position, False
    used = block.rfind(b"\n") + 1
    return renderer.render(entries), position + used, len(block) == size
