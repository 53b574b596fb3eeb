"""Fetches one commit of a git repository and writes its files as a tar archive.

A process of its own: what it reads is hostile, takes time and memory as git's packs want it, and it ends when
it is killed. It speaks git's protocols itself (dulwich): no program, hook, filter or configuration of a
repository is run or read, no submodule followed, and no file of it lies on the disk under its own name.

`python -m backend.builder.git_fetch` reads a `GitWish` as JSON and writes a `GitResult` as JSON.
Source: gitprotocol-http(5), gitformat-index(5); BuildKit's `source/git`.
"""

import hashlib
import io
import json
import os
import re
import resource
import struct
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from dulwich.client import HttpGitClient, TCPGitClient
from dulwich.config import ConfigDict
from dulwich.errors import GitProtocolError, HangupException, NotGitRepository
from dulwich.objects import Blob, Commit, ObjectID, ShaFile, Tag, Tree
from dulwich.repo import Repo
from urllib3.exceptions import HTTPError

MEMORY = 2 << 30  # bytes of address space
MOST_ENTRIES = 1_000_000
MOST_BYTES = 16 << 30  # of all files together: one file may be named a million times
MOST_TAGS = 8  # that one tag may lead through
COMMIT = re.compile(r"[0-9a-f]{40}")
LINK, SUBMODULE, FOLDER = 0o120000, 0o160000, 0o040000
KIND = 0o170000
PLAIN, PROGRAM = 0o100644, 0o100755


@dataclass(frozen=True, slots=True)
class GitWish:
    """What to fetch: `ref` is a branch, a tag or a commit, "" for what the repository begins with.

    The archive holds the folder `subfolder`, and `.git` beside the files if it is to be kept. `work` is an
    empty folder to work in; `user` and `password` are for the server.
    """

    url: str
    ref: str
    subfolder: str
    keep_git: bool
    archive: str
    work: str
    user: str = ""
    password: str = ""


@dataclass(frozen=True, slots=True)
class GitResult:
    """What was fetched, or why nothing was; `submodules` are the folders that were left empty."""

    commit: str = ""
    error: str = ""
    submodules: list[str] = field(default_factory=list)


class GitFailureError(Exception):
    """What a repository or its server makes impossible."""


