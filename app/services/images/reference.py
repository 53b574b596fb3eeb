"""Reads the names of images as Docker does, and says why a name is none while it is typed.

Source: github.com/distribution/reference, `regexp.go` and `normalize.go`.
"""

import re
from dataclasses import dataclass

from app.services.errors import ErrorCode, UserError

DEFAULT_REGISTRY = "docker.io"
LONGEST_REPOSITORY = 255
LONGEST_TAG = 128

_COMPONENT = re.compile(r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*")
_HOST = re.compile(
    r"(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\[[0-9a-fA-F:]+\])"
    r"(?::[0-9]+)?"
)
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_DIGEST = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}")


class InvalidReferenceError(UserError):
    """The text is no image's name; the summary says why, in plain words."""

    def __init__(self, reason: str) -> None:
        example = "A name looks like nginx, nginx:1.27 or registry.example.com:5000/team/app:tag."
        super().__init__(reason, what_to_do=example, code=ErrorCode.BAD_REFERENCE)


@dataclass(frozen=True, slots=True)
class Reference:
    """A name taken apart; `repository` is as typed, registry included."""

    repository: str
    tag: str = ""
    digest: str = ""

    @property
    def registry(self) -> str:
        """The registry that it is pulled from."""
        first, slash, _ = self.repository.partition("/")
        return first if slash and _looks_like_host(first) else DEFAULT_REGISTRY

    @property
    def full_name(self) -> str:
        """What it resolves to, in full: "docker.io/library/nginx:latest" for "nginx"."""
        registry = self.registry
        path = self.repository.removeprefix(f"{registry}/")
        if registry == DEFAULT_REGISTRY and "/" not in path:
            path = f"library/{path}"
        if self.digest:
            return f"{registry}/{path}@{self.digest}"
        return f"{registry}/{path}:{self.tag or 'latest'}"


def is_registry(text: str) -> bool:
    """Return whether `text` is the name of a registry, with or without a port."""
    return _HOST.fullmatch(text) is not None


def _looks_like_host(text: str) -> bool:
    return "." in text or ":" in text or text == "localhost" or text.lower() != text


def parse_reference(text: str) -> Reference:
    """Return the parts of a name. Raises InvalidReferenceError with the reason when it is none."""
    if not text:
        raise InvalidReferenceError("Type the name of an image, for example nginx:1.27.")
    if text != text.strip() or any(character.isspace() for character in text):
        raise InvalidReferenceError("A name has no spaces.")
    if "://" in text:
        raise InvalidReferenceError("Leave out the http:// or https://.")
    name, at, digest = text.partition("@")
    if at and not _DIGEST.fullmatch(digest):
        raise InvalidReferenceError("After the @ there must be a digest: sha256: and 64 digits.")
    head, slash, last = name.rpartition("/")
    last, colon, tag = last.partition(":")
    if colon and not tag:
        raise InvalidReferenceError("A tag is missing after the colon.")
    if colon and (len(tag) > LONGEST_TAG or not _TAG.fullmatch(tag)):
        raise InvalidReferenceError("A tag has letters, digits, and . _ - in it, and at most 128 characters.")
    repository = head + slash + last
    _check_repository(repository)
    return Reference(repository, tag, digest)


def parse_new_name(text: str) -> Reference:
    """Return the parts of a name that an image can be given: its digest is its own. See `parse_reference`."""
    reference = parse_reference(text)
    if reference.digest:
        raise InvalidReferenceError("A name and a tag only: the digest comes with the image.")
    return reference


def _check_repository(repository: str) -> None:
    first, slash, path = repository.partition("/")
    if slash and _looks_like_host(first):
        if not _HOST.fullmatch(first):
            raise InvalidReferenceError(f"“{first}” is not the name of a registry.")
    else:
        path = repository
    if not path:
        raise InvalidReferenceError("The name of the image is missing.")
    if len(repository) > LONGEST_REPOSITORY:
        raise InvalidReferenceError("The name is too long: at most 255 characters.")
    for component in path.split("/"):
        if not component:
            raise InvalidReferenceError("There is an empty part between two slashes.")
        if component.lower() != component:
            raise InvalidReferenceError("Names of images are in lower case.")
        if not _COMPONENT.fullmatch(component):
            raise InvalidReferenceError(
                f"“{component}” must be letters and digits, with single . _ - between them, not at the ends."
            )
    if re.fullmatch(r"[0-9a-f]{64}", repository):
        raise InvalidReferenceError("64 hexadecimal digits are an id, not a name.")


def explain_reference(text: str) -> str:
    """Return why `text` is no image's name, or "" when it is one: for a field that checks as one types."""
    try:
        parse_reference(text)
    except InvalidReferenceError as error:
        return str(error)
    return ""
