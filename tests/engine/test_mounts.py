"""Mounts of real containers: binds, volumes and memory, in every form and with every option."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.engine.container_calls import (
    call,
    container,
    create,
    engine_events,
    inspect,
    logs,
    remove,
    run,
    start,
    wait,
)
from tests.support.native_engine import NativeEngine

pytestmark = pytest.mark.usefixtures("busybox")


@pytest.fixture
def shared(engine: NativeEngine) -> Iterator[Path]:
    """A folder that the engine sees at the same path."""
    folder = engine.state / "shared"
    folder.mkdir(exist_ok=True)
    yield folder
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()


@pytest.fixture
def volume(engine: NativeEngine) -> Iterator[str]:
    """A volume with `sub/file`, a link to `sub` and one that leads out."""
    run(
        engine, "sh", "-c", "mkdir /v/sub; echo inside > /v/sub/file; ln -s sub /v/in; ln -s / /v/out",
        HostConfig={"Binds": ["parts:/v"]},
    )  # fmt: skip
    yield "parts"
    assert engine.request("DELETE", "/volumes/parts").status == 204


def _options(engine: NativeEngine, **host: Any) -> str:
    """Return the options of the mount at /x in a container."""
    line = run(engine, "grep", " /x ", "/proc/self/mounts", HostConfig=host)
    return line.split()[3] if line else ""


def _refused(engine: NativeEngine, **host: Any) -> tuple[int, str]:
    """Return how a container with these mounts fails to start."""
    with container(engine, "true", HostConfig=host) as identifier:
        answer = call(engine, "start", identifier)
        assert inspect(engine, identifier)["State"]["Error"] == answer.message
        return answer.status, answer.message


def test_binds(engine: NativeEngine, shared: Path) -> None:
    (shared / "file").write_text("ours\n")
    script = "cat /x/file; touch /x/new && echo written"
    command = ("sh", "-c", script)
    assert run(engine, *command, HostConfig={"Binds": [f"{shared}:/x"]}) == "ours\nwritten\n"
    told = run(engine, *command, HostConfig={"Binds": [f"{shared}:/x:ro"]})
    assert told == "ours\ntouch: /x/new: Read-only file system\n"
    mount = {"Type": "bind", "Source": str(shared), "Target": "/x", "ReadOnly": True}
    assert run(engine, *command, HostConfig={"Mounts": [mount]}) == told


def test_a_missing_folder_is_made_at_the_start(engine: NativeEngine, shared: Path) -> None:
    missing = shared / "a" / "b"
    with container(engine, "touch", "/x/f", HostConfig={"Binds": [f"{missing}:/x"]}) as identifier:
        assert not missing.exists()
        start(engine, identifier)
        wait(engine, identifier)
        assert (missing / "f").exists()
    mount = {"Type": "bind", "Source": str(shared / "c"), "Target": "/x"}
    body = {"Image": "busybox", "Cmd": ["true"], "HostConfig": {"Mounts": [mount]}}
    assert engine.request("POST", "/containers/create", body=body).status == 400
    mount["BindOptions"] = {"CreateMountpoint": True}  # type: ignore[assignment]
    run(engine, "true", HostConfig={"Mounts": [mount]})
    assert (shared / "c").is_dir()


def test_a_folder_that_vanished_is_told_at_the_start(engine: NativeEngine, shared: Path) -> None:
    gone = shared / "gone"
    gone.mkdir()
    mount = {"Type": "bind", "Source": str(gone), "Target": "/x"}
    with container(engine, "true", HostConfig={"Mounts": [mount]}) as identifier:
        gone.rmdir()
        answer = call(engine, "start", identifier)
        assert (answer.status, answer.message) == (
            400,
            f'invalid mount config for type "bind": bind source path does not exist: {gone}',
        )


def test_what_is_mounted_below_a_bind(engine: NativeEngine, shared: Path) -> None:
    (shared / "below").mkdir()
    below = str(shared / "below")
    engine.inside("mount", "-t", "tmpfs", "deep", below)
    try:
        engine.inside("sh", "-c", f"echo deep > {below}/file")
        command = ("sh", "-c", "cat /x/below/file; touch /x/below/new && echo written")

        def tried(read_only: bool, **options: Any) -> str:
            mount = {"Type": "bind", "Source": str(shared), "Target": "/x", "ReadOnly": read_only}
            return run(engine, *command, HostConfig={"Mounts": [{**mount, "BindOptions": options}]})

        assert tried(False) == "deep\nwritten\n"
        assert tried(True) == "deep\ntouch: /x/below/new: Read-only file system\n"
        assert tried(True, ReadOnlyForceRecursive=True) == tried(True)
        assert tried(True, ReadOnlyNonRecursive=True) == "deep\nwritten\n"
        assert "No such file" in tried(False, NonRecursive=True)
        # What the source's own mount forbids stays forbidden.
        engine.inside("mount", "-o", "remount,ro,noexec", below)
        bound = {"Binds": [f"{below}:/x"]}
        assert {"ro", "noexec"} <= set(_options(engine, **bound).split(","))
    finally:
        engine.inside("umount", "-l", below)


def test_propagation(engine: NativeEngine, shared: Path) -> None:
    place = str(shared)
    for option, kind in (("rshared", "shared"), ("rslave", "shared or slave")):
        status, text = _refused(engine, Binds=[f"{place}:/x:{option}"])
        assert status == 400
        assert text.startswith(f"path {place} is mounted on ")
        assert text.endswith(f" but it is not a {kind} mount")
    engine.inside("mount", "--bind", place, place)
    try:
        engine.inside("mount", "--make-shared", place)
        (shared / "inner").mkdir()
        command = ("sh", "-c", "until grep -q /x/inner /proc/self/mounts; do sleep 0.02; done; echo seen")
        with container(engine, *command, HostConfig={"Binds": [f"{place}:/x:rslave"]}) as identifier:
            start(engine, identifier)
            engine.inside("mount", "-t", "tmpfs", "late", f"{place}/inner")
            assert wait(engine, identifier) == 0
            assert logs(engine, identifier) == "seen\n"
            assert inspect(engine, identifier)["Mounts"][0]["Propagation"] == "rslave"
        engine.inside("umount", f"{place}/inner")
    finally:
        engine.inside("umount", "-l", place)


def test_memory(engine: NativeEngine) -> None:
    assert _options(engine, Tmpfs={"/x": ""}) == "rw,nosuid,nodev,noexec,relatime"
    chosen = _options(engine, Tmpfs={"/x": "exec,ro,size=1m,mode=700,rw,size=2m"})
    assert chosen == "rw,nosuid,nodev,relatime,size=2048k,mode=700"
    mount = {"Type": "tmpfs", "Target": "/x", "TmpfsOptions": {"SizeBytes": 8192, "Mode": 0o1770}}
    assert _options(engine, Mounts=[mount]) == "rw,nosuid,nodev,noexec,relatime,size=8k,mode=1770"
    assert _options(engine, Mounts=[{"Type": "tmpfs", "Target": "/x", "ReadOnly": True}]).startswith("ro,")
    with container(engine, "true", HostConfig={"Tmpfs": {"/t": ""}, "Mounts": [mount]}) as identifier:
        assert [(item["Type"], item["Destination"]) for item in inspect(engine, identifier)["Mounts"]] == [
            ("tmpfs", "/x")
        ]


def test_parts_of_volumes(engine: NativeEngine, volume: str) -> None:
    def part(subpath: str) -> dict[str, Any]:
        mount = {"Type": "volume", "Source": volume, "Target": "/x", "VolumeOptions": {"Subpath": subpath}}
        return {"Mounts": [mount]}

    assert run(engine, "cat", "/x/file", HostConfig=part("sub")) == "inside\n"
    assert run(engine, "cat", "/x", HostConfig=part("sub/file")) == "inside\n"
    assert run(engine, "cat", "/x/file", HostConfig=part("in")) == "inside\n"
    folder = engine.data_root / "volumes" / volume / "_data"
    assert _refused(engine, **part("nothing")) == (
        404,
        f"cannot access path {folder}/nothing: lstat {folder}/nothing: no such file or directory",
    )
    assert _refused(engine, **part("out/etc")) == (
        400,
        f"path concatenation escapes the base directory, base: {folder}, subpath: out/etc",
    )
    # Nothing of it stays mounted, and the volume keeps what it has.
    assert "subpaths" not in engine.inside("cat", "/proc/self/mountinfo")
    assert run(engine, "cat", "/v/sub/file", HostConfig={"Binds": [f"{volume}:/v"]}) == "inside\n"


def test_an_empty_part_of_a_volume_starts_with_what_the_image_has(engine: NativeEngine, volume: str) -> None:
    run(engine, "mkdir", "/v/filled", "/v/not", HostConfig={"Binds": [f"{volume}:/v"]})

    def seen(*command: str, **options: Any) -> str:
        mount = {"Type": "volume", "Source": volume, "Target": "/etc", "VolumeOptions": options}
        return run(engine, *command, HostConfig={"Mounts": [mount]})

    expected = run(engine, "cat", "/etc/passwd")
    assert "root" in expected
    assert expected not in seen("cat", "/etc/passwd", Subpath="not", NoCopy=True)
    assert seen("cat", "/etc/passwd", Subpath="filled") == expected
    # What is there already stays as it is.
    seen("sh", "-c", "echo mine > /etc/passwd", Subpath="filled")
    assert seen("cat", "/etc/passwd", Subpath="filled") == "mine\n"


def test_mounts_of_another_container(engine: NativeEngine, volume: str) -> None:
    binds = {"Binds": [f"{volume}:/v", f"{volume}:/w:ro"]}
    with container(engine, "true", HostConfig=binds, Volumes={"/own": {}}) as first:
        own = next(item["Name"] for item in inspect(engine, first)["Mounts"] if item["Destination"] == "/own")
        with container(
            engine, "cat", "/v/sub/file", HostConfig={"VolumesFrom": [first], "Binds": [f"{volume}:/w"]}
        ) as second:
            start(engine, second)
            wait(engine, second)
            assert logs(engine, second) == "inside\n"
            mounts = {item["Destination"]: item for item in inspect(engine, second)["Mounts"]}
            assert {place: item["RW"] for place, item in mounts.items()} == {
                "/v": True, "/w": True, "/own": True
            }  # fmt: skip
            assert mounts["/own"]["Name"] == own
        # It went with its `v=1`, but not what the first one still has.
        assert engine.request("GET", f"/volumes/{own}").status == 200
        with container(engine, "true", HostConfig={"VolumesFrom": [f"{first}:ro"]}) as third:
            assert not any(item["RW"] for item in inspect(engine, third)["Mounts"])
    assert engine.request("GET", f"/volumes/{own}").status == 404
    body = {"Image": "busybox", "Cmd": ["true"], "HostConfig": {"VolumesFrom": ["nobody"]}}
    answer = engine.request("POST", "/containers/create", body=body)
    assert (answer.status, answer.message) == (400, "No such container: nobody")


def test_volumes_that_are_mounts_of_their_own(engine: NativeEngine, shared: Path) -> None:
    (shared / "precious").write_text("kept\n")
    bind = {"type": "none", "device": str(shared), "o": "bind"}
    created = engine.request("POST", "/volumes/create", body={"Name": "bound", "DriverOpts": bind})
    assert created.json["Options"] == bind
    holder = create(engine, "sleep", "1000", HostConfig={"Binds": ["bound:/x"]})
    try:
        start(engine, holder)
        folder = str(engine.data_root / "volumes" / "bound" / "_data")
        assert f" {folder} " in engine.inside("cat", "/proc/self/mounts")
        assert run(engine, "cat", "/x/precious", HostConfig={"Binds": ["bound:/x"]}) == "kept\n"
        assert f" {folder} " in engine.inside("cat", "/proc/self/mounts")  # the first one still has it
        # Neither counted nor pruned: its files are somebody else's.
        pruned = engine.request("POST", "/volumes/prune", query={"filters": '{"all":["1"]}'}).json
        assert "bound" not in (pruned["VolumesDeleted"] or [])
        engine.kill()
        engine.start()
        assert run(engine, "cat", "/x/precious", HostConfig={"Binds": ["bound:/x"]}) == "kept\n"
    finally:
        remove(engine, holder)
    assert f" {folder} " not in engine.inside("cat", "/proc/self/mounts")
    assert engine.request("DELETE", "/volumes/bound").status == 204
    assert (shared / "precious").read_text() == "kept\n"


def test_volumes_in_memory_and_failing_ones(engine: NativeEngine) -> None:
    options = {"type": "tmpfs", "device": "tmpfs", "o": "size=1m,uid=7,noexec"}
    driver = {"DriverConfig": {"Name": "local", "Options": options}}
    mount = {"Type": "volume", "Source": "memory", "Target": "/x", "VolumeOptions": driver}
    line = run(engine, "grep", " /x ", "/proc/self/mounts", HostConfig={"Mounts": [mount]})
    assert line.startswith("tmpfs /x tmpfs rw,noexec,")
    assert "size=1024k,uid=7" in line
    assert engine.request("GET", "/volumes/memory").json["Options"] == options
    assert engine.request("DELETE", "/volumes/memory").status == 204

    options = {"type": "none", "device": "/none/such", "o": "bind"}
    engine.request("POST", "/volumes/create", body={"Name": "broken", "DriverOpts": options})
    folder = engine.data_root / "volumes" / "broken" / "_data"
    assert _refused(engine, Binds=["broken:/x"]) == (
        500,
        f"error while mounting volume '{folder}': failed to mount local volume: "
        f"mount /none/such:{folder}, flags: 0x1000: no such file or directory",
    )
    assert engine.request("DELETE", "/volumes/broken").status == 204


def test_events_of_volumes(engine: NativeEngine) -> None:
    begun = time.time()
    run(engine, "true", HostConfig={"Binds": ["told:/x:ro"]})
    engine.request("DELETE", "/volumes/told")
    assert engine_events(engine, begun, volume=["told"]) == ["create", "mount", "unmount", "destroy"]
    query = {
        "since": f"{begun:.6f}", "until": f"{time.time():.6f}",
        "filters": json.dumps({"type": ["volume"], "event": ["mount"]}),
    }  # fmt: skip
    attributes = engine.request("GET", "/events", query=query).lines[0]["Actor"]["Attributes"]
    assert attributes.pop("container")
    assert attributes == {"destination": "/x", "driver": "local", "propagation": "", "read/write": "false"}


def test_other_volume_drivers_are_not_there(engine: NativeEngine) -> None:
    for host in (
        {"VolumeDriver": "cloud", "Binds": ["vol1:/x"]},
        {
            "Mounts": [
                {
                    "Type": "volume", "Source": "vol1", "Target": "/x",
                    "VolumeOptions": {"DriverConfig": {"Name": "cloud"}},
                }
            ]
        },
    ):  # fmt: skip
        body = {"Image": "busybox", "Cmd": ["true"], "HostConfig": host}
        answer = engine.request("POST", "/containers/create", body=body)
        assert (answer.status, answer.message) == (
            404,
            'create vol1: error looking up volume plugin cloud: plugin "cloud" not found',
        )


def test_what_lies_under_a_containers_own_folder(engine: NativeEngine) -> None:
    """Inspect tells it; while the container runs it is there."""
    with container(engine, "sleep", "1000") as name:
        start(engine, name)
        lowers = inspect(engine, name)["GraphDriver"]["Data"]["LowerDir"].split(":")
        assert "bin" in engine.inside("ls", lowers[0]).split()
        assert "proc" in engine.inside("ls", lowers[-1]).split()
