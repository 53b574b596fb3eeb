"""Git repositories over SSH as sources of builds: the client lends its agent."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.services.engine.engine_client import EngineClient
from app.services.errors import EngineRequestError
from app.services.images.image_build import BuildOptions, open_build
from tests.engine.builds import run
from tests.support.docker_tools import PLUGINS
from tests.support.git_server import SUBMODULE, Entry, GitRepository
from tests.support.native_engine import NativeEngine
from tests.support.ssh_git import SshGitServer, new_key, served_over_ssh, ssh_agent

pytestmark = pytest.mark.skipif(not (PLUGINS / "docker-buildx").exists(), reason="no docker buildx")


class Served:
    """Two repositories, one the other's submodule, and who may have them."""

    def __init__(self, server: SshGitServer, port: int, agent: Path, other: Path) -> None:
        self.server = server
        self.address = f"ssh://git@127.0.0.1:{port}/x.git"
        self.agent, self.other = agent, other


@pytest.fixture(scope="module")
def git(netns: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Repositories over SSH, an agent with the key to them and one with another key."""
    folder = tmp_path_factory.mktemp("ssh")
    library, top = GitRepository(folder / "library.git"), GitRepository(folder / "x.git")
    commit = library.commit({"b.txt": b"library\n"})
    top.commit(
        {
            "Dockerfile": b"FROM busybox\nCOPY . /all/\n",
            "a.txt": b"over ssh\n",
            ".gitmodules": b'[submodule "l"]\n\tpath = lib\n\turl = ../library.git\n',
            "lib": Entry(SUBMODULE, commit.encode()),
        }
    )
    user, stranger = new_key(folder, "user"), new_key(folder, "stranger")
    agents = folder / "agent", folder / "other"
    repositories = {"/x.git": top, "/library.git": library}
    with (
        served_over_ssh(netns, repositories, folder, user) as (server, port),
        ssh_agent(agents[0], user),
        ssh_agent(agents[1], stranger),
    ):
        yield Served(server, port, *agents)


def test_contexts_and_sources(engine: NativeEngine, builds: None, git: Served, tmp_path: Path) -> None:
    """Contexts, ADD and contexts by name, submodules too; nothing of agents is left in the image."""
    lent = ("--ssh", f"default={git.agent}")
    engine.docker("buildx", "build", "-t", "made/ssh:1", *lent, git.address)
    assert run(engine, "made/ssh:1", "cat /all/a.txt /all/lib/b.txt") == "over ssh\nlibrary\n"
    (tmp_path / "Dockerfile").write_text(
        f"FROM busybox\nADD --keep-git-dir {git.address}#main /added\nCOPY --from=code a.txt /named\n"
    )
    named = ("--build-context", f"code={git.address}")
    engine.docker("buildx", "build", "-t", "made/ssh:2", *lent, *named, ".", folder=tmp_path)
    shown = run(
        engine, "made/ssh:2", "cat /added/a.txt /named /added/.git/config; find / -xdev -name '*agent*'"
    )
    assert shown.count("over ssh\n") == 2
    assert f"{git.address.replace('git@', '')}" in shown
    assert "agent" not in shown
    assert set(git.server.commands) == {"git-upload-pack '/x.git'", "git-upload-pack '/library.git'"}


def test_builds_of_the_window(
    engine: NativeEngine, builds: None, git: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They lend the user's agent over connections beside `POST /build`; several programs use it at once."""
    monkeypatch.setenv("SSH_AUTH_SOCK", str(git.agent))
    stages = "".join(
        f"FROM busybox AS stage{number}\nADD {git.address}#main /added\n"
        'RUN --mount=type=ssh,required test -S "$SSH_AUTH_SOCK"\n'
        for number in range(3)
    )
    last = "".join(f"COPY --from=stage{number} /added/a.txt /{number}\n" for number in range(3))
    (tmp_path / "Dockerfile").write_text(f"{stages}FROM busybox\n{last}")
    with EngineClient(engine.socket) as client:
        lent = BuildOptions(tmp_path, tag="made/ssh:3", no_cache=True, lends_agent=True)
        with open_build(client, lent) as stream:
            for _ in stream:
                pass
        assert run(engine, "made/ssh:3", "cat /0 /1 /2") == "over ssh\n" * 3
        kept = BuildOptions(tmp_path, no_cache=True)
        with pytest.raises(EngineRequestError), open_build(client, kept) as stream:
            for _ in stream:
                pass
        with pytest.raises(EngineRequestError) as refusal:
            client.open_stream("POST", "/marina/ssh-agents/nonsense")
        assert refusal.value.status == 400


def refused(engine: NativeEngine, folder: Path, address: str, *arguments: str) -> str:
    """Build from an address that cannot be had; returns what the client shows."""
    (folder / "Dockerfile").write_text(f"FROM busybox\nADD {address} /x\n")
    done: subprocess.CompletedProcess[bytes] = engine.docker(
        "buildx", "build", *arguments, ".", folder=folder, check=False
    )
    assert done.returncode == 1
    return done.stderr.decode()


def test_who_has_no_key(engine: NativeEngine, builds: None, git: Served, tmp_path: Path) -> None:
    other = refused(engine, tmp_path, git.address, "--ssh", f"default={git.other}")
    assert "Permission denied (publickey)" in other
    missing = refused(engine, tmp_path, git.address)
    assert 'no SSH key "default" forwarded from the client' in missing
    elsewhere = git.address.replace("x.git", "none.git")
    assert "no such repository" in refused(engine, tmp_path, elsewhere, "--ssh", f"default={git.agent}")
