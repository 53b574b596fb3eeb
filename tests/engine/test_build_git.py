"""Git repositories as sources: what ADD takes of them, and builds whose context they are."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.builds import build, run
from tests.engine.test_build_sources import send
from tests.support.docker_tools import PLUGINS
from tests.support.git_server import LINK, PROGRAM, SUBMODULE, Entry, GitRepository, served
from tests.support.native_engine import NativeEngine

OTHER_COMMIT = b"1" * 40


class Served:
    """A repository at an address: commits `first` with the tag `v1`, `last` on `main`, `side` beside."""

    def __init__(self, folder: Path) -> None:
        self.address = ""
        self.repository = GitRepository(folder)
        self.first = self.repository.commit({"a.txt": b"first\n", "gone": b""})
        self.repository.tag("v1", self.first)
        self.last = self.repository.commit(
            {
                "a.txt": b"last\n",
                "Dockerfile": b"FROM busybox\nCOPY . /all/\nARG BUILDKIT_CONTEXT_KEEP_GIT_DIR\n",
                "run.sh": Entry(PROGRAM, b"#!/bin/sh\necho ran\n"),
                "link": Entry(LINK, b"a.txt"),
                "library": Entry(SUBMODULE, OTHER_COMMIT),
                "sub": {
                    "deep": {"b.txt": b"below\n"},
                    "Dockerfile": b"FROM busybox\nCOPY deep/b.txt /b\n",
                },
            }
        )
        self.side = self.repository.commit({"a.txt": b"side\n"}, "side")


@pytest.fixture(scope="module")
def git(netns: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A repository over HTTP."""
    made = Served(tmp_path_factory.mktemp("git") / "x.git")
    with served(netns, made.repository) as address:
        made.address = address
        yield made


def test_what_add_takes(engine: NativeEngine, builds: None, git: Served) -> None:
    """Branches, tags and commits; the whole or a folder; all kinds of files; the cache goes by contents."""
    lines = [
        "FROM busybox",
        f"ADD {git.address} /whole",
        f"ADD {git.address}#v1 /tag/",
        f"ADD {git.address}#side /branch",
        f"ADD {git.address}#{git.first} /commit",
        f"ADD {git.address}#refs/heads/main:sub/deep /folder",
        f"ADD --checksum={git.last} --exclude=*.sh {git.address}#main /checked",
        f"ADD --keep-git-dir {git.address} /kept",
    ]
    built = build(engine, "\n".join(lines), t="made/git:1")
    assert not built.error
    shown = run(
        engine,
        "made/git:1",
        "cd /; cat whole/a.txt tag/a.txt branch/a.txt commit/a.txt folder/b.txt; whole/run.sh; "
        "readlink whole/link; ls -A whole library whole/library 2>/dev/null | tr '\\n' ' '; echo; "
        "stat -c '%a %u %Y' whole/a.txt whole/run.sh; ls checked | tr '\\n' ' '; echo; "
        "ls -d whole/.git; cat kept/.git/HEAD; cat kept/.git/shallow; ls kept/.git/hooks; true",
    ).splitlines()
    assert shown == [
        "last", "first", "side", "first", "below", "ran", "a.txt",
        "whole: Dockerfile a.txt library link run.sh sub  whole/library: ",
        "644 0 1600000001", "755 0 1600000001",
        "Dockerfile a.txt library link sub ",
        git.last, git.last,
    ]  # fmt: skip
    assert build(engine, "\n".join(lines)).hits == len(lines) - 1


