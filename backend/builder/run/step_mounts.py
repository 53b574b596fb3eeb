"""What a RUN finds mounted: looked for, held while it runs, and gone without a trace in its layer.

Source: Dockerfile reference, "RUN --mount"; BuildKit's `dispatchRunMounts`, `executor`.
"""

import os
import posixpath
import secrets
import shutil
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import Any, Protocol

from backend.builder.build_context import BuildContext
from backend.builder.build_session import BuildSession
from backend.builder.cache.cache_mounts import CacheMounts
from backend.builder.cache.tar_sums import joined
from backend.builder.copy.copy_sources import find_sources
from backend.builder.copy.source_tree import SourceTree, resolve
from backend.builder.copy.tree_writing import write_tree
from backend.builder.dockerfile.expansion import expand_word
from backend.builder.dockerfile.heredocs import Heredoc
from backend.builder.dockerfile.instructions import Run
from backend.builder.run.mount_places import missing_places, remove_places
from backend.builder.run.run_command import SCRIPTS
from backend.builder.run.run_mounts import RunMount, parse_mount, resolved_target
from backend.builder.run.ssh_agents import DEFAULT_AGENT, lend_agent
from backend.builder.stages.image_root import image_root, mounted_image
from backend.containers.manager import Containers
from backend.containers.mounts.mount_wish import MountWish
from backend.containers.names import new_id
from backend.errors import InvalidParameterError
from backend.images.image import Image
from backend.tasks import in_thread, in_thread_to_end

SECRETS = "/run/secrets"
AGENTS = "/run/buildkit/ssh_agent"
SECRET_MODE, AGENT_MODE = 0o400, 0o600


class Sources(Protocol):
    """Where mounts take files from: the stage that the step is in."""

    def named_tree(self, name: str) -> SourceTree | None:
        """Return the files of a context, "" being the build's own; None when `name` is an image or stage."""
        ...

    async def source_image(self, name: str) -> Image | None:
        """Return the image that `name` means, None for an empty stage."""
        ...


