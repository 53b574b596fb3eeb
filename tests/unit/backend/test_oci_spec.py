"""The runtime's specification, as a pure function of a container's settings."""

import json
from dataclasses import replace
from typing import Any

import pytest

from backend.errors import InvalidParameterError
from backend.runtime import capabilities, resources, seccomp
from backend.runtime.oci_spec import ContainerProcess, ContainerSpec, ProcessUser, build_spec

PROCESS = ContainerProcess(
    arguments=["sh", "-c", "true"],
    environment=["A=b"],
    working_dir="/",
    user=ProcessUser(1000, 1000, (1000, 2000)),
    terminal=False,
    capabilities=capabilities.DEFAULT,
)
SPEC = ContainerSpec(
    process=PROCESS,
    root="/run/x/rootfs",
    cgroups_path="/marina/x",
    hostname="box",
    network_namespace="/run/netns/x",
)


def namespaces(spec: dict[str, Any]) -> dict[str, str | None]:
    return {entry["type"]: entry.get("path") for entry in spec["linux"]["namespaces"]}


def test_defaults_confine() -> None:
    spec = build_spec(SPEC)
    assert json.loads(json.dumps(spec)) == spec
    assert namespaces(spec) == {
        "mount": None, "network": "/run/netns/x", "uts": None, "ipc": None, "pid": None, "cgroup": None
    }  # fmt: skip
    assert "/proc/kcore" in spec["linux"]["maskedPaths"]
    assert "/proc/sys" in spec["linux"]["readonlyPaths"]
    assert spec["linux"]["resources"]["devices"][0] == {"allow": False, "access": "rwm"}
    granted = spec["process"]["capabilities"]
    assert "CAP_SYS_ADMIN" not in granted["bounding"]
    assert "inheritable" not in granted
    assert "ambient" not in granted
    assert spec["process"]["user"] == {"uid": 1000, "gid": 1000, "additionalGids": [1000, 2000]}
    options = {mount["destination"]: mount["options"] for mount in spec["mounts"]}
    assert "ro" in options["/sys"]
    assert "size=67108864" in options["/dev/shm"]


def test_privileged_lifts_all_of_it() -> None:
    spec = build_spec(replace(SPEC, privileged=True))
    assert spec["linux"]["maskedPaths"] == spec["linux"]["readonlyPaths"] == []
    assert spec["linux"]["resources"]["devices"] == [{"allow": True, "access": "rwm"}]
    assert not any("ro" in mount["options"] for mount in spec["mounts"])


def test_shared_namespaces() -> None:
    shared = replace(
        SPEC, network_namespace=None, host_pid=True, host_ipc=True, host_uts=True, host_cgroup=True
    )
    spec = build_spec(shared)
    assert namespaces(spec) == {"mount": None}
    assert spec["hostname"] == ""
    assert spec["linux"]["sysctl"] == {}


def test_own_mounts_replace_defaults_and_come_last() -> None:
    mine = {"destination": "/dev/shm", "type": "bind", "source": "/x", "options": ["rbind"]}
    mounts = build_spec(replace(SPEC, mounts=[mine]))["mounts"]
    assert [mount for mount in mounts if mount["destination"] == "/dev/shm"] == [mine]
    assert mounts[-1] == mine


@pytest.mark.parametrize(
    ("add", "drop", "has", "lacks"),
    [
        ([], [], {"CAP_CHOWN"}, {"CAP_NET_ADMIN"}),
        (["net_admin"], ["CHOWN"], {"CAP_NET_ADMIN"}, {"CAP_CHOWN"}),
        (["CAP_NET_ADMIN"], ["ALL"], {"CAP_NET_ADMIN"}, {"CAP_CHOWN", "CAP_KILL"}),
        ([], ["all"], set(), {"CAP_CHOWN"}),
    ],
)
def test_capabilities(add: list[str], drop: list[str], has: set[str], lacks: set[str]) -> None:
    granted = capabilities.resolve(add, drop, privileged=False)
    assert has <= granted
    assert not lacks & granted


