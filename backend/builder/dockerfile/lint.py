"""What BuildKit's rules find in a Dockerfile: `docker build --check`.

Those of its rules that need nothing but the file itself: an image's variables and the context's files are
not looked at.

Source: BuildKit's `frontend/dockerfile/linter/ruleset.go`, whose names and texts these are, and
`frontend/dockerfile/dockerfile2llb` for when they speak.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from backend.builder.dockerfile.dockerfile_lines import Line, split_dockerfile
from backend.builder.dockerfile.dockerfile_words import split_quoted_words, variables_in
from backend.builder.dockerfile.expansion import expand_word
from backend.builder.dockerfile.go_text import quote
from backend.builder.dockerfile.line_arguments import Arguments, read_arguments
from backend.builder.dockerfile.lint_checks import read_checks
from backend.builder.dockerfile.spelling import nearest
from backend.errors import InvalidParameterError
from backend.images import platforms, reference

RULES = {
    "StageNameCasing": ("stage-name-casing", "Stage names should be lowercase"),
    "FromAsCasing": (
        "from-as-casing",
        "The 'as' keyword should match the case of the 'from' keyword",
    ),
    "NoEmptyContinuation": (
        "no-empty-continuation",
        "Empty continuation lines will become errors in a future release",
    ),
    "ConsistentInstructionCasing": (
        "consistent-instruction-casing",
        "All commands within the Dockerfile should use the same casing (either upper or lower)",
    ),
    "DuplicateStageName": ("duplicate-stage-name", "Stage names should be unique"),
    "ReservedStageName": ("reserved-stage-name", "Reserved words should not be used as stage names"),
    "JSONArgsRecommended": (
        "json-args-recommended",
        "JSON arguments recommended for ENTRYPOINT/CMD to prevent unintended behavior related to OS signals",
    ),
    "MaintainerDeprecated": (
        "maintainer-deprecated",
        "The MAINTAINER instruction is deprecated, use a label instead to define an image author",
    ),
    "UndefinedArgInFrom": ("undefined-arg-in-from", "FROM command must use declared ARGs"),
    "InvalidDefaultArgInFrom": (
        "invalid-default-arg-in-from",
        "Default value for global ARG results in an empty or invalid base image name",
    ),
    "WorkdirRelativePath": (
        "workdir-relative-path",
        "Relative workdir without an absolute workdir declared within the build can have unexpected results "
        "if the base image changes",
    ),
    "MultipleInstructionsDisallowed": (
        "multiple-instructions-disallowed",
        "Multiple instructions of the same type should not be used in the same stage",
    ),
    "LegacyKeyValueFormat": (
        "legacy-key-value-format",
        "Legacy key/value format with whitespace separator should not be used",
    ),
    "RedundantTargetPlatform": (
        "redundant-target-platform",
        "Setting platform to predefined $TARGETPLATFORM in FROM is redundant as this is the default behavior",
    ),
    "SecretsUsedInArgOrEnv": (
        "secrets-used-in-arg-or-env",
        "Sensitive data should not be used in the ARG or ENV commands",
    ),
    "FromPlatformFlagConstDisallowed": (
        "from-platform-flag-const-disallowed",
        "FROM --platform flag should not use a constant value",
    ),
    "ExposeProtoCasing": ("expose-proto-casing", "Protocol in EXPOSE instruction should be lowercase"),
    "ExposeInvalidFormat": (
        "expose-invalid-format",
        "IP address and host-port mapping should not be used in EXPOSE instruction. This will become an "
        "error in a future release",
    ),
}
"""By name: the last part of the rule's address, and what it is about."""

ADDRESS = "https://docs.docker.com/go/dockerfile/rule/"
RESERVED = ("context", "scratch")
ONCE = ("CMD", "ENTRYPOINT", "HEALTHCHECK")
AUTOMATIC = frozenset(
    f"{prefix}{part}"
    for prefix in ("BUILD", "TARGET")
    for part in ("PLATFORM", "OS", "ARCH", "VARIANT", "STAGE")
)
_SECRET = re.compile(r"(?i)(?:_|^)(?:apikey|auth|credentials?|key|password|pword|passwd|secret|token)(?:_|$)")
_PUBLIC = re.compile(r"(?i)(?:_|^)(?:public|file|version)(?:_|$)")
"""Words that make such a name one of something that all may know: a path, a number."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule says of lines of a Dockerfile."""

    rule: str
    detail: str
    first: int
    last: int

    @property
    def description(self) -> str:
        """What the rule is about."""
        return RULES[self.rule][1]

    @property
    def address(self) -> str:
        """Where the rule is explained."""
        return f"{ADDRESS}{RULES[self.rule][0]}/"


