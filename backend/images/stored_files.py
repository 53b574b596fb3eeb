"""What lies at a path of the image store, a file or a whole tree: its bytes on the disk, and its removal.

A tree came out of an image: its depth and links may have been made to fool us. Few folders are open at once.
"""

import os
import secrets
import stat
from pathlib import Path

from backend.runtime.syscalls import open_in_root

BLOCK = 512  # bytes, the unit of st_blocks
FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def bytes_on_disk(path: Path) -> int:
    """Return the bytes of the blocks that a file or a tree takes. Blocking. Raises FileNotFoundError."""
    status = path.lstat()
    if not stat.S_ISDIR(status.st_mode):
        return status.st_blocks * BLOCK
    root = os.open(path, FOLDER)
    try:
        return (status.st_blocks + _blocks_below(root)) * BLOCK
    finally:
        os.close(root)


def _blocks_below(root: int) -> int:
    blocks = 0
    linked: set[int] = set()
    folders = [""]
    while folders:
        path = folders.pop()
        folder = open_in_root(root, path or ".", FOLDER, links=False)
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    status = entry.stat(follow_symlinks=False)
                    if stat.S_ISDIR(status.st_mode):
                        folders.append(f"{path}/{entry.name}" if path else entry.name)
                    elif status.st_nlink > 1:
                        if status.st_ino in linked:
                            continue
                        linked.add(status.st_ino)
                    blocks += status.st_blocks
        finally:
            os.close(folder)
    return blocks


def remove(path: Path) -> None:
    """Remove a file or a tree; fine when there is none. Blocking. Raises OSError."""
    try:
        path.unlink()
    except FileNotFoundError:
        return
    except IsADirectoryError:
        above = os.open(path.parent, FOLDER)
        try:
            remove_tree(above, path.name)
        finally:
            os.close(above)


def remove_tree(above: int, name: str | bytes) -> None:
    """Remove the folder `name` in the open folder `above` with all that is in it. Blocking. Raises OSError.

    Folders move up to the top before they are emptied, so that no depth is too deep.
    """
    top = os.open(name, FOLDER, dir_fd=above)
    unused = secrets.token_hex(8)
    number = 0
    try:
        waiting = _emptied(top)
        while waiting:
            child = waiting.pop()
            folder = os.open(child, FOLDER, dir_fd=top)
            try:
                for deeper in _emptied(folder):
                    number += 1
                    moved = f"{unused}-{number}"
                    os.rename(deeper, moved, src_dir_fd=folder, dst_dir_fd=top)
                    waiting.append(moved)
            finally:
                os.close(folder)
            os.rmdir(child, dir_fd=top)
    finally:
        os.close(top)
    os.rmdir(name, dir_fd=above)


def _emptied(folder: int) -> list[str]:
    """Remove all that are no folders; returns the names of those."""
    folders = []
    with os.scandir(folder) as entries:
        for entry in list(entries):
            if entry.is_dir(follow_symlinks=False):
                folders.append(entry.name)
            else:
                os.unlink(entry.name, dir_fd=folder)
    return folders
