"""Looks at an image in its registry, without pulling it.

Source: Docker Engine API, `GET /distribution/{name}/json` (DistributionInspect).
"""

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
from backend.images.registry.registry_errors import RefusedError
from backend.images.registry.registry_lookup import asked


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


def _explained(error: RefusedError, wanted: Reference) -> EngineError:
    if error.status == 404:
        return NotFoundError(str(error) if error.code else "manifest unknown: manifest unknown")
    if error.status in (401, 403):
        return UnauthorizedError(str(error))
    return SystemFailureError(f"cannot inspect {wanted.familiar}: {error}")
