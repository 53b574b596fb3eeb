"""How a container's output is kept: Docker's LogConfig, of which the drivers that can be read are ours.

Source: Docker's json-file, local and none logging drivers. Unlike Docker's json-file, ours has limits by
default: no container fills the disk with its output.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backend.containers.logs.log_details import check_tag
from backend.errors import InvalidParameterError
from backend.go_expressions import BadExpressionError, compiled

DEFAULT, LOCAL, NONE = "json-file", "local", "none"
COMMON = frozenset({"mode", "max-buffer-size", "cache-disabled", "cache-max-file", "cache-max-size"})
OPTIONS = {
    DEFAULT: COMMON
    | {"max-size", "max-file", "compress", "labels", "labels-regex", "env", "env-regex", "tag"},
    LOCAL: COMMON | {"max-size", "max-file", "compress"},
}
SIZE = re.compile(r"(\d{1,15}) ?([kmg]?)i?b?", re.IGNORECASE)
UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}
MOST_FILES = 1000
TRUTHS = ("1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False")


@dataclass(frozen=True, slots=True)
class LogLimits:
    """`size` bytes for each of at most `files` files, the one being written included."""

    size: int = 20 << 20
    files: int = 5


def check_log_config(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return Docker's LogConfig. Raises InvalidParameterError, in Docker's words where it has some."""
    kind, options = value.get("Type") or DEFAULT, value.get("Config") or {}
    if (
        not isinstance(kind, str)
        or not isinstance(options, dict)
        or not all(isinstance(text, str) for text in options.values())
    ):
        raise InvalidParameterError("invalid JSON: LogConfig must hold a Type and a Config of strings")
    config = {"Type": kind, "Config": dict(options)}
    if kind == NONE:
        return config
    if kind not in OPTIONS:
        raise InvalidParameterError(
            f'error looking up logging plugin {kind[:40]}: plugin "{kind[:40]}" not found'
        )
    _check_names(kind, options)
    _check_mode(options)
    limits = limits_of(config)
    if (text := options.get("compress")) is not None and text not in TRUTHS:
        raise _unusable(f'strconv.ParseBool: parsing "{text[:40]}": invalid syntax')
    if kind == DEFAULT and text in TRUTHS[:6] and (limits.files < 2 or "max-size" not in options):
        raise _unusable("compress cannot be true when max-file is less than 2 or max-size is not set")
    for name in ("labels-regex", "env-regex"):
        try:
            compiled(options.get(name, ""))
        except BadExpressionError as error:
            raise _unusable(f"error parsing regexp: {error}") from error
    try:
        check_tag(options.get("tag", ""))
    except InvalidParameterError as error:
        raise _unusable(error.message) from error
    return config


def is_kept(config: Mapping[str, Any]) -> bool:
    """Return whether a LogConfig keeps any output."""
    return bool(config["Type"] != NONE)


def _unusable(reason: str) -> InvalidParameterError:
    return InvalidParameterError(
        f"failed to create task for container: failed to initialize logging driver: {reason}"
    )


def _check_names(kind: str, options: Mapping[str, str]) -> None:
    if unknown := set(options) - OPTIONS[kind]:
        name = min(unknown)[:40]
        where = "json-file log driver" if kind == DEFAULT else f"log driver {kind}"
        raise InvalidParameterError(f"unknown log opt '{name}' for {where}")


def _check_mode(options: Mapping[str, str]) -> None:
    """Check how output that comes too fast is treated: here the file never holds a container up."""
    mode, buffer = options.get("mode", "blocking"), options.get("max-buffer-size")
    if mode not in ("", "blocking", "non-blocking"):
        raise InvalidParameterError(f"logger: logging mode not supported: {mode[:40]}")
    if buffer is not None:
        if mode != "non-blocking":
            raise InvalidParameterError(
                "logger: max-buffer-size option is only supported with 'mode=non-blocking'"
            )
        if not SIZE.fullmatch(buffer):
            raise InvalidParameterError(
                f"error parsing option max-buffer-size: invalid size: '{buffer[:40]}'"
            )


def limits_of(config: Mapping[str, Any]) -> LogLimits:
    """Return the limits of a LogConfig. Raises InvalidParameterError."""
    options: Mapping[str, str] = config["Config"]
    limits = LogLimits()
    size, files = limits.size, limits.files
    if (text := options.get("max-size")) is not None:
        match = SIZE.fullmatch(text)
        if match is None:
            raise _unusable(f"invalid size: '{text[:40]}'")
        size = int(match[1]) * UNITS[match[2].lower()]
        if size <= 0:
            raise _unusable("max-size must be a positive number")
        if config["Type"] == DEFAULT:
            files = 1  # as with Docker
    if (text := options.get("max-file")) is not None:
        if not (text.isascii() and text.isdigit() and len(text) < 6):
            raise _unusable(f'strconv.Atoi: parsing "{text[:40]}": invalid syntax')
        files = int(text)
        if files < 1:
            raise _unusable("max-file cannot be less than 1")
        if files > MOST_FILES:
            raise _unusable(f"max-file cannot be more than {MOST_FILES}")
    return LogLimits(size, files)
