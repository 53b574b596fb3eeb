"""From a Dockerfile's text to stages of typed instructions, with dockerd's words for what is wrong.

Source: Dockerfile reference; BuildKit's `frontend/dockerfile/instructions`, which the classic builder uses.
"""

import re

from backend.builder.dockerfile import instructions
from backend.builder.dockerfile.dockerfile_lines import split_dockerfile
from backend.builder.dockerfile.flags import Kind, read_flags
from backend.builder.dockerfile.go_text import quote
from backend.builder.dockerfile.instruction_forms import parse_instruction
from backend.builder.dockerfile.instructions import Dockerfile, Instruction, Stage
from backend.builder.dockerfile.line_arguments import Arguments, read_arguments
from backend.errors import InvalidParameterError

_STAGE_NAME = re.compile(r"[a-z][a-z0-9-_.]*")


class UnreadableError(InvalidParameterError):
    """What is wrong with a Dockerfile before its instructions are looked at; `line` may be 0."""

    def __init__(self, reason: str, line: int = 0) -> None:
        super().__init__(f"failed to parse Dockerfile: {reason}")
        self.reason = reason
        self.line = line


class BadLineError(InvalidParameterError):
    """What is wrong with an instruction, and the line that it stands on."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(f"dockerfile parse error on line {line}: {message}")
        self.line = line


def parse_dockerfile(text: str) -> Dockerfile:
    """Return a Dockerfile's stages. Raises InvalidParameterError in dockerd's words."""
    line = 0
    nodes: list[Arguments] = []
    try:
        found = split_dockerfile(text)
        for read in found.lines:
            line = read.number
            nodes.append(read_arguments(read, found.escape))
    except InvalidParameterError as error:
        raise UnreadableError(error.message, line) from error
    arguments: list[instructions.Arg] = []
    stages: list[Stage] = []
    for node in nodes:
        try:
            parsed = _parse_stage(node) if node.keyword == "FROM" else parse_instruction(node)
        except InvalidParameterError as error:
            raise BadLineError(node.line.number, error.message) from error
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
    nodes = [read_arguments(line, found.escape) for line in found.lines]
    return [(node.keyword, parse_instruction(node)) for node in nodes]


def _parse_stage(node: Arguments) -> Stage:
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
    flags = read_flags(node.line.flags, {"platform": Kind.TEXT})
    return Stage(
        node.code,
        words[0],
        name,
        flags.text("platform"),
        line=node.line.number,
        last_line=node.line.last_number,
    )
