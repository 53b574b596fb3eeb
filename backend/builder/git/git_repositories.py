"""The repositories that a build's files come from: one that is wished for, and its submodules.

Part of the process that `git_fetch` is. It speaks git's protocols itself (dulwich).

Source: gitprotocol-http(5), gitsubmodules(7); BuildKit's `source/git`.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from dulwich.client import HttpGitClient, SSHGitClient, TCPGitClient
from dulwich.config import ConfigDict
from dulwich.errors import GitProtocolError, HangupException, NotGitRepository
from dulwich.object_store import PackBasedObjectStore
from dulwich.objects import Blob, Commit, ObjectID, ShaFile, Tag, Tree
from dulwich.repo import Repo
from urllib3.exceptions import HTTPError

from backend.builder.git import git_modules
from backend.builder.git.git_logins import basic_authorization, same_server, server_of, ssh_place
from backend.builder.git.git_ssh import last_words, ssh_client

MOST_TAGS = 8  # that one tag may lead through
MOST_SUBMODULES, MOST_DEPTH = 1000, 16
COMMIT = re.compile(r"[0-9a-f]{40}")
LINK, SUBMODULE, FOLDER, REGULAR = 0o120000, 0o160000, 0o040000, 0o100000
KIND = 0o170000
SERVERS = (GitProtocolError, HangupException, NotGitRepository, HTTPError, NotImplementedError, OSError)


@dataclass(frozen=True, slots=True)
class GitWish:
    """What to fetch: `ref` is a branch, a tag or a commit, "" for what the repository begins with.

    The archive holds the folder `subfolder`, and `.git` beside the files if it is to be kept. `work` is an
    empty folder to work in; `authorization` is what its server is shown in the header of this name, and
    `agent` a socket of the agent that keeps the keys for SSH: without one there is no SSH.
    """

    url: str
    ref: str
    subfolder: str
    keep_git: bool
    archive: str
    work: str
    authorization: str = ""
    agent: str = ""


class GitFailureError(Exception):
    """What a repository or its server makes impossible."""


def reason_of(error: Exception) -> str:
    """Return what is said of a server that does not do what it should."""
    if isinstance(error, NotImplementedError):
        return "the server does not speak git's smart protocol"
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return f"{type(error).__name__}: {error}"


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository that files come from; `modules` are its submodules' addresses by their folders."""

    objects: PackBasedObjectStore
    url: str
    depth: int
    modules: Mapping[bytes, str]


@dataclass(frozen=True, slots=True)
class Place:
    """A folder of a repository."""

    repository: Repository
    tree: Tree
    path: bytes = b""

    def inside(self, name: bytes) -> bytes:
        """Return the path of what is in the folder."""
        return self.path + b"/" + name if self.path else name


class Repositories:
    """The repository that is wished for and its submodules, fetched as the way leads into them.

    `unknown` are those that no `.gitmodules` names.
    """

    def __init__(self, wish: GitWish) -> None:
        self._wish = wish
        self._opened: list[Repo] = []
        self.unknown: list[str] = []

    def top(self) -> tuple[Commit, Place]:
        """Return what is wished for."""
        return self._fetched(self._wish, 0)

    def below(self, place: Place, name: bytes, shown: str) -> Place:
        """Return a folder in a folder. Raises GitFailureError."""
        for entry_name, mode, sha in entries(place.tree):
            if entry_name == name and mode & KIND == FOLDER:
                return self.folder(place, name, sha)
            if (
                entry_name == name
                and mode & KIND == SUBMODULE
                and (found := self.submodule(place, name, sha))
            ):
                return found
        raise GitFailureError(f"subdirectory {shown} does not exist in the repository")

    def folder(self, place: Place, name: bytes, sha: bytes) -> Place:
        """Return a folder that is an entry of another one."""
        found = place.repository.objects[ObjectID(sha)]
        if not isinstance(found, Tree):
            raise GitFailureError("damaged repository: a folder is none")
        return Place(place.repository, found, place.inside(name))

    def submodule(self, place: Place, name: bytes, sha: bytes) -> Place | None:
        """Return what a submodule holds, None for one of which nobody says where it is."""
        path = place.inside(name)
        shown = path.decode(errors="replace")
        repository = place.repository
        url = repository.modules.get(path)
        if url is None:
            self.unknown.append(shown)
            return None
        if len(self._opened) > MOST_SUBMODULES or repository.depth >= MOST_DEPTH:
            raise GitFailureError("the repository has too many submodules")
        try:
            url = git_modules.resolved(url, repository.url)
            wish = replace(
                self._wish, url=url, ref=sha.decode(), work=f"{self._wish.work}/{len(self._opened)}"
            )
            if not same_server(url, self._wish.url):
                wish = replace(wish, authorization="")
            commit, found = self._fetched(wish, repository.depth + 1)
        except (*SERVERS, ValueError, GitFailureError) as error:
            reason = str(error) if isinstance(error, (ValueError, GitFailureError)) else reason_of(error)
            raise GitFailureError(f"failed to update submodule {shown}: {reason}") from error
        if commit.id != sha:
            raise GitFailureError(f"failed to update submodule {shown}: it has no commit {sha.decode()}")
        return found

    def _fetched(self, wish: GitWish, depth: int) -> tuple[Commit, Place]:
        Path(wish.work).mkdir(exist_ok=True)
        opened: Repo = Repo.init_bare(wish.work)  # type: ignore[no-untyped-call]
        self._opened.append(opened)
        commit = _fetch(wish, opened)
        tree = opened.object_store[commit.tree]
        if not isinstance(tree, Tree):
            raise GitFailureError("damaged repository: a commit without files")
        objects = opened.object_store
        return commit, Place(Repository(objects, wish.url, depth, _modules(objects, tree)), tree)

    def close(self) -> None:
        """Let go of all of them."""
        for repository in self._opened:
            repository.close()


