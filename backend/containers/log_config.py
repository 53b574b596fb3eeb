"""How a container's output is kept: Docker's LogConfig, of which one driver is ours."""

from collections.abc import Mapping
from typing import Any

from backend.errors import InvalidParameterError, NotSupportedError

DEFAULT = "json-file"


def check_log_config(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return Docker's LogConfig. Raises InvalidParameterError or NotSupportedError."""
    kind, options = value.get("Type") or DEFAULT, value.get("Config") or {}
    if not isinstance(kind, str) or not isinstance(options, dict):
        raise InvalidParameterError("invalid JSON: LogConfig must hold a Type and a Config")
    if kind != DEFAULT:
        raise NotSupportedError(
            f"logging driver {kind[:40]!r} is not supported; leave it out or use {DEFAULT!r}"
        )
    if options:
        raise NotSupportedError(f"logging option {min(options)[:40]!r} is not supported yet; leave it out")
    return {"Type": kind, "Config": {}}
