"""`docker buildx build` and `docker compose build`, with their defaults: what people type today."""

import base64
import io
import json
import re
import socket
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.api_client import ApiClient
from tests.support.docker_tools import PLUGINS
from tests.support.dockerd import ReferenceDocker

pytestmark = pytest.mark.skipif(
    not (PLUGINS / "docker-buildx").exists(), reason="no docker buildx: `make setup-test` fetches it"
)

DOCKERFILE = """\
FROM busybox
ARG WHO=nobody
COPY a.txt folder /taken/
RUN echo "built for $WHO"; echo careful >&2; cat /taken/a.txt > /made
ENV A=b
CMD ["cat", "/made"]
"""


FILES = """\
FROM busybox AS base
COPY a.txt /out/taken/
RUN cd /out && mkdir bin && echo tool > bin/tool && chmod 4755 bin/tool && ln bin/tool bin/twin \\
    && ln -s ../taken/a.txt bin/link
FROM scratch
COPY --from=base /out /
"""


class Project:
    """A folder with a Dockerfile, built by the real clients."""

    def __init__(self, engine: ApiClient, folder: Path) -> None:
        self.engine = engine
        self.folder = folder
        self.write("Dockerfile", DOCKERFILE)
        self.write("a.txt", "first\n")
        self.write("folder/b.txt", "second\n")
        self.write("left out.txt", "third\n")
        self.write(".dockerignore", "left*\n")

    def write(self, name: str, text: str) -> None:
        """Write a file of the project."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def build(self, *arguments: str, check: bool = True) -> "subprocess.CompletedProcess[bytes]":
        """Run `docker buildx build` in it."""
        command = ("buildx", "build", "--progress=plain", *arguments, ".")
        return self.engine.docker(*command, folder=self.folder, check=check)

    def progress(self, *arguments: str, check: bool = True) -> str:
        """Return what the client shows of a build."""
        return self.build(*arguments, check=check).stderr.decode()

    def run(self, image: str, *command: str) -> str:
        """Return what a command prints in an image.

        Of dockerd the log is read: on a loaded machine its `run` once brought nothing of a short command.
        """
        if not isinstance(self.engine, ReferenceDocker):
            return self.engine.docker("run", "--rm", image, *command).stdout.decode()
        id = self.engine.docker("run", "-d", image, *command).stdout.decode().strip()
        self.engine.docker("wait", id)
        said = self.engine.docker("logs", id).stdout.decode()
        self.engine.docker("rm", id)
        return said


@pytest.fixture
def project(engine: ApiClient, tmp_path: Path) -> Iterator[Project]:
    """A project; what a test builds of it, and what was kept for the next build, is gone after it."""
    before = {image["Id"] for image in _images(engine)}
    yield Project(engine, tmp_path)
    engine.request("POST", "/build/prune", query={"all": "1"})
    while made := [image["Id"] for image in _images(engine) if image["Id"] not in before]:
        # What others were made of goes after them.
        answers = [engine.request("DELETE", f"/images/{id}", query={"force": "1"}) for id in made]
        assert any(answer.status == 200 for answer in answers), made


def _images(engine: ApiClient) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = engine.request("GET", "/images/json").json
    return listed


def test_a_build_with_the_defaults(project: Project) -> None:
    shown = project.progress("-t", "made:1", "--build-arg", "WHO=me", "--label", "x=y")
    for part in (
        "[internal] load build definition from Dockerfile",
        "[internal] load .dockerignore",
        "[internal] load build context",
        "[2/3] COPY a.txt folder /taken/",
        "[3/3] RUN echo",
        " built for me\n",
        " careful\n",
        "exporting to image",
        "naming to docker.io/library/made:1",
    ):
        assert part in shown, shown
    assert project.run("made:1") == "first\n"
    assert project.run("made:1", "ls", "/taken").split() == ["a.txt", "b.txt"]
    config = project.engine.request("GET", "/images/made:1/json").json["Config"]
    assert (config["Labels"]["x"], "A=b" in config["Env"]) == ("y", True)


NAMED = r"""FROM busybox AS one
ARG X="a b"
ENV P=/p
copy --chown=1:2 a.txt ${UNSET:-k}/b"c"
COPY ["left in.txt", "/r$P/"]
RUN echo "$X" '$X' ${X:-d} $UNSET \$X "$P\"" > /dev/null
WORKDIR $P
FROM one AS Two
COPY --link --from=one /etc/passwd $UNSET/
RUN <<E sh
true
E
RUN <<E
: $P
true
E
RUN cat <<E > /x
one
E
"""
INLINE = "[internal] preparing inline document"  # BuildKit's alone


def test_the_names_of_steps(project: Project) -> None:
    """Variables are replaced as far as they are known, what is run keeps its quotes."""
    project.write("Dockerfile", NAMED)
    project.write("left in.txt", "")
    project.write(".dockerignore", "")
    names = set(re.findall(r"^#\d+ (\[.*)", project.progress(), re.MULTILINE))
    assert sorted(names - {INLINE}) == [
        "[internal] load .dockerignore",
        "[internal] load build context",
        "[internal] load build definition from Dockerfile",
        "[internal] load metadata for docker.io/library/busybox:latest",
        "[one 1/5] FROM docker.io/library/busybox:latest",
        "[one 2/5] COPY --chown=1:2 a.txt k/bc",
        "[one 3/5] COPY [left in.txt, /r/p/]",
        """[one 4/5] RUN echo "a b" '$X' a b $UNSET $X "/p"" > /dev/null""",
        "[one 5/5] WORKDIR /p",
        "[two 1/4] COPY --link --from=one /etc/passwd /",
        "[two 2/4] RUN <<E sh",
        "[two 3/4] RUN <<E (: /p...)",
        "[two 4/4] RUN cat <<E > /x",
    ]


