"""gRPC on connections that began as HTTP/1.1 and were upgraded to h2c, in either direction.

Source: moby's `api/server/router/grpc` and BuildKit's `session`: the client upgrades `POST /grpc` to call the
engine, and `POST /session` to be called by it.
"""

import asyncio
import logging
from collections.abc import Collection
from typing import Any

from grpclib.client import Channel
from grpclib.const import Status
from grpclib.encoding.base import StatusDetailsCodecBase
from grpclib.encoding.proto import ProtoCodec
from grpclib.protocol import H2Protocol
from grpclib.server import Handler as CallHandler
from grpclib.server import Server
from hyperframe.frame import DataFrame

from backend.buildkit.protocol import gateway_pb2

# It tells every header of every call, and so what is in them, at the level DEBUG.
logging.getLogger("hpack").setLevel(logging.WARNING)

# h2 describes each frame for a log that nobody reads, its data in hexadecimal: half of what receiving costs.
DataFrame.__repr__ = object.__repr__  # type: ignore[method-assign]


class StatusDetails(StatusDetailsCodecBase):
    """Packs an error's details, pairs of type and value, as google.rpc.Status does."""

    def encode(self, status: Status, message: str | None, details: Any) -> bytes:
        """Return what goes into `grpc-status-details-bin`."""
        packed = gateway_pb2.Status(code=status.value, message=message or "")
        for kind, value in details:
            packed.details.add(type_url=kind, value=value)
        return packed.SerializeToString()

    def decode(self, status: Status, message: str | None, data: bytes) -> Any:
        """Return the pairs; what is no such message has none."""
        try:
            packed = gateway_pb2.Status.FromString(data)
        except Exception:  # noqa: BLE001  # protobuf's own error has another name in each version
            return []
        return [(detail.type_url, detail.value) for detail in packed.details]


class Upgraded(asyncio.Protocol):
    """A connection that speaks HTTP/2 now; `closed` is done when it is gone.

    Its end is also told to `before`, the HTTP/1.1 protocol that it was taken from.
    """

    def __init__(self, transport: asyncio.Transport, before: asyncio.BaseProtocol, inner: H2Protocol) -> None:
        self._transport = transport
        self._before = before
        self._inner = inner
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def begin(self) -> None:
        """Take the connection over."""
        self._transport.set_protocol(self)
        self._inner.connection_made(self._transport)
        self._transport.resume_reading()

    async def close(self) -> None:
        """End the connection; returns when the calls that run on it have given back what they held."""
        self._inner.processor.close("The engine ended it")
        if isinstance(self._inner.handler, CallHandler):
            await self._inner.handler.wait_closed()

    def data_received(self, data: bytes) -> None:
        """Pass on what came."""
        self._inner.data_received(data)

    def eof_received(self) -> bool:
        """Close: neither side of gRPC goes on when the other has no more to say."""
        return False

    def pause_writing(self) -> None:
        """The peer does not keep up."""
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        """The peer has caught up."""
        self._inner.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """End what waits for the connection."""
        self._inner.connection_lost(exc)
        if not self.closed.done():
            self.closed.set_result(None)
        self._before.connection_lost(exc)


class CallsFromPeer(Server):
    """Answers calls on upgraded connections, by `services`."""

    def __init__(self, services: Collection[Any]) -> None:
        super().__init__(services, status_details_codec=StatusDetails(), codec=ProtoCodec())

    def take_over(self, transport: asyncio.Transport, before: asyncio.BaseProtocol) -> Upgraded:
        """Answer the calls that come on a connection, till it is closed."""
        connection = Upgraded(transport, before, self._protocol_factory())
        connection.begin()
        return connection


class CallsToPeer(Channel):
    """Calls services of the peer on one upgraded connection. Calls raise ConnectionError when it is gone."""

    def __init__(self) -> None:
        super().__init__(status_details_codec=StatusDetails(), codec=ProtoCodec())

    def take_over(self, transport: asyncio.Transport, before: asyncio.BaseProtocol) -> Upgraded:
        """Make calls on a connection, till it is closed."""
        self._protocol = self._protocol_factory()
        connection = Upgraded(transport, before, self._protocol)
        connection.begin()
        return connection

    async def _create_connection(self) -> H2Protocol:
        raise ConnectionResetError("the client left")
