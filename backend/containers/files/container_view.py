"""A container's files as one tree, whether it runs or not: its root, and on it its volumes and binds.

Source: dockerd, `daemon/containerfs_linux.go`: what is in memory only (tmpfs, /proc, /dev) is not part of it.
"""

import asyncio
import os
import secrets
import stat
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from backend.containers.container import NEVER, Container
from backend.containers.manager import Containers
from backend.containers.mounts import container_volumes
from backend.containers.mounts.mount_sources import open_subpath
from backend.containers.run_files import RunFiles
from backend.errors import EngineError, NotFoundError, SystemFailureError
from backend.runtime import overlay, private_mounts, syscalls
from backend.runtime.private_mounts import PrivateMounts
from backend.runtime.root_files import make_folders
from backend.runtime.syscalls import open_in_root
from backend.tasks import in_thread, in_thread_to_end

GENERATED = ("hostname", "hosts", "resolv.conf")


@asynccontextmanager
async def opened(
    containers: Containers, container: Container, *, with_mounts: bool = True
) -> AsyncIterator[int]:
    """Yield an open descriptor of a container's root, with its volumes and binds mounted on it.

    A container that does not run can be neither started nor removed meanwhile; one that runs may end: its
    files stay readable until the block is left. Raises SystemFailureError, NotFoundError.
    """
    async with container.lock:
        if containers.store.get(container.id) is None:
            raise NotFoundError(f"No such container: {container.id}")
        if not container.state.running:
            async with _of_stopped(containers, container, with_mounts) as root:
                yield root
            return
        mounts = await _built(containers, container, None, with_mounts)
    try:
        yield mounts.root
    finally:
        await _close(mounts)


@asynccontextmanager
async def _of_stopped(containers: Containers, container: Container, with_mounts: bool) -> AsyncIterator[int]:
    async with AsyncExitStack() as stack:
        holder = f"view-{secrets.token_hex(8)}"
        image = containers.images.find(container.record.image_id)
        stack.push_async_callback(containers.images.unmount, holder)
        lowers = [*await containers.images.mount(image, holder), containers.files.mount_points]
        if with_mounts:
            stack.push_async_callback(container_volumes.release, containers.volumes, container.record)
            await container_volumes.hold(containers.volumes, container.record)
        mounts = await _built(containers, container, lowers, with_mounts)
        stack.push_async_callback(_close, mounts)
        yield mounts.root


async def _close(mounts: PrivateMounts) -> None:
    """Let go of mounts: their kernel side may have much to write to the disk first."""
    await in_thread_to_end(mounts.close)


async def _built(
    containers: Containers, container: Container, lowers: list[Path] | None, with_mounts: bool
) -> PrivateMounts:
    work = asyncio.ensure_future(in_thread(_build, containers, container, lowers, with_mounts))
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        with suppress(EngineError):
            await _close(await work)
        raise


def _build(
    containers: Containers, container: Container, lowers: list[Path] | None, with_mounts: bool
) -> PrivateMounts:
    files, paths = containers.files, RunFiles.of(containers.files, container.id)

    def mount_root() -> None:
        if lowers is not None:
            overlay.mount_overlay(lowers, paths.upper, paths.work, files.view)

    def mount_rest(root: int) -> None:
        if lowers is not None and container.state.started_at == NEVER:
            # It is there from the creation on: what is copied into it goes before the first start.
            with suppress(OSError):  # told at the start
                make_folders(root, container.record.config["WorkingDir"])
        if with_mounts:
            _mount_generated(root, paths.data, container.record.mounts)
            for mount in container.record.mounts:
                if mount["Type"] in ("bind", "volume"):
                    _mount_one(root, mount)

    try:
        if lowers is not None:
            files.view.mkdir(exist_ok=True)
        folder = paths.root if lowers is None else files.view
        return private_mounts.build(folder, mount_root, mount_rest, files.run_root)
    except OSError as error:
        raise SystemFailureError(
            f"cannot mount the container's files: {error.filename}: {os.strerror(error.errno or 0)}"
        ) from error


def _mount_generated(root: int, data: Path, mounts: list[dict[str, Any]]) -> None:
    taken = {mount["Destination"] for mount in mounts}
    for name in GENERATED:
        if f"/etc/{name}" not in taken and (data / name).exists():  # there since the first start
            with suppress(OSError):  # the image has something else there
                _bind(root, str(data / name), f"/etc/{name}", is_folder=False)


def _mount_one(root: int, mount: Mapping[str, Any]) -> None:
    subpath = open_subpath(mount["Source"], mount["Subpath"]) if mount.get("Subpath") else -1
    try:
        source = f"/proc/self/fd/{subpath}" if subpath >= 0 else str(mount["Source"])
        is_folder = stat.S_ISDIR(Path(source).stat().st_mode)
        recursive = mount.get("Recursive", True)
        _bind(root, source, mount["Destination"], is_folder, recursive=recursive, read_only=not mount["RW"])
    finally:
        if subpath >= 0:
            os.close(subpath)


def _bind(
    root: int,
    source: str,
    target: str,
    is_folder: bool,
    *,
    recursive: bool = True,
    read_only: bool = False,
) -> None:
    place = _place(root, target, is_folder)
    try:
        there = f"/proc/self/fd/{place}"
        syscalls.mount(source, there, "", syscalls.MS_BIND | (syscalls.MS_REC if recursive else 0))
    finally:
        os.close(place)
    if read_only:
        place = open_in_root(root, target, os.O_PATH)  # what is mounted there now
        try:
            flags = syscalls.MS_REMOUNT | syscalls.MS_BIND | syscalls.MS_RDONLY
            syscalls.mount("none", f"/proc/self/fd/{place}", "", flags)
        finally:
            os.close(place)


def _place(root: int, target: str, is_folder: bool) -> int:
    """Open the place to mount on, made if it is missing, as a start would make it."""
    try:
        return open_in_root(root, target, os.O_PATH)
    except FileNotFoundError:
        if is_folder:
            make_folders(root, target)
        else:
            folder, _, name = target.rpartition("/")
            make_folders(root, folder)
            parent = open_in_root(root, folder or "/", os.O_PATH | os.O_DIRECTORY)
            try:
                os.close(os.open(name, os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o755, dir_fd=parent))
            finally:
                os.close(parent)
        return open_in_root(root, target, os.O_PATH)
