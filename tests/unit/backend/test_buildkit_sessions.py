"""What the engine asks of a build's client: logins, secrets, SSH agents; and clients that are not there."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from grpclib.const import Cardinality, Handler, Status
from grpclib.exceptions import GRPCError
from grpclib.server import Stream

from backend.buildkit import sessions
from backend.buildkit.connections import CallsFromPeer, CallsToPeer
from backend.buildkit.protocol import session_pb2 as messages
from backend.buildkit.sessions import Session, Sessions
from backend.errors import InvalidParameterError, NotFoundError, SystemFailureError
from backend.images.registry.registry_auth import Credentials

LOGINS = {"a.example": ("user", "secret"), "b.example": ("", "token")}


class Client:
    """A client's services."""

    def __mapping__(self) -> dict[str, Handler]:
        """Return the calls by their paths, as grpclib asks for them."""
        unary, both = Cardinality.UNARY_UNARY, Cardinality.STREAM_STREAM
        return {
            "/moby.filesync.v1.Auth/Credentials": Handler(
                self.credentials, unary, messages.CredentialsRequest, messages.CredentialsResponse
            ),
            "/moby.buildkit.secrets.v1.Secrets/GetSecret": Handler(
                self.secret, unary, messages.GetSecretRequest, messages.GetSecretResponse
            ),
            "/moby.sshforward.v1.SSH/CheckAgent": Handler(
                self.check_agent, unary, messages.CheckAgentRequest, messages.CheckAgentResponse
            ),
            "/moby.sshforward.v1.SSH/ForwardAgent": Handler(
                self.agent, both, messages.BytesMessage, messages.BytesMessage
            ),
        }

    async def credentials(self, stream: Stream[Any, Any]) -> None:
        """Tell a login."""
        wanted: Any = await stream.recv_message()
        name, secret = LOGINS.get(wanted.host, ("", ""))
        await stream.send_message(messages.CredentialsResponse(username=name, secret=secret))

    async def secret(self, stream: Stream[Any, Any]) -> None:
        """Tell the one secret there is."""
        request: Any = await stream.recv_message()
        wanted = request.id
        if wanted == "broken":
            raise GRPCError(Status.PERMISSION_DENIED, "the file is not yours")
        if wanted != "one":
            raise GRPCError(Status.NOT_FOUND, f"secret {wanted}: not found")
        await stream.send_message(messages.GetSecretResponse(data=b"hidden"))

    async def check_agent(self, stream: Stream[Any, Any]) -> None:
        """Know one agent."""
        wanted: Any = await stream.recv_message()
        if wanted.id != "default":
            raise GRPCError(Status.UNKNOWN, "unset ssh forward key")
        await stream.send_message(messages.CheckAgentResponse())

    async def agent(self, stream: Stream[Any, Any]) -> None:
        """Answer in capitals, behind the agent's name."""
        name = str((stream.metadata or {}).get("buildkit.ssh.id"))  # type: ignore[call-overload]
        await stream.send_message(messages.BytesMessage(data=name.encode()))
        async for message in stream:
            await stream.send_message(messages.BytesMessage(data=message.data.upper()))


@asynccontextmanager
async def session() -> AsyncIterator[Session]:
    """A session with a client in this process."""
    loop = asyncio.get_running_loop()
    ours, theirs = socket.socketpair()
    client, calls = Client(), CallsToPeer()
    service = CallsFromPeer([client])
    near, _ = await loop.create_connection(asyncio.Protocol, sock=ours)
    far, _ = await loop.create_connection(asyncio.Protocol, sock=theirs)
    answering = service.take_over(far, asyncio.Protocol())
    asking = calls.take_over(near, asyncio.Protocol())
    try:
        yield Session("one", list(client.__mapping__()), calls)
    finally:
        calls.close()
        await asking.close()
        await answering.close()
        await asyncio.gather(asking.closed, answering.closed)


async def test_logins() -> None:
    async with session() as client:
        assert await client.credentials("a.example") == Credentials(username="user", password="secret")
        assert await client.credentials("b.example") == Credentials(identity_token="token")
        assert not await client.credentials("c.example")


async def test_secrets() -> None:
    async with session() as client:
        assert await client.secret("one") == b"hidden"
        assert await client.secret("two") is None
        with pytest.raises(InvalidParameterError, match="the file is not yours"):
            await client.secret("broken")


async def test_an_ssh_agent_is_talked_to_both_ways() -> None:
    async with session() as client:
        assert await client.has_ssh("default")
        assert not await client.has_ssh("other")
        program, forwarded = socket.socketpair()
        reader, writer = await asyncio.open_connection(sock=forwarded)
        forwarding = asyncio.ensure_future(client.forward_ssh("default", reader, writer))
        answers, questions = await asyncio.open_connection(sock=program)
        assert await answers.readexactly(7) == b"default"
        for _ in range(3):
            questions.write(b"who is there")
            assert await answers.readexactly(12) == b"WHO IS THERE"
        questions.write_eof()
        await forwarding
        for stream in (writer, questions):
            stream.close()
            await stream.wait_closed()


async def test_what_a_client_does_not_offer_is_not_asked() -> None:
    silent = Session("one", [], CallsToPeer())
    assert not await silent.credentials("a.example")
    assert await silent.secret("one") is None
    assert not await silent.has_ssh("default")


async def test_a_client_that_has_left() -> None:
    async with session() as client:
        pass
    with pytest.raises(SystemFailureError, match="a.example"):
        await client.credentials("a.example")


async def test_sessions_are_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    known = Sessions()
    one = Session("one", [], CallsToPeer())
    waiting = asyncio.ensure_future(known.get("one"))
    await asyncio.sleep(0)
    known.add(one)
    assert await waiting is one
    assert await known.get("one") is one
    with pytest.raises(InvalidParameterError, match="already exists"):
        known.add(Session("one", [], CallsToPeer()))
    known.remove(one)
    monkeypatch.setattr(sessions, "SESSION_LIMIT", 0.01)
    with pytest.raises(NotFoundError, match="no active session for one"):
        await known.get("one")
