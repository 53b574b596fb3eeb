"""What a client asks of the Dockerfile frontend, as options of the engine's builder.

Source: BuildKit's `frontend/dockerfile/builder` and `frontend/dockerui/config.go`.
"""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from backend.builder.build_args import PREDEFINED, SOURCE_DATE
from backend.builder.build_options import BuildOptions, NamedContext
from backend.buildkit.sessions import Session, login_host
from backend.errors import InvalidParameterError, NotSupportedError
from backend.images.platforms import Platform
from backend.images.platforms import parse as parse_platform

NETWORK_MODES = {"": "", "default": "", "sandbox": "", "host": "host", "none": "none"}


@dataclass(frozen=True, slots=True)
class FrontendOptions:
    """A build's attributes: `filename` is the Dockerfile's, `context` an address in place of the client's
    files; both folders are the client's names for them."""

    filename: str = "Dockerfile"
    dockerfile_folder: str = "dockerfile"
    context_folder: str = "context"
    context: str = ""
    named_contexts: Mapping[str, str] = field(default_factory=dict)
    attributes: Mapping[str, str] = field(default_factory=dict)

    @property
    def pull(self) -> bool:
        """Whether base images are looked for at their registries, even when they are here."""
        return self.attributes.get("image-resolve-mode") == "pull"

    @property
    def build_arguments(self) -> dict[str, str]:
        """The values of ARGs that the client gives."""
        given = _with_prefix(self.attributes, "build-arg:")
        proxies = {name: value for name, value in given.items() if name in PREDEFINED}
        # Commands find a proxy by its name in capitals and in small letters.
        return {
            **{spell(name): proxies[name] for name in proxies for spell in (str.upper, str.lower)},
            **given,
        }

    def platforms(self) -> list[Platform | None]:
        """Return the platforms to build for, None for the engine's own. Raises InvalidParameterError."""
        texts = filter(None, (text.strip() for text in self.attributes.get("platform", "").split(",")))
        wanted: list[Platform | None] = []
        for platform in map(parse_platform, texts):
            if not any(platform.suits(other) for other in wanted if other):
                wanted.append(platform)
        return wanted or [None]


def read_frontend_options(attributes: Mapping[str, str]) -> FrontendOptions:
    """Return the attributes of a build. Raises NotSupportedError for what the engine cannot do."""
    if attributes.get("requestid"):
        raise NotSupportedError(f"unsupported request {attributes['requestid']}")
    if attributes.get("context") and attributes.get("dockerfilekey"):
        raise NotSupportedError("a Dockerfile of the client's with a context at an address is not supported")
    return FrontendOptions(
        filename=attributes.get("filename") or "Dockerfile",
        dockerfile_folder=attributes.get("dockerfilekey") or "dockerfile",
        context_folder=attributes.get("contextkey") or "context",
        context=attributes.get("context", ""),
        named_contexts=_with_prefix(attributes, "context:"),
        attributes=attributes,
    )


def build_options(
    options: FrontendOptions,
    session: Session,
    named_contexts: Mapping[str, NamedContext],
    titles: Sequence[str] = (),
    platform: Platform | None = None,
) -> BuildOptions:
    """Return what the builder is asked for. Raises InvalidParameterError, NotSupportedError."""
    attributes = options.attributes
    return BuildOptions(
        dockerfile=options.filename,
        target=attributes.get("target", ""),
        arguments=options.build_arguments,
        labels=_with_prefix(attributes, "label:"),
        use_cache=attributes.get("no-cache") != "",
        epoch=_epoch(options.build_arguments),
        uncached=frozenset(_fields(attributes.get("no-cache", "").lower())),
        pull=options.pull,
        force_remove=True,
        platform=platform,
        host_config=_host_config(attributes),
        ask_credentials=lambda name: session.credentials(login_host(name)),
        session=session,
        named_contexts=named_contexts,
        titles=titles,
    )


def _epoch(arguments: Mapping[str, str]) -> int | None:
    """Return the time that the build is of. Raises InvalidParameterError."""
    text = arguments.get(SOURCE_DATE, "")
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{1,11}", text):
        raise InvalidParameterError(f"invalid {SOURCE_DATE}: {text[:40]}")
    return int(text)


def _with_prefix(attributes: Mapping[str, str], prefix: str) -> dict[str, str]:
    return {key.removeprefix(prefix): value for key, value in attributes.items() if key.startswith(prefix)}


def _host_config(attributes: Mapping[str, str]) -> dict[str, Any]:
    """Return what the build's containers get, in Docker's form."""
    host: dict[str, Any] = {}
    if hosts := _fields(attributes.get("add-hosts", "")):
        host["ExtraHosts"] = [entry.replace("=", ":", 1) for entry in hosts]
    network = attributes.get("force-network-mode", "")
    if network not in NETWORK_MODES:
        raise InvalidParameterError(f"invalid network mode {network}")
    if NETWORK_MODES[network]:
        host["NetworkMode"] = NETWORK_MODES[network]
    if size := attributes.get("shm-size"):
        host["ShmSize"] = _number(size, "shm-size")
    if limits := _fields(attributes.get("ulimit", "")):
        host["Ulimits"] = [_limit(text) for text in limits]
    if parent := attributes.get("cgroup-parent"):
        host["CgroupParent"] = parent
    return host


def _limit(text: str) -> dict[str, Any]:
    name, _, values = text.partition("=")
    soft, _, hard = values.partition(":")
    first = _number(soft, "ulimit")
    return {"Name": name, "Soft": first, "Hard": _number(hard, "ulimit") if hard else first}


def _number(text: str, what: str) -> int:
    if not text.isascii() or not text.removeprefix("-").isdigit() or len(text) > 19:
        raise InvalidParameterError(f"invalid {what}: {text[:40]}")
    return int(text)


def _fields(text: str) -> list[str]:
    """Return the fields of one line of CSV."""
    try:
        return next(csv.reader(io.StringIO(text)), []) if text else []
    except csv.Error as error:
        raise InvalidParameterError(f"invalid list: {error}") from error
