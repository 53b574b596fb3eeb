"""What callers ask of containers, checked before anything is made."""

from typing import Any

import pytest

from backend.containers.create_request import merge_environment, merge_image, read_config, read_host_config
from backend.containers.mounts.bind_text import parse_bind, parse_volumes_from
from backend.containers.mounts.mount_object import parse_mount
from backend.containers.mounts.mounts import by_depth, collect_mounts, tmpfs_targets
from backend.containers.names import check_name, new_id, random_name
from backend.containers.signals import check_exists, parse_signal
from backend.containers.state.start_errors import EXEC, explain
from backend.errors import EngineError, InvalidParameterError, SystemFailureError
from backend.images.image import Image


def image(**config: Any) -> Image:
    return Image(id="sha256:0", config={"config": config}, store_layers=())


def merged(body: dict[str, Any], **config: Any) -> dict[str, Any]:
    result = read_config(body)
    merge_image(result, image(**config), "busybox")
    return result


def test_command_of_image_and_caller() -> None:
    assert merged({"Tty": False}, Cmd=["sh"])["Cmd"] == ["sh"]
    assert merged({"Cmd": ["ls"]}, Cmd=["sh"], Entrypoint=["/init"])["Entrypoint"] == ["/init"]
    own = merged({"Entrypoint": ["/own"]}, Cmd=["sh"], Entrypoint=["/init"])
    assert (own["Entrypoint"], own["Cmd"]) == (["/own"], None)
    cleared = merged({"Entrypoint": [""], "Cmd": ["ls"]}, Entrypoint=["/init"])
    assert (cleared["Entrypoint"], cleared["Cmd"]) == ([], ["ls"])
    with pytest.raises(InvalidParameterError, match="no command specified"):
        merged({"Tty": False})


def test_other_settings_of_the_image() -> None:
    config = merged(
        {"Labels": {"a": "mine"}, "Env": ["PATH=/x"]}, Cmd=["sh"], User="web", WorkingDir="/srv",
        Labels={"a": "theirs", "b": "theirs"}, Env=["PATH=/bin", "B=c"], ExposedPorts={"80/tcp": {}},
        Volumes={"/data": {}}, StopSignal="SIGINT",
    )  # fmt: skip
    assert config["Labels"] == {"a": "mine", "b": "theirs"}
    assert config["Env"] == ["PATH=/x", "B=c"]
    assert (config["User"], config["WorkingDir"], config["StopSignal"]) == ("web", "/srv", "SIGINT")
    assert config["ExposedPorts"] == {"80/tcp": {}}
    assert config["Volumes"] == {"/data": {}}


@pytest.mark.parametrize(
    ("said", "meant"), [("/srv/", "/srv"), ("//srv/../a/./b", "/a/b"), ("/../..", "/"), ("/", "/"), ("", "")]
)
def test_the_working_folder_is_told_in_its_shortest_form(said: str, meant: str) -> None:
    assert read_config({"WorkingDir": said})["WorkingDir"] == meant


def test_environment() -> None:
    assert merge_environment(["A=1", "B=2"], ["B=3", "A", "C=a=b"]) == ["B=3", "C=a=b"]


