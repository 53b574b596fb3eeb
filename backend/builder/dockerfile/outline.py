"""What a Dockerfile has to offer: its targets, and what one of them asks for.

Source: BuildKit's `frontend/dockerfile/dockerfile2llb/outline.go` and `frontend/subrequests`.
"""

import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backend.builder.build_args import BuildArgs
from backend.builder.dockerfile import instructions
from backend.builder.dockerfile.dockerfile_lines import split_dockerfile
from backend.builder.dockerfile.dockerfile_words import variables_in
from backend.builder.dockerfile.expansion import expand_word
from backend.builder.dockerfile.instruction_parser import parse_dockerfile
from backend.builder.dockerfile.instructions import Arg, Stage
from backend.builder.run import run_mounts
from backend.builder.stages import stage_graph
from backend.errors import InvalidParameterError


@dataclass(frozen=True, slots=True)
class Target:
    """A stage that can be asked for."""

    name: str
    description: str
    base: str
    platform: str
    is_default: bool
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Parameter:
    """Something that a target asks its caller for: an argument, a secret, an SSH agent."""

    name: str
    first: int
    last: int
    description: str = ""
    value: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True)
class Outline:
    """What a target asks for."""

    name: str
    description: str
    arguments: tuple[Parameter, ...]
    secrets: tuple[Parameter, ...]
    agents: tuple[Parameter, ...]


def targets(text: str) -> list[Target]:
    """Return the stages of a Dockerfile. Raises InvalidParameterError."""
    stages = parse_dockerfile(text).stages
    comments = _comments(text)
    return [
        Target(
            stage.name,
            _described(comments, stage.line, stage.name),
            stage.base,
            stage.platform,
            number == len(stages) - 1,
            stage.line,
            stage.last_line,
        )
        for number, stage in enumerate(stages)
    ]


def outline(text: str, target: str, given: Mapping[str, str], automatic: Mapping[str, str]) -> Outline:
    """Return what a target asks for; `given` are the caller's arguments, `automatic` the platform's.

    Raises InvalidParameterError.
    """
    dockerfile = parse_dockerfile(text)
    comments = _comments(text)
    arguments = BuildArgs(given, automatic)
    heads: dict[str, Parameter] = {}
    for argument in dockerfile.arguments:
        for name, default in argument.pairs:
            value = None if default is None else expand_word(default, arguments.known(), dockerfile.escape)
            arguments.declare_global(name, value)
            heads[name] = _argument(comments, argument, name, given.get(name, value or ""))
    known = arguments.known_globally()

    def base_of(stage: Stage) -> str:
        try:
            return expand_word(stage.base, known, dockerfile.escape)
        except InvalidParameterError:
            return ""

    number = stage_graph.target_stage(dockerfile.stages, target)
    found: dict[str, dict[str, Parameter]] = {"arguments": {}, "secrets": {}, "agents": {}}
    # The target's own come first: of a name that several stages have, the nearest counts.
    for needed in reversed(stage_graph.needed_stages(dockerfile.stages, number, base_of)):
        stage = dockerfile.stages[needed]
        own = {name: heads[name] for name in variables_in(stage.base, stage.platform) if name in heads}
        reader = _StageReader(comments, heads, arguments, dockerfile.escape)
        reader.read(stage)
        for kind, values in (
            ("arguments", own | reader.arguments),
            ("secrets", reader.secrets),
            ("agents", reader.agents),
        ):
            found[kind] = values | found[kind]
    stage = dockerfile.stages[number]
    return Outline(
        stage.name,
        _described(comments, stage.line, stage.name),
        *(_in_order(list(found[kind].values())) for kind in ("arguments", "secrets", "agents")),
    )


class _StageReader:
    """Reads what the instructions of one stage ask for."""

    def __init__(
        self,
        comments: Mapping[int, Sequence[str]],
        heads: Mapping[str, Parameter],
        arguments: BuildArgs,
        escape: str,
    ) -> None:
        self.arguments: dict[str, Parameter] = {}
        self.secrets: dict[str, Parameter] = {}
        self.agents: dict[str, Parameter] = {}
        self._comments = comments
        self._heads = heads
        self._args = arguments.for_stage()
        self._escape = escape

    def read(self, stage: Stage) -> None:
        """Read a stage. Raises InvalidParameterError."""
        for instruction in stage.instructions:
            if isinstance(instruction, Arg):
                for name, default in instruction.pairs:
                    self._declare(instruction, name, default)
            elif isinstance(instruction, instructions.Run):
                for text in instruction.mounts:
                    self._mount(instruction, text)

    def _declare(self, instruction: Arg, name: str, default: str | None) -> None:
        value = None if default is None else self._expanded(default)
        self._args.declare(name, value)
        if default is None and name in self._heads:
            self.arguments[name] = self._heads[name]  # declared again: the head of the file has it
        else:
            told = self._args.known().get(name, "")
            self.arguments[name] = _argument(self._comments, instruction, name, told)

    def _mount(self, instruction: instructions.Run, text: str) -> None:
        mount = run_mounts.parse_mount(text, self._expanded)
        found = {"secret": self.secrets, "ssh": self.agents}.get(mount.type)
        if found is not None:
            name = mount.identity or mount.source or posixpath.basename(mount.target) or "default"
            found[name] = Parameter(name, instruction.line, instruction.last_line, required=mount.required)

    def _expanded(self, text: str) -> str:
        return expand_word(text, self._args.known(), self._escape)


def _argument(comments: Mapping[int, Sequence[str]], instruction: Arg, name: str, value: str) -> Parameter:
    description = _described(comments, instruction.line, name)
    return Parameter(name, instruction.line, instruction.last_line, description, value)


def _comments(text: str) -> dict[int, Sequence[str]]:
    """Return the comments above each instruction, by the instruction's line."""
    return {line.number: line.comments for line in split_dockerfile(text).lines}


def _described(comments: Mapping[int, Sequence[str]], line: int, name: str) -> str:
    """Return what a comment says of a name: one that begins with it."""
    told = (comment for comment in comments.get(line, ()) if name and comment.startswith(f"{name} "))
    return next(told, "").removeprefix(f"{name} ")


def _in_order(parameters: Sequence[Parameter]) -> tuple[Parameter, ...]:
    return tuple(sorted(parameters, key=lambda one: one.first))
