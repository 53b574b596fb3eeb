"""How a container's output is kept: Docker's LogConfig, of which one driver is ours.

Source: Docker's json-file logging driver, options `max-size` and `max-file`. Unlike Docker's, ours has
limits by default: no container fills the disk with its output.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backend.errors import InvalidParameterError, NotSupportedError

DEFAULT = "json-file"
OPTIONS = ("max-size", "max-file")
SIZE = re.compile(r"(\d{1,15}) ?([kmg]?)i?b?", re.IGNORECASE)
UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}
MOST_FILES = 1000


@dataclass(frozen=True, slots=True)
class LogLimits:
    """`size` bytes for each of at most `files` files, the one being written included."""

    size: int = 20 << 20
    files: int = 5


def check_log_config(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return Docker's LogConfig. Raises InvalidParameterError or NotSupportedError."""
    kind, options = value.get("Type") or DEFAULT, value.get("Config") or {}
    if (
        not isinstance(kind, str)
        or not isinstance(options, dict)
        or not all(isinstance(text, str) for text in options.values())
    ):
        raise InvalidParameterError("invalid JSON: LogConfig must hold a Type and a Config of strings")
    if kind != DEFAULT:
        raise NotSupportedError(
            f"logging driver {kind[:40]!r} is not supported; leave it out or use {DEFAULT!r}"
        )
    if unknown := set(options) - set(OPTIONS):
        raise NotSupportedError(
            f"logging option {min(unknown)[:40]!r} is not supported yet; there are {' and '.join(OPTIONS)}"
        )
    config = {"Type": kind, "Config": dict(options)}
    limits_of(config)
    return config


def limits_of(config: Mapping[str, Any]) -> LogLimits:
    """Return the limits of a LogConfig. Raises InvalidParameterError."""
    options: Mapping[str, str] = config["Config"]
    limits = LogLimits()
    size, files = limits.size, limits.files
    if (text := options.get("max-size")) is not None:
        match = SIZE.fullmatch(text)
        size = int(match[1]) * UNITS[match[2].lower()] if match else 0
        if size <= 0:
            raise InvalidParameterError(f'invalid max-size: "{text[:40]}"; write it like 10m')
        files = 1  # as with Docker
    if (text := options.get("max-file")) is not None:
        files = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
        if not 1 <= files <= MOST_FILES:
            raise InvalidParameterError(f'invalid max-file: "{text[:40]}"; it must be from 1 to {MOST_FILES}')
    return LogLimits(size, files)