def test_stages_of_one_image_name_it_once(project: Project) -> None:
    """By the name of one of them; variables in FROM are replaced."""
    project.write(
        "Dockerfile",
        "ARG TAG=latest\nFROM busybox:${TAG} AS one\nRUN echo 1 > /1\nFROM busybox\nCOPY --from=one /1 /\n",
    )
    names = set(re.findall(r"^#\d+ (\[.*)", project.progress("--no-cache"), re.MULTILINE))
    assert {re.sub(r"(one|stage-1) ", "", name) for name in names if "busybox" in name} == {
        "[internal] load metadata for docker.io/library/busybox:latest",
        "[1/2] FROM docker.io/library/busybox:latest",
    }
    assert sum("] FROM" in name for name in names) == 1


def test_docker_build_uses_it_unasked(project: Project) -> None:
    done = project.engine.docker("build", "-q", "-t", "made:2", ".", folder=project.folder)
    assert done.stdout.startswith(b"sha256:")
    assert project.run("made:2") == "first\n"


def test_steps_come_from_the_cache(project: Project) -> None:
    project.build("-t", "made:3")
    assert _from_cache(project.progress("-t", "made:3")) == ["[2/3]", "[3/3]"]
    project.write("a.txt", "changed\n")
    assert _from_cache(project.progress("-t", "made:3")) == []
    assert project.run("made:3") == "changed\n"
    assert _from_cache(project.progress("-t", "made:3", "--no-cache")) == []


def _from_cache(shown: str) -> list[str]:
    """Return which steps came from the cache; whether the base image did is told differently."""
    found = re.findall(r"^#(\d+) (\[[23]/3\])(?s:.*?)^#\1 (CACHED|DONE)", shown, re.MULTILINE)
    return [step for _, step, end in found if end == "CACHED"]


def test_a_command_that_fails(project: Project) -> None:
    project.write("Dockerfile", "FROM busybox\nRUN echo before; exit 3\nRUN true\n")
    done = project.build("-t", "made:4", check=False)
    shown = done.stderr.decode()
    assert done.returncode == 1
    assert 'process "/bin/sh -c echo before; exit 3" did not complete successfully: exit code: 3' in shown
    assert " before\n" in shown
    assert "Dockerfile:2\n" in shown
    assert "   2 | >>> RUN echo before; exit 3\n" in shown
    assert project.engine.request("GET", "/images/made:4/json").status == 404


