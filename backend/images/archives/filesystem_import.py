"""Makes an image out of a root file system's archive that a client sends or names by its address.

Source: Docker Engine API, `POST /images/create` with `fromSrc`; dockerd, `daemon/images/image_import.go`.
"""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from yarl import URL

from backend.errors import EngineError, InvalidParameterError, NotFoundError, SystemFailureError
from backend.images.layers.decompression import BUFFER, DECOMPRESSION_ERRORS, plain
from backend.images.registry.registry_client import MAX_ERROR_BYTES, TRANSPORT_ERRORS
from backend.images.registry.registry_errors import unreachable
from backend.images.registry.registry_session import patient_session
from backend.tasks import in_thread, in_thread_to_end

SPOOL_PREFIX = "import-"


@dataclass(frozen=True, slots=True)
class Download:
    """An archive on its way; `size` is 0 when the server does not tell it."""

    size: int
    chunks: AsyncIterator[bytes]


@asynccontextmanager
async def spooled(chunks: AsyncIterator[bytes], folder: Path) -> AsyncIterator[Iterator[bytes]]:
    """Receive an archive into `folder` and yield its plain bytes, which are read blocking.

    What is left there by a crash goes at the next start. Reading raises InvalidParameterError for damaged
    archives; receiving raises SystemFailureError when the disk is full.
    """
    spool = Path(await in_thread(tempfile.mkdtemp, "", SPOOL_PREFIX, folder))
    path = spool / "received"
    try:
        try:
            with path.open("wb", buffering=BUFFER) as file:
                async for chunk in chunks:
                    await in_thread_to_end(file.write, chunk)
        except OSError as error:
            raise SystemFailureError(f"cannot store the archive: {os.strerror(error.errno or 0)}") from error
        yield _plain_chunks(path)
    finally:
        await in_thread_to_end(shutil.rmtree, spool)


def _plain_chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb", buffering=BUFFER) as file, plain(file) as stream:
        try:
            while data := stream.read(BUFFER):
                yield data
        except DECOMPRESSION_ERRORS as error:
            raise InvalidParameterError(f"damaged archive: {error}") from error


def source_url(text: str) -> URL:
    """Return the address that `fromSrc` names. Raises InvalidParameterError for one that is not HTTP."""
    try:
        url = URL(text if "://" in text else f"http://{text}")
    except ValueError as error:
        raise InvalidParameterError(f'parse "{text}": {error}') from error
    if url.scheme not in ("http", "https"):
        raise InvalidParameterError(f'Get "{url}": unsupported protocol scheme "{url.scheme}"')
    if not url.host:
        raise InvalidParameterError(f'Get "{url}": http: no Host in request URL')
    return url


@asynccontextmanager
async def downloaded(url: URL) -> AsyncIterator[Download]:
    """Open an archive on a server. Raises NotFoundError, InvalidParameterError, SystemFailureError."""
    async with patient_session() as session:
        try:
            async with session.get(url) as response:
                if response.status >= 400:
                    raise await _refusal(url, response)
                yield Download(response.content_length or 0, response.content.iter_any())
        except TRANSPORT_ERRORS as error:
            raise unreachable(url, error) from error


async def _refusal(url: URL, response: aiohttp.ClientResponse) -> EngineError:
    body = (await response.content.read(MAX_ERROR_BYTES)).decode(errors="replace").strip()
    message = f"failed to GET {url} with status {response.status} {response.reason}: {body}"
    if response.status == 404:
        return NotFoundError(message)
    return InvalidParameterError(message) if response.status < 500 else SystemFailureError(message)
