"""What instructions mean to BuildKit, where the classic builder has it otherwise.

Source: BuildKit's own tests of its frontend, `frontend/dockerfile/dockerfile*_test.go`.
"""

import io
import tarfile
from pathlib import Path

import pytest

from tests.contract.test_buildx import Project, project
from tests.support.api_client import ApiClient
from tests.support.docker_tools import PLUGINS

__all__ = ["project"]

pytestmark = pytest.mark.skipif(
    not (PLUGINS / "docker-buildx").exists(), reason="no docker buildx: `make setup-test` fetches it"
)

USERS = "root:x:0:0::/:/bin/sh\nuser:x:1000:1234::/:/bin/sh\n"
GROUPS = "root:x:0:\nuser:x:1000:\nothers:x:1234:\n"


def is_dockerd(project: Project) -> bool:
    """Return whether the engine is the reference."""
    return project.engine.socket.name == "docker.sock"


def files_of(project: Project, *arguments: str) -> dict[str, tarfile.TarInfo]:
    """Build, and return what the result holds."""
    archive = project.build("-o", "-", *arguments).stdout
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        return {member.name.rstrip("/"): member for member in tar}


def texts_of(project: Project, *arguments: str) -> dict[str, str]:
    """Build, and return the texts of the files in the result's root."""
    archive = project.build("-o", "-", *arguments).stdout
    found = {}
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        for member in tar:
            if (file := tar.extractfile(member)) is not None:
                found[member.name] = file.read().decode()
    return found


def archive_of(name: str) -> bytes:
    """Return a tar archive of one empty file."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        member = tarfile.TarInfo(name)
        member.mode, member.uid, member.gid = 0o640, 5, 6
        tar.addfile(member)
    return buffer.getvalue()


def test_what_goes_where(project: Project) -> None:
    """Wildcards may fit nothing, a context's root is above itself, folders need no slash, archives add up."""
    for name in ("one/1.txt", "two/2.txt", "x1", "x2"):
        project.write(name, name)
    for name in ("a.tar", "b.tar"):
        (project.folder / name).write_bytes(archive_of(f"of-{name}"))
    # What dockerd's frontend does not know yet: a folder of which nothing is taken.
    nothing = "WORKDIR /empty" if is_dockerd(project) else "COPY --exclude=* one /empty"
    project.write(
        "Dockerfile",
        "FROM scratch\nCOPY none* /\nCOPY one two /both\nCOPY ../../a.txt /up\nCOPY x1 x2 /last\n"
        f"ADD *.tar /unpacked\nWORKDIR /there\nCOPY x? ../there\n{nothing}\n",
    )
    assert sorted(files_of(project)) == [
        "both", "both/1.txt", "both/2.txt", "empty", "last", "there", "there/x1", "there/x2",
        "unpacked", "unpacked/of-a.tar", "unpacked/of-b.tar", "up",
    ]  # fmt: skip
    assert texts_of(project)["last"] == "x2"


def test_owners_and_modes(project: Project) -> None:
    """A working folder belongs to the user, a group is the user's own, archives keep what they say."""
    project.write("passwd", USERS)
    project.write("group", GROUPS)
    (project.folder / "a.tar").write_bytes(archive_of("inside"))
    project.write(
        "Dockerfile",
        "FROM scratch\nCOPY passwd group /etc/\nUSER user\nWORKDIR /mine/too\n"
        "COPY --chown=user a.txt /owned\nCOPY a.txt /not\n"
        "ADD --chown=11:12 --chmod=700 a.tar /unpacked\nUSER user:user\nWORKDIR /others\n",
    )
    found = files_of(project)
    owners = {name: (file.uid, file.gid) for name, file in found.items() if not name.startswith("etc")}
    assert owners == {
        "mine": (1000, 1234), "mine/too": (1000, 1234), "not": (0, 0), "others": (1000, 1000),
        "owned": (1000, 1234), "unpacked": (11, 12), "unpacked/inside": (5, 6),
    }  # fmt: skip
    assert found["unpacked/inside"].mode == 0o640


COMMANDS = r"""FROM busybox AS build
RUN exit 3
FROM busybox AS build
RUN <<EOF sh > /script
echo in the shell
EOF
RUN echo "$HTTP_PROXY $https_proxy $NO_PROXY" > /proxies
RUN hostname > /name; grep -c "$(hostname)" /etc/hosts > /hosts
RUN --mount=type=tmpfs,target=/tmp/x cp /bin/busybox /tmp/x/echo && /tmp/x/echo runs > /tmpfs
VOLUME /v
RUN mkdir -p /v && echo kept > /v/volume && cp /proc/mounts /mounts
RUN cat /v/volume && ! grep " /v " /mounts
RUN --mount=type=ssh echo "$SSH_AUTH_SOCK" > /agent
FROM scratch
COPY --from=build /script /proxies /name /hosts /tmpfs /v/volume /agent /
"""


def test_what_commands_find(project: Project) -> None:
    """Heredocs of other programs, proxies by both names, the name of the sandbox, a tmpfs to run from.

    Volumes are folders, an agent's place is told where there is none, the last stage of a name is meant.
    """
    project.write("Dockerfile", COMMANDS)
    found = texts_of(project, "--build-arg=http_proxy=http://one", "--build-arg=HTTPS_PROXY=http://two")
    assert found.pop("hosts").strip() != "0"
    assert found == {
        "script": "in the shell\n",
        "proxies": "http://one http://two \n",
        "name": "buildkitsandbox\n",
        "tmpfs": "runs\n",
        "volume": "kept\n",
        "agent": "/run/buildkit/ssh_agent.0\n",
    }
    # Proxies are no part of the cache's key.
    assert texts_of(project)["proxies"] == "http://one http://two \n"
    named = texts_of(project, "--build-arg=BUILDKIT_SANDBOX_HOSTNAME=mine", "--no-cache")
    assert (named["name"], named["proxies"]) == ("mine\n", "  \n")


