"""What Dockerfiles of BuildKit say: heredocs, mounts, modes, stages, and output that is told in order."""

import asyncio
from typing import Any

import pytest

from backend.builder.build_args import BuildArgs, platform_arguments
from backend.builder.copy.file_modes import parse_chmod
from backend.builder.dockerfile import instructions
from backend.builder.dockerfile.heredocs import parse_heredoc
from backend.builder.dockerfile.instruction_parser import parse_dockerfile
from backend.builder.progress.classic_output import CLIPPED, ClassicOutput
from backend.builder.progress.progress import Step
from backend.builder.run.run_command import run_command
from backend.builder.run.run_mounts import parse_mount, resolved_target
from backend.builder.stages.stage_graph import check_circles, find_earlier, needed_stages, target_stage
from backend.errors import InvalidParameterError
from backend.images.platforms import Platform


def only(text: str) -> instructions.Instruction:
    """Return the one instruction of a stage."""
    (found,) = parse_dockerfile(f"FROM base\n{text}").stages[-1].instructions
    return found


@pytest.mark.parametrize(
    ("word", "name", "expands", "strips_tabs"),
    [
        ("<<EOF", "EOF", True, False),
        ("<<-EOF", "EOF", True, True),
        ("<<'EOF'", "EOF", False, False),
        ('3<<-"a b"', "a b", False, True),
        ("<<E\\OF", "EOF", False, False),
    ],
)
def test_words_that_announce_heredocs(word: str, name: str, expands: bool, strips_tabs: bool) -> None:
    """As BuildKit reads them: any quote or escape in the name means that variables stay."""
    heredoc = parse_heredoc(word)
    assert heredoc is not None
    assert (heredoc.name, heredoc.expands, heredoc.strips_tabs) == (name, expands, strips_tabs)


@pytest.mark.parametrize("word", ["<<", "a<<b", "<<<x", "<<-", "x", "<<'a", '<<""'])
def test_words_that_announce_none(word: str) -> None:
    """Shifts, here-strings and open quotes."""
    assert parse_heredoc(word) is None


def test_texts_below_a_run() -> None:
    """The lines up to the name are the text; what follows is the next instruction; lines are counted."""
    run, env = (
        parse_dockerfile("FROM a\nRUN <<EOF cat <<-'B'\none\n# two \\\nEOF\n\tthree\n\tB\nENV x=1").stages[0]
    ).instructions
    assert isinstance(run, instructions.Run)
    assert [text.text for text in run.texts] == ["one\n# two \\\n", "three\n"]
    assert (run.line, run.last_line, env.line) == (2, 7, 8)
    with pytest.raises(InvalidParameterError, match="unterminated heredoc"):
        only("RUN <<EOF\nx")
    assert only("CMD <<EOF").line == 2  # has none


def test_commands_of_heredocs() -> None:
    """A text alone is the script; beside a command it is the shell's to read; `#!` makes it a program."""
    texts = {
        "RUN <<EOF\na\nb\nEOF": ["a\nb\n"],
        "RUN cat <<A <<B\n1\nA\n2\nB": ["cat <<A <<B\n1\nA\n2\nB"],
        "RUN <<x\n#!/bin/awk\nx": ["/dev/pipes/x"],
    }
    for text, words in texts.items():
        run = only(text)
        assert isinstance(run, instructions.Run)
        command, script = run_command({}, run)
        assert command == ["/bin/sh", "-c", *words]
        assert (script is not None) is words[0].startswith("/dev")


def test_copies_of_heredocs() -> None:
    """Texts are told from files; a destination cannot be one."""
    copy = only("COPY <<A file <<'B' /x/\n1\nA\n2\nB")
    assert isinstance(copy, instructions.Copy)
    assert (copy.sources, [text.content for text in copy.texts]) == (("file",), ["1\n", "2\n"])
    with pytest.raises(InvalidParameterError, match="cannot accept a heredoc as a destination"):
        only("COPY a <<B\nB")
    trigger = only("ONBUILD COPY <<A /x\n1\nA")
    assert isinstance(trigger, instructions.OnBuild)
    assert trigger.trigger == "COPY <<A /x\n1\nA"


