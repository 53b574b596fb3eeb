"""Receives files of a build's client, over its session, into a tar archive.

Source: BuildKit's `session/filesync` and tonistiigi's `fsutil` (`send.go`, `receive.go`): the client tells of
its files one by one, the engine asks for the contents of those that it wants, by number, and they come in
pieces and in any order. As the sizes are known, each piece has its place in the archive: nothing that the
client names becomes a file on the engine's disk.
"""

import os
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Protocol
from urllib.parse import quote_plus, urlsplit

from grpclib.client import StreamStreamMethod
from multidict import MultiDict

from backend.buildkit import go_modes
from backend.buildkit.protocol.session_pb2 import BytesMessage, Packet, Stat
from backend.buildkit.sessions import LOST, Session, text_of
from backend.errors import InvalidParameterError, SystemFailureError
from backend.images.tar import tar_headers
from backend.images.tar.tar_headers import BLOCK, FolderAttributes
from backend.tasks import in_thread_to_end

METHOD = "/moby.filesync.v1.FileSync/DiffCopy"
UPLOAD = "/moby.upload.v1.Upload/Pull"
MOST_ASKED_FOR = 64  # files at once: the client queues 128
MOST_PENDING = 1 << 20  # bytes that wait to be written
MOST_FILES = 1_000_000
MOST_BYTES = 1 << 50  # of one file, and of all
XATTR = b"SCHILY.xattr."

Progress = Callable[[int], None]


async def receive_files(
    session: Session,
    folder: str,
    archive: Path,
    progress: Progress,
    *,
    follow: Sequence[str] = (),
    exclude: Sequence[str] = (),
) -> None:
    """Receive the files of one of the client's folders into a new archive; `progress` gets the bytes so far.

    `follow` limits them to these paths and what their links lead to, `exclude` is the form of .dockerignore.
    Raises InvalidParameterError, SystemFailureError.
    """
    if not session.offers(METHOD):
        raise InvalidParameterError("no local sources enabled")
    call = StreamStreamMethod(session.calls, METHOD, Packet, Packet)
    metadata = _metadata({"dir-name": [folder], "followpaths": follow, "exclude-patterns": exclude})
    try:
        with archive.open("xb", buffering=0) as file:
            receiver = Receiver(file.fileno(), progress)
            try:
                async with call.open(metadata=metadata) as stream:
                    await stream.send_request()
                    await receiver.run(stream)
            finally:
                await receiver.flush()
    except LOST as error:
        raise InvalidParameterError(text_of(error)) from error
    except OSError as error:
        raise SystemFailureError(f"cannot store the context: {os.strerror(error.errno or 0)}") from error


async def receive_upload(session: Session, address: str) -> AsyncIterator[bytes]:
    """Give what the client has at an address of its own, as the archive of a context.

    Raises InvalidParameterError.
    """
    if not session.offers(UPLOAD):
        raise InvalidParameterError("no uploads of the client")
    url = urlsplit(address)
    call = StreamStreamMethod(session.calls, UPLOAD, BytesMessage, BytesMessage)
    try:
        async with call.open(metadata={"urlpath": url.path, "urlhost": url.netloc}) as stream:
            await stream.send_request(end=True)
            async for message in stream:
                yield message.data
    except LOST as error:
        raise InvalidParameterError(text_of(error)) from error


def _metadata(values: Mapping[str, Iterable[str]]) -> MultiDict[str]:
    """Return a call's metadata, names that are not plain text encoded as the client expects it."""
    metadata: MultiDict[str] = MultiDict()
    for key, texts in values.items():
        listed = list(texts)
        if all(text.isascii() and text.isprintable() for text in listed):
            encoded = listed
        else:
            encoded = [quote_plus(text) for text in listed]
            metadata.add(f"{key}-encoded", "1")
        for text in encoded:
            metadata.add(key, text)
    return metadata


class Packets(Protocol):
    """A call's two directions."""

    async def recv_message(self) -> Packet | None:
        """Return the next packet, None at the end."""
        ...

    async def send_message(self, message: Packet, *, end: bool = False) -> None:
        """Send a packet."""
        ...


