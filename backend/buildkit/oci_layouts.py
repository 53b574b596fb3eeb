"""OCI layouts of the client as contexts of a build: `--build-context base=oci-layout://folder`.

Source: BuildKit's `frontend/dockerui/namedcontext.go`, `client/solve.go` (OCIStores).
"""

from collections.abc import Callable, Mapping, Sequence

from backend.buildkit.build_status import BuildStatus
from backend.buildkit.client_content import ClientContent
from backend.buildkit.context_paths import IMAGE_SCHEME
from backend.buildkit.linked_results import CONTEXT
from backend.buildkit.sessions import Session
from backend.errors import InvalidParameterError, NotFoundError, NotSupportedError
from backend.images import digests
from backend.images.image import Image
from backend.images.layers.layer_exchange import LayerExchange
from backend.images.platforms import Platform
from backend.images.registry.registry_errors import BrokenTransferError, RefusedError

SCHEME = "oci-layout://"


async def with_layouts(
    attributes: Mapping[str, str],
    wanted: Sequence[Platform | None],
    exchange: LayerExchange,
    session: Session,
    status: BuildStatus,
    keep: Callable[[Image], None],
) -> dict[str, str]:
    """Return a build's attributes where layouts are images, which were fetched from the client and kept.

    Raises EngineError.
    """
    found = dict(attributes)
    for key, where in attributes.items():
        if key.startswith(CONTEXT) and where.startswith(SCHEME):
            if len(wanted) > 1:
                raise NotSupportedError(
                    "an OCI layout cannot be the context of a build for several platforms: build one by one"
                )
            name = key.removeprefix(CONTEXT)
            store, digest = _parts(where.removeprefix(SCHEME))
            with status.vertex(f"[context {name}] load OCI layout from client").under_way():
                image = await _fetched(
                    exchange, ClientContent(session, f"oci:{store}"), digest, wanted[0], name
                )
            keep(image)
            found[key] = f"{IMAGE_SCHEME}{image.id}"
    return found


def _parts(text: str) -> tuple[str, str]:
    """Return the client's name for a layout, and the digest of the manifest in it that is meant."""
    name, _, digest = text.partition("@")
    if not digest:
        raise InvalidParameterError(f"an OCI layout is named by a digest, and {text[:200]} has none")
    return name.rpartition("/")[0] + name.rpartition("/")[2].partition(":")[0], digests.checked(digest)


async def _fetched(
    exchange: LayerExchange, content: ClientContent, digest: str, platform: Platform | None, name: str
) -> Image:
    try:
        return await exchange.image(content, await content.manifest(digest), platform, name)
    except (RefusedError, BrokenTransferError) as error:
        raise NotFoundError(f"the OCI layout {name} lacks something: {error}") from error