def test_mounts() -> None:
    """Every key, in any order, with variables but in `from`."""
    variables = {"$x": "1", "${dir}": "/d"}

    def expand(text: str) -> str:
        for name, value in variables.items():
            text = text.replace(name, value)
        return text

    bind = parse_mount("from=stage,target=${dir},rw", expand)
    assert (bind.type, bind.source_image, bind.target, bind.is_read_only) == ("bind", "stage", "/d", False)
    cache = parse_mount("type=cache,ID=$x,dst=/c,sharing=locked,mode=0700,uid=5,gid=6", expand)
    assert (cache.identity, cache.sharing, cache.mode, cache.uid, cache.gid) == ("1", "locked", 0o700, 5, 6)
    assert not cache.is_read_only
    assert parse_mount("type=tmpfs,target=/t,size=1.5m", expand).size == 3 << 19
    secret = parse_mount('type=secret,id=s,required,env=TOKEN,"target=/a,b"', expand)
    assert (secret.required, secret.environment, secret.target) == (True, "TOKEN", "/a,b")
    assert parse_mount("type=secret", None).type == "secret"
    assert resolved_target(parse_mount("target=a/../b/", expand), "/work") == "/work/b"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("type=volume,target=/x", 'unsupported mount type "volume"'),
        ("type=cach,target=/x", 'unsupported mount type "cach" (did you mean cache?)'),
        ("target=/x,foo=1", "unexpected key 'foo' in 'foo=1' (did you mean from?)"),
        ("target=/x,foo", "invalid field 'foo' must be a key=value pair"),
        ("target=/x,required", "unexpected key 'required' for mount type 'bind'"),
        ("target=/x,size=1", "unexpected key 'size' for mount type 'bind'"),
        ("target=/x,uid=1", 'uid not allowed for "bind" type mounts'),
        ("target=/x,ro=maybe", "invalid value for ro: maybe"),
        ("target=/x,sharing=private", "invalid cache sharing set for bind mount"),
        ("type=cache,target=/x,sharing=all", 'unsupported sharing value "all"'),
        ("type=cache,target=/x,mode=9", "invalid value 9 for mode"),
        ("type=secret", "invalid secret mount. one of source, target required"),
        ("type=secret,id=a,from=b", "secret mount should not have a from"),
        ('"target=a"b', "failed to parse csv mounts"),
        ("type=cache", 'invalid mount target ""'),
    ],
)
def test_mounts_that_make_no_sense(text: str, message: str) -> None:
    """In BuildKit's words."""
    with pytest.raises(InvalidParameterError) as caught:
        parse_mount(text, str)
    assert caught.value.message == message


def test_flags_of_runs() -> None:
    """What can be refused without doing anything is refused at once."""
    run = only("RUN --mount=target=/a --mount=type=cache,target=/b --network=none x")
    assert isinstance(run, instructions.Run)
    assert (len(run.mounts), run.network) == (2, "none")
    for text, message in (
        ("--network=some", 'unsupported network mode "some"'),
        ("--security=insecure", "security.insecure is not allowed"),
        ("--mount=from=$x,target=/a", "'from' doesn't support variable expansion"),
        ("--foo=1", "unknown flag: foo"),
        ("--mount", "missing a value on flag: mount"),
    ):
        with pytest.raises(InvalidParameterError) as caught:
            only(f"RUN {text} true")
        assert message in caught.value.message


@pytest.mark.parametrize(
    ("text", "mode", "is_folder", "changed"),
    [
        ("755", 0o600, False, 0o755),
        ("4755", 0o600, False, 0o4755),
        ("u=rwX,go=rX", 0o600, False, 0o644),
        ("u=rwX,go=rX", 0o700, True, 0o755),
        ("u=rwX,go=rX", 0o700, False, 0o755),
        ("+x", 0o644, False, 0o755),
        ("a-w", 0o666, False, 0o444),
        ("g=u,o=", 0o750, False, 0o770),
        ("u+s,g+s,+t", 0o755, True, 0o7755),
        ("go-rwx", 0o777, False, 0o700),
    ],
)
def test_modes(text: str, mode: int, is_folder: bool, changed: int) -> None:
    """As chmod(1) has them, without a umask."""
    assert parse_chmod(text)(mode, is_folder) == changed


@pytest.mark.parametrize("text", ["", "9", "77777", "rwx", "u=q", "u+x,", "z+x"])
def test_modes_that_are_none(text: str) -> None:
    """Refused before anything is copied."""
    with pytest.raises(InvalidParameterError, match="invalid chmod parameter"):
        parse_chmod(text)


