"""What a Dockerfile says: stages of typed instructions. Pure data; `instruction_parser` makes it."""

from dataclasses import dataclass, field
from typing import Any

from backend.builder.dockerfile.heredocs import Heredoc


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction; `code` is its text on one line, as the build's output shows it.

    `line` and `last_line` are where it stands in the Dockerfile, 0 when it does not come from there.
    """

    code: str
    line: int = field(default=0, kw_only=True)
    last_line: int = field(default=0, kw_only=True)


@dataclass(frozen=True, slots=True)
class Env(Instruction):
    """ENV: variables of the image."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Label(Instruction):
    """LABEL; those of the build's options are taken as they are."""

    pairs: tuple[tuple[str, str], ...]
    literal: bool = False


@dataclass(frozen=True, slots=True)
class Maintainer(Instruction):
    """MAINTAINER: the image's author."""

    author: str


@dataclass(frozen=True, slots=True)
class Copy(Instruction):
    """COPY and ADD (`adding`). `source_image` is a stage's name or number, or an image.

    `texts` are files that the Dockerfile itself holds. With `linked` the layer does not look at what is
    below it, with `keeps_parents` sources keep the folders that they are in, with `keeps_git` repositories
    their `.git`.
    """

    sources: tuple[str, ...]
    destination: str
    owner: str = ""
    mode: str = ""
    source_image: str = ""
    adding: bool = False
    texts: tuple[Heredoc, ...] = ()
    linked: bool = False
    keeps_parents: bool = False
    excluded: tuple[str, ...] = ()
    checksum: str = ""
    keeps_git: bool = False

    @property
    def keyword(self) -> str:
        """The instruction's name."""
        return "ADD" if self.adding else "COPY"


@dataclass(frozen=True, slots=True)
class OnBuild(Instruction):
    """ONBUILD: an instruction for builds that begin with this image."""

    trigger: str


@dataclass(frozen=True, slots=True)
class Workdir(Instruction):
    """WORKDIR."""

    path: str


@dataclass(frozen=True, slots=True)
class CommandLine(Instruction):
    """A command in shell form (one word, for the shell) or in JSON form (all words)."""

    words: tuple[str, ...]
    for_shell: bool


@dataclass(frozen=True, slots=True)
class Run(CommandLine):
    """RUN. `mounts` are as they are written; their words are expanded when the step is done."""

    mounts: tuple[str, ...] = ()
    network: str = ""
    texts: tuple[Heredoc, ...] = ()


@dataclass(frozen=True, slots=True)
class Cmd(CommandLine):
    """CMD."""


@dataclass(frozen=True, slots=True)
class Entrypoint(CommandLine):
    """ENTRYPOINT."""


@dataclass(frozen=True, slots=True)
class Healthcheck(Instruction):
    """HEALTHCHECK: Docker's HealthConfig."""

    check: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Expose(Instruction):
    """EXPOSE: ports in any of their forms."""

    ports: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class User(Instruction):
    """USER."""

    user: str


@dataclass(frozen=True, slots=True)
class Volume(Instruction):
    """VOLUME."""

    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StopSignal(Instruction):
    """STOPSIGNAL."""

    signal: str


@dataclass(frozen=True, slots=True)
class Arg(Instruction):
    """ARG: build arguments with their defaults, if they have any."""

    pairs: tuple[tuple[str, str | None], ...]


@dataclass(frozen=True, slots=True)
class Shell(Instruction):
    """SHELL."""

    words: tuple[str, ...]


@dataclass(slots=True)
class Stage:
    """FROM and what follows it."""

    code: str
    base: str
    name: str = ""
    platform: str = ""
    line: int = 0
    last_line: int = 0
    instructions: list[Instruction] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Dockerfile:
    """A whole file. `arguments` stand before the first FROM."""

    arguments: tuple[Arg, ...]
    stages: tuple[Stage, ...]
    escape: str
    warnings: tuple[str, ...] = ()