@pytest.mark.parametrize(
    ("body", "kind", "text"),
    [
        ({"Binds": "notalist:x:y:z"}, None, ""),
        ({"Memory": True}, InvalidParameterError, "Memory must be a number"),
        ({"Memory": 2**70}, InvalidParameterError, "out of range"),
        ({"RestartPolicy": {"Name": "always"}, "AutoRemove": True}, InvalidParameterError, "AutoRemove"),
        ({"RestartPolicy": {"Name": "no", "MaximumRetryCount": 3}}, InvalidParameterError, "on-failure"),
        ({"SecurityOpt": ["seccomp={}", "label=level:s0", "apparmor=own", "disable"]}, None, ""),
        ({"SecurityOpt": ["seccomp=nonsense"]}, InvalidParameterError, "Decoding seccomp profile failed"),
        ({"SecurityOpt": ["nonsense"]}, InvalidParameterError, 'invalid --security-opt 1: "nonsense"'),
        ({"SecurityOpt": ["x=y"]}, InvalidParameterError, 'invalid --security-opt 2: "x=y"'),
        ({"SecurityOpt": ["no-new-privileges=x"]}, InvalidParameterError, "invalid --security-opt 2"),
        ({"PidMode": "container:x", "IpcMode": "container:y"}, None, ""),
        ({"PidMode": "x"}, InvalidParameterError, "invalid PID mode: x"),
        ({"PidMode": "container:"}, InvalidParameterError, "invalid PID mode: container:"),
        ({"IpcMode": "x"}, InvalidParameterError, "invalid IPC mode: x"),
        ({"UTSMode": "container:x"}, InvalidParameterError, "invalid UTS mode: container:x"),
        ({"CgroupnsMode": "x"}, InvalidParameterError, "invalid cgroup namespace mode: x"),
        ({"UsernsMode": "x"}, InvalidParameterError, "invalid USER mode: x"),
        ({"Annotations": {"": "x"}}, InvalidParameterError, "empty string is not permitted"),
        ({"StorageOpt": {"size": "1G"}}, InvalidParameterError, "only for overlay over xfs"),
        ({"StorageOpt": {"colour": "red"}}, InvalidParameterError, "Unknown option colour"),
        ({"Devices": [{"PathOnHost": 5}]}, InvalidParameterError, "Devices must hold strings"),
        ({"DeviceCgroupRules": ["c 1:3 rwx"]}, InvalidParameterError, "invalid device cgroup rule format"),
        ({"DeviceCgroupRules": ["c 1:3 rwm", "a *:* r"]}, None, ""),
        ({"Isolation": "hyperv"}, InvalidParameterError, "linux only supports 'default'"),
        ({"Sysctls": {"kernel.panic": "1"}}, InvalidParameterError, "not allowed"),
        ({"Sysctls": {"net.x": "1"}, "NetworkMode": "host"}, InvalidParameterError, "host network"),
        (
            {"Ulimits": [{"Name": "nofile", "Soft": 2, "Hard": 1}]},
            InvalidParameterError,
            "less than or equal",
        ),
        ({"ShmSize": -1}, InvalidParameterError, "SHM size"),
        ({"OomScoreAdj": 2000}, InvalidParameterError, "-1000, 1000"),
        ({"DeviceRequests": [{"Driver": 5}]}, InvalidParameterError, "DeviceRequests"),
        ({"MemorySwappiness": -1, "BlkioDeviceReadBps": [], "Links": []}, None, ""),
        ({"LogConfig": {"Type": "json-file", "Config": {}}}, None, ""),
        ({"LogConfig": {"Config": {"labels": "x", "tag": "{{.Name}}/{{ .ID }}"}}}, None, ""),
        ({"LogConfig": {"Config": {"tag": "{{.Colour}}"}}}, InvalidParameterError, "no field Colour"),
        ({"LogConfig": {"Config": {"tag": "{{"}}}, InvalidParameterError, "unclosed action"),
        ({"LogConfig": {"Config": {"env-regex": "("}}}, InvalidParameterError, "error parsing regexp"),
        ({"LogConfig": {"Config": {"x": "y"}}}, InvalidParameterError, "'x' for json-file log driver"),
        ({"LogConfig": {"Config": {"mode": "x"}}}, InvalidParameterError, "logging mode not supported: x"),
        ({"LogConfig": {"Config": {"max-buffer-size": "1m"}}}, InvalidParameterError, "mode=non-blocking"),
        ({"LogConfig": {"Config": {"compress": "x"}}}, InvalidParameterError, "strconv.ParseBool"),
        (
            {"LogConfig": {"Type": "local", "Config": {"labels": "x"}}},
            InvalidParameterError,
            "unknown log opt 'labels' for log driver local",
        ),
        ({"LogConfig": {"Type": "local", "Config": {"mode": "non-blocking", "max-file": "2"}}}, None, ""),
        ({"LogConfig": {"Type": "none", "Config": {"anything": "x"}}}, None, ""),
        ({"LogConfig": {"Type": "syslog"}}, InvalidParameterError, 'plugin "syslog" not found'),
    ],
)
def test_host_config(body: dict[str, Any], kind: type[EngineError] | None, text: str) -> None:
    if kind is None:
        assert read_host_config(body)["NetworkMode"] == "default"
    else:
        with pytest.raises(kind, match=text):
            read_host_config(body)


