"""What becomes of a build's result: an image with names, or files that its client gets.

Source: dockerd's `builder/builder-next/exporter`; BuildKit's `exporter/containerimage/exptypes`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from backend.builder.image_root import image_root
from backend.buildkit.build_status import BuildStatus
from backend.buildkit.client_output import send_archive, send_files
from backend.buildkit.sessions import Session
from backend.containers.manager import Containers
from backend.errors import InvalidParameterError, NotSupportedError
from backend.images import reference
from backend.images.image import Image
from backend.images.manager import Images
from backend.images.reference import Reference

IMAGE_KINDS = ("moby", "image", "docker")
FILE_KINDS = ("local", "tar")
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
        if self.kind not in (*NO_RESULT, *IMAGE_KINDS, *FILE_KINDS):
            raise NotSupportedError(f'exporter "{self.kind[:80]}" could not be found')
        self.names()


async def export_result(
    containers: Containers, image: Image, export: Export, session: Session, status: BuildStatus
) -> dict[str, str]:
    """Give a built image its names, or its files to the client; returns what the client is told."""
    if export.kind in IMAGE_KINDS:
        return _name_image(containers.images, image, export, status)
    if export.kind in FILE_KINDS:
        await _send_files(containers, image, export, session, status)
    return {}


def _name_image(images: Images, image: Image, export: Export, status: BuildStatus) -> dict[str, str]:
    names = export.names()
    with status.vertex("exporting to image").under_way() as vertex:
        vertex.transfer("exporting layers", 0, done=True)
        vertex.transfer(f"writing image {image.id}", 0, done=True)
        for name in names:
            images.tag(image, name.with_default_tag())
            vertex.transfer(f"naming to {name}", 0, done=True)
    told = {"containerimage.digest": image.id, "containerimage.config.digest": image.id}
    if names:
        told["image.name"] = ",".join(str(name) for name in names)
    return told


async def _send_files(
    containers: Containers, image: Image, export: Export, session: Session, status: BuildStatus
) -> None:
    if export.kind == "local":
        title, what, send = "exporting to client directory", "copying files", send_files
    else:
        title, what, send = "exporting to client tarball", "sending tarball", send_archive
    with status.vertex(title).under_way() as vertex:
        sent = told = 0

        def progress(size: int) -> None:
            nonlocal sent, told
            sent = size
            if size - told >= TELL_EVERY:
                told = size
                vertex.transfer(what, size)

        async with image_root(containers, image) as tree:
            await send(session, tree, progress)
        vertex.transfer(what, sent, done=True)
