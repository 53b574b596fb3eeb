"""Starting a container, its end, and leaving nothing behind: the engine's shortest path and its most careful
one.

Whoever calls `start`, `clean_up` or `finish` holds the container's lock.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backend.containers import container_events, namespace_modes
from backend.containers.container import Container, now_text
from backend.containers.logs.log_config import is_kept
from backend.containers.mounts import container_volumes
from backend.containers.mounts.bind_sources import BindSources
from backend.containers.mounts.mount_sources import MountSources, needs_preparation
from backend.containers.mounts.volume_filling import fill_new_volumes
from backend.containers.networking import links, network_start
from backend.containers.run_files import RunFiles
from backend.containers.specification import Surroundings, command_of, hostname_of, specify
from backend.containers.state import health
from backend.containers.state.health import Health
from backend.containers.state.start_errors import explain
from backend.containers.store import ContainerStore
from backend.errors import EngineError, InvalidParameterError, SystemFailureError
from backend.events import EventBus
from backend.host_settings import HOST_SETTINGS
from backend.images.manager import Images
from backend.moments import unix_seconds
from backend.networks.attachment import Attachment, AttachRequest
from backend.networks.endpoint import EndpointWish
from backend.networks.manager import Networks
from backend.runtime import cgroups, monitor
from backend.runtime.monitor import MonitorOptions
from backend.runtime.oci_runtime import OciRuntime
from backend.runtime.oci_spec import ProcessUser
from backend.runtime.root_files import is_folder, make_folders, opened_root, resolve_user
from backend.state_files import StateFiles
from backend.tasks import in_thread
from backend.volumes.manager import Volumes

log = logging.getLogger(__name__)

UNKNOWN_EXIT = 255
KILLED_EXIT = 137


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """Runs containers by the parts below it."""

    files: StateFiles
    store: ContainerStore
    events: EventBus
    images: Images
    volumes: Volumes
    networks: Networks
    runtime: OciRuntime
    bind_sources: BindSources

    def run_files(self, container: Container) -> RunFiles:
        """Return a container's paths."""
        return RunFiles.of(self.files, container.id)

    async def start(self, container: Container) -> None:
        """Run a container that does not run. Raises EngineError in Docker's words; nothing is left behind
        then."""
        try:
            await self._start(container)
        except BaseException as error:
            await asyncio.shield(self._undo_start(container, error))
            raise

    async def _start(self, container: Container) -> None:
        record, paths = container.record, self.run_files(container)
        attachment, lowers = await self._acquire(container)
        lowers = [*lowers, self.files.mount_points]
        user = await in_thread(_prepare_root, container, paths, attachment, lowers)
        await container_volumes.hold(self.volumes, record)
        if not record.volumes_filled:
            await fill_new_volumes(record, paths.root)
        pid = await self._create(container, attachment, user)
        container.hold_init(pid)
        await monitor.let_connect(self.run_files(container).monitor, tuple(container.attaching))
        # From before its first output: who waits for words of this run reads its log from this moment on.
        started_at = now_text()
        try:
            await self.runtime.start(container.id)
        except SystemFailureError as error:
            failure, code = explain(error.message, command_of(record))
            record.state.exit_code = code
            raise failure from error
        await self.networks.sandboxes.publish(attachment)
        self._set_running(container, pid, attachment, started_at)

    async def _create(self, container: Container, attachment: Attachment, user: ProcessUser) -> int:
        """Let the runtime create the container; returns the PID of its first process."""
        async with self.bind_sources.opened(container.record.mounts) as elsewhere:
            return await self._create_with(container, attachment, user, elsewhere)

    async def _create_with(
        self, container: Container, attachment: Attachment, user: ProcessUser, elsewhere: Mapping[str, str]
    ) -> int:
        record, paths = container.record, self.run_files(container)
        if needs_preparation(record.mounts):
            sources = await in_thread(MountSources, record.mounts, paths.subpaths, elsewhere)
        else:
            sources = MountSources(record.mounts, paths.subpaths, elsewhere)
        try:
            surroundings = self._surroundings(container)
            # A container in another one's network has that one's names and name servers too.
            shown = RunFiles.of(self.files, attachment.shared_with or record.id)
            specification = specify(record, attachment, user, paths.root, shown.data, sources, surroundings)
            paths.write_specification(specification)
            try:
                return await monitor.create_container(
                    self.runtime,
                    paths.monitor,
                    paths.log if is_kept(record.host_config["LogConfig"]) else None,
                    _monitor_options(container),
                )
            except SystemFailureError as error:
                failure, code = explain(error.message, specification["process"]["args"])
                record.state.exit_code = code
                raise failure from error
        finally:
            sources.close()

    def _surroundings(self, container: Container) -> Surroundings:
        """Return what a container shares with others. Raises EngineError when they keep it to themselves."""
        host, paths = container.record.host_config, self.run_files(container)
        others = namespace_modes.joined(host, self.store.find)
        namespaces = {field.removesuffix("Mode").lower(): other.state.pid for field, other in others.items()}
        shm: str | None = None if host["IpcMode"] == "none" else ""
        if "IpcMode" in others:
            other = others["IpcMode"]
            shared = other.record.host_config["IpcMode"] == "host"
            shm = "/dev/shm" if shared else str(self.run_files(other).shm)
        elif host["IpcMode"] == "shareable":
            try:
                shm = paths.make_shm(host["ShmSize"])
            except OSError as error:
                raise SystemFailureError(f"cannot mount /dev/shm: {error.strerror}") from error
        linked = links.environment(container.record, self.store) if host["Links"] else []
        return Surroundings(namespaces, shm, linked)

    async def _acquire(self, container: Container) -> tuple[Attachment, list[Path]]:
        """Get network and layers at the same time; what one got while the other failed, `clean_up` gives
        back."""
        image = self.images.find(container.record.image_id)
        network, layers = await asyncio.gather(
            network_start.join(self.networks, self.store, attach_request(container)),
            self.images.mount(image, container.id),
            return_exceptions=True,
        )
        if isinstance(network, BaseException):
            raise network
        if isinstance(layers, BaseException):
            raise layers
        return network, layers

    def _set_running(self, container: Container, pid: int, attachment: Attachment, started_at: str) -> None:
        state = container.state
        state.status, state.pid = "running", pid
        state.exit_code, state.error, state.oom_killed = 0, "", False
        state.started_at = started_at
        state.stopped_by_user = False
        container.manual_stop = False
        if health.command_of(container.record.config) is not None:
            state.health = Health(log=[] if state.health is None else state.health.log)
        container.record.attachment = attachment.to_json()
        note_networks(container, attachment)
        links.follow(container, self.store, self.files)
        container.record.volumes_filled = True
        self.store.save(container)
        container_events.publish_mounts(self.events, container)
        container_events.publish(self.events, container, "start")

    async def _undo_start(self, container: Container, error: BaseException) -> None:
        await self.clean_up(container)
        state = container.state
        state.status = "exited" if state.status == "restarting" else state.status
        state.pid = 0
        if isinstance(error, EngineError):
            state.error = error.message
            state.exit_code = state.exit_code or 128
        self.store.note(container)
        container.tell_exit()

    async def finish(self, container: Container) -> None:
        """Record the end of a run whose monitor has ended, tell of it, and give back all but the run folder.

        What is told and what the state says change at once: nobody sees one without the other.
        """
        paths, state = self.run_files(container), container.state
        code = monitor.read_exit_code(paths.monitor)
        if code is None:
            # The monitor itself was killed, or the machine went down: the container goes with it.
            code = KILLED_EXIT if paths.run.exists() else UNKNOWN_EXIT
        state.oom_killed = paths.ran_out_of_memory() or cgroups.was_out_of_memory(container.group)
        if state.oom_killed:
            paths.note_out_of_memory()
        await self.clean_up(container, keep_run=True)
        state.status, state.pid, state.exit_code = "exited", 0, code
        state.finished_at = now_text()
        state.stop_health()
        container.record.attachment = None
        self.store.note(container)
        container_events.publish_unmounts(self.events, container)
        if state.oom_killed:
            container_events.publish(self.events, container, "oom")
        lasted = unix_seconds(state.finished_at) - unix_seconds(state.started_at)
        container_events.publish(
            self.events, container, "die", execDuration=str(int(lasted)), exitCode=str(code)
        )

    async def put_away(self, container: Container) -> None:
        """Remove the run folder, with the monitor's word on the exit code, now that the end is on record."""
        await in_thread(self.run_files(container).remove_run)

    async def clean_up(self, container: Container, *, keep_run: bool = False) -> None:
        """Give back whatever a run took: processes, network, mounts, and, unless it is to be kept, the run
        folder. Each part by itself; never raises."""
        paths = self.run_files(container)
        container.stop_probing()
        if container.watch is not None:
            container.watch.close()
            container.watch = None
        together = await asyncio.gather(
            self._end_processes(container, paths),
            self.networks.sandboxes.detach(container.id),
            return_exceptions=True,
        )
        container.release_init()
        results: list[BaseException | None] = list(together)
        steps: tuple[Callable[[], Awaitable[None]], ...] = (
            lambda: in_thread(paths.unmount if keep_run else paths.remove_run),
            lambda: self.images.unmount(container.id),
            lambda: container_volumes.release(self.volumes, container.record),
        )
        for step in steps:
            results += await asyncio.gather(step(), return_exceptions=True)
        for result in results:
            if isinstance(result, Exception):
                log.error("cleaning up container %s: %s", container.id[:12], result, exc_info=result)

    async def _end_processes(self, container: Container, paths: RunFiles) -> None:
        if not paths.run.exists():
            return
        if not container.state.running:  # its start was cut off
            await in_thread(monitor.end_creation, container.id, self.runtime)
        await self.runtime.delete(container.id)
        if monitor.find_monitor(paths.monitor) is not None:
            await in_thread(monitor.kill_monitor, paths.monitor)
        cgroups.remove(container.group)