def test_binds() -> None:
    plain = parse_bind("/host/../data:/in")
    assert (plain.kind, plain.source, plain.target, plain.read_only) == ("bind", "/data", "/in", False)
    volume = parse_bind("cache:/in:ro,nocopy")
    assert (volume.kind, volume.source, volume.read_only, volume.copy) == ("volume", "cache", True, False)
    assert parse_bind("/only").source == ""
    for bad in (
        "",
        ":",
        "a:b",
        "/a:/b:nonsense",
        "/a:/b:ro,rw",
        "/a:relative",
        "/a:/",
        "b@d:/x",
        "/a:/b:ro:x",
    ):
        with pytest.raises(InvalidParameterError):
            parse_bind(bad)


def test_mounts() -> None:
    made = parse_mount({"Type": "tmpfs", "Target": "/t", "TmpfsOptions": {"SizeBytes": 1024, "Mode": 0o700}})
    assert made.tmpfs_options == ("size=1024", "mode=700")
    bound = parse_mount(
        {
            "Type": "bind", "Source": "/x", "Target": "/t", "ReadOnly": True,
            "BindOptions": {"NonRecursive": True, "ReadOnlyNonRecursive": True, "Propagation": "rslave"},
        }
    )  # fmt: skip
    assert (bound.recursive, bound.read_only_below, bound.propagation) == (False, "no", "rslave")
    assert not bound.make_source
    for bad in (
        {"Type": "bind", "Target": "/t"},
        {"Type": "bind", "Source": "rel", "Target": "/t"},
        {"Type": "tmpfs", "Source": "/x", "Target": "/t"},
        {"Type": "volume", "Target": ""},
        {"Type": "magic", "Target": "/t"},
        {"Type": "volume", "Target": "/t", "ReadOnly": "yes"},
        {"Type": "volume", "Target": "/t", "ReadOnly": True},
        {"Type": "volume", "Target": "/t", "Source": "vol", "VolumeOptions": {"Subpath": "a/../../b"}},
        {"Type": "volume", "Target": "/t", "Source": "vol", "VolumeOptions": {"Subpath": "/a"}},
        {"Type": "volume", "Target": "/t", "VolumeOptions": {"Subpath": "a"}},
        {"Type": "volume", "Target": "/t", "Source": "vol", "VolumeOptions": {"Labels": {"a": 1}}},
        {"Type": "volume", "Target": "/t", "Source": "vol", "BindOptions": {}},
        {"Type": "bind", "Source": "/x", "Target": "/t", "BindOptions": {"Propagation": "wild"}},
        {"Type": "bind", "Source": "/x", "Target": "/t", "BindOptions": {"NonRecursive": 1}},
        {"Type": "tmpfs", "Target": "/t", "TmpfsOptions": {"Options": [["lowerdir=/etc"]]}},
    ):
        with pytest.raises(InvalidParameterError):
            parse_mount(bad)


def test_collected_mounts() -> None:
    config = read_config({"Volumes": {"/a/b/c": {}, "/data": {}}})
    host = read_host_config({"Binds": ["v1:/data"], "Tmpfs": {"/a": "size=1m,exec"}})
    wishes, taken_over = collect_mounts(config, host)
    assert [(wish.target, wish.kind, wish.anonymous) for wish in wishes] == [
        ("/data", "volume", False),
        ("/a/b/c", "volume", True),
    ]
    assert wishes[0].source == "v1"
    assert len(wishes[1].source) == 64
    assert taken_over == []
    assert tmpfs_targets(host) == {"/a": ["nosuid", "nodev", "size=1m", "exec"]}
    with pytest.raises(InvalidParameterError, match="Duplicate mount point: /x"):
        collect_mounts(config, read_host_config({"Binds": ["v1:/x", "v2:/x/"]}))
    with pytest.raises(InvalidParameterError, match="invalid tmpfs option"):
        collect_mounts(config, read_host_config({"Tmpfs": {"/t": "size=1m,lowerdir=/etc"}}))


