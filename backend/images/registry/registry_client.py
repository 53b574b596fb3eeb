"""Speaks to one repository of one registry: authorization, redirects, manifests, blobs, tags.

Source: OCI distribution specification ("Pull", "Content Discovery"); Docker Registry HTTP API v2.
"""

import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any

import aiohttp
from yarl import URL

from backend.errors import InvalidParameterError
from backend.images import digests
from backend.images.manifest import ACCEPTED, MAX_MANIFEST_BYTES, json_object
from backend.images.reference import is_tag
from backend.images.registry.registry_auth import Challenge, Credentials, parse_challenges
from backend.images.registry.registry_endpoints import Endpoint
from backend.images.registry.registry_errors import (
    BrokenTransferError,
    NoCredentialsError,
    RefusedError,
    from_body,
    unreachable,
)
from backend.images.registry.registry_session import (
    DEFAULT_TIMEOUT,
    UPLOAD_TIMEOUT,
    read_limited,
    registry_session,
)
from backend.images.registry.registry_tokens import Proof, authorization
from backend.images.transfer.image_source import BlobStream, FoundManifest

MAX_REDIRECTS = 10
MAX_TAGS_BYTES = 16 * 1024 * 1024  # one page
MAX_TAGS, MAX_TAG_PAGES = 100_000, 1_000
MAX_ERROR_BYTES = 64 * 1024
REDIRECTS = frozenset({301, 302, 303, 307, 308})
FINE = frozenset({200, 206})
CONTENT_RANGE = re.compile(r"bytes (\d+)-\d+/(?:\d+|\*)")
TRANSPORT_ERRORS = (aiohttp.ClientError, TimeoutError, OSError, UnicodeError)  # the last: no host's name


