"""What becomes of a build's result: names in the engine's image store.

Source: dockerd's `builder/builder-next/exporter`; BuildKit's `exporter/containerimage/exptypes`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from backend.buildkit.build_status import BuildStatus
from backend.errors import EngineError, InvalidParameterError, NotSupportedError
from backend.images import reference
from backend.images.image import Image
from backend.images.manager import Images
from backend.images.reference import Reference

IMAGE_KINDS = ("moby", "image", "docker")


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
        if self.kind and self.kind not in IMAGE_KINDS:
            raise NotSupportedError(f'exporter "{self.kind[:80]}" could not be found')
        self.names()


async def export_image(images: Images, image: Image, export: Export, status: BuildStatus) -> dict[str, str]:
    """Give a built image its names; returns what the client is told."""
    if not export.kind:
        return {}
    names = export.names()
    vertex = status.vertex("exporting to image")
    vertex.start()
    try:
        vertex.transfer("exporting layers", 0, done=True)
        vertex.transfer(f"writing image {image.id}", 0, done=True)
        for name in names:
            images.tag(image, name.with_default_tag())
            vertex.transfer(f"naming to {name}", 0, done=True)
    except EngineError as error:
        vertex.complete(error.message)
        raise
    vertex.complete()
    told = {"containerimage.digest": image.id, "containerimage.config.digest": image.id}
    if names:
        told["image.name"] = ",".join(str(name) for name in names)
    return told
