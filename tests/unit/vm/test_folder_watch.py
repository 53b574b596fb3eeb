"""The watch of shared folders, by the real notifications of this system."""

import json
import os
import posixpath
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from vm.machine.sharing import folder_watch
from vm.machine.sharing.folder_watch import FolderWatch, OwnChanges
from vm.machine.sharing.guest_paths import guest_path
from vm.machine.sockets.local_sockets import dial_socket


class Client:
    """Who is told; collects all that has changed."""

    def __init__(self, path: Path) -> None:
        self._connection = dial_socket(path, timeout=60)
        self.changed: list[str] = []
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        with self._connection.makefile("rb") as lines:
            for line in lines:
                self.changed += json.loads(line)["changed"]

    def watch(self, *paths: Path) -> None:
        """Say what is to be watched."""
        self._connection.sendall(json.dumps([named(path) for path in paths]).encode() + b"\n")

    def close(self) -> None:
        """Hang up."""
        self._connection.shutdown(socket.SHUT_RDWR)
        self._reader.join(60)
        self._connection.close()


@pytest.fixture
def own() -> OwnChanges:
    return OwnChanges()


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    folder = tmp_path / "shared"
    folder.mkdir()
    return folder


@pytest.fixture
def client(tmp_path: Path, shared: Path, own: OwnChanges) -> Iterator[Client]:
    watch = FolderWatch(tmp_path / "events.sock", [shared], own)
    watch.start()
    client = Client(tmp_path / "events.sock")
    yield client
    client.close()
    watch.close()


def named(path: Path) -> str:
    """Return what the machine calls a path of this computer."""
    return guest_path(str(path))


def wait_for(condition: Callable[[], bool], change: Callable[[], Any] = lambda: None) -> None:
    """Wait for a condition, making the change again and again."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        change()
        time.sleep(0.05)


def test_saved_new_moved_and_removed_files_are_told_with_their_folders(client: Client, shared: Path) -> None:
    (shared / "deep").mkdir()
    client.watch(shared)
    file = shared / "deep" / "file"
    wait_for(lambda: named(file) in client.changed, lambda: file.write_text("x"))
    file.rename(shared / "moved")
    wait_for(lambda: {named(shared / "moved"), named(shared / "deep")} <= set(client.changed))
    client.changed.clear()
    (shared / "moved").unlink()
    wait_for(lambda: {named(shared / "moved"), named(shared)} <= set(client.changed))


def test_what_the_guest_did_itself_is_not_told(
    client: Client, shared: Path, own: OwnChanges, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_watch, "OWN_SECONDS", 600)
    client.watch(shared)
    wait_for(lambda: named(shared / "first") in client.changed, lambda: (shared / "first").write_text("x"))
    own.note(os.fsencode(named(shared / "own")))
    (shared / "own").write_text("x")
    (shared / "last").write_text("x")
    wait_for(lambda: named(shared / "last") in client.changed)
    assert named(shared / "own") not in client.changed


@pytest.mark.skipif(sys.platform == "win32", reason="a pipe is no file")
def test_a_socket_that_was_removed_is_made_again(
    tmp_path: Path, shared: Path, own: OwnChanges, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_watch, "LOOK_SECONDS", 0.05)
    path = tmp_path / "events.sock"
    watch = FolderWatch(path, [shared], own)
    watch.start()
    path.unlink()
    wait_for(path.exists)
    client = Client(path)
    client.watch(shared)
    wait_for(lambda: named(shared / "file") in client.changed, lambda: (shared / "file").write_text("x"))
    client.close()
    watch.close()


def test_own_changes_are_forgotten_soon(own: OwnChanges, monkeypatch: pytest.MonkeyPatch) -> None:
    own.note(b"/a")
    assert not own.has("/a"), "nobody watches"
    own.active = True
    own.note(b"/a/./b")
    assert own.has("/a/b")
    monkeypatch.setattr(folder_watch, "OWN_SECONDS", 0)
    assert not own.has("/a/b")


def test_a_single_file_is_watched_through_its_replacement(client: Client, shared: Path) -> None:
    (shared / "app.conf").write_text("old")
    client.watch(shared / "app.conf")
    wait_for(
        lambda: named(shared / "app.conf") in client.changed,
        lambda: (shared / "app.conf").write_text("newer"),
    )
    client.changed.clear()
    (shared / "other").write_text("of no interest")
    (shared / "app.conf.new").write_text("newest")
    (shared / "app.conf.new").replace(shared / "app.conf")
    wait_for(lambda: named(shared / "app.conf") in client.changed)
    assert set(client.changed) == {named(shared / "app.conf")}


def test_only_shared_folders_are_watched_and_no_longer_than_asked(
    client: Client, shared: Path, tmp_path: Path
) -> None:
    for name in ("a", "b"):
        (shared / name).mkdir()
    (tmp_path / "secret").mkdir()
    if sys.platform != "win32":
        (shared / "out").symlink_to(tmp_path / "secret")
    client.watch(shared / "a", shared / "out", tmp_path / "secret", tmp_path / "missing", tmp_path)
    wait_for(lambda: named(shared / "a/x") in client.changed, lambda: (shared / "a/x").write_text("x"))
    client.watch(shared / "b")
    wait_for(lambda: named(shared / "b/x") in client.changed, lambda: (shared / "b/x").write_text("x"))
    client.changed.clear()
    (tmp_path / "secret/x").write_text("x")
    (shared / "a/late").write_text("x")
    (shared / "b/last").write_text("x")
    wait_for(lambda: named(shared / "b/last") in client.changed)
    assert {posixpath.dirname(path) for path in client.changed} <= {named(shared / "b"), named(shared)}


def test_very_many_changes_are_told_as_changes_of_their_folders(
    client: Client, shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_watch, "MOST_PATHS", 5)
    client.watch(shared)
    wait_for(lambda: named(shared / "first") in client.changed, lambda: (shared / "first").write_text("x"))
    client.changed.clear()
    (shared / "many").mkdir()
    wait_for(lambda: named(shared / "many") in client.changed)
    for number in range(200):
        (shared / f"many/{number}").write_text("x")
    wait_for(lambda: named(shared / "many") in client.changed[1:])


@pytest.mark.skipif(sys.platform != "win32", reason="names of Windows")
def test_a_folder_of_windows_is_told_by_the_name_that_was_asked_for(client: Client, shared: Path) -> None:
    (shared / "Src").mkdir()
    asked = shared.with_name(shared.name.upper()) / "src"
    client.watch(asked)
    wait_for(lambda: f"{named(asked)}/Page" in client.changed, lambda: (shared / "Src/Page").write_text("x"))
