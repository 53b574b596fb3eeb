"""The names that image calls take in two parts.

Source: Docker Engine API, `repo` and `tag`, `fromImage` and `tag`.
"""

from backend.errors import InvalidParameterError
from backend.images import reference
from backend.images.reference import Reference


def wanted(name: str, tag: str) -> Reference:
    """Return what `fromImage` and `tag` name together; the tag may be a digest."""
    parsed = reference.parse(name)
    if not tag:
        return parsed
    return parsed.with_digest(tag) if ":" in tag else parsed.with_tag(tag)


def named(repository: str, tag: str) -> Reference:
    """Return the name that a new image gets. Raises InvalidParameterError for names by digest."""
    name = reference.parse(repository)
    if name.digest is not None:
        raise InvalidParameterError("cannot import digest reference")
    return name.with_tag(tag) if tag else name.with_default_tag()