def attach_request(container: Container) -> AttachRequest:
    """Return what a container asks of the network."""
    config, host = container.record.config, container.record.host_config
    options = HOST_SETTINGS.options
    return AttachRequest(
        container_id=container.id,
        container_name=container.name,
        hostname=hostname_of(container.record),
        domainname=config["Domainname"],
        mode=host["NetworkMode"],
        networks=tuple(
            EndpointWish.from_docker(wish.get("NetworkID") or name, wish)
            for name, wish in container.record.networks.items()
        ),
        port_bindings=host["PortBindings"] or {},
        exposed_ports=tuple(config.get("ExposedPorts") or ()),
        publish_all=host["PublishAllPorts"],
        mac_address=config["MacAddress"],
        extra_hosts=tuple(host["ExtraHosts"] or ()),
        dns=tuple(host["Dns"] or options.dns),
        dns_search=tuple(host["DnsSearch"] or options.dns_search),
        dns_options=tuple(host["DnsOptions"] or options.dns_opts),
    )


def note_networks(container: Container, attachment: Attachment) -> None:
    """Keep the networks' IDs in a container's wishes, so that a new network of an old name is not taken for
    the old one."""
    for endpoint in attachment.endpoints:
        if (wish := container.record.networks.get(endpoint.network_name)) is not None:
            wish["NetworkID"] = endpoint.network_id
            wish["DNSNames"] = list(endpoint.names) if endpoint.has_name_service else None


