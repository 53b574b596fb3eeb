"""Volumes that are mounts of their own: `type`, `device` and `o` of the local driver, held while in use.

Source: `docker volume create -d local -o …`; mount(2).
"""

import asyncio
import errno
import logging
import os
import socket
from collections.abc import Mapping

from backend.errors import InvalidParameterError, SystemFailureError
from backend.runtime import mount_options, mount_table, syscalls
from backend.tasks import in_thread_to_end
from backend.volumes.volume import Volume

log = logging.getLogger(__name__)

OPTIONS = ("device", "o", "size", "type")
# An option that needs others beside it.
NEEDED = {"device": ("type",), "o": ("device", "type"), "type": ("device",)}
BY_ADDRESS = ("nfs", "cifs")  # their `addr` must be a number for the kernel


def check_options(options: Mapping[str, str]) -> None:
    """Refuse options that make no mount, in Docker's words. Raises InvalidParameterError."""
    for option in options:
        if option not in OPTIONS:
            raise InvalidParameterError(f'invalid option: "{option}"')
    for option, others in NEEDED.items():
        for other in others:
            if option in options and other not in options:
                raise InvalidParameterError(f'missing required option: "{other}"')
    if (size := options.get("size")) is not None:
        if not size.rstrip("bBkKmMgGtTiI ").isdigit():
            raise InvalidParameterError(f"invalid size: '{size}'")
        raise InvalidParameterError("quota size requested but no quota support")


def needs_mount(volume: Volume) -> bool:
    """Return whether a volume is more than a folder."""
    return bool(volume.options.get("device") or volume.options.get("type"))


class VolumeMounts:
    """Mounts volumes for their first user and lets go of them after the last one."""

    def __init__(self) -> None:
        self._users: dict[str, set[str]] = {}
        self._lock = asyncio.Lock()

    async def hold(self, volume: Volume, container_id: str) -> None:
        """Mount a volume for a container, if it is not mounted. Raises SystemFailureError in Docker's
        words."""
        if not needs_mount(volume):
            return
        async with self._lock:
            await in_thread_to_end(_mount, volume)
            self.note(volume.name, container_id)

    def note(self, name: str, container_id: str) -> None:
        """Remember a user that an earlier engine mounted a volume for."""
        self._users.setdefault(name, set()).add(container_id)

    async def release(self, volume: Volume, container_id: str) -> None:
        """Unmount a volume if this was its last user; nothing happens when it is not mounted."""
        if not needs_mount(volume):
            return
        async with self._lock:
            users = self._users.get(volume.name, set())
            users.discard(container_id)
            if not users:
                self._users.pop(volume.name, None)
                await in_thread_to_end(unmount, volume)


def _mount(volume: Volume) -> None:
    if mount_table.is_mounted(volume.mountpoint):
        return
    options, target = volume.options, str(volume.mountpoint)
    device, kind = options.get("device", ""), options.get("type", "")
    flags, propagation, data = mount_options.split(options.get("o", ""))
    try:
        if kind in BY_ADDRESS:
            data = _with_address(data)
        syscalls.mount(device, target, kind, flags, data)
        if propagation:
            syscalls.mount("", target, "", propagation)
        if flags & syscalls.MS_BIND and flags & syscalls.MS_RDONLY:
            syscalls.mount("", target, "", flags | syscalls.MS_REMOUNT)
    except OSError as error:
        reason = (os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)).lower()
        told = f"mount {device}:{target}" + (f", flags: {flags:#x}" if flags else "")
        told += f", data: {data}" if data else ""
        raise SystemFailureError(
            f"error while mounting volume '{target}': failed to mount local volume: {told}: {reason}"
        ) from error


def _with_address(data: str) -> str:
    """Return the options with the host name in `addr` looked up. Raises OSError."""
    words = data.split(",")
    for index, word in enumerate(words):
        name, _, host = word.partition("=")
        if name == "addr" and host:
            words[index] = f"addr={socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)[0][4][0]}"
    return ",".join(words)


def unmount(volume: Volume) -> None:
    """Take away whatever is mounted at a volume's place. Raises SystemFailureError when it stays."""
    try:
        while mount_table.is_mounted(volume.mountpoint):
            try:
                syscalls.unmount(volume.mountpoint)
            except OSError as error:
                if error.errno != errno.EBUSY:
                    raise
                syscalls.unmount(volume.mountpoint, syscalls.MNT_DETACH)
    except OSError as error:
        raise SystemFailureError(f"cannot unmount volume {volume.name}: {error.strerror}") from error
