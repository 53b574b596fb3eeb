"""What Docker's default seccomp profile keeps from containers and containers-common's does not.

Most of all user namespaces: in one of its own a process has every capability, and the kernel's whole surface.
Source: moby 26.1, `profiles/seccomp/default_linux.go`; seccomp_rule_add(3) for the comparison.
"""

from collections.abc import Mapping
from typing import Any

# The calls that need a capability, one of those that are named; "" is had by none.
GATES: Mapping[tuple[str, ...], tuple[str, ...]] = {
    ("CAP_SYS_ADMIN",): (
        "fsconfig", "fsmount", "fsopen", "fspick", "mount", "mount_setattr", "move_mount", "open_tree",
        "setns", "umount", "umount2", "unshare",
    ),
    ("CAP_SYS_ADMIN", "CAP_SYSLOG"): ("syslog",),
    ("CAP_SYS_NICE",): ("get_mempolicy", "mbind", "set_mempolicy"),
    ("CAP_SYS_BOOT",): ("reboot",),
    ("CAP_SYS_PTRACE",): ("pidfd_getfd",),
    ("",): ("keyctl", "pivot_root"),
}  # fmt: skip
NAMESPACE_FLAGS = (0x02000000, 0x00020000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000)
EPERM, ENOSYS = 1, 38

Rule = Mapping[str, Any]


def as_dockers(profile: Mapping[str, Any]) -> dict[str, Any]:
    """Return a profile whose rules for these calls are Docker's."""
    gated = {"clone", "clone3", *(name for names in GATES.values() for name in names)}
    kept = [
        {**rule, "names": [name for name in rule["names"] if name not in gated]}
        for rule in profile["syscalls"]
    ]
    rules: list[Rule] = [rule for rule in kept if rule["names"]]
    for owners, names in GATES.items():
        rules += [_allow(names, includes={"caps": [owner]}, excludes={"caps": list(owners[:number])})
                  for number, owner in enumerate(owners)]  # fmt: skip
        rules.append(_refuse(names, EPERM, excludes={"caps": list(owners)}))
    return {**profile, "syscalls": [*rules, *_clone_rules()]}


def _clone_rules() -> list[Rule]:
    """Return the rules for new processes: namespaces are for CAP_SYS_ADMIN.

    What `clone3` is asked for can't be seen; without it C libraries take `clone`.
    """
    admin = {"caps": ["CAP_SYS_ADMIN"]}
    flags = [_flags(flag, flag) for flag in NAMESPACE_FLAGS]
    return [
        _allow(("clone", "clone3"), includes=admin),
        _allow(("clone",), excludes=admin, args=[_flags(sum(NAMESPACE_FLAGS), 0)]),
        *(_refuse(("clone",), EPERM, excludes=admin, args=[flag]) for flag in flags),
        _refuse(("clone3",), ENOSYS, excludes=admin),
    ]


def _flags(mask: int, value: int) -> Rule:
    return {"index": 0, "value": mask, "valueTwo": value, "op": "SCMP_CMP_MASKED_EQ"}


def _allow(names: tuple[str, ...], **more: Any) -> Rule:
    return {"names": list(names), "action": "SCMP_ACT_ALLOW", **more}


def _refuse(names: tuple[str, ...], error: int, **more: Any) -> Rule:
    return {"names": list(names), "action": "SCMP_ACT_ERRNO", "errnoRet": error, **more}
