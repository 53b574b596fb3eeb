"""What people use from BuildKit's Dockerfile frontend, through the classic `POST /build`."""

import json
from collections.abc import Iterator

import pytest

from tests.engine.builds import Files, build, inspect, run
from tests.support.native_engine import NativeEngine

pytestmark = pytest.mark.usefixtures("builds")


@pytest.fixture(autouse=True)
def no_cache_stays(engine: NativeEngine) -> Iterator[None]:
    """Caches of one test are nothing to the next one."""
    yield
    engine.request("POST", "/build/prune")


def test_heredocs_of_runs(engine: NativeEngine) -> None:
    """A script for the shell, one with an interpreter of its own, texts that the command reads."""
    dockerfile = """\
# syntax=docker/dockerfile:1
FROM busybox
ARG WHO=me
RUN <<EOF
echo "one $WHO" > /one
echo two >> /one
EOF
RUN <<-'SCRIPT'
\t#!/bin/awk -f
\tBEGIN { print "from awk" > "/two" }
SCRIPT
RUN cat <<A - <<B > /three && cat /one >> /three
first
A
second
B
"""
    built = build(engine, dockerfile, t="heredocs:1")
    assert not built.error, built.text
    assert run(engine, "heredocs:1", "cat /one /two /three; ls /dev/pipes 2>&1 | wc -l") == (
        "one me\ntwo\nfrom awk\nsecond\none me\ntwo\n1\n"
    )
    assert build(engine, dockerfile).hits == 4
    assert build(engine, dockerfile.replace("from awk", "changed")).hits == 2


def test_heredocs_of_copies(engine: NativeEngine) -> None:
    """Files that stand in the Dockerfile: with variables, or quoted, with an owner and a mode."""
    dockerfile = """\
FROM busybox
ENV WHO=me
COPY --chown=5:6 --chmod=640 <<one <<'two' /texts/
"$WHO" \\$WHO 'a'
one
$WHO
two
ADD <<-EOF /named
\t\tindented
EOF
"""
    assert not build(engine, dockerfile, t="texts:1").error
    assert run(engine, "texts:1", "cat /texts/one /texts/two /named; stat -c %u:%g:%a /texts/one") == (
        "\"me\" $WHO 'a'\n$WHO\nindented\n5:6:640\n"
    )
    assert build(engine, dockerfile).hits == 3
    assert build(engine, dockerfile.replace("WHO=me", "WHO=you")).hits == 0


def test_cache_mounts_are_kept(engine: NativeEngine) -> None:
    """A cache outlives its build, is told by `df`, leaves nothing in the image, and goes when pruned."""
    dockerfile = """\
FROM busybox
RUN --mount=type=cache,id=kept,target=/root/.cache,mode=0700,uid=7 \\
    stat -c %u:%a /root/.cache > /seen; cat /root/.cache/log >> /seen; echo {number} >> /root/.cache/log
"""
    assert not build(engine, dockerfile.format(number=1), t="cached:1").error
    assert not build(engine, dockerfile.format(number=2), t="cached:2").error
    assert run(engine, "cached:1", "cat /seen; ls -A /root") == "7:700\n"
    assert run(engine, "cached:2", "cat /seen; ls -A /root") == "7:700\n1\n"
    assert build(engine, dockerfile.format(number=2)).hits == 1
    (entry,) = engine.request("GET", "/system/df").json["BuildCache"]
    assert (entry["Type"], entry["InUse"], entry["UsageCount"]) == ("exec.cachemount", False, 2)
    assert entry["Size"] > 0
    assert "kept" in entry["Description"]
    nothing = engine.request("POST", "/build/prune", query={"filters": json.dumps({"until": ["24h"]})}).json
    assert nothing == {"CachesDeleted": None, "SpaceReclaimed": 0}
    pruned = engine.request("POST", "/build/prune").json
    assert pruned == {"CachesDeleted": [entry["ID"]], "SpaceReclaimed": entry["Size"]}
    assert engine.request("GET", "/system/df").json["BuildCache"] == []
    assert list(engine.data_root.glob("build-caches/*")) == []


