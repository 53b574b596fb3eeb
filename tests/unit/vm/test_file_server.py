"""The server of the shared folders: what sshfs asks, and what a hostile guest may try."""

import os
import socket
import stat
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from vm.machine.sharing.file_server import NO_CHANGE_TIME, FileServer
from vm.machine.sharing.guest_paths import guest_path
from vm.machine.sharing.sftp_packets import Kind, OpenFlag, PacketReader, Status, pack_text
from vm.machine.sharing.shared_files import open_shared

CREATE = OpenFlag.WRITE | OpenFlag.CREATE
needs_links = pytest.mark.skipif(sys.platform == "win32", reason="Wine's disks keep no links")
needs_modes = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes")


class Guest:
    """Asks the server as sshfs does."""

    def __init__(self, server: FileServer) -> None:
        self._server = server

    def ask(self, kind: Kind, *parts: bytes) -> tuple[Kind, PacketReader]:
        """Send a request; return the answer's kind and what follows its number."""
        answer = self._server.answer(struct.pack(">BI", kind, 7) + b"".join(parts))
        reader = PacketReader(answer)
        assert reader.number() == len(answer) - 4
        found = Kind(reader.take(1)[0])
        assert reader.number() == 7
        return found, reader

    def status(self, kind: Kind, *parts: bytes) -> Status:
        """Send a request that is answered by a status."""
        found, reader = self.ask(kind, *parts)
        assert found is Kind.STATUS
        return Status(reader.number())

    def open(self, path: str | Path, flags: OpenFlag, mode: int = 0o644) -> bytes:
        """Open a file; return the handle as it goes into requests."""
        found, reader = self.ask(Kind.OPEN, text(path), struct.pack(">III", flags, 4, mode))
        assert found is Kind.HANDLE, Status(reader.number())
        return pack_text(reader.text())

    def mode_and_owner(self, path: Path) -> tuple[int, int, int]:
        """Return mode, user and group that the guest sees."""
        found, reader = self.ask(Kind.LSTAT, text(path))
        assert found is Kind.ATTRS
        seen = reader.attributes()
        assert seen.permissions is not None
        assert seen.owner is not None
        return seen.permissions, *seen.owner

    def names(self, path: str | Path) -> set[bytes]:
        """List a folder."""
        _, reader = self.ask(Kind.OPENDIR, text(path))
        handle = pack_text(reader.text())
        names: set[bytes] = set()
        while True:
            found, reader = self.ask(Kind.READDIR, handle)
            if found is Kind.STATUS:
                assert reader.number() == Status.EOF
                return names
            for _ in range(reader.number()):
                names.add(reader.text())
                reader.text()
                reader.attributes()


def text(path: str | Path) -> bytes:
    """Return a path of this computer as the guest writes it."""
    return pack_text((guest_path(str(path)) if isinstance(path, Path) else path).encode())


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    folder = tmp_path / "of the host" / "shared"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def guest(shared: Path) -> Iterator[Guest]:
    files = open_shared([shared])
    with socket.socket() as unused:
        yield Guest(FileServer(files, unused))
    files.close()


def test_a_file_is_made_written_read_and_renamed(guest: Guest, shared: Path) -> None:
    path = shared / "ein Name mit ß"
    handle = guest.open(path, OpenFlag.WRITE | OpenFlag.CREATE | OpenFlag.EXCLUSIVE, 0o640)
    assert guest.status(Kind.WRITE, handle, struct.pack(">Q", 2), pack_text(b"cdef")) is Status.OK
    assert guest.status(Kind.WRITE, handle, struct.pack(">Q", 0), pack_text(b"ab")) is Status.OK
    assert guest.status(Kind.CLOSE, handle) is Status.OK
    assert path.read_bytes() == b"abcdef"
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o640 & ~_umask()
    handle = guest.open(path, OpenFlag.READ)
    found, reader = guest.ask(Kind.READ, handle, struct.pack(">QI", 1, 3))
    assert (found, reader.text()) == (Kind.DATA, b"bcd")
    assert guest.status(Kind.READ, handle, struct.pack(">QI", 6, 3)) is Status.EOF
    assert guest.status(Kind.CLOSE, handle) is Status.OK
    (shared / "new").write_text("is replaced")
    assert guest.status(Kind.RENAME, text(path), text(shared / "new")) is Status.FAILURE
    rename = (pack_text(b"posix-rename@openssh.com"), text(path), text(shared / "new"))
    assert guest.status(Kind.EXTENDED, *rename) is Status.OK
    assert (shared / "new").read_bytes() == b"abcdef"
    assert guest.status(Kind.REMOVE, text(shared / "new")) is Status.OK
    assert guest.status(Kind.REMOVE, text(shared / "new")) is Status.NO_SUCH_FILE


