"""Builds as people make them: the docker command line, docker-py, and what images become step by step."""

import json
import os
from pathlib import Path

import pytest

from tests.engine.builds import Files, Special, build, docker_build, inspect, run
from tests.support.native_engine import NativeEngine

pytestmark = pytest.mark.usefixtures("builds")

SIX_STEPS = """\
FROM busybox
ENV GREETING=hello
RUN echo $GREETING > /greeting
COPY file.txt /data/
WORKDIR /data
CMD cat /greeting file.txt
"""


def test_six_steps_by_the_command_line(engine: NativeEngine, tmp_path: Path) -> None:
    """`docker build` prints, tags and makes an image that runs; the second time nothing is done again."""
    (tmp_path / "Dockerfile").write_text(SIX_STEPS)
    (tmp_path / "file.txt").write_text("content\n")
    first = docker_build(engine, tmp_path, "-t", "six:1", "-t", "six:2", "--label", "made=here")
    assert first.returncode == 0, first.stderr
    assert "Step 3/7 : RUN echo $GREETING > /greeting\n ---> Running in " in first.stdout
    assert " ---> Removed intermediate container " in first.stdout
    assert first.stdout.endswith("Successfully tagged six:1\nSuccessfully tagged six:2\n")
    assert engine.docker("run", "--rm", "six:2").stdout == b"hello\ncontent\n"
    config = inspect(engine, "six:1")["Config"]
    assert (config["WorkingDir"], config["Labels"]["made"]) == ("/data", "here")
    os.utime(tmp_path / "file.txt", (1, 1))  # the time of the last change is nothing to the cache
    again = docker_build(engine, tmp_path, "-t", "six:1", "--label", "made=here")
    assert again.stdout.count("Using cache") == 6
    assert "Running in" not in again.stdout


def test_a_failing_command_line_build(engine: NativeEngine, tmp_path: Path) -> None:
    """The command's code becomes docker's, and its output is shown."""
    (tmp_path / "Dockerfile").write_text("FROM busybox\nRUN echo broken >&2; exit 9\n")
    done = docker_build(engine, tmp_path, "--force-rm")
    assert done.returncode == 9
    assert "The command '/bin/sh -c echo broken >&2; exit 9' returned a non-zero code: 9" in done.stderr


def test_what_the_cache_looks_at(engine: NativeEngine) -> None:
    """Contents, modes and names of copied files; commands; build arguments; and nothing after a miss."""
    dockerfile = "FROM busybox\nARG X=1\nCOPY a /cache\nRUN echo $X\nENV last=1\n"
    assert build(engine, dockerfile, {"a": "1"}).hits == 0
    assert build(engine, dockerfile, {"a": "1", "unrelated": "file"}).hits == 4
    assert build(engine, dockerfile, {"a": "2"}).hits == 1
    assert build(engine, dockerfile.replace("echo", "echo new"), {"a": "1"}).hits == 2
    with_argument = {"buildargs": json.dumps({"X": "2"})}
    assert build(engine, dockerfile, {"a": "1"}, **with_argument).hits == 2
    assert build(engine, dockerfile, {"a": "1"}, **with_argument).hits == 4
    proxied = {"buildargs": json.dumps({"http_proxy": "p", "X": "2"})}
    assert build(engine, dockerfile, {"a": "1"}, **proxied).hits == 4
    assert build(engine, dockerfile, {"a": "1"}, nocache="1").hits == 0
    unrelated = {"cachefrom": json.dumps(["busybox"])}
    assert build(engine, dockerfile, {"a": "1"}, **unrelated).hits == 0


def test_a_loaded_image_serves_as_cache(engine: NativeEngine) -> None:
    """`--cache-from` takes steps over from an image that was made elsewhere, and only when it is named."""
    dockerfile = "FROM busybox\nENV from=elsewhere\nCOPY a /from\nRUN echo $from > /seen\nCMD true\n"
    first = build(engine, dockerfile, {"a": "1"}, t="cached:1")
    saved = engine.docker("save", "cached:1").stdout
    image: str | None = first.image_id
    while image and image != inspect(engine, "busybox")["Id"]:
        parent = inspect(engine, image)["Parent"]
        assert engine.request("DELETE", f"/images/{image}", query={"noprune": "1"}).status == 200
        image = parent
    engine.docker("load", "-q", stdin=saved)
    named = {"cachefrom": json.dumps(["nothing:1", "cached:1"])}
    again = build(engine, dockerfile, {"a": "1"}, t="cached:2", **named)
    assert (again.hits, again.image_id) == (4, first.image_id)
    changed = build(engine, dockerfile.replace("CMD true", "CMD false"), {"a": "1"}, t="cached:3", **named)
    assert changed.hits == 3
    assert run(engine, "cached:3", "cat /from /seen") == "1elsewhere\n"
    assert build(engine, dockerfile, {"a": "2"}, **named).hits == 1


