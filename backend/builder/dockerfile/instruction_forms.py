"""Each instruction of a Dockerfile by itself: what its flags and arguments may be, and what they mean.

Source: Dockerfile reference; BuildKit's `frontend/dockerfile/instructions`, whose texts clients know.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from backend.builder.dockerfile import durations, instructions
from backend.builder.dockerfile.flags import Kind, read_flags
from backend.builder.dockerfile.go_text import SPACES, quote
from backend.builder.dockerfile.heredocs import Heredoc, parse_heredoc
from backend.builder.dockerfile.instructions import Instruction
from backend.builder.dockerfile.line_arguments import Arguments
from backend.builder.dockerfile.spelling import nearest
from backend.builder.run import run_mounts
from backend.errors import InvalidParameterError

MIN_INTERVAL = 1_000_000  # nanoseconds
RUN_NETWORKS = ("default", "none", "host")
COPY_FLAGS = {
    "chown": Kind.TEXT,
    "chmod": Kind.TEXT,
    "link": Kind.BOOLEAN,
    "exclude": Kind.TEXTS,
}
COPY_ONLY = {"from": Kind.TEXT, "parents": Kind.BOOLEAN}
ADD_ONLY = {"keep-git-dir": Kind.BOOLEAN, "checksum": Kind.TEXT}
_ONBUILD = re.compile(r"(?i)\s*ONBUILD\s*")


def parse_instruction(node: Arguments) -> Instruction:
    """Return the typed instruction. Raises InvalidParameterError."""
    parser = _PARSERS.get(node.keyword)
    if parser is None:
        meant = nearest(node.keyword, ("FROM", *_PARSERS))
        raise InvalidParameterError(
            f"unknown instruction: {node.line.keyword}" + (f" (did you mean {meant}?)" if meant else "")
        )
    return replace(parser(node), line=node.line.number, last_line=node.line.last_number)


def _at_least_one(node: Arguments) -> None:
    if not node.words:
        raise InvalidParameterError(f"{node.keyword} requires at least one argument")


def _only_one(node: Arguments) -> str:
    if len(node.words) != 1:
        raise InvalidParameterError(f"{node.keyword} requires exactly one argument")
    return node.words[0]


def _named_pairs(node: Arguments) -> tuple[tuple[str, str], ...]:
    read_flags(node.line.flags, {})
    _at_least_one(node)
    pairs = tuple(zip(node.words[::2], node.words[1::2], strict=True))
    if not all(name for name, _ in pairs):
        raise InvalidParameterError(f"{node.keyword} names can not be blank")
    return pairs


def _parse_env(node: Arguments) -> Instruction:
    return instructions.Env(node.code, _named_pairs(node))


def _parse_label(node: Arguments) -> Instruction:
    return instructions.Label(node.code, _named_pairs(node))


def _parse_maintainer(node: Arguments) -> Instruction:
    author = _only_one(node)
    read_flags(node.line.flags, {})
    return instructions.Maintainer(node.code, author)


def _parse_copy(node: Arguments) -> Instruction:
    if len(node.words) < 2:
        raise InvalidParameterError(
            f"{node.keyword} requires at least two arguments, but only one was provided. "
            "Destination could not be determined"
        )
    adding = node.keyword == "ADD"
    flags = read_flags(node.line.flags, COPY_FLAGS | (ADD_ONLY if adding else COPY_ONLY))
    *sources, destination = node.words
    texts: list[Heredoc] = []
    if node.line.heredocs and not node.is_json:
        if parse_heredoc(destination):
            raise InvalidParameterError(f"{node.keyword} cannot accept a heredoc as a destination")
        by_name = {heredoc.name: heredoc for heredoc in node.line.heredocs}
        announced = [parse_heredoc(word) for word in sources]
        sources = [word for word, heredoc in zip(sources, announced, strict=True) if heredoc is None]
        texts = [by_name[heredoc.name] for heredoc in announced if heredoc is not None]
    return instructions.Copy(
        node.code,
        tuple(sources),
        destination,
        owner=flags.text("chown"),
        mode=flags.text("chmod"),
        source_image=flags.text("from"),
        adding=adding,
        texts=tuple(texts),
        linked=flags.is_set("link"),
        keeps_parents=flags.is_set("parents"),
        excluded=flags.texts("exclude"),
        checksum=flags.text("checksum"),
        keeps_git=flags.is_set("keep-git-dir"),
    )


def _parse_onbuild(node: Arguments) -> Instruction:
    _at_least_one(node)
    read_flags(node.line.flags, {})
    trigger = node.words[0].upper()
    if trigger == "ONBUILD":
        raise InvalidParameterError("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed")
    if trigger in ("MAINTAINER", "FROM"):
        raise InvalidParameterError(f"{trigger} isn't allowed as an ONBUILD trigger")
    text = _ONBUILD.sub("", node.line.original, count=1)
    for heredoc in node.line.heredocs:
        text += f"\n{heredoc.content}{heredoc.name}"
    return instructions.OnBuild(node.code, text)


def _parse_workdir(node: Arguments) -> Instruction:
    path = _only_one(node)
    read_flags(node.line.flags, {})
    return instructions.Workdir(node.code, path)


def _parse_run(node: Arguments) -> Instruction:
    known = {"mount": Kind.TEXTS, "network": Kind.TEXT, "security": Kind.TEXT}
    flags = read_flags(node.line.flags, known)
    network, security = flags.text("network"), flags.text("security")
    if network not in ("", *RUN_NETWORKS):
        raise InvalidParameterError(f"unsupported network mode {quote(network)}")
    if security == "insecure":
        raise InvalidParameterError(
            "security.insecure is not allowed: steps of builds have no more rights here"
        )
    if security not in ("", "sandbox"):
        raise InvalidParameterError(f"security {quote(security)} is not valid")
    mounts = flags.texts("mount")
    for mount in mounts:
        run_mounts.parse_mount(mount, None)
    texts = () if node.is_json else node.line.heredocs
    return instructions.Run(node.code, node.words, not node.is_json, mounts, network, texts)


def _parse_cmd(node: Arguments) -> Instruction:
    read_flags(node.line.flags, {})
    return instructions.Cmd(node.code, node.words, not node.is_json)


def _parse_entrypoint(node: Arguments) -> Instruction:
    read_flags(node.line.flags, {})
    return instructions.Entrypoint(node.code, node.words, not node.is_json)


def _parse_healthcheck(node: Arguments) -> Instruction:
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
    flags = read_flags(node.line.flags, dict.fromkeys((*times, "retries"), Kind.TEXT))
    if kind != "CMD":
        raise InvalidParameterError(f"Unknown type {quote(kind)} in HEALTHCHECK (try CMD)")
    if not command:
        raise InvalidParameterError("Missing command after HEALTHCHECK CMD")
    check: dict[str, Any] = {"Test": ["CMD" if node.is_json else "CMD-SHELL", *command]}
    for flag, field in times.items():
        if nanoseconds := _interval(flag, flags.text(flag)):
            check[field] = nanoseconds
    if retries := _retries(flags.text("retries")):
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


def _parse_expose(node: Arguments) -> Instruction:
    _at_least_one(node)
    read_flags(node.line.flags, {})
    return instructions.Expose(node.code, tuple(sorted(node.words)))


def _parse_user(node: Arguments) -> Instruction:
    user = _only_one(node)
    read_flags(node.line.flags, {})
    return instructions.User(node.code, user)


def _parse_volume(node: Arguments) -> Instruction:
    _at_least_one(node)
    read_flags(node.line.flags, {})
    paths = tuple(path.strip(SPACES) for path in node.words)
    if not all(paths):
        raise InvalidParameterError("VOLUME specified can not be an empty string")
    return instructions.Volume(node.code, paths)


def _parse_stop_signal(node: Arguments) -> Instruction:
    return instructions.StopSignal(node.code, _only_one(node))


def _parse_arg(node: Arguments) -> Instruction:
    _at_least_one(node)
    pairs: list[tuple[str, str | None]] = []
    for word in node.words:
        name, equals, value = word.partition("=")
        if not name:
            raise InvalidParameterError("ARG names can not be blank")
        pairs.append((name, value if equals else None))
    return instructions.Arg(node.code, tuple(pairs))


def _parse_shell(node: Arguments) -> Instruction:
    read_flags(node.line.flags, {})
    _at_least_one(node)
    if not node.is_json:
        raise InvalidParameterError("SHELL requires the arguments to be in JSON form")
    return instructions.Shell(node.code, node.words)


_PARSERS: dict[str, Callable[[Arguments], Instruction]] = {
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