def test_caches_begin_with_what_they_are_told(engine: NativeEngine) -> None:
    """`from` fills a new cache; locked ones let parallel stages in one after the other."""
    dockerfile = """\
FROM busybox AS filled
RUN mkdir /start && echo filled > /start/file && chown 3:4 /start/file
FROM busybox AS left
RUN --mount=type=cache,target=/c,from=filled,source=/start,sharing=locked \\
    cat /c/file > /left && stat -c %u:%g /c/file >> /left && mkdir /c/alone && sleep 0.1 && rmdir /c/alone
FROM busybox AS right
RUN --mount=type=cache,target=/c,from=filled,source=/start,sharing=locked \\
    mkdir /c/alone && sleep 0.1 && rmdir /c/alone && touch /right
FROM busybox
COPY --from=left /left /
COPY --from=right /right /
"""
    built = build(engine, dockerfile, t="filled:1")
    assert not built.error, built.text
    assert run(engine, "filled:1", "cat /left") == "filled\n3:4\n"


def test_binds(engine: NativeEngine) -> None:
    """Files of the context, of a stage and of an image; what is written to them is lost."""
    dockerfile = """\
FROM busybox AS other
RUN mkdir -p /real/deep && echo stage > /real/deep/file && ln -s real/deep /link
FROM busybox
WORKDIR /work
RUN --mount=target=src,rw --mount=from=other,source=/link,target=/other \\
    --mount=type=bind,from=busybox,source=/bin/busybox,target=/tool/busybox \\
    --mount=type=tmpfs,target=/scratch,size=1m \\
    cat src/a.txt src/folder/b.txt /other/file > /seen && /tool/busybox true && touch src/new /scratch/x && \\
    ! touch /other/new 2>/dev/null && stat -f -c %T /scratch >> /seen
"""
    files: Files = {"a.txt": "a\n", "folder/": "", "folder/b.txt": "b\n", "unused": "x"}
    built = build(engine, dockerfile, files, t="binds:1")
    assert not built.error, built.text
    assert run(engine, "binds:1", "cat /seen; ls -A / /work | grep -E 'tool|other|scratch|src'; true") == (
        "a\nb\nstage\ntmpfs\n"
    )
    assert build(engine, dockerfile, files).hits == 3
    assert build(engine, dockerfile, {**files, "a.txt": "changed\n"}).hits == 2
    assert build(engine, dockerfile.replace("echo stage", "echo other"), files).hits == 1


def test_binds_stay_inside(engine: NativeEngine) -> None:
    """Links of an image lead nowhere but into it."""
    dockerfile = """\
FROM busybox AS hostile
RUN mkdir /inside && touch /inside/mine && ln -s /inside /out && ln -s ../../../../../inside/mine /up
FROM busybox
RUN --mount=from=hostile,source=/out,target=/there ls /there > /seen
RUN --mount=from=hostile,source=/up,target=/name [ -f /name ] && [ ! -s /name ]
RUN --mount=from=hostile,source=../../../inside,target=/there ls /there >> /seen
"""
    built = build(engine, dockerfile, t="inside:1")
    assert not built.error, built.text
    assert run(engine, "inside:1", "cat /seen") == "mine\nmine\n"


def test_networks_of_runs(engine: NativeEngine) -> None:
    """`none` has only a loopback; the same step with another network is another step."""
    dockerfile = "FROM busybox\nRUN --network=none ls /sys/class/net > /seen\n"
    assert not build(engine, dockerfile, t="network:1").error
    assert run(engine, "network:1", "cat /seen") == "lo\n"
    assert build(engine, dockerfile).hits == 1
    assert build(engine, dockerfile.replace("--network=none ", "")).hits == 0
    insecure = build(engine, "FROM busybox\nRUN --security=insecure true\n")
    assert "security.insecure is not allowed" in insecure.error


