"""From a Dockerfile's lines to typed instructions, with dockerd's words for what is wrong.

Source: Dockerfile reference; BuildKit's `frontend/dockerfile/instructions`, which the classic builder uses.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backend.builder import durations, instructions
from backend.builder.dockerfile_lines import (
    Line,
    split_dockerfile,
    split_line,
    split_quoted_words,
    split_words,
)
from backend.builder.go_text import SPACES, quote
from backend.builder.instructions import Dockerfile, Instruction, Stage
from backend.errors import InvalidParameterError

NEEDS_BUILDKIT = (
    "requires BuildKit. Refer to https://docs.docker.com/go/buildkit/ "
    "to learn how to build images with BuildKit enabled"
)
MIN_INTERVAL = 1_000_000  # nanoseconds
FARTHEST_SUGGESTION = 2  # changed letters
_STAGE_NAME = re.compile(r"[a-z][a-z0-9-_.]*")
_HEREDOC = re.compile(r"\d*<<-?(?:['\"]?)[A-Za-z_][\w.-]*(?:['\"]?)")
_ONBUILD = re.compile(r"(?i)\s*ONBUILD\s*")


@dataclass(frozen=True, slots=True)
class _Node:
    """A line whose arguments are read. `is_json` tells the JSON form."""

    line: Line
    keyword: str
    words: tuple[str, ...]
    is_json: bool

    @property
    def code(self) -> str:
        return self.line.original.strip(SPACES)


def parse_dockerfile(text: str) -> Dockerfile:
    """Return a Dockerfile's stages. Raises InvalidParameterError in dockerd's words."""
    try:
        found = split_dockerfile(text)
        nodes = [_read_arguments(line, found.escape) for line in found.lines]
    except InvalidParameterError as error:
        raise InvalidParameterError(f"failed to parse Dockerfile: {error.message}") from error
    arguments: list[instructions.Arg] = []
    stages: list[Stage] = []
    for node in nodes:
        try:
            parsed = _parse_stage(node) if node.keyword == "FROM" else _parse(node)
        except InvalidParameterError as error:
            raise InvalidParameterError(
                f"dockerfile parse error on line {node.line.number}: {error.message}"
            ) from error
        if isinstance(parsed, Stage):
            stages.append(parsed)
        elif stages:
            stages[-1].instructions.append(parsed)
        elif isinstance(parsed, instructions.Arg):
            arguments.append(parsed)
        else:
            raise InvalidParameterError("no build stage in current context")
    if not stages:
        raise InvalidParameterError("dockerfile contains no stages to build")
    return Dockerfile(tuple(arguments), tuple(stages), found.escape, found.warnings)


def parse_instructions(text: str) -> list[tuple[str, Instruction]]:
    """Return instructions without a stage (triggers, changes of a commit), each with its upper-case keyword.

    Raises InvalidParameterError.
    """
    found = split_dockerfile(text)
    nodes = [_read_arguments(line, found.escape) for line in found.lines]
    return [(node.keyword, _parse(node)) for node in nodes]


# --- arguments, by the form that each instruction has ---


def _read_arguments(line: Line, escape: str) -> _Node:
    keyword, rest = line.keyword.upper(), line.rest
    words, is_json = _read_words(keyword, line, rest, escape)
    return _Node(line, keyword, tuple(words), is_json)


def _read_words(keyword: str, line: Line, rest: str, escape: str) -> tuple[Sequence[str], bool]:
    if keyword in ("RUN", "CMD", "ENTRYPOINT", "SHELL"):
        words = _json_words(rest)
        return ([rest] if rest else [], False) if words is None else (words, True)
    if keyword in ("ADD", "COPY", "VOLUME"):
        words = _json_words(rest)
        return (split_words(rest), False) if words is None else (words, True)
    if keyword in ("ENV", "LABEL"):
        return _pairs(keyword, rest, escape), False
    if keyword == "ARG":
        return split_quoted_words(rest, escape), False
    if keyword in ("FROM", "EXPOSE"):
        return split_words(rest), False
    if keyword in ("MAINTAINER", "STOPSIGNAL", "USER", "WORKDIR"):
        return [rest] if rest else [], False
    if keyword == "HEALTHCHECK":
        return _health_words(rest)
    if keyword == "ONBUILD":
        if not rest:
            return [], False
        trigger = _read_arguments(split_line(rest, line.number), escape)
        return [trigger.line.keyword, *trigger.words], trigger.is_json
    return [], False


def _json_words(text: str) -> list[str] | None:
    """Return the strings of a JSON array, None for anything else. Raises InvalidParameterError."""
    text = text.strip(SPACES)
    if not text.startswith("["):
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, list):
        return None
    if not all(isinstance(word, str) for word in value):
        raise InvalidParameterError("when using JSON array syntax, arrays must be comprised of strings only")
    # Half a surrogate pair is no text: Go replaces it as well.
    return [word.encode("utf-16", "surrogatepass").decode("utf-16", "replace") for word in value]


def _pairs(keyword: str, rest: str, escape: str) -> list[str]:
    """Return names and values in turn."""
    words = split_quoted_words(rest, escape)
    if not words:
        return []
    if "=" not in words[0]:
        name, *value = re.split(r"[\t\v\f\r ]+", rest, maxsplit=1)
        if not value:
            raise InvalidParameterError(f"{keyword} must have two arguments")
        return [name, value[0]]
    pairs: list[str] = []
    for word in words:
        name, equals, value_text = word.partition("=")
        if not equals:
            raise InvalidParameterError(
                f"Syntax error - can't find = in {quote(word)}. Must be of the form: name=value"
            )
        pairs += [name, value_text]
    return pairs


def _health_words(rest: str) -> tuple[Sequence[str], bool]:
    kind, *command = re.split(rf"[{re.escape(SPACES)}]+", rest, maxsplit=1)
    if not kind:
        return [], False
    text = command[0] if command else ""
    words = _json_words(text)
    if words is not None:
        return [kind, *words], True
    return [kind, *([text] if text else [])], False


# --- flags ---


def _flags(node: _Node, known: Mapping[str, type[str] | type[bool]]) -> dict[str, str]:
    """Return the values of a line's flags by name. Raises InvalidParameterError."""
    values: dict[str, str] = {}
    for flag in node.line.flags:
        name, equals, value = flag.removeprefix("--").partition("=")
        if name not in known:
            raise InvalidParameterError(f"unknown flag: {name}")
        if name in values:
            raise InvalidParameterError(f"duplicate flag specified: {name}")
        if known[name] is str and not equals or equals and not value and known[name] is bool:
            raise InvalidParameterError(f"missing a value on flag: {name}")
        if known[name] is bool and value.lower() not in ("true", "false", ""):
            raise InvalidParameterError(f"expecting boolean value for flag {name}, not: {value}")
        values[name] = value
    return values


