"""The end of a log file, however long the file is."""

from dataclasses import dataclass
from pathlib import Path

_MOST_BYTES = 512 * 1024


@dataclass(frozen=True, slots=True)
class LogTail:
    """The last lines of the file at `path`."""

    path: str
    lines: tuple[str, ...] = ()


def read_tail(path: Path) -> LogTail:
    """Return the last lines of a file; none of one that cannot be read."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - _MOST_BYTES))
            data = file.read(_MOST_BYTES)
    except OSError:
        return LogTail(str(path))
    lines = data.decode("utf-8", "replace").split("\n")
    if size > _MOST_BYTES:
        del lines[0]  # it begins in the middle
    if lines and not lines[-1]:
        del lines[-1]
    return LogTail(str(path), tuple(lines))
