"""Stories told to an engine: objects made, looked at in each state, and removed; every answer is kept."""

from typing import Any

from tests.contract.recorder import Recorder

MANY_OPTIONS: dict[str, Any] = {
    "Image": "busybox",
    "Cmd": ["sleep", "1000"],
    "Hostname": "host",
    "Domainname": "example.org",
    "User": "1000:1000",
    "Env": ["A=b"],
    "Labels": {"kind": "shape"},
    "WorkingDir": "/tmp",
    "ExposedPorts": {"80/tcp": {}},
    "Volumes": {"/data": {}},
    "StopSignal": "SIGINT",
    "StopTimeout": 1,
    "Healthcheck": {"Test": ["CMD", "true"], "Interval": 1_000_000_000, "Retries": 2},
    "HostConfig": {
        "Binds": ["shape-volume:/named:ro"],
        "Mounts": [{"Type": "tmpfs", "Target": "/scratch", "TmpfsOptions": {"SizeBytes": 65536}}],
        "PortBindings": {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "18089"}]},
        "RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 2},
        "CapAdd": ["NET_ADMIN"],
        "CapDrop": ["MKNOD"],
        "Dns": ["192.0.2.1"],
        "ExtraHosts": ["you:192.0.2.2"],
        "Sysctls": {"net.ipv4.ip_unprivileged_port_start": "0"},
        "Ulimits": [{"Name": "nofile", "Soft": 100, "Hard": 200}],
        "Tmpfs": {"/run": "size=64k"},
        "LogConfig": {"Type": "json-file", "Config": {"max-size": "1m"}},
        "Init": True,
        "ReadonlyRootfs": True,
        "ShmSize": 1048576,
        "GroupAdd": ["2000"],
        "SecurityOpt": ["no-new-privileges"],
    },
}


def tell_system(record: Recorder) -> None:
    """What an engine says about itself."""
    record("version", "GET", "/version")
    record("info", "GET", "/info")


def tell_container(record: Recorder) -> None:
    """A plain container from creation to removal, with an exec in it."""
    one = "/containers/shape"
    body = {"Image": "busybox", "Cmd": ["sh", "-c", "echo out; exec sleep 1000"]}
    record("create", "POST", "/containers/create", body, name="shape")
    record("inspect created", "GET", f"{one}/json")
    record("start", "POST", f"{one}/start")
    record("start again", "POST", f"{one}/start")
    record("inspect running", "GET", f"{one}/json")
    record("inspect with size", "GET", f"{one}/json", size="1")
    record("list", "GET", "/containers/json", filters={"name": ["shape"]})
    record("list with size", "GET", "/containers/json", size="1")
    record("top", "GET", f"{one}/top")
    record("stats", "GET", f"{one}/stats", stream="0")
    record("stats in one shot", "GET", f"{one}/stats", stream="0", **{"one-shot": "1"})
    record("update", "POST", f"{one}/update", {"RestartPolicy": {"Name": "always"}})
    made = record("exec create", "POST", f"{one}/exec", {"Cmd": ["true"], "AttachStdout": True})
    exec_id = made.json["Id"]
    record("exec inspect", "GET", f"/exec/{exec_id}/json")
    record("exec start", "POST", f"/exec/{exec_id}/start", {"Detach": False})
    record("exec inspect ended", "GET", f"/exec/{exec_id}/json")
    record("changes", "GET", f"{one}/changes")
    record("pause", "POST", f"{one}/pause")
    record("inspect paused", "GET", f"{one}/json")
    record("unpause", "POST", f"{one}/unpause")
    record("rename", "POST", f"{one}/rename", name="shape-2")
    record("stop", "POST", "/containers/shape-2/stop", t="0")
    record("stop again", "POST", "/containers/shape-2/stop", t="0")
    record("wait", "POST", "/containers/shape-2/wait")
    record("inspect exited", "GET", "/containers/shape-2/json")
    record("logs", "GET", "/containers/shape-2/logs", stdout="1")
    record("commit", "POST", "/commit", {}, container="shape-2", repo="shape", tag="committed", comment="why")
    record("inspect committed", "GET", "/images/shape:committed/json")
    record("remove", "DELETE", "/containers/shape-2")
    record("remove again", "DELETE", "/containers/shape-2")
    record("prune containers", "POST", "/containers/prune")