@dataclass(slots=True)
class _Stage:
    """What is known of the present stage, FROM's on."""

    has_absolute_workdir: bool = False
    has_shell: bool = False
    seen: dict[str, Line] = field(default_factory=dict)


def find(text: str, argument: str = "") -> list[Finding]:
    """Return what there is to say of a Dockerfile, in its order.

    `argument` is the build's own choice of rules (`lint_checks`). Raises InvalidParameterError.
    """
    return _find(text, argument)[0]


def warnings(text: str, argument: str = "") -> list[Finding]:
    """Return what is said of a Dockerfile while it is built.

    Raises InvalidParameterError, too, when there is something and the build is to fail then.
    """
    findings, fails = _find(text, argument)
    if findings and fails:
        rules = ", ".join(dict.fromkeys(one.rule for one in findings))
        raise InvalidParameterError(f"lint violation found for rules: {rules}")
    return findings


def _find(text: str, argument: str) -> tuple[list[Finding], bool]:
    found = split_dockerfile(text)
    nodes = [read_arguments(line, found.escape) for line in found.lines]
    checks = read_checks(nodes[0].line.comments, argument)
    findings = [
        one for one in (*_casing(nodes), *_stages(nodes, found.escape)) if not checks.leaves_out(one.rule)
    ]
    return sorted(findings, key=lambda one: (one.first, one.rule)), checks.fails


def _at(line: Line, rule: str, detail: str) -> Finding:
    return Finding(rule, detail, line.number, line.last_number)


def _casing(nodes: Sequence[Arguments]) -> Iterator[Finding]:
    """Compare how keywords are written; arguments before the first FROM do not count."""
    begin = next((number for number, node in enumerate(nodes) if node.keyword == "FROM"), len(nodes))
    words = [node.line.keyword for node in nodes[begin:]]
    lower = sum(word.islower() for word in words) > sum(word.isupper() for word in words)
    majority = "lowercase" if lower else "uppercase"
    for node in nodes[begin:]:
        word = node.line.keyword
        if not (word.islower() if lower else word.isupper()):
            yield _at(
                node.line,
                "ConsistentInstructionCasing",
                f"Command '{word}' should match the case of the command majority ({majority})",
            )


def _stages(nodes: Sequence[Arguments], escape: str) -> Iterator[Finding]:
    names: dict[str, _Stage] = {}
    arguments = dict.fromkeys(AUTOMATIC, "linux")  # whatever they are: a part of a name
    stage: _Stage | None = None
    for node in nodes:
        if node.line.has_empty_continuation:
            yield _at(node.line, "NoEmptyContinuation", "Empty continuation line")
        if node.keyword == "FROM":
            yield from _from(node, names, arguments, escape)
            base = names.get(node.words[0].lower()) if node.words else None
            stage = _Stage(base is not None and base.has_absolute_workdir)
            if len(node.words) == 3:
                names[node.words[2].lower()] = stage
        elif stage is not None:
            yield from _instruction(node, stage)
        elif node.keyword == "ARG":
            for word in node.words:
                name, _, default = word.partition("=")
                arguments[name] = _expanded(default, arguments, escape) or ""


def _from(
    node: Arguments, names: Iterable[str], arguments: Mapping[str, str], escape: str
) -> Iterator[Finding]:
    """Look at a FROM; `arguments` are those before it with their defaults."""
    line, words = node.line, node.words
    platform = next((flag.partition("=")[2] for flag in line.flags if flag.startswith("--platform=")), "")
    for name in variables_in(*words[:1], platform):
        if name not in arguments:
            meant = nearest(name, sorted(arguments, key=lambda known: (known in AUTOMATIC, known)))
            suggestion = f" (did you mean {meant}?)" if meant else ""
            yield _at(line, "UndefinedArgInFrom", f"FROM argument '{name}' is not declared{suggestion}")
    used = list(variables_in(*words[:1]))
    if used and arguments.keys() >= set(used) and not _is_base(_expanded(words[0], arguments, escape)):
        yield _at(
            line,
            "InvalidDefaultArgInFrom",
            f"Default value for ARG {words[0]} results in empty or invalid base image name",
        )
    stage = words[2] if len(words) == 3 else ""
    if platform in ("$TARGETPLATFORM", "${TARGETPLATFORM}"):
        yield _at(
            line,
            "RedundantTargetPlatform",
            f"Setting platform to predefined {platform} in FROM is redundant as this is the default behavior",
        )
    elif platform and "$" not in platform and not _is_of_platform(stage, platform):
        yield _at(
            line,
            "FromPlatformFlagConstDisallowed",
            f"FROM --platform flag should not use constant value {quote(platform)}",
        )
    if not stage:
        return
    if (line.keyword.isupper() and not words[1].isupper()) or (
        line.keyword.islower() and not words[1].islower()
    ):
        yield _at(line, "FromAsCasing", f"'{words[1]}' and '{line.keyword}' keywords' casing do not match")
    if stage != stage.lower():
        yield _at(line, "StageNameCasing", f"Stage name '{stage}' should be lowercase")
    if stage.lower() in RESERVED:
        yield _at(
            line,
            "ReservedStageName",
            f"Stage name should not use the same name as reserved stage {quote(stage)}",
        )
    if stage.lower() in names:
        yield _at(
            line,
            "DuplicateStageName",
            f"Duplicate stage name {quote(stage)}, stage names should be unique",
        )


