"""A container's root: its image's layers, read-only, under a folder of its own, by overlayfs."""

import errno
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from backend.runtime import syscalls

PAGE = 4096
# Some kernels turn these on by default. Layers are made of upper folders, and no layer can say "moved from".
PLAIN = {"redirect_dir": "off", "metacopy": "off"}
NEEDS_ESCAPING = frozenset(":,\\")


def mount_overlay(lowers: Sequence[Path], upper: Path, work: Path, target: Path) -> None:
    """Mount `lowers` (topmost first) under the writable `upper` at `target`. Raises OSError."""
    plain = ",".join(f"{name}={value}" for name, value in PLAIN.items())
    options = f"lowerdir={':'.join(map(str, lowers))},upperdir={upper},workdir={work},{plain}"
    paths = [*map(str, lowers), str(upper), str(work)]
    if len(options.encode()) < PAGE and not any(NEEDS_ESCAPING.intersection(path) for path in paths):
        syscalls.mount("overlay", str(target), "overlay", 0, options)
        return
    # mount(2) takes one page of options; long lists go one by one (Linux 6.8 and newer).
    parts = [("lowerdir+", str(lower)) for lower in lowers]
    parts += [("upperdir", str(upper)), ("workdir", str(work)), *PLAIN.items()]
    syscalls.mount_by_parts("overlay", "overlay", parts, str(target))


def mount_read_only(lowers: Sequence[Path], target: Path) -> None:
    """Mount `lowers` (topmost first, two at least) at `target`, for reading only. Raises OSError."""
    options = f"lowerdir={':'.join(map(str, lowers))}"
    if len(options.encode()) < PAGE and not any(NEEDS_ESCAPING.intersection(str(path)) for path in lowers):
        syscalls.mount("overlay", str(target), "overlay", syscalls.MS_RDONLY, options)
    else:
        parts = [("lowerdir+", str(lower)) for lower in lowers]
        syscalls.mount_by_parts("overlay", "overlay", parts, str(target))


def unmount_all(target: Path) -> None:
    """Take away whatever is mounted at `target`, if anything; a root still in use goes when its last user
    does."""
    with suppress(FileNotFoundError):
        while True:
            try:
                syscalls.unmount(target)
            except OSError as error:
                if error.errno == errno.EINVAL:
                    return  # nothing (more) is mounted there
                if error.errno != errno.EBUSY:
                    raise
                syscalls.unmount(target, syscalls.MNT_DETACH)
