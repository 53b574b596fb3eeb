"""The engine's calls about images beyond listing and pulling: their layers, pushing, saving, cleaning up."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

from app.services.engine.engine_connections import EngineConnections
from app.services.engine.engine_objects import MEASURE_TIMEOUT, Pruned
from app.services.engine.engine_streams import EngineStream, PullStream
from app.services.engine.engine_types import parse_time
from app.services.engine.json_values import as_object, get_flag, get_list, get_number, get_object, get_text
from app.services.errors import EngineRequestError, ErrorCode, UserError
from app.services.images.reference import parse_new_name, parse_reference
from app.services.images.registry_logins import AUTH_HEADER
from app.services.written_beside import written_beside

NOBODY = "e30="  # base64 of {}: a push without any header is refused
_PRUNE_TIMEOUT = 300.0
_READ_TIMEOUT = 120.0  # a layer of a hundred thousand files
_REGISTRY_TIMEOUT = 90.0  # the engine tries the mirrors one after the other
_COMMIT_TIMEOUT = 900.0  # all that the container wrote is packed


@dataclass(frozen=True, slots=True)
class HistoryStep:
    """A step that the image was made in; `size` is 0 for one that left no files, `created` Unix seconds."""

    command: str
    size: int = 0
    created: float = 0.0
    comment: str = ""


@dataclass(frozen=True, slots=True)
class LayerFile:
    """A file that a step left, changed or took away; `size` is in bytes, of a deleted one what it had.

    `kind` is "added", "changed" or "deleted", `type` is "file", "folder", "link" or "other".
    """

    path: str
    kind: str
    type: str = "file"
    size: int = 0


@dataclass(frozen=True, slots=True)
class FoundImage:
    """An image that a registry offers."""

    name: str
    description: str = ""
    stars: int = 0
    is_official: bool = False


@dataclass(frozen=True, slots=True)
class ImageDisk:
    """Bytes that an image takes on the engine's disk, and how many of them other images need too."""

    size: int
    shared: int = 0

    @property
    def own(self) -> int:
        """Bytes that no other image needs."""
        return self.size - self.shared


@dataclass(frozen=True, slots=True)
class ImagesDisk:
    """What images take on the engine's disk: `total` bytes, where what several need counts once."""

    total: int
    images: Mapping[str, ImageDisk]  # by id


