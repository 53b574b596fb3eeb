"""Seccomp filters, the default one or a caller's: from profiles in Docker's format to the OCI runtime's form.

Source: Docker's seccomp profiles, containers-common seccomp.json(5); OCI runtime-spec, config-linux.md,
"Seccomp".
"""

import json
import platform
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from backend.errors import InvalidParameterError, SystemFailureError
from backend.runtime.seccomp_gates import as_dockers

PROFILE = Path("/usr/share/containers/seccomp.json")
ARCHITECTURES = {"x86_64": ("SCMP_ARCH_X86_64", "amd64"), "aarch64": ("SCMP_ARCH_AARCH64", "arm64")}
ACTIONS = frozenset(
    f"SCMP_ACT_{name}"
    for name in ("KILL", "KILL_PROCESS", "KILL_THREAD", "TRAP", "ERRNO", "TRACE", "ALLOW", "LOG", "NOTIFY")
)


@cache
def _read_profile() -> Any:
    try:
        return json.loads(PROFILE.read_text())
    except (OSError, ValueError) as error:
        raise SystemFailureError(
            f"cannot read the seccomp profile {PROFILE}: {error}; install containers-common"
        ) from error


@cache
def default_filter(capabilities: frozenset[str]) -> Mapping[str, Any]:
    """Return the OCI `linux.seccomp` for a container with `capabilities`. Raises SystemFailureError."""
    return convert(as_dockers(_read_profile()), capabilities, platform.machine(), platform.release())


def custom_filter(profile: str, capabilities: frozenset[str]) -> Mapping[str, Any] | None:
    """Return the OCI `linux.seccomp` of a profile's JSON, None when it holds no filter.

    Raises InvalidParameterError, in Docker's words where it has some.
    """
    try:
        value = json.loads(profile)
    except (ValueError, RecursionError) as error:
        raise InvalidParameterError(f"Decoding seccomp profile failed: {error}") from error
    if not isinstance(value, dict):
        raise InvalidParameterError("Decoding seccomp profile failed: it must be a JSON object")
    if not value.get("defaultAction") and not value.get("syscalls"):
        return None
    if value.get("architectures") and value.get("archMap"):
        raise InvalidParameterError(
            "both 'architectures' and 'archMap' are specified in the seccomp profile, "
            "use either 'architectures' or 'archMap'"
        )
    try:
        return convert(value, capabilities, platform.machine(), platform.release())
    except (TypeError, AttributeError, KeyError, ValueError) as error:
        raise InvalidParameterError(
            f"Decoding seccomp profile failed: {type(error).__name__}: {error}"
        ) from error


def convert(
    profile: Mapping[str, Any], capabilities: frozenset[str], machine: str, kernel: str
) -> dict[str, Any]:
    """Resolve a profile's conditions for one set of capabilities and one machine (`uname -m`, `uname -r`)."""
    native, short_name = ARCHITECTURES.get(machine, ("", machine))
    architectures = list(profile.get("architectures") or ())
    for entry in profile.get("archMap") or ():
        if entry["architecture"] == native:
            architectures = [native, *(entry.get("subArchitectures") or ())]
    facts = _Facts(capabilities, short_name, _version(kernel))
    rules = [_rule(call) for call in profile.get("syscalls") or () if facts.fit(call)]
    result: dict[str, Any] = {"defaultAction": _action(profile["defaultAction"]), "syscalls": rules}
    if profile.get("defaultErrnoRet") is not None:
        result["defaultErrnoRet"] = int(profile["defaultErrnoRet"])
    if architectures:
        result["architectures"] = architectures
    for name in ("flags", "listenerPath", "listenerMetadata"):
        if profile.get(name):
            result[name] = profile[name]
    return result


class _Facts:
    """What the conditions of a profile's rules are about."""

    def __init__(self, capabilities: frozenset[str], architecture: str, kernel: tuple[int, ...]) -> None:
        self._capabilities = capabilities
        self._architecture = architecture
        self._kernel = kernel

    def fit(self, call: Mapping[str, Any]) -> bool:
        """Return whether a rule is meant."""
        includes, excludes = call.get("includes") or {}, call.get("excludes") or {}
        if (arches := includes.get("arches")) and self._architecture not in arches:
            return False
        if self._architecture in (excludes.get("arches") or ()):
            return False
        if (least := includes.get("minKernel")) and self._kernel < _version(least):
            return False
        if (least := excludes.get("minKernel")) and self._kernel >= _version(least):
            return False
        if not self._capabilities.issuperset(includes.get("caps") or ()):
            return False
        return not self._capabilities.intersection(excludes.get("caps") or ())


def _version(text: str) -> tuple[int, ...]:
    major, minor = text.split(".")[:2]
    return int(major), int(minor.partition("-")[0])


def _rule(call: Mapping[str, Any]) -> dict[str, Any]:
    names = list(call.get("names") or ())
    if call.get("name"):
        if names:
            raise InvalidParameterError(
                "both 'name' and 'names' are specified in the seccomp profile, use either 'name' or 'names'"
            )
        names = [call["name"]]
    if not all(isinstance(name, str) for name in names):
        raise TypeError("names must be strings")
    rule: dict[str, Any] = {"names": names, "action": _action(call["action"])}
    if call.get("errnoRet") is not None:
        rule["errnoRet"] = int(call["errnoRet"])
    if call.get("args"):
        rule["args"] = [dict(argument) for argument in call["args"]]
    return rule


def _action(name: Any) -> str:
    if name not in ACTIONS:
        raise InvalidParameterError(f"string {str(name)[:40]} is not a valid action for seccomp")
    return str(name)