def test_steps_are_images_without_names(engine: NativeEngine) -> None:
    """Every step's image is there for the cache, hidden unless one asks for all."""
    built = build(engine, "FROM busybox\nENV steps=1\nENV steps=2\n", t="steps:1")
    parent = inspect(engine, "steps:1")["Parent"]
    assert parent != inspect(engine, "busybox")["Id"]
    assert inspect(engine, parent)["Config"]["Env"][-1] == "steps=1"
    history = engine.request("GET", "/images/steps:1/history").json
    assert [entry["Id"] for entry in history[:2]] == [built.image_id, parent]
    assert history[0]["CreatedBy"] == "/bin/sh -c #(nop)  ENV steps=2"


def test_stages(engine: NativeEngine) -> None:
    """Stages by name and number, a target, and images as sources; links and owners stay as they are."""
    dockerfile = """\
FROM busybox AS first
RUN mkdir -p /out/deep && echo 1 > /out/deep/file && ln -s deep/file /out/link && chown -R 5:6 /out
FROM scratch AS empty
COPY --from=first /out /kept
FROM busybox AS Last
COPY --from=empty /kept/ /a/
COPY --from=0 /out/link /b
COPY --from=busybox /bin/busybox /c/
FROM last AS after
RUN exit 1
"""
    built = build(engine, dockerfile, target="last", t="stages:1")
    assert not built.error
    listed = run(engine, "stages:1", "ls -ln /a /a/deep/file /b /c; cat /a/link /b")
    assert "link -> deep/file" in listed
    assert listed.endswith("1\n1\n")
    assert run(engine, "stages:1", "stat -c %u:%g:%a /a/deep/file /b /c/busybox").split() == [
        "5:6:644", "5:6:644", "0:0:755",
    ]  # fmt: skip


def test_copies(engine: NativeEngine) -> None:
    """Files into folders and under new names, contents of folders, wildcards, links, owners, folders made."""
    dockerfile = """\
FROM busybox
WORKDIR /work
COPY a.txt new.txt
COPY a.txt b.txt into/
COPY folder everything
COPY *.txt? fold*/deep/x* /wild/
COPY link followed
COPY --chown=user:extra folder/deep /owned/by/user
COPY --chown=7 a.txt /own/file
COPY ["with space", "/spaced out/"]
ADD a.txt /bin
RUN ln -s /work/into /linked
COPY folder/deep/x1 /linked/
"""
    files: Files = {
        "a.txt": "a", "b.txt": "b", "c.txt2": "c", "with space": "s",
        "folder/": "", "folder/deep/": "", "folder/deep/x1": "x", "folder/deep/y": "y",
        "folder/l": Special(b"2", "/etc/passwd"), "link": Special(b"2", "./folder/../a.txt"),
    }  # fmt: skip
    built = build(engine, dockerfile, files, t="copies:1")
    assert not built.error, built.error
    found = run(engine, "copies:1", "find . /wild /owned /own /bin/a.txt '/spaced out' ! -type d").split("\n")
    assert sorted(found) == sorted([
        "./new.txt", "./into/a.txt", "./into/b.txt", "./everything/deep/x1", "./everything/deep/y",
        "./everything/l", "./followed", "/wild/c.txt2", "/wild/x1", "/owned/by/user/x1", "/owned/by/user/y",
        "/own/file", "/bin/a.txt", "/spaced out/with space", "./into/x1", "",
    ])  # fmt: skip


