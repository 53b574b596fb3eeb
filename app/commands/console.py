"""What commands print: tables, JSON and failures. Results go to stdout, talk about the work to stderr."""

import dataclasses
import json
import sys
import time
from collections.abc import Iterable, Sequence
from enum import Enum
from typing import Any

from app.services.errors import ErrorCode, UserError


def write(text: str) -> None:
    """Write a line of the result."""
    sys.stdout.write(text + "\n")


def tell(text: str) -> None:
    """Write a line about the work, which is no result."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def write_json(value: object) -> None:
    """Write a value for scripts; dataclasses become objects."""
    json.dump(value, sys.stdout, indent=2, default=_plain, ensure_ascii=False)
    sys.stdout.write("\n")


def _plain(value: object) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = dataclasses.fields(value)
        return {field.name: getattr(value, field.name) for field in fields if field.name != "raw"}
    if isinstance(value, Enum):
        return value.value
    return str(value)


def write_failure(error: UserError) -> None:
    """Tell what happened, why, and what to do."""
    tell(f"marina: {printable(error.summary)}")
    if error.details and error.details != error.summary:
        for line in error.details.strip().splitlines():
            tell(f"  {printable(line)}")
    if error.what_to_do:
        tell(f"  {error.what_to_do}")


def exit_code_of(error: UserError, otherwise: int) -> int:
    """Return docker's exit code for a command that did not come to run, or `otherwise`."""
    codes = {ErrorCode.COMMAND_NOT_FOUND: 127, ErrorCode.COMMAND_NOT_EXECUTABLE: 126}
    return codes.get(error.code, otherwise)


def printable(text: str) -> str:
    """Return text from outside without control characters: a name must not steer the terminal."""
    return "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text
    )


def write_table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write columns: styled and cut to the window in a terminal, plain and whole elsewhere."""
    cells = [[printable(cell) for cell in row] for row in rows]
    if sys.stdout.isatty():
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        table = Table(box=None, pad_edge=False, header_style="bold")
        for heading in headings:
            table.add_column(heading, overflow="ellipsis", no_wrap=True)
        for row in cells:
            table.add_row(*map(Text, row))
        Console().print(table)
        return
    widths = [max(map(len, column)) for column in zip(headings, *cells, strict=True)]
    for row in [list(headings), *cells]:
        padded = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        write("   ".join(padded).rstrip())


def format_size(size: int) -> str:
    """Return a number of bytes as docker does: powers of 1000, three digits."""
    value = float(size)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000:
            return f"{value:.3g}{unit}"
        value /= 1000
    return f"{value:.3g}TB"


def format_age(created: float, now: float | None = None) -> str:
    """Return how long ago a Unix time was, in one unit."""
    if not created:
        return ""
    seconds = max(int((time.time() if now is None else now) - created), 0)
    for unit, length in (
        ("year", 31536000),
        ("month", 2592000),
        ("day", 86400),
        ("hour", 3600),
        ("minute", 60),
    ):
        if (number := seconds // length) >= 1:
            return f"{number} {unit}{'s' if number > 1 else ''} ago"
    return f"{seconds} second{'' if seconds == 1 else 's'} ago"
