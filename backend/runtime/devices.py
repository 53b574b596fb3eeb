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


Device = tuple[dict[str, Any], dict[str, Any]]


def below(on_host: str, in_container: str, permissions: str) -> list[Device]:
    """Return a device, or all devices in a folder, each with the rule that allows it.

    Raises InvalidParameterError, in Docker's words, when there is none.
    """
    try:
        real = Path(on_host or "/nothing").resolve(strict=True)
        info = real.stat()
    except OSError as error:
        raise _no_device(on_host, (error.strerror or "").lower()) from error
    if (found := _describe(info, in_container or on_host)) is not None:
        return [(found, _rule(found, permissions))]
    base = in_container or on_host
    inside = [
        device | {"path": base + device["path"].removeprefix(str(real))}
        for device in (_walk(real) if stat.S_ISDIR(info.st_mode) else ())
    ]
    if not inside:
        raise _no_device(on_host, "not a device node")
    return [(device, _rule(device, permissions)) for device in inside]


def _no_device(path: str, reason: str) -> InvalidParameterError:
    return InvalidParameterError(
        f'error gathering device information while adding custom device "{path}": {reason}'
    )


def _rule(device: dict[str, Any], permissions: str) -> dict[str, Any]:
    return {
        "allow": True,
        "type": device["type"],
        "major": device["major"],
        "minor": device["minor"],
        "access": "".join(letter for letter in "rwm" if letter in permissions) or "rwm",
    }


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
