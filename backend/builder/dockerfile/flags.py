"""Flags of a Dockerfile's line: `--name=value` before the arguments.

Source: BuildKit's `frontend/dockerfile/instructions/bflag.go`.
"""

from collections.abc import Mapping, Sequence
from enum import Enum, auto

from backend.builder.dockerfile.spelling import nearest
from backend.errors import InvalidParameterError


class Kind(Enum):
    """What a flag holds."""

    TEXT = auto()
    TEXTS = auto()  # may be given several times
    BOOLEAN = auto()


class Flags:
    """The flags that a line has."""

    def __init__(self, values: Mapping[str, Sequence[str]]) -> None:
        self._values = values

    def text(self, name: str) -> str:
        """Return a flag's value, "" when the line does not have it."""
        values = self._values.get(name)
        return values[0] if values else ""

    def texts(self, name: str) -> tuple[str, ...]:
        """Return all values of a flag."""
        return tuple(self._values.get(name, ()))

    def is_set(self, name: str) -> bool:
        """Return whether a boolean flag is there and not false."""
        return name in self._values and self.text(name).lower() != "false"


def read_flags(flags: Sequence[str], known: Mapping[str, Kind]) -> Flags:
    """Return the values of a line's flags by name. Raises InvalidParameterError."""
    values: dict[str, list[str]] = {}
    for flag in flags:
        name, equals, value = flag.removeprefix("--").partition("=")
        kind = known.get(name)
        if kind is None:
            meant = nearest(name, known)
            raise InvalidParameterError(
                f"unknown flag: {name}" + (f" (did you mean {meant}?)" if meant else "")
            )
        if name in values and kind is not Kind.TEXTS:
            raise InvalidParameterError(f"duplicate flag specified: {name}")
        if kind is Kind.BOOLEAN:
            if equals and not value:
                raise InvalidParameterError(f"missing a value on flag: {name}")
            if value.lower() not in ("true", "false", ""):
                raise InvalidParameterError(f"expecting boolean value for flag {name}, not: {value}")
        elif not equals:
            raise InvalidParameterError(f"missing a value on flag: {name}")
        values.setdefault(name, []).append(value)
    return Flags(values)