# --- instructions ---


def _parse_stage(node: _Node) -> Stage:
    words, name = node.words, ""
    if len(words) == 3 and words[1].lower() == "as":
        name = words[2].lower()
        if not _STAGE_NAME.fullmatch(name):
            raise InvalidParameterError(
                f"invalid name for build stage: {quote(words[2])}, "
                "name can't start with a number or contain symbols"
            )
    elif len(words) != 1:
        raise InvalidParameterError("FROM requires either one or three arguments")
    flags = _flags(node, {"platform": str})
    return Stage(node.code, words[0], name, flags.get("platform", ""))


def _parse(node: _Node) -> Instruction:
    parser = _PARSERS.get(node.keyword)
    if parser is None:
        name = node.line.keyword
        nearest = _nearest(node.keyword)
        raise InvalidParameterError(
            f"unknown instruction: {name}" + (f" (did you mean {nearest}?)" if nearest else "")
        )
    if node.keyword in ("RUN", "COPY", "ADD") and not node.is_json:
        _refuse_heredoc(node)
    return parser(node)


def _refuse_heredoc(node: _Node) -> None:
    """Refuse what the classic builder would take for an ordinary word, and lose the text below it."""
    for word in split_quoted_words(" ".join(node.words), "\\"):
        if _HEREDOC.fullmatch(word):
            raise InvalidParameterError(f"the heredoc {word} {NEEDS_BUILDKIT}")


