"""Making a container: everything is checked first, then folders, then volumes, and the record last.

Source: Docker Engine API, `POST /containers/create`.
"""

import socket
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from backend.containers import create_request, namespace_modes, security_options
from backend.containers.container import Container, ContainerRecord, now_text
from backend.containers.engine_defaults import with_defaults
from backend.containers.mounts.bind_sources import BindSources
from backend.containers.mounts.bind_text import parse_volumes_from
from backend.containers.mounts.container_volumes import drop_volumes
from backend.containers.mounts.mount_wish import MountWish
from backend.containers.mounts.mounts import by_depth, collect_mounts
from backend.containers.names import check_name, new_id, random_name
from backend.containers.networking import networking_request
from backend.containers.networking.links import resolve_links
from backend.containers.run_files import RunFiles
from backend.containers.specification import init_program
from backend.containers.state.lifecycle import attach_request
from backend.containers.store import ContainerStore
from backend.errors import InvalidParameterError, NotFoundError, NotSupportedError
from backend.host_settings import HOST_SETTINGS
from backend.images.manager import Images
from backend.images.platforms import Platform
from backend.networks.manager import Networks
from backend.runtime import cgroups, resources
from backend.state_files import StateFiles
from backend.tasks import in_thread
from backend.volumes.manager import Volumes
from backend.volumes.volume import ANONYMOUS_LABEL


@dataclass(frozen=True, slots=True)
class Created:
    """A new container and what its maker should know."""

    container: Container
    warnings: list[str]


@dataclass(frozen=True, slots=True)
class ContainerCreation:
    """Makes containers in the store."""

    files: StateFiles
    store: ContainerStore
    images: Images
    volumes: Volumes
    networks: Networks
    bind_sources: BindSources

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
        """Make a container; `own_mounts` are of the engine's own files, in the form of its record.

        Without `image_volumes` what the image calls a volume is a folder of the container.

        Raises EngineError in Docker's words; nothing is left behind then.
        """
        clean_name = self._choose_name(name)
        config = create_request.read_config(body)
        host_body = {} if body.get("HostConfig") is None else body["HostConfig"]
        if not isinstance(host_body, dict):
            raise InvalidParameterError("invalid JSON: HostConfig must be an object")
        if not for_build:
            host_body = with_defaults(host_body, HOST_SETTINGS.options)
        host = self.bind_sources.named(create_request.read_host_config(host_body))
        networks = networking_request.read_networks(body, config, host, self.networks)
        self._resolve_others(host, clean_name)
        if not config["Image"]:
            raise InvalidParameterError("no image specified" if config["Cmd"] else "no command specified")
        image = self.images.find_for(config["Image"], platform)
        create_request.merge_image(config, image, config["Image"])
        if not image_volumes:
            config["Volumes"] = None
        self._check_machine(host)
        namespace_modes.check_hostname(config, host)
        namespace_modes.resolve_others(host, self.store.find)
        security_options.note_no_label(host)
        warnings = [
            *resources.warnings(host, cgroups.controllers()),
            *networking_request.warnings_about(config, host, in_machine=self.networks.link is not None),
        ]
        resources.discard(host, cgroups.controllers())
        wishes, taken_over = collect_mounts(config, host, [*self._mounts_of_others(host), *own_mounts])
        anonymous = [wish.source for wish in wishes if wish.anonymous]
        record = ContainerRecord(
            id=new_id(),
            name=clean_name,
            created=now_text(),
            image_id=image.id,
            image_reference=config["Image"],
            config=config,
            host_config=host,
            networks=networks,
            for_build=for_build,
        )
        if not config["Hostname"]:
            config["Hostname"] = socket.gethostname() if host["NetworkMode"] == "host" else record.id[:12]
        self.networks.validate(attach_request(Container(record)))
        paths = RunFiles.of(self.files, record.id)
        try:
            await in_thread(paths.make_data)
            paths.write_disposable_volumes(anonymous)
            made = [await self._make_mount(wish) for wish in wishes]
            record.mounts = by_depth([*made, *taken_over])
            if not name and self.store.holder_of(record.name):  # another call chose it meanwhile
                record.name = self._choose_name(None)
            container = self.store.add(record)
        except BaseException:
            await drop_volumes(self.volumes, anonymous)
            await in_thread(paths.remove_data)
            raise
        paths.write_disposable_volumes(())
        return Created(container, warnings)

    def _resolve_others(self, host: dict[str, Any], name: str) -> None:
        """Put the containers that the network mode and links mean into the form that is kept."""
        mode = host["NetworkMode"]
        if mode.startswith(networking_request.SHARED_PREFIX):
            with suppress(NotFoundError):  # it may be made later
                target = self.store.find(mode.removeprefix(networking_request.SHARED_PREFIX))
                host["NetworkMode"] = networking_request.SHARED_PREFIX + target.id
        if host["Links"]:
            host["Links"] = resolve_links(host["Links"], name, self.store)

    def _choose_name(self, name: str | None) -> str:
        if not name:
            return random_name(lambda candidate: self.store.holder_of(candidate) is not None)
        clean = check_name(name)
        self.store.check_name_free(clean)
        return clean

    def _check_machine(self, host: Mapping[str, Any]) -> None:
        if host["Init"] and init_program() is None:
            raise NotSupportedError("Init is not supported: this machine has no init for containers")

    def _mounts_of_others(self, host: Mapping[str, Any]) -> list[dict[str, Any]]:
        mounts: list[dict[str, Any]] = []
        for text in host["VolumesFrom"] or ():
            reference, read_only = parse_volumes_from(text)
            try:
                other = self.store.find(reference)
            except NotFoundError as error:
                raise InvalidParameterError(error.message) from error
            mounts += [
                {**mount, "Mode": "", "RW": mount["RW"] and not read_only, "Copy": False}
                for mount in other.record.mounts
            ]
        return mounts

    async def _make_mount(self, wish: MountWish) -> dict[str, Any]:
        if wish.kind == "bind":
            await self.bind_sources.check(wish.source, must_exist=not wish.make_source)
        if wish.kind != "volume":
            return wish.to_record()
        labels = {ANONYMOUS_LABEL: ""} if wish.anonymous else {}
        volume = await self.volumes.create(
            wish.source,
            driver=wish.driver,
            options=wish.driver_options,
            labels={**wish.volume_labels, **labels},
        )
        return wish.to_record() | {
            "Name": volume.name,
            "Source": str(volume.mountpoint),
            "Driver": "local",
        }
