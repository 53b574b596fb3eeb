"""Where the source of a bind really is: on this system, or in the folders that the machine's host shares."""

import asyncio
import errno
import os
import secrets
import stat
import threading
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backend.config import EngineConfig
from backend.containers.mounts import windows_host
from backend.containers.mounts.mount_sources import check_bind_source
from backend.errors import InvalidParameterError, SystemFailureError, UnavailableError
from backend.runtime.root_files import make_folders, opened_root
from backend.runtime.syscalls import MNT_DETACH, MS_BIND, MS_REC, mount, open_in_root, unmount
from backend.state_files import StateFiles
from backend.tasks import in_thread

DOCKER_SOCKETS = ("/var/run/docker.sock", "/run/docker.sock")
HOST_AGENT = "/run/host-services/ssh-auth.sock"
"""Where Docker Desktop has the socket that leads to the SSH agent of the host's user."""

OF_THE_MACHINE = ("/proc", "/sys", "/dev", "/lib/modules")
"""Asked for by containers that look at their kernel: this is the machine's, whatever the host has there."""

MOUNT_LIMIT = 20.0
"""Seconds for the shared folders to be there, which are mounted after the engine has started, and answer."""

LOOK_AGAIN = 0.05

_THREADS = ThreadPoolExecutor(8, thread_name_prefix="shared folders")


@dataclass(frozen=True, slots=True)
class BindSources:
    """Finds bind sources. Without `folders` this system is the host itself, and a source is what it says.

    `socket` is the engine's own, `socket_names` what clients call it: docker's name, and the host's.
    `agent` is the socket that leads to the host's SSH agent, in a machine that has a host.
    """

    folders: Path | None
    shared: tuple[str, ...]
    socket: Path
    places: Path
    socket_names: tuple[str, ...] = DOCKER_SOCKETS
    agent: Path | None = None

    @classmethod
    def of(cls, config: EngineConfig, files: StateFiles) -> "BindSources":
        """Return the sources that the engine's settings allow."""
        names = (*DOCKER_SOCKETS, *config.host_sockets)
        agent = files.host_agent if config.host_link else None
        return cls(config.host_folders, config.shared_folders, config.socket, files.bind_mounts, names, agent)

    def named(self, host: dict[str, Any]) -> dict[str, Any]:
        """Return a HostConfig whose binds have the names that the machine has for them."""
        return windows_host.in_machine_form(host) if windows_host.is_windows(self.shared) else host

    def sweep(self) -> None:
        """Unmount what an engine that was killed has left. Blocking."""
        for place in self.places.glob("*"):
            _unmount(place)

    async def check(self, source: str, *, must_exist: bool) -> None:
        """Check the source of a new container's bind; what need not exist is made at its start.

        Raises InvalidParameterError, UnavailableError.
        """
        if self.folders is None or self._in_machine(source):
            if must_exist and self._socket_called(source) is None:
                await in_thread(check_bind_source, source)
            return
        self._check_shared(source)
        if must_exist:
            await _in_folders(self.folders, _check_there, self.folders, source)

    @asynccontextmanager
    async def opened(self, mounts: Sequence[Mapping[str, Any]]) -> AsyncIterator[dict[str, str]]:
        """Mount the sources that are elsewhere, until the container has them; gives the path of each.

        What was found is what is mounted: nobody can put a link in its place before the runtime gets there.
        Raises InvalidParameterError, UnavailableError.
        """
        found: dict[str, str] = {}
        async with AsyncExitStack() as mounted:
            for mount in (mount for mount in mounts if mount["Type"] == "bind" and not mount.get("Own")):
                source = mount["Source"]
                if (own := self._socket_called(source)) is not None:
                    found[source] = str(own)
                elif self.folders is not None and not self._in_machine(source):
                    self._check_shared(source)
                    place = self.places / secrets.token_hex(8)
                    given_up = threading.Event()
                    mounted.push_async_callback(in_thread, _unmount, place)
                    mounted.callback(given_up.set)
                    await _in_folders(self.folders, _mount_shared, self.folders, mount, place, given_up)
                    found[source] = str(place)
            yield found

    def _socket_called(self, source: str) -> Path | None:
        """Return the socket of the engine that clients call so, if one is."""
        if source == HOST_AGENT:
            return self.agent
        if source in self.socket_names and (self.folders is not None or not Path(source).exists()):
            return self.socket
        return None

    def _in_machine(self, source: str) -> str:
        """Return what a source of the machine is called, "" for one of the host."""
        if self._socket_called(source) is not None:
            return source
        if any(source == top or source.startswith(f"{top}/") for top in OF_THE_MACHINE):
            return source
        return ""

    def _check_shared(self, source: str) -> None:
        if windows_host.is_windows(self.shared):
            tops = map(windows_host.machine_path, self.shared)
            if any(windows_host.covers(top, source) for top in tops):
                return
        elif any(top == "/" or source == top or source.startswith(f"{top}/") for top in self.shared):
            return
        shared = ", ".join(self.shared) or "no folder at all"
        raise InvalidParameterError(
            f"Mounts denied: the path {source} of this computer is not shared with Marina's machine. "
            f"Shared are: {shared}. Move the files there, or add the folder to the shared folders in "
            "Marina's settings; a named volume needs no folder at all"
        )