def test_stages_that_are_built_anew(project: Project) -> None:
    stages = [f"FROM busybox AS s{n}\nRUN head -c 9 /dev/urandom | sha256sum > /{n}\n" for n in (0, 1)]
    project.write("Dockerfile", "".join(stages) + "FROM scratch\nCOPY --from=s0 0 /\nCOPY --from=s1 1 /\n")
    first, second = texts_of(project), texts_of(project, "--no-cache-filter=S1")
    assert (first["0"] == second["0"], first["1"] == second["1"]) == (True, False)
    assert texts_of(project) == second


def test_contexts_that_stand_for_stages(project: Project) -> None:
    """What a context stands for is not built; the empty image has a name."""
    project.write("other/out", "of the context")
    project.write(
        "Dockerfile",
        "FROM other AS base\nRUN exit 3\nFROM nowhere AS empty\nCOPY --from=base out /\nFROM empty\n",
    )
    contexts = ("--build-context=base=other", "--build-context=nowhere=docker-image://scratch")
    assert list(files_of(project, *contexts)) == ["out"]


def test_builds_of_a_given_time(project: Project) -> None:
    """The image, its steps and the files that are sent are of that time."""
    project.write("Dockerfile", "FROM scratch\nENTRYPOINT foo bar\nCOPY a.txt /new/folder/\nWORKDIR /work\n")
    epoch = ("--build-arg=SOURCE_DATE_EPOCH=1600000000", "--no-cache")
    project.build("-t", "made:30", *epoch)
    image = project.engine.request("GET", "/images/made:30/json").json
    steps = project.engine.request("GET", "/images/made:30/history").json
    assert image["Created"] == "2020-09-13T12:26:40Z"
    assert {step["Created"] for step in steps} == {1_600_000_000}
    assert {member.mtime for member in files_of(project, *epoch).values()} == {1_600_000_000}
    if not is_dockerd(project):  # there folders that are made on the way are of now
        project.build("-t", "made:31", *epoch)
        assert project.engine.request("GET", "/images/made:31/json").json["Id"] == image["Id"]


HISTORY = r"""FROM scratch AS first
ARG WHO=me
ENV A=b C="d e"
LABEL x=y
WORKDIR /w
COPY --chown=1:2 a.txt folder /taken/
ADD a.txt .
COPY <<EOF /text
hello
EOF
USER nobody
EXPOSE 81 80/udp
VOLUME /v
STOPSIGNAL SIGINT
HEALTHCHECK --interval=5s CMD true
SHELL ["/bin/sh", "-ec"]
ENTRYPOINT run this
CMD ["now"]
FROM busybox AS second
ARG WHO=you
RUN echo $WHO > /who
RUN ["true"]
"""


def test_what_the_history_tells(marina: ApiClient, dockerd: ApiClient, tmp_path: Path) -> None:
    """The same, word for word."""
    told = []
    for engine in (marina, dockerd):
        project = Project(engine, tmp_path)
        project.write("Dockerfile", HISTORY)
        steps: list[tuple[str, ...]] = []
        for target in ("first", "second"):
            project.build("-t", "made:32", "--target", target)
            history = engine.request("GET", "/images/made:32/history").json
            steps += [(step["CreatedBy"], step["Comment"], str(step["Size"])) for step in history]
            image = engine.request("GET", "/images/made:32/json").json
            steps += [(image["Comment"], image["Config"]["WorkingDir"])]
            engine.docker("rmi", "made:32")
        told.append(steps)
        engine.request("POST", "/build/prune", query={"all": "1"})
    assert told[0] == told[1]


def test_warnings(project: Project) -> None:
    project.write("Dockerfile", "FROM scratch\nCOPY a.txt \\\n\n/x\n")
    shown = project.progress()
    assert "Empty continuation line found in: COPY a.txt /x" in shown
    assert "[WARNING]" not in shown


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("COPY absent /", '"/absent": not found'),
        (
            "COPY --from=127.0.0.1:1/none /a /b",
            "127.0.0.1:1/none: failed to resolve source metadata for 127.0.0.1:1/none:latest: ",
        ),
        ("FROM BAD::x", 'failed to parse stage name "BAD::x": invalid reference format: repository name'),
        ("COPY --form=x a /", "unknown flag: form (did you mean from?)"),
        ("RUN --mount=typ=tmpfs true", "unexpected key 'typ' in 'typ=tmpfs' (did you mean type?)"),
        ("RUN --mount=type=ssh,required true", "unset ssh forward key default"),
        ("RUN --mount=source=absent,target=/x true", '"/absent": not found'),
        ("RUN mkdir -p /t/a.txt\nCOPY a.txt /t/", "cannot replace to directory "),
        ("RUN mkdir -p /t/b.txt\nCOPY folder /t", "cannot replace to directory "),
        ("RUN touch /t\nCOPY folder /t", "cannot copy to non-directory: "),
        ("ENV a", "Dockerfile:2\n"),
        ("RUN []", "failed to marshal LLB definition: arguments are required"),
        (
            "USER someone\nRUN true",
            'process "/bin/sh -c true" did not complete successfully: unable to find user someone',
        ),
        (
            "ADD http://127.0.0.1:1/x /",
            'load cache key: Get "http://127.0.0.1:1/x": dial tcp 127.0.0.1:1: connect: connection refused',
        ),
    ],
)
def test_errors(project: Project, line: str, error: str) -> None:
    project.write("Dockerfile", f"FROM busybox\n{line}\n")
    done = project.build(check=False)
    assert (done.returncode, error in done.stderr.decode()) == (1, True), done.stderr.decode()
