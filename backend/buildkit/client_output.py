"""Sends a build's result to its client: the image's files, into a folder of the client or as one archive.

Source: BuildKit's `session/filesync` (`FileSend`), `exporter/local`, `exporter/tar`; tonistiigi's `fsutil`
(`send.go`): the client is told of all files, asks for the contents that it wants, and gets them.
"""

import os
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from itertools import islice
from typing import TypeVar

from grpclib.client import StreamStreamMethod

from backend.builder.copy.source_tree import FILE, FOLDER, Node, SourceTree
from backend.buildkit import go_modes
from backend.buildkit.client_files import Packets
from backend.buildkit.protocol.session_pb2 import BytesMessage, Packet, Stat
from backend.buildkit.sessions import LOST, Session, text_of
from backend.errors import EngineError, InvalidParameterError
from backend.images.tar import tar_headers
from backend.images.tar.tar_headers import BLOCK, FolderAttributes
from backend.tasks import in_thread_to_end

METHOD = "/moby.filesync.v1.FileSend/DiffCopy"
EXPORTER = {"buildkit-attachable-exporter-id": "0"}
PIECE = 32 * 1024  # bytes in one message, as BuildKit's
BATCH = 256  # files looked at by one visit of a thread
XATTR = b"SCHILY.xattr."

Progress = Callable[[int], None]
Item = TypeVar("Item")


async def send_files(session: Session, tree: SourceTree, progress: Progress) -> None:
    """Send a tree's files into the client's folder; `progress` gets the bytes so far. Raises EngineError."""
    _check(session)
    call = StreamStreamMethod(session.calls, METHOD, Packet, Packet)
    try:
        async with call.open(metadata=EXPORTER) as stream:
            await stream.send_request()
            await Sender(tree, progress).run(stream)
    except LOST as error:
        raise _refusal(error) from error


async def send_archive(session: Session, tree: SourceTree, progress: Progress) -> None:
    """Send all files of a tree as one tar archive. Raises EngineError."""
    archive = _archive(tree)

    async def pieces() -> AsyncIterator[bytes]:
        while some := await _some(archive, 16):
            yield b"".join(some)

    await send_bytes(session, pieces(), progress)


async def send_bytes(session: Session, chunks: AsyncIterator[bytes], progress: Progress) -> None:
    """Send an archive into the client's file; `progress` gets the bytes so far. Raises EngineError."""
    _check(session)
    call = StreamStreamMethod(session.calls, METHOD, BytesMessage, BytesMessage)
    sent = 0
    try:
        async with call.open(metadata=EXPORTER) as stream:
            await stream.send_request()
            async for chunk in chunks:
                for start in range(0, len(chunk), PIECE):
                    await stream.send_message(BytesMessage(data=chunk[start : start + PIECE]))
                sent += len(chunk)
                progress(sent)
            await stream.end()
            while await stream.recv_message() is not None:
                pass
    except LOST as error:
        raise _refusal(error) from error


def _check(session: Session) -> None:
    if not session.offers(METHOD):
        raise InvalidParameterError(f"method {METHOD} not supported by the client")


def _refusal(error: BaseException) -> EngineError:
    return InvalidParameterError(text_of(error))


async def _some(iterator: Iterator[Item], count: int) -> list[Item]:
    """Return the next of what takes a thread to find."""
    return await in_thread_to_end(lambda: list(islice(iterator, count)))


class Sender:
    """One transfer of a tree's files."""

    def __init__(self, tree: SourceTree, progress: Progress) -> None:
        self._tree = tree
        self._progress = progress
        self._files: dict[int, tuple[str, Node]] = {}
        self._sent = 0

    async def run(self, stream: Packets) -> None:
        """Tell of all files, then give what is asked for until the client has enough."""
        number = 0
        found = walk(self._tree)
        while batch := await _some(found, BATCH):
            for path, node, first_name in batch:
                await stream.send_message(Packet(type=Packet.PACKET_STAT, stat=_stat(path, node, first_name)))
                if node.kind == FILE and not first_name:
                    self._files[number] = path, node
                number += 1
        await stream.send_message(Packet(type=Packet.PACKET_STAT))
        while (packet := await stream.recv_message()) is not None:
            if packet.type == Packet.PACKET_REQ:
                await self._give(stream, packet.id)
            elif packet.type == Packet.PACKET_ERR:
                raise InvalidParameterError(packet.data.decode(errors="replace") or "error from receiver")
            elif packet.type == Packet.PACKET_FIN:
                await stream.send_message(Packet(type=Packet.PACKET_FIN), end=True)
                return
        raise InvalidParameterError("the client ended the transfer of the result too early")

    async def _give(self, stream: Packets, number: int) -> None:
        """Send one file's contents; an empty piece is their end."""
        if number not in self._files:
            raise InvalidParameterError(f"invalid file request {number}")
        pieces = _pieces(self._tree.contents(*self._files.pop(number)))
        while batch := await _some(pieces, 16):
            for piece in batch:
                await stream.send_message(Packet(type=Packet.PACKET_DATA, id=number, data=piece))
                self._sent += len(piece)
            self._progress(self._sent)
        await stream.send_message(Packet(type=Packet.PACKET_DATA, id=number))


def walk(tree: SourceTree) -> Iterator[tuple[str, Node, str]]:
    """Give a tree's files, folders before what is in them; the third is an earlier name of the same file.

    Blocking. The order is the one that clients insist on: by bytes, name after name.
    """
    first_names: dict[int, str] = {}
    waiting = sorted(tree.names(""), key=os.fsencode, reverse=True)
    while waiting:
        path = waiting.pop()
        node = tree.look(path)
        if node is None:
            continue
        first_name = first_names.setdefault(node.number, path) if node.number else path
        yield path, node, "" if first_name == path else first_name
        if node.kind == FOLDER:
            names = sorted(tree.names(path), key=os.fsencode, reverse=True)
            waiting += [f"{path}/{name}" for name in names]


def _pieces(contents: Iterable[bytes]) -> Iterator[bytes]:
    for data in contents:
        for start in range(0, len(data), PIECE):
            yield data[start : start + PIECE]


def _stat(path: str, node: Node, first_name: str) -> Stat:
    return Stat(
        path=os.fsencode(path),
        mode=go_modes.go_mode(node.kind, node.mode),
        uid=node.uid,
        gid=node.gid,
        size=node.size,
        mod_time=node.mtime * 1_000_000_000,
        linkname=os.fsencode(first_name or node.link),
        devmajor=node.device[0],
        devminor=node.device[1],
        xattrs={key.removeprefix(XATTR).decode(): value for key, value in node.records},
    )


def _archive(tree: SourceTree) -> Iterator[bytes]:
    """Give a tree's tar archive in pieces. Blocking."""
    for path, node, first_name in walk(tree):
        name = os.fsencode(path) + (b"/" if node.kind == FOLDER else b"")
        attributes = FolderAttributes(node.mode, node.uid, node.gid, node.mtime)
        if first_name:
            yield tar_headers.entry(name, tar_headers.HARD_LINK, attributes, link=os.fsencode(first_name))
            continue
        yield tar_headers.entry(
            name,
            node.kind,
            attributes,
            size=node.size,
            link=os.fsencode(node.link),
            device=node.device,
            records=node.records,
        )
        if node.kind == FILE:
            yield from _pieces(tree.contents(path, node))
            if padding := tar_headers.padded(node.size) - node.size:
                yield bytes(padding)
    yield bytes(2 * BLOCK)