def _modules(objects: PackBasedObjectStore, tree: Tree) -> dict[bytes, str]:
    for name, mode, sha in entries(tree):
        if name == git_modules.FILE and mode & KIND == REGULAR:
            blob = objects[ObjectID(sha)]
            if not isinstance(blob, Blob) or blob.raw_length() > git_modules.MOST_BYTES:
                raise GitFailureError("damaged repository: .gitmodules is no small file")
            return git_modules.read(blob.as_raw_string())
    return {}


def entries(tree: Tree) -> Iterator[tuple[bytes, int, bytes]]:
    """Give what is in a folder, as far as it may lie in one."""
    for entry in tree.iteritems():
        name = entry.path
        if name in (b"", b".", b"..") or b"/" in name or b"\0" in name or name.lower() == b".git":
            raise GitFailureError(f"damaged repository: a file is named {name[:40]!r}")
        yield name, entry.mode, entry.sha


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
        try:
            client.fetch(path, repository, determine_wants=the_one, depth=1)
        except (GitProtocolError, HangupException):
            if not COMMIT.fullmatch(wish.ref):
                raise
            client, path = _client(wish)
            client.fetch(path, repository, determine_wants=everything)
    except (GitProtocolError, HangupException) as error:
        if wish.agent and (reason := last_words(wish.agent)):
            raise GitFailureError(reason) from error
        raise
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


def _client(wish: GitWish) -> tuple[HttpGitClient | TCPGitClient | SSHGitClient, str]:
    """Return a client for an address; no address names a program of this machine."""
    try:
        place = ssh_place(wish.url)
    except ValueError as error:
        raise GitFailureError(str(error)) from error
    if place is not None and wish.agent:
        return ssh_client(place, wish.agent), place.path
    parts = urlsplit(wish.url)
    host = parts.hostname or ""
    if not host:
        raise GitFailureError(f"invalid address {wish.url}")
    if parts.scheme == "git":
        return TCPGitClient(host, parts.port), parts.path
    if parts.scheme not in ("http", "https"):
        raise GitFailureError(f"unsupported protocol {parts.scheme}")
    where = f"[{host}]" if ":" in host else host
    base = f"{parts.scheme}://{where}" + (f":{parts.port}" if parts.port else "")
    shown = wish.authorization
    if not shown and parts.username:
        shown = basic_authorization(unquote(parts.username), unquote(parts.password or ""))
    return _HttpClient(base, shown), parts.path


class _HttpClient(HttpGitClient):
    """A client that shows its login to the server that it is for, and to no other one that it is sent to.

    Without this the base class shows it to whomever the first request was redirected to.
    """

    def __init__(self, base: str, authorization: str) -> None:
        super().__init__(base, config=ConfigDict())
        self._server = server_of(base)
        self._shown = {"Authorization": authorization} if authorization else {}

    def _http_request(
        self, url: str, headers: Mapping[str, str] | None = None, data: Any = None
    ) -> tuple[Any, Callable[[int], bytes]]:
        shown = self._shown if server_of(url) == self._server else {}
        # What a redirection within this request leads to, urllib3 sees to: it drops this header.
        answer: tuple[Any, Callable[[int], bytes]] = super()._http_request(  # type: ignore[no-untyped-call]
            url, {**(headers or {}), **shown}, data
        )
        return answer


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
