"""Image names: `[registry[:port]/]path[:tag][@digest]`, in full and as people write them.

Source: distribution/reference, whose rules and error texts Docker's clients know.
"""

import re
from dataclasses import dataclass, replace
from typing import TypeGuard

from backend.errors import InvalidParameterError

DEFAULT_DOMAIN = "docker.io"
LEGACY_DOMAIN = "index.docker.io"
OFFICIAL_PREFIX = "library/"
DEFAULT_TAG = "latest"
MAX_NAME_LENGTH = 255

_ALPHANUMERIC = r"[a-z0-9]+"
_SEPARATOR = r"(?:[._]|__|[-]+)"
_PATH_COMPONENT = rf"{_ALPHANUMERIC}(?:{_SEPARATOR}{_ALPHANUMERIC})*"
_DOMAIN_COMPONENT = r"(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])"
_DOMAIN = rf"(?:{_DOMAIN_COMPONENT}(?:\.{_DOMAIN_COMPONENT})*|\[(?:[a-fA-F0-9:]+)\])(?::[0-9]+)?"
_TAG = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}"
_DIGEST = r"[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}"

_REFERENCE = re.compile(
    rf"(?P<name>(?:{_DOMAIN}/)?{_PATH_COMPONENT}(?:/{_PATH_COMPONENT})*)"
    rf"(?::(?P<tag>{_TAG}))?(?:@(?P<digest>{_DIGEST}))?",
    re.ASCII,
)
_TAG_ONLY = re.compile(_TAG, re.ASCII)
_IDENTIFIER = re.compile(r"[a-f0-9]{64}")
_SHA256 = re.compile(r"sha256:[a-f0-9]{64}")


@dataclass(frozen=True, slots=True)
class Reference:
    """A normalised name: `domain` and `path` are complete, `tag` and `digest` are as given."""

    domain: str
    path: str
    tag: str | None = None
    digest: str | None = None

    def __str__(self) -> str:
        """Return the full form: `docker.io/library/busybox:latest`."""
        return f"{self.name}{self._suffix()}"

    @property
    def name(self) -> str:
        """Registry and path: `docker.io/library/busybox`."""
        return f"{self.domain}/{self.path}"

    @property
    def familiar_name(self) -> str:
        """The name as people write it: `busybox`, `bitnami/redis`, `localhost:5000/x`."""
        if self.domain != DEFAULT_DOMAIN:
            return self.name
        rest = self.path.removeprefix(OFFICIAL_PREFIX)
        if "/" not in rest:
            return rest
        # `docker.io/my.team/app` without its registry would read as one on the registry `my.team`.
        return self.name if _is_domain(self.path.partition("/")[0]) else self.path

    @property
    def familiar(self) -> str:
        """The familiar name with tag and digest."""
        return f"{self.familiar_name}{self._suffix()}"

    def _suffix(self) -> str:
        return (f":{self.tag}" if self.tag else "") + (f"@{self.digest}" if self.digest else "")

    def with_default_tag(self) -> "Reference":
        """Return this, with `latest` when it has neither tag nor digest."""
        return self if self.tag or self.digest else replace(self, tag=DEFAULT_TAG)

    def favouring_digest(self) -> "Reference":
        """Return this without its tag when it has a digest: the digest alone says what is meant."""
        return replace(self, tag=None) if self.digest else self

    def with_tag(self, tag: str) -> "Reference":
        """Return this name with another tag. Raises InvalidParameterError for a malformed one."""
        if not _TAG_ONLY.fullmatch(tag):
            raise InvalidParameterError("invalid tag format")
        return Reference(self.domain, self.path, tag)

    def with_digest(self, digest: str) -> "Reference":
        """Return this name with a digest only. Raises InvalidParameterError for a malformed one."""
        if not _SHA256.fullmatch(digest):
            raise InvalidParameterError("invalid checksum digest format")
        return Reference(self.domain, self.path, digest=digest)


def parse(text: str) -> Reference:
    """Return the normalised form of what a person or a client wrote; no tag is added.

    Raises InvalidParameterError in the reference library's words.
    """
    if _IDENTIFIER.fullmatch(text):
        raise InvalidParameterError(
            f"invalid repository name ({text}), cannot specify 64-byte hexadecimal strings"
        )
    domain, rest = split_domain(text)
    path = rest.split("@", 1)[0].split(":", 1)[0]
    if path != path.lower():
        raise InvalidParameterError(f"invalid reference format: repository name ({path}) must be lowercase")
    match = _REFERENCE.fullmatch(f"{domain}/{rest}")
    if match is None or (match["digest"] and not _SHA256.fullmatch(match["digest"])):
        raise InvalidParameterError("invalid reference format")
    if len(path) > MAX_NAME_LENGTH:
        raise InvalidParameterError(
            f"invalid reference format: repository name must not be more than {MAX_NAME_LENGTH} characters"
        )
    return Reference(domain, path, match["tag"], match["digest"])


def split_domain(text: str) -> tuple[str, str]:
    """Return the registry and the path that a name means; neither is checked."""
    first, slash, rest = text.partition("/")
    if not slash:
        return DEFAULT_DOMAIN, OFFICIAL_PREFIX + text
    domain, rest = (first, rest) if _is_domain(first) else (DEFAULT_DOMAIN, text)
    if domain == LEGACY_DOMAIN:
        domain = DEFAULT_DOMAIN
    if domain == DEFAULT_DOMAIN and "/" not in rest:
        rest = OFFICIAL_PREFIX + rest
    return domain, rest


def _is_domain(first: str) -> bool:
    """Return whether the part before the first slash names a registry."""
    return first == "localhost" or "." in first or ":" in first or first != first.lower()


def is_tag(value: object) -> TypeGuard[str]:
    """Return whether a value of some JSON is a tag."""
    return isinstance(value, str) and _TAG_ONLY.fullmatch(value) is not None


def is_image_id(text: str) -> bool:
    """Return whether `text` is a whole image id, with or without `sha256:`."""
    return bool(_IDENTIFIER.fullmatch(text.removeprefix("sha256:")))


def is_id_prefix(text: str) -> bool:
    """Return whether `text` may be the beginning of an image id."""
    return bool(re.fullmatch(r"[a-f0-9]{1,64}", text.removeprefix("sha256:")))
