"""Files of a result on their way to the client's folder: what is told, what is given, and what is refused."""

import asyncio
import io
import tarfile
from collections.abc import Iterable
from pathlib import Path

import pytest

from backend.builder.copy.archive_tree import ArchiveTree
from backend.buildkit import go_modes
from backend.buildkit.client_output import Sender, walk
from backend.buildkit.protocol.session_pb2 import Packet
from backend.errors import InvalidParameterError

FIN = Packet(type=Packet.PACKET_FIN)


class Client:
    """The other side: sends `packets` when it has been told of all files."""

    def __init__(self, packets: Iterable[Packet]) -> None:
        self._packets = list(packets)
        self.told: list[Packet] = []
        self.ended = False

    async def recv_message(self) -> Packet | None:
        """Give the next packet; None at the end."""
        await asyncio.sleep(0)
        return self._packets.pop(0) if self._packets else None

    async def send_message(self, message: Packet, *, end: bool = False) -> None:
        """Note what is sent."""
        self.told.append(message)
        self.ended = self.ended or end


def request(number: int) -> Packet:
    """Ask for a file."""
    return Packet(type=Packet.PACKET_REQ, id=number)


@pytest.fixture
def tree(tmp_path: Path) -> Iterable[ArchiveTree]:
    """Some files; `a-b` comes before what is in `a` by its text, but not as clients count."""
    with tarfile.open(tmp_path / "files.tar", "w") as tar:
        for name, kind, data, link in (
            ("a", tarfile.DIRTYPE, b"", ""),
            ("a/tool", tarfile.REGTYPE, b"x" * 100_000, ""),
            ("a-b", tarfile.REGTYPE, b"second", ""),
            ("again", tarfile.LNKTYPE, b"", "a/tool"),
            ("link", tarfile.SYMTYPE, b"", "a/tool"),
        ):
            member = tarfile.TarInfo(name)
            member.type, member.linkname, member.size, member.mtime = kind, link, len(data), 7
            member.mode = 0o4755
            tar.addfile(member, io.BytesIO(data))
    found = ArchiveTree.read(tmp_path / "files.tar")
    yield found
    found.close()


async def test_files_are_told_of_and_given(tree: ArchiveTree) -> None:
    client = Client([request(2), request(1), FIN])
    sizes: list[int] = []
    await Sender(tree, sizes.append).run(client)
    stats = [packet.stat for packet in client.told if packet.HasField("stat")]
    assert [stat.path for stat in stats] == [b"a", b"a/tool", b"a-b", b"again", b"link"]
    assert [stat.linkname for stat in stats] == [b"", b"", b"", b"a/tool", b"a/tool"]
    assert stats[0].mode == go_modes.FOLDER | go_modes.SETUID | 0o755
    assert (stats[1].size, stats[1].mod_time) == (100_000, 7_000_000_000)
    assert stats[4].mode & go_modes.TYPE == go_modes.SYMLINK
    data = [packet for packet in client.told if packet.type == Packet.PACKET_DATA]
    given = {number: [packet.data for packet in data if packet.id == number] for number in (1, 2)}
    assert {number: b"".join(parts) for number, parts in given.items()} == {1: b"x" * 100_000, 2: b"second"}
    assert all(parts[-1] == b"" for parts in given.values())
    assert sizes[-1] == 100_006
    assert (client.told[-1].type, client.ended) == (Packet.PACKET_FIN, True)


@pytest.mark.parametrize(
    ("packets", "error"),
    [
        ([request(0)], "invalid file request 0"),
        ([request(3)], "invalid file request 3"),
        ([request(99)], "invalid file request 99"),
        ([request(2), request(2)], "invalid file request 2"),
        ([Packet(type=Packet.PACKET_ERR, data=b"no space left")], "no space left"),
        ([request(2)], "too early"),
        ([], "too early"),
    ],
)
async def test_nonsense_is_refused(tree: ArchiveTree, packets: list[Packet], error: str) -> None:
    with pytest.raises(InvalidParameterError, match=error):
        await Sender(tree, lambda size: None).run(Client(packets))


def test_the_order_is_that_of_the_clients(tree: ArchiveTree) -> None:
    paths = [path for path, _, _ in walk(tree)]
    assert paths == sorted(paths, key=lambda path: path.encode().replace(b"/", b"\0"))
