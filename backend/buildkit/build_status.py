"""What a build tells its client while it goes on: vertexes, their progress and their output.

Source: BuildKit's `client/graph.go` and `util/progress`; the texts of transfers from `solver/llbsolver`.
"""

import asyncio
import hashlib
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from google.protobuf.timestamp_pb2 import Timestamp

from backend.buildkit.protocol.control_pb2 import StatusResponse
from backend.buildkit.protocol.control_pb2 import Vertex as VertexMessage
from backend.errors import EngineError

CANCELLED = "context canceled"  # as the client shows what it ended itself
MOST_WAITING = 256  # messages
MOST_UNREAD = 4096  # messages that are kept for a client that never asked


def now() -> Timestamp:
    """Return this instant."""
    seconds, nanos = divmod(time.time_ns(), 1_000_000_000)
    return Timestamp(seconds=seconds, nanos=nanos)


class BuildStatus:
    """The messages of one build, kept until its client has taken them."""

    def __init__(self, ref: str) -> None:
        self._ref = ref
        self._messages: deque[StatusResponse] = deque(maxlen=MOST_UNREAD)
        self._changed = asyncio.Event()
        self._taken = asyncio.Event()
        self._readers = 0
        self._ended = False
        self._vertexes = 0
        self._first_digest = ""
        self._warnings: set[str] = set()

    def vertex(self, name: str, inputs: Sequence["Vertex"] = ()) -> "Vertex":
        """Announce a vertex: a part of the build that the client shows on a line of its own."""
        self._vertexes += 1
        digest = hashlib.sha256(f"{self._ref} {self._vertexes} {name}".encode()).hexdigest()
        vertex = Vertex(self, f"sha256:{digest}", name, tuple(before.digest for before in inputs))
        if not self._first_digest:
            self._first_digest = vertex.digest
        vertex.announce()
        return vertex

    def send(self, message: StatusResponse) -> None:
        """Tell the client something."""
        if not self._ended:
            self._messages.append(message)
            self._changed.set()

    def warn(self, text: str, detail: str = "", url: str = "") -> None:
        """Tell once what is odd about the Dockerfile; it is told of the first vertex, which read it."""
        if text in self._warnings:
            return
        self._warnings.add(text)
        message = StatusResponse()
        warning = message.warnings.add(vertex=self._first_digest, level=1, short=text.encode(), url=url)
        if detail:
            warning.detail.append(detail.encode())
        self.send(message)

    def end(self) -> None:
        """Tell the client that there is no more."""
        self._ended = True
        self._changed.set()
        self._taken.set()

    async def room(self) -> None:
        """Wait until the client has taken most of what was sent; one that does not read is not waited for."""
        while self._readers and not self._ended and len(self._messages) > MOST_WAITING:
            self._taken.clear()
            await self._taken.wait()

    async def next(self) -> StatusResponse | None:
        """Return what there is to tell, in one message; None at the end."""
        self._readers += 1
        try:
            while not self._messages:
                if self._ended:
                    return None
                self._changed.clear()
                await self._changed.wait()
            joined = self._messages.popleft()
            for _ in range(min(len(self._messages), MOST_WAITING)):
                joined.MergeFrom(self._messages.popleft())
            self._taken.set()
            return joined
        finally:
            self._readers -= 1


class Vertex:
    """One line of a build's progress."""

    def __init__(self, status: BuildStatus, digest: str, name: str, inputs: tuple[str, ...]) -> None:
        self._status = status
        self.digest = digest
        self.name = name
        self._inputs = inputs
        self._started: Timestamp | None = None
        self._done = False
        self._transfers: dict[str, Timestamp] = {}

    def announce(self) -> None:
        """Tell that there will be this vertex."""
        self._tell(VertexMessage())

    def start(self) -> None:
        """Tell that it begins."""
        if self._started is None:
            self._started = now()
            self._tell(VertexMessage())

    def complete(self, error: str = "", *, cached: bool = False) -> None:
        """Tell that it is over, and how."""
        if self._done:
            return
        self._done = True
        if self._started is None:
            self._started = now()
        self._tell(VertexMessage(completed=now(), error=error, cached=cached))

    @contextmanager
    def under_way(self) -> Iterator["Vertex"]:
        """Tell that it begins, and how it ends."""
        self.start()
        try:
            yield self
        except EngineError as error:
            self.complete(error.message)
            raise
        except BaseException:
            self.complete(CANCELLED)
            raise
        self.complete()

    def log(self, stream: int, data: bytes) -> None:
        """Pass on what a command prints."""
        message = StatusResponse()
        message.logs.add(vertex=self.digest, timestamp=now(), stream=stream, msg=data)
        self._status.send(message)

    def transfer(self, name: str, current: int, total: int = 0, *, done: bool = False) -> None:
        """Tell how far something is; `name` is what is shown."""
        started = self._transfers.setdefault(name, now())
        message = StatusResponse()
        message.statuses.add(
            id=name,
            vertex=self.digest,
            name=name,
            current=current,
            total=total,
            timestamp=now(),
            started=started,
            completed=now() if done else None,
        )
        self._status.send(message)

    async def room(self) -> None:
        """Wait while the client is behind."""
        await self._status.room()

    def _tell(self, message: VertexMessage) -> None:
        message.digest = self.digest
        message.name = self.name
        message.inputs.extend(self._inputs)
        if self._started is not None:
            message.started.CopyFrom(self._started)
        self._status.send(StatusResponse(vertexes=[message]))
