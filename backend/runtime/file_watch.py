"""Waiting for the files of a folder to grow, without polling.

Source: inotify(7).
"""

import asyncio
import ctypes
import os
from pathlib import Path

_libc = ctypes.CDLL(None, use_errno=True)
IN_MODIFY = 0x2
IN_MOVED_TO = 0x80
IN_CLOEXEC = os.O_CLOEXEC
IN_NONBLOCK = os.O_NONBLOCK


class FolderWatch:
    """Tells when a file in a folder was written to or came into it; `wake` ends a wait for other reasons.

    Close it after use.
    """

    def __init__(self, path: Path) -> None:
        """Raises OSError when the folder is not there."""
        self._descriptor = _libc.inotify_init1(IN_CLOEXEC | IN_NONBLOCK)
        if self._descriptor < 0:
            raise OSError(ctypes.get_errno(), "inotify_init1")
        if _libc.inotify_add_watch(self._descriptor, os.fsencode(path), IN_MODIFY | IN_MOVED_TO) < 0:
            code = ctypes.get_errno()
            os.close(self._descriptor)
            raise OSError(code, os.strerror(code), str(path))
        self._changed = asyncio.Event()
        asyncio.get_running_loop().add_reader(self._descriptor, self._readable)

    def _readable(self) -> None:
        os.read(self._descriptor, 65536)
        self._changed.set()

    def wake(self) -> None:
        """Let `changed` return."""
        self._changed.set()

    async def changed(self) -> None:
        """Wait for the next write, or one since the last call."""
        await self._changed.wait()
        self._changed.clear()

    def close(self) -> None:
        """Stop watching."""
        asyncio.get_running_loop().remove_reader(self._descriptor)
        os.close(self._descriptor)
