"""Looks at an image, or at the tags of a repository, in its registry, without pulling anything.

Source: Docker Engine API, `GET /distribution/{name}/json` (DistributionInspect); OCI distribution
specification, "Listing Tags".
"""

import asyncio
from collections.abc import Iterable
from typing import Any

from backend.config import EngineConfig
from backend.errors import (
    EngineError,
    InvalidParameterError,
    NotFoundError,
    SystemFailureError,
    UnauthorizedError,
)
from backend.images import platforms, reference
from backend.images.manifest import MAX_CONFIG_BYTES, Index, json_object, parse
from backend.images.platforms import Platform
from backend.images.reference import Reference
from backend.images.registry.registry_auth import Credentials
from backend.images.registry.registry_client import RegistryClient
from backend.images.registry.registry_errors import RefusedError, for_user
from backend.images.registry.registry_lookup import asked

TAGS_LIMIT = 75.0  # seconds for all pages: somebody is waiting before a list


async def inspect(config: EngineConfig, name: str, credentials: Credentials) -> dict[str, Any]:
    """Return what the registry has under a name: its descriptor and its platforms.

    Raises NotFoundError, UnauthorizedError, InvalidParameterError, SystemFailureError.
    """
    if reference.is_image_id(name):
        raise InvalidParameterError("no manifest found for full image ID")
    wanted = reference.parse(name).favouring_digest().with_default_tag()

    async def ask(client: RegistryClient) -> dict[str, Any]:
        found = await client.manifest(wanted.digest or wanted.tag or "")
        parsed = parse(found.data, found.media_type)
        offered: Iterable[Platform | None]
        if isinstance(parsed, Index):
            offered = [entry.platform for entry in parsed.manifests]
        else:
            size = min(parsed.config.size, MAX_CONFIG_BYTES)
            data = await client.small_blob(parsed.config.digest, size)
            offered = [platforms.from_json(json_object(data, "image config"))]
        media_type = json_object(found.data, "manifest").get("mediaType") or found.media_type
        return {
            "Descriptor": {"mediaType": media_type, "digest": found.digest, "size": len(found.data)},
            "Platforms": [platforms.to_json(platform) for platform in offered if platform is not None],
        }

    async with asked(config, wanted, credentials, ask, _explained) as (_, answer):
        return answer


async def tags(config: EngineConfig, name: str, credentials: Credentials) -> list[str]:
    """Return the tags of a repository, in the registry's order; what `name` says of a tag does not count.

    Raises NotFoundError, UnauthorizedError, InvalidParameterError, SystemFailureError.
    """
    if reference.is_image_id(name):
        raise InvalidParameterError("an id is in no registry")
    wanted = reference.parse(name)
    try:
        async with (
            asyncio.timeout(TAGS_LIMIT),
            asked(config, wanted, credentials, RegistryClient.tags, _no_tags) as (_, found),
        ):
            return found
    except TimeoutError as error:
        raise SystemFailureError(f"{wanted.domain} did not tell all tags in time: i/o timeout") from error


def _no_tags(error: RefusedError, wanted: Reference) -> EngineError:
    if error.status == 404:
        return NotFoundError(f"repository {wanted.familiar_name} not found: {error}")
    if error.status in (401, 403) or error.code == "DENIED":
        return for_user(error, wanted)
    return SystemFailureError(f"cannot list the tags of {wanted.familiar_name}: {error}")


def _explained(error: RefusedError, wanted: Reference) -> EngineError:
    if error.status == 404:
        return NotFoundError(str(error) if error.code else "manifest unknown: manifest unknown")
    if error.status in (401, 403):
        return UnauthorizedError(str(error))
    return SystemFailureError(f"cannot inspect {wanted.familiar}: {error}")