class Receiver:
    """One transfer into the open file `descriptor`."""

    def __init__(self, descriptor: int, progress: Progress) -> None:
        self._descriptor = descriptor
        self._progress = progress
        self._number = 0
        self._end = 0  # of the archive so far
        self._received = 0
        self._wanted: deque[int] = deque()
        self._places: dict[int, tuple[int, int]] = {}  # where the rest of a file goes: offset, end
        self._asked: set[int] = set()
        self._pending: list[tuple[int, bytes]] = []
        self._pending_size = 0

    async def run(self, stream: Packets) -> None:
        """Take all files, then tell the client that it may go."""
        listed = False
        while not listed or self._wanted or self._asked:
            packet = await stream.recv_message()
            if packet is None:
                raise InvalidParameterError("the client ended the transfer of its files too early")
            if packet.type == Packet.PACKET_STAT:
                if packet.HasField("stat"):
                    self._add(packet.stat)
                else:
                    listed = True
            elif packet.type == Packet.PACKET_DATA:
                self._take(packet.id, packet.data)
            elif packet.type == Packet.PACKET_ERR:
                raise InvalidParameterError(packet.data.decode(errors="replace") or "error from sender")
            elif packet.type == Packet.PACKET_FIN:
                raise InvalidParameterError("the client ended the transfer of its files too early")
            # No more than these at once, else each side may wait for the other to read.
            while self._wanted and len(self._asked) < MOST_ASKED_FOR:
                number = self._wanted.popleft()
                self._asked.add(number)
                await stream.send_message(Packet(type=Packet.PACKET_REQ, id=number))
            if self._pending_size > MOST_PENDING:
                await self.flush()
        self._write(self._end, bytes(2 * BLOCK))
        await self.flush()
        self._progress(self._received)
        await stream.send_message(Packet(type=Packet.PACKET_FIN), end=True)
        while (packet := await stream.recv_message()) is not None:
            if packet.type == Packet.PACKET_FIN:
                return

    def _add(self, stat: Stat) -> None:
        """Give a file its place in the archive, and ask for its contents."""
        number = self._number
        self._number += 1
        if number >= MOST_FILES:
            raise InvalidParameterError(f"the context has more than {MOST_FILES} files")
        has_contents = not stat.mode & go_modes.TYPE and not stat.linkname and stat.size > 0
        header = _header(stat)
        self._received += stat.ByteSize()
        if header:
            self._write(self._end, header)
            self._end += len(header)
        if has_contents and header:
            if stat.size > MOST_BYTES or self._end + stat.size > MOST_BYTES:
                raise InvalidParameterError(f"invalid size {stat.size} of a file in the context")
            self._places[number] = self._end, self._end + stat.size
            self._end += tar_headers.padded(stat.size)
            self._wanted.append(number)

    def _take(self, number: int, data: bytes) -> None:
        """Put a piece of a file in its place. A file that grew meanwhile is cut, one that shrank padded."""
        if number not in self._asked:
            raise InvalidParameterError(f"invalid file request {number}")
        if not data:
            self._asked.remove(number)
            del self._places[number]
            return
        offset, end = self._places[number]
        self._write(offset, data[: end - offset])
        self._places[number] = min(offset + len(data), end), end
        self._received += len(data)
        self._progress(self._received)

    def _write(self, offset: int, data: bytes) -> None:
        self._pending.append((offset, data))
        self._pending_size += len(data)

    async def flush(self) -> None:
        """Write what waits."""
        pending, self._pending, self._pending_size = self._pending, [], 0
        await in_thread_to_end(_write_all, self._descriptor, pending)


def _write_all(descriptor: int, pieces: list[tuple[int, bytes]]) -> None:
    """Write pieces at their offsets, neighbours in one call."""
    position = 0
    while position < len(pieces):
        offset, data = pieces[position]
        parts, end = [data], offset + len(data)
        position += 1
        while position < len(pieces) and pieces[position][0] == end and len(parts) < 1000:
            parts.append(pieces[position][1])
            end += len(pieces[position][1])
            position += 1
        joined = memoryview(b"".join(parts))
        while joined:
            written = os.pwrite(descriptor, joined, offset)
            offset, joined = offset + written, joined[written:]


def _header(stat: Stat) -> bytes:
    """Return a file's tar headers; b"" for what an image cannot hold (sockets)."""
    path, mode = stat.path.strip(b"/"), stat.mode
    if not path or b"\0" in path or b"\0" in stat.linkname or b".." in path.split(b"/"):
        raise InvalidParameterError(f"invalid path in the context: {stat.path!r}")
    if stat.size < 0:
        raise InvalidParameterError(f"invalid size {stat.size} of a file in the context")
    attributes = FolderAttributes(
        go_modes.permissions(mode), stat.uid, stat.gid, stat.mod_time // 1_000_000_000
    )
    records = [(XATTR + name.encode(), value) for name, value in sorted(stat.xattrs.items())]
    if mode & go_modes.FOLDER:
        return tar_headers.entry(path + b"/", tar_headers.DIRECTORY, attributes, records=records)
    if mode & go_modes.SYMLINK:
        return tar_headers.entry(path, tar_headers.SYMLINK, attributes, link=stat.linkname, records=records)
    if mode & go_modes.FIFO:
        return tar_headers.entry(path, tar_headers.FIFO, attributes, records=records)
    if mode & go_modes.DEVICE:
        kind = tar_headers.CHARACTER_DEVICE if mode & go_modes.CHARACTER else tar_headers.BLOCK_DEVICE
        device = (stat.devmajor & 0xFFF, stat.devminor & 0xFFFFF)
        return tar_headers.entry(path, kind, attributes, device=device, records=records)
    if mode & go_modes.TYPE:
        return b""
    if stat.linkname:
        return tar_headers.entry(path, tar_headers.HARD_LINK, attributes, link=stat.linkname)
    return tar_headers.entry(path, tar_headers.REGULAR_FILE, attributes, size=stat.size, records=records)
