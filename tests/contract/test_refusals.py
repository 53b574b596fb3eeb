"""What is refused is refused in dockerd's words: both get the same requests, and give the same answers."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from tests.contract.comparison import text_of
from tests.support.api_client import ApiClient
from tests.support.dockerd import ReferenceDocker
from tests.support.native_engine import NativeEngine


def _create(**host_config: Any) -> tuple[str, str, Any]:
    return ("POST", "/containers/create", {"Image": "busybox", "HostConfig": host_config})


def _config(**config: Any) -> tuple[str, str, Any]:
    return ("POST", "/containers/create", {"Image": "busybox", **config})


def _filtered(path: str, **filters: Any) -> tuple[str, str, Any]:
    separator = "&" if "?" in path else "?"
    return ("GET", f"{path}{separator}filters={quote(json.dumps(filters))}", None)


CALLS: dict[str, list[tuple[str, str, Any]]] = {
    "containers": [
        ("GET", "/containers/nobody/json", None),
        ("POST", "/containers/nobody/start", None),
        ("POST", "/containers/nobody/stop", None),
        ("POST", "/containers/nobody/kill", None),
        ("POST", "/containers/nobody/restart", None),
        ("POST", "/containers/nobody/pause", None),
        ("POST", "/containers/nobody/unpause", None),
        ("POST", "/containers/nobody/wait", None),
        ("POST", "/containers/nobody/rename?name=x", None),
        ("POST", "/containers/nobody/resize?h=1&w=1", None),
        ("GET", "/containers/nobody/top", None),
        ("GET", "/containers/nobody/logs?stdout=1", None),
        ("DELETE", "/containers/nobody", None),
        ("GET", "/containers/here/logs", None),
        ("GET", "/containers/here/logs?stdout=1&tail=x&follow=0", None),
        ("GET", "/containers/here/top", None),
        ("POST", "/containers/here/pause", None),
        ("POST", "/containers/here/unpause", None),
        ("POST", "/containers/here/kill", None),
        ("POST", "/containers/runs/unpause", None),
        ("POST", "/containers/runs/kill?signal=NONSENSE", None),
        ("POST", "/containers/runs/kill?signal=99", None),
        ("POST", "/containers/runs/stop?t=x", None),
        ("POST", "/containers/here/stop?signal=NONSENSE", None),
        ("POST", "/containers/runs/stop?signal=NONSENSE", None),
        ("POST", "/containers/runs/restart?signal=NONSENSE", None),
        ("POST", "/containers/here/start?checkpoint=x", None),
        ("POST", "/containers/runs/resize?h=-1&w=99999999999", None),
        ("POST", "/containers/here/unpause", None),
        ("DELETE", "/containers/here?link=1", None),
        ("POST", "/containers/runs/restart?t=x", None),
        ("POST", "/containers/runs/wait?condition=never", None),
        ("POST", "/containers/runs/resize?h=x&w=1", None),
        ("POST", "/containers/runs/resize?h=1", None),
        ("POST", "/containers/here/resize?h=1&w=1", None),
        ("POST", "/containers/here/rename", None),
        ("POST", "/containers/here/rename?name=runs", None),
        ("POST", "/containers/here/rename?name=here", None),
        ("POST", "/containers/here/rename?name=%2f%2f", None),
        ("DELETE", "/containers/runs", None),
        ("POST", "/containers/create?name=runs", {"Image": "busybox"}),
        ("POST", "/containers/create?name=-bad", {"Image": "busybox"}),
        ("POST", "/containers/create?name=a%2fb", {"Image": "busybox"}),
        ("POST", "/containers/create", {"Image": "no/such:image"}),
        ("POST", "/containers/create", {"Image": "UPPER"}),
        ("POST", "/containers/create", {"Image": ""}),
        ("POST", "/containers/create", {}),
        ("POST", "/containers/create?platform=linux%2fs390x", {"Image": "busybox"}),
        ("POST", "/containers/create?platform=a%2fb%2fc%2fd", {"Image": "busybox"}),
    ],
    "options": [
        _config(Env=["=x"]), _config(WorkingDir="relative"), _config(StopSignal="NONSENSE"),
        _config(ExposedPorts={"x/tcp": {}}), _config(ExposedPorts={"80/icmp": {}}),
        _config(Hostname="a" * 70), _config(Volumes={"relative": {}}), _config(Volumes={"/": {}}),
        _config(Healthcheck={"Test": ["CMD", "true"], "Interval": 10}),
        _config(Healthcheck={"Test": ["CMD", "true"], "Retries": -1}),
        _config(Healthcheck={"Test": ["CMD", "true"], "Timeout": 1000}),
        _config(Healthcheck={"Test": ["NONSENSE"]}),
        _create(Memory=1024), _create(MemorySwap=10**7), _create(Memory=10**8, MemorySwap=10**7),
        _create(Memory=10**8, MemoryReservation=10**9), _create(MemorySwappiness=200),
        _create(NanoCpus=-1), _create(NanoCpus=10**9, CpuQuota=1000),
        _create(CpuShares=-1), _create(CpusetCpus="x"), _create(CpusetCpus="99"),
        _create(CpuPeriod=10), _create(CpuQuota=10), _create(OomScoreAdj=5000), _create(ShmSize=-1),
        _create(RestartPolicy={"Name": "sometimes"}),
        _create(RestartPolicy={"Name": "always", "MaximumRetryCount": 3}),
        _create(RestartPolicy={"Name": "on-failure", "MaximumRetryCount": -3}),
        _create(RestartPolicy={"Name": "always"}, AutoRemove=True),
        _create(NetworkMode="container:nobody"), _create(NetworkMode="container:"),
        _create(PidMode="nonsense"), _create(IpcMode="nonsense"), _create(UTSMode="nonsense"),
        _create(UsernsMode="nonsense"), _create(CgroupnsMode="nonsense"),
        _create(CapAdd=["NONSENSE"]), _create(CapDrop=["NONSENSE"]),
        _create(SecurityOpt=["nonsense"]), _create(SecurityOpt=["seccomp={"]),
        _create(Binds=["relative:/x"]), _create(Binds=["/a:relative"]), _create(Binds=["/a:/b:nonsense"]),
        _create(Binds=["/a:/b", "/c:/b"]), _create(Binds=["a:b:c:d"]), _create(Binds=["/a:/"]),
        _create(Binds=["bad$name:/x"]),
        _create(Mounts=[{"Type": "bind", "Source": "/does/not/exist", "Target": "/x"}]),
        _create(Mounts=[{"Type": "nonsense", "Target": "/x"}]),
        _create(Mounts=[{"Type": "bind", "Target": "/x"}]),
        _create(Mounts=[{"Type": "volume", "Source": "a", "Target": ""}]),
        _create(Mounts=[{"Type": "tmpfs", "Source": "a", "Target": "/x"}]),
        _create(Mounts=[{"Type": "volume", "Target": "/x", "BindOptions": {"Propagation": "rprivate"}}]),
        _create(Tmpfs={"/x": "nonsense=1"}), _create(Tmpfs={"relative": ""}),
        _create(PortBindings={"x/tcp": [{}]}), _create(PortBindings={"80/tcp": [{"HostPort": "x"}]}),
        _create(PortBindings={"80/tcp": [{"HostPort": "99999"}]}),
        _create(PortBindings={"80/tcp": [{"HostIp": "nonsense"}]}),
        _create(ExtraHosts=["nonsense"]), _create(ExtraHosts=["a:b"]), _create(Dns=["nonsense"]),
        _create(Links=["nobody:x"]), _create(VolumesFrom=["nobody"]), _create(VolumesFrom=["here:nonsense"]),
        _create(Sysctls={"nonsense": "1"}), _create(Ulimits=[{"Name": "nonsense", "Soft": 1, "Hard": 2}]),
        _create(Ulimits=[{"Name": "nofile", "Soft": 2, "Hard": 1}]),
        _create(LogConfig={"Type": "json-file", "Config": {"nonsense": "1"}}),
        _create(LogConfig={"Type": "json-file", "Config": {"max-size": "x"}}),
        _create(LogConfig={"Type": "json-file", "Config": {"max-file": "x"}}),
        _create(Runtime="nonsense"), _create(Isolation="hyperv"),
        _create(Devices=[{"PathOnHost": "/dev/nonsense", "PathInContainer": "/dev/x"}]),
        _create(DeviceCgroupRules=["nonsense"]), _create(BlkioWeight=5), _create(PidsLimit=-5),
    ],
    "execs": [
        ("POST", "/containers/nobody/exec", {"Cmd": ["true"]}),
        ("POST", "/containers/here/exec", {"Cmd": ["true"]}),
        ("POST", "/containers/runs/exec", {}),
        ("POST", "/containers/runs/exec", {"Cmd": []}),
        ("POST", "/containers/stands/exec", {"Cmd": ["true"]}),
        ("GET", "/exec/nobody/json", None),
        ("POST", "/exec/nobody/start", {}),
        ("POST", "/exec/nobody/resize?h=1&w=1", None),
    ],
    "files": [
        ("GET", "/containers/nobody/archive?path=/", None),
        ("GET", "/containers/here/archive", None),
        ("GET", "/containers/here/archive?path=/nothing", None),
        ("PUT", "/containers/here/archive?path=/nothing", None),
        ("PUT", "/containers/nobody/archive?path=/", None),
        ("GET", "/containers/nobody/changes", None),
        ("GET", "/containers/nobody/export", None),
        ("GET", "/containers/nobody/stats?stream=0", None),
        ("POST", "/containers/nobody/update", {}),
        ("POST", "/containers/here/update", {"RestartPolicy": {"Name": "nonsense"}}),
        ("POST", "/containers/here/update", {"Memory": 1024}),
        ("POST", "/commit?container=nobody", {}),
        ("POST", "/commit?container=here&repo=UPPER", {}),
        ("POST", "/commit?container=here&repo=a&tag=b%20c", {}),
        ("POST", "/commit?container=here&changes=RUN%20x", {}),
    ],
    "images": [
        ("GET", "/images/nothing/json", None),
        ("GET", "/images/UPPER/json", None),
        ("GET", "/images/nothing/history", None),
        ("DELETE", "/images/nothing", None),
        ("POST", "/images/nothing/tag?repo=a&tag=b", None),
        ("POST", "/images/busybox/tag?repo=UPPER&tag=b", None),
        ("POST", "/images/busybox/tag?repo=a&tag=b%20c", None),
        ("DELETE", "/images/busybox", None),
        ("POST", "/images/create?fromImage=UPPER", None),
        ("POST", "/images/create?fromImage=busybox&platform=a/b/c/d", None),
        ("GET", "/images/nothing/get", None),
        ("GET", "/images/get?names=nothing", None),
        _filtered("/images/json", nonsense=["x"]),
        _filtered("/images/json", dangling=["maybe"]),
        _filtered("/images/json", before=["nothing"]),
        ("POST", "/images/prune?filters=%7B%22nonsense%22%3A%5B%22x%22%5D%7D", None),
        ("POST", "/images/load", None),
    ],
    "networks": [
        ("GET", "/networks/nothing", None),
        ("GET", "/networks/bridge?verbose=x", None),
        ("GET", "/networks/bridge?scope=swarm", None),
        ("DELETE", "/networks/nothing", None),
        ("DELETE", "/networks/bridge", None),
        ("POST", "/networks/create", {}),
        ("POST", "/networks/create", {"Name": "bridge"}),
        ("POST", "/networks/create", {"Name": "default"}),
        ("POST", "/networks/create", {"Name": " "}),
        ("POST", "/networks/create", {"Name": "x", "IPAM": {"Config": [{"Subnet": "nonsense"}]}}),
        ("POST", "/networks/create", {"Name": "x", "IPAM": {"Config": [{"Gateway": "10.1.1.1"}]}}),
        ("POST", "/networks/create",
         {"Name": "x", "IPAM": {"Config": [{"Subnet": "10.1.1.0/24", "Gateway": "10.2.1.1"}]}}),
        ("POST", "/networks/create",
         {"Name": "x", "IPAM": {"Config": [{"Subnet": "10.1.1.0/24", "IPRange": "10.2.1.0/25"}]}}),
        ("POST", "/networks/nothing/connect", {"Container": "runs"}),
        ("POST", "/networks/bridge/connect", {"Container": "nobody"}),
        ("POST", "/networks/host/connect", {"Container": "runs"}),
        ("POST", "/networks/nothing/disconnect", {"Container": "runs"}),
        ("POST", "/networks/bridge/disconnect", {"Container": "nobody"}),
        _create(NetworkMode="nothing"),
        _filtered("/networks", nonsense=["x"]),
        _filtered("/networks", dangling=["maybe"]),
        _filtered("/networks", type=["nonsense"]),
    ],
    "volumes": [
        ("GET", "/volumes/nothing", None),
        ("DELETE", "/volumes/nothing", None),
        ("DELETE", "/volumes/used", None),
        ("POST", "/volumes/create", {"Name": "a"}),
        ("POST", "/volumes/create", {"Name": "bad/name"}),
        ("POST", "/volumes/create", {"Name": "xx", "DriverOpts": {"nonsense": "1"}}),
        ("POST", "/volumes/create", {"Name": "xx", "DriverOpts": {"type": "nfs"}}),
        _filtered("/volumes", nonsense=["x"]),
        _filtered("/volumes", dangling=["maybe"]),
        ("POST", "/volumes/prune?filters=%7B%22nonsense%22%3A%5B%22x%22%5D%7D", None),
    ],
    "lists": [
        _filtered("/containers/json", nonsense=["x"]),
        _filtered("/containers/json", status=["nonsense"]),
        _filtered("/containers/json", health=["nonsense"]),
        _filtered("/containers/json", exited=["x"]),
        _filtered("/containers/json", before=["nobody"]),
        _filtered("/containers/json", since=["nobody"]),
        _filtered("/containers/json", expose=["x"]),
        _filtered("/containers/json", publish=["99999"]),
        _filtered("/containers/json", **{"is-task": ["maybe"]}),
        ("GET", "/containers/json?limit=x", None),
        ("GET", "/containers/json?filters=x", None),
        ("POST", "/containers/prune?filters=%7B%22nonsense%22%3A%5B%22x%22%5D%7D", None),
        *(
            ("POST", f"/{kind}/prune?filters={quote(json.dumps({'until': values}))}", None)
            for kind in ("containers", "images", "networks", "build")
            for values in (["x"], [""], ["1", "2"], ["9" * 20, "9" * 20])
        ),
        *(
            ("POST", f"/build/prune?filters={quote(json.dumps({name: ['true']}))}", None)
            for name in ("all", "dangling", "nonsense")
        ),
        ("POST", f"/volumes/prune?filters={quote(json.dumps({'all': ['x']}))}", None),
        ("GET", "/system/df?type=nonsense", None),
        ("GET", "/nonsense", None),
        ("POST", "/info", None),
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def pair(marina: NativeEngine, dockerd: ReferenceDocker) -> Iterator[tuple[ApiClient, ApiClient]]:
    """Both engines with the same things in them: `here` was never started, `runs` does, and uses a volume,
    `stands` is paused."""
    for engine in (marina, dockerd):
        for name in ("here", "runs", "stands"):
            body = {
                "Image": "busybox",
                "Cmd": ["sleep", "100000"],
                "StopSignal": "SIGKILL",
                "HostConfig": {"Binds": ["used:/used"]} if name == "runs" else {},
            }
            engine.request("POST", "/containers/create", body=body, query={"name": name})
        engine.request("POST", "/containers/runs/start")
        engine.request("POST", "/containers/stands/start")
        engine.request("POST", "/containers/stands/pause")
    yield marina, dockerd
    for engine in (marina, dockerd):
        for item in engine.request("GET", "/containers/json", query={"all": "1"}).json:
            engine.request("DELETE", f"/containers/{item['Id']}", query={"force": "1", "v": "1"})
        for item in engine.request("GET", "/volumes").json["Volumes"] or []:
            engine.request("DELETE", f"/volumes/{item['Name']}")


@pytest.mark.parametrize("area", CALLS)
def test_the_same_words(pair: tuple[ApiClient, ApiClient], area: str) -> None:
    found = []
    for method, path, body in CALLS[area]:
        ours, theirs = (
            (answer.status, text_of(answer) if answer.status >= 400 else "")
            for answer in (engine.request(method, path, body=body) for engine in pair)
        )
        if not _alike(ours, theirs, area):
            asked = f"{method} {path} {json.dumps(body) if body else ''}"
            found.append(f"{asked}\n    ours:   {ours}\n    theirs: {theirs}")
    assert not found, "\n" + "\n".join(found)


def _alike(ours: tuple[int, str], theirs: tuple[int, str], area: str) -> bool:
    if theirs[0] == 500 and ours[0] in (400, 409):  # what comes from the request is never a failure of ours
        return ours[1] == theirs[1] or ours[0] == 400
    if area == "options" and theirs[0] == 201 and ours[0] == 400:  # dockerd sees it at the start, or never
        return True
    return ours == theirs or ours[0] == 501  # what is refused is in docs/engine-api.md
