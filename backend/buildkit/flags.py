"""Switches among the attributes that clients give to outputs and caches.

Source: Go's `strconv.ParseBool`.
"""

from collections.abc import Mapping

from backend.errors import InvalidParameterError

TRUE = ("1", "t", "T", "TRUE", "true", "True")
FALSE = ("", "0", "f", "F", "FALSE", "false", "False")


def flag(attributes: Mapping[str, str], name: str, *, default: bool = False) -> bool:
    """Return a switch, `default` where nothing is said. Raises InvalidParameterError."""
    text = attributes.get(name)
    if text is None:
        return default
    if text not in (*TRUE, *FALSE):
        raise InvalidParameterError(f"failed to parse {name}: {text[:40]}")
    return text in TRUE
