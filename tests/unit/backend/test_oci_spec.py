"""The runtime's specification, as a pure function of a container's settings."""

import json
from dataclasses import replace
from typing import Any

import pytest

from backend.errors import InvalidParameterError
from backend.runtime import block_io, capabilities, resources, seccomp
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
    plain = seccomp.convert(PROFILE, frozenset(), "x86_64", "6.12.0")
    assert plain["architectures"] == ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"]
    assert plain["defaultErrnoRet"] == 38
    assert [(rule["names"][0], rule["action"]) for rule in plain["syscalls"]] == [
        ("read", "SCMP_ACT_ALLOW"),
        ("mount", "SCMP_ACT_ERRNO"),
        ("arch_prctl", "SCMP_ACT_ALLOW"),
    ]
    admin = seccomp.convert(PROFILE, frozenset({"CAP_SYS_ADMIN"}), "aarch64", "6.12.0")
    assert [(rule["names"][0], rule["action"]) for rule in admin["syscalls"]] == [
        ("read", "SCMP_ACT_ALLOW"),
        ("mount", "SCMP_ACT_ALLOW"),
    ]


LIMITS = {
    "Memory": 64 << 20, "MemorySwap": 0, "MemoryReservation": 0, "NanoCpus": 500_000_000, "CpuQuota": 0,
    "CpuPeriod": 0, "CpuShares": 0, "CpusetCpus": "", "CpusetMems": "", "PidsLimit": 10,
    "MemorySwappiness": None, "OomKillDisable": None, "KernelMemory": 0, "KernelMemoryTCP": 0,
    "CpuPercent": 0, "CpuRealtimePeriod": 0, "CpuRealtimeRuntime": 0, "BlkioWeight": 0,
    "BlkioWeightDevice": None, "BlkioDeviceReadBps": None, "BlkioDeviceWriteBps": None,
    "BlkioDeviceReadIOps": None, "BlkioDeviceWriteIOps": None, "IOMaximumIOps": 0, "IOMaximumBandwidth": 0,
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
    assert "PIDs limit" in told[0]


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"Memory": 5 << 20}, "Minimum memory limit allowed is 6MB"),
        ({"Memory": 0, "MemorySwap": 1 << 30}, "always set the Memory limit"),
        ({"MemorySwap": 1 << 20}, "larger than memory limit"),
        ({"NanoCpus": 99 * 10**9}, "Range of CPUs is from 0.01 to 2.00"),
        ({"CpuQuota": 5000}, "Conflicting options"),
        ({"CpuShares": -1}, "invalid CPU shares"),
        ({"MemoryReservation": 1000}, "Minimum memory reservation allowed is 6MB"),
        ({"MemoryReservation": 1 << 30}, "can not be less than memory reservation"),
        ({"CpuRealtimePeriod": 10**6}, "does not support CPU real-time scheduler"),
        ({"CpusetCpus": "0-2"}, "Requested CPUs are not available - requested 0-2, available: 0-1"),
        ({"CpusetCpus": "1-0"}, "Invalid value 1-0 for cpuset cpus"),
        ({"CpusetMems": "x"}, "Invalid value x for cpuset mems"),
        ({"BlkioWeight": 5}, "Range of blkio weight is from 10 to 1000"),
        ({"BlkioWeightDevice": [{"Path": "/dev/x", "Weight": 5}]}, "Range of blkio weight"),
        ({"BlkioDeviceReadBps": [{"Path": "/dev/x", "Rate": -1}]}, "a number from 0"),
        ({"BlkioDeviceReadBps": [{"Path": 5, "Rate": 1}]}, "must hold a Path"),
        ({"IOMaximumIOps": 1}, "does not support configuration of maximum IOPs"),
    ],
)
def test_limits_that_make_no_sense(change: dict[str, int], text: str) -> None:
    with pytest.raises(InvalidParameterError, match=text):
        resources.check(LIMITS | change, cpu_count=2)


ALL = frozenset({"memory", "cpu", "pids", "cpuset", "io"})


def test_limits_of_block_devices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(block_io, "_device", lambda path: {"major": 254, "minor": len(path)})
    asked = LIMITS | {
        "BlkioWeight": 300,
        "BlkioWeightDevice": [{"Path": "a", "Weight": 200}],
        "BlkioDeviceReadBps": [{"Path": "a", "Rate": 1000}],
        "BlkioDeviceWriteIOps": [{"Path": "ab", "Rate": 10}, {"Path": "abc", "Rate": 0}],
    }
    assert resources.to_oci(asked, ALL)["blockIO"] == {
        "weight": 300,
        "weightDevice": [{"major": 254, "minor": 1, "weight": 200}],
        "throttleReadBpsDevice": [{"major": 254, "minor": 1, "rate": 1000}],
        "throttleWriteIOPSDevice": [
            {"major": 254, "minor": 2, "rate": 10},
            {"major": 254, "minor": 3, "rate": 0},
        ],
    }
    assert "blockIO" not in resources.to_oci(asked, ALL - {"io"})
    assert len(resources.warnings(asked, ALL - {"io"})) == 4


