"""Dockerfiles: lines, forms, flags, errors in dockerd's words, and what instructions change."""

import pytest

from backend.builder.build_args import BuildArgs
from backend.builder.dockerfile import durations, instructions
from backend.builder.dockerfile.instruction_parser import parse_dockerfile
from backend.builder.dockerfile.instructions import Instruction
from backend.builder.stages import config_changes
from backend.builder.stages.config_changes import apply_changes, change, command_of
from backend.errors import InvalidParameterError


def steps(text: str) -> list[Instruction]:
    """Return the instructions of the last stage."""
    return parse_dockerfile(f"FROM base\n{text}").stages[-1].instructions


def only(text: str) -> Instruction:
    """Return the one instruction of a text."""
    (found,) = steps(text)
    return found


def test_lines_are_continued_over_comments_and_empty_lines() -> None:
    """A backslash at the end goes on, whatever comes between; empty lines get a warning."""
    parsed = parse_dockerfile("FROM a\r\nRUN one \\\n  # not this\n\n   two\\\t \n three\n")
    (run,) = parsed.stages[0].instructions
    assert run.code == "RUN one    two three"
    assert parsed.warnings[0] == "[WARNING]: Empty continuation line found in: RUN one    two three"


def test_the_escape_directive_changes_continuation_and_escapes() -> None:
    """With a backtick, a backslash at the end of a line is an ordinary character."""
    parsed = parse_dockerfile("# syntax=docker/dockerfile:1\n# Escape = `\nFROM a\nRUN x `\n y\nENV p=c:\\\n")
    assert parsed.escape == "`"
    assert [step.code for step in parsed.stages[0].instructions] == ["RUN x  y", "ENV p=c:\\"]


def test_a_directive_after_a_comment_is_a_comment() -> None:
    """Directives come first or not at all."""
    assert parse_dockerfile("# hello\n# escape=`\nFROM a").escape == "\\"


@pytest.mark.parametrize("keyword", ["from", "From", "FROM"])
def test_keywords_have_any_case(keyword: str) -> None:
    """Instructions are found whatever their case, and shown as they were written."""
    assert parse_dockerfile(f"{keyword} x").stages[0].code == f"{keyword} x"


def test_shell_and_json_forms() -> None:
    """JSON arrays of strings are words; everything else is one line for the shell."""
    run, broken, cmd = steps('RUN ["a", "b c"]\nRUN [\'a\']\nCMD echo  "hi" \\$x')
    assert isinstance(run, instructions.Run)
    assert (run.words, run.for_shell) == (("a", "b c"), False)
    assert isinstance(broken, instructions.Run)
    assert (broken.words, broken.for_shell) == (("['a']",), True)
    assert isinstance(cmd, instructions.Cmd)
    assert cmd.words == ('echo  "hi" \\$x',)


def test_both_forms_of_env() -> None:
    """`ENV name some words` takes the rest of the line; `name=value` needs quotes or escapes for spaces."""
    old, new = steps("ENV a b  c=d\nENV a=\"b c\" d=e\\ f g='h'")
    assert isinstance(old, instructions.Env)
    assert old.pairs == (("a", "b  c=d"),)
    assert isinstance(new, instructions.Env)
    assert new.pairs == (("a", '"b c"'), ("d", "e\\ f"), ("g", "'h'"))


def test_flags_stand_before_the_arguments() -> None:
    """Flags of COPY and ADD; `--` later in the line is an argument."""
    copy = only('COPY --from=build --chown="a b":c x --y /z/')
    assert isinstance(copy, instructions.Copy)
    assert (copy.source_image, copy.owner, copy.sources) == ("build", "a b:c", ("x", "--y"))


def test_arg_takes_several_with_and_without_a_value() -> None:
    """`ARG a b=1 c=` declares three, of which one has no value."""
    arg = only("ARG a b=1 c=")
    assert isinstance(arg, instructions.Arg)
    assert arg.pairs == (("a", None), ("b", "1"), ("c", ""))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("FOO x", "dockerfile parse error on line 1: unknown instruction: FOO (did you mean FROM?)"),
        ("FROM a\nQQQQQQ", "dockerfile parse error on line 2: unknown instruction: QQQQQQ"),
        ("# c", "failed to parse Dockerfile: file with no instructions"),
        ("RUN x", "no build stage in current context"),
        ("ARG x", "dockerfile contains no stages to build"),
        ("FROM a b", "dockerfile parse error on line 1: FROM requires either one or three arguments"),
        ("FROM a\nENV a", "failed to parse Dockerfile: ENV must have two arguments"),
        ("FROM a\nSHELL sh",
         "dockerfile parse error on line 2: SHELL requires the arguments to be in JSON form"),
        ("FROM a\nCOPY [1]", "failed to parse Dockerfile: when using JSON array syntax, "
         "arrays must be comprised of strings only"),
        ("FROM a\nCOPY --nope x y", "dockerfile parse error on line 2: unknown flag: nope"),
        ("FROM a\nCOPY --chown x y", "dockerfile parse error on line 2: missing a value on flag: chown"),
        ("FROM a\nHEALTHCHECK --interval=1 CMD x",
         'dockerfile parse error on line 2: time: missing unit in duration "1"'),
        ("FROM a\nONBUILD ONBUILD x",
         "dockerfile parse error on line 2: Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed"),
    ],
)  # fmt: skip
def test_errors_are_dockerds(text: str, message: str) -> None:
    """The same words as dockerd 26, since people search for them."""
    with pytest.raises(InvalidParameterError) as caught:
        parse_dockerfile(text)
    assert caught.value.message == message


