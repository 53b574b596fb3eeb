"""Files of a build's client, as they come over its session: also those that a hostile client tells of."""

import asyncio
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from backend.builder.copy.archive_tree import ArchiveTree
from backend.buildkit import client_files
from backend.buildkit.client_files import Receiver
from backend.buildkit.go_modes import DEVICE, FOLDER, SETUID, SOCKET, SYMLINK
from backend.buildkit.protocol.session_pb2 import Packet, Stat
from backend.errors import InvalidParameterError

LISTED = Packet(type=Packet.PACKET_STAT)
FIN = Packet(type=Packet.PACKET_FIN)


class Client:
    """The other side: gives `packets`, then the contents that it is asked for, in pieces and all mixed."""

    def __init__(self, packets: Iterable[Packet], contents: dict[int, bytes] | None = None) -> None:
        self._packets = list(packets)
        self._contents = contents or {}
        self._pieces: list[Packet] = []
        self.asked: list[int] = []
        self.most_asked = 0
        self.finished = False

    async def recv_message(self) -> Packet | None:
        """Give the next packet; None at the end."""
        await asyncio.sleep(0)
        if self._packets:
            return self._packets.pop(0)
        if self._pieces:
            return self._pieces.pop(0)
        return FIN if self.finished else None

    async def send_message(self, message: Packet, *, end: bool = False) -> None:
        """Take a request: its contents come behind, and between, those of others."""
        packet = message
        if packet.type == Packet.PACKET_FIN:
            assert end
            self.finished = True
            return
        self.asked.append(packet.id)
        open_files = {piece.id for piece in self._pieces}
        self.most_asked = max(self.most_asked, len(open_files) + 1)
        data = self._contents[packet.id]
        half = len(data) // 2
        parts = [part for part in (data[:half], data[half:]) if part]
        pieces = [Packet(type=Packet.PACKET_DATA, id=packet.id, data=part) for part in [*parts, b""]]
        mixed = [piece for pair in zip(self._pieces, pieces, strict=False) for piece in pair]
        longer = max(self._pieces, pieces, key=len)
        self._pieces = mixed + longer[min(len(self._pieces), len(pieces)) :]


def stat(path: str | bytes, mode: int = 0o644, size: int = 0, link: bytes = b"") -> Packet:
    """Return what the client tells of a file."""
    name = path.encode() if isinstance(path, str) else path
    return Packet(type=Packet.PACKET_STAT, stat=Stat(path=name, mode=mode, size=size, linkname=link))


async def received(folder: Path, client: Client) -> ArchiveTree:
    """Receive all that a client sends."""
    archive = folder / "archive"
    with archive.open("xb") as file:
        await Receiver(file.fileno(), lambda size: None).run(client)
    return ArchiveTree.read(archive)


def text(tree: ArchiveTree, path: str) -> bytes:
    """Return a file's contents."""
    node = tree.look(path)
    assert node is not None
    return b"".join(tree.contents(path, node))


async def test_a_tree_arrives_as_it_is(tmp_path: Path) -> None:
    big = os.urandom(3_000_000)
    packets = [
        stat("a", 0o755 | SETUID, size=5),
        stat("empty"),
        stat("folder", FOLDER | 0o750),
        stat("folder/big", size=len(big)),
        stat("folder/link", SYMLINK | 0o777, link=b"../a"),
        stat("other", 0o755 | SETUID, link=b"a"),
        stat("socket", SOCKET | 0o600),
        stat("x" * 200, size=3),
        stat("\u00fcber", size=1),
        LISTED,
    ]
    client = Client(packets, {0: b"hello", 3: big, 7: b"xyz", 8: b"!"})
    tree = await received(tmp_path, client)
    try:
        assert tree.names("") == sorted(["a", "empty", "folder", "other", "x" * 200, "\u00fcber"])
        assert (text(tree, "a"), text(tree, "folder/big"), text(tree, "x" * 200)) == (b"hello", big, b"xyz")
        first, link, folder = tree.look("a"), tree.look("folder/link"), tree.look("folder")
        assert first is not None
        assert link is not None
        assert folder is not None
        assert (first.mode, link.link, folder.mode) == (0o4755, "../a", 0o750)
        assert text(tree, "other") == b"hello"
    finally:
        tree.close()
    assert client.finished


async def test_few_files_are_asked_for_at_once(tmp_path: Path) -> None:
    count = 500
    packets = [*(stat(f"{number:04}", size=4) for number in range(count)), LISTED]
    client = Client(packets, {number: b"%04d" % number for number in range(count)})
    tree = await received(tmp_path, client)
    assert all(text(tree, f"{number:04}") == b"%04d" % number for number in range(count))
    tree.close()
    assert client.most_asked <= client_files.MOST_ASKED_FOR
    assert client.asked == list(range(count))


@pytest.mark.parametrize(("sent", "kept"), [(b"grown up", b"grow"), (b"sh", b"sh\0\0"), (b"", bytes(4))])
async def test_a_file_that_changes_meanwhile_keeps_its_size(tmp_path: Path, sent: bytes, kept: bytes) -> None:
    tree = await received(
        tmp_path, Client([stat("a", size=4), stat("b", size=4), LISTED], {0: sent, 1: b"last"})
    )
    assert (text(tree, "a"), text(tree, "b")) == (kept, b"last")
    tree.close()


async def test_devices_become_nothing_but_entries(tmp_path: Path) -> None:
    tree = await received(tmp_path, Client([stat("disk", DEVICE | 0o666), LISTED]))
    assert tree.look("disk") is not None
    tree.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["archive"]


@pytest.mark.parametrize(
    ("packets", "error"),
    [
        ([stat("../out", size=1), LISTED], "invalid path"),
        ([stat("a/../../out"), LISTED], "invalid path"),
        ([stat(b"zero\0byte"), LISTED], "invalid path"),
        ([stat(""), LISTED], "invalid path"),
        ([stat("a", size=-1), LISTED], "invalid size"),
        ([stat("a", size=1 << 62), LISTED], "invalid size"),
        ([stat("a", FOLDER, size=0), Packet(type=Packet.PACKET_DATA, id=0, data=b"x")], "invalid file"),
        ([Packet(type=Packet.PACKET_DATA, id=7, data=b"x")], "invalid file request 7"),
        ([stat("a", size=3), FIN], "too early"),
        ([stat("a", size=3)], "too early"),
        ([Packet(type=Packet.PACKET_ERR, data=b"the disk is on fire")], "the disk is on fire"),
    ],
)
async def test_nonsense_is_refused(tmp_path: Path, packets: Sequence[Packet], error: str) -> None:
    client = Client(packets, {0: b""})
    with pytest.raises(InvalidParameterError, match=error):
        await received(tmp_path, client)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["archive"]