@pytest.mark.parametrize(
    ("dockerfile", "error"),
    [
        (None, "failed to read dockerfile: open Dockerfile: no such file or directory"),
        ("FROM busybox\nCOPY absent /\n", "not found"),
        ("FROM not-there/at-all:ever\n", "not-there/at-all"),
        ("FROM busybox\n\nRUM true\n", "   3 | >>> RUM true\n"),
        ("FROM busybox\nCOPY a.txt absent \\\n  /there/\n", "   3 | >>>   /there/\n"),
        ("FROM busybox AS x\nCOPY --from=x /a /b\n", "circular dependency detected on stage: x"),
        (
            "FROM busybox\nCOPY --from=1 /a /b\nFROM busybox\nCOPY --from=0 /b /c\nFROM busybox\nRUN true\n",
            "circular dependency detected on stage: stage-0",
        ),
        (
            "FROM busybox AS x\nCOPY --from=y /a /b\nFROM busybox AS y\nRUN true\nFROM x\nRUN true\n",
            'cannot copy from stage "y", it needs to be defined before current stage "x"',
        ),
        ("FROM busybox\nCOPY --from=5 /a /b\n", "ERROR: failed to solve: invalid stage index 5"),
        ("FROM busybox\nRUN --network=host true\n", "network.host is not allowed"),
    ],
)
def test_what_cannot_be_built(project: Project, dockerfile: str | None, error: str) -> None:
    if dockerfile is None:
        (project.folder / "Dockerfile").unlink()
    else:
        project.write("Dockerfile", dockerfile)
    done = project.build(check=False)
    assert (done.returncode, error in done.stderr.decode()) == (1, True), done.stderr.decode()


def test_only_what_is_taken_is_sent(project: Project) -> None:
    project.write("large", "x" * 3_000_000)
    project.write("Dockerfile", "FROM busybox\nCOPY *.txt folder/ /taken/\n")
    assert _transferred(project.progress("-t", "made:11")) == "kB"
    assert project.run("made:11", "ls", "/taken").split() == ["a.txt", "b.txt"]
    project.write("Dockerfile", "FROM busybox\nARG WHAT=.\nCOPY $WHAT /taken/\n")
    assert _transferred(project.progress("-t", "made:11")) == "MB"
    assert "left out.txt" not in project.run("made:11", "ls", "/taken")
    project.write("Dockerfile", "FROM busybox\nRUN echo nothing\n")
    assert "load build context" not in project.progress("-t", "made:11")


def _transferred(shown: str) -> str:
    """Return the magnitude of the context's size, as it is told at last."""
    (number,) = re.findall(r"^#(\d+) \[internal\] load build context$", shown, re.MULTILINE)
    told = re.findall(rf"^#{number} transferring context: [\d.]+(\w+)", shown, re.MULTILINE)
    assert told, shown
    return "kB" if told[-1] in ("B", "kB") else str(told[-1])


def test_contexts_by_name(project: Project) -> None:
    project.write("further/c.txt", "of the further one\n")
    project.write("further/.dockerignore", "no*\n")
    project.write("further/not.txt", "")
    project.build("-t", "made:12")
    project.write(
        "Dockerfile",
        "FROM replaced\nCOPY --from=further . /further/\nCOPY --from=image /made /copied\n",
    )
    project.build(
        *("-t", "made:13", "--build-context", "further=further"),
        *("--build-context", "image=docker-image://made:12"),
        *("--build-context", "replaced=docker-image://busybox"),
    )
    assert project.run("made:13", "cat", "/further/c.txt", "/copied") == "of the further one\nfirst\n"
    assert "not.txt" not in project.run("made:13", "ls", "/further")


