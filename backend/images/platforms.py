"""Platforms: `os/architecture[/variant]`, the one this engine runs on, and the choice among several.

Source: containerd/platforms, whose normalisation Docker uses; OCI image index, "platform".
"""

import json
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from backend.errors import InvalidParameterError

ARCHITECTURES = {
    "x86_64": "amd64",
    "x86-64": "amd64",
    "aarch64": "arm64",
    "i386": "386",
    "i686": "386",
    "armhf": "arm",
    "armel": "arm",
    "armv7l": "arm",
    "armv6l": "arm",
}
KNOWN_ARCHITECTURES = frozenset((
    "386", "amd64", "arm", "arm64", "loong64", "mips", "mips64", "mips64le", "mipsle", "ppc64", "ppc64le",
    "riscv64", "s390x", "wasm",
))  # fmt: skip
DEFAULT_VARIANTS = {"arm64": "v8", "arm": "v7"}
RELATED = {("386", "amd64"), ("arm", "arm64")}  # an image of the one runs on the other
AMD64_LEVELS = {  # x86-64 psABI, in the kernel's names
    "v2": {"cx16", "lahf_lm", "popcnt", "pni", "sse4_1", "sse4_2", "ssse3"},
    "v3": {"avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "abm", "movbe", "xsave"},
    "v4": {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"},
}
PART = re.compile(r"[A-Za-z0-9_.-]+")


@dataclass(frozen=True, slots=True)
class Platform:
    """Where an image runs. An empty `variant` means the architecture's usual one."""

    os: str
    architecture: str
    variant: str = ""

    def __str__(self) -> str:
        """Return `os/architecture[/variant]`."""
        return "/".join(part for part in (self.os, self.architecture, self.variant) if part)

    def suits(self, wanted: "Platform") -> bool:
        """Return whether an image for this platform is what `wanted` asks for."""
        usual = DEFAULT_VARIANTS.get(self.architecture, "")
        return (self.os, self.architecture, self.variant or usual) == (
            wanted.os,
            wanted.architecture,
            wanted.variant or usual,
        )


def own() -> Platform:
    """Return the platform that this engine runs on."""
    machine = os.uname().machine
    architecture = ARCHITECTURES.get(machine, machine)
    return Platform("linux", architecture, "v6" if machine == "armv6l" else "")


def mismatch_warning(config: Mapping[str, Any]) -> str:
    """Return what Docker tells who runs an image of another platform without having asked for it, or ""."""
    image, here = from_json(config), own()
    if not image.architecture or image.suits(here) or (image.architecture, here.architecture) in RELATED:
        return ""
    # dockerd names the level of the processor here, and nowhere else.
    host = replace(here, variant=_amd64_level()) if here.architecture == "amd64" else here
    return (
        f"The requested image's platform ({image}) does not match the detected host platform ({host}) "
        "and no specific platform was requested"
    )


def _amd64_level() -> str:
    """Return the level of the x86-64 ABI that this processor has."""
    flags: set[str] = set()
    with suppress(OSError), Path("/proc/cpuinfo").open() as file:
        flags = next((set(line.split()) for line in file if line.startswith("flags")), flags)
    level = "v1"
    for name, needed in AMD64_LEVELS.items():
        if not needed <= flags:
            break
        level = name
    return level


def parse(text: str) -> Platform:
    """Return a platform from `linux/arm64`, `arm64` or `linux/arm/v7`. Raises InvalidParameterError."""
    parts = text.strip().split("/")
    if not 1 <= len(parts) <= 3 or not all(PART.fullmatch(part) for part in parts):
        raise InvalidParameterError(f'"{text}": cannot parse platform specifier: invalid argument')
    lowered = [part.lower() for part in parts]
    if len(lowered) == 1:
        if lowered[0] == "linux":
            return own()
        if ARCHITECTURES.get(lowered[0], lowered[0]) not in KNOWN_ARCHITECTURES:
            raise InvalidParameterError(
                f'"{text}": unknown operating system or architecture: invalid argument'
            )
        return Platform("linux", ARCHITECTURES.get(lowered[0], lowered[0]))
    architecture = ARCHITECTURES.get(lowered[1], lowered[1])
    return Platform(lowered[0], architecture, lowered[2] if len(lowered) == 3 else "")


def from_query(text: str) -> Platform:
    """Return a platform that a call gives as JSON. Raises InvalidParameterError in dockerd's words."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidParameterError(f"failed to parse platform: {error}") from error
    if not isinstance(value, dict):
        raise InvalidParameterError("failed to parse platform: want a JSON object")
    platform = from_json(value)
    if not platform.os and not platform.architecture and platform.variant:
        raise InvalidParameterError(
            "optional platform components provided, but OS and Architecture are missing"
        )
    if not platform.os or not platform.architecture:
        raise InvalidParameterError("both OS and Architecture must be provided")
    return platform


def to_json(platform: Platform) -> dict[str, str]:
    """Return a platform as indexes and calls write it."""
    value = {"architecture": platform.architecture, "os": platform.os}
    return value | ({"variant": platform.variant} if platform.variant else {})


def from_json(value: Mapping[str, Any]) -> Platform:
    """Return the platform that a config or an index entry names; empty parts when it names none."""
    architecture = str(value.get("architecture") or "").lower()
    return Platform(
        str(value.get("os") or "").lower(),
        ARCHITECTURES.get(architecture, architecture),
        str(value.get("variant") or "").lower(),
    )