def _monitor_options(container: Container) -> MonitorOptions:
    config = container.record.config
    return MonitorOptions(
        terminal=config["Tty"],
        stdin=config["OpenStdin"],
        leave_stdin_open=config["OpenStdin"] and (config["Tty"] or not config["StdinOnce"]),
    )


def _prepare_root(
    container: Container, paths: RunFiles, attachment: Attachment, lowers: list[Path]
) -> ProcessUser:
    config, host = container.record.config, container.record.host_config
    try:
        paths.make_run(lowers, attachment, hostname_of(container.record))
    except OSError as error:
        raise SystemFailureError(f"cannot mount the container's root: {error.strerror}") from error
    with opened_root(paths.root) as root:
        _make_mount_points(root, container.record.mounts)
        working_dir = config["WorkingDir"]
        if working_dir and not is_folder(root, working_dir):
            try:
                make_folders(root, working_dir)
            except OSError as error:
                raise InvalidParameterError(
                    f"cannot make the working directory {working_dir}: {error.strerror}"
                ) from error
        return resolve_user(root, config["User"], tuple(host["GroupAdd"] or ()))


def _make_mount_points(root: int, mounts: Sequence[Mapping[str, Any]]) -> None:
    """Make the folders that will be mounted on; the runtime would give them a mode of its own."""
    for mount in mounts:
        if (mount["Type"] == "bind" and not Path(mount["Source"]).is_dir()) or mount.get("Subpath"):
            continue  # it may be a file
        if mount["Type"] == "tmpfs":
            continue  # of a folder that is there it would take the mode
        with suppress(OSError):  # the runtime says better what is wrong with the place
            if not is_folder(root, mount["Destination"]):
                make_folders(root, mount["Destination"])
