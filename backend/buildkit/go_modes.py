"""File modes as Go writes them, which differ from the kernel's: what clients tell of their files.

Source: Go's `io/fs`, `FileMode`.
"""

from backend.builder.copy.source_tree import FOLDER as FOLDER_KIND
from backend.builder.copy.source_tree import SYMLINK as SYMLINK_KIND
from backend.images.tar import tar_headers

FOLDER, SYMLINK, DEVICE = 1 << 31, 1 << 27, 1 << 26
FIFO, SOCKET, CHARACTER, IRREGULAR = 1 << 25, 1 << 24, 1 << 21, 1 << 19
SETUID, SETGID, STICKY = 1 << 23, 1 << 22, 1 << 20
TYPE = FOLDER | SYMLINK | DEVICE | FIFO | SOCKET | CHARACTER | IRREGULAR
SPECIAL_BITS = ((SETUID, 0o4000), (SETGID, 0o2000), (STICKY, 0o1000))
KINDS = {
    FOLDER_KIND: FOLDER,
    SYMLINK_KIND: SYMLINK,
    tar_headers.FIFO: FIFO,
    tar_headers.BLOCK_DEVICE: DEVICE,
    tar_headers.CHARACTER_DEVICE: DEVICE | CHARACTER,
}


def permissions(mode: int) -> int:
    """Return the kernel's permission bits of one of Go's modes."""
    return mode & 0o777 | sum(flag for bit, flag in SPECIAL_BITS if mode & bit)


def go_mode(kind: int, mode: int) -> int:
    """Return Go's mode for a kind of `tar_headers` and the kernel's permission bits."""
    return KINDS.get(kind, 0) | mode & 0o777 | sum(bit for bit, flag in SPECIAL_BITS if mode & flag)
