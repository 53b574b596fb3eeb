"""Images that a build begins with or copies from: here, pulled, or only looked at where they are."""

from collections.abc import Awaitable, Callable
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
Find = Callable[[str, Platform | None], Awaitable[Image]]
"""Returns the image of a name, for the platform that is asked for."""


def pulled(images: Images, options: BuildOptions, send: Send) -> Find:
    """Return what finds images and pulls those that are not here; it raises EngineError."""

    async def pull(wanted: Reference, platform: Platform | None) -> Image:
        await images.pull(wanted, platform, await options.credentials_for(wanted), send)
        return images.find_for(str(wanted), platform)

    return lambda name, platform: _find(images, name, platform, options, pull)


def looked_up(images: Images, options: BuildOptions) -> Find:
    """Return what finds images, and asks registries what those are that are not here: these have no layers.

    It raises EngineError.
    """

    async def look_up(wanted: Reference, platform: Platform | None) -> Image:
        return await images.look_up(wanted, platform, await options.credentials_for(wanted))

    return lambda name, platform: _find(images, name, platform, options, look_up)


async def _find(
    images: Images,
    name: str,
    platform: Platform | None,
    options: BuildOptions,
    fetch: Callable[[Reference, Platform | None], Awaitable[Image]],
) -> Image:
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
        return await fetch(wanted, platform)
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