@pytest.mark.parametrize(
    "text", ["", "\\\n" * 9, "FROM \\", "[" * 5000, "FROM a\nRUN " + "[" * 5000, "\x00", "--x"]
)
def test_nonsense_is_an_error_of_the_caller(text: str) -> None:
    """Whatever the file holds, it is refused in words, or parsed."""
    try:
        parse_dockerfile(text)
    except InvalidParameterError:
        return
    assert text.startswith("FROM")


def test_durations() -> None:
    """Go's way to write times, both ways."""
    for text, value in (
        ("1m30s", 90 * 10**9),
        ("1.5ms", 1_500_000),
        ("5s", 5 * 10**9),
        ("1h0m0s", 3600 * 10**9),
    ):
        assert durations.parse(text) == value
        assert durations.show(value) == text


def test_build_arguments_have_scopes() -> None:
    """Global ones are for FROM; a stage declares them again; proxies are known to all."""
    args = BuildArgs({"GIVEN": "7", "UNUSED": "1", "http_proxy": "p"})
    args.declare_global("HEAD", "head")
    stage = args.for_stage()
    assert stage.known() == {"http_proxy": "p"}
    stage.declare("HEAD", None)
    stage.declare("GIVEN", "1")
    stage.declare("NOTHING", None)
    assert stage.known() == {"HEAD": "head", "GIVEN": "7", "http_proxy": "p"}
    assert stage.beside(["GIVEN=env"]) == {"HEAD": "head", "http_proxy": "p"}
    assert not stage.matters("http_proxy")
    assert args.for_stage().known() == {"http_proxy": "p"}
    assert args.unused() == ["UNUSED"]


def test_changes_of_a_commit() -> None:
    """What `docker commit --change` takes, one after the other; what it does not take is named."""
    config = apply_changes(
        {"Env": ["a=1"], "Cmd": ["old"]},
        ["ENV a=2 b=$a", "WORKDIR /x", "WORKDIR y", "EXPOSE 81 80-81/udp", 'ENTRYPOINT ["e"]', "VOLUME /v"],
    )
    assert config["Env"] == ["a=2", "b=1"]
    assert (config["WorkingDir"], config["Cmd"], config["Entrypoint"]) == ("/x/y", None, ["e"])
    assert sorted(config["ExposedPorts"]) == ["80/udp", "81/tcp", "81/udp"]
    assert config["Volumes"] == {"/v": {}}
    with pytest.raises(InvalidParameterError, match="RUN is not a valid change command"):
        apply_changes({}, ["RUN x"])


def test_comments_of_the_history() -> None:
    """The history tells steps as dockerd does, Go's formats included."""
    config = {"Shell": ["/bin/sh", "-ec"]}
    texts = {
        'CMD echo "hi"': 'CMD ["/bin/sh" "-ec" "echo \\"hi\\""]',
        "VOLUME /a /b": "VOLUME [/a /b]",
        'SHELL ["x", "y"]': "SHELL [x y]",
        "HEALTHCHECK --interval=5s --retries=2 CMD true":
            'HEALTHCHECK &{["CMD-SHELL" "true"] "5s" "0s" "0s" "0s" \'\\x02\'}',
        "EXPOSE 90-91 80": "EXPOSE 80 90-91",
        "ARG a b=1": "ARG a b=1",
    }  # fmt: skip
    for text, comment in texts.items():
        assert change(config, only(text), command_set=False).comment == comment
    assert config_changes.with_comment(config, "X")["Cmd"] == ["/bin/sh", "-ec", "#(nop) ", "X"]
    run = only("RUN a b")
    assert isinstance(run, instructions.Run)
    assert command_of(config, run) == ["/bin/sh", "-ec", "a b"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("EXPOSE 99999", "Invalid containerPort: 99999"),
        ("EXPOSE 1/foo", "Invalid proto: foo"),
        ("STOPSIGNAL FOO", "invalid signal: FOO"),
    ],
)
def test_values_that_make_no_sense(text: str, message: str) -> None:
    """What can only be seen after variables are replaced."""
    with pytest.raises(InvalidParameterError) as caught:
        change({}, only(text), command_set=False)
    assert caught.value.message == message
