"""Sessions: connections on which the engine calls services of a build's client.

Source: BuildKit's `session` (manager.go, session.go), `session/auth`, `session/secrets`.
"""

import asyncio
from collections.abc import Collection

from grpclib.client import Stream, StreamStreamMethod, UnaryUnaryMethod
from grpclib.const import Status
from grpclib.exceptions import GRPCError, StreamTerminatedError

from backend.buildkit.connections import CallsToPeer
from backend.buildkit.protocol import session_pb2 as messages
from backend.errors import InvalidParameterError, NotFoundError, SystemFailureError
from backend.images.reference import DEFAULT_DOMAIN, Reference
from backend.images.registry.registry_auth import Credentials

HUB_HOST = "registry-1.docker.io"
SSH_PIECE = 32 * 1024  # bytes
SESSION_LIMIT = 30.0  # seconds that a build waits for its client's session
LOST = (GRPCError, StreamTerminatedError, ConnectionError)
"""What a call over a session raises when the client refuses or leaves."""


class Session:
    """One client's session. `methods` are the paths of what it offers, in lower case."""

    def __init__(self, session_id: str, methods: Collection[str], calls: CallsToPeer) -> None:
        self.id = session_id
        self.calls = calls
        self._methods = frozenset(method.lower() for method in methods)

    def offers(self, method: str) -> bool:
        """Return whether the client answers calls of `method`."""
        return method.lower() in self._methods

    async def credentials(self, host: str) -> Credentials:
        """Return the login that the client has for a registry."""
        path = "/moby.filesync.v1.Auth/Credentials"
        if not self.offers(path):
            return Credentials()
        call = UnaryUnaryMethod(self.calls, path, messages.CredentialsRequest, messages.CredentialsResponse)
        try:
            answer = await call(messages.CredentialsRequest(host=host))
        except LOST as error:
            raise SystemFailureError(
                f"cannot ask the client for its login at {host}: {text_of(error)}"
            ) from error
        if not answer.username and answer.secret:
            return Credentials(identity_token=answer.secret)
        return Credentials(username=answer.username, password=answer.secret)

    async def secret(self, secret_id: str) -> bytes | None:
        """Return a secret of the client, None when it has none by this id."""
        path = "/moby.buildkit.secrets.v1.Secrets/GetSecret"
        if not self.offers(path):
            return None
        call = UnaryUnaryMethod(self.calls, path, messages.GetSecretRequest, messages.GetSecretResponse)
        try:
            return bytes((await call(messages.GetSecretRequest(id=secret_id))).data)
        except GRPCError as error:
            if error.status in (Status.NOT_FOUND, Status.UNIMPLEMENTED):
                return None
            raise InvalidParameterError(f"cannot get the secret {secret_id}: {text_of(error)}") from error
        except LOST as error:
            raise SystemFailureError("the client left") from error

    async def has_ssh(self, agent_id: str) -> bool:
        """Return whether the client lends an SSH agent by this id."""
        path = "/moby.sshforward.v1.SSH/CheckAgent"
        if not self.offers(path):
            return False
        call = UnaryUnaryMethod(self.calls, path, messages.CheckAgentRequest, messages.CheckAgentResponse)
        try:
            await call(messages.CheckAgentRequest(id=agent_id))
        except GRPCError:
            return False
        except LOST as error:
            raise SystemFailureError("the client left") from error
        return True

    async def forward_ssh(
        self, agent_id: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Carry one connection to the client's agent until one side ends it."""
        call = StreamStreamMethod(
            self.calls,
            "/moby.sshforward.v1.SSH/ForwardAgent",
            messages.BytesMessage,
            messages.BytesMessage,
        )
        try:
            async with call.open(metadata={"buildkit.ssh.id": agent_id}) as stream:
                await stream.send_request()
                upward = asyncio.ensure_future(_to_agent(reader, stream))
                try:
                    while (message := await stream.recv_message()) is not None:
                        writer.write(message.data)
                        await writer.drain()
                finally:
                    upward.cancel()
                    await asyncio.gather(upward, return_exceptions=True)
        except LOST:
            return  # the program in the build sees its connection end


async def _to_agent(
    reader: asyncio.StreamReader, stream: Stream[messages.BytesMessage, messages.BytesMessage]
) -> None:
    while data := await reader.read(SSH_PIECE):
        await stream.send_message(messages.BytesMessage(data=data))
    await stream.end()


class Sessions:
    """The sessions that are open."""

    def __init__(self) -> None:
        self._sessions: dict[str, Session] = {}
        self._waiting: dict[str, list[asyncio.Future[Session]]] = {}

    def add(self, session: Session) -> None:
        """Add a session. Raises InvalidParameterError when there is one by its id."""
        if session.id in self._sessions:
            raise InvalidParameterError(f"session {session.id} already exists")
        self._sessions[session.id] = session
        for waiting in self._waiting.pop(session.id, ()):
            if not waiting.done():
                waiting.set_result(session)

    def remove(self, session: Session) -> None:
        """Forget a session."""
        self._sessions.pop(session.id, None)

    async def get(self, session_id: str) -> Session:
        """Return a session, which may be about to come. Raises NotFoundError."""
        if (found := self._sessions.get(session_id)) is not None:
            return found
        waiting: asyncio.Future[Session] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(session_id, []).append(waiting)
        try:
            async with asyncio.timeout(SESSION_LIMIT):
                return await waiting
        except TimeoutError:
            raise NotFoundError(f"no active session for {session_id}: context deadline exceeded") from None
        finally:
            others = self._waiting.get(session_id, [])
            if waiting in others:
                others.remove(waiting)
            if not others:
                self._waiting.pop(session_id, None)


def login_host(name: Reference) -> str:
    """Return how clients are asked for their login at a name's registry."""
    return HUB_HOST if name.domain == DEFAULT_DOMAIN else name.domain


def text_of(error: BaseException) -> str:
    """Return what a failed call says."""
    if isinstance(error, GRPCError):
        return error.message or error.status.name
    return str(error) or type(error).__name__
