"""The last lines of a log, for the details of a failure."""

import os
from pathlib import Path

TAIL_BYTES = 8192


def last_lines(path: Path, count: int = 15) -> str:
    """Return the last lines of a file as printable text; empty when there is no such file."""
    try:
        with path.open("rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - TAIL_BYTES))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return ""
    lines = [
        "".join(character for character in line if character.isprintable() or character == "\t")
        for line in text.splitlines()
    ]
    return "\n".join([line for line in lines if line.strip()][-count:])
