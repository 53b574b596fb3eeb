"""The tags of a repository, as one who chooses among them wants to see them."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from app.services.errors import MarinaError, Task
from app.services.explain import explain

if TYPE_CHECKING:
    from app.services.engine.engine_client import EngineClient

LATEST = "latest"
_VERSION = re.compile(
    r"[vV]?([0-9]+(?:\.[0-9]+)*)(?![0-9A-Za-z]|\.[0-9])(.*)|[vV]?([0-9]+(?:\.[0-9]+)*)((?:a|b|rc)[0-9]+.*)"
)
_BEFORE_RELEASE = re.compile(r"[-_.]?(?:alpha|beta|rc|a|b|m|dev|pre|preview|snapshot|nightly)(?![a-z])")
_PARTS = re.compile(r"[0-9]+|[^0-9]")
_OF_AN_IMAGE = re.compile(r"sha256-[0-9a-f]{64}(\..*)?")
"""Signatures and attestations, which tools keep as images beside the image that they are about."""


def sort_tags(tags: Iterable[str]) -> list[str]:
    """Return `latest`, then versions from the newest to the oldest, then words, then signatures.

    Versions are compared by their numbers; a release goes before what came before it (`-rc1`) and before
    its variants (`-alpine`).
    """
    return sorted(tags, key=_place)


def fetch_tags(client: "EngineClient", name: str) -> list[str]:
    """Ask the registry of `name` for the tags of its repository, sorted. Raises UserError."""
    try:
        return sort_tags(client.registry_tags(name))
    except MarinaError as error:
        raise explain(error, name, Task.PULL) from error


def _place(tag: str) -> tuple[int, tuple[int, ...], bool, tuple[int, ...], str]:
    if tag == LATEST:
        return 0, (), False, (), ""
    if _OF_AN_IMAGE.fullmatch(tag):
        return 3, (), False, (), tag
    match = _VERSION.fullmatch(tag)
    if match is None:
        return 2, (), False, (), tag.casefold()
    numbers, rest = match[1] or match[3], (match[2] or match[4] or "").casefold()
    # 1.27 means the newest of its line, and so comes before 1.27.3: a tuple that ends is the smaller one.
    newest_first = tuple(-int(number) for number in numbers.split("."))
    if not _BEFORE_RELEASE.match(rest):
        return 1, newest_first, False, (), rest
    latest_first = tuple(-(int(part) if part.isdecimal() else ord(part)) for part in _PARTS.findall(rest))
    return 1, newest_first, True, latest_first, rest