class StepMounts:
    """The mounts of one step. What they need is held by `stack`."""

    def __init__(
        self,
        containers: Containers,
        caches: CacheMounts,
        context: BuildContext,
        session: BuildSession | None,
        sources: Sources,
        stack: AsyncExitStack,
    ) -> None:
        self._containers = containers
        self._caches = caches
        self._context = context
        self._session = session
        self._sources = sources
        self._stack = stack
        self._mounts: list[RunMount] = []
        self._script: Heredoc | None = None
        self._images: dict[str, Image | None] = {}
        self._cache_folders: dict[str, Path] = {}
        self._own_folder: Path | None = None
        self._places: list[str] = []
        self.key: list[str] = []
        """What the build cache compares: contents of binds, never those of caches and secrets."""
        self.records: list[dict[str, Any]] = []
        """The mounts as a container's record has them."""
        self.environment: list[str] = []

    async def find(
        self, step: Run, script: Heredoc | None, variables: Mapping[str, str], escape: str
    ) -> None:
        """Read what the step says, and wait for what it takes files from. Raises EngineError."""
        self._script = script
        if script is not None:
            self.key.append(f"script {joined([script.text])}")

        def expand(text: str) -> str:
            return expand_word(text, variables, escape)

        for text in step.mounts:
            mount = parse_mount(text, expand)
            self._mounts.append(mount)
            name = mount.source_image
            if name and self._sources.named_tree(name) is None and name not in self._images:
                self._images[name] = await self._sources.source_image(name)
            self.key.append(await self._described(mount))

    async def _described(self, mount: RunMount) -> str:
        parts = [mount.type, mount.target, mount.identity, mount.environment, str(mount.is_read_only)]
        parts += [str(mount.size), str(mount.mode), str(mount.uid), str(mount.gid)]
        if mount.type == "bind":
            parts.append(await self._digest(mount))
        return " ".join(parts)

    async def _digest(self, mount: RunMount) -> str:
        """Return what stands for the contents of a bind's source."""
        name, source = mount.source_image, _clean(mount.source)
        if name in self._images and not source:
            image = self._images[name]
            return joined(image.layers if image is not None else ())
        async with self._tree(name) as tree:
            try:
                (found,) = await in_thread_to_end(
                    lambda: find_sources(tree, source, from_image=True, literal=True)
                )
            except InvalidParameterError as error:
                raise InvalidParameterError(f'failed to compute cache key: "/{source}": not found') from error
            return found.digest

    def _tree(self, name: str) -> AbstractAsyncContextManager[SourceTree]:
        named = self._sources.named_tree(name)
        if named is not None:
            return _Held(named)
        return image_root(self._containers, self._images[name])

    async def hold_caches(self) -> None:
        """Wait for the caches that only one step may use at a time."""
        wanted = {self._cache_identity(mount): mount for mount in self._mounts if mount.type == "cache"}
        # In one order for all steps: two that want the same caches never wait for each other.
        for identity, mount in sorted(wanted.items(), key=itemgetter(0)):
            tree = None
            if mount.source_image:
                tree = await self._stack.enter_async_context(self._tree(mount.source_image))
            held = self._caches.held(mount, identity, _filler(tree, mount))
            self._cache_folders[identity] = await self._stack.enter_async_context(held)

    def _cache_identity(self, mount: RunMount) -> str:
        identity = mount.identity or posixpath.normpath(mount.target)
        if mount.source_image:
            image = self._images.get(mount.source_image)
            identity += f" from {image.id if image else mount.source_image} {mount.source}"
        return identity

    async def prepare(self, image: Image, working_dir: str) -> None:
        """Make what the container is to mount. Raises EngineError."""
        if not self._mounts and self._script is None:
            return
        if self._script is not None:
            await self._add_script(self._script)
        agents = 0
        for mount in self._mounts:
            if mount.type == "bind":
                self._add_bind(mount, await self._bind_source(mount), working_dir)
            elif mount.type == "cache":
                self._add_bind(mount, self._cache_folders[self._cache_identity(mount)], working_dir)
            elif mount.type == "tmpfs":
                # Other than those of containers: what compilers put there is run.
                options = ("exec", "dev", *((f"size={mount.size}",) if mount.size else ()))
                target = resolved_target(mount, working_dir)
                self.records.append(MountWish("tmpfs", "", target, tmpfs_options=options).to_record())
            elif mount.type == "secret":
                await self._add_secret(mount, working_dir)
            else:
                await self._add_agent(mount, agents, working_dir)
                agents += 1
        self.records = list({record["Destination"]: record for record in self.records}.values())
        async with image_root(self._containers, image) as root:
            self._places = await in_thread_to_end(
                missing_places, root, [record["Destination"] for record in self.records]
            )

    def remove_places(self, upper: Path) -> None:
        """Take the empty places out of a container's folder that were made to mount on. Blocking."""
        remove_places(upper, self._places)

    # --- one type each ---

    async def _bind_source(self, mount: RunMount) -> Path:
        source = _clean(mount.source)
        tree = self._sources.named_tree(mount.source_image)
        if tree is not None:
            place = self._context.scratch.folder / f"bind-{secrets.token_hex(8)}"
            self._stack.push_async_callback(in_thread, _remove, place)
            top = await in_thread(resolve, tree, source)
            await in_thread_to_end(lambda: write_tree(tree, top, place, owners=False))
            return place
        writable = not mount.is_read_only
        image = self._images[mount.source_image]
        root = await self._stack.enter_async_context(
            mounted_image(self._containers, image, writable=writable)
        )
        async with image_root(self._containers, image) as inside:
            return root / await in_thread(resolve, inside, source)

    def _add_bind(self, mount: RunMount, source: Path, working_dir: str) -> None:
        target = resolved_target(mount, working_dir)
        self._add(source, target, read_only=mount.is_read_only)

    def _add(self, source: Path, target: str, *, read_only: bool) -> None:
        wish = MountWish("bind", str(source), target, read_only=read_only, propagation="rprivate")
        self.records.append(wish.to_record() | {"Own": True})

    async def _add_script(self, script: Heredoc) -> None:
        folder = await self._folder() / "scripts"

        def write() -> None:
            folder.mkdir(mode=0o755)
            (folder / script.name).write_text(script.text, errors="surrogateescape")
            (folder / script.name).chmod(0o755)

        await in_thread_to_end(write)
        self._add(folder, SCRIPTS, read_only=True)

    async def _add_secret(self, mount: RunMount, working_dir: str) -> None:
        identity = mount.source or mount.identity or posixpath.basename(mount.target)
        value = await self._session.secret(identity) if self._session is not None else None
        if value is None:
            if mount.required:
                raise InvalidParameterError(f"secret {identity}: not found")
            return
        if mount.environment:
            if b"\0" in value:
                raise InvalidParameterError(f"secret {identity}: a NUL byte cannot be in the environment")
            self.environment.append(f"{mount.environment}={value.decode(errors='surrogateescape')}")
            if not mount.target:
                return
        mount.target = mount.target or f"{SECRETS}/{posixpath.basename(identity)}"
        path = await self._folder() / f"secret-{len(self.records)}"
        mode = SECRET_MODE if mount.mode is None else mount.mode

        def write() -> None:
            path.touch(0o600)
            path.write_bytes(value)
            os.chown(path, mount.uid or 0, mount.gid or 0)
            path.chmod(mode)

        await in_thread_to_end(write)
        self._add(path, resolved_target(mount, working_dir), read_only=True)

    async def _add_agent(self, mount: RunMount, number: int, working_dir: str) -> None:
        """Lend an agent of the client, the step's first one (0) under the name that programs look for."""
        identity, session = mount.identity or DEFAULT_AGENT, self._session
        if session is None or not await session.has_ssh(identity):
            if mount.required:
                raise InvalidParameterError(f"unset ssh forward key {identity}")
            if not number:  # as BuildKit: the way is told, and leads nowhere
                self.environment.append(f"SSH_AUTH_SOCK={mount.target or f'{AGENTS}.{number}'}")
            return
        mount.target = mount.target or f"{AGENTS}.{number}"
        path = await self._folder() / f"agent-{number}"
        server = await lend_agent(path, partial(session.forward_ssh, identity))
        self._stack.callback(server.close)
        os.chown(path, mount.uid or 0, mount.gid or 0)
        path.chmod(AGENT_MODE if mount.mode is None else mount.mode)
        target = resolved_target(mount, working_dir)
        self._add(path, target, read_only=False)
        if not number:
            self.environment.append(f"SSH_AUTH_SOCK={target}")

    async def _folder(self) -> Path:
        """Return a folder in memory, which a crash does not leave behind: see `image_root`."""
        if self._own_folder is None:
            folder = self._containers.files.container_run(new_id())
            self._stack.push_async_callback(in_thread, _remove, folder)
            await in_thread_to_end(lambda: folder.mkdir(parents=True, mode=0o700))
            self._own_folder = folder
        return self._own_folder


class _Held:
    """A tree that somebody else holds, as a context manager."""

    def __init__(self, tree: SourceTree) -> None:
        self._tree = tree

    async def __aenter__(self) -> SourceTree:
        return self._tree

    async def __aexit__(self, *_: object) -> None:
        return None


def _clean(source: str) -> str:
    return posixpath.normpath(f"/{source}").strip("/")


def _filler(tree: SourceTree | None, mount: RunMount) -> Callable[[Path], None]:
    """Return what makes a new cache: an empty folder, or a copy of what the mount names."""
    if tree is None:
        return lambda place: place.mkdir()

    def fill(place: Path) -> None:
        write_tree(tree, resolve(tree, _clean(mount.source)), place, owners=True)

    return fill


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
