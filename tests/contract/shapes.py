"""Comparing two JSON answers by shape: the same names, and values of the same kind, all the way down."""

from collections.abc import Iterator
from typing import Any

OPEN_MAPS = (
    # objects whose names are the user's or the machine's: their values are compared, their names are not
    ".Labels", ".Ports", ".Networks", ".Volumes", ".ExposedPorts", ".PortBindings", ".Options", ".Attributes",
    ".Sysctls", ".Tmpfs", ".Runtimes", ".IndexConfigs", ".Containers", ".DriverOpts", ".Annotations",
    ".networks", ".Data", ".stats",
)  # fmt: skip


def differences(ours: Any, theirs: Any, path: str = "") -> Iterator[str]:
    """Yield where `ours` has another shape than `theirs`, as `path: what`."""
    if _kind(ours) != _kind(theirs):
        yield f"{path}: {_kind(ours)} instead of {_kind(theirs)}"
    elif isinstance(theirs, dict) and path.endswith(OPEN_MAPS):
        yield from _differences_of_values(list(ours.values()), list(theirs.values()), f"{path}.*")
    elif isinstance(theirs, dict):
        for name in sorted(theirs.keys() - ours.keys()):
            yield f"{path}.{name}: missing"
        for name in sorted(ours.keys() - theirs.keys()):
            yield f"{path}.{name}: not there in dockerd"
        for name in sorted(ours.keys() & theirs.keys()):
            yield from differences(ours[name], theirs[name], f"{path}.{name}")
    elif isinstance(theirs, list):
        yield from _differences_of_values(ours, theirs, f"{path}[]")


def _differences_of_values(ours: list[Any], theirs: list[Any], path: str) -> Iterator[str]:
    """Compare what has no names of its own by one value, and by whether there is any."""
    if bool(ours) != bool(theirs):
        yield f"{path}: {len(ours)} instead of {len(theirs)}"
    elif theirs:
        yield from differences(min(ours, key=_names), min(theirs, key=_names), path)


def _names(value: Any) -> list[str]:
    """Return what values of a list are told apart by: dockerd gives some lists in any order."""
    return sorted(value) if isinstance(value, dict) else []


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    names = {bool: "boolean", int: "number", float: "number", str: "string", list: "array", dict: "object"}
    return names[type(value)]
