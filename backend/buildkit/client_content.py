"""Blobs in a folder of the client: where it keeps a build's cache of `type=local`, or an image's OCI layout.

Source: containerd's `api/services/content/v1` and `content/proxy`; BuildKit's `session/content`.
"""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from grpclib.client import StreamStreamMethod, UnaryStreamMethod
from grpclib.const import Status
from grpclib.exceptions import GRPCError

from backend.buildkit.protocol.content_pb2 import (
    ReadContentRequest,
    ReadContentResponse,
    WriteContentRequest,
    WriteContentResponse,
)
from backend.buildkit.sessions import LOST, Session, text_of
from backend.errors import InvalidParameterError, NotFoundError, SystemFailureError
from backend.images import digests
from backend.images.manifest import MAX_MANIFEST_BYTES, Descriptor
from backend.images.registry.registry_errors import RefusedError
from backend.images.transfer.image_source import BlobStream, FoundManifest

SERVICE = "/containerd.services.content.v1.Content"
PIECE = 256 * 1024  # bytes


class ClientContent:
    """One folder, by the client's name for it: `local:…` for a cache's, `oci:…` for an OCI layout."""

    def __init__(self, session: Session, store: str) -> None:
        if not session.offers(f"{SERVICE}/Read"):
            raise InvalidParameterError("the client lends no folder for blobs")
        self._session = session
        self._metadata = {"buildkit-attachable-store-id": store}

    async def manifest(self, tag_or_digest: str) -> FoundManifest:
        """Return a manifest by its digest. Raises NotFoundError, InvalidParameterError."""
        data = await self.small_blob(tag_or_digest, MAX_MANIFEST_BYTES)
        return FoundManifest(data, "", tag_or_digest)

    async def small_blob(self, digest: str, size: int) -> bytes:
        """Return a blob of at most `size` bytes. Raises NotFoundError, InvalidParameterError."""
        found = bytearray()
        try:
            async with self.blob(digest, 0) as stream:
                async for chunk in stream.chunks:
                    found += chunk
                    if len(found) > size:
                        raise InvalidParameterError(f"{digest} is larger than {size} bytes")
        except RefusedError as error:
            raise NotFoundError(f"{digest}: {error}") from error
        if digests.of_bytes(bytes(found)) != digest:
            raise InvalidParameterError(f"verification failed for digest {digest}")
        return bytes(found)

    @asynccontextmanager
    async def blob(self, digest: str, offset: int) -> AsyncIterator[BlobStream]:
        """Open a blob from `offset` on. Opening and reading raise RefusedError, SystemFailureError."""
        call = UnaryStreamMethod(
            self._session.calls, f"{SERVICE}/Read", ReadContentRequest, ReadContentResponse
        )

        ended = False

        async def chunks() -> AsyncIterator[bytes]:
            nonlocal ended
            while (message := await stream.recv_message()) is not None:
                yield message.data
            ended = True

        try:
            async with call.open(metadata=self._metadata) as stream:
                await stream.send_message(ReadContentRequest(digest=digest, offset=offset), end=True)
                yield BlobStream(offset, chunks())
                if not ended:
                    await stream.cancel()
        except GRPCError as error:
            raise RefusedError(
                404 if error.status is Status.NOT_FOUND else 500, "", text_of(error)
            ) from error
        except LOST as error:
            raise SystemFailureError("the client left") from error

    async def write(self, blob: Descriptor, chunks: AsyncIterator[bytes]) -> None:
        """Put a blob into the folder, unless it is there. Raises SystemFailureError."""
        call = StreamStreamMethod(
            self._session.calls, f"{SERVICE}/Write", WriteContentRequest, WriteContentResponse
        )
        ref = f"marina-{secrets.token_hex(16)}"  # one of its own: it never meets half of an earlier attempt
        try:
            async with call.open(metadata=self._metadata) as stream:
                await stream.send_request()

                async def tell(action: int, offset: int = 0, data: bytes = b"") -> int:
                    await stream.send_message(
                        WriteContentRequest(
                            action=action,  # type: ignore[arg-type]  # its stub knows enums by name only
                            ref=ref,
                            total=blob.size,
                            expected=blob.digest,
                            offset=offset,
                            data=data,
                        ),
                        # The client's side ends with its answer: nothing may follow.
                        end=action == WriteContentRequest.COMMIT,
                    )
                    answer = await stream.recv_message()
                    if answer is None:
                        raise SystemFailureError(f"the client ended the transfer of {blob.digest} too early")
                    return answer.offset

                await tell(WriteContentRequest.STAT)
                offset = 0
                async for chunk in chunks:
                    for start in range(0, len(chunk), PIECE):
                        piece = chunk[start : start + PIECE]
                        await tell(WriteContentRequest.WRITE, offset, piece)
                        offset += len(piece)
                await tell(WriteContentRequest.COMMIT, offset)
        except GRPCError as error:
            if error.status is not Status.ALREADY_EXISTS:
                raise SystemFailureError(f"error writing {blob.digest}: {text_of(error)}") from error
        except LOST as error:
            raise SystemFailureError("the client left") from error
