"""What instructions change in an image's configuration: pure functions from one Docker Config to the next.

Source: Docker Engine API, ContainerConfig; the classic builder's comments, which become the image's history.
"""

import posixpath
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from backend.builder.build_args import BuildArgs
from backend.builder.dockerfile import durations, instructions
from backend.builder.dockerfile.expansion import expand_text, expand_word, expand_words
from backend.builder.dockerfile.exposed_ports import parse_port_specs
from backend.builder.dockerfile.go_text import quote_all, show_all
from backend.builder.dockerfile.heredocs import Heredoc
from backend.builder.dockerfile.instruction_parser import parse_instructions
from backend.builder.dockerfile.instructions import CommandLine, Instruction
from backend.containers.signals import parse_signal
from backend.errors import InvalidParameterError
from backend.images.image import EMPTY_CONFIG

DEFAULT_SHELL = ("/bin/sh", "-c")
DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
COMMIT_CHANGES = (
    "CMD", "ENTRYPOINT", "HEALTHCHECK", "ENV", "EXPOSE", "LABEL", "ONBUILD", "STOPSIGNAL", "USER", "VOLUME",
    "WORKDIR",
)  # fmt: skip

Config = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """A new configuration. `comment` tells it in the history; `note` is for the build's output.

    `told` is for BuildKit's history, where that has other words.
    """

    config: Config
    comment: str
    note: str = ""
    told: str = ""


def apply_changes(config: Mapping[str, Any], changes: Sequence[str], parent_id: str = "") -> Config:
    """Return `config` changed by instructions, as commit and import take them.

    Raises InvalidParameterError in dockerd's words.
    """
    changed: Config = {**EMPTY_CONFIG, **config}
    if parent_id:
        changed["Image"] = parent_id
    if not changes:
        return changed
    for change_text in changes:
        keyword = change_text.split(maxsplit=1)[0] if change_text.strip() else ""
        if keyword and not keyword.startswith("#") and keyword.upper() not in COMMIT_CHANGES:
            raise InvalidParameterError(f"{keyword} is not a valid change command")
    parsed = parse_instructions("\n".join(changes))
    for keyword, _ in parsed:
        if keyword not in COMMIT_CHANGES:
            raise InvalidParameterError(f"{keyword} is not a valid change command")
    command_set = False
    for _, instruction in parsed:
        variables = variables_of(changed.get("Env") or ())
        expanded = expand(instruction, variables, "\\")
        changed = change(changed, expanded, command_set=command_set).config
        command_set = command_set or isinstance(expanded, instructions.Cmd) and bool(expanded.words)
    return changed


def variables_of(environment: Sequence[str], args: BuildArgs | None = None) -> dict[str, str]:
    """Return what words may refer to: the image's environment, and the build arguments beside it."""
    known = {name: value for name, _, value in (entry.partition("=") for entry in environment)}
    return known if args is None else {**args.beside(environment), **known}


def shell_of(config: Mapping[str, Any]) -> list[str]:
    """Return what commands in shell form are given to."""
    return list(config.get("Shell") or DEFAULT_SHELL)


def command_of(config: Mapping[str, Any], line: CommandLine) -> list[str]:
    """Return the words of a command, those in shell form behind the shell."""
    return [*(shell_of(config) if line.for_shell else ()), *line.words]


def with_comment(config: Mapping[str, Any], comment: str) -> Config:
    """Return the configuration of a step that ran nothing: a comment, which the cache compares."""
    return {**config, "Cmd": [*shell_of(config), "#(nop) ", comment]}


def with_short_comment(config: Mapping[str, Any], comment: str) -> Config:
    """Like `with_comment`, in one word: COPY, ADD and WORKDIR have always been noted so."""
    return {**config, "Cmd": [*shell_of(config), f"#(nop) {comment}"]}


