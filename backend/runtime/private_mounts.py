"""Mounts that nobody else sees: a mount namespace held by descriptors, which ends with them.

A process that is killed leaves nothing of them behind, and no other container's end has to wait for them.
Source: mount_namespaces(7).
"""

import os
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from backend.runtime import mount_table, syscalls

NAMESPACE = "/proc/thread-self/ns/mnt"
MOUNTS = Path("/proc/thread-self/mountinfo")


class PrivateMounts:
    """A folder and what is mounted below it; `root` is an open descriptor of the folder."""

    def __init__(self, root: int, namespace: int) -> None:
        self.root = root
        self._namespace = namespace

    def __enter__(self) -> "PrivateMounts":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the mounts: they vanish with the last open file on them."""
        if self.root >= 0:
            os.close(self.root)
            os.close(self._namespace)
            self.root = -1


def build(
    folder: Path, mount: Callable[[], None], fill: Callable[[int], None], crowded: Path
) -> PrivateMounts:
    """Return `folder` as it is in a namespace of its own. Blocking. Raises OSError.

    There `mount` mounts something on it, and `fill`, which gets it open, on what is in there.
    What else is mounted below `crowded` is let go of, so that others' mounts are not kept busy.
    """
    results: list[PrivateMounts] = []
    failures: list[BaseException] = []

    def work() -> None:
        try:
            results.append(_build_here(folder, mount, fill, crowded))
        except BaseException as error:  # noqa: BLE001 - raised again below
            failures.append(error)

    # A thread that has moved to another namespace must not return to a pool.
    thread = threading.Thread(target=work, name="private mounts", daemon=True)
    thread.start()
    thread.join()
    if failures:
        raise failures[0]
    return results[0]


def _build_here(
    folder: Path, mount: Callable[[], None], fill: Callable[[int], None], crowded: Path
) -> PrivateMounts:
    syscalls.unshare(syscalls.CLONE_NEWNS)
    syscalls.mount("none", "/", "", syscalls.MS_REC | syscalls.MS_PRIVATE)
    namespace = os.open(NAMESPACE, os.O_RDONLY | os.O_CLOEXEC)
    root = -1
    try:
        mount()
        _let_go(crowded, folder)
        root = os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        fill(root)
    except BaseException:
        if root >= 0:
            os.close(root)
        os.close(namespace)
        raise
    return PrivateMounts(root, namespace)


def _let_go(crowded: Path, kept: Path) -> None:
    targets = [mount_table.parse_line(line).target for line in MOUNTS.read_text().splitlines()]
    for target in reversed(targets):
        if target.startswith(f"{crowded}/") and target != str(kept):
            with suppress(OSError):
                syscalls.unmount(Path(target), syscalls.MNT_DETACH)
