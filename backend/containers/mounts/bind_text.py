"""Mounts in the form of `docker run -v` and `--volumes-from`: words between colons.

Source: Docker Engine API, HostConfig.Binds and HostConfig.VolumesFrom.
"""

import posixpath

from backend.containers.mounts.mount_wish import MountWish, clean_target
from backend.errors import InvalidParameterError
from backend.volumes.volume import check_name

PROPAGATIONS = frozenset({"private", "rprivate", "shared", "rshared", "slave", "rslave"})
# Of each of these sets at most one word may be given.
ACCESS = frozenset({"ro", "rw"})
LABELS = frozenset({"z", "Z"})
COPY = frozenset({"nocopy"})
CONSISTENCY = frozenset({"consistent", "cached", "delegated"})  # of Docker Desktop once; without effect
OPTIONS = (ACCESS, LABELS, COPY, CONSISTENCY, PROPAGATIONS)


def parse_bind(text: str) -> MountWish:
    """Return the mount of `source:target[:options]`. Raises InvalidParameterError in Docker's words."""
    parts = text.split(":")
    if len(parts) > 3 or not all(parts[:2]) or not text:
        raise InvalidParameterError(f"invalid volume specification: '{text}'")
    source, target = (parts[0], parts[1]) if len(parts) > 1 else ("", parts[0])
    mode = parts[2] if len(parts) == 3 else ""
    options = check_mode(mode)
    kind = "bind" if source.startswith("/") else "volume"
    try:
        target = clean_target(target)
        _check_options_of(kind, options)
    except InvalidParameterError as error:
        raise InvalidParameterError(
            f"invalid volume specification: '{text}': invalid mount config for type \"{kind}\": "
            f"{error.message}"
        ) from error
    read_only = "ro" in options
    if kind == "volume":
        if source:
            check_name(source)
        return MountWish(
            "volume", source, target, read_only=read_only, copy="nocopy" not in options, mode=mode or "z"
        )
    return MountWish(
        "bind",
        posixpath.normpath(source),
        target,
        read_only=read_only,
        propagation=next(iter(options & PROPAGATIONS), "rprivate"),
        mode=mode,
        make_source=True,
    )


def check_mode(mode: str) -> frozenset[str]:
    """Return the words of a mode. Raises InvalidParameterError for one that makes no sense."""
    words = mode.split(",") if mode else []
    options = frozenset(words)
    if (
        len(options) != len(words)
        or options - frozenset().union(*OPTIONS)
        or any(len(options & family) > 1 for family in OPTIONS)
    ):
        raise InvalidParameterError(f"invalid mode: {mode}")
    return options


def _check_options_of(kind: str, options: frozenset[str]) -> None:
    if kind == "volume" and options & PROPAGATIONS:
        raise InvalidParameterError("field BindOptions must not be specified")
    if kind == "bind" and options & COPY:
        raise InvalidParameterError("field VolumeOptions must not be specified")


def parse_volumes_from(text: str) -> tuple[str, bool]:
    """Return the other container and whether its mounts are to be read-only. Raises InvalidParameterError."""
    if not text:
        raise InvalidParameterError("volumes-from specification cannot be an empty string")
    container, _, mode = text.partition(":")
    options = check_mode(mode)
    if options & (PROPAGATIONS | COPY):
        raise InvalidParameterError(f"invalid mode: {mode}")
    return container, "ro" in options
