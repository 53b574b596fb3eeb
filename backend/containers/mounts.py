"""What a container mounts besides its own root: binds, volumes and memory, from HostConfig to plain values.

Source: Docker Engine API, HostConfig.Binds, HostConfig.Mounts, HostConfig.Tmpfs, Config.Volumes, MountPoint.
"""

import os
import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from backend.errors import InvalidParameterError, NotSupportedError

VOLUME_NAME = re.compile(r"^[a-zA-Z0-9][a-zA-Z0-9_.-]*\Z")
PROPAGATIONS = frozenset({"private", "rprivate", "shared", "rshared", "slave", "rslave"})
BIND_OPTIONS = frozenset({"ro", "rw", "z", "Z", "nocopy"}) | PROPAGATIONS
TMPFS_OPTIONS = frozenset(
    [
        "rw",
        "ro",
        "exec",
        "noexec",
        "suid",
        "nosuid",
        "dev",
        "nodev",
        "sync",
        "async",
        "atime",
        "noatime",
        "strictatime",
        "relatime",
        "diratime",
        "nodiratime",
    ]
)
TMPFS_VALUES = frozenset({"size", "mode", "uid", "gid", "nr_inodes", "nr_blocks"})


@dataclass(frozen=True, slots=True)
class MountWish:
    """One mount asked for. `source` is a path (bind), a volume's name ("" for an anonymous one), or ""
    (tmpfs)."""

    kind: str
    source: str
    target: str
    read_only: bool = False
    copy: bool = True
    propagation: str = ""
    mode: str = ""
    make_source: bool = False
    tmpfs_options: tuple[str, ...] = ()
    volume_labels: Mapping[str, str] = field(default_factory=dict)
    anonymous: bool = False


def collect_mounts(config: Mapping[str, Any], host: Mapping[str, Any]) -> list[MountWish]:
    """Return all mounts of a create call, the ones asked for by the caller before those of the image.

    Raises InvalidParameterError in Docker's words.
    """
    wishes = [parse_bind(text) for text in host["Binds"] or ()]
    wishes += [parse_mount(value) for value in host["Mounts"] or ()]
    wishes += [_parse_tmpfs(target, options) for target, options in (host["Tmpfs"] or {}).items()]
    targets: set[str] = set()
    for wish in wishes:
        if wish.target in targets:
            raise InvalidParameterError(f"Duplicate mount point: {wish.target}")
        targets.add(wish.target)
    for target in config["Volumes"] or ():
        if (clean := _clean_target(target)) not in targets:
            wishes.append(MountWish("volume", "", clean))
            targets.add(clean)
    return sorted(wishes, key=lambda wish: wish.target.count("/"))


def parse_bind(text: str) -> MountWish:
    """Return the mount of `source:target[:options]`, the form of `docker run -v`."""
    parts = text.split(":")
    if len(parts) == 1:
        return MountWish("volume", "", _clean_target(parts[0]))
    if len(parts) > 3 or not parts[0] or not parts[1]:
        raise InvalidParameterError(f'invalid volume specification: "{text}"')
    source, target = parts[0], _target_of_bind(text, parts[1])
    mode = parts[2] if len(parts) == 3 else ""
    options = {option for option in mode.split(",") if option}
    if options - BIND_OPTIONS or {"ro", "rw"} <= options or len(options & PROPAGATIONS) > 1:
        raise InvalidParameterError(f"invalid mode: {mode}")
    propagation = next(iter(options & PROPAGATIONS), "")
    if source.startswith("/"):
        return MountWish(
            "bind",
            posixpath.normpath(source),
            target,
            read_only="ro" in options,
            propagation=propagation or "rprivate",
            mode=mode,
            make_source=True,
        )
    check_volume_name(source)
    return MountWish(
        "volume", source, target, read_only="ro" in options, copy="nocopy" not in options, mode=mode or "z"
    )