def test_the_time_that_is_no_change_alters_nothing(guest: Guest, shared: Path) -> None:
    path = shared / "page"
    path.write_text("x")
    before = path.stat()
    times = struct.pack(">III", 8, 1, NO_CHANGE_TIME)
    assert guest.status(Kind.SETSTAT, text(path), times) is Status.OK
    handle = guest.open(path, OpenFlag.WRITE)
    assert guest.status(Kind.FSETSTAT, handle, times) is Status.OK
    assert (path.stat().st_mtime_ns, path.stat().st_ctime_ns) == (before.st_mtime_ns, before.st_ctime_ns)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_a_large_folder_is_listed_whole(guest: Guest, shared: Path) -> None:
    expected = {f"{number:04}{'x' * 200}".encode() for number in range(700)}
    for name in expected:
        (shared / name.decode()).touch()
    assert guest.names(shared) == expected


def test_the_way_to_a_shared_folder_shows_nothing_else(guest: Guest, shared: Path) -> None:
    (shared.parent / "secret").write_text("x")
    assert guest.names(shared.parent) == {b"shared"}
    assert guest.names("/") == {guest_path(str(shared)).split("/")[1].encode()}
    assert guest.status(Kind.LSTAT, text(shared.parent / "secret")) is Status.NO_SUCH_FILE
    assert guest.status(Kind.MKDIR, text(shared.parent / "new"), struct.pack(">I", 0)) is Status.NO_SUCH_FILE
    assert guest.status(Kind.RMDIR, text(shared)) is Status.PERMISSION_DENIED


@needs_links
@pytest.mark.parametrize("path", ["{}/../secret", "{}/a/../../secret", "{}/out/secret", "{}/file-out"])
def test_no_path_leads_out(guest: Guest, shared: Path, path: str) -> None:
    (shared.parent / "secret").write_text("x")
    (shared / "a").mkdir()
    (shared / "out").symlink_to(shared.parent)
    (shared / "file-out").symlink_to(shared.parent / "secret")
    target = path.format(shared).encode()
    for flags in (OpenFlag.READ, OpenFlag.WRITE | OpenFlag.TRUNCATE):
        request = (pack_text(target), struct.pack(">II", flags, 0))
        assert guest.status(Kind.OPEN, *request) in (Status.PERMISSION_DENIED, Status.NO_SUCH_FILE)
    size_and_mode = struct.pack(">IQI", 5, 0, 0o777)
    assert guest.status(Kind.SETSTAT, pack_text(target), size_and_mode) is not Status.OK
    assert (shared.parent / "secret").read_text() == "x"
    assert stat.S_IMODE((shared.parent / "secret").stat().st_mode) != 0o777


@needs_links
def test_links_are_shown_as_they_are(guest: Guest, shared: Path) -> None:
    (shared / "file").write_text("x")
    assert guest.status(Kind.SYMLINK, pack_text(b"/etc/elsewhere"), text(shared / "link")) is Status.OK
    found, reader = guest.ask(Kind.READLINK, text(shared / "link"))
    assert (found, reader.number(), reader.text()) == (Kind.NAME, 1, b"/etc/elsewhere")
    assert stat.S_ISLNK(guest.mode_and_owner(shared / "link")[0])
    link = (pack_text(b"hardlink@openssh.com"), text(shared / "file"), text(shared / "second"))
    assert guest.status(Kind.EXTENDED, *link) is Status.OK
    assert (shared / "second").stat().st_nlink == 2


@needs_modes
def test_an_owner_that_was_set_is_seen_and_the_hosts_owner_stays(guest: Guest, shared: Path) -> None:
    path = shared / "file"
    path.touch(0o600)
    before = path.stat()
    assert guest.status(Kind.SETSTAT, text(path), struct.pack(">III", 2, 999, 998)) is Status.OK
    assert guest.mode_and_owner(path)[1:] == (999, 998)
    assert guest.status(Kind.SETSTAT, text(path), struct.pack(">III", 2, 5, 2**32 - 1)) is Status.OK
    assert guest.mode_and_owner(path)[1:] == (5, 998)
    assert (path.stat().st_uid, path.stat().st_gid) == (before.st_uid, before.st_gid)


@needs_modes
def test_no_program_becomes_one_that_runs_as_its_owner(guest: Guest, shared: Path) -> None:
    handle = guest.open(shared / "program", OpenFlag.WRITE | OpenFlag.CREATE, 0o6755)
    guest.status(Kind.FSETSTAT, handle, struct.pack(">II", 4, 0o6755))
    guest.status(Kind.SETSTAT, text(shared / "program"), struct.pack(">II", 4, 0o6755))
    assert stat.S_IMODE((shared / "program").stat().st_mode) == 0o755


