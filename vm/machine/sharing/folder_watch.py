"""Watches folders of the host for whoever connects to events.sock; part of the file server's process.

What the guest has changed itself is passed over: its kernel has told its containers already, and a container
that builds at each change must not be told of its own output again.
"""

import contextlib
import json
import logging
import os
import posixpath
import socket
import sys
import threading
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vm.errors import UserError
from vm.machine.sharing.guest_paths import guest_path, host_path
from vm.machine.sockets.local_sockets import listen_on_socket

if TYPE_CHECKING:
    from watchdog.events import FileSystemEvent

log = logging.getLogger(__name__)

BATCH_SECONDS = 0.1
MOST_PATHS = 2000
"""In one message; more are told as changes of their folders."""

OWN_SECONDS = 2.0
"""How long after the guest has changed a file an event is taken for its own."""

MOST_OWN = 20_000
LOOK_SECONDS = 15.0
"""Between two looks whether the socket is still there: a cleaner of temporary folders removes it."""

WINDOWS = sys.platform == "win32"
LONGEST_REQUEST = 2**20


class OwnChanges:
    """What the guest has changed a moment ago. Written by the file server's thread, read by the watcher's."""

    def __init__(self) -> None:
        self._when: dict[bytes, float] = {}
        self.active = False
        """Whether anybody asks: without a watcher nothing is kept."""

    def note(self, path: bytes) -> None:
        """Take note that the guest changes `path` now."""
        if self.active:
            if len(self._when) > MOST_OWN:
                self._when.clear()
            self._when[_key(path)] = time.monotonic()

    def has(self, path: str) -> bool:
        """Return whether the guest has just changed `path`, as it calls it."""
        when = self._when.get(_key(os.fsencode(path)))
        return when is not None and time.monotonic() - when < OWN_SECONDS


class FolderWatch:
    """Serves one client at a time: it says which folders to watch, and reads what has changed in them."""

    def __init__(self, socket_path: Path, shared: Sequence[Path], own: OwnChanges) -> None:
        """Listen at once. Raises UserError, OSError."""
        self._shared = [Path(os.path.realpath(folder)) for folder in shared]
        self._own = own
        self._socket_path = socket_path
        self._listener = self._listen()

    def start(self) -> None:
        """Serve on a thread of its own until the process ends."""
        threading.Thread(target=self._serve, name="folder watch", daemon=True).start()

    def close(self) -> None:
        """Stop to listen."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _listen(self) -> socket.socket:
        listener = listen_on_socket(self._socket_path)
        if not WINDOWS:  # a pipe is there as long as somebody listens
            listener.settimeout(LOOK_SECONDS)
        return listener

    def _accept(self) -> socket.socket:
        """Return the next client. Raises OSError once nobody listens any more."""
        while True:
            try:
                return self._listener.accept()[0]
            except TimeoutError:
                if not self._socket_path.exists():
                    with contextlib.suppress(OSError, UserError):  # the next look tries again
                        removed, self._listener = self._listener, self._listen()
                        removed.close()

    def _serve(self) -> None:
        while True:
            try:
                connection = self._accept()
            except OSError:
                return
            with connection, _Watcher(connection, self._own) as watcher:
                try:
                    with connection.makefile("rb") as requests:
                        while line := requests.readline(LONGEST_REQUEST):
                            watcher.watch(self._usable(json.loads(line)))
                except (OSError, ValueError, TypeError) as error:
                    log.info("the watcher's client is gone: %s", error)

    def _usable(self, folders: Iterable[str]) -> set[Path]:
        """Return what of `folders` is shared and there, without those below others."""
        shared = set[Path]()
        for folder in folders:
            with contextlib.suppress(ValueError):  # no path of this computer
                asked = Path(host_path(folder))
                real = Path(os.path.realpath(asked))
                if real.exists() and any(real.is_relative_to(top) for top in self._shared):
                    # what changes is told by the name that was asked for: on Windows the case may differ
                    shared.add(asked if sys.platform == "win32" else real)
        return {path for path in shared if not any(parent in shared for parent in path.parents)}


class _Watcher:
    """The watches of one client; changes are gathered for a moment and told in one line."""

    def __init__(self, connection: socket.socket, own: OwnChanges) -> None:
        self._connection = connection
        self._own = own
        self._observer: Any = None
        self._watches: dict[Path, Any] = {}
        self._changed: set[str] = set()
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None

    def __enter__(self) -> "_Watcher":
        return self

    def __exit__(self, *_: object) -> None:
        self._own.active = False
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
            self._connection.close()
        if self._observer is not None:
            self._observer.stop()
            self._observer.join()

    def watch(self, paths: set[Path]) -> None:
        """Watch exactly these folders and files; a folder with everything in it."""
        self._own.active = bool(paths)
        if paths and self._observer is None:
            from watchdog.observers import Observer  # most machines never need it

            self._observer = Observer()
            self._observer.start()
        for path in set(self._watches) - paths:
            self._observer.unschedule(self._watches.pop(path))
        for path in paths - set(self._watches):
            try:
                self._watches[path] = self._schedule(path)
            except OSError as error:  # most often: no more watches (fs.inotify.max_user_watches)
                log.warning("changes in %s are not told to containers: %s", path, error)

    def _schedule(self, path: Path) -> Any:
        from watchdog.events import (
            DirCreatedEvent,
            DirDeletedEvent,
            DirMovedEvent,
            FileCreatedEvent,
            FileDeletedEvent,
            FileModifiedEvent,
            FileMovedEvent,
            FileSystemEventHandler,
        )

        only = None if path.is_dir() else guest_path(str(path))
        take = self._take

        class Handler(FileSystemEventHandler):
            def on_any_event(self, event: "FileSystemEvent") -> None:
                take(event, only)

        kinds: list[type[FileSystemEvent]] = [
            *(FileCreatedEvent, FileModifiedEvent, FileMovedEvent, FileDeletedEvent),
            *(DirCreatedEvent, DirMovedEvent, DirDeletedEvent),
        ]
        # an editor replaces a file: one is watched through its folder
        folder = str(path.parent if only else path)
        return self._observer.schedule(Handler(), folder, recursive=only is None, event_filter=kinds)

    def _take(self, event: "FileSystemEvent", only: str | None) -> None:
        paths = {guest_path(os.fsdecode(path)) for path in (event.src_path, event.dest_path) if path}
        if only is not None:
            paths = {only for path in paths if _key(os.fsencode(path)) == _key(os.fsencode(only))}
        paths = {path for path in paths if not self._own.has(path)}
        if not paths:
            return
        if event.event_type != "modified" and only is None:
            paths |= {posixpath.dirname(path) for path in paths}
        with self._lock:
            self._changed |= paths
            if self._timer is None:
                self._timer = threading.Timer(BATCH_SECONDS, self._tell)
                self._timer.daemon = True
                self._timer.start()

    def _tell(self) -> None:
        with self._lock:
            changed, self._changed, self._timer = self._changed, set(), None
            if len(changed) > MOST_PATHS:
                changed = {posixpath.dirname(path) for path in changed}
            message = {"changed": sorted(changed)[:MOST_PATHS]}
            with contextlib.suppress(OSError):  # the client is gone, or reads too slowly
                self._connection.sendall(json.dumps(message).encode() + b"\n")


def _key(path: bytes) -> bytes:
    """Return what two names of the same file have in common; Windows takes no notice of the case."""
    path = posixpath.normpath(path)
    return path.decode(errors="surrogateescape").lower().encode(errors="surrogateescape") if WINDOWS else path
