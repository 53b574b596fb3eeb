"""A file or folder as listings of containers and volumes tell of it."""

from dataclasses import dataclass

MOST_TO_DRAG = 200_000_000
"""Bytes that are copied for one drag: the mouse waits for them."""


@dataclass(frozen=True, slots=True)
class FileEntry:
    """Something in a folder; `kind` is "folder", "file", "link" or "other". `modified` is Unix seconds."""

    name: str
    kind: str
    size: int = 0
    modified: float = 0.0
    mode: int = 0
