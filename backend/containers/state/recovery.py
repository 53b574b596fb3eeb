"""After an engine's end by whatever means: running containers are taken over, the rest is put in order."""

import logging
import shutil
from contextlib import suppress
from typing import TYPE_CHECKING

from backend.containers.container import Container
from backend.containers.mounts import container_volumes
from backend.containers.run_files import RunFiles
from backend.errors import EngineError
from backend.runtime import cgroups, monitor
from backend.tasks import in_thread

if TYPE_CHECKING:
    from backend.containers.manager import Containers

log = logging.getLogger(__name__)


async def recover(containers: "Containers") -> None:
    """Bring every container to a state that is true now."""
    await in_thread(containers.lifecycle.bind_sources.sweep)
    kept: set[str] = set()
    for container in containers.store:
        paths = RunFiles.of(containers.files, container.id)
        alive = monitor.find_monitor(paths.monitor) is not None
        if container.state.running and alive:
            await _adopt(containers, container, paths)
            kept.add(container.id)
    await containers.networks.sandboxes.reap(kept)
    for container in containers.store:
        if container.id in kept:
            continue
        if container.state.running:
            await containers.lifecycle.finish(container)
            await containers.lifecycle.put_away(container)
        elif RunFiles.of(containers.files, container.id).run.exists():
            # A start that was cut off: it never was told to anybody, so it did not happen.
            await containers.lifecycle.clean_up(container)
        if container.state.status == "restarting":
            container.state.status = "exited"
            containers.store.note(container)
        if container.auto_remove and container.state.status != "created":
            await containers.remove(container.id, force=True, volumes=True)
    # Execs end with their engine; their files are of use to nobody.
    await in_thread(shutil.rmtree, containers.files.execs, True)
    for name in await in_thread(_list_strays, containers):
        paths = RunFiles.of(containers.files, name)
        await in_thread(monitor.end_creation, name, containers.runtime)
        await containers.runtime.delete(name)
        await container_volumes.drop_volumes(
            containers.volumes, await in_thread(paths.read_disposable_volumes)
        )
        await in_thread(_sweep, paths)
    containers.recovered.set()
    for container in containers.store:
        if container.record.for_build:
            await containers.remove(container.id, force=True, volumes=True)


async def _adopt(containers: "Containers", container: Container, paths: RunFiles) -> None:
    container.hold_init(container.state.pid)
    container_volumes.note(containers.volumes, container.record)
    if not cgroups.holds(container.group, container.state.pid):
        container.release_init()  # the number is another process's by now; the monitor will tell the end
    try:
        await containers.images.restore_mount(containers.images.find(container.record.image_id), container.id)
        if (attachment := container.attachment) is not None:
            await containers.networks.sandboxes.restore(attachment)
    except EngineError as error:
        log.error("container %s runs on with part of it lost: %s", container.name, error.message)
    if container.state.held_for_work:
        container.state.status, container.state.held_for_work = "running", False
        containers.store.note(container)
    with suppress(OSError):  # it ends just now; the watch will tell
        # Also where the engine died between the group's freezing and its record.
        await in_thread(cgroups.freeze, container.group, container.state.status == "paused")
    containers.watch(container)
    log.info("container %s still runs", container.name)


def _list_strays(containers: "Containers") -> set[str]:
    """Return the ids of folders that have no record: a create, a remove or a warm-up that was cut off."""
    tops = (containers.files.container("x").parent, containers.files.container_run("x").parent)
    folders = {folder.name for top in tops if top.is_dir() for folder in top.iterdir()}
    return {name for name in folders if containers.store.get(name) is None}


def _sweep(paths: RunFiles) -> None:
    cgroups.remove(paths.read_group() or cgroups.group_of(paths.container_id))
    paths.remove_run()
    paths.remove_data()
