"""Sends blobs and manifests to one repository of one registry.

Source: OCI distribution specification, "Push"; like dockerd a blob goes in one stream (PATCH) and is then
confirmed (PUT), which every registry takes.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from io import FileIO
from pathlib import Path
from typing import Any

from yarl import URL

from backend.config import EngineConfig
from backend.errors import EngineError, SystemFailureError
from backend.images.manifest import Descriptor
from backend.images.reference import Reference
from backend.images.registry.registry_auth import Credentials
from backend.images.registry.registry_client import TRANSPORT_ERRORS, RegistryClient
from backend.images.registry.registry_endpoints import endpoints
from backend.images.registry.registry_errors import (
    BrokenTransferError,
    RefusedError,
    UnreachableError,
    unreachable,
)
from backend.images.transfer.pull_progress import Step, retrying
from backend.tasks import in_thread

READ_SIZE = 1 << 20
CREATED = frozenset({200, 201, 202, 204})
FOUND = frozenset({200})
ATTEMPTS = 5


class RegistryUpload:
    """Uses a client whose token allows to push.

    Methods raise RefusedError, and BrokenTransferError when the connection breaks.
    """

    def __init__(self, client: RegistryClient) -> None:
        self._client = client

    async def has_blob(self, digest: str) -> bool:
        """Return whether the repository has a blob."""
        url = self._client.url("blobs", digest)
        try:
            async with self._client.request("HEAD", url, fine=FOUND):
                return True
        except RefusedError as error:
            if error.status == 404:
                return False
            raise
        except TRANSPORT_ERRORS as error:
            raise BrokenTransferError(str(unreachable(url, error))) from error

    async def mount(self, digest: str, source: str) -> bool:
        """Let the registry take a blob over from the repository `source`; return whether it did."""
        url = self._client.url("blobs", "uploads", "").with_query({"mount": digest, "from": source})
        try:
            async with self._client.request("POST", url, fine=CREATED) as response:
                if response.status == 201:
                    return True
                begun = self._client.resolved(url, response.headers.get("Location", ""))
            async with self._client.request("DELETE", begun, fine=CREATED):
                return False  # an upload that the registry began instead is not wanted yet
        except RefusedError:
            return False  # not allowed to read there, or no mounts here: the blob can still be sent
        except TRANSPORT_ERRORS as error:
            raise BrokenTransferError(str(unreachable(url, error))) from error

    async def send(self, blob: Descriptor, path: Path, progress: Callable[[int], None]) -> None:
        """Upload a blob's file; `progress` is told how many bytes have gone out."""
        await self._send(blob, lambda: file_contents(path, progress))

    async def send_bytes(self, blob: Descriptor, data: bytes) -> None:
        """Upload a small blob."""
        await self._send(blob, lambda: data)

    async def _send(self, blob: Descriptor, body: Callable[[], Any]) -> None:
        url = self._client.url("blobs", "uploads", "")
        headers = {"Content-Length": str(blob.size), "Content-Type": "application/octet-stream"}
        try:
            async with self._client.request("POST", url, fine=CREATED) as response:
                target = self._client.resolved(url, response.headers.get("Location", ""))
            async with self._client.request("PATCH", target, headers, body=body, fine=CREATED) as response:
                target = self._client.resolved(target, response.headers.get("Location", ""))
            target = _with_digest(target, blob.digest)
            async with self._client.request("PUT", target, fine=CREATED):
                return
        except TRANSPORT_ERRORS as error:
            raise BrokenTransferError(str(unreachable(url, error))) from error

    async def put_manifest(self, tag: str, data: bytes, media_type: str) -> None:
        """Store a manifest under a tag."""
        url = self._client.url("manifests", tag)
        headers = {"Content-Type": media_type}
        try:
            async with self._client.request("PUT", url, headers, body=lambda: data, fine=CREATED):
                return
        except TRANSPORT_ERRORS as error:
            raise BrokenTransferError(str(unreachable(url, error))) from error


@asynccontextmanager
async def opened_upload(
    config: EngineConfig, name: Reference, credentials: Credentials, sources: Sequence[str] = ()
) -> AsyncIterator[RegistryUpload]:
    """Yield uploads to the first address of a name's registry that answers; mirrors take nothing.

    `sources` are repositories to mount blobs from. Raises EngineError when nobody answers.
    """
    failure: EngineError = SystemFailureError(f"no endpoints found for {name.name}")
    for endpoint in endpoints(name.domain, (), config.insecure_registries):
        async with RegistryClient(
            endpoint, name.path, credentials, actions="pull,push", sources=sources
        ) as client:
            try:
                await client.ping()
            except UnreachableError as error:
                failure = error
            else:
                yield RegistryUpload(client)
                return
    raise failure


async def patiently(
    work: Callable[[], Awaitable[None]], tell: Callable[[Step], None] = lambda step: None
) -> None:
    """Do `work` again when the connection breaks or the registry stumbles."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            await work()
            return
        except (BrokenTransferError, RefusedError) as error:
            stumbles = isinstance(error, BrokenTransferError) or error.status >= 500
            if attempt == ATTEMPTS or not stumbles:
                raise
        for seconds in range(attempt, 0, -1):
            tell(retrying(seconds))
            await asyncio.sleep(1)


async def file_contents(
    path: Path, progress: Callable[[int], None] = lambda done: None
) -> AsyncIterator[bytes]:
    """Give a file piece by piece; `progress` is told how many bytes have gone."""
    sent = 0
    with await in_thread(FileIO, path) as file:
        while chunk := await in_thread(file.read, READ_SIZE):
            yield chunk
            sent += len(chunk)
            progress(sent)


def _with_digest(target: URL, digest: str) -> URL:
    """Add the query that confirms an upload; what is in the query already stays as the registry wrote it."""
    text = str(target)
    return URL(f"{text}{'&' if '?' in text else '?'}digest={digest.replace(':', '%3A')}", encoded=True)