def test_folders_in_place_of_images(project: Project) -> None:
    """Also of such as are named with their tag, and of stages."""
    project.write("system/Dockerfile", "FROM busybox\n")
    project.build("-o", "type=local,dest=rootfs", "-f", "system/Dockerfile")
    project.write("rootfs/a.txt", "of the folder\n")
    project.write(
        "Dockerfile",
        "FROM not-there:latest AS first\nRUN cp /a.txt /copied\n"
        "FROM busybox AS second\nRUN echo never > /a.txt\n"
        "FROM second\nCOPY --from=first /copied /copied\n",
    )
    contexts = [f"--build-context={name}=rootfs" for name in ("not-there", "second")]
    project.build("-t", "made:15", *contexts)
    assert project.run("made:15", "cat", "/a.txt", "/copied") == "of the folder\n" * 2
    image = project.engine.request("GET", "/images/made:15/json").json
    assert (len(image["RootFS"]["Layers"]), image["Config"]["Env"][0].startswith("PATH=")) == (2, True)


def test_the_networks_of_commands(project: Project) -> None:
    """That of the host only for whoever allows it; nobody may have more rights than containers have."""
    project.write(
        "Dockerfile",
        "FROM busybox\nRUN --network=none ls /sys/class/net > /none\nRUN ls /sys/class/net > /usual\n"
        "RUN --network=host readlink /proc/self/ns/net > /host\n",
    )
    project.build("-t", "made:17", "--allow", "network.host")
    none, usual = (project.run("made:17", "cat", f"/{name}").split() for name in ("none", "usual"))
    assert ("eth0" in none, "lo" in none, len(usual) > len(none)) == (False, True, True)
    project.write("Dockerfile", "FROM busybox\nRUN readlink /proc/self/ns/net > /host\n")
    hosts = project.run("made:17", "cat", "/host")
    project.build("-t", "made:17", "--network", "host", "--no-cache")
    assert project.run("made:17", "cat", "/host") == hosts
    project.build("-t", "made:17", "--network", "none", "--no-cache")
    assert project.run("made:17", "cat", "/host") != hosts
    refused = project.progress("--allow", "security.insecure", check=False)
    assert "granting entitlement security.insecure is not allowed" in refused


def test_what_commands_get(project: Project) -> None:
    project.write(
        "Dockerfile",
        "FROM busybox\nRUN { grep 1.2.3.4 /etc/hosts; df -k /dev/shm | tail -n 1; ulimit -n; } > /told\n",
    )
    project.build(
        *("-t", "made:18", "--add-host", "other:1.2.3.4", "--shm-size", "16m"),
        *("--ulimit", "nofile=123:456", "--label", "x=y z"),
    )
    told = project.run("made:18", "cat", "/told").split()
    assert (told[:2], "16384" in told, told[-1]) == (["1.2.3.4", "other"], True, "123")
    config = project.engine.request("GET", "/images/made:18/json").json["Config"]
    assert config["Labels"]["x"] == "y z"


def test_what_is_kept_for_a_time_is_not_pruned_before(project: Project) -> None:
    project.write("Dockerfile", "FROM busybox\nRUN --mount=type=cache,target=/c echo kept >> /c/f\n")
    project.build()
    usage = ("buildx", "du", "--filter", "type=exec.cachemount")
    assert len(project.engine.docker(*usage).stdout.decode().splitlines()) > 1
    for command in ("buildx", "builder"):
        pruned = project.engine.docker(command, "prune", "-af", "--filter", "until=24h")
        assert pruned.stdout.decode().split() == ["Total:", "0B"]
    kept = project.engine.docker("buildx", "prune", "-af", "--keep-storage", "10gb")
    assert kept.stdout.decode().split() == ["Total:", "0B"]
    project.engine.docker("buildx", "prune", "-af", "--filter", "until=1ns")
    assert len(project.engine.docker(*usage).stdout.decode().splitlines()) <= 1


def test_contexts_that_come_through_a_pipe(project: Project) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        tar.add(project.folder, ".")
    build = ("buildx", "build", "-q", "-t", "made:14", "-")
    project.engine.docker(*build, stdin=buffer.getvalue())
    assert project.run("made:14") == "first\n"
    project.engine.docker(*build, stdin=b"FROM busybox\nRUN echo piped > /made\nCMD cat /made\n")
    assert project.run("made:14") == "piped\n"


