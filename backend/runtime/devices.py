"""Devices of the machine that a container asked for.

Source: Docker Engine API, DeviceMapping; OCI runtime-spec, config-linux.md, "Devices".
"""

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from backend.errors import InvalidParameterError

# The runtime makes these itself, and mounts lie over the others.
MADE_BY_RUNTIME = frozenset(
    {"pts", "shm", "fd", "mqueue", "console", "ptmx", "core", "stdin", "stdout", "stderr"}
)


def device(on_host: str, in_container: str, permissions: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return one device and the rule that allows it. Raises InvalidParameterError when it is not a device."""
    try:
        info = Path(on_host).stat()
    except OSError as error:
        raise InvalidParameterError(
            f'error gathering device information while adding custom device "{on_host}": {error.strerror}'
        ) from error
    found = _describe(info, in_container or on_host)
    if found is None:
        raise InvalidParameterError(
            f'error gathering device information while adding custom device "{on_host}": not a device node'
        )
    rule = {
        "allow": True,
        "type": found["type"],
        "major": found["major"],
        "minor": found["minor"],
        "access": permissions or "rwm",
    }
    return found, rule


def all_devices() -> list[dict[str, Any]]:
    """Return every device of the machine: what a privileged container sees."""
    return list(_walk(Path("/dev")))


def _walk(folder: Path) -> Iterator[dict[str, Any]]:
    with suppress(OSError):
        for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
            if entry.name in MADE_BY_RUNTIME or entry.is_symlink():
                continue
            if entry.is_dir():
                yield from _walk(Path(entry.path))
            elif (found := _describe(entry.stat(), entry.path)) is not None:
                yield found


def _describe(info: os.stat_result, path: str) -> dict[str, Any] | None:
    if stat.S_ISCHR(info.st_mode):
        kind = "c"
    elif stat.S_ISBLK(info.st_mode):
        kind = "b"
    else:
        return None
    return {
        "path": path,
        "type": kind,
        "major": os.major(info.st_rdev),
        "minor": os.minor(info.st_rdev),
        "fileMode": stat.S_IMODE(info.st_mode),
        "uid": info.st_uid,
        "gid": info.st_gid,
    }
