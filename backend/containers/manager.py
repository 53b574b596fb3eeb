"""Containers as the API sees them: create, start, stop, kill, restart, wait, rename, pause, remove."""

import asyncio
import logging
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from backend.config import EngineConfig
from backend.containers import container_events
from backend.containers.container import Container, Exit
from backend.containers.create import ContainerCreation, Created
from backend.containers.exec import Execs
from backend.containers.files.file_events import HostFileEvents
from backend.containers.logs.log_rotation import LogRotation
from backend.containers.mounts.bind_sources import BindSources
from backend.containers.mounts.container_volumes import anonymous_names, drop_volumes
from backend.containers.names import check_name
from backend.containers.networking import network_start
from backend.containers.networking.host_network import HostNetworkPorts
from backend.containers.run_files import RunFiles
from backend.containers.signals import check_exists, parse_signal
from backend.containers.state import restart_policy
from backend.containers.state.halting import Halting, stop_signal
from backend.containers.state.health_checks import HealthChecks
from backend.containers.state.lifecycle import Lifecycle, note_networks
from backend.containers.state.recovery import recover
from backend.containers.state.warm_up import warm_up
from backend.containers.store import ContainerStore
from backend.database import Database
from backend.errors import (
    ConflictError,
    EngineError,
    InvalidParameterError,
    NotFoundError,
    NotModifiedError,
)
from backend.events import EventBus
from backend.images.image import ImageUse
from backend.images.manager import Images
from backend.images.platforms import Platform
from backend.networks.manager import Networks
from backend.runtime import monitor, mount_points
from backend.runtime.monitor import MonitorWatch
from backend.runtime.oci_runtime import OciRuntime
from backend.state_files import StateFiles
from backend.tasks import Tasks, in_thread
from backend.volumes.manager import Volumes

log = logging.getLogger(__name__)


@contextmanager
def _saying(what: str) -> Iterator[None]:
    """Tell before each failure which of a caller's wishes it is about, as Docker does."""
    try:
        yield
    except EngineError as error:
        error.message = f"{what}: {error.message}"
        raise