async def _in_folders(folders: Path, work: Callable[..., None], *arguments: Any) -> None:
    """Do something in the shared folders once they are there. Raises UnavailableError, and as `work` does.

    Each call there waits as long as the host's file server does not answer, and nothing can end it. So they
    have threads of their own: those of all other work would soon be used up.
    """
    call = asyncio.get_running_loop().run_in_executor
    try:
        async with asyncio.timeout(MOUNT_LIMIT):
            while True:
                if await call(_THREADS, os.path.ismount, folders):
                    break
                await asyncio.sleep(LOOK_AGAIN)
            await call(_THREADS, work, *arguments)
    except TimeoutError as error:
        raise UnavailableError(
            f"this computer's shared folders did not answer in the machine within {MOUNT_LIMIT:g} s; "
            "restart the machine if this stays"
        ) from error


def _check_there(folders: Path, source: str) -> None:
    os.close(_open_shared(folders, source))


def _mount_shared(folders: Path, bind: Mapping[str, Any], place: Path, given_up: threading.Event) -> None:
    descriptor = _open_shared(folders, bind["Source"], make=bind.get("MakeSource", True))
    try:
        place.parent.mkdir(mode=0o700, exist_ok=True)
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            place.mkdir(mode=0o700)
        else:
            place.touch(mode=0o600)
        mount(f"/proc/self/fd/{descriptor}", str(place), "", MS_BIND | MS_REC)
        if given_up.is_set():  # the folders answered after all, and nobody waits any more
            _unmount(place)
    except OSError as error:
        raise SystemFailureError(f"cannot mount {bind['Source']}: {os.strerror(error.errno or 0)}") from error
    finally:
        os.close(descriptor)


def _unmount(place: Path) -> None:
    """Take a place away; one that cannot be unmounted stays, for below it are the host's own files."""
    with suppress(OSError):
        unmount(place, MNT_DETACH)
    with suppress(OSError):
        if place.is_dir():
            place.rmdir()
        else:
            place.unlink(missing_ok=True)


def _open_shared(folders: Path, source: str, *, make: bool = False) -> int:
    """Return a descriptor of what the host has at `source`; links lead where they lead on the host.

    A missing folder is made if asked. Raises InvalidParameterError for what cannot be reached.
    """
    with opened_root(folders) as root:
        try:
            return open_in_root(root, source, os.O_PATH)
        except OSError as error:
            reason = os.strerror(error.errno or 0).lower()
            if error.errno in (errno.ENOENT, errno.ELOOP) and _is_link(root, source):
                reason = "a link leads out of the shared folders"
            elif error.errno == errno.ENOENT and not make:
                raise InvalidParameterError(
                    f'invalid mount config for type "bind": bind source path does not exist: {source}'
                ) from error
            if error.errno != errno.ENOENT or _is_link(root, source):
                raise InvalidParameterError(f"cannot mount {source} of this computer: {reason}") from error
        try:
            make_folders(root, source)
            return open_in_root(root, source, os.O_PATH)
        except OSError as error:
            raise InvalidParameterError(
                f"error while creating mount source path '{source}': mkdir {source}: "
                f"{os.strerror(error.errno or 0).lower()}"
            ) from error


def _is_link(root: int, source: str) -> bool:
    try:
        os.close(open_in_root(root, source, os.O_PATH | os.O_NOFOLLOW))
    except OSError:
        return False
    return True
