"""The lowest layer of every container: the places that the runtime mounts on, for images that lack them.

Without it the runtime would make them in the container's own folder, where they would count as changes and
go into images that are made of the container. Source: dockerd, `daemon/initlayer/setup_unix.go`.
"""

from contextlib import suppress
from pathlib import Path

FOLDERS = ("dev/pts", "dev/shm", "proc", "sys")
FILES = (".dockerenv", "dev/console", "etc/hostname", "etc/hosts", "etc/resolv.conf")
LINKS = {"etc/mtab": "/proc/mounts"}


def prepare(folder: Path) -> None:
    """Make the layer below `folder` where it is not there yet. Blocking. Raises OSError."""
    for name in FOLDERS:
        (folder / name).mkdir(parents=True, exist_ok=True, mode=0o755)
    for name in FILES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True, mode=0o755)
        (folder / name).touch(mode=0o755)
    for name, target in LINKS.items():
        with suppress(FileExistsError):
            (folder / name).symlink_to(target)