def test_secrets_reach_commands_and_nothing_else(project: Project) -> None:
    project.write("secret.txt", "hidden\n")
    project.write(
        "Dockerfile",
        "FROM busybox\nRUN --mount=type=secret,id=one wc -c < /run/secrets/one\n"
        "RUN --mount=type=secret,id=two test ! -e /run/secrets/two && test ! -e /run/secrets/one\n",
    )
    shown = project.progress("-t", "made:9", "--secret", "id=one,src=secret.txt")
    assert " 7\n" in shown
    assert "hidden" not in shown
    assert project.run("made:9", "find", "/", "-xdev", "-type", "f", "-path", "*secrets*") == ""


def test_commands_get_a_socket_of_the_clients_ssh_agent(project: Project, tmp_path: Path) -> None:
    project.write(
        "Dockerfile", 'FROM busybox\nRUN --mount=type=ssh test -S "$SSH_AUTH_SOCK" && echo yes > /it-is\n'
    )
    with socket.socket(socket.AF_UNIX) as agent:
        agent.bind(str(tmp_path / "agent"))
        agent.listen()
        project.build("-t", "made:10", "--ssh", f"default={tmp_path / 'agent'}")
    assert project.run("made:10", "cat", "/it-is") == "yes\n"


def test_files_about_the_image(project: Project) -> None:
    project.build("-t", "made:5", "--iidfile", "id", "--metadata-file", "metadata.json")
    image_id = project.engine.request("GET", "/images/made:5/json").json["Id"]
    metadata = json.loads((project.folder / "metadata.json").read_text())
    assert (project.folder / "id").read_text() == image_id
    assert metadata["containerimage.config.digest"] == image_id
    assert metadata["image.name"] == "docker.io/library/made:5"


def test_other_dockerfiles_and_targets(project: Project) -> None:
    project.write("docker/Other", "FROM busybox AS one\nRUN echo 1 > /f\nFROM one AS two\nRUN echo 2 > /f\n")
    shown = project.progress("-t", "made:6", "-f", "docker/Other", "--target", "one")
    assert "RUN echo 2" not in shown
    assert "load build definition from Other" in shown
    assert project.run("made:6", "cat", "/f") == "1\n"
    piped = project.engine.docker(
        "buildx", "build", "-q", "-t", "made:6", "-f", "-", ".",
        stdin=b"FROM busybox\nCOPY a.txt /piped\n", folder=project.folder,
    )  # fmt: skip
    assert piped.stdout.startswith(b"sha256:")
    assert project.run("made:6", "cat", "/piped") == "first\n"


def test_the_files_of_the_result(project: Project) -> None:
    project.write("Dockerfile", FILES)
    project.build("-o", "type=local,dest=out")
    out = project.folder / "out"
    assert (out / "taken/a.txt").read_text() == "first\n"
    assert str((out / "bin/link").readlink()) == "../taken/a.txt"
    assert (out / "bin/tool").stat().st_mode & 0o7777 == 0o4755
    assert (out / "bin/tool").stat().st_ino == (out / "bin/twin").stat().st_ino
    piped = project.build("-o", "-").stdout
    project.build("-o", "type=tar,dest=out.tar")
    for archive in (piped, (project.folder / "out.tar").read_bytes()):
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            members = {member.name: member for member in tar}
            text = tar.extractfile("taken/a.txt")
            assert text is not None
            assert text.read() == b"first\n"
        assert members["bin/link"].linkname == "../taken/a.txt"
        assert {members[name].type for name in ("bin/tool", "bin/twin")} == {tarfile.REGTYPE, tarfile.LNKTYPE}


OFFERING = """\
# TAG of the base
ARG TAG=latest
ARG UNUSED=1
# base is what all begin with
FROM busybox:${TAG} AS base
# WHO is greeted
ARG WHO=nobody
RUN --mount=type=secret,id=token,required=true --mount=type=cache,target=/c --mount=type=ssh echo $WHO
# unlike its name
FROM --platform=linux/amd64 busybox AS Second
ARG UNUSED
RUN --mount=type=secret,target=/run/other true
FROM base AS last
ARG LATE
COPY --from=second /bin/busybox /
FROM base
ARG WHO=me
"""