def test_unknown_capability() -> None:
    with pytest.raises(InvalidParameterError, match="unknown capability"):
        capabilities.resolve(["FLY"], [], privileged=False)


PROFILE = {
    "defaultAction": "SCMP_ACT_ERRNO",
    "defaultErrnoRet": 38,
    "archMap": [
        {"architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86"]},
        {"architecture": "SCMP_ARCH_AARCH64", "subArchitectures": ["SCMP_ARCH_ARM"]},
    ],
    "syscalls": [
        {"names": ["read"], "action": "SCMP_ACT_ALLOW", "args": [], "includes": {}, "excludes": {}},
        {"names": ["mount"], "action": "SCMP_ACT_ALLOW", "includes": {"caps": ["CAP_SYS_ADMIN"]}},
        {
            "names": ["mount"],
            "action": "SCMP_ACT_ERRNO",
            "errnoRet": 1,
            "excludes": {"caps": ["CAP_SYS_ADMIN"]},
        },
        {"names": ["arch_prctl"], "action": "SCMP_ACT_ALLOW", "includes": {"arches": ["amd64"]}},
    ],
}


def test_seccomp_conditions() -> None:
    plain = seccomp.convert(PROFILE, frozenset(), "x86_64")
    assert plain["architectures"] == ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"]
    assert plain["defaultErrnoRet"] == 38
    assert [(rule["names"][0], rule["action"]) for rule in plain["syscalls"]] == [
        ("read", "SCMP_ACT_ALLOW"),
        ("mount", "SCMP_ACT_ERRNO"),
        ("arch_prctl", "SCMP_ACT_ALLOW"),
    ]
    admin = seccomp.convert(PROFILE, frozenset({"CAP_SYS_ADMIN"}), "aarch64")
    assert [(rule["names"][0], rule["action"]) for rule in admin["syscalls"]] == [
        ("read", "SCMP_ACT_ALLOW"),
        ("mount", "SCMP_ACT_ALLOW"),
    ]


LIMITS = {
    "Memory": 64 << 20, "MemorySwap": 0, "MemoryReservation": 0, "NanoCpus": 500_000_000, "CpuQuota": 0,
    "CpuPeriod": 0, "CpuShares": 0, "CpusetCpus": "", "CpusetMems": "", "PidsLimit": 10,
}  # fmt: skip


def test_limits_that_the_kernel_holds() -> None:
    held = resources.to_oci(LIMITS, frozenset({"memory", "cpu", "pids"}))
    assert held == {
        "memory": {"limit": 64 << 20, "swap": 128 << 20},
        "cpu": {"quota": 50_000, "period": 100_000},
        "pids": {"limit": 10},
    }
    assert resources.warnings(LIMITS, frozenset({"memory", "cpu", "pids"})) == []


def test_limits_that_it_cannot_hold_are_told() -> None:
    assert resources.to_oci(LIMITS, frozenset({"memory"})) == {
        "memory": {"limit": 64 << 20, "swap": 128 << 20}
    }
    told = resources.warnings(LIMITS, frozenset({"memory"}))
    assert len(told) == 2
    assert "PIDs limit" in told[1]


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"Memory": 5 << 20}, "Minimum memory limit allowed is 6MB"),
        ({"Memory": 0, "MemorySwap": 1 << 30}, "always set the Memory limit"),
        ({"MemorySwap": 1 << 20}, "larger than memory limit"),
        ({"NanoCpus": 99 * 10**9}, "range of CPUs is from 0.01 to 2.00"),
        ({"CpuQuota": 5000}, "Conflicting options"),
        ({"CpuShares": -1}, "invalid CPU shares"),
    ],
)
def test_limits_that_make_no_sense(change: dict[str, int], text: str) -> None:
    with pytest.raises(InvalidParameterError, match=text):
        resources.check(LIMITS | change, cpu_count=2)