def test_stages_that_are_needed() -> None:
    """Those that the target begins with, copies from or mounts, and theirs."""
    stages = parse_dockerfile(
        "FROM a AS base\nFROM a AS unused\nFROM base AS tools\nFROM a AS data\n"
        "FROM a\nCOPY --from=tools /x /\nRUN --mount=from=3,target=/d true\nFROM a AS last"
    ).stages
    assert needed_stages(stages, 4, lambda stage: stage.base) == [0, 2, 3, 4]
    assert needed_stages(stages, target_stage(stages, ""), lambda stage: stage.base) == [5]
    assert (target_stage(stages, "Data"), target_stage(stages, "1")) == (3, 1)
    with pytest.raises(InvalidParameterError, match='target stage "nope" could not be found'):
        target_stage(stages, "nope")


def test_stages_by_name_as_buildkit_has_them() -> None:
    """The last one of a name, and only if it stands before."""
    stages = parse_dockerfile("FROM a AS x\nFROM a AS x\nFROM a\nFROM a AS y").stages
    assert [find_earlier(stages, name, 2) for name in ("X", "1", "0", "busybox")] == [1, 1, 0, None]
    message = 'cannot copy from stage "y", it needs to be defined before current stage "stage-2"'
    with pytest.raises(InvalidParameterError, match=f"^{message}$"):
        find_earlier(stages, "y", 2)
    with pytest.raises(InvalidParameterError, match="^invalid stage index 4$"):
        find_earlier(stages, "4", 2)


@pytest.mark.parametrize(
    ("dockerfile", "error"),
    [
        ("FROM a AS x\nCOPY --from=x /x /", "circular dependency detected on stage: x"),
        (
            "FROM a\nCOPY --from=1 /x /\nFROM a\nCOPY --from=0 /x /",
            "circular dependency detected on stage: stage-0",
        ),
        (
            "FROM a AS x\nRUN --mount=from=z,target=/m true\nFROM x AS z\nFROM a",
            "circular dependency detected on stage: x",
        ),
        ("FROM a AS x\nCOPY --from=2 /x /\nFROM a", "invalid stage index 2"),
        ("FROM a AS x\nCOPY --from=-1 /x /\nFROM a", "invalid stage index -1"),
    ],
)
def test_stages_that_would_be_made_of_themselves(dockerfile: str, error: str) -> None:
    """In BuildKit's words, wherever in the file it is."""
    with pytest.raises(InvalidParameterError, match=f"^{error}$"):
        check_circles(parse_dockerfile(dockerfile).stages, lambda stage: stage.base)


def test_platform_arguments() -> None:
    """Known to FROM; a stage has to ask; the caller's word counts more."""
    automatic = platform_arguments(Platform("linux", "arm", "v7"), "")
    args = BuildArgs({"TARGETOS": "given", "BUILDKIT_INLINE_CACHE": "1"}, automatic)
    assert args.known_globally()["TARGETPLATFORM"] == "linux/arm/v7"
    stage = args.for_stage()
    assert stage.known() == {}
    for name in ("TARGETARCH", "TARGETVARIANT", "TARGETOS", "TARGETSTAGE"):
        stage.declare(name, None)
    assert stage.known() == {
        "TARGETARCH": "arm", "TARGETVARIANT": "v7", "TARGETOS": "given", "TARGETSTAGE": "default",
    }  # fmt: skip
    assert args.unused() == []


def test_output_of_stages_side_by_side() -> None:
    """It is told as if they had been built one after the other; too much of a waiting one is clipped."""
    sent: list[dict[str, Any]] = []

    async def room() -> None:
        return

    def step(stage: int, number: int) -> Step:
        return Step(number, 4, f"code {number}", "", stage, 1, 1)

    async def work() -> None:
        output = ClassicOutput(sent.append, room)
        output.begun(step(0, 1), "")
        output.begun(step(1, 2), "")
        for _ in range(3):
            await output.output(step(1, 2), 1, "x" * (1 << 20))
        output.finished(step(1, 2), "sha256:2")
        await output.output(step(0, 1), 1, "first")
        output.finished(step(0, 1), "sha256:1")
        output.begun(step(3, 4), "")
        output.begun(step(2, 3), "")
        output.failed(step(3, 4), InvalidParameterError("x"))

    asyncio.run(work())
    text = "".join(message.get("stream", "") for message in sent).replace("x" * (1 << 20), "X")
    assert text == (
        f"Step 1/4 : code 1\nfirst ---> 1\nStep 2/4 : code 2\nXX{CLIPPED} ---> 2\n"
        "Step 3/4 : code 3\nStep 4/4 : code 4\n"
    )
    assert [message["aux"]["ID"] for message in sent if "aux" in message] == ["sha256:1", "sha256:2"]