def test_owners_of_copies(engine: NativeEngine) -> None:
    """`--chown` by names of the image, or numbers; folders above a folder stay root's, above a file not."""
    dockerfile = """\
FROM busybox
COPY --chown=user:extra deep /one/two
COPY --chown=7 file /three/four
COPY file /plain/file
"""
    build(engine, dockerfile, {"deep/": "", "deep/y": "y", "file": "f"}, t="owners:1")
    owners = run(
        engine, "owners:1", "stat -c %u:%g:%a /one /one/two /one/two/y /three /three/four /plain/file"
    )
    assert owners.split() == [
        "0:0:755", "1000:2000:755", "1000:2000:644", "7:7:755", "7:7:644", "0:0:644",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "files", "message"),
    [
        ("COPY nope /", {}, "COPY failed: file not found in build context or excluded by .dockerignore: "
         "stat nope: file does not exist"),
        ("COPY ../a /", {}, "COPY failed: forbidden path outside the build context: ../a ()"),
        ("COPY a b /x", {"a": "", "b": ""}, "When using COPY with more than one source file, "
         "the destination must be a directory and end with a /"),
        ("COPY no* /x/", {}, "COPY failed: no source files were specified"),
        ("COPY --from=0 /a /b", {}, "invalid from flag value 0: refers to current build stage"),
        ("COPY --from=busybox /nope /b", {}, "COPY failed: stat nope: file does not exist"),
        ("COPY out /", {"out": Special(b"2", "/etc/passwd")}, "COPY failed: file not found in build context "
         "or excluded by .dockerignore: stat out: file does not exist"),
        ("COPY --chown=nobody a /", {"a": ""}, "unable to convert uid/gid chown string to host mapping: "
         "can't find uid for user nobody: no such user: nobody"),
        ("COPY --chmod=rw a /", {"a": ""}, 'invalid chmod parameter: "rw". it should be octal or symbolic'),
        ("ADD --checksum=sha256:0 a /", {"a": ""}, "checksum can't be specified for non-HTTP sources"),
        ("RUN --mount=type=secret,id=none,required true", {}, "secret none: not found"),
        ("RUN --mount=type=ssh,required true", {}, "unset ssh forward key default"),
        ("RUN --mount=source=nope,target=/x true", {}, 'failed to compute cache key: "/nope": not found'),
        ("RUN --mount=type=tmpfs,target=/ true", {}, 'invalid mount target "/"'),
        ("WORKDIR /etc/passwd", {}, "Cannot mkdir: /etc/passwd is not a directory"),
        ("EXPOSE 99999", {}, "Invalid containerPort: 99999"),
    ],
)  # fmt: skip
def test_errors_of_steps(engine: NativeEngine, line: str, files: dict[str, str], message: str) -> None:
    """In dockerd's words."""
    assert build(engine, f"FROM busybox\n{line}\n", files).error == message


def test_ignored_files(engine: NativeEngine, tmp_path: Path) -> None:
    """The command line leaves out what .dockerignore names; the engine the two that it sends anyway."""
    (tmp_path / "Dockerfile").write_text("FROM busybox\nCOPY . /all/\n")
    (tmp_path / ".dockerignore").write_text("*.log\n!keep.log\nDockerfile\n.dockerignore\n")
    for name in ("a.log", "keep.log", "b.txt"):
        (tmp_path / name).write_text(name)
    assert docker_build(engine, tmp_path, "-t", "ignored:1").returncode == 0
    assert run(engine, "ignored:1", "ls -A /all").split() == ["b.txt", "keep.log"]


def test_arguments_and_variables(engine: NativeEngine) -> None:
    """Arguments have scopes, the environment overrides them, and those that nobody asked for are named."""
    dockerfile = """\
ARG BASE=busybox
ARG HEAD=head
FROM ${BASE}
ARG HEAD
ARG OVER=arg
ENV OVER=env KEEP=${HEAD:-none}-${NOTHING:-none}
RUN echo $HEAD-$OVER-$KEEP > /seen
"""
    built = build(
        engine, dockerfile, t="arguments:1", buildargs=json.dumps({"OVER": "given", "UNKNOWN": "1"})
    )
    assert "[Warning] One or more build-args [UNKNOWN] were not consumed\n" in built.text
    assert run(engine, "arguments:1", "cat /seen; echo $HEAD") == "head-env-head-none\n\n"


