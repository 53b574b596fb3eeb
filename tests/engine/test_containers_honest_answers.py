"""What the engine cannot do it says; what lists and prunes count is what lies on the disk."""

from pathlib import Path
from typing import Any

import pytest

from tests.engine.container_calls import call, container, create, inspect, logs, remove, start, wait
from tests.support.native_engine import NativeEngine
from tests.support.test_images import build_image, busybox_layer, save_docker_archive

pytestmark = pytest.mark.usefixtures("busybox")
MEBIBYTE = 1 << 20
CONTROLLERS = Path("/sys/fs/cgroup/cgroup.controllers")


@pytest.mark.parametrize(
    ("method", "path", "word"),
    [
        ("POST", "/plugins/pull", "plugins"),
        ("POST", "/swarm/init", "swarm mode"),
    ],
)
def test_what_is_missing_is_named(engine: NativeEngine, method: str, path: str, word: str) -> None:
    answer = engine.request(method, path)
    assert answer.status == 501
    assert answer.message.startswith(word)
    assert "not supported" in answer.message


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/nothing"),
        ("GET", "/v1.47/swarms"),
        ("GET", "/containers"),
        ("GET", "/containers/create"),
        ("DELETE", "/info"),
        ("GET", "/plugins/x/y/z"),
    ],
)
def test_what_nobody_knows_is_not_found(engine: NativeEngine, method: str, path: str) -> None:
    answer = engine.request(method, path)
    assert (answer.status, answer.message) == (404, "page not found")


def test_limits_that_the_kernel_lacks_are_named(engine: NativeEngine) -> None:
    there = engine.inside("cat", "/proc/self/mountinfo").count("cgroup2")
    assert there, "the engine has a v2 tree"
    held = set(CONTROLLERS.read_text().split()) if CONTROLLERS.exists() else set()
    info = engine.request("GET", "/info").json
    body = {"Image": "busybox", "HostConfig": {"Memory": 20 * MEBIBYTE, "NanoCpus": 10**9, "PidsLimit": 9}}
    answer = engine.request("POST", "/containers/create", body=body).json
    remove(engine, answer["Id"])
    for controller, field, warning in (
        ("memory", "MemoryLimit", "memory limit"),
        ("cpu", "CpuCfsQuota", "CPU CFS scheduler"),
        ("pids", "PidsLimit", "PIDs limit"),
    ):
        missing = controller not in held
        assert info[field] is not missing
        assert any(warning in text for text in answer["Warnings"]) is missing, answer["Warnings"]
        assert any(controller in text for text in info["Warnings"]) is missing, info["Warnings"]


def test_info_tells_facts(engine: NativeEngine) -> None:
    info = engine.request("GET", "/info").json
    driver = dict(info["DriverStatus"])
    assert driver["Backing Filesystem"] == file_system_below(engine.data_root)
    assert info["SystemTime"] < engine.request("GET", "/info").json["SystemTime"]


def file_system_below(folder: Path) -> str:
    """Return the file system's name by the longest mount point above `folder`."""
    best = ("", "")
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        before, _, after = line.partition(" - ")
        point = before.split()[4]
        if folder.is_relative_to(point):
            best = max(best, (point, after.split()[0]), key=lambda pair: len(pair[0]))
    return best[1]


def test_sizes_are_those_on_the_disk(engine: NativeEngine) -> None:
    zeros = "dd if=/dev/zero bs=1M"
    script = f"{zeros} count=3 of=/big; ln /big /same; {zeros} count=9 of=/v/x"
    with container(engine, "sh", "-c", script, Volumes={"/v": {}}) as name:
        start(engine, name)
        wait(engine, name)
        query = {"all": "1", "filters": f'{{"id": ["{name}"]}}'}
        (plain,) = engine.request("GET", "/containers/json", query=query).json
        assert "SizeRw" not in plain
        (listed,) = engine.request("GET", "/containers/json", query={**query, "size": "1"}).json
        told = engine.request("GET", f"/containers/{name}/json", query={"size": "1"}).json
        usage = engine.request("GET", "/system/df").json
        (used,) = [item for item in usage["Containers"] if item["Id"] == name]
        image = engine.request("GET", "/images/busybox/json").json["Size"]
        for sizes in (listed, told, used):
            assert 3 * MEBIBYTE <= sizes["SizeRw"] < 3.2 * MEBIBYTE
            assert sizes["SizeRootFs"] == sizes["SizeRw"] + image
        (volume,) = [item for item in usage["Volumes"] if item["Name"] == told["Mounts"][0]["Name"]]
        assert 9 * MEBIBYTE <= volume["UsageData"]["Size"] < 9.2 * MEBIBYTE
        assert volume["UsageData"]["RefCount"] == 1
        assert "SizeRw" not in inspect(engine, name)