def main() -> None:
    """Do what standard input says."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    wish = GitWish(**json.load(sys.stdin))
    try:
        result = _fetched(wish)
    except GitFailureError as error:
        result = GitResult(error=str(error))
    except (GitProtocolError, HangupException, NotGitRepository, HTTPError) as error:
        result = GitResult(error=f"{type(error).__name__}: {error}")
    except NotImplementedError:
        result = GitResult(error="the server does not speak git's smart protocol")
    except MemoryError:
        result = GitResult(error="the repository has files that are too large")
    except OSError as error:
        result = GitResult(error=error.strerror or str(error))
    except Exception as error:  # noqa: BLE001 - whatever a hostile server makes the parsers stumble over
        result = GitResult(error=f"damaged repository: {type(error).__name__} {error}")
    json.dump(asdict(result), sys.stdout)


def _fetched(wish: GitWish) -> GitResult:
    repository: Repo = Repo.init_bare(wish.work)  # type: ignore[no-untyped-call]
    try:
        commit = _fetch(wish, repository)
        tree = _tree(repository, commit)
        for name in filter(None, wish.subfolder.split("/")):
            tree = _folder(repository, tree, name.encode(), wish.subfolder)
        with tarfile.open(wish.archive, "w", format=tarfile.PAX_FORMAT) as archive:
            writer = _Writer(archive, repository, max(0, commit.commit_time))
            writer.write(tree)
            if wish.keep_git and not wish.subfolder:
                writer.write_git_folder(Path(wish.work), commit, wish.url)
        return GitResult(commit.id.decode(), submodules=writer.submodules)
    finally:
        repository.close()


# --- fetching ---


def _fetch(wish: GitWish, repository: Repo) -> Commit:
    """Fetch the commit alone where the server gives it, else the whole of its branches and tags."""
    client, path = _client(wish)
    target = repository.object_store
    chosen: list[bytes] = []

    def the_one(refs: dict[bytes, bytes], depth: int | None = None) -> list[bytes]:
        chosen[:] = [_choose(refs, wish.ref)]
        return chosen

    def everything(refs: dict[bytes, bytes], depth: int | None = None) -> list[bytes]:
        del depth
        return sorted({sha for name, sha in refs.items() if not name.endswith(b"^{}")})

    try:
        client.fetch(path, repository, determine_wants=the_one, depth=1)
    except (GitProtocolError, HangupException):
        if not COMMIT.fullmatch(wish.ref):
            raise
        client, path = _client(wish)
        client.fetch(path, repository, determine_wants=everything)
    if not chosen or chosen[0] not in target:
        raise GitFailureError(f"repository does not contain ref {wish.ref or 'HEAD'}")
    found: ShaFile = target[ObjectID(chosen[0])]
    for _ in range(MOST_TAGS):
        if not isinstance(found, Tag):
            break
        found = target[found.object[1]]
    if not isinstance(found, Commit):
        raise GitFailureError(f"{wish.ref or 'HEAD'} is no commit")
    return found


def _client(wish: GitWish) -> tuple[HttpGitClient | TCPGitClient, str]:
    """Return a client for an address; only protocols that are carried out in this process."""
    parts = urlsplit(wish.url)
    user = wish.user or unquote(parts.username or "")
    password = wish.password or unquote(parts.password or "")
    host = parts.hostname or ""
    if not host:
        raise GitFailureError(f"invalid address {wish.url}")
    if parts.scheme == "git":
        return TCPGitClient(host, parts.port), parts.path
    if parts.scheme not in ("http", "https"):
        raise GitFailureError(f"unsupported protocol {parts.scheme}")
    where = f"[{host}]" if ":" in host else host
    base = f"{parts.scheme}://{where}" + (f":{parts.port}" if parts.port else "")
    client = HttpGitClient(
        base, config=ConfigDict(), username=user or None, password=password or ("" if user else None)
    )
    return client, parts.path


def _choose(refs: dict[bytes, bytes], wanted: str) -> bytes:
    """Return the object that a name leads to, branches before tags."""
    name = wanted.encode(errors="surrogateescape")
    names = [name, b"refs/heads/" + name, b"refs/tags/" + name, b"refs/" + name] if wanted else [b"HEAD"]
    for candidate in names:
        if candidate in refs:
            return refs[candidate]
    if COMMIT.fullmatch(wanted):
        return name
    raise GitFailureError(f"repository does not contain ref {wanted or 'HEAD'}")


# --- reading ---


def _tree(repository: Repo, commit: Commit) -> Tree:
    found = repository.object_store[commit.tree]
    if not isinstance(found, Tree):
        raise GitFailureError("damaged repository: a commit without files")
    return found


def _folder(repository: Repo, tree: Tree, name: bytes, shown: str) -> Tree:
    for entry_name, mode, sha in _entries(tree):
        if entry_name == name and mode & KIND == FOLDER:
            found = repository.object_store[ObjectID(sha)]
            if isinstance(found, Tree):
                return found
    raise GitFailureError(f"subdirectory {shown} does not exist in the repository")


def _entries(tree: Tree) -> Iterator[tuple[bytes, int, bytes]]:
    """Give what is in a folder, as far as it may lie in one."""
    for entry in tree.iteritems():
        name = entry.path
        if name in (b"", b".", b"..") or b"/" in name or b"\0" in name or name.lower() == b".git":
            raise GitFailureError(f"damaged repository: a file is named {name[:40]!r}")
        yield name, entry.mode, entry.sha


class _Writer:
    """Writes the files of a commit into an archive; `submodules` are folders of other repositories."""

    def __init__(self, archive: tarfile.TarFile, repository: Repo, time: int) -> None:
        self.submodules: list[str] = []
        self._archive = archive
        self._objects = repository.object_store
        self._time = time
        self._bytes = 0
        self._entries: list[tuple[bytes, int, bytes, int]] = []  # path, mode, id, size

    def write(self, root: Tree) -> None:
        """Write a folder's contents, at the archive's root."""
        waiting: list[tuple[bytes, Tree]] = [(b"", root)]
        count = 0
        while waiting:
            above, tree = waiting.pop()
            for name, mode, sha in _entries(tree):
                count += 1
                if count > MOST_ENTRIES:
                    raise GitFailureError(f"the repository has more than {MOST_ENTRIES} files")
                path = above + name
                kind = mode & KIND
                size = 0
                if kind == FOLDER:
                    self._put(path, tarfile.DIRTYPE, 0o755)
                    found = self._objects[ObjectID(sha)]
                    if not isinstance(found, Tree):
                        raise GitFailureError("damaged repository: a folder is none")
                    waiting.append((path + b"/", found))
                    continue
                if kind == SUBMODULE:
                    self.submodules.append(path.decode(errors="replace"))
                    self._put(path, tarfile.DIRTYPE, 0o755)
                else:
                    size = self._put_blob(path, mode, sha)
                    if kind != LINK:
                        mode = PROGRAM if mode & 0o100 else PLAIN
                self._entries.append((path, mode, sha, size))

    def _put_blob(self, path: bytes, mode: int, sha: bytes) -> int:
        blob = self._objects[ObjectID(sha)]
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
