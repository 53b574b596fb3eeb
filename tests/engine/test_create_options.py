"""What create options make of a container, seen from inside; what cannot be is refused in dockerd's words."""

import json
import re
from typing import Any

import pytest

from tests.engine.container_calls import call, container, inspect, logs, run, start, status, until, wait
from tests.support.native_engine import NativeEngine

pytestmark = pytest.mark.usefixtures("busybox")


def _refused(engine: NativeEngine, **host: Any) -> tuple[int, str]:
    """Return how a container with this HostConfig fails to start, with ids left out."""
    with container(engine, "true", HostConfig=host) as identifier:
        answer = call(engine, "start", identifier)
        assert status(engine, identifier) == "created"
        return answer.status, re.sub(r"[0-9a-f]{64}", "ID", answer.message)


def _create(engine: NativeEngine, **body: Any) -> Any:
    return engine.request("POST", "/containers/create", body={"Image": "busybox", "Cmd": ["true"], **body})


def test_user_namespaces_are_for_administrators(engine: NativeEngine) -> None:
    assert "Operation not permitted" in run(engine, "unshare", "-U", "true")
    mounted = ("sh", "-c", "mount -t tmpfs tmpfs /tmp && echo mounted")
    assert run(engine, *mounted, HostConfig={"CapAdd": ["SYS_ADMIN"]}) == "mounted\n"


def test_an_empty_home_is_the_users(engine: NativeEngine) -> None:
    assert run(engine, "sh", "-c", "echo $HOME", Env=["HOME="]) == "/root\n"
    assert run(engine, "sh", "-c", "echo $HOME", Env=["HOME=/tmp"]) == "/tmp\n"


def test_processes_of_another_container(engine: NativeEngine) -> None:
    with container(engine, "sleep", "4711", name="donor") as donor:
        joining = {"PidMode": "container:donor"}
        assert _refused(engine, **joining) == (
            409, "failed to join PID namespace: container ID is not running"
        )  # fmt: skip
        start(engine, donor)
        assert "sleep 4711" in run(engine, "ps", HostConfig=joining)
        with container(engine, "sleep", "1000", HostConfig=joining) as identifier:
            assert inspect(engine, identifier)["HostConfig"]["PidMode"] == f"container:{donor}"
            start(engine, identifier)
            assert call(engine, "kill", identifier).status == 204
            assert status(engine, donor) == "running"
    answer = _create(engine, HostConfig={"PidMode": "container:nobody"})
    assert (answer.status, answer.message) == (400, "No such container: nobody")


def test_memory_of_another_container(engine: NativeEngine) -> None:
    write = ("sh", "-c", "echo shared > /dev/shm/file; exec sleep 1000")
    with container(engine, *write, HostConfig={"IpcMode": "shareable", "ShmSize": 1 << 20}) as donor:
        start(engine, donor)
        joining = {"IpcMode": f"container:{donor[:12]}"}
        read = "until test -s /dev/shm/file; do sleep 0.02; done; cat /dev/shm/file; grep shm /proc/mounts"
        told = run(engine, "sh", "-c", read, HostConfig=joining)
        assert told.startswith("shared\n")
        assert "nosuid,nodev,noexec,relatime,size=1024k" in told
    with container(engine, "sleep", "1000") as donor:
        start(engine, donor)
        assert _refused(engine, IpcMode=f"container:{donor}") == (
            400,
            "failed to join IPC namespace: container ID: non-shareable IPC "
            "(hint: use IpcMode:shareable for the donor container)",
        )
    assert "No such file" in run(engine, "ls", "/dev/shm", HostConfig={"IpcMode": "none"})


def test_names_on_the_machines_own_namespace(engine: NativeEngine) -> None:
    answer = _create(engine, Hostname="mine", HostConfig={"UTSMode": "host"})
    assert (answer.status, answer.message) == (400, "conflicting options: hostname and the UTS mode")
    machine = engine.inside("cat", "/proc/sys/kernel/hostname")
    assert run(engine, "hostname", HostConfig={"UTSMode": "host"}) == machine
    for options, own in (({"UTSMode": "host"}, False), ({"NetworkMode": "host"}, True)):
        with container(engine, "true", HostConfig=options) as identifier:
            named = inspect(engine, identifier)["Config"]["Hostname"]
            assert named == (machine.strip() if own else identifier[:12])


