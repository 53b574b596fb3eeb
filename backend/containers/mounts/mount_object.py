"""Mounts in the form of `docker run --mount`: one JSON object each.

Source: Docker Engine API, HostConfig.Mounts.
"""

import posixpath
from collections.abc import Mapping
from typing import Any, TypeVar

from backend.containers.mounts.bind_text import PROPAGATIONS
from backend.containers.mounts.mount_wish import MountWish, clean_target
from backend.errors import InvalidParameterError
from backend.volumes.volume import check_name

Value = TypeVar("Value")
OPTIONS = {"bind": "BindOptions", "volume": "VolumeOptions", "tmpfs": "TmpfsOptions"}
TMPFS_WORDS = frozenset({"exec", "noexec"})


def parse_mount(value: Mapping[str, Any]) -> MountWish:
    """Return the mount of one object. Raises InvalidParameterError in Docker's words."""
    kind = _member(value, "Type", str, "")
    for other, field in OPTIONS.items():
        if other != kind and kind in OPTIONS and value.get(field) is not None:
            raise InvalidParameterError(f'{field} must not be specified on mount type "{kind}"')
    try:
        return _parse(kind, value)
    except _BadMountError as error:
        raise InvalidParameterError(
            f'invalid mount config for type "{kind[:40]}": {error.message}'
        ) from error


class _BadMountError(InvalidParameterError):
    """What is wrong with a mount; its type is told before it."""


def _parse(kind: str, value: Mapping[str, Any]) -> MountWish:
    if kind not in OPTIONS:
        raise _BadMountError("mount type unknown")
    source, target = _member(value, "Source", str, ""), _member(value, "Target", str, "")
    read_only = _member(value, "ReadOnly", bool, False)
    if not target:
        raise _BadMountError("field Target must not be empty")
    try:
        target = clean_target(target)
    except InvalidParameterError as error:
        raise _BadMountError(error.message) from error
    options = _member(value, OPTIONS[kind], dict, {})
    if kind == "bind":
        return _bind(source, target, read_only, options)
    if kind == "volume":
        return _volume(source, target, read_only, options)
    if source:
        raise _BadMountError("field Source must not be specified")
    return MountWish("tmpfs", "", target, read_only=read_only, tmpfs_options=_tmpfs(options, read_only))


def _bind(source: str, target: str, read_only: bool, options: Mapping[str, Any]) -> MountWish:
    if not source:
        raise _BadMountError("field Source must not be empty")
    if not source.startswith("/"):
        raise _BadMountError(f"invalid mount path: '{source}' mount path must be absolute")
    propagation = _member(options, "Propagation", str, "") or "rprivate"
    if propagation not in PROPAGATIONS:
        raise _BadMountError(f"invalid propagation mode: {propagation[:40]}")
    alone = _member(options, "ReadOnlyNonRecursive", bool, False)
    force = _member(options, "ReadOnlyForceRecursive", bool, False)
    if alone and force:
        raise InvalidParameterError(
            "mount options conflict: ReadOnlyNonRecursive && BindOptions.ReadOnlyForceRecursive"
        )
    return MountWish(
        "bind",
        posixpath.normpath(source),
        target,
        read_only=read_only,
        propagation=propagation,
        make_source=_member(options, "CreateMountpoint", bool, False),
        recursive=not _member(options, "NonRecursive", bool, False),
        read_only_below="no" if alone else "force" if force else "",
    )


def _volume(source: str, target: str, read_only: bool, options: Mapping[str, Any]) -> MountWish:
    subpath = _member(options, "Subpath", str, "")
    if not source and subpath:
        raise _BadMountError("must not set Subpath when using anonymous volumes")
    if not source and read_only:
        raise _BadMountError("must not set ReadOnly mode when using anonymous volumes")
    if subpath and (subpath.startswith("/") or ".." in posixpath.normpath(subpath).split("/")):
        raise _BadMountError("subpath must be a relative path within the volume")
    if source:
        check_name(source)
    driver = _member(options, "DriverConfig", dict, {})
    return MountWish(
        "volume",
        source,
        target,
        read_only=read_only,
        copy=not _member(options, "NoCopy", bool, False),
        mode="z",
        volume_labels=_strings(options, "Labels"),
        driver=_member(driver, "Name", str, ""),
        driver_options=_strings(driver, "Options"),
        subpath=subpath,
    )


def _tmpfs(options: Mapping[str, Any], read_only: bool) -> tuple[str, ...]:
    size, mode = _member(options, "SizeBytes", int, 0), _member(options, "Mode", int, 0)
    if size < 0 or mode < 0:
        raise InvalidParameterError("invalid JSON: TmpfsOptions: SizeBytes and Mode must not be negative")
    words = ["ro"] if read_only else []
    if size:
        words.append(f"size={size}")
    if mode:
        words.append(f"mode={mode:o}")
    for option in _member(options, "Options", list, []):
        if not isinstance(option, list) or len(option) != 1 or option[0] not in TMPFS_WORDS:
            raise _BadMountError(f"invalid option: {str(option)[:40]}")
        words.append(option[0])
    return tuple(words)


def _member(value: Mapping[str, Any], name: str, kind: type[Value], default: Value) -> Value:
    found = value.get(name)
    if found is None:
        return default
    if not isinstance(found, kind) or (kind is int and isinstance(found, bool)):
        raise InvalidParameterError(f"invalid JSON: Mounts: {name} must be a {kind.__name__}")
    return found


def _strings(value: Mapping[str, Any], name: str) -> dict[str, str]:
    found = _member(value, name, dict, {})
    if not all(isinstance(text, str) for text in found.values()):
        raise InvalidParameterError(f"invalid JSON: Mounts: {name} must hold strings")
    return found
