"""Reads members of JSON from outside: a missing or wrongly typed value becomes an empty one, no crash."""

from collections.abc import Mapping
from typing import Any


def as_object(value: Any) -> Mapping[str, Any]:
    """Return `value` when it is a JSON object, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def get_object(source: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return the object at `name`, or an empty one."""
    return as_object(source.get(name))


def get_list(source: Mapping[str, Any], name: str) -> list[Any]:
    """Return the array at `name`, or an empty one."""
    value = source.get(name)
    return value if isinstance(value, list) else []


def get_text(source: Mapping[str, Any], name: str, default: str = "") -> str:
    """Return the string at `name`, or `default`."""
    value = source.get(name)
    return value if isinstance(value, str) else default


def get_number(source: Mapping[str, Any], name: str, default: int = 0) -> int:
    """Return the whole number at `name`, or `default`."""
    value = source.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return default
    try:
        return int(value)
    except (OverflowError, ValueError):  # Infinity and NaN, which Python's parser lets through
        return default


def get_flag(source: Mapping[str, Any], name: str) -> bool:
    """Return the truth value at `name`; anything but `true` is false."""
    return source.get(name) is True


def get_texts(source: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """Return the strings of the array at `name`; a lone string counts as an array of one."""
    value = source.get(name)
    if isinstance(value, str):
        return (value,)
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def get_text_map(source: Mapping[str, Any], name: str) -> dict[str, str]:
    """Return the string members of the object at `name`, such as labels."""
    return {key: value for key, value in get_object(source, name).items() if isinstance(value, str)}