def _at_least_one(node: _Node) -> None:
    if not node.words:
        raise InvalidParameterError(f"{node.keyword} requires at least one argument")


def _only_one(node: _Node) -> str:
    if len(node.words) != 1:
        raise InvalidParameterError(f"{node.keyword} requires exactly one argument")
    return node.words[0]


def _named_pairs(node: _Node) -> tuple[tuple[str, str], ...]:
    _flags(node, {})
    _at_least_one(node)
    pairs = tuple(zip(node.words[::2], node.words[1::2], strict=True))
    if not all(name for name, _ in pairs):
        raise InvalidParameterError(f"{node.keyword} names can not be blank")
    return pairs


def _parse_env(node: _Node) -> Instruction:
    return instructions.Env(node.code, _named_pairs(node))


def _parse_label(node: _Node) -> Instruction:
    return instructions.Label(node.code, _named_pairs(node))


def _parse_maintainer(node: _Node) -> Instruction:
    author = _only_one(node)
    _flags(node, {})
    return instructions.Maintainer(node.code, author)


def _parse_copy(node: _Node) -> Instruction:
    if len(node.words) < 2:
        raise InvalidParameterError(
            f"{node.keyword} requires at least two arguments, but only one was provided. "
            "Destination could not be determined"
        )
    adding = node.keyword == "ADD"
    known: dict[str, type[str] | type[bool]] = {"chown": str, "chmod": str, "link": bool}
    known |= {"keep-git-dir": bool, "checksum": str} if adding else {"from": str}
    flags = _flags(node, known)
    return instructions.Copy(
        node.code,
        node.words[:-1],
        node.words[-1],
        owner=flags.get("chown", ""),
        mode=flags.get("chmod", ""),
        source_image=flags.get("from", ""),
        adding=adding,
    )


def _parse_onbuild(node: _Node) -> Instruction:
    _at_least_one(node)
    _flags(node, {})
    trigger = node.words[0].upper()
    if trigger == "ONBUILD":
        raise InvalidParameterError("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed")
    if trigger in ("MAINTAINER", "FROM"):
        raise InvalidParameterError(f"{trigger} isn't allowed as an ONBUILD trigger")
    return instructions.OnBuild(node.code, _ONBUILD.sub("", node.line.original, count=1))


def _parse_workdir(node: _Node) -> Instruction:
    path = _only_one(node)
    _flags(node, {})
    return instructions.Workdir(node.code, path)


def _parse_run(node: _Node) -> Instruction:
    known: dict[str, type[str] | type[bool]] = {"mount": str, "network": str, "security": str}
    flags: list[str] = []
    for flag in node.line.flags:
        name, equals, _ = flag.removeprefix("--").partition("=")
        if name not in known:
            raise InvalidParameterError(f"unknown flag: {name}")
        if not equals:
            raise InvalidParameterError(f"missing a value on flag: {name}")
        flags.append(name)
    return instructions.Run(node.code, node.words, not node.is_json, tuple(flags))


def _parse_cmd(node: _Node) -> Instruction:
    _flags(node, {})
    return instructions.Cmd(node.code, node.words, not node.is_json)


def _parse_entrypoint(node: _Node) -> Instruction:
    _flags(node, {})
    return instructions.Entrypoint(node.code, node.words, not node.is_json)


def _parse_healthcheck(node: _Node) -> Instruction:
    _at_least_one(node)
    kind, command = node.words[0].upper(), list(node.words[1:])
    if kind == "NONE":
        if command:
            raise InvalidParameterError("HEALTHCHECK NONE takes no arguments")
        return instructions.Healthcheck(node.code, {"Test": ["NONE"]})
    times = {
        "interval": "Interval",
        "timeout": "Timeout",
        "start-period": "StartPeriod",
        "start-interval": "StartInterval",
    }
    flags = _flags(node, dict.fromkeys((*times, "retries"), str))
    if kind != "CMD":
        raise InvalidParameterError(f"Unknown type {quote(kind)} in HEALTHCHECK (try CMD)")
    if not command:
        raise InvalidParameterError("Missing command after HEALTHCHECK CMD")
    check: dict[str, Any] = {"Test": ["CMD" if node.is_json else "CMD-SHELL", *command]}
    for flag, field in times.items():
        if nanoseconds := _interval(flag, flags.get(flag, "")):
            check[field] = nanoseconds
    if retries := _retries(flags.get("retries", "")):
        check["Retries"] = retries
    return instructions.Healthcheck(node.code, check)


