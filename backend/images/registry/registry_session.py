"""HTTP as the engine speaks it to registries: patience, certificates, proxies."""

import aiohttp

from backend.errors import InvalidParameterError
from backend.host_settings import HOST_SETTINGS
from backend.images.registry.registry_endpoints import Endpoint
from backend.version import VERSION

CONNECT_LIMIT = 30.0  # seconds
DEFAULT_TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_LIMIT, sock_read=60)
# A registry that has got a large layer is silent while it moves it to its place.
UPLOAD_TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_LIMIT, sock_read=900)


def registry_session(endpoint: Endpoint) -> aiohttp.ClientSession:
    """Return a session for one endpoint."""
    return patient_session(insecure=endpoint.insecure)


def patient_session(*, insecure: bool = False) -> aiohttp.ClientSession:
    """Return a session for large transfers: no limit on the whole, one on silence."""
    return aiohttp.ClientSession(
        timeout=DEFAULT_TIMEOUT,
        connector=aiohttp.TCPConnector(ssl=False if insecure else HOST_SETTINGS.tls()),
        headers={"User-Agent": f"marina/{VERSION}"},
        auto_decompress=False,  # a digest is over the bytes as they are stored
        trust_env=not insecure,  # HTTPS_PROXY and NO_PROXY count, as for dockerd
    )


async def read_limited(response: aiohttp.ClientResponse, limit: int) -> bytes:
    """Return a body. Raises InvalidParameterError when it is larger than `limit` bytes."""
    parts: list[bytes] = []
    size = 0
    while chunk := await response.content.read(limit + 1 - size):
        parts.append(chunk)
        size += len(chunk)
        if size > limit:
            raise InvalidParameterError(f"the answer of {response.url} is larger than {limit} bytes")
    return b"".join(parts)