def test_copies_with_flags(engine: NativeEngine) -> None:
    """`--link`, `--parents`, `--exclude`, and modes in words."""
    dockerfile = """\
FROM busybox AS files
RUN mkdir -p /s/in && touch /s/a.txt /s/a.md /s/in/b.txt /s/in/b.md && chmod 600 /s/a.txt && chmod 700 /s/in
FROM busybox
RUN ln -s /bin /linked
COPY --link a.txt /linked/
COPY --chmod=u=rwX,go=rX --from=files /s /modes
COPY --exclude=*.md --exclude=in/*.txt --from=files /s /some
COPY --parents x/y/*.txt ./x/./z/deep /parents/
COPY --parents **/c.txt /all/
"""
    files: Files = {
        "a.txt": "a", "x/": "", "x/y/": "", "x/y/c.txt": "c", "x/y/d.md": "d", "x/z/": "", "x/z/deep/": "",
        "x/z/deep/e": "e",
    }  # fmt: skip
    built = build(engine, dockerfile, files, t="flags:1")
    assert not built.error, built.text
    found = run(engine, "flags:1", "find /linked /some /parents /all ! -type d | sort").split()
    assert found == [
        "/all/x/y/c.txt", "/linked/a.txt", "/parents/x/y/c.txt", "/parents/z/deep/e", "/some/a.txt",
        "/some/in/b.md",
    ]  # fmt: skip
    modes = run(engine, "flags:1", "stat -c %a /modes/a.txt /modes/in /modes/in/b.md").split()
    assert modes == ["644", "755", "644"]
    assert build(engine, dockerfile, files).hits == 7


def test_platform_arguments(engine: NativeEngine) -> None:
    """Known to FROM at once, to a stage when it asks."""
    dockerfile = """\
FROM --platform=$BUILDPLATFORM busybox
RUN echo "-$TARGETARCH-" > /seen
ARG TARGETARCH
ARG TARGETOS
ARG BUILDPLATFORM
RUN echo $TARGETOS/$TARGETARCH $BUILDPLATFORM >> /seen
"""
    assert not build(engine, dockerfile, t="platforms:1").error
    image = inspect(engine, "platforms:1")
    own = f"{image['Os']}/{image['Architecture']}"
    assert run(engine, "platforms:1", "cat /seen") == f"--\n{own} {own}\n"


def test_only_the_stages_that_are_needed(engine: NativeEngine) -> None:
    """Others are not even looked at; independent ones tell their output one after the other."""
    dockerfile = """\
FROM busybox AS unused
RUN exit 1
FROM busybox AS one
RUN sleep 0.3; echo output of one; touch /one
FROM busybox AS two
RUN echo output of two; touch /two
FROM busybox
COPY --from=one /one /
COPY --from=2 /two /
"""
    built = build(engine, dockerfile, t="needed:1")
    assert not built.error, built.text
    assert "exit 1" not in built.text
    steps = [line for line in built.text.splitlines() if line.startswith(("Step", "output"))]
    assert steps[:6] == [
        "Step 1/7 : FROM busybox AS one", "Step 2/7 : RUN sleep 0.3; echo output of one; touch /one",
        "output of one", "Step 3/7 : FROM busybox AS two", "Step 4/7 : RUN echo output of two; touch /two",
        "output of two",
    ]  # fmt: skip
    failed = build(engine, dockerfile, target="unused", forcerm="1")
    assert failed.error.endswith("returned a non-zero code: 1")


def test_stages_are_built_side_by_side(engine: NativeEngine) -> None:
    """Two stages that wait for each other's word both end; one that fails ends the other."""
    dockerfile = """\
FROM busybox AS one
RUN --mount=type=cache,id=talk,target=/c touch /c/one; until [ -e /c/two ]; do sleep 0.01; done; touch /one
FROM busybox AS two
RUN --mount=type=cache,id=talk,target=/c touch /c/two; until [ -e /c/one ]; do sleep 0.01; done; touch /two
FROM busybox
COPY --from=one /one /
COPY --from=two /two /
"""
    assert not build(engine, dockerfile).error
    failing = """\
FROM busybox AS one
RUN --mount=type=cache,id=talk,target=/c touch /c/began; sleep 1000
FROM busybox AS two
RUN --mount=type=cache,id=talk,target=/c until [ -e /c/began ]; do sleep 0.01; done; echo why; exit 4
FROM one
COPY --from=two /two /
"""
    built = build(engine, failing, forcerm="1")
    assert built.error.endswith("returned a non-zero code: 4")
    assert "\nwhy\n" in built.text


def test_triggers_may_need_stages(engine: NativeEngine) -> None:
    """A trigger of the base image takes files from a stage that nothing else needs."""
    build(engine, "FROM busybox\nONBUILD COPY --from=extra /extra /\n", t="trigger:1")
    dockerfile = "FROM busybox AS extra\nRUN echo extra > /extra\nFROM trigger:1\n"
    assert not build(engine, dockerfile, t="trigger:2").error
    assert run(engine, "trigger:2", "cat /extra") == "extra\n"
