"""Lines of the boot port, and the port on a real socket."""

import asyncio
from pathlib import Path

import pytest

from vm.machine.link.boot_port import BootLine, BootNews, BootPort, parse_boot_line
from vm.machine.sockets.endpoints import UnixEndpoint


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"step data-disk\n", BootLine(BootNews.STEP, "data-disk")),
        (
            b"hostkey ssh-ed25519 AAAA root@marina\n",
            BootLine(BootNews.HOST_KEY, "ssh-ed25519 AAAA root@marina"),
        ),
        (b"ready\n", BootLine(BootNews.READY)),
        (b"fail data-disk no such disk\n", BootLine(BootNews.FAIL, "data-disk", "no such disk")),
        (b"fail root \x1b[31mred\n", BootLine(BootNews.FAIL, "root", "?[31mred")),
        (b"step\n", None),
        (b"ready now\n", None),
        (b"\xff\xfe\n", None),
        (b"", None),
        (b"step " + b"x" * 5000, None),
    ],
)
def test_lines(line: bytes, expected: BootLine | None) -> None:
    assert parse_boot_line(line) == expected


async def test_lines_arrive_and_poweroff_goes_out(tmp_path: Path) -> None:
    heard: asyncio.Queue[bytes] = asyncio.Queue()

    async def guest(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"step root\nnonsense\nready\n")
        await heard.put(await reader.readline())
        writer.close()

    server = await asyncio.start_unix_server(guest, str(tmp_path / "boot.sock"))
    lines: asyncio.Queue[BootLine] = asyncio.Queue()
    port = await BootPort.connect(UnixEndpoint(tmp_path / "boot.sock"), lines.put_nowait)
    assert (await lines.get()).value == "root"
    assert (await lines.get()).news is BootNews.READY
    await port.power_off()
    assert await asyncio.wait_for(heard.get(), 60) == b"poweroff\n"
    await port.close()
    server.close()