def test_triggers_checks_shells_and_the_rest(engine: NativeEngine) -> None:
    """ONBUILD runs in the next build; the configuration holds what the instructions say."""
    dockerfile = """\
FROM busybox
MAINTAINER me
SHELL ["/bin/sh", "-ec"]
HEALTHCHECK --interval=5s --retries=2 CMD true
EXPOSE 80 81-82/udp
VOLUME /v1
USER user
STOPSIGNAL SIGINT
ENTRYPOINT ["echo", "hi"]
ONBUILD USER root
ONBUILD RUN echo triggered > /triggered
"""
    build(engine, dockerfile, t="rest:1")
    details = inspect(engine, "rest:1")
    config = details["Config"]
    assert details["Author"] == "me"
    assert sorted(config["ExposedPorts"]) == ["80/tcp", "81/udp", "82/udp"]
    assert config["Healthcheck"] == {"Test": ["CMD-SHELL", "true"], "Interval": 5_000_000_000, "Retries": 2}
    assert (config["Volumes"], config["User"], config["StopSignal"]) == ({"/v1": {}}, "user", "SIGINT")
    assert (config["Cmd"], config["Entrypoint"]) == (None, ["echo", "hi"])
    built = build(engine, "FROM rest:1\nRUN id -u\n", t="rest:2")
    assert "# Executing 2 build triggers\n" in built.text
    assert "\n0\n" in built.text
    assert inspect(engine, "rest:2")["Config"]["OnBuild"] is None
    assert run(engine, "rest:2", "cat /triggered") == "triggered\n"


def test_output_of_commands(engine: NativeEngine) -> None:
    """Both streams come as they are written, errors in red, whole characters."""
    built = build(engine, "FROM busybox\nRUN printf 'ä\\n'; echo wrong >&2\n")
    assert "ä\n" in built.text
    assert "\x1b[91mwrong\n\x1b[0m" in built.text


def test_much_output_comes_whole(engine: NativeEngine) -> None:
    """A command that prints faster than its client reads waits for it, and nothing is lost."""
    built = build(engine, "FROM busybox\nRUN yes line of output | head -n 500000\n")
    assert not built.error
    assert built.text.count("line of output\n") == 500_000
    quiet = build(engine, "FROM busybox\nRUN yes quiet output | head -n 500000; false\n", q="1", forcerm="1")
    assert quiet.answer.lines[-1]["errorDetail"]["code"] == 1


def test_quiet_builds_print_the_id(engine: NativeEngine) -> None:
    """Nothing but the id, or all of it when the build fails."""
    built = build(engine, "FROM busybox\nENV quiet=1\n", q="1")
    assert built.text.startswith("sha256:")
    failed = build(engine, "FROM busybox\nRUN false\n", q="1", forcerm="1")
    assert failed.text.startswith("Step 1/2 : FROM busybox\n")
    assert failed.answer.lines[-1]["errorDetail"]["code"] == 1


def test_what_runs_get_and_see(engine: NativeEngine) -> None:
    """Hosts, limits of memory that make no sense, a user's own network mode; no trace of it in the image."""
    built = build(
        engine, "FROM busybox\nRUN grep -c 1.2.3.4 /etc/hosts\n", t="sees:1", extrahosts="there:1.2.3.4"
    )
    assert "\n1\n" in built.text
    assert run(engine, "sees:1", "grep -c 1.2.3.4 /etc/hosts || true") == "0\n"
    assert build(engine, "FROM busybox\nRUN true #limit\n", memory="1").error == (
        "Minimum memory limit allowed is 6MB"
    )
    assert build(engine, "FROM busybox\nRUN ip route\n", networkmode="none", t="sees:2").error == ""


def test_the_other_calls(engine: NativeEngine) -> None:
    """Pruning and cancelling answer as dockerd does; BuildKit is refused with what to do instead."""
    assert engine.request("POST", "/build/prune").json == {"CachesDeleted": None, "SpaceReclaimed": 0}
    assert engine.request("POST", "/build/cancel").status == 400
    assert engine.request("POST", "/build/cancel", query={"id": "x"}).status == 200
    refused = engine.request("POST", "/build", query={"version": "2"})
    assert (refused.status, "DOCKER_BUILDKIT=0" in refused.message) == (501, True)
    assert engine.request("GET", "/system/df").json["BuildCache"] == []