def test_kept_repositories_are_repositories(engine: NativeEngine, builds: None, git: Served) -> None:
    """Git's own files are right: whoever reads them finds the commit, and no file changed."""
    from dulwich.porcelain import status
    from dulwich.repo import Repo

    dockerfile = f"FROM busybox\nADD --keep-git-dir {git.address}#side /kept\n"
    assert not build(engine, dockerfile, t="made/git:2").error
    container = engine.docker("create", "made/git:2").stdout.decode().strip()
    target = engine.state / "kept"
    try:
        engine.docker("cp", f"{container}:/kept", str(target))
    finally:
        engine.docker("rm", container)
    repository = Repo(str(target))
    assert repository.head().decode() == git.side
    assert repository.get_config().get((b"remote", b"origin"), b"url").decode() == git.address
    found = status(repository, ignored=False)  # type: ignore[no-untyped-call]
    assert (found.staged, found.unstaged, found.untracked) == (
        {"add": [], "delete": [], "modify": []},
        [],
        [],
    )
    repository.close()


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("ADD {address}#none /x", "repository does not contain ref none"),
        (
            "ADD {address}#0123456789012345678901234567890123456789 /x",
            "failed to fetch remote http://127.0.0.1",
        ),
        ("ADD {address}#main:none /x", "subdirectory none does not exist in the repository"),
        ("ADD {address}#main:a.txt /x", "subdirectory a.txt does not exist in the repository"),
        ("ADD {address}#main:../x /x", "invalid git subdirectory ../x"),
        ("ADD {address}#--upload-pack=x /x", "invalid git ref --upload-pack=x"),
        ("ADD {address}.git /x", "failed to fetch remote http://127.0.0.1"),
        ("ADD --checksum=1234567 {address} /x", "expected checksum to match 1234567, got "),
        ("ADD --checksum=sha256:0 {address} /x", "invalid checksum sha256:0"),
        ("ADD git@example.invalid:x/y.git /x", "git repositories over SSH are not supported"),
        ("ADD http://user:secret@127.0.0.1:1/x.git /x", "failed to fetch remote http://127.0.0.1:1/x.git: "),
        ("COPY {address} /x", "source can't be a URL for COPY"),
    ],
)
def test_what_add_refuses(engine: NativeEngine, builds: None, git: Served, line: str, message: str) -> None:
    error = build(engine, f"FROM busybox\n{line.format(address=git.address)}\n").error
    assert message in error
    assert "secret" not in error


def test_hostile_repositories(engine: NativeEngine, builds: None, netns: str, tmp_path: Path) -> None:
    """Names and links that lead elsewhere."""
    for number, name in enumerate((".git", ".GIT", "..", ".")):
        repository = GitRepository(tmp_path / f"{number}.git")
        repository.commit({"folder": {name: {"hooks": b"x"}}})
        with served(netns, repository) as address:
            error = build(engine, f"FROM busybox\nADD {address} /x\n").error
            assert "damaged repository: a file is named" in error, (name, error)
    outside = GitRepository(tmp_path / "links.git")
    outside.commit({"out": Entry(LINK, b"/etc"), "in": {"up": Entry(LINK, b"../../../etc/passwd")}})
    with served(netns, outside) as address:
        built = build(engine, f"FROM busybox\nADD {address} /x\nADD {address}#:in /y\n", t="made/git:3")
        assert not built.error
        assert run(engine, "made/git:3", "readlink /x/out; readlink /y/up").split() == [
            "/etc",
            "../../../etc/passwd",
        ]


