"""Changes that the host makes to shared files, made known to the containers that have them mounted.

The kernel tells a container's inotify only of what passes through itself. So the host says which files have
changed (docs/architecture.md, "watch" and "changed"), and each gets a time of change that the host's file
server takes for what it is and passes over: the kernel tells everybody who watches, and no file is altered.
"""

import logging
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from backend.containers.store import ContainerStore
from backend.events import EventBus
from backend.host_link import HostLink
from backend.runtime.syscalls import open_in_root, set_change_time
from backend.tasks import Tasks, in_thread

log = logging.getLogger(__name__)

NO_CHANGE_TIME = 2**32 - 2
"""Seconds; `vm/machine/sharing/file_server.py` has the same number."""

STARTS_AND_ENDS = ("start", "die")


class HostFileEvents:
    """Tells the host which folders containers have mounted, and the containers what changes there."""

    def __init__(
        self, link: HostLink, folders: Path, store: ContainerStore, events: EventBus, tasks: Tasks
    ) -> None:
        self._link = link
        self._folders = folders
        self._store = store
        self._events = events
        self._tasks = tasks
        link.on_changed = self._changed

    async def run(self) -> None:
        """Keep the host informed until the engine ends."""
        with self._events.subscribe() as subscription:
            self._tell()
            while (event := await subscription.next()) is not None:
                if event.type == "container" and event.action in STARTS_AND_ENDS:
                    self._tell()

    def _tell(self) -> None:
        sources = {
            mount["Source"]
            for container in self._store
            if container.state.running
            for mount in container.record.mounts
            if mount["Type"] == "bind"
        }
        self._link.watch(sorted(sources))

    def _changed(self, paths: Sequence[str]) -> None:
        self._tasks.start(in_thread(touch, self._folders, paths), "changes of shared files")


def touch(folders: Path, paths: Iterable[str]) -> None:
    """Let the kernel tell who watches `paths` below `folders` that they were modified. Blocking."""
    try:
        root = os.open(folders, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        log.debug("the shared folders are not there: %s", error)
        return
    try:
        for path in paths:
            try:
                file = open_in_root(root, path, os.O_PATH | os.O_NOFOLLOW)
            except OSError:
                continue  # gone again
            try:
                set_change_time(file, NO_CHANGE_TIME)
            except OSError as error:
                log.debug("no event for %s: %s", path, error)
            finally:
                os.close(file)
    finally:
        os.close(root)