def test_mounts_of_other_containers_stand_between_the_callers_and_the_images() -> None:
    config = read_config({"Volumes": {"/a": {}, "/b": {}, "/c": {}}})
    host = read_host_config({"Binds": ["mine:/a"], "Tmpfs": {"/t": ""}})
    others = [{"Destination": place, "Type": "volume"} for place in ("/a", "/b", "/b/below", "/t")]
    wishes, kept = collect_mounts(config, host, others)
    assert [wish.target for wish in wishes] == ["/a", "/c"]
    assert [mount["Destination"] for mount in kept] == ["/b", "/b/below"]
    assert [mount["Destination"] for mount in by_depth(kept[::-1])] == ["/b", "/b/below"]


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("other", ("other", False)),
        ("other:ro", ("other", True)),
        ("other:rw,z", ("other", False)),
        ("other:rslave", "invalid mode: rslave"),
        ("other:nocopy", "invalid mode: nocopy"),
        ("a:b:c", "invalid mode: b:c"),
        ("", "volumes-from specification cannot be an empty string"),
    ],
)
def test_volumes_from(text: str, parsed: Any) -> None:
    if isinstance(parsed, str):
        with pytest.raises(InvalidParameterError) as failed:
            parse_volumes_from(text)
        assert failed.value.message == parsed
    else:
        assert parse_volumes_from(text) == parsed


def test_names_and_ids() -> None:
    assert check_name("/web-1.x_y") == "web-1.x_y"
    for bad in ("", "a", "-a", "a b", "ä1", "a/b", "xy\n"):
        with pytest.raises(InvalidParameterError, match="only \\[a-zA-Z0-9\\]"):
            check_name(bad)
    assert len(new_id()) == 64
    taken: set[str] = set()
    for _ in range(200):
        name = random_name(taken.__contains__)
        assert check_name(name) == name
        taken.add(name)
    assert len(taken) == 200


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("SIGTERM", 15),
        ("term", 15),
        ("9", 9),
        ("+9", 9),
        ("SIGRTMIN+3", 37),
        ("RTMIN", 34),
        ("64", 64),
        ("rtmax-14", 50),
        ("65", 65),
        ("-9", -9),
    ],  # fmt: skip
)
def test_signals(text: str, number: int) -> None:
    assert parse_signal(text) == number


@pytest.mark.parametrize("text", ["0", "SIGNONE", "", "RTMIN+0", "RTMIN+16", "RTMAX-15", "９", "9" * 30])
def test_no_signals(text: str) -> None:
    with pytest.raises(InvalidParameterError, match="invalid signal"):
        parse_signal(text)


@pytest.mark.parametrize("number", [-1, 65])
def test_numbers_that_are_no_signals_are_not_sent(number: int) -> None:
    with pytest.raises(InvalidParameterError, match="does not support signal"):
        check_exists(number)


def test_what_the_runtime_says_in_dockers_words() -> None:
    failure, code = explain("executable file `x` not found in $PATH: No such file or directory", ["x"])
    assert (type(failure), code) == (InvalidParameterError, 127)
    assert failure.message.endswith('exec: "x": executable file not found in $PATH: unknown')
    _, code = explain(
        "the path `/etc/passwd` exists but it is not executable: Operation not permitted", ["x"]
    )
    assert code == 126
    _, code = explain("the path `/etc` is not a regular file: Operation not permitted", ["/etc"], prefix=EXEC)
    assert code == 126
    failure, code = explain("mount `proc`: Operation not permitted", ["sh"])
    assert (type(failure), code) == (SystemFailureError, 128)
    assert "mount `proc`" in failure.message