@needs_modes
def test_a_pipe_of_the_host_does_not_hold_the_server_up(guest: Guest, shared: Path) -> None:
    os.mkfifo(shared / "pipe")
    request = (text(shared / "pipe"), struct.pack(">II", OpenFlag.READ, 0))
    assert guest.status(Kind.OPEN, *request) is Status.PERMISSION_DENIED


@pytest.mark.parametrize("kind", list(Kind))
def test_packets_without_sense_get_an_answer(guest: Guest, kind: Kind) -> None:
    if kind in (Kind.INIT, Kind.REALPATH):  # the second one only cleans a text
        return
    for body in (b"", b"\xff" * 3, b"\xff" * 40, pack_text(b"/a\0b") + b"\0" * 40):
        assert guest.status(kind, body) is not Status.OK or kind is Kind.CLOSE


def test_a_new_mount_starts_with_no_file_open(guest: Guest, shared: Path) -> None:
    handle = guest.open(shared / "file", OpenFlag.WRITE | OpenFlag.CREATE)
    guest._server.answer(struct.pack(">BI", Kind.INIT, 3))
    assert guest.status(Kind.WRITE, handle, struct.pack(">Q", 0), pack_text(b"x")) is not Status.OK


def test_what_is_removed_or_replaced_while_it_is_open_can_still_be_read(guest: Guest, shared: Path) -> None:
    for name in ("old", "new"):
        (shared / name).write_text(name)
    handle = guest.open(shared / "new", OpenFlag.READ)
    assert guest.status(Kind.REMOVE, text(shared / "new")) is Status.OK
    found, reader = guest.ask(Kind.READ, handle, struct.pack(">QI", 0, 9))
    assert (found, reader.text()) == (Kind.DATA, b"new")
    assert guest.status(Kind.CLOSE, handle) is Status.OK
    assert guest.names(shared) == {b"old"}


def test_an_owner_and_a_folders_mode_are_seen_as_they_were_set(guest: Guest, shared: Path) -> None:
    path = shared / "data"
    assert guest.status(Kind.MKDIR, text(path), struct.pack(">II", 4, 0o755)) is Status.OK
    assert guest.status(Kind.SETSTAT, text(path), struct.pack(">IIII", 6, 70, 71, 0o700)) is Status.OK
    assert guest.mode_and_owner(path) == (stat.S_IFDIR | 0o700, 70, 71)
    assert guest.status(Kind.RMDIR, text(path)) is Status.OK


def test_the_time_of_change_is_set_and_a_file_is_cut(guest: Guest, shared: Path) -> None:
    path = shared / "file"
    path.write_text("long")
    request = struct.pack(">IQII", 1 | 8, 2, 1000, 2000)
    assert guest.status(Kind.SETSTAT, text(path), request) is Status.OK
    assert path.read_text() == "lo"
    assert path.stat().st_mtime == 2000


@pytest.mark.skipif(sys.platform != "win32", reason="names of Windows")
def test_names_that_windows_does_not_have_are_kept_and_none_is_a_device(guest: Guest, shared: Path) -> None:
    for name in ("a:b", "what?", "at the end."):
        assert guest.status(Kind.CLOSE, guest.open(f"{guest_path(str(shared))}/{name}", CREATE)) is Status.OK
        assert name.encode() in guest.names(shared)
    assert {path.name for path in shared.iterdir()} == {"a\uf03ab", "what\uf03f", "at the end\uf02e"}
    request = (text(guest_path(str(shared)) + "/con.txt"), struct.pack(">II", CREATE, 0))
    assert guest.status(Kind.OPEN, *request) is Status.INPUT_OUTPUT


@pytest.mark.skipif(sys.platform != "win32", reason="names of Windows")
def test_the_case_of_a_name_makes_no_difference_on_windows(guest: Guest, shared: Path) -> None:
    (shared / "Readme").write_text("x")
    assert guest.ask(Kind.LSTAT, text(guest_path(str(shared)).upper() + "/README"))[0] is Kind.ATTRS


@pytest.mark.skipif(sys.platform == "win32", reason="names of pipes are hashed")
def test_the_server_has_none_of_the_supervisors_libraries() -> None:
    """It runs as long as the machine does: each of these is megabytes."""
    code = (
        "import sys, vm.__main__, vm.machine.revival, vm.machine.sharing.file_server;"
        "print(sorted({'asyncio', 'hashlib', 'ssl', 'psutil', 'paramiko'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"
