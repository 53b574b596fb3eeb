"""Images that a build begins with or copies from: here, or pulled."""

from collections.abc import Callable
from typing import Any

from backend.builder.build_options import BuildOptions
from backend.errors import NotFoundError
from backend.images import platforms, reference
from backend.images.image import Image
from backend.images.manager import Images
from backend.images.platforms import Platform

Send = Callable[[dict[str, Any]], None]


async def find_or_pull(
    images: Images, name: str, platform: Platform | None, options: BuildOptions, send: Send
) -> Image:
    """Return the image `name`, for the platform that is asked for. Raises EngineError."""
    if not options.pull or reference.is_image_id(name):
        try:
            found = images.find_for(name, platform)
            if found.removed:
                raise NotFoundError(f"No such image: {name}")
        except NotFoundError:
            if reference.is_image_id(name):
                raise
        else:
            if platform is None or platforms.from_json(found.config).suits(platform):
                return found
    wanted = reference.parse(name).favouring_digest().with_default_tag()
    await images.pull(wanted, platform, await options.credentials_for(wanted), send)
    return images.find_for(str(wanted), platform)
