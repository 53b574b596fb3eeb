"""Where caches of builds are kept: a registry's repository, or a folder of the client."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol

from backend.buildkit.client_content import ClientContent
from backend.buildkit.flags import flag
from backend.buildkit.sessions import Session, login_host
from backend.errors import InvalidParameterError, SystemFailureError
from backend.images import digests, reference
from backend.images.layers.layer_exchange import LayerExchange
from backend.images.manifest import Descriptor
from backend.images.reference import Reference
from backend.images.registry.registry_errors import BrokenTransferError, RefusedError
from backend.images.registry.registry_upload import RegistryUpload, file_contents, patiently
from backend.images.transfer.image_source import FoundManifest, ImageSource

Attributes = Mapping[str, str]


class CacheSource(ImageSource, Protocol):
    """A place to read from."""

    async def small_blob(self, digest: str, size: int) -> bytes:
        """Return a blob of at most `size` bytes."""
        ...


class CacheSink(Protocol):
    """A place to write to. Methods raise EngineError."""

    async def put_file(self, blob: Descriptor, path: Path) -> None:
        """Store a blob that lies in a file."""
        ...

    async def put_bytes(self, blob: Descriptor, data: bytes) -> None:
        """Store a small blob."""
        ...

    async def put_manifest(self, manifest: Descriptor, data: bytes) -> None:
        """Store what names all others, under the place's own name."""
        ...


@asynccontextmanager
async def opened_source(
    kind: str, attributes: Attributes, exchange: LayerExchange, session: Session
) -> AsyncIterator[tuple[CacheSource, FoundManifest]]:
    """Yield a place where a cache is, and its manifest. Raises EngineError."""
    if kind == "registry":
        name = _reference(attributes, "importer")
        credentials = await session.credentials(login_host(name))
        insecure = flag(attributes, "registry.insecure")
        async with exchange.registry(name, credentials, insecure=insecure) as opened:
            yield opened
    elif kind == "local":
        if not attributes.get("digest"):
            raise InvalidParameterError("local cache importer requires explicit digest")
        if not attributes.get("src"):
            raise InvalidParameterError("local cache importer requires src")
        content = ClientContent(session, f"local:{attributes['src']}")
        yield content, await content.manifest(digests.checked(attributes["digest"]))
    else:
        raise InvalidParameterError(f"unknown cache importer: {kind[:80]}")


@asynccontextmanager
async def opened_sink(
    kind: str, attributes: Attributes, exchange: LayerExchange, session: Session
) -> AsyncIterator[CacheSink]:
    """Yield a place for a cache. Raises EngineError."""
    if kind == "local":
        if not attributes.get("dest"):
            raise InvalidParameterError("local cache exporter requires dest")
        yield _Folder(ClientContent(session, f"local:{attributes['dest']}"))
        return
    name = _reference(attributes, "exporter").with_default_tag()
    credentials = await session.credentials(login_host(name))
    try:
        async with exchange.upload(
            name, credentials, insecure=flag(attributes, "registry.insecure")
        ) as upload:
            yield _Repository(upload, name)
    except (RefusedError, BrokenTransferError) as error:
        raise SystemFailureError(f"error writing the cache to {name.familiar}: {error}") from error


class _Folder:
    """A folder of the client, which notes the manifest itself."""

    def __init__(self, content: ClientContent) -> None:
        self._content = content

    async def put_file(self, blob: Descriptor, path: Path) -> None:
        await self._content.write(blob, file_contents(path))

    async def put_bytes(self, blob: Descriptor, data: bytes) -> None:
        await self._content.write(blob, _once(data))

    async def put_manifest(self, manifest: Descriptor, data: bytes) -> None:
        await self.put_bytes(manifest, data)


class _Repository:
    """A repository, and the tag that the cache has there."""

    def __init__(self, upload: RegistryUpload, name: Reference) -> None:
        self._upload = upload
        self._name = name

    async def put_file(self, blob: Descriptor, path: Path) -> None:
        async def send() -> None:
            if not await self._upload.has_blob(blob.digest):
                await self._upload.send(blob, path, lambda done: None)

        await patiently(send)

    async def put_bytes(self, blob: Descriptor, data: bytes) -> None:
        async def send() -> None:
            if not await self._upload.has_blob(blob.digest):
                await self._upload.send_bytes(blob, data)

        await patiently(send)

    async def put_manifest(self, manifest: Descriptor, data: bytes) -> None:
        tag = str(self._name.tag)
        await patiently(lambda: self._upload.put_manifest(tag, data, manifest.media_type))


def _reference(attributes: Attributes, what: str) -> Reference:
    text = attributes.get("ref", "")
    if not text:
        raise InvalidParameterError(f"registry cache {what} requires ref")
    return reference.parse(text)


async def _once(data: bytes) -> AsyncIterator[bytes]:
    yield data