def test_submodules(engine: NativeEngine, builds: None, netns: str, tmp_path: Path) -> None:
    """Those of submodules, too, by whole and by relative addresses; a folder may lie in one."""
    inner, library, top = (GitRepository(tmp_path / f"{name}.git") for name in ("inner", "library", "top"))
    commit = inner.commit({"deep.txt": b"deep\n"})
    inner.commit({"deep.txt": b"newer\n"})
    library_commit = library.commit(
        {
            ".gitmodules": b'[submodule "one"]\n\tpath = in/ner\n\turl = ./../inner.git\n',
            "in": {"ner": Entry(SUBMODULE, commit.encode())},
            "b.txt": b"library\n",
        }
    )
    modules = b'[submodule "x"]\n\tpath = library\n\turl = ../library.git\n'
    library_entry = Entry(SUBMODULE, library_commit.encode())
    top.commit({".gitmodules": modules, "library": library_entry, "a.txt": b"top\n"})
    unknown = Entry(SUBMODULE, OTHER_COMMIT)
    top.commit({".gitmodules": modules, "library": unknown}, "broken")
    top.commit(
        {".gitmodules": modules.replace(b"../library", b"../../library"), "library": unknown}, "outside"
    )
    with served(netns, top, "top.git", {"inner.git": inner, "library.git": library}) as address:
        lines = ["FROM busybox", f"ADD {address} /all", f"ADD {address}#:library/in/ner /part"]
        assert not build(engine, "\n".join(lines), t="made/git:6").error
        files = "all/a.txt all/library/b.txt all/library/in/ner/deep.txt part/deep.txt"
        assert run(engine, "made/git:6", f"cat {files}").split() == ["top", "library", "deep", "deep"]
        absolute = modules.replace(b"../library.git", address.replace("top.git", "library.git").encode())
        top.commit({".gitmodules": absolute, "library": library_entry}, "absolute")
        lines = ["FROM busybox", f"ADD --keep-git-dir {address}#absolute /all"]
        assert not build(engine, "\n".join(lines), t="made/git:6").error
        assert run(engine, "made/git:6", "cat all/library/b.txt; ls -d all/.git").split() == [
            "library",
            "all/.git",
        ]
        for branch, message in (
            ("broken", "failed to update submodule library: "),
            ("outside", "failed to update submodule library: cannot strip one component off url /top.git"),
        ):
            error = build(engine, f"FROM busybox\nADD {address}#{branch} /x\n").error
            assert f"failed to fetch remote {address}: {message}" in error


def test_contexts_of_classic_builds(engine: NativeEngine, builds: None, git: Served) -> None:
    whole = send(engine, b"", remote=git.address, t="made/git:4")
    assert not whole.error
    assert run(engine, "made/git:4", "ls -A /all; cat /all/a.txt").split() == [
        "Dockerfile", "a.txt", "library", "link", "run.sh", "sub", "last",
    ]  # fmt: skip
    kept = send(
        engine,
        b"",
        remote=git.address,
        t="made/git:4",
        buildargs='{"BUILDKIT_CONTEXT_KEEP_GIT_DIR": "1"}',
    )
    assert not kept.error
    assert run(engine, "made/git:4", "cat /all/.git/HEAD").strip() == git.last
    part = send(engine, b"", remote=f"{git.address}#main:sub", t="made/git:4")
    assert not part.error
    assert run(engine, "made/git:4", "cat /b") == "below\n"
    missing = send(engine, b"", remote=f"{git.address}#v1").error
    assert "Cannot locate specified Dockerfile: Dockerfile" in missing
    over_ssh = send(engine, b"", remote="git@example.invalid:x/y.git")
    assert (over_ssh.answer.status, "over SSH" in over_ssh.error) == (501, True)


@pytest.mark.skipif(not (PLUGINS / "docker-buildx").exists(), reason="no docker buildx")
def test_contexts_of_buildx(engine: NativeEngine, builds: None, git: Served, tmp_path: Path) -> None:
    shown = engine.docker(
        "buildx", "build", "--progress=plain", "-t", "made/git:5", f"{git.address}#main:sub"
    ).stderr.decode()
    assert f"[internal] load git source {git.address}" in shown
    assert run(engine, "made/git:5", "cat /b") == "below\n"
    (tmp_path / "Dockerfile").write_text("FROM busybox\nCOPY --from=code /a.txt /code\n")
    named = ("--build-context", f"code={git.address}#side")
    engine.docker("buildx", "build", "-t", "made/git:5", *named, ".", folder=tmp_path)
    assert run(engine, "made/git:5", "cat /code") == "side\n"
    failed = engine.docker("buildx", "build", f"{git.address}#none", check=False)
    assert b"repository does not contain ref none" in failed.stderr