def test_system_calls_by_a_profile(engine: NativeEngine) -> None:
    rule = {"names": ["chmod", "fchmodat"], "action": "SCMP_ACT_ERRNO"}
    profile = json.dumps({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [rule]})
    script = "chmod 700 /tmp 2>&1; grep Seccomp: /proc/self/status"
    told = run(engine, "sh", "-c", script, HostConfig={"SecurityOpt": [f"seccomp={profile}"]})
    assert told == "chmod: /tmp: Operation not permitted\nSeccomp:\t2\n"
    for nothing in ("seccomp={}", "seccomp=unconfined", "seccomp:unconfined"):
        assert run(engine, "sh", "-c", script, HostConfig={"SecurityOpt": [nothing]}) == "Seccomp:\t0\n"
    answer = _create(engine, HostConfig={"SecurityOpt": ["seccomp=nonsense"]})
    assert answer.status == 400
    assert answer.message.startswith("Decoding seccomp profile failed: ")


def test_other_security_options(engine: NativeEngine) -> None:
    privileges = ("grep", "NoNewPrivs", "/proc/self/status")
    assert run(engine, *privileges) == "NoNewPrivs:\t0\n"
    on = {"SecurityOpt": ["no-new-privileges:true", "apparmor=own", "label=disable"]}
    assert run(engine, *privileges, HostConfig=on) == "NoNewPrivs:\t1\n"
    unmasked: dict[str, Any] = {
        "MaskedPaths": [],
        "ReadonlyPaths": [],
    }  # what `--security-opt systempaths=unconfined` sends
    assert run(engine, "sh", "-c", "grep -c /proc/kcore /proc/mounts", HostConfig=unmasked) == "0\n"
    with container(engine, "true", HostConfig=on) as identifier:
        told = inspect(engine, identifier)
        assert told["AppArmorProfile"] == "own"
        assert "/proc/kcore" in told["HostConfig"]["MaskedPaths"]


def test_an_init_ends_as_its_program_does(engine: NativeEngine) -> None:
    for command, code in (
        (("no-such-program",), 127),
        (("/etc/passwd",), 126),
        (("sh", "-c", "exit 7"), 7),
        (("sh", "-c", "kill -KILL $$"), 137),
    ):
        with container(engine, *command, HostConfig={"Init": True}) as identifier:
            start(engine, identifier)
            assert wait(engine, identifier) == code, command
    with container(engine, "sleep", "1000", HostConfig={"Init": True}) as identifier:
        start(engine, identifier)
        assert call(engine, "stop", identifier).status == 204
        assert inspect(engine, identifier)["State"]["ExitCode"] == 143


def test_no_label_confines_who_shares_the_machine(engine: NativeEngine) -> None:
    for options, expected in (
        ({"Privileged": True}, ["label=disable"]),
        ({"PidMode": "host", "SecurityOpt": ["seccomp=unconfined"]}, ["seccomp=unconfined", "label=disable"]),
        ({"IpcMode": "host", "SecurityOpt": ["label=type:own"]}, ["label=type:own"]),
        ({"UTSMode": "host"}, None),
    ):
        with container(engine, "true", HostConfig=options) as identifier:
            assert inspect(engine, identifier)["HostConfig"]["SecurityOpt"] == expected


def test_devices(engine: NativeEngine) -> None:
    def asked(**device: str) -> dict[str, Any]:
        return {"Devices": [device]}

    null = asked(PathOnHost="/dev/null", PathInContainer="/dev/mine", CgroupPermissions="rw")
    assert run(engine, "sh", "-c", "echo x > /dev/mine && echo ok", HostConfig=null) == "ok\n"
    engine.inside(
        "sh", "-c", "mkdir -p /dev/group/deep; mknod /dev/group/deep/a c 1 3; mknod /dev/group/b c 1 5"
    )
    whole = asked(PathOnHost="/dev/group", PathInContainer="/dev/mine", CgroupPermissions="rwm")
    told = run(engine, "sh", "-c", "find /dev/mine -type c | sort", HostConfig=whole)
    assert told == "/dev/mine/b\n/dev/mine/deep/a\n"
    missing = "no such file or directory"
    for path, reason in (("/dev/nothing", missing), ("/etc", "not a device node"), ("", missing)):
        assert _refused(engine, **asked(PathOnHost=path, PathInContainer="/dev/mine")) == (
            400, f'error gathering device information while adding custom device "{path}": {reason}'
        )  # fmt: skip
    request = {"Driver": "", "Count": -1, "Capabilities": [["gpu"]]}
    assert _refused(engine, DeviceRequests=[request]) == (
        400, 'could not select device driver "" with capabilities: [[gpu]]'
    )  # fmt: skip


