"""What a container has changed in its image's files: added, modified, deleted.

Source: dockerd, `pkg/archive/changes.go`; Docker Engine API, `GET /containers/{id}/changes`.
"""

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from backend.containers.container import Container
from backend.containers.manager import Containers
from backend.errors import NotFoundError, SystemFailureError
from backend.runtime import overlay, private_mounts
from backend.runtime.syscalls import open_in_root
from backend.tasks import in_thread_to_end

MODIFIED, ADDED, DELETED = 0, 1, 2
OPAQUE = "trusted.overlay.opaque"
CAPABILITY = "security.capability"
FOLDER_FLAGS = os.O_RDONLY | os.O_DIRECTORY

Found = dict[bytes, os.stat_result]


async def list_changes(containers: Containers, container: Container) -> list[dict[str, Any]]:
    """Return Docker's list of changes, sorted by path. Raises NotFoundError, SystemFailureError."""
    image = containers.images.find(container.record.image_id)
    holder = f"changes-{secrets.token_hex(8)}"
    try:
        lowers = [*await containers.images.mount(image, holder), containers.files.mount_points]
        upper = containers.lifecycle.run_files(container).upper
        found = await in_thread_to_end(
            _compare, containers.files.view, containers.files.run_root, lowers, upper
        )
    except FileNotFoundError as error:
        raise NotFoundError(f"No such container: {container.id}") from error  # removed meanwhile
    finally:
        await containers.images.unmount(holder)
    return [{"Path": f"/{path.decode(errors='replace')}", "Kind": kind} for path, kind in found]


def _compare(view: Path, run_root: Path, lowers: list[Path], upper: Path) -> list[tuple[bytes, int]]:
    def mount() -> None:
        overlay.mount_read_only(lowers, view)

    view.mkdir(exist_ok=True)
    above = os.open(upper, FOLDER_FLAGS | os.O_CLOEXEC)
    try:
        with private_mounts.build(view, mount, lambda root: None, run_root) as image:
            changes = {path: kind for path, kind, _ in find_changes(above, image.root)}
    except OSError as error:
        if isinstance(error, FileNotFoundError):
            raise
        raise SystemFailureError(f"cannot compare the container's files: {error.strerror}") from error
    finally:
        os.close(above)
    # A folder in which something changed counts as modified too.
    for path in tuple(changes):
        while path := path.rpartition(b"/")[0]:
            changes.setdefault(path, MODIFIED)
    return sorted(changes.items(), key=lambda change: change[0].split(b"/"))


def find_changes(above: int, below: int | None) -> Iterator[tuple[bytes, int, os.stat_result]]:
    """Yield what the open folder `above`, an overlay's upper one, says anew of `below`; None: of nothing.

    Each is a path, a kind, and what the file is, or was if it is deleted. Blocking. Raises OSError.
    """
    waiting = [(b"", below is not None)]
    while waiting:
        path, in_image = waiting.pop()
        new, opaque = _read(above, path)
        old = _read(below, path)[0] if in_image and below is not None else {}
        prefix = path + b"/" if path else b""
        for name, status in new.items():
            child, before = prefix + name, old.get(name)
            if stat.S_ISCHR(status.st_mode) and status.st_rdev == 0:
                if before is not None:
                    yield child, DELETED, before
                continue
            if before is None or below is None:
                yield child, ADDED, status
            elif _differ(before, status) or (
                stat.S_ISREG(status.st_mode) and _capability(below, child) != _capability(above, child)
            ):
                yield child, MODIFIED, status
            if stat.S_ISDIR(status.st_mode):
                waiting.append((child, before is not None and stat.S_ISDIR(before.st_mode)))
        if opaque:
            yield from ((prefix + name, DELETED, old[name]) for name in old.keys() - new.keys())


def _read(root: int, path: bytes) -> tuple[Found, bool]:
    """Return what is in a folder, and whether it hides the one below it; a folder that has gone is empty."""
    try:
        folder = open_in_root(root, os.fsdecode(path) or ".", FOLDER_FLAGS, links=False)
    except OSError:
        return {}, False
    try:
        found: Found = {}
        for name in os.listdir(folder):  # noqa: PTH208 - an open folder
            with suppress(FileNotFoundError):
                found[os.fsencode(name)] = os.stat(name, dir_fd=folder, follow_symlinks=False)
        return found, _attribute(folder, OPAQUE) == b"y"
    finally:
        os.close(folder)


def _differ(old: os.stat_result, new: os.stat_result) -> bool:
    if (old.st_mode, old.st_uid, old.st_gid, old.st_rdev) != (
        new.st_mode,
        new.st_uid,
        new.st_gid,
        new.st_rdev,
    ):
        return True
    # A folder's time and size say nothing: they change with what is in it.
    return not stat.S_ISDIR(new.st_mode) and (old.st_size != new.st_size or not _same_time(old, new))


def _same_time(old: os.stat_result, new: os.stat_result) -> bool:
    """Return whether two times may be one: layers keep whole seconds only."""
    seconds_old, rest_old = divmod(old.st_mtime_ns, 1_000_000_000)
    seconds_new, rest_new = divmod(new.st_mtime_ns, 1_000_000_000)
    return seconds_old == seconds_new and (rest_old == rest_new or not rest_old or not rest_new)


def _capability(root: int, path: bytes) -> bytes | None:
    try:
        file = open_in_root(root, os.fsdecode(path), os.O_PATH | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        return _attribute(f"/proc/self/fd/{file}", CAPABILITY)
    finally:
        os.close(file)


def _attribute(file: int | str, name: str) -> bytes | None:
    try:
        return os.getxattr(file, name)
    except OSError:
        return None