class Containers:
    """All containers of one engine."""

    def __init__(
        self,
        config: EngineConfig,
        files: StateFiles,
        database: Database,
        events: EventBus,
        tasks: Tasks,
        images: Images,
        volumes: Volumes,
        networks: Networks,
    ) -> None:
        self.files = files
        self.events = events
        self.tasks = tasks
        self.images = images
        self.networks = networks
        self.store = ContainerStore(database)
        self.runtime = OciRuntime(config.runtime, files.run_root / "runtime")
        self._host_folders = config.host_folders
        bind_sources = BindSources.of(config, files)
        self.lifecycle = Lifecycle(
            files, self.store, events, images, volumes, networks, self.runtime, bind_sources
        )
        self.execs = Execs(self.store, self.runtime, events, tasks, files.execs)
        self.health_checks = HealthChecks(self.store, self.execs, events, tasks)
        self.halting = Halting(self.store, events, self.health_checks)
        self.volumes = volumes
        self._creation = ContainerCreation(files, self.store, images, volumes, networks, bind_sources)
        self.recovered = asyncio.Event()  # ends of what was taken over are dealt with from then on
        self._stopping = False
        self.host_ports: HostNetworkPorts | None = None
        """The host's ports for containers on its network; None where the engine runs on the host itself."""

    # --- the engine's start and end ---

    async def restore(self) -> None:
        """Read the records and take over what outlived an earlier engine process."""
        self.store.load()
        await in_thread(mount_points.prepare, self.files.mount_points)
        await recover(self)

    def start_background_work(self) -> None:
        """Start what may come after the first answer: restart policies, a warm runtime."""
        starts: dict[str, asyncio.Task[None]] = {}
        for container in network_start.in_order_of_need(self.store):
            if restart_policy.wanted_at_engine_start(container.record):
                needed = network_start.needed_by(container, self.store)
                first = [starts[other] for other in needed if other in starts]
                starts[container.id] = self.tasks.start(
                    self._start_again(container, first), f"start {container.id[:12]}"
                )
        self.tasks.start(LogRotation(self).run(), "keep the logs small")
        link = self.networks.link
        if link is not None and self._host_folders is not None:
            changes = HostFileEvents(link, self._host_folders, self.store, self.events, self.tasks)
            self.tasks.start(changes.run(), "changes of shared files")
        if link is not None:
            self.host_ports = HostNetworkPorts(link, self.store, self.events)
            self.tasks.start(self.host_ports.run(), "ports on the host")
        self.tasks.start(warm_up(self.files, self.runtime), "warm up the runtime")

    async def stop_all(self) -> None:
        """Stop every container, each with its own signal and time: the machine goes down."""
        self._stopping = True
        running = [container for container in self.store if container.state.running]
        await asyncio.gather(
            *(self.halting.stop(item, None, None) for item in running), return_exceptions=True
        )

    # --- who uses what ---

    def using_image(self, image_id: str) -> list[ImageUse]:
        """Return the containers made of an image."""
        return [
            ImageUse(item.id, item.name, item.state.running)
            for item in self.store
            if item.record.image_id == image_id
        ]

    def using_volume(self, name: str) -> list[str]:
        """Return the ids of containers that mount a volume."""
        return [
            item.id for item in self.store if any(mount.get("Name") == name for mount in item.record.mounts)
        ]

    def counts(self) -> dict[str, int]:
        """Return how many containers are running, paused and stopped."""
        states = [item.state.status for item in self.store]
        return {
            "running": states.count("running") + states.count("restarting"),
            "paused": states.count("paused"),
            "stopped": sum(state not in ("running", "paused", "restarting") for state in states),
        }

    # --- operations ---

    def find(self, reference: str) -> Container:
        """Return a container by id, name or start of an id. Raises NotFoundError or InvalidParameterError."""
        return self.store.find(reference)

    async def create(
        self,
        name: str | None,
        body: Mapping[str, Any],
        *,
        for_build: bool = False,
        image_volumes: bool = True,
        own_mounts: Sequence[dict[str, Any]] = (),
        platform: Platform | None = None,
    ) -> Created:
        """Make a container from Docker's create body. Raises EngineError."""
        created = await self._creation.create(
            name,
            body,
            for_build=for_build,
            image_volumes=image_volumes,
            own_mounts=own_mounts,
            platform=platform,
        )
        container_events.publish(self.events, created.container, "create")
        return created

    async def start(self, reference: str) -> None:
        """Run a container. Raises NotModifiedError when it runs."""
        container = self.find(reference)
        async with container.lock:
            self._check_present(container)
            if container.state.status == "paused":
                raise ConflictError("cannot start a paused container, try unpause instead")
            if container.state.running or container.state.status == "restarting":
                raise NotModifiedError(f"container {container.id} is already running")
            container.record.state.restart_count = 0
            await self._start_locked(container)

    async def _start_locked(self, container: Container) -> None:
        try:
            await self.lifecycle.start(container)
        except BaseException:
            if container.auto_remove:
                self.tasks.start(self._remove_quietly(container), f"remove {container.id[:12]}")
            raise
        self.watch(container)

    def watch(self, container: Container) -> None:
        """Notice the end of a container's run from now on."""
        paths = RunFiles.of(self.files, container.id)

        def ended() -> None:
            self.tasks.start(self._ended(container), f"end of {container.id[:12]}")

        container.watch = MonitorWatch(paths.monitor, ended)
        self.health_checks.begin(container)

    async def _ended(self, container: Container) -> None:
        await self.recovered.wait()
        async with container.lock:
            if not container.state.running:
                return
            await self.lifecycle.finish(container)
            self._plan_restart(container)  # at once, or it would be seen as ended in between
            await self.lifecycle.put_away(container)
            container.tell_exit()
        if container.auto_remove and not container.removing:
            await self._remove_quietly(container)

    def _plan_restart(self, container: Container) -> None:
        if self._stopping or container.removing:
            return
        delay = restart_policy.delay_before_restart(container)
        if delay is None:
            return
        container.state.status = "restarting"
        container.state.restart_count += 1
        self.store.note(container)
        container.restart_task = self.tasks.start(
            self._restart_later(container, delay), f"restart {container.id[:12]}"
        )

    async def _restart_later(self, container: Container, delay: float) -> None:
        await asyncio.sleep(delay)
        container.restart_task = None  # from here on it is a start like any other
        async with container.lock:
            if container.state.status == "restarting" and not container.removing:
                await self._start_locked(container)

    async def _start_again(self, container: Container, first: "list[asyncio.Task[None]]") -> None:
        if first:
            await asyncio.wait(first)
        async with container.lock:
            if not container.state.running and not container.removing:
                try:
                    await self._start_locked(container)
                except EngineError as error:
                    log.error("cannot start %s again: %s", container.name, error.message)

    def _cancel_restart(self, container: Container) -> None:
        if container.restart_task is not None:
            container.restart_task.cancel()
            container.restart_task = None
        if container.state.status == "restarting":
            container.state.status = "exited"
            self.store.note(container)
            container.tell_exit()

    async def stop(self, reference: str, timeout_s: int | None, signal_name: str | None) -> None:
        """End a container: its stop signal, then after `timeout_s` (-1: never) SIGKILL.

        Raises NotModifiedError when it does not run.
        """
        container = self.find(reference)
        if not container.state.running and container.state.status != "restarting":
            raise NotModifiedError(f"container {container.id} is already stopped")
        with _saying(f"cannot stop container: {reference}"):
            number = parse_signal(signal_name) if signal_name else None
        if container.state.status == "restarting":
            self._cancel_restart(container)
            return
        self._note_manual_stop(container)
        await self.halting.stop(container, timeout_s, number)
        container_events.publish(self.events, container, "stop")

    def _note_manual_stop(self, container: Container) -> None:
        container.manual_stop = True
        container.state.stopped_by_user = True
        self.store.note(container)

    async def kill(self, reference: str, signal_name: str | None) -> None:
        """Send a signal; returns after the end for SIGKILL. Raises ConflictError when it does not run."""
        with _saying(f"cannot kill container: {reference}"):
            number = parse_signal(signal_name or "SIGKILL")
            check_exists(number)
            container = self.find(reference)
            if container.state.status == "restarting":
                self._cancel_restart(container)
                return
            if not container.state.running:
                raise ConflictError(f"container {container.id} is not running")
        if number in (signal.SIGKILL, stop_signal(container)):
            self._note_manual_stop(container)
        if number == signal.SIGKILL:
            await self.halting.kill(container)
        else:
            await self.halting.send(container, number)

    async def restart(self, reference: str, timeout_s: int | None, signal_name: str | None) -> None:
        """Stop a container if it runs, then start it."""
        container = self.find(reference)
        if container.state.running:
            with _saying(f"Cannot restart container {reference}"):
                number = parse_signal(signal_name) if signal_name else None
            container.manual_stop = True
            container.kept = True
            try:
                await self.halting.stop(container, timeout_s, number)
                container_events.publish(self.events, container, "stop")
            finally:
                container.kept = False
        with _saying(f"Cannot restart container {reference}"):
            async with container.lock:
                self._check_present(container)
                self._cancel_restart(container)
                if not container.state.running:
                    await self._start_locked(container)
        container_events.publish(self.events, container, "restart")

    def wait(self, reference: str, condition: str) -> "asyncio.Future[Exit]":
        """Return a future of the end: "not-running", "next-exit" or "removed"."""
        container = self.find(reference)
        if condition == "removed":
            return container.removal()
        future = container.next_exit()
        if (
            condition == "not-running"
            and not container.state.running
            and container.state.status != "restarting"
        ):
            future.set_result(Exit(container.state.exit_code))
        return future

    async def rename(self, reference: str, name: str) -> None:
        """Give a container another name. Raises ConflictError or InvalidParameterError."""
        container = self.find(reference)
        old = container.name
        if not name:
            raise InvalidParameterError("Neither old nor new names may be empty")
        if name.removeprefix("/") == old:
            raise InvalidParameterError("Renaming a container with the same name as its current name")
        async with container.lock:
            self._check_present(container)
            try:
                clean = check_name(name if name.startswith("/") else f"/{name}")
                self.store.check_name_free(clean)
            except (InvalidParameterError, ConflictError) as error:
                raise type(error)(f"Error when allocating new name: {error.message}") from error
            # What it is found by belongs to the record: both become durable together.
            attachment = self.networks.sandboxes.rename(container.id, old, clean)
            if attachment is not None:
                container.record.attachment = attachment.to_json()
                note_networks(container, attachment)
            self.store.rename(container, clean)
        container_events.publish(self.events, container, "rename", oldName=f"/{old}")

    async def pause(self, reference: str, *, frozen: bool) -> None:
        """Hold a container where it is, or let it go on. Raises ConflictError."""
        await self.halting.pause(self.find(reference), frozen=frozen)

    def resize(self, reference: str, rows: int, columns: int) -> None:
        """Tell a container's terminal its size. Raises ConflictError when it does not run."""
        container = self.find(reference)
        if not container.state.running:
            raise ConflictError(f"container {container.id} is not running")
        monitor.resize(RunFiles.of(self.files, container.id).monitor, rows, columns)
        container_events.publish(self.events, container, "resize", height=str(rows), width=str(columns))

    async def remove(self, reference: str, *, force: bool = False, volumes: bool = False) -> None:
        """Remove a container with all that is its own. Raises ConflictError when it runs and `force` is
        off."""
        container = self.find(reference)
        if container.removing:
            raise ConflictError(f"removal of container {reference} is already in progress")
        status = container.state.status
        if status in ("running", "paused", "restarting") and not force:
            what = (
                "paused and must be unpaused first"
                if status == "paused"
                else f"{status}: stop the container before removing or force remove"
            )
            raise ConflictError(f'cannot remove container "/{container.name}": container is {what}')
        container.removing = True
        try:
            self._cancel_restart(container)
            while container.lock.locked() or container.state.running:
                # A start under way ends first; then the container is killed like any running one.
                async with container.lock:
                    pass
                if container.state.running:
                    if not force:
                        raise ConflictError(
                            f'cannot remove container "/{container.name}": container is running'
                        )
                    await self.halting.kill(container)
            async with container.lock:
                await self._remove_locked(container, volumes)
        finally:
            container.removing = False

    async def _remove_locked(self, container: Container, volumes: bool) -> None:
        paths = RunFiles.of(self.files, container.id)
        if paths.run.exists():
            await self.lifecycle.clean_up(container)
        anonymous = anonymous_names(container.record) if volumes else []
        paths.write_disposable_volumes(anonymous)
        # The row goes first: whatever is cut off after it is swept away at the next start.
        self.store.remove(container)
        await drop_volumes(self.volumes, anonymous)
        await in_thread(paths.remove_data)
        container_events.publish(self.events, container, "destroy")
        container.tell_removed()
        await self.images.sweep()

    async def _remove_quietly(self, container: Container) -> None:
        try:
            await self.remove(container.id, force=True, volumes=True)
        except (NotFoundError, ConflictError):
            return  # somebody else removed it, or is about to

    def _check_present(self, container: Container) -> None:
        if self.store.get(container.id) is None:
            raise NotFoundError(f"No such container: {container.id}")
        if container.removing:
            raise ConflictError("container is marked for removal and cannot be started")

    def log_path(self, container: Container) -> Path:
        """Return the file with a container's output."""
        return RunFiles.of(self.files, container.id).log
