"""What becomes of a build's result: an image with names, here and at registries, or files for its client.

Source: dockerd's `builder/builder-next/exporter`; BuildKit's `exporter/containerimage/exptypes`.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from backend.builder.copy.source_tree import SourceTree
from backend.builder.stages.image_root import image_root
from backend.buildkit.build_status import BuildStatus, Vertex
from backend.buildkit.client_output import send_archive, send_bytes, send_files
from backend.buildkit.dated_tree import DatedTree
from backend.buildkit.flags import flag
from backend.buildkit.platform_folders import PlatformFolders, folder_name
from backend.buildkit.platform_result import PlatformResult
from backend.buildkit.sessions import Session, login_host
from backend.containers.manager import Containers
from backend.errors import InvalidParameterError, NotSupportedError
from backend.images import platforms, reference
from backend.images.image import Image
from backend.images.manager import Images
from backend.images.reference import Reference

IMAGE_KINDS = ("moby", "image")
FILE_KINDS = ("local", "tar")
ARCHIVE_KINDS = ("docker", "oci")
NO_RESULT = ("", "cacheonly")
TELL_EVERY = 1 << 20  # bytes


@dataclass(frozen=True, slots=True)
class Export:
    """One export that a client asks for; `kind` is "" when nothing is to become of the result."""

    kind: str
    attributes: Mapping[str, str]

    def names(self) -> list[Reference]:
        """Return the names that the image gets. Raises InvalidParameterError."""
        found: dict[Reference, None] = {}
        for text in self.attributes.get("name", "").split(","):
            if text.strip():
                parsed = reference.parse(text.strip())
                if parsed.digest is not None:
                    raise InvalidParameterError(
                        f"invalid name {text}: a build's name cannot contain a digest"
                    )
                found[parsed] = None
        return list(found)

    def check(self) -> None:
        """Refuse what the engine cannot do, before anything is built. Raises EngineError."""
        if self.kind not in (*NO_RESULT, *IMAGE_KINDS, *FILE_KINDS, *ARCHIVE_KINDS):
            raise NotSupportedError(f'exporter "{self.kind[:80]}" could not be found')
        if self.kind in ARCHIVE_KINDS and not flag(self.attributes, "tar", default=True):
            raise NotSupportedError(
                "an image is written as an archive, not as a folder: leave `tar=false` out"
            )
        if self.attributes.get("compression", "gzip") != "gzip":
            raise NotSupportedError("layers are written in gzip: no other compression")
        if self.pushes and not self.names():
            raise InvalidParameterError("tag is needed when pushing to registry")
        if self.pushes and flag(self.attributes, "push-by-digest"):
            raise NotSupportedError("push-by-digest is not supported: push a tag")

    def check_platforms(self, count: int) -> None:
        """Refuse outputs that cannot hold several platforms. Raises NotSupportedError."""
        if count == 1:
            return
        if self.kind == "docker":
            raise NotSupportedError("docker exporter does not currently support exporting manifest lists")
        if self.kind in FILE_KINDS and not flag(self.attributes, "platform-split", default=True):
            raise NotSupportedError(
                "files of several platforms get a folder each: leave `platform-split=false` out"
            )

    @property
    def pushes(self) -> bool:
        """Whether the engine is to push the image."""
        return self.kind in IMAGE_KINDS and flag(self.attributes, "push")


async def export_result(
    containers: Containers,
    results: Sequence[PlatformResult],
    export: Export,
    session: Session,
    status: BuildStatus,
) -> dict[str, str]:
    """Give what was built its names, or its files to the client; returns what the client is told.

    Images of several platforms go under one index.
    """
    if export.kind in IMAGE_KINDS:
        if len(results) > 1:
            told = await _name_index(containers.images, results, export, status)
        else:
            told = _name_image(containers.images, results[0].image, export, status)
        if export.pushes:
            await _push(containers.images, export, session, status)
        return told
    if export.kind in ARCHIVE_KINDS:
        await _send_image(containers.images, results, export, session, status)
    if export.kind in FILE_KINDS:
        await _send_files(containers, results, export, session, status)
    return {}


def _name_image(images: Images, image: Image, export: Export, status: BuildStatus) -> dict[str, str]:
    names = export.names()
    with status.vertex("exporting to image").under_way() as vertex:
        vertex.transfer("exporting layers", 0, done=True)
        vertex.transfer(f"writing image {image.id}", 0, done=True)
        for name in names:
            images.tag(image, name.with_default_tag())
            vertex.transfer(f"naming to {name}", 0, done=True)
    return _told(image.id, image, names)


async def _name_index(
    images: Images, results: Sequence[PlatformResult], export: Export, status: BuildStatus
) -> dict[str, str]:
    names = export.names()
    with status.vertex("exporting to image").under_way() as vertex:
        vertex.transfer("exporting layers", 0, done=True)
        image, index = await images.create_index([result.image for result in results], names)
        for manifest in index.manifests:
            vertex.transfer(f"exporting manifest {manifest}", 0, done=True)
        vertex.transfer(f"exporting manifest list {index.digest}", 0, done=True)
        for name in names:
            vertex.transfer(f"naming to {name}", 0, done=True)
    return _told(index.digest, image, names)


def _told(digest: str, image: Image, names: Sequence[Reference]) -> dict[str, str]:
    told = {"containerimage.digest": digest, "containerimage.config.digest": image.id}
    if names:
        told["image.name"] = ",".join(str(name) for name in names)
    return told


async def _push(images: Images, export: Export, session: Session, status: BuildStatus) -> None:
    for name in export.names():
        tagged = name.with_default_tag()
        with status.vertex(f"pushing {tagged.familiar}").under_way() as vertex:

            def tell(message: dict[str, Any], vertex: Vertex = vertex) -> None:
                if "id" in message:
                    detail = message.get("progressDetail") or {}
                    shown = f"{message['id']} {message.get('status', '')}"
                    vertex.transfer(shown, detail.get("current", 0), detail.get("total", 0), done=not detail)

            await images.push(tagged, await session.credentials(login_host(tagged)), tell)


async def _send_image(
    images: Images, results: Sequence[PlatformResult], export: Export, session: Session, status: BuildStatus
) -> None:
    """Send the image itself, as `docker save` would; it gets no names here."""
    names = [name.with_default_tag() for name in export.names()]
    title = "exporting to docker image format" if export.kind == "docker" else "exporting to oci image format"
    with status.vertex(title).under_way() as vertex:
        vertex.transfer("exporting layers", 0, done=True)
        sent = _Sent(vertex, "sending tarball")
        image, index = results[0].image, None
        if len(results) > 1:
            image, index = await images.create_index([result.image for result in results])
        async with images.saved_as(image, names, index) as chunks:
            await send_bytes(session, chunks, sent.tell)
        sent.end()


class _Sent:
    """How much of a result the client has; it is told now and then, and at the end."""

    def __init__(self, vertex: Vertex, what: str) -> None:
        self._vertex = vertex
        self._what = what
        self._size = self._told = 0

    def tell(self, size: int) -> None:
        """Note how many bytes were sent so far."""
        self._size = size
        if size - self._told >= TELL_EVERY:
            self._told = size
            self._vertex.transfer(self._what, size)

    def end(self) -> None:
        """Tell that all was sent."""
        self._vertex.transfer(self._what, self._size, done=True)


async def _send_files(
    containers: Containers,
    results: Sequence[PlatformResult],
    export: Export,
    session: Session,
    status: BuildStatus,
) -> None:
    if export.kind == "local":
        title, what, send = "exporting to client directory", "copying files", send_files
    else:
        title, what, send = "exporting to client tarball", "sending tarball", send_archive
    with status.vertex(title).under_way() as vertex:
        sent = _Sent(vertex, what)
        async with _files_of(containers, results, export) as tree:
            await send(session, tree, sent.tell)
        sent.end()


@asynccontextmanager
async def _files_of(
    containers: Containers, results: Sequence[PlatformResult], export: Export
) -> AsyncIterator[SourceTree]:
    """Hold the files that are sent: of several platforms each in a folder of its own."""
    async with AsyncExitStack() as held:
        trees: list[SourceTree] = []
        for result in results:
            tree = await held.enter_async_context(image_root(containers, result.image))
            trees.append(tree if result.epoch is None else DatedTree(tree, result.epoch))
        if not flag(export.attributes, "platform-split", default=len(results) > 1):
            yield trees[0]
            return
        names = [folder_name(result.platform or platforms.own()) for result in results]
        yield PlatformFolders(dict(zip(names, trees, strict=True)))