def expand(instruction: Instruction, variables: Mapping[str, str], escape: str) -> Instruction:
    """Return an instruction with its variables replaced, where Docker replaces any.

    Raises InvalidParameterError.
    """

    def word(text: str) -> str:
        return expand_word(text, variables, escape)

    match instruction:
        case instructions.Label(literal=True):
            return instruction
        case instructions.Env(pairs=pairs) | instructions.Label(pairs=pairs):
            return replace(instruction, pairs=tuple((word(name), word(value)) for name, value in pairs))
        case instructions.Copy():
            return replace(
                instruction,
                owner=word(instruction.owner),
                mode=word(instruction.mode),
                sources=tuple(word(source) for source in instruction.sources),
                destination=word(instruction.destination),
                excluded=tuple(word(pattern) for pattern in instruction.excluded),
                checksum=word(instruction.checksum),
                texts=tuple(_expanded(heredoc, variables) for heredoc in instruction.texts),
            )
        case instructions.Workdir(path=path):
            return replace(instruction, path=word(path))
        case instructions.Expose(ports=ports):
            found = [port for text in ports for port in expand_words(text, variables, escape)]
            return replace(instruction, ports=tuple(found))
        case instructions.User(user=user):
            return replace(instruction, user=word(user))
        case instructions.Volume(paths=paths):
            return replace(instruction, paths=tuple(word(path) for path in paths))
        case instructions.StopSignal(signal=signal):
            return replace(instruction, signal=word(signal))
        case instructions.Arg(pairs=arguments):
            return replace(
                instruction,
                pairs=tuple(
                    (word(name), None if value is None else word(value)) for name, value in arguments
                ),
            )
    return instruction


def _expanded(heredoc: Heredoc, variables: Mapping[str, str]) -> Heredoc:
    """Return a text with its variables replaced, unless its name was quoted."""
    if not heredoc.expands:
        return heredoc
    return replace(heredoc, content=expand_text(heredoc.content, variables))


def change(config: Mapping[str, Any], instruction: Instruction, *, command_set: bool) -> Change:
    """Return what an instruction that needs no file system makes of a configuration.

    `command_set` tells whether the stage has had a CMD: an ENTRYPOINT drops an inherited one. Raises
    InvalidParameterError.
    """
    if isinstance(instruction, instructions.Entrypoint):
        # An empty ENTRYPOINT has not even the shell.
        entrypoint = command_of(config, instruction) if instruction.words else None
        cmd = config.get("Cmd") if command_set else None
        changed = {**config, "Entrypoint": entrypoint, "Cmd": cmd}
        return Change(changed, f"ENTRYPOINT {quote_all(entrypoint or ())}")
    return _CHANGES[type(instruction)](config, instruction)


def working_dir(config: Mapping[str, Any], wanted: str) -> str:
    """Return the folder that a WORKDIR means. Raises InvalidParameterError."""
    if not wanted:
        raise InvalidParameterError("cannot normalize nothing")
    if posixpath.isabs(wanted):
        return wanted
    return "/" + posixpath.normpath(f"/{config.get('WorkingDir') or ''}/{wanted}").lstrip("/")


def _env(config: Mapping[str, Any], step: instructions.Env) -> Change:
    environment = list(config.get("Env") or ())
    for name, value in step.pairs:
        entry = f"{name}={value}"
        for number, present in enumerate(environment):
            if present.partition("=")[0] == name:
                environment[number] = entry
                break
        else:
            environment.append(entry)
    comment = " ".join(f"{name}={value}" for name, value in step.pairs)
    return Change({**config, "Env": environment}, f"ENV {comment}")


def _label(config: Mapping[str, Any], step: instructions.Label) -> Change:
    labels = {**(config.get("Labels") or {}), **dict(step.pairs)}
    comment = " ".join(f"{name}={value}" for name, value in step.pairs)
    return Change({**config, "Labels": labels}, f"LABEL {comment}")


def _maintainer(config: Mapping[str, Any], step: instructions.Maintainer) -> Change:
    return Change(dict(config), f"MAINTAINER {step.author}")


def _onbuild(config: Mapping[str, Any], step: instructions.OnBuild) -> Change:
    triggers = [*(config.get("OnBuild") or ()), step.trigger]
    return Change({**config, "OnBuild": triggers}, f"ONBUILD {step.trigger}")


