"""One mount that a create call asks for, whatever form it came in.

Source: Docker Engine API, Mount and MountPoint.
"""

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from backend.errors import InvalidParameterError


@dataclass(frozen=True, slots=True)
class MountWish:
    """`source` is a path (bind), a volume's name ("" for an anonymous one), or "" (tmpfs).

    `make_source` makes a bind's folder where it is missing. `read_only_below` says whether what is mounted
    below a read-only source is read-only too: "" where the kernel can, "no", or "force".
    """

    kind: str
    source: str
    target: str
    read_only: bool = False
    copy: bool = True
    propagation: str = ""
    mode: str = ""
    make_source: bool = False
    recursive: bool = True
    read_only_below: str = ""
    tmpfs_options: tuple[str, ...] = ()
    volume_labels: Mapping[str, str] = field(default_factory=dict)
    driver: str = ""
    driver_options: Mapping[str, str] = field(default_factory=dict)
    subpath: str = ""
    anonymous: bool = False

    def to_record(self) -> dict[str, Any]:
        """Return what is kept of it with the container: Docker's MountPoint and what only we know."""
        record: dict[str, Any] = {
            "Type": self.kind,
            "Source": self.source,
            "Destination": self.target,
            "Mode": self.mode,
            "RW": not self.read_only,
            "Propagation": self.propagation,
        }
        if self.kind == "tmpfs":
            return record | {"Options": list(self.tmpfs_options)}
        record |= {"Recursive": self.recursive, "ReadOnlyBelow": self.read_only_below}
        if self.kind == "bind":
            return record | {"MakeSource": self.make_source}
        return record | {"Copy": self.copy, "Anonymous": self.anonymous, "Subpath": self.subpath}


def clean_target(target: str) -> str:
    """Return a path in the container in its shortest form. Raises InvalidParameterError."""
    if not target.startswith("/"):
        raise InvalidParameterError(f"invalid mount path: '{target}' mount path must be absolute")
    clean = posixpath.normpath(target)
    if clean in ("/", "//"):
        raise InvalidParameterError("invalid specification: destination can't be '/'")
    return clean