def test_a_path_without_a_device_is_told() -> None:
    asked = LIMITS | {"BlkioDeviceReadBps": [{"Path": "/none/such", "Rate": 1}]}
    with pytest.raises(InvalidParameterError, match="stat /none/such: no such file or directory"):
        resources.to_oci(asked, ALL)
    asked = LIMITS | {"BlkioDeviceReadBps": [{"Path": "/dev/null", "Rate": 1}]}
    with pytest.raises(InvalidParameterError, match="not a block device"):
        resources.to_oci(asked, ALL)


def test_what_no_kernel_has_any_more_is_told_and_forgotten() -> None:
    asked = LIMITS | {
        "MemorySwappiness": 10,
        "OomKillDisable": True,
        "KernelMemory": 1 << 30,
        "CpuPercent": 5,
    }
    told = resources.warnings(asked, ALL)
    assert [words in sentence for words, sentence in zip(
        ("swappiness", "OomKillDisable", "kernel memory", "CPU percent"), told, strict=True
    )] == [True] * 4  # fmt: skip
    resources.discard(asked, ALL)
    assert asked == LIMITS | {"MemorySwap": 128 << 20}
    # What old clients send for "not asked for".
    assert resources.warnings(LIMITS | {"MemorySwappiness": -1, "OomKillDisable": False}, ALL) == []


def test_limits_that_are_none_are_not_shown() -> None:
    asked = LIMITS | {"CpusetCpus": "0", "CpuShares": 5}
    resources.discard(asked, frozenset())
    assert (asked["Memory"], asked["MemorySwap"], asked["PidsLimit"]) == (0, -1, None)
    assert (asked["CpusetCpus"], asked["CpuShares"], asked["NanoCpus"]) == ("", 0, 0)


def test_namespaces_of_other_containers() -> None:
    joined = {"pid": "/proc/5/ns/pid", "ipc": "/proc/6/ns/ipc"}
    spec = build_spec(replace(SPEC, joined=joined, shm="/run/x/shm"))
    assert {name: path for name, path in namespaces(spec).items() if path} == {
        "network": "/run/netns/x",
        **joined,
    }
    shm = next(mount for mount in spec["mounts"] if mount["destination"] == "/dev/shm")
    assert (shm["type"], shm["source"]) == ("bind", "/run/x/shm")
    none = build_spec(replace(SPEC, shm=None))
    assert "/dev/shm" not in [mount["destination"] for mount in none["mounts"]]
    assert "/dev/mqueue" in [mount["destination"] for mount in none["mounts"]]


def test_annotations() -> None:
    assert "annotations" not in build_spec(SPEC)
    assert build_spec(replace(SPEC, annotations={"a": "b"}))["annotations"] == {"a": "b"}


@pytest.mark.parametrize(
    ("profile", "text"),
    [
        ("nonsense", "Decoding seccomp profile failed"),
        ("[]", "Decoding seccomp profile failed"),
        ('{"defaultAction": "X"}', "string X is not a valid action for seccomp"),
        ('{"syscalls": [{"names": ["x"]}]}', "Decoding seccomp profile failed"),
        ('{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": 5}', "Decoding seccomp profile failed"),
        ('{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": ["x"]}', "Decoding seccomp profile failed"),
        (
            '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": [1], "action": "SCMP_ACT_LOG"}]}',
            "names",
        ),
        (
            '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": '
            '[{"names": ["x"], "name": "y", "action": "SCMP_ACT_LOG"}]}',
            "both 'name' and 'names' are specified",
        ),
        (
            '{"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["a"], "archMap": [{"architecture": "b"}]}',
            "both 'architectures' and 'archMap' are specified",
        ),
    ],
)
def test_seccomp_profiles_that_cannot_be(profile: str, text: str) -> None:
    with pytest.raises(InvalidParameterError, match=text):
        seccomp.custom_filter(profile, frozenset())


def test_seccomp_profiles_of_the_callers() -> None:
    assert seccomp.custom_filter("{}", frozenset()) is None
    profile = {
        "defaultAction": "SCMP_ACT_ALLOW",
        "architectures": ["SCMP_ARCH_X86_64"],
        "syscalls": [
            {
                "name": "chmod",
                "action": "SCMP_ACT_ERRNO",
                "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_EQ"}],
            },
            {"names": ["a"], "action": "SCMP_ACT_LOG", "includes": {"minKernel": "4.8"}},
            {"names": ["b"], "action": "SCMP_ACT_LOG", "includes": {"minKernel": "9999.0"}},
            {"names": ["c"], "action": "SCMP_ACT_LOG", "excludes": {"minKernel": "4.8"}},
        ],
    }
    made = seccomp.custom_filter(json.dumps(profile), frozenset())
    assert made is not None
    assert made["architectures"] == ["SCMP_ARCH_X86_64"]
    assert [rule["names"] for rule in made["syscalls"]] == [["chmod"], ["a"]]
    assert made["syscalls"][0]["args"][0]["op"] == "SCMP_CMP_EQ"
