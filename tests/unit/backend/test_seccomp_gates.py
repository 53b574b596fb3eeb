"""The default seccomp profile with Docker's gates, resolved for containers of several capabilities."""

from typing import Any

import pytest

from backend.runtime import seccomp
from backend.runtime.seccomp_gates import as_dockers

PROFILE = {
    "defaultAction": "SCMP_ACT_ERRNO",
    "syscalls": [
        {"names": ["read", "unshare", "clone", "clone3", "keyctl", "syslog"], "action": "SCMP_ACT_ALLOW"},
        {"names": ["setns"], "action": "SCMP_ACT_ALLOW"},
    ],
}


def _answers(*capabilities: str) -> dict[str, list[tuple[Any, ...]]]:
    """Return what each call gets: action, error and condition."""
    rules = seccomp.convert(as_dockers(PROFILE), frozenset(capabilities), "x86_64", "6.12.0")["syscalls"]
    found: dict[str, list[tuple[Any, ...]]] = {}
    for rule in rules:
        conditions = [(one["index"], one["value"], one["valueTwo"]) for one in rule.get("args", ())]
        for name in rule["names"]:
            found.setdefault(name, []).append((rule["action"][9:], rule.get("errnoRet"), *conditions))
    return found


def test_namespaces_are_for_administrators() -> None:
    plain, admin = _answers("CAP_CHOWN"), _answers("CAP_SYS_ADMIN")
    for name in ("unshare", "setns", "mount"):
        assert (plain[name], admin[name]) == ([("ERRNO", 1)], [("ALLOW", None)])
    assert plain["clone3"] == [("ERRNO", 38)]
    assert admin["clone"] == admin["clone3"] == [("ALLOW", None)]
    # The conditions of `clone` leave no flags out and never meet.
    allowed, *refused = plain["clone"]
    assert allowed == ("ALLOW", None, (0, 0x7E020000, 0))
    assert all(rule[:2] == ("ERRNO", 1) and rule[2][1] == rule[2][2] for rule in refused)
    assert sum(rule[2][1] for rule in refused) == 0x7E020000


@pytest.mark.parametrize("capability", ["CAP_SYS_ADMIN", "CAP_SYSLOG"])
def test_either_of_two_capabilities_opens_a_gate(capability: str) -> None:
    assert _answers(capability)["syslog"] == [("ALLOW", None)]
    assert _answers("CAP_SYS_ADMIN", "CAP_SYSLOG")["syslog"] == [("ALLOW", None)]
    assert _answers()["syslog"] == [("ERRNO", 1)]


def test_what_nobody_gets_and_what_everybody_does() -> None:
    for capabilities in ((), ("CAP_SYS_ADMIN",)):
        assert _answers(*capabilities)["keyctl"] == [("ERRNO", 1)]
        assert _answers(*capabilities)["read"] == [("ALLOW", None)]