def _workdir(config: Mapping[str, Any], step: instructions.Workdir) -> Change:
    path = working_dir(config, step.path)
    return Change({**config, "WorkingDir": path}, f"WORKDIR {path}")


def _cmd(config: Mapping[str, Any], step: instructions.Cmd) -> Change:
    command = command_of(config, step)
    return Change({**config, "Cmd": command}, f"CMD {quote_all(command)}")


def _healthcheck(config: Mapping[str, Any], step: instructions.Healthcheck) -> Change:
    before = (config.get("Healthcheck") or {}).get("Test") or []
    note = (
        f"Note: overriding previous HEALTHCHECK: {show_all(before)}\n"
        if before and before[0] != "NONE"
        else ""
    )
    times = (step.check.get(name, 0) for name in ("Interval", "Timeout", "StartPeriod", "StartInterval"))
    shown = " ".join(f'"{durations.show(nanoseconds)}"' for nanoseconds in times)
    comment = (
        f"HEALTHCHECK &{{{quote_all(step.check['Test'])} {shown} {_rune(step.check.get('Retries', 0))}}}"
    )
    return Change({**config, "Healthcheck": step.check}, comment, note)


def _rune(number: int) -> str:
    """Return a number as the classic builder's format prints it: a character."""
    character = chr(number) if 0 <= number < 0x110000 and not 0xD800 <= number < 0xE000 else "\ufffd"
    quoted = quote_all([character])[2:-2]
    return {'\\"': "'\"'", "'": "'\\''"}.get(quoted, f"'{quoted}'")


def _expose(config: Mapping[str, Any], step: instructions.Expose) -> Change:
    ports = dict.fromkeys(parse_port_specs(step.ports))
    exposed = {**(config.get("ExposedPorts") or {}), **{port: {} for port in ports}}
    told = f"EXPOSE map[{' '.join(f'{port}:{{}}' for port in sorted(ports))}]"
    return Change({**config, "ExposedPorts": exposed}, f"EXPOSE {' '.join(step.ports)}", told=told)


def _user(config: Mapping[str, Any], step: instructions.User) -> Change:
    return Change({**config, "User": step.user}, f"USER {step.user}")


def _volume(config: Mapping[str, Any], step: instructions.Volume) -> Change:
    if not all(step.paths):
        raise InvalidParameterError("VOLUME specified can not be an empty string")
    volumes = {**(config.get("Volumes") or {}), **{path: {} for path in step.paths}}
    return Change({**config, "Volumes": volumes}, f"VOLUME {show_all(step.paths)}")


def _stop_signal(config: Mapping[str, Any], step: instructions.StopSignal) -> Change:
    try:
        parse_signal(step.signal)
    except InvalidParameterError as error:
        raise InvalidParameterError(f"invalid signal: {step.signal}") from error
    return Change({**config, "StopSignal": step.signal}, f"STOPSIGNAL {step.signal}")


def _arg(config: Mapping[str, Any], step: instructions.Arg) -> Change:
    comment = " ".join(name if value is None else f"{name}={value}" for name, value in step.pairs)
    return Change(dict(config), f"ARG {comment}")


def _shell(config: Mapping[str, Any], step: instructions.Shell) -> Change:
    return Change({**config, "Shell": list(step.words)}, f"SHELL {show_all(step.words)}")


_CHANGES: dict[type[Instruction], Callable[[Mapping[str, Any], Any], Change]] = {
    instructions.Env: _env,
    instructions.Label: _label,
    instructions.Maintainer: _maintainer,
    instructions.OnBuild: _onbuild,
    instructions.Workdir: _workdir,
    instructions.Cmd: _cmd,
    instructions.Healthcheck: _healthcheck,
    instructions.Expose: _expose,
    instructions.User: _user,
    instructions.Volume: _volume,
    instructions.StopSignal: _stop_signal,
    instructions.Arg: _arg,
    instructions.Shell: _shell,
}
