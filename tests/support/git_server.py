"""Git repositories served over HTTP, made object by object: also such as git itself would not make."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from dulwich.objects import Blob, Commit, ObjectID, Tag, Tree
from dulwich.repo import Repo
from dulwich.server import DictBackend
from dulwich.web import make_wsgi_chain

from tests.support.namespaces import in_netns

PLAIN, PROGRAM, LINK, FOLDER, SUBMODULE = 0o100644, 0o100755, 0o120000, 0o040000, 0o160000
WHO = b"Test <test@example.invalid>"
FIRST_TIME = 1_600_000_000


@dataclass(frozen=True)
class Entry:
    """What lies in a folder: a file's contents or link, or the id of a submodule's commit."""

    mode: int
    contents: bytes = b""


Files = Mapping[str, "Entry | bytes | Files"]


class GitRepository:
    """A bare repository that grows by commits."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self.repo: Repo = Repo.init_bare(str(folder))  # type: ignore[no-untyped-call]
        self._commits = 0

    def commit(self, files: Files, branch: str = "main") -> str:
        """Commit these files, and nothing else, on a branch; returns the commit."""
        ref = f"refs/heads/{branch}".encode()
        commit = Commit()
        commit.tree = self._tree(files)
        commit.parents = [self.repo.refs[ref]] if ref in self.repo.refs else []
        commit.author = commit.committer = WHO
        commit.author_time = commit.commit_time = FIRST_TIME + self._commits
        commit.author_timezone = commit.commit_timezone = 0
        commit.message = b"made for a test"
        self._commits += 1
        self.repo.object_store.add_object(commit)
        self.repo.refs[ref] = commit.id
        self.repo.refs.set_symbolic_ref(b"HEAD", b"refs/heads/main")
        return str(commit.id.decode())

    def tag(self, name: str, commit: str) -> None:
        """Make a tag that is an object of its own."""
        tag = Tag()
        tag.name, tag.message, tag.tagger = name.encode(), b"a tag", WHO
        tag.tag_time, tag.tag_timezone = FIRST_TIME, 0
        tag.object = (Commit, ObjectID(commit.encode()))
        self.repo.object_store.add_object(tag)
        self.repo.refs[f"refs/tags/{name}".encode()] = tag.id

    def _tree(self, files: Files) -> ObjectID:
        tree = Tree()
        for name, what in files.items():
            if isinstance(what, Mapping):
                tree.add(name.encode(), FOLDER, self._tree(what))
            elif isinstance(what, Entry) and what.mode == SUBMODULE:
                tree.add(name.encode(), SUBMODULE, ObjectID(what.contents))
            else:
                entry = what if isinstance(what, Entry) else Entry(PLAIN, what)
                blob: Blob = Blob.from_string(entry.contents)  # type: ignore[no-untyped-call]
                self.repo.object_store.add_object(blob)
                tree.add(name.encode(), entry.mode, blob.id)
        self.repo.object_store.add_object(tree)
        return ObjectID(tree.id)


class QuietHandler(WSGIRequestHandler):
    """Answers and prints nothing."""

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - its base names it
        pass


@contextmanager
def served(
    netns: str,
    repository: GitRepository,
    name: str = "x.git",
    others: Mapping[str, GitRepository] | None = None,
) -> Iterator[str]:
    """Serve a repository, and others by their names, on the loopback of a network namespace.

    Yields the first one's address.
    """
    repositories = {f"/{key}": found.repo for key, found in {**(others or {}), name: repository}.items()}
    application = make_wsgi_chain(DictBackend(repositories))  # type: ignore[no-untyped-call]
    server: WSGIServer = in_netns(
        netns, lambda: make_server("127.0.0.1", 0, application, handler_class=QuietHandler)
    )
    thread = threading.Thread(target=server.serve_forever, name="git server")
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/{name}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