def test_limits_of_input_and_output(engine: NativeEngine) -> None:
    # This machine may have no controllers: then a warning is all there is.
    limits = {"BlkioWeight": 300, "CpusetCpus": "0", "PidsLimit": 50, "MemorySwappiness": 5}
    answer = _create(engine, HostConfig=limits)
    assert answer.status == 201
    assert any("swappiness" in text for text in answer.json["Warnings"])
    engine.request("DELETE", f"/containers/{answer.json['Id']}")


def test_output_that_is_not_kept(engine: NativeEngine) -> None:
    with container(engine, "echo", "gone", HostConfig={"LogConfig": {"Type": "none"}}) as identifier:
        start(engine, identifier)
        assert wait(engine, identifier) == 0
        answer = engine.request("GET", f"/containers/{identifier}/logs", query={"stdout": "1"})
        assert (answer.status, answer.message) == (501, "configured logging driver does not support reading")
        assert inspect(engine, identifier)["LogPath"] == ""
    told = engine.docker("run", "--rm", "--log-driver", "none", "busybox", "echo", "seen")
    assert told.stdout.strip() == b"seen"


def test_where_output_is_kept(engine: NativeEngine) -> None:
    for driver, told in (("json-file", True), ("local", False)):
        with container(engine, "true", HostConfig={"LogConfig": {"Type": driver}}) as identifier:
            assert inspect(engine, identifier)["LogPath"] == ""
            start(engine, identifier)
            assert inspect(engine, identifier)["LogPath"].endswith("/output.log") is told


def test_details_of_output(engine: NativeEngine) -> None:
    options = {"labels": "team,missing", "env-regex": "^STAGE", "tag": "{{.Name}}/{{.ImageName}}"}
    with container(
        engine, "sh", "-c", "echo one; echo two", name="told", Labels={"team": "a b", "other": "x"},
        Env=["STAGE=1,2", "PATH=/bin"], HostConfig={"LogConfig": {"Config": options}},
    ) as identifier:  # fmt: skip
        start(engine, identifier)
        wait(engine, identifier)
        details = "STAGE=1%2C2,tag=told%2Fbusybox,team=a+b "
        assert logs(engine, identifier, details="1") == f"{details}one\n{details}two\n"
        assert logs(engine, identifier) == "one\ntwo\n"
        stamped = logs(engine, identifier, details="1", timestamps="1", tail="1")
        assert re.fullmatch(r"\d{4}-\S+Z " + re.escape(details) + "two\n", stamped)
    with container(engine, "echo", "plain") as identifier:
        start(engine, identifier)
        until(lambda: logs(engine, identifier, details="1") == " plain\n", "its output")


def test_annotations_and_what_inspect_leaves_out(engine: NativeEngine) -> None:
    with container(engine, "true", HostConfig={"Annotations": {"a": "b"}}) as identifier:
        start(engine, identifier)
        assert inspect(engine, identifier)["HostConfig"]["Annotations"] == {"a": "b"}
    with container(engine, "true") as identifier:
        told = inspect(engine, identifier)["HostConfig"]
        assert not {"Annotations", "Mounts", "StorageOpt", "Sysctls", "Tmpfs", "Init"} & set(told)
        assert (told["OomKillDisable"], told["IpcMode"]) == (False, "private")


def test_a_control_group_elsewhere(engine: NativeEngine) -> None:
    with container(engine, "sleep", "1000", HostConfig={"CgroupParent": "/own/place"}) as identifier:
        start(engine, identifier)
        folder = f"/sys/fs/cgroup/own/place/{identifier}"
        pid = inspect(engine, identifier)["State"]["Pid"]
        assert engine.inside("cat", f"{folder}/cgroup.procs").split() == [str(pid)]
        assert call(engine, "pause", identifier).status == 204
        assert call(engine, "unpause", identifier).status == 204
        rows = engine.request("GET", f"/containers/{identifier}/top").json["Processes"]
        assert [row[1] for row in rows] == [str(pid)]
        engine.kill()
        engine.start()
        assert status(engine, identifier) == "running"
    script = f"import os; print(os.path.exists({folder!r}))"
    assert engine.inside("python3", "-c", script) == "False\n"
    assert _create(engine, HostConfig={"CgroupParent": "../out"}).status == 400
