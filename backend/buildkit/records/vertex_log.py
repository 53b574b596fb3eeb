"""What a build said while it went on, as a record keeps it: all messages of its status, one after another.

Source: BuildKit, `solver/llbsolver/history.go`: each StatusResponse after its length, 4 bytes, little endian.
"""

import heapq
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter

from google.protobuf.message import DecodeError
from google.protobuf.timestamp_pb2 import Timestamp

from backend.builder.build_record import MAX_LOG
from backend.buildkit.protocol.control_pb2 import StatusResponse
from backend.buildkit.records.record_archive import UnreadableRecordError

STATUS_TYPE = "application/vnd.buildkit.status.v0"
MOST_VERTEXES = 10_000
LAST_SECOND = 253_402_300_799  # of the year 9999: what moment_text can write
_LENGTH = struct.Struct("<I")


@dataclass(slots=True)
class VertexStory:
    """One vertex with all that became of it; times are Unix nanoseconds, 0 for what never came."""

    digest: str
    name: str = ""
    started: int = 0
    completed: int = 0
    cached: bool = False
    error: str = ""
    inputs: Sequence[str] = ()
    _said: list[str] = field(default_factory=list)
    _length: int = 0

    def say(self, text: str) -> None:
        """Keep what it printed, the end of it at least."""
        self._said.append(text)
        self._length += len(text)
        if self._length > 2 * MAX_LOG:
            self._said = [self.log]
            self._length = len(self._said[0])

    @property
    def log(self) -> str:
        """Return what it printed, the end of it."""
        return "".join(self._said)[-MAX_LOG:]


def read_vertexes(data: bytes) -> Sequence[VertexStory]:
    """Return the vertexes in the order that they began in; those that never did come last.

    Raises UnreadableRecordError.
    """
    stories: dict[str, VertexStory] = {}
    for message in _messages(data):
        for vertex in message.vertexes:
            story = stories.setdefault(vertex.digest, VertexStory(vertex.digest))
            story.name = vertex.name or story.name
            story.started = story.started or _nanoseconds(vertex.started)
            story.completed = _nanoseconds(vertex.completed) or story.completed
            story.cached = story.cached or vertex.cached
            story.error = vertex.error or story.error
            story.inputs = tuple(vertex.inputs) or story.inputs
        for line in message.logs:
            stories.setdefault(line.vertex, VertexStory(line.vertex)).say(line.msg.decode(errors="replace"))
        if len(stories) > MOST_VERTEXES:
            raise UnreadableRecordError(f"the build has more than {MOST_VERTEXES} steps")
    named = {digest: story for digest, story in stories.items() if story.name}
    try:
        return _in_order(named)
    except CycleError as error:
        raise UnreadableRecordError("the build's steps wait for each other") from error


def write_vertexes(stories: Iterable[VertexStory]) -> bytes:
    """Return the status of a build that is over."""
    message = StatusResponse()
    for story in stories:
        vertex = message.vertexes.add(
            digest=story.digest, name=story.name, cached=story.cached, error=story.error
        )
        for field_name, moment in (("started", story.started), ("completed", story.completed)):
            if moment:
                getattr(vertex, field_name).CopyFrom(_timestamp(moment))
        if story.log:
            at = _timestamp(story.completed or story.started)
            message.logs.add(vertex=story.digest, timestamp=at, stream=1, msg=story.log.encode())
    packed = message.SerializeToString()
    return _LENGTH.pack(len(packed)) + packed


def _in_order(stories: Mapping[str, VertexStory]) -> Sequence[VertexStory]:
    """Sort by the beginning, each after its inputs: what came from the cache began in any order."""
    inputs = {digest: {i for i in story.inputs if i in stories} for digest, story in stories.items()}
    sorter = TopologicalSorter(inputs)
    sorter.prepare()
    order: list[VertexStory] = []
    ready: list[tuple[bool, int, str]] = []
    while sorter.is_active():
        for digest in sorter.get_ready():
            heapq.heappush(ready, (not stories[digest].started, stories[digest].started, digest))
        *_, first = heapq.heappop(ready)
        order.append(stories[first])
        sorter.done(first)
    return order


def _messages(data: bytes) -> Iterator[StatusResponse]:
    at = 0
    while at < len(data):
        try:
            (length,) = _LENGTH.unpack_from(data, at)
            at += _LENGTH.size
            if at + length > len(data):
                raise UnreadableRecordError("the build's log is cut off")
            yield StatusResponse.FromString(data[at : at + length])
        except (struct.error, DecodeError) as error:
            raise UnreadableRecordError(f"the build's log is broken: {error}") from error
        at += length


def _nanoseconds(moment: Timestamp) -> int:
    if not 0 <= moment.seconds <= LAST_SECOND:
        return 0
    return moment.seconds * 1_000_000_000 + min(max(0, moment.nanos), 999_999_999)


def _timestamp(nanoseconds: int) -> Timestamp:
    seconds, nanos = divmod(nanoseconds, 1_000_000_000)
    return Timestamp(seconds=seconds, nanos=nanos)
