"""Which events a listener of `/events` gets: any value of a filter, all filters (labels: all values).

Source: Docker Engine API, `GET /events`; moby's daemon/events/filter.go for what matches by a beginning.
"""

from collections.abc import Mapping

from backend.events import Event

BY_BEGINNING = frozenset(
    {"container", "daemon", "network", "node", "plugin", "secret", "service", "volume", "config"}
)
"""Filters that look at the beginning of an object's id or name."""

WITH_DETAILS = frozenset({"exec_create", "exec_start", "health_status"})
"""Actions that go on behind a colon, and are found without it."""


def matches(event: Event, filters: Mapping[str, list[str]]) -> bool:
    """Return whether an event passes; filters that nobody knows let everything pass."""
    return all(_passes(event, name, values) for name, values in filters.items() if values)


def _passes(event: Event, name: str, values: list[str]) -> bool:
    if name == "type":
        return event.type in values
    if name == "scope":
        return "local" in values
    if name == "event":
        return event.action in values or (
            not WITH_DETAILS.isdisjoint(values) and event.action.startswith(tuple(values))
        )
    if name == "label":
        return all(_has_label(event, value) for value in values)
    if name == "image":
        return not _image_names(event).isdisjoint(values)
    if name in BY_BEGINNING:
        names = (event.actor_id, event.attributes.get("name", ""))
        return any(text.startswith(tuple(values)) for text in names)
    return True


def _image_names(event: Event) -> set[str]:
    """Return what an image is called in an event: of the image itself, or of a container made from it."""
    name = event.attributes.get("name" if event.type == "image" else "image", "")
    return {text for full in (event.actor_id, name) for text in (full, _without_tag(full))}


def _without_tag(name: str) -> str:
    repository, colon, tag = name.partition("@")[0].rpartition(":")
    return repository if colon and "/" not in tag else name


def _has_label(event: Event, wanted: str) -> bool:
    key, equals, value = wanted.partition("=")
    return key in event.attributes and (not equals or event.attributes[key] == value)
