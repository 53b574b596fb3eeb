"""What BuildKit's rules find in a Dockerfile, in its names and texts."""

import pytest

from backend.builder.dockerfile import lint
from backend.builder.dockerfile.lint_checks import Checks, read_checks
from backend.errors import InvalidParameterError


def found(text: str) -> list[tuple[str, str, int]]:
    """Return what is found, and where."""
    return [(one.rule, one.detail, one.first) for one in lint.find(text)]


@pytest.mark.parametrize(
    ("text", "rule", "detail", "line"),
    [
        ("FROM a AS Base\n", "StageNameCasing", "Stage name 'Base' should be lowercase", 1),
        ("FROM a as b\n", "FromAsCasing", "'as' and 'FROM' keywords' casing do not match", 1),
        ("from a AS b\n", "FromAsCasing", "'AS' and 'from' keywords' casing do not match", 1),
        ("FROM a\nRUN b \\\n\n  c\n", "NoEmptyContinuation", "Empty continuation line", 2),
        (
            "FROM a\nRUN b\nrun c\n",
            "ConsistentInstructionCasing",
            "Command 'run' should match the case of the command majority (uppercase)",
            3,
        ),
        (
            "from a\nrun b\nRun c\n",
            "ConsistentInstructionCasing",
            "Command 'Run' should match the case of the command majority (lowercase)",
            3,
        ),
        (
            "FROM a AS b\nFROM a AS b\n",
            "DuplicateStageName",
            'Duplicate stage name "b", stage names should be unique',
            2,
        ),
        (
            "FROM a AS scratch\n",
            "ReservedStageName",
            'Stage name should not use the same name as reserved stage "scratch"',
            1,
        ),
        (
            "FROM a\nCMD b c\n",
            "JSONArgsRecommended",
            "JSON arguments recommended for CMD to prevent unintended behavior related to OS signals",
            2,
        ),
        (
            "FROM a\nMAINTAINER b\n",
            "MaintainerDeprecated",
            "Maintainer instruction is deprecated in favor of using label",
            2,
        ),
        ("FROM a:${B}\n", "UndefinedArgInFrom", "FROM argument 'B' is not declared", 1),
        (
            "ARG VERSION=1\nFROM a:${VERSOIN}\n",
            "UndefinedArgInFrom",
            "FROM argument 'VERSOIN' is not declared (did you mean VERSION?)",
            2,
        ),
        (
            "FROM --platform=$BUILDPLATFROM a\n",
            "UndefinedArgInFrom",
            "FROM argument 'BUILDPLATFROM' is not declared (did you mean BUILDPLATFORM?)",
            1,
        ),
        (
            "ARG TAG\nFROM a:${TAG}\n",
            "InvalidDefaultArgInFrom",
            "Default value for ARG a:${TAG} results in empty or invalid base image name",
            2,
        ),
        (
            "ARG NAME\nARG IMAGE=$NAME\nFROM $IMAGE AS b\n",
            "InvalidDefaultArgInFrom",
            "Default value for ARG $IMAGE results in empty or invalid base image name",
            3,
        ),
        (
            'ARG END="ox:"\nFROM busyb$END\n',
            "InvalidDefaultArgInFrom",
            "Default value for ARG busyb$END results in empty or invalid base image name",
            2,
        ),
        (
            "FROM a AS b\nFROM b\nWORKDIR c\n",
            "WorkdirRelativePath",
            'Relative workdir "c" can have unexpected results if the base image changes',
            3,
        ),
        (
            'FROM a\nCMD ["b"]\nCMD ["c"]\n',
            "MultipleInstructionsDisallowed",
            "Multiple CMD instructions should not be used in the same stage because only the last one will "
            "be used",
            2,
        ),
        (
            "FROM a\nENV b c\n",
            "LegacyKeyValueFormat",
            '"ENV key=value" should be used instead of legacy "ENV key value" format',
            2,
        ),
        (
            "FROM --platform=$TARGETPLATFORM a\n",
            "RedundantTargetPlatform",
            "Setting platform to predefined $TARGETPLATFORM in FROM is redundant as this is the default "
            "behavior",
            1,
        ),
        (
            "FROM a\nARG DB_PASSWORD\n",
            "SecretsUsedInArgOrEnv",
            'Do not use ARG or ENV instructions for sensitive data (ARG "DB_PASSWORD")',
            2,
        ),
        (
            "FROM a\nEXPOSE 80/TcP\n",
            "ExposeProtoCasing",
            "Defined protocol '80/TcP' in EXPOSE instruction should be lowercase",
            2,
        ),
        (
            "FROM a\nEXPOSE 80 127.0.0.1:80:81/udp\n",
            "ExposeInvalidFormat",
            "EXPOSE instruction should not define an IP address or host-port mapping, found "
            "'127.0.0.1:80:81/udp'",
            2,
        ),
        (
            "FROM --platform=linux/amd64 a\n",
            "FromPlatformFlagConstDisallowed",
            'FROM --platform flag should not use constant value "linux/amd64"',
            1,
        ),
    ],
)
def test_each_rule(text: str, rule: str, detail: str, line: int) -> None:
    assert found(text) == [(rule, detail, line)]
    assert found(f"# check=skip={rule}\n{text}") == []
    assert found(f"# check=error=true;skip=all\n{text}") == []
    (one,) = lint.find(text)
    assert one.description
    assert one.address.startswith("https://docs.docker.com/go/dockerfile/rule/")