def tell_container_with_options(record: Recorder) -> None:
    """A container with many options set."""
    record("options create", "POST", "/containers/create", MANY_OPTIONS, name="shape-options")
    record("options inspect created", "GET", "/containers/shape-options/json")
    record("options start", "POST", "/containers/shape-options/start")
    record("options inspect running", "GET", "/containers/shape-options/json")
    record("options list", "GET", "/containers/json", all="1", filters={"name": ["shape-options"]})
    record("options remove", "DELETE", "/containers/shape-options", force="1", v="1")
    record("options remove volume", "DELETE", "/volumes/shape-volume")


def tell_images(record: Recorder) -> None:
    """Images: pulled, tagged, looked at, removed."""
    record.client.request("POST", "/images/prune")  # what other tests left
    record("pull", "POST", "/images/create", fromImage="busybox", tag="latest")
    record("images", "GET", "/images/json")
    record("images with digests", "GET", "/images/json", digests="1", **{"shared-size": "1"})
    record("image inspect", "GET", "/images/busybox/json")
    record("image history", "GET", "/images/busybox/history")
    record("tag", "POST", "/images/busybox/tag", repo="shape", tag="1")
    record("remove image", "DELETE", "/images/shape:1")
    record("remove committed", "DELETE", "/images/shape:committed")
    record("distribution", "GET", "/distribution/busybox:latest/json")
    record("prune images", "POST", "/images/prune")
    record("prune build cache", "POST", "/build/prune")


def tell_networks(record: Recorder) -> None:
    """Networks: predefined ones, and one of the user's with a container that comes and goes."""
    record("networks", "GET", "/networks", filters={"name": ["bridge"]})
    for name in ("bridge", "host", "none"):
        record(f"network {name}", "GET", f"/networks/{name}")
    body = {
        "Name": "shape-net",
        "Labels": {"a": "b"},
        "IPAM": {"Config": [{"Subnet": "10.211.0.0/24", "Gateway": "10.211.0.1"}]},
    }
    record("network create", "POST", "/networks/create", body)
    record("network inspect", "GET", "/networks/shape-net")
    container = {"Image": "busybox", "Cmd": ["sleep", "1000"], "HostConfig": {"NetworkMode": "shape-net"}}
    record("create in network", "POST", "/containers/create", container, name="shape-in-net")
    record("inspect created in network", "GET", "/containers/shape-in-net/json")
    record("start in network", "POST", "/containers/shape-in-net/start")
    record("inspect in network", "GET", "/containers/shape-in-net/json")
    record("list in network", "GET", "/containers/json")
    record("network inspect used", "GET", "/networks/shape-net", verbose="1")
    record("connect", "POST", "/networks/bridge/connect", {"Container": "shape-in-net"})
    record("inspect in two networks", "GET", "/containers/shape-in-net/json")
    record("disconnect", "POST", "/networks/bridge/disconnect", {"Container": "shape-in-net"})
    record("remove used network", "DELETE", "/networks/shape-net")
    record("remove from network", "DELETE", "/containers/shape-in-net", force="1")
    record("remove network", "DELETE", "/networks/shape-net")
    record("prune networks", "POST", "/networks/prune")


def tell_volumes(record: Recorder) -> None:
    """Volumes: made, looked at, removed."""
    record("volume create", "POST", "/volumes/create", {"Name": "shape", "Labels": {"a": "b"}})
    record("volume create anonymous", "POST", "/volumes/create", {})
    record("volume inspect", "GET", "/volumes/shape")
    record("volumes", "GET", "/volumes", filters={"name": ["shape"]})
    record("disk usage", "GET", "/system/df")
    record("disk usage of volumes", "GET", "/system/df", type="volume")
    record("volume remove", "DELETE", "/volumes/shape")
    record("prune volumes", "POST", "/volumes/prune")


def tell_without_swarm(record: Recorder) -> None:
    """What belongs to a swarm, asked of an engine that is in none."""
    record("swarm", "GET", "/swarm")
    for kind in ("nodes", "services", "tasks", "secrets", "configs"):
        record(kind, "GET", f"/{kind}")
    record("plugins", "GET", "/plugins")


STORIES = (
    tell_system,
    tell_container,
    tell_container_with_options,
    tell_images,
    tell_networks,
    tell_volumes,
    tell_without_swarm,
)


def tell_all(record: Recorder) -> None:
    """Tell every story."""
    for tell in STORIES:
        tell(record)