def asked(project: Project, what: str, *arguments: str) -> dict[str, Any]:
    """Return what the Dockerfile frontend answers in place of a build."""
    command = ("buildx", "build", f"--print={what},format=json", *arguments, ".")
    done = project.engine.docker(*command, folder=project.folder, environment={"BUILDX_EXPERIMENTAL": "1"})
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _told(entries: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    lines = [entry.pop("location")["ranges"][0] for entry in entries]
    return [
        (line["start"]["line"], line["end"]["line"], entry)
        for line, entry in zip(lines, entries, strict=True)
    ]


def test_what_a_dockerfile_offers(project: Project) -> None:
    project.write("Dockerfile", OFFERING)
    listed = asked(project, "targets")
    assert _told(listed["targets"]) == [
        (5, 5, {"name": "base", "description": "is what all begin with", "base": "busybox:${TAG}"}),
        (10, 10, {"name": "second", "base": "busybox", "platform": "linux/amd64"}),
        (13, 13, {"name": "last", "base": "base"}),
        (16, 16, {"default": True, "base": "base"}),
    ]
    assert base64.b64decode(listed["sources"][0]).decode() == OFFERING


def test_what_a_target_asks_for(project: Project) -> None:
    project.write("Dockerfile", OFFERING)
    tag = (2, 2, {"name": "TAG", "description": "of the base", "value": "latest"})
    found = asked(project, "outline")
    assert _told(found["args"]) == [tag, (17, 17, {"name": "WHO", "value": "me"})]
    assert _told(found["secrets"]) == [(8, 8, {"name": "token", "required": True})]
    assert _told(found["ssh"]) == [(8, 8, {"name": "default"})]
    found = asked(project, "outline", "--target=last", "--build-arg=WHO=you", "--build-arg=TAG=latest")
    assert found["name"] == "last"
    assert _told(found["args"]) == [
        tag,
        (3, 3, {"name": "UNUSED", "value": "1"}),
        (7, 7, {"name": "WHO", "description": "is greeted", "value": "you"}),
        (14, 14, {"name": "LATE"}),
    ]
    assert _told(found["secrets"]) == [
        (8, 8, {"name": "token", "required": True}),
        (12, 12, {"name": "other"}),
    ]


def test_nothing_but_the_cache(project: Project) -> None:
    shown = project.progress("-o", "type=cacheonly")
    assert "exporting" not in shown
    assert "[3/3] RUN" in shown


def test_compose_builds_and_runs(project: Project) -> None:
    service = {"build": {"context": ".", "args": {"WHO": "compose"}}, "image": "made:7"}
    project.write("compose.yaml", json.dumps({"name": "buildx-story", "services": {"one": service}}))
    compose = ("compose", "--ansi", "never", "--progress", "plain")
    try:
        project.engine.docker(*compose, "up", "--build", "--exit-code-from", "one", folder=project.folder)
        logs = project.engine.docker(*compose, "logs", "--no-log-prefix", folder=project.folder)
        assert b"first\n" in logs.stdout
        built = project.engine.docker(*compose, "build", "--no-cache", folder=project.folder)
        assert b"built for compose" in built.stdout + built.stderr
    finally:
        project.engine.docker(*compose, "down", "-t", "0", folder=project.folder)


def test_what_compose_files_say_of_builds(project: Project) -> None:
    project.write("secret.txt", "hidden\n")
    project.write("further/c.txt", "of the further one\n")
    project.write(
        "Dockerfile",
        "FROM busybox AS base\nARG WHO\nRUN --mount=type=secret,id=one wc -c < /run/secrets/one > /made\n"
        "RUN grep -w 1.2.3.4 /etc/hosts >> /made && echo $WHO >> /made\nCOPY --from=further c.txt /\n"
        "FROM base AS last\nRUN echo never > /made\n",
    )
    build = {
        "context": ".",
        "target": "base",
        "args": ["WHO=me"],
        "secrets": ["one"],
        "additional_contexts": {"further": "./further"},
        "extra_hosts": ["other:1.2.3.4"],
        "labels": {"x": "y"},
        "tags": ["made:20"],
        "platforms": ["linux/amd64"],
        "network": "none",
        "shm_size": "16m",
    }
    second = {"context": ".", "dockerfile_inline": "FROM busybox\nCOPY a.txt /inline\n"}
    services = {
        "one": {"image": "made:19", "build": build},
        "two": {"image": "made:21", "build": second},
    }
    secrets = {"one": {"file": "secret.txt"}}
    project.write("compose.yaml", json.dumps({"name": "x", "services": services, "secrets": secrets}))
    project.engine.docker("compose", "build", folder=project.folder)
    for image in ("made:19", "made:20"):
        told = project.run(image, "cat", "/made", "/c.txt").split()
        assert told == ["7", "1.2.3.4", "other", "me", "of", "the", "further", "one"]
    assert project.run("made:21", "cat", "/inline") == "first\n"
    image = project.engine.request("GET", "/images/made:19/json").json
    assert (image["Config"]["Labels"]["x"], image["Architecture"]) == ("y", "amd64")


BAKE = """
group "default" { targets = ["top", "many"] }
target "base" {
  dockerfile-inline = "FROM busybox\\nARG WHO\\nCOPY a.txt /\\nRUN date +%s%N > /when; echo $WHO > /who"
  args = { WHO = "bake" }
  tags = ["made:22"]
}
target "top" {
  contexts = { below = "target:base" }
  dockerfile-inline = "FROM below\\nRUN cat /who > /copied\\nCOPY --from=below /when /same"
  tags = ["made:23"]
}
target "many" {
  name = "many-${item}"
  matrix = { item = ["one", "two"] }
  contexts = { below = "target:base" }
  dockerfile-inline = "FROM busybox\\nCOPY --from=below /when /when\\nRUN echo ${item} > /item"
  tags = ["made:${item}"]
}
target "failing" { dockerfile-inline = "FROM busybox\\nRUN exit 3" }
target "above" {
  contexts = { below = "target:failing" }
  dockerfile-inline = "FROM below\\nRUN true"
}
"""


def test_bake_builds_targets_that_begin_with_others(project: Project) -> None:
    """What others are made of is built once, and all get that."""
    project.write("docker-bake.hcl", BAKE)
    project.engine.docker("buildx", "bake", "--no-cache", folder=project.folder)
    when = project.run("made:22", "cat", "/when")
    assert project.run("made:23", "cat", "/copied", "/when", "/same") == f"bake\n{when}{when}"
    for item in ("one", "two"):
        assert project.run(f"made:{item}", "cat", "/item", "/when") == f"{item}\n{when}"
    failed = project.engine.docker("buildx", "bake", "above", folder=project.folder, check=False)
    assert (failed.returncode, b"did not complete successfully: exit code: 3" in failed.stderr) == (1, True)


def test_the_builder_is_listed(project: Project) -> None:
    inspected = project.engine.docker("buildx", "inspect").stdout.decode()
    rows = dict(line.split(":", 1) for line in inspected.splitlines() if ":" in line)
    assert (rows["Driver"].strip(), rows["Status"].strip()) == ("docker", "running")
    assert "linux/amd64" in rows["Platforms"]
    assert b"default" in project.engine.docker("buildx", "ls").stdout


def test_buildkit_reads_caches_of_marina(marina: ApiClient, dockerd: ApiClient, tmp_path: Path) -> None:
    """It finds nothing in one, and nothing wrong with it."""
    place = tmp_path / "cache"
    made = Project(marina, tmp_path)
    made.progress("-t", "made:9", "--cache-to", f"type=local,dest={place},mode=max")
    assert (place / "index.json").exists()
    shown = Project(dockerd, tmp_path).progress("-t", "made:9", "--cache-from", f"type=local,src={place}")
    assert "importing cache manifest from local" in shown
    assert "ERROR" not in shown
    for engine in (marina, dockerd):
        engine.docker("rmi", "-f", "made:9")
        engine.docker("builder", "prune", "-af")  # the next tests want to see an empty cache