def test_disk_usage_counts_shared_layers_once(engine: NativeEngine) -> None:
    image = build_image([busybox_layer()], config={"Cmd": ["sh"], "Labels": {"another": "config"}})
    engine.request("POST", "/images/load", body=save_docker_archive(image, ["sharing:1"]))
    usage = engine.request("GET", "/system/df").json
    (sharing,) = [item for item in usage["Images"] if item["RepoTags"] == ["sharing:1"]]
    assert 0 < sharing["Size"] - sharing["SharedSize"] < 20_000  # its configuration is its own
    assert usage["LayersSize"] <= sum(item["Size"] for item in usage["Images"]) - sharing["SharedSize"]
    only = engine.request("GET", "/system/df", query={"type": "volume"}).json
    assert (only["Images"], only["Containers"]) == (None, None)
    assert only["Volumes"] is not None
    assert engine.request("GET", "/system/df", query={"type": "nonsense"}).status == 400
    assert engine.docker("system", "df").stdout.startswith(b"TYPE")
    engine.request("DELETE", "/images/sharing:1")


def prune(engine: NativeEngine, filters: str) -> dict[str, Any]:
    """Prune containers; returns the answer."""
    answer = engine.request("POST", "/containers/prune", query={"filters": filters})
    assert answer.status == 200, answer.body
    result: dict[str, Any] = answer.json
    return result


def test_prune_takes_what_does_not_run(engine: NativeEngine) -> None:
    label: dict[str, Any] = {"Labels": {"pruned": "yes"}}
    ended = create(engine, "sh", "-c", "dd if=/dev/zero of=/x bs=1M count=2", **label)
    start(engine, ended)
    wait(engine, ended)
    never = create(engine, "true", **label)
    running = create(engine, "sleep", "1000", **label)
    start(engine, running)
    paused = create(engine, "sleep", "1000", **label)
    start(engine, paused)
    assert call(engine, "pause", paused).status == 204
    other = create(engine, "true")
    try:
        assert prune(engine, '{"label": ["pruned=no"]}')["ContainersDeleted"] is None
        assert prune(engine, '{"label": ["pruned"], "until": ["1h"]}')["ContainersDeleted"] is None
        done = prune(engine, '{"label": ["pruned=yes"]}')
        assert sorted(done["ContainersDeleted"]) == sorted([ended, never])
        assert 2 * MEBIBYTE <= done["SpaceReclaimed"] < 2.2 * MEBIBYTE
        assert inspect(engine, running)["State"]["Running"]
        assert inspect(engine, other)["State"]["Status"] == "created"
    finally:
        for name in (running, paused, other):
            remove(engine, name)
    for bad in ('{"name": ["x"]}', '{"until": ["yesterday"]}', "[]"):
        assert engine.request("POST", "/containers/prune", query={"filters": bad}).status == 400


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (("xx", "nonsense"), 126, 'exec: "nonsense": executable file not found in $PATH'),
        (("-t", "xx", "nonsense"), 126, 'exec: "nonsense": executable file not found in $PATH'),
        (("xx", "/etc/passwd"), 126, "permission denied"),
        (("-w", "/nope", "xx", "true"), 126, "/nope"),
        (("-u", "nobody-here", "xx", "true"), 126, "unable to find user nobody-here"),
    ],
)
def test_a_failed_exec_is_told_once(
    engine: NativeEngine, arguments: tuple[str, ...], code: int, text: str
) -> None:
    with container(engine, "sleep", "1000") as name:
        start(engine, name)
        words = [name if word == "xx" else word for word in arguments]
        done = engine.docker("exec", *words, check=False)
        said = (done.stdout + done.stderr).decode()
        assert (done.returncode, said.count("\n")) == (code, 1), said
        assert text in said
        assert logs(engine, name) == ""