def parse_mount(value: Mapping[str, Any]) -> MountWish:
    """Return the mount of one object of HostConfig.Mounts, the form of `docker run --mount`."""
    kind, source, target = (_text(value, name) for name in ("Type", "Source", "Target"))
    read_only = value.get("ReadOnly") or False
    if not isinstance(read_only, bool):
        raise InvalidParameterError("invalid JSON: Mounts: ReadOnly must be a boolean")
    if not target:
        raise InvalidParameterError(f'invalid mount config for type "{kind}": field Target must not be empty')
    target = _clean_target(target)
    if kind == "bind":
        if not source:
            raise InvalidParameterError(
                'invalid mount config for type "bind": field Source must not be empty'
            )
        if not source.startswith("/"):
            raise InvalidParameterError(
                'invalid mount config for type "bind": '
                f"invalid mount path: '{source}' mount path must be absolute"
            )
        options = _object(value, "BindOptions")
        propagation = _text(options, "Propagation") or "rprivate"
        if propagation not in PROPAGATIONS:
            raise InvalidParameterError(f'invalid propagation mode: "{propagation}"')
        if options.get("NonRecursive") or options.get("ReadOnlyForceRecursive"):
            raise NotSupportedError(
                "BindOptions: NonRecursive and ReadOnlyForceRecursive are not supported yet"
            )
        return MountWish(
            "bind",
            posixpath.normpath(source),
            target,
            read_only=read_only,
            propagation=propagation,
            make_source=bool(options.get("CreateMountpoint")),
        )
    if kind == "volume":
        options = _object(value, "VolumeOptions")
        if options.get("Subpath") or (_object(options, "DriverConfig").get("Name") or "local") != "local":
            raise NotSupportedError("VolumeOptions: sub-paths and other drivers are not supported yet")
        if source:
            check_volume_name(source)
        labels = _object(options, "Labels")
        return MountWish(
            "volume",
            source,
            target,
            read_only=read_only,
            copy=not options.get("NoCopy"),
            mode="z",
            volume_labels={str(name): str(text) for name, text in labels.items()},
        )
    if kind == "tmpfs":
        if source:
            raise InvalidParameterError(
                'invalid mount config for type "tmpfs": field Source must not be specified'
            )
        return MountWish(
            "tmpfs", "", target, tmpfs_options=_tmpfs_options(_object(value, "TmpfsOptions"), read_only)
        )
    raise InvalidParameterError(f'invalid mount config for type "{kind[:40]}": mount type unknown')


def check_volume_name(name: str) -> None:
    """Raise InvalidParameterError, in Docker's words, for what cannot be a volume's name."""
    if not VOLUME_NAME.match(name) or len(name) < 2:
        raise InvalidParameterError(
            f'create {name}: "{name}" includes invalid characters for a local volume name, only '
            '"[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed. If you intended to pass a host directory, '
            "use absolute path"
        )


def prepare_bind_source(wish: MountWish) -> None:
    """Make sure that a bind's source is there; `-v` makes a missing folder, `--mount` does not.

    Raises InvalidParameterError.
    """
    source = Path(wish.source)
    if source.exists():
        return
    if not wish.make_source:
        raise InvalidParameterError(
            f'invalid mount config for type "bind": bind source path does not exist: {wish.source}'
        )
    try:
        source.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidParameterError(
            f"error while creating mount source path '{wish.source}': {os.strerror(error.errno or 0)}; "
            "is this folder shared with the machine?"
        ) from error


def _target_of_bind(text: str, target: str) -> str:
    try:
        return _clean_target(target)
    except InvalidParameterError as error:
        kind = "bind" if text.startswith("/") else "volume"
        raise InvalidParameterError(
            f"invalid volume specification: '{text}': "
            f'invalid mount config for type "{kind}": {error.message}'
        ) from error


def _clean_target(target: str) -> str:
    if not target.startswith("/"):
        raise InvalidParameterError(f"invalid mount path: '{target}' mount path must be absolute")
    clean = posixpath.normpath(target)
    if clean in ("/", "//"):
        raise InvalidParameterError("invalid specification: destination can't be '/'")
    return clean


def _text(value: Mapping[str, Any], name: str) -> str:
    text = value.get(name) or ""
    if not isinstance(text, str):
        raise InvalidParameterError(f"invalid JSON: Mounts: {name} must be a string")
    return text


def _object(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = value.get(name) or {}
    if not isinstance(found, dict):
        raise InvalidParameterError(f"invalid JSON: Mounts: {name} must be an object")
    return found


def _tmpfs_options(options: Mapping[str, Any], read_only: bool) -> tuple[str, ...]:
    size, mode = options.get("SizeBytes") or 0, options.get("Mode") or 0
    if any(not isinstance(number, int) or number < 0 for number in (size, mode)):
        raise InvalidParameterError("invalid JSON: TmpfsOptions: SizeBytes and Mode must be numbers")
    result = ["ro"] if read_only else []
    if size:
        result.append(f"size={size}")
    if mode:
        result.append(f"mode={mode:o}")
    return tuple(result)


def _parse_tmpfs(target: str, text: str) -> MountWish:
    options = tuple(option for option in text.split(",") if option)
    for option in options:
        name, equals, _ = option.partition("=")
        if name not in (TMPFS_VALUES if equals else TMPFS_OPTIONS):
            raise InvalidParameterError(f'invalid tmpfs option ["{option}"]')
    return MountWish("tmpfs", "", _clean_target(target), tmpfs_options=options)
