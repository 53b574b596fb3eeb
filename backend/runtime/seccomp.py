"""The default seccomp filter, from the profile file of containers-common to the OCI runtime's form.

Source: containers-common seccomp.json(5); OCI runtime-spec, config-linux.md, "Seccomp".
"""

import json
import platform
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from backend.errors import SystemFailureError

PROFILE = Path("/usr/share/containers/seccomp.json")
ARCHITECTURES = {"x86_64": ("SCMP_ARCH_X86_64", "amd64"), "aarch64": ("SCMP_ARCH_AARCH64", "arm64")}


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
    return convert(_read_profile(), capabilities, platform.machine())


def convert(profile: Mapping[str, Any], capabilities: frozenset[str], machine: str) -> dict[str, Any]:
    """Resolve a profile's conditions for one set of capabilities and one machine (`uname -m`)."""
    native, short_name = ARCHITECTURES.get(machine, ("", machine))
    architectures: list[str] = []
    for entry in profile.get("archMap") or ():
        if entry["architecture"] == native:
            architectures = [native, *(entry.get("subArchitectures") or ())]
    rules = [_rule(call) for call in profile["syscalls"] if _wanted(call, capabilities, short_name)]
    result: dict[str, Any] = {"defaultAction": profile["defaultAction"], "syscalls": rules}
    if "defaultErrnoRet" in profile:
        result["defaultErrnoRet"] = profile["defaultErrnoRet"]
    if architectures:
        result["architectures"] = architectures
    return result


def _wanted(call: Mapping[str, Any], capabilities: frozenset[str], architecture: str) -> bool:
    includes, excludes = call.get("includes") or {}, call.get("excludes") or {}
    if (arches := includes.get("arches")) and architecture not in arches:
        return False
    if architecture in (excludes.get("arches") or ()):
        return False
    if not capabilities.issuperset(includes.get("caps") or ()):
        return False
    return not capabilities.intersection(excludes.get("caps") or ())


def _rule(call: Mapping[str, Any]) -> dict[str, Any]:
    rule: dict[str, Any] = {"names": call["names"], "action": call["action"]}
    if call.get("errnoRet") is not None:
        rule["errnoRet"] = call["errnoRet"]
    if call.get("args"):
        rule["args"] = call["args"]
    return rule
