"""Images that a build begins with or copies from: here, or pulled."""

from collections.abc import Callable
from typing import Any

from backend.builder.build_options import BuildOptions
from backend.builder.dockerfile.go_text import quote
from backend.errors import (
    EngineError,
    InvalidParameterError,
    NotFoundError,
    UnauthorizedError,
    UnavailableError,
)
from backend.images import platforms, reference
from backend.images.image import Image
from backend.images.manager import Images
from backend.images.platforms import Platform
from backend.images.reference import Reference
from backend.images.registry.registry_errors import UnreachableError

Send = Callable[[dict[str, Any]], None]


async def find_or_pull(
    images: Images, name: str, platform: Platform | None, options: BuildOptions, send: Send
) -> Image:
    """Return the image `name`, for the platform that is asked for. Raises EngineError."""
    if options.as_buildkit and not reference.is_image_id(name):
        _check_name(name)
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
    try:
        await images.pull(wanted, platform, await options.credentials_for(wanted), send)
        return images.find_for(str(wanted), platform)
    except (NotFoundError, UnauthorizedError, UnavailableError, UnreachableError) as error:
        if not options.as_buildkit:
            raise
        raise InvalidParameterError(_as_buildkit(name, wanted, error)) from error


def _check_name(name: str) -> None:
    try:
        reference.parse(name)
    except InvalidParameterError as error:
        raise InvalidParameterError(f"failed to parse stage name {quote(name)}: {error.message}") from error


def _as_buildkit(name: str, wanted: Reference, error: EngineError) -> str:
    """Return in BuildKit's words why an image cannot be had."""
    reason = f"{wanted}: not found" if isinstance(error, NotFoundError) else error.message
    return f"{name}: failed to resolve source metadata for {wanted}: {reason}"