class ImageCalls(EngineConnections):
    """See `EngineClient`, which has these calls, for how they fail."""

    def image_history(self, image: str) -> list[HistoryStep]:
        """Return the steps of an image, the newest first."""
        rows = self.request_list("GET", _path(image, "history"))
        return [
            HistoryStep(
                get_text(row, "CreatedBy"),
                get_number(row, "Size"),
                parse_time(row.get("Created")),
                get_text(row, "Comment"),
            )
            for row in map(as_object, rows)
        ]

    def measure_images(self) -> ImagesDisk:
        """Return what all images take on the disk; this looks at each of their files."""
        told = self.request("GET", "/system/df", {"type": "image"}, timeout=MEASURE_TIMEOUT)
        answer = as_object(self._decode(told))
        rows = map(as_object, get_list(answer, "Images"))
        return ImagesDisk(
            get_number(answer, "LayersSize"),
            {
                get_text(row, "Id"): ImageDisk(get_number(row, "Size"), max(0, get_number(row, "SharedSize")))
                for row in rows
            },
        )

    def layer_files(self, image: str, step: int) -> list[LayerFile]:
        """Return what a step did to the image's files; `step` is its place in `image_history`.

        Raises UserError when the engine does not tell that: Marina's own does, Docker's API has no such call.
        """
        try:
            path = f"/marina{_path(image, f'steps/{step}/files')}"
            answer = self.request("GET", path, timeout=_READ_TIMEOUT)
        except EngineRequestError as error:
            if error.status == 404 and "no such image" not in error.message.lower():
                raise UserError(
                    "This engine does not tell the files of a layer",
                    error.message,
                    "Marina's own engine does.",
                ) from error
            raise
        rows = self._decode(answer)
        return [
            LayerFile(
                get_text(row, "Path"), get_text(row, "Kind"), get_text(row, "Type"), get_number(row, "Size")
            )
            for row in map(as_object, rows if isinstance(rows, list) else [])
        ]

    def search_images(self, term: str, limit: int = 25) -> list[FoundImage]:
        """Ask Docker Hub for images with `term` in their name."""
        rows = self.request_list("GET", "/images/search", {"term": term, "limit": str(limit)})
        return [
            FoundImage(
                get_text(row, "name"),
                get_text(row, "description"),
                get_number(row, "star_count"),
                get_flag(row, "is_official"),
            )
            for row in map(as_object, rows)
        ]

    def registry_digest(self, name: str) -> str:
        """Ask a registry what a name means there now; returns the digest. Nothing is pulled."""
        wanted = parse_reference(name)
        full = name if wanted.digest or wanted.tag else f"{name}:latest"
        answer = self.request(
            "GET",
            f"/distribution/{quote(full, safe='/:@')}/json",
            timeout=_REGISTRY_TIMEOUT,
            headers=self.login_headers(name),
        )
        return get_text(get_object(as_object(self._decode(answer)), "Descriptor"), "digest")

    def registry_tags(self, name: str) -> list[str]:
        """Ask a registry for the tags of a repository, in its own order; a tag in `name` does not count.

        Raises UserError when the engine cannot ask: Marina's own can, Docker's API has no such call.
        """
        try:
            answer = self.request(
                "GET",
                f"/marina/distribution/{quote(parse_reference(name).repository, safe='/:')}/tags",
                timeout=_REGISTRY_TIMEOUT,
                headers=self.login_headers(name),
            )
        except EngineRequestError as error:
            if error.status == 404 and not _is_of_a_registry(error.message):
                raise UserError(
                    "This engine does not ask registries for tags",
                    error.message,
                    "Marina's own engine does.",
                    ErrorCode.NOT_OFFERED,
                ) from error
            raise
        tags = self._decode(answer)
        return [tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else []

    def push_image(self, name: str, login: dict[str, str]) -> PullStream:
        """Start to push a tag; iterate the stream to drive it. `login` is the header of who the user is."""
        reference = parse_reference(name)
        headers = login or {AUTH_HEADER: NOBODY}
        query = {"tag": reference.tag or "latest"}
        path = _path(reference.repository, "push")
        return PullStream(*self.open_stream("POST", path, query, headers=headers), reference=name)

    def save_image(self, name: str) -> EngineStream:
        """Open an image as the tar stream that `docker save` writes."""
        return EngineStream(*self.open_stream("GET", _path(name, "get")))

    def save_images(self, names: Iterable[str]) -> EngineStream:
        """Open images as one such stream: what they share is in it once."""
        query = urlencode([("names", name) for name in names])
        return EngineStream(*self.open_stream("GET", f"/images/get?{query}"))

    def commit_container(self, container: str, name: str, pause: bool = True) -> None:
        """Make an image of a container as it is; `pause` lets it stand still meanwhile."""
        reference = parse_new_name(name)
        query = {
            "container": container,
            "repo": reference.repository,
            "tag": reference.tag or "latest",
            "pause": "1" if pause else "0",
        }
        self.request("POST", "/commit", query, {}, timeout=_COMMIT_TIMEOUT)

    def prune_images(self, with_tagged: bool) -> Pruned:
        """Delete images without a name that nobody uses; `with_tagged` those with one, too."""
        filters = {"dangling": ["false" if with_tagged else "true"]}
        answer = self.request(
            "POST", "/images/prune", {"filters": json.dumps(filters)}, timeout=_PRUNE_TIMEOUT
        )
        told = as_object(self._decode(answer))
        rows = map(as_object, get_list(told, "ImagesDeleted"))
        names = tuple(name for row in rows if (name := get_text(row, "Deleted") or get_text(row, "Untagged")))
        return Pruned(names, get_number(told, "SpaceReclaimed"))


def write_stream(stream: EngineStream, target: Path) -> Iterator[int]:
    """Write a stream to a file, whole or not at all, and yield the bytes written so far. Raises UserError."""
    written = 0
    with written_beside(target) as file:
        for chunk in stream.chunks():
            file.write(chunk)
            written += len(chunk)
            yield written


def _is_of_a_registry(message: str) -> bool:
    """Return whether a refusal is about a repository, not about a call that the engine does not know."""
    return message.startswith(("repository ", "pull access denied"))


def _path(image: str, action: str) -> str:
    return f"/images/{quote(image, safe='/:@')}/{action}"
