"""Fetches one commit of a git repository and writes its files as a tar archive.

A process of its own: what it reads is hostile, takes time and memory as git's packs want it, and it ends when
it is killed. No program, hook, filter or configuration of a repository is run or read, and no file of it lies
on the disk under its own name.

`python -m backend.builder.git.git_fetch` reads a `GitWish` as JSON and writes a `GitResult` as JSON.
Source: gitformat-index(5); BuildKit's `source/git`.
"""

import hashlib
import io
import json
import os
import resource
import struct
import sys
import tarfile
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from dulwich.object_store import PackBasedObjectStore
from dulwich.objects import Blob, Commit, ObjectID

from backend.builder.git.git_repositories import (
    FOLDER,
    KIND,
    LINK,
    SERVERS,
    SUBMODULE,
    GitFailureError,
    GitWish,
    Place,
    Repositories,
    entries,
    reason_of,
)

MEMORY = 2 << 30  # bytes of address space
MOST_ENTRIES = 1_000_000
MOST_BYTES = 16 << 30  # of all files together: one file may be named a million times
PLAIN, PROGRAM = 0o100644, 0o100755


@dataclass(frozen=True, slots=True)
class GitResult:
    """What was fetched, or why nothing was; `submodules` are folders that were left empty: nothing says where
    they are.
    """

    commit: str = ""
    error: str = ""
    submodules: list[str] = field(default_factory=list)


def main() -> None:
    """Do what standard input says."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    wish = GitWish(**json.load(sys.stdin))
    try:
        result = _fetched(wish)
    except GitFailureError as error:
        result = GitResult(error=str(error))
    except SERVERS as error:
        result = GitResult(error=reason_of(error))
    except MemoryError:
        result = GitResult(error="the repository has files that are too large")
    except Exception as error:  # noqa: BLE001 - whatever a hostile server makes the parsers stumble over
        result = GitResult(error=f"damaged repository: {type(error).__name__} {error}")
    json.dump(asdict(result), sys.stdout)


def _fetched(wish: GitWish) -> GitResult:
    with closing(Repositories(wish)) as repositories:
        commit, place = repositories.top()
        for name in filter(None, wish.subfolder.split("/")):
            place = repositories.below(place, name.encode(), wish.subfolder)
        with tarfile.open(wish.archive, "w", format=tarfile.PAX_FORMAT) as archive:
            writer = _Writer(archive, repositories, max(0, commit.commit_time))
            writer.write(place)
            if wish.keep_git and not wish.subfolder:
                writer.write_git_folder(Path(wish.work), commit, wish.url)
        return GitResult(commit.id.decode(), submodules=repositories.unknown)


class _Writer:
    """Writes the files of a commit and of its submodules into an archive."""

    def __init__(self, archive: tarfile.TarFile, repositories: Repositories, time: int) -> None:
        self._archive = archive
        self._repositories = repositories
        self._time = time
        self._bytes = 0
        self._entries: list[tuple[bytes, int, bytes, int]] = []  # path, mode, id, size

    def write(self, root: Place) -> None:
        """Write a folder's contents, at the archive's root."""
        waiting: list[tuple[bytes, Place]] = [(b"", root)]
        count = 0
        while waiting:
            above, place = waiting.pop()
            for name, mode, sha in entries(place.tree):
                count += 1
                if count > MOST_ENTRIES:
                    raise GitFailureError(f"the repository has more than {MOST_ENTRIES} files")
                path = above + name
                kind = mode & KIND
                size = 0
                if kind == FOLDER:
                    self._put(path, tarfile.DIRTYPE, 0o755)
                    waiting.append((path + b"/", self._repositories.folder(place, name, sha)))
                    continue
                if kind == SUBMODULE:
                    self._put(path, tarfile.DIRTYPE, 0o755)
                    if (found := self._repositories.submodule(place, name, sha)) is not None:
                        waiting.append((path + b"/", found))
                else:
                    size = self._put_blob(place.repository.objects, path, mode, sha)
                    if kind != LINK:
                        mode = PROGRAM if mode & 0o100 else PLAIN
                if not place.repository.depth:
                    self._entries.append((path, mode, sha, size))

    def _put_blob(self, objects: PackBasedObjectStore, path: bytes, mode: int, sha: bytes) -> int:
        blob = objects[ObjectID(sha)]
        if not isinstance(blob, Blob):
            raise GitFailureError("damaged repository: a file is none")
        data = blob.as_raw_string()
        self._bytes += len(data)
        if self._bytes > MOST_BYTES:
            raise GitFailureError("the repository's files are too large")
        if mode & KIND == LINK:
            self._put(path, tarfile.SYMTYPE, 0o777, link=data)
        else:
            self._put(path, tarfile.REGTYPE, (PROGRAM if mode & 0o100 else PLAIN) & 0o777, data)
        return len(data)

    def write_git_folder(self, bare: Path, commit: Commit, url: str) -> None:
        """Write what makes the files a repository again, at this commit."""
        self._put(b".git", tarfile.DIRTYPE, 0o755)
        for folder in (b"objects", b"objects/pack", b"objects/info", b"refs", b"refs/heads", b"refs/tags"):
            self._put(b".git/" + folder, tarfile.DIRTYPE, 0o755)
        for file in sorted((bare / "objects").rglob("*")):
            if file.is_file():
                self._put(b".git/" + os.fsencode(file.relative_to(bare)), tarfile.REGTYPE, 0o444, file)
        if (bare / "shallow").exists():
            self._put(b".git/shallow", tarfile.REGTYPE, 0o644, (bare / "shallow").read_bytes())
        parts = urlsplit(url)
        # Whoever has the image need not know who fetched it.
        address = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
        config = (
            "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = false\n"
            f'[remote "origin"]\n\turl = {json.dumps(address)}\n'
            "\tfetch = +refs/heads/*:refs/remotes/origin/*\n"
        )
        self._put(b".git/config", tarfile.REGTYPE, 0o644, config.encode())
        self._put(b".git/HEAD", tarfile.REGTYPE, 0o644, commit.id + b"\n")
        self._put(b".git/index", tarfile.REGTYPE, 0o644, _index(self._entries))

    def _put(
        self, path: bytes, kind: bytes, mode: int, contents: "bytes | Path" = b"", link: bytes = b""
    ) -> None:
        member = tarfile.TarInfo(os.fsdecode(path))
        member.type, member.mode, member.mtime = kind, mode, self._time
        member.linkname = os.fsdecode(link)
        if isinstance(contents, bytes):
            member.size = len(contents)
            self._archive.addfile(member, io.BytesIO(contents))
            return
        member.size = contents.stat().st_size
        with contents.open("rb") as file:
            self._archive.addfile(member, file)


def _index(entries: list[tuple[bytes, int, bytes, int]]) -> bytes:
    """Return git's index of files, which knows nothing of their times: git looks at them once."""
    data = struct.pack(">4sLL", b"DIRC", 2, len(entries))
    for path, mode, sha, size in sorted(entries):
        head = struct.pack(">10L", 0, 0, 0, 0, 0, 0, mode, 0, 0, size)
        entry = head + bytes.fromhex(sha.decode()) + struct.pack(">H", min(len(path), 0xFFF)) + path
        data += entry + bytes(8 - len(entry) % 8)
    return data + hashlib.sha1(data, usedforsecurity=False).digest()


if __name__ == "__main__":
    main()