class RegistryClient:
    """A connection to `repository` at one endpoint; an async context manager.

    `actions` is what a token must allow ("pull" or "pull,push"), `sources` are repositories to mount blobs
    from. Methods raise RefusedError for the registry's refusals, UnreachableError without a connection.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        repository: str,
        credentials: Credentials,
        *,
        actions: str = "pull",
        sources: Sequence[str] = (),
    ) -> None:
        self._endpoint = endpoint
        self._credentials = credentials
        self._repository = repository
        scopes = [f"repository:{repository}:{actions}"] if repository else []
        self._scopes = [*scopes, *(f"repository:{source}:pull" for source in sources)]
        self._challenge: Challenge | None = None
        self._proof: Proof | None = None

    async def __aenter__(self) -> "RegistryClient":
        self._session = registry_session(self._endpoint)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def ping(self) -> None:
        """Find out whether a registry answers, and what it wants to see."""
        url = self._endpoint.url / "v2/"
        try:
            async with self._session.get(url, allow_redirects=False) as response:
                if response.status == 401:
                    await self._learn(response)
                elif response.status not in (200, 404):
                    raise await _refusal(response)
        except TRANSPORT_ERRORS as error:
            raise unreachable(url, error) from error

    async def manifest(self, tag_or_digest: str) -> FoundManifest:
        """Return a manifest or index, checked against the digest that was asked for or announced."""
        url = self.url("manifests", tag_or_digest)
        try:
            async with self.request("GET", url, {"Accept": ", ".join(ACCEPTED)}) as response:
                data = await read_limited(response, MAX_MANIFEST_BYTES)
                announced = response.headers.get("Docker-Content-Digest")
                media_type = response.headers.get("Content-Type", "")
        except NoCredentialsError as error:
            raise NoCredentialsError(f'Head "{url}": {error}') from None  # dockerd asks with HEAD first
        except TRANSPORT_ERRORS as error:
            raise unreachable(url, error) from error
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
            async with self.request("GET", self.url("blobs", digest), headers) as response:
                yield BlobStream(_start_of(response), _chunks(response))
        except TRANSPORT_ERRORS as error:
            raise BrokenTransferError(str(unreachable(self._endpoint.url, error))) from error

    async def small_blob(self, digest: str, size: int) -> bytes:
        """Return a blob of at most `size` bytes. Raises InvalidParameterError when it is another one."""
        url = self.url("blobs", digest)
        try:
            async with self.request("GET", url) as response:
                data = await read_limited(response, size)
        except TRANSPORT_ERRORS as error:
            raise unreachable(url, error) from error
        if digests.of_bytes(data) != digest:
            raise InvalidParameterError(f"verification failed for digest {digest}")
        return data

    async def tags(self) -> list[str]:
        """Return the names of the tags, in the registry's order: all of them, or the first 100 000."""
        found: dict[str, None] = {}
        seen: set[URL] = set()
        url = self.url("tags", "list")
        while len(found) < MAX_TAGS and len(seen) < MAX_TAG_PAGES and url not in seen:
            seen.add(url)
            try:
                async with self.request("GET", url) as response:
                    answer = json_object(await read_limited(response, MAX_TAGS_BYTES), "list of tags")
                    following = str(response.links["next"]["url"]) if "next" in response.links else None
            except NoCredentialsError as error:
                raise NoCredentialsError(f'Get "{url}": {error}') from None
            except TRANSPORT_ERRORS as error:
                raise unreachable(url, error) from error
            except ValueError as error:  # yarl's, for a Link header with an impossible address
                raise InvalidParameterError(f"the link to the next page of {url} is none") from error
            names = answer.get("tags")
            found |= dict.fromkeys(filter(is_tag, names) if isinstance(names, list) else ())
            if following is None:
                break
            url = self.resolved(url, following)
        return list(found)[:MAX_TAGS]

    def url(self, *parts: str) -> URL:
        """Return an address of the repository: `/v2/<name>/…`."""
        return self._endpoint.url.joinpath("v2", *self._repository.split("/"), *parts)

    @asynccontextmanager
    async def request(
        self,
        method: str,
        url: URL,
        headers: Mapping[str, str] | None = None,
        *,
        body: Callable[[], Any] | None = None,
        fine: frozenset[int] = FINE,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """Ask with authorization, once renewed, and follow redirects; yields an answer with a `fine` status.

        Only the registry's own host gets the authorization. `body` makes the body anew for each attempt.
        """
        renewed = False
        redirects = 0
        target = url
        if self._challenge is not None and self._proof is None:
            await self._authorize()
        while True:
            sent = dict(headers or {})
            if self._proof is not None and target.origin() == self._endpoint.url.origin():
                sent["Authorization"] = self._proof.header
            data = body() if body is not None else None
            timeout = UPLOAD_TIMEOUT if method in ("PATCH", "PUT") else DEFAULT_TIMEOUT
            async with self._session.request(
                method, target, headers=sent, data=data, allow_redirects=False, timeout=timeout
            ) as response:
                if response.status in fine:
                    yield response
                    return
                if response.status in REDIRECTS and "Location" in response.headers:
                    redirects += 1
                    target = self.resolved(target, response.headers["Location"], redirects)
                elif response.status == 401 and not renewed and target.origin() == url.origin():
                    renewed = True
                    await self._learn(response)
                    await self._authorize()
                    target = url
                else:
                    raise await _refusal(response)

    def resolved(self, source: URL, location: str, count: int = 0) -> URL:
        """Return where a Location header of the registry leads. Raises RefusedError for unsafe ones."""
        if count > MAX_REDIRECTS:
            raise RefusedError(310, "", "stopped after 10 redirects")
        target = source.join(URL(location, encoded=True))  # its query is the registry's: not a byte changed
        if target.scheme != "https" and not self._endpoint.insecure:
            raise RefusedError(310, "", f"refusing a redirect to {target.host} without TLS")
        return target

    async def _learn(self, response: aiohttp.ClientResponse) -> None:
        """Remember what the registry asks for."""
        challenges = parse_challenges(response.headers.getall("WWW-Authenticate", []))
        if not challenges:
            raise await _refusal(response)
        bearer = [challenge for challenge in challenges if challenge.scheme == "bearer"]
        self._challenge = (bearer or challenges)[0]

    async def _authorize(self) -> None:
        assert self._challenge is not None
        self._proof = await authorization(
            self._session, self._challenge, self._credentials, self._scopes, insecure=self._endpoint.insecure
        )


async def _refusal(response: aiohttp.ClientResponse) -> RefusedError:
    body = await response.content.read(MAX_ERROR_BYTES)
    authenticate = ", ".join(response.headers.getall("WWW-Authenticate", []))
    retry_after = response.headers.get("Retry-After", "")
    return from_body(response.status, response.reason or "", body, authenticate, retry_after)


def _start_of(response: aiohttp.ClientResponse) -> int:
    match = CONTENT_RANGE.match(response.headers.get("Content-Range", ""))
    return int(match[1]) if response.status == 206 and match else 0


async def _chunks(response: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
    chunks = response.content.iter_any()
    while True:
        try:
            chunk = await anext(chunks)
        except StopAsyncIteration:
            return
        except RuntimeError as error:  # aiohttp's, for a session that was closed while nobody read
            raise BrokenTransferError(str(error)) from error
        yield chunk
