"""Speaks to one repository of one registry: manifests, blobs, tags.

Source: OCI distribution specification ("Pull", "Content Discovery"); Docker Registry HTTP API v2.
"""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import TracebackType

import aiohttp
from yarl import URL

from backend.errors import InvalidParameterError
from backend.images import digests
from backend.images.image_source import BlobStream, FoundManifest
from backend.images.manifest import ACCEPTED, MAX_MANIFEST_BYTES
from backend.images.registry_auth import Credentials, parse_challenges
from backend.images.registry_endpoints import Endpoint
from backend.images.registry_errors import BrokenTransferError, RefusedError, from_body, unreachable
from backend.images.registry_tokens import authorization
from backend.version import VERSION

CONNECT_LIMIT = 30.0  # seconds
SILENCE_LIMIT = 60.0  # seconds without a byte
MAX_REDIRECTS = 10
MAX_ERROR_BYTES = 64 * 1024
REDIRECTS = frozenset({301, 302, 303, 307, 308})
CONTENT_RANGE = re.compile(r"bytes (\d+)-\d+/(?:\d+|\*)")
TRANSPORT_ERRORS = (aiohttp.ClientError, TimeoutError, OSError)


class RegistryClient:
    """A connection to `repository` at one endpoint; an async context manager.

    Methods raise RefusedError for the registry's refusals, UnreachableError when there is no connection.
    """

    def __init__(self, endpoint: Endpoint, repository: str, credentials: Credentials) -> None:
        self._endpoint = endpoint
        self._repository = repository
        self._credentials = credentials
        self._authorization = ""

    async def __aenter__(self) -> "RegistryClient":
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_LIMIT, sock_read=SILENCE_LIMIT)
        self._session = aiohttp.ClientSession(
            timeout=timeout,
            connector=aiohttp.TCPConnector(ssl=not self._endpoint.insecure),
            headers={"User-Agent": f"marina/{VERSION}"},
            auto_decompress=False,  # a digest is over the bytes as they are stored
            trust_env=not self._endpoint.insecure,  # HTTPS_PROXY and NO_PROXY count, as for dockerd
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def ping(self) -> None:
        """Find out whether a registry answers, and what it wants to see first."""
        url = self._endpoint.url / "v2/"
        try:
            async with self._session.get(url, allow_redirects=False) as response:
                if response.status == 401:
                    await self._authorize(response)
                elif response.status not in (200, 404):
                    raise await _refusal(response)
        except TRANSPORT_ERRORS as error:
            raise unreachable(url, error) from error

    async def check_login(self) -> None:
        """Show the credentials and see them accepted."""
        url = self._endpoint.url / "v2/"
        try:
            async with self._get(url, {}):
                pass
        except TRANSPORT_ERRORS as error:
            raise unreachable(url, error) from error

    async def manifest(self, tag_or_digest: str) -> FoundManifest:
        """Return a manifest or index, checked against the digest that was asked for or announced."""
        url = self._url("manifests", tag_or_digest)
        try:
            async with self._get(url, {"Accept": ", ".join(ACCEPTED)}) as response:
                data = await response.content.read(MAX_MANIFEST_BYTES)
                while chunk := await response.content.read(MAX_MANIFEST_BYTES + 1 - len(data)):
                    data += chunk
                announced = response.headers.get("Docker-Content-Digest")
                media_type = response.headers.get("Content-Type", "")
        except TRANSPORT_ERRORS as error:
            raise unreachable(url, error) from error
        if len(data) > MAX_MANIFEST_BYTES:
            raise InvalidParameterError(f"the manifest at {url} is larger than {MAX_MANIFEST_BYTES} bytes")
        digest = digests.of_bytes(data)
        expected = tag_or_digest if ":" in tag_or_digest else announced
        if expected is not None and expected != digest:
            raise InvalidParameterError(
                f"manifest verification failed for digest {expected}: its contents have {digest}"
            )
        return FoundManifest(data, media_type, digest)

    @asynccontextmanager
    async def blob(self, digest: str, offset: int) -> AsyncIterator[BlobStream]:
        """Open a blob from `offset` on; the stream says where it really begins.

        Reading raises BrokenTransferError when the connection breaks.
        """
        headers = {"Range": f"bytes={offset}-"} if offset else {}
        try:
            async with self._get(self._url("blobs", digest), headers) as response:
                yield BlobStream(_start_of(response), _chunks(response))
        except TRANSPORT_ERRORS as error:
            raise BrokenTransferError(str(unreachable(self._endpoint.url, error))) from error

    async def tags(self) -> list[str]:
        """Return the names of all tags."""
        found: list[str] = []
        url = self._url("tags", "list")
        while True:
            try:
                async with self._get(url, {}) as response:
                    answer = await response.json(content_type=None)
                    following = response.links["next"]["url"] if "next" in response.links else None
            except (*TRANSPORT_ERRORS, ValueError) as error:
                raise unreachable(url, error) from error
            names = answer.get("tags") if isinstance(answer, dict) else None
            found += [str(name) for name in names or ()]
            if following is None or len(found) > 100_000:
                return found
            url = self._endpoint.url.join(URL(str(following)))

    def _url(self, kind: str, name: str) -> URL:
        return self._endpoint.url / "v2" / self._repository / kind / name

    @asynccontextmanager
    async def _get(self, url: URL, headers: dict[str, str]) -> AsyncIterator[aiohttp.ClientResponse]:
        """GET with authorization, once renewed, and redirects; only the registry's own host gets it."""
        renewed = False
        redirects = 0
        target = url
        while True:
            sent = dict(headers)
            if self._authorization and target.origin() == self._endpoint.url.origin():
                sent["Authorization"] = self._authorization
            async with self._session.get(target, headers=sent, allow_redirects=False) as response:
                if response.status in (200, 206):
                    yield response
                    return
                if response.status in REDIRECTS and "Location" in response.headers:
                    redirects += 1
                    target = self._redirected(target, response.headers["Location"], redirects)
                elif response.status == 401 and not renewed and target.origin() == url.origin():
                    renewed = True
                    await self._authorize(response)
                    target = url
                else:
                    raise await _refusal(response)

    def _redirected(self, source: URL, location: str, count: int) -> URL:
        if count > MAX_REDIRECTS:
            raise RefusedError(310, "", "stopped after 10 redirects")
        target = source.join(URL(location))
        if target.scheme != "https" and not self._endpoint.insecure:
            raise RefusedError(310, "", f"refusing a redirect to {target.host} without TLS")
        return target

    async def _authorize(self, response: aiohttp.ClientResponse) -> None:
        challenges = parse_challenges(response.headers.getall("WWW-Authenticate", []))
        if not challenges:
            raise await _refusal(response)
        bearer = [challenge for challenge in challenges if challenge.scheme == "bearer"]
        self._authorization = await authorization(
            self._session,
            (bearer or challenges)[0],
            self._credentials,
            f"repository:{self._repository}:pull" if self._repository else "",
            insecure=self._endpoint.insecure,
        )


async def _refusal(response: aiohttp.ClientResponse) -> RefusedError:
    body = await response.content.read(MAX_ERROR_BYTES)
    authenticate = ", ".join(response.headers.getall("WWW-Authenticate", []))
    return from_body(response.status, response.reason or "", body, authenticate)


def _start_of(response: aiohttp.ClientResponse) -> int:
    match = CONTENT_RANGE.match(response.headers.get("Content-Range", ""))
    return int(match[1]) if response.status == 206 and match else 0


async def _chunks(response: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
    async for chunk in response.content.iter_any():
        yield chunk