def _interval(name: str, text: str) -> int:
    nanoseconds = durations.parse(text) if text else 0
    if nanoseconds and nanoseconds < MIN_INTERVAL:
        raise InvalidParameterError(f"Interval {quote(name)} cannot be less than 1ms")
    return nanoseconds


def _retries(text: str) -> int:
    if not text:
        return 0
    if not re.fullmatch(r"[+-]?[0-9]{1,20}", text):
        raise InvalidParameterError(f"strconv.ParseInt: parsing {quote(text)}: invalid syntax")
    if not -(2**31) <= int(text) < 2**31:
        raise InvalidParameterError(f"strconv.ParseInt: parsing {quote(text)}: value out of range")
    if int(text) < 0:
        raise InvalidParameterError(f"--retries cannot be negative ({int(text)})")
    return int(text)


def _parse_expose(node: _Node) -> Instruction:
    _at_least_one(node)
    _flags(node, {})
    return instructions.Expose(node.code, tuple(sorted(node.words)))


def _parse_user(node: _Node) -> Instruction:
    user = _only_one(node)
    _flags(node, {})
    return instructions.User(node.code, user)


def _parse_volume(node: _Node) -> Instruction:
    _at_least_one(node)
    _flags(node, {})
    paths = tuple(path.strip(SPACES) for path in node.words)
    if not all(paths):
        raise InvalidParameterError("VOLUME specified can not be an empty string")
    return instructions.Volume(node.code, paths)


def _parse_stop_signal(node: _Node) -> Instruction:
    return instructions.StopSignal(node.code, _only_one(node))


def _parse_arg(node: _Node) -> Instruction:
    _at_least_one(node)
    pairs: list[tuple[str, str | None]] = []
    for word in node.words:
        name, equals, value = word.partition("=")
        if not name:
            raise InvalidParameterError("ARG names can not be blank")
        pairs.append((name, value if equals else None))
    return instructions.Arg(node.code, tuple(pairs))


def _parse_shell(node: _Node) -> Instruction:
    _flags(node, {})
    _at_least_one(node)
    if not node.is_json:
        raise InvalidParameterError("SHELL requires the arguments to be in JSON form")
    return instructions.Shell(node.code, node.words)


_PARSERS: dict[str, Callable[[_Node], Instruction]] = {
    "ADD": _parse_copy,
    "ARG": _parse_arg,
    "CMD": _parse_cmd,
    "COPY": _parse_copy,
    "ENTRYPOINT": _parse_entrypoint,
    "ENV": _parse_env,
    "EXPOSE": _parse_expose,
    "HEALTHCHECK": _parse_healthcheck,
    "LABEL": _parse_label,
    "MAINTAINER": _parse_maintainer,
    "ONBUILD": _parse_onbuild,
    "RUN": _parse_run,
    "SHELL": _parse_shell,
    "STOPSIGNAL": _parse_stop_signal,
    "USER": _parse_user,
    "VOLUME": _parse_volume,
    "WORKDIR": _parse_workdir,
}


def _nearest(keyword: str) -> str:
    """Return the instruction that a mistyped one most likely means, "" when none is near."""
    if len(keyword) > 20:
        return ""
    best, least = "", FARTHEST_SUGGESTION + 1
    for name in ("FROM", *_PARSERS):
        if (distance := _edit_distance(keyword, name)) < least:
            best, least = name, distance
    return best


def _edit_distance(left: str, right: str) -> int:
    row = list(range(len(right) + 1))
    for number, character in enumerate(left, 1):
        previous, row[0] = row[0], number
        for column, other in enumerate(right, 1):
            previous, row[column] = (
                row[column],
                min(row[column] + 1, row[column - 1] + 1, previous + (character != other)),
            )
    return row[-1]