def _expanded(word: str, arguments: Mapping[str, str], escape: str) -> str | None:
    """Return a word with defaults for its variables, None where one is wanted that has none."""
    try:
        return expand_word(word, arguments, escape)
    except InvalidParameterError:
        return None  # "${TAG:?}", or no word at all: the build itself tells


def _is_base(name: str | None) -> bool:
    """Return whether that can be the name of an image or a stage."""
    if name is None:
        return True
    try:
        reference.parse(name)
    except InvalidParameterError:
        return False
    return True


def _is_of_platform(stage: str, platform: str) -> bool:
    """Return whether a stage is named by its platform: then that is meant to be fixed."""
    try:
        parsed = platforms.parse(platform)
    except InvalidParameterError:
        return True  # the build itself tells
    return stage.lower() in (parsed.os, parsed.architecture)


def _instruction(node: Arguments, stage: _Stage) -> Iterator[Finding]:
    line, keyword, words = node.line, node.keyword, node.words
    if keyword == "SHELL":
        stage.has_shell = True
    elif keyword == "MAINTAINER":
        yield _at(
            line, "MaintainerDeprecated", "Maintainer instruction is deprecated in favor of using label"
        )
    elif keyword == "WORKDIR" and words:
        path = words[0].strip("\"'")
        if path.startswith("/"):
            stage.has_absolute_workdir = True
        elif not stage.has_absolute_workdir and not path.startswith("$"):
            yield _at(
                line,
                "WorkdirRelativePath",
                f"Relative workdir {quote(path)} can have unexpected results if the base image changes",
            )
    if keyword in ONCE:
        if (before := stage.seen.get(keyword)) is not None:  # the one that counts for nothing
            yield _at(
                before,
                "MultipleInstructionsDisallowed",
                f"Multiple {keyword} instructions should not be used in the same stage because only the "
                "last one will be used",
            )
        stage.seen[keyword] = line
    if keyword in ("CMD", "ENTRYPOINT") and words and not node.is_json and not stage.has_shell:
        yield _at(
            line,
            "JSONArgsRecommended",
            f"JSON arguments recommended for {keyword} to prevent unintended behavior related to OS signals",
        )
    if keyword in ("ENV", "LABEL") and words and "=" not in split_quoted_words(line.rest, "\\")[0]:
        yield _at(
            line,
            "LegacyKeyValueFormat",
            f'"{keyword} key=value" should be used instead of legacy "{keyword} key value" format',
        )
    if keyword == "EXPOSE":
        yield from _expose(node)
    if keyword in ("ARG", "ENV"):
        for name in _names(node):
            if _SECRET.search(name) and not _PUBLIC.search(name):
                yield _at(
                    line,
                    "SecretsUsedInArgOrEnv",
                    f"Do not use ARG or ENV instructions for sensitive data ({keyword} {quote(name)})",
                )


def _expose(node: Arguments) -> Iterator[Finding]:
    """Look at ports; what a variable brings in is not known here."""
    for port in node.words:
        if "$" in port:
            continue
        host, _, exposed = port.rpartition(":")
        protocol = exposed.partition("/")[2]
        if protocol != protocol.lower():
            yield _at(
                node.line,
                "ExposeProtoCasing",
                f"Defined protocol '{port}' in EXPOSE instruction should be lowercase",
            )
        if host.strip(":"):
            yield _at(
                node.line,
                "ExposeInvalidFormat",
                f"EXPOSE instruction should not define an IP address or host-port mapping, found '{port}'",
            )


def _names(node: Arguments) -> Sequence[str]:
    """Return the names that an ARG or ENV gives values to."""
    if node.keyword == "ENV":
        return node.words[::2]
    return [word.partition("=")[0] for word in node.words]