@pytest.mark.parametrize(
    "text",
    [
        "ARG TAG=1\nFROM a:$TAG AS base\nWORKDIR /b\nWORKDIR c\n",
        "FROM a AS b\nWORKDIR /c\nFROM b\nWORKDIR d\n",
        'FROM a\nSHELL ["/bin/bash", "-c"]\nCMD b\n',
        'FROM a\nENTRYPOINT ["b"]\nCMD ["c"]\nFROM a\nCMD ["d"]\n',
        "FROM --platform=$BUILDPLATFORM a AS b\nFROM --platform=linux/arm64 a AS arm64\n",
        "ARG NAME=a\nARG IMAGE=$NAME:1\nFROM $IMAGE AS b\n",
        'ARG MORE=""\nFROM a:stable$MORE\n',
        "ARG TAG\nFROM a:${TAG:-1} AS b\nFROM a-$TARGETARCH\n",
        "FROM a:${B:-1}\nARG PUBLIC_KEY\nENV MONKEY=1 KEYBOARD=2\n",
        "FROM a\nRUN <<E\nrun this\nE\nONBUILD CMD b\n",
        "FROM a\nEXPOSE 80 81/tcp 90-99/sctp :82 $PORT\n",
        "FROM a\nARG KEY_VERSION\nENV DB_PASSWORD_FILE=/run/secrets/db\n",
        "arg x\nfrom a as b\nenv c=d\n",
        'FROM a\nENV "B C"=d\nWORKDIR $HOME/x\n',
    ],
)
def test_what_is_well(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("comment", "argument", "skipped", "fails"),
    [
        ("check=skip=A,b;error=true", "", {"a", "b"}, True),
        ("CHECK = error = TRUE ; skip = all", "", {"all"}, True),
        ("check=skip=A", "error=1", set(), True),
        ("check=error=false;other", "", set(), False),
        ("checked", "", set(), False),
    ],
)
def test_which_rules_are_asked(comment: str, argument: str, skipped: set[str], fails: bool) -> None:
    assert read_checks(["syntax=x", comment], argument) == Checks(frozenset(skipped), fails)


def test_a_build_fails_where_it_is_to() -> None:
    text = "FROM a as Base\nCMD d\n"
    assert [one.rule for one in lint.warnings(text)] == [rule for rule, _, _ in found(text)]
    with pytest.raises(InvalidParameterError) as refused:
        lint.warnings(f"# check=error=true\n{text}", "")
    assert refused.value.message == (
        "lint violation found for rules: FromAsCasing, StageNameCasing, JSONArgsRecommended"
    )
    assert lint.warnings(text, "skip=all;error=true") == []


def test_findings_are_in_the_files_order_and_none_is_of_a_file_that_is_none() -> None:
    text = "FROM a as Base\nENV B c\nCMD d\n"
    assert [(rule, line) for rule, _, line in found(text)] == [
        ("FromAsCasing", 1),
        ("StageNameCasing", 1),
        ("LegacyKeyValueFormat", 2),
        ("JSONArgsRecommended", 3),
    ]
    with pytest.raises(InvalidParameterError):
        lint.find("")
