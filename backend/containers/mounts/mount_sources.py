"""Where the runtime finds what a container mounts: missing folders are made, sub-paths are mounted.

Source: Docker Engine API, HostConfig.Binds, BindOptions and VolumeOptions.Subpath.
"""

import errno
import os
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from backend.errors import InvalidParameterError, NotFoundError, SystemFailureError
from backend.runtime import mount_table, overlay, syscalls
from backend.runtime.root_files import opened_root
from backend.runtime.syscalls import open_in_root

Mount = Mapping[str, Any]


class MountSources:
    """The sources of a container's mounts for one start; `close` it once the runtime has mounted them."""

    def __init__(self, mounts: Sequence[Mount], subpaths: Path, elsewhere: Mapping[str, str]) -> None:
        """Prepare the sources; `subpaths` is a folder of our own, `elsewhere` has binds that are prepared
        already. Blocks. Raises EngineError."""
        self._elsewhere = elsewhere
        self._subpaths = subpaths
        self._paths: dict[str, str] = {}
        self._restrictions: dict[str, list[str]] = {}
        try:
            for mount in mounts:
                if mount["Type"] == "bind" and mount["Source"] in elsewhere:
                    _check_propagation(elsewhere[mount["Source"]], mount)
                elif mount["Type"] == "bind":
                    _prepare_bind(mount)
                    _check_propagation(mount["Source"], mount)
                elif mount.get("Subpath"):
                    self._hold(mount)
                if mount["Type"] != "tmpfs":
                    self._restrictions[mount["Destination"]] = _restrictions(self.of(mount))
        except OSError as error:
            self.close()
            raise SystemFailureError(f"cannot mount {error.filename}: {error.strerror}") from error
        except BaseException:
            self.close()
            raise

    def _hold(self, mount: Mount) -> None:
        descriptor = open_subpath(mount["Source"], mount["Subpath"])
        place = self._subpaths / str(len(self._paths))
        try:
            self._subpaths.mkdir(exist_ok=True)
            if stat.S_ISDIR(os.fstat(descriptor).st_mode):
                place.mkdir()
            else:
                place.touch()
            # By way of our descriptor: what the path led to when it was checked is what is mounted, whatever
            # another container that has the volume makes of it meanwhile.
            syscalls.mount(f"/proc/self/fd/{descriptor}", str(place), "", syscalls.MS_BIND | syscalls.MS_REC)
        except OSError as error:
            raise SystemFailureError(f"cannot mount {mount['Subpath']}: {error.strerror}") from error
        finally:
            os.close(descriptor)
        self._paths[mount["Destination"]] = str(place)

    def of(self, mount: Mount) -> str:
        """Return the path that the runtime is to mount."""
        if mount["Type"] == "bind" and mount["Source"] in self._elsewhere:
            return self._elsewhere[mount["Source"]]
        return self._paths.get(mount["Destination"]) or str(mount["Source"])

    def restrictions(self, mount: Mount) -> list[str]:
        """Return what the source's own mount forbids; the runtime would lift it."""
        return self._restrictions.get(mount["Destination"], [])

    def close(self) -> None:
        """Take the mounts of sub-paths away again: the container has its own of them."""
        for place in self._paths.values():
            overlay.unmount_all(Path(place))
        self._paths.clear()


def needs_preparation(mounts: Sequence[Mount]) -> bool:
    """Return whether there is anything to do."""
    return any(mount["Type"] != "tmpfs" for mount in mounts)


def check_bind_source(source: str) -> None:
    """Refuse a bind whose source is not there and is not to be made. Raises InvalidParameterError."""
    if not Path(source).exists():
        raise InvalidParameterError(
            f'invalid mount config for type "bind": bind source path does not exist: {source}'
        )


def _restrictions(path: str) -> list[str]:
    flags = os.statvfs(path).f_flag
    words = (("ro", os.ST_RDONLY), ("nosuid", os.ST_NOSUID), ("nodev", os.ST_NODEV), ("noexec", os.ST_NOEXEC))
    return [word for word, flag in words if flags & flag]


def _prepare_bind(mount: Mount) -> None:
    source = str(mount["Source"])
    if not mount.get("MakeSource", True):
        check_bind_source(source)
    elif not Path(source).exists():
        try:
            Path(source).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InvalidParameterError(
                f"error while creating mount source path '{source}': mkdir {error.filename}: "
                f"{os.strerror(error.errno or 0).lower()}"
            ) from error


def _check_propagation(source: str, mount: Mount) -> None:
    propagation = str(mount["Propagation"])
    if "shared" in propagation or "slave" in propagation:
        entry = mount_table.mount_of(source)
        kind = "shared" if "shared" in propagation else "shared or slave"
        if not (entry.shared or ("slave" in propagation and entry.slave)):
            raise InvalidParameterError(
                f"path {source} is mounted on {entry.target} but it is not a {kind} mount"
            )


def open_subpath(volume: str, subpath: str) -> int:
    """Open a path that must not lead out of its volume. Raises InvalidParameterError, NotFoundError."""
    whole = f"{volume}/{subpath}"
    with opened_root(Path(volume)) as root:
        try:
            return open_in_root(root, subpath, os.O_PATH, beneath=True)
        except OSError as error:
            if error.errno in (errno.EXDEV, errno.ELOOP):
                raise InvalidParameterError(
                    f"path concatenation escapes the base directory, base: {volume}, subpath: {subpath}"
                ) from error
            reason = os.strerror(error.errno or 0).lower()
            raise NotFoundError(f"cannot access path {whole}: lstat {whole}: {reason}") from error
