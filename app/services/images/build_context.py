"""Packs a folder for a build as docker's command line does: all of it but what .dockerignore names.

Source: docs.docker.com/build/concepts/context, ".dockerignore files"; moby, `pkg/patternmatcher`.
"""

import os
import re
import tarfile
from collections.abc import Generator, Iterator
from contextlib import suppress
from pathlib import Path
from queue import Empty, Queue
from threading import Event, Thread
from typing import IO, cast

from app.services.errors import CancelledError, UserError

_CHUNK = 256 * 1024
_QUEUE = 16


class IgnoreRules:
    """The lines of a .dockerignore, the last that matches counts."""

    def __init__(self, text: str) -> None:
        self._rules: list[tuple[re.Pattern[str], bool]] = []
        for raw in text.removeprefix("\ufeff").splitlines():
            line = raw.strip()
            if not line or raw.startswith("#"):
                continue
            keeps = line.startswith("!")
            pattern = os.path.normpath(line[keeps:].strip()).replace(os.sep, "/").lstrip("/")
            if pattern and pattern != ".":
                self._rules.append((re.compile(_translate(pattern)), keeps))

    @property
    def has_exceptions(self) -> bool:
        """Whether something below an ignored folder may be kept."""
        return any(keeps for _, keeps in self._rules)

    def ignores(self, path: str) -> bool:
        """Return whether a path below the folder stays out."""
        ignored = False
        for pattern, keeps in self._rules:
            if keeps is ignored and pattern.fullmatch(path):
                ignored = not keeps
        return ignored


def _translate(pattern: str) -> str:
    """Return the regular expression of a pattern: it matches what is below, too."""
    parts, place = [], 0
    while place < len(pattern):
        letter = pattern[place]
        if pattern.startswith("**", place):
            place += 2
            if pattern.startswith("/", place):
                parts.append("(?:.*/)?")
                place += 1
            else:
                parts.append(".*")
            continue
        if letter == "*":
            parts.append("[^/]*")
        elif letter == "?":
            parts.append("[^/]")
        elif letter == "[" and (end := pattern.find("]", place + 1)) > 0:
            inside = pattern[place + 1 : end].replace("\\", "\\\\").replace("[", "\\[")
            parts.append(f"[{inside}]")
            place = end
        else:
            if letter == "\\" and place + 1 < len(pattern):
                place += 1
                letter = pattern[place]
            parts.append(re.escape(letter))
        place += 1
    return "".join(parts) + "(?:/.*)?"


def files_of(folder: Path, dockerfile: str) -> Iterator[tuple[Path, str]]:
    """Yield what belongs to the context, each with its path inside; Dockerfile and .dockerignore always."""
    ignore = folder / f"{dockerfile}.dockerignore"
    if not ignore.is_file():
        ignore = folder / ".dockerignore"
    try:
        rules = IgnoreRules(ignore.read_text("utf-8") if ignore.is_file() else "")
    except (OSError, ValueError) as error:
        raise UserError(f"{ignore} cannot be read", str(error)) from error
    always = {dockerfile, ".dockerignore"}
    for parent, folders, names in os.walk(folder):
        prefix = Path(parent).relative_to(folder).as_posix()
        below = "" if prefix == "." else f"{prefix}/"
        if not rules.has_exceptions:
            folders[:] = [name for name in folders if not rules.ignores(below + name)]
        folders.sort()
        for name in sorted([*folders, *names]):
            path = below + name
            if path in always or not rules.ignores(path):
                yield Path(parent) / name, path


def pack(folder: Path, dockerfile: str, given_up: Event | None = None) -> Generator[bytes, None, None]:
    """Yield the context as a tar, made on a thread while it is read. Raises UserError.

    Raises CancelledError once `given_up` is set. The thread ends with the iterator.
    """
    pipe = _Pipe()
    given_up = Event() if given_up is None else given_up
    thread = Thread(target=_write, args=(folder, dockerfile, pipe), name="build-context", daemon=True)
    thread.start()
    try:
        while (piece := pipe.queue.get()) is not None:
            if given_up.is_set():
                raise CancelledError
            if isinstance(piece, BaseException):
                raise UserError("The folder cannot be packed", str(piece)) from piece
            yield piece
    finally:
        pipe.close()


class _Pipe:
    """A file whose pieces another thread reads."""

    def __init__(self) -> None:
        self.queue: Queue[bytes | BaseException | None] = Queue(_QUEUE)
        self._parts, self._is_closed = bytearray(), False

    def write(self, data: bytes) -> int:
        """Hand large pieces on."""
        self._parts += data
        if len(self._parts) >= _CHUNK:
            self.flush()
        return len(data)

    def flush(self) -> None:
        """Hand on what is there. Raises CancelledError when nobody reads any more."""
        if self._is_closed:
            raise CancelledError
        if self._parts:
            self.queue.put(bytes(self._parts))
            self._parts.clear()

    def close(self) -> None:
        """Nobody reads any more: whoever waits for room has it, and finds out with the next piece."""
        self._is_closed = True
        with suppress(Empty):
            while True:
                self.queue.get_nowait()


def _write(folder: Path, dockerfile: str, pipe: _Pipe) -> None:
    try:
        with tarfile.open(fileobj=cast("IO[bytes]", pipe), mode="w|", bufsize=_CHUNK) as archive:
            for path, name in files_of(folder, dockerfile):
                archive.add(path, arcname=name, recursive=False, filter=_without_owner)
        pipe.flush()
    except Exception as error:  # noqa: BLE001 - raised again where the archive is read
        pipe.queue.put(error)
    else:
        pipe.queue.put(None)


def _without_owner(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Ids of this computer mean nothing in an image: as docker, all belongs to root."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member
