"""The engine dies and comes back: containers run on, what happened meanwhile is known, nothing half made is
left."""

import json
import os
import random
import shutil
import subprocess
import threading
import time
from collections.abc import Collection, Iterator
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path

import pytest

from tests.engine.container_calls import (
    call,
    create,
    inspect,
    leftovers,
    logs,
    remove,
    start,
    status,
    until,
    wait,
)
from tests.engine.raw_stream import RawStream
from tests.support.namespaces import made_netns
from tests.support.native_engine import NativeEngine, started_engine
from tests.support.test_images import busybox_image, save_docker_archive

SEEDS = range(int(os.environ.get("MARINA_KILLS", "4")))
GATE = "while [ ! -e /gate/open ]; do sleep 0.02; done"


@pytest.fixture(scope="module")
def mortal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NativeEngine]:
    """An engine of these tests' own, to be killed."""
    with (
        made_netns(f"tm{os.getpid() % 1_000_000}") as netns,
        started_engine(tmp_path_factory.mktemp("mortal"), netns) as engine,
    ):
        archive = save_docker_archive(busybox_image(docker=True), ["busybox:latest"])
        assert engine.request("POST", "/images/load", body=archive).status == 200
        yield engine


@pytest.fixture
def gate(tmp_path: Path, mortal: NativeEngine) -> Iterator[Path]:
    """A file inside the engine's own data folder that containers can be made to wait for."""
    folder = mortal.data_root / f"gate-{tmp_path.name}"
    folder.mkdir()
    yield folder / "open"
    (folder / "open").unlink(missing_ok=True)
    folder.rmdir()


def test_running_containers_outlive_a_killed_engine(mortal: NativeEngine) -> None:
    name = create(mortal, "sh", "-c", "while :; do echo tick; sleep 0.02; done", Tty=False)
    start(mortal, name)
    until(lambda: "tick" in logs(mortal, name), "it runs")
    before = inspect(mortal, name)
    mortal.kill()
    stored = mortal.data_root / "containers" / name / "output.log"
    size = stored.stat().st_size
    until(lambda: stored.stat().st_size > size, "output is written while nobody is there")
    written = stored.read_bytes().count(b"tick\n")
    mortal.start()
    after = inspect(mortal, name)
    assert after["State"] == before["State"]
    assert after["NetworkSettings"]["IPAddress"] == before["NetworkSettings"]["IPAddress"] != ""
    assert logs(mortal, name).count("tick") >= written
    stream = RawStream(mortal, f"/containers/{name}/attach?stream=1&stdout=1")
    stream.read_until(b"tick")
    stream.close()
    identifier = mortal.request(
        "POST", f"/containers/{name}/exec", body={"Cmd": ["echo", "hi"], "AttachStdout": True}
    ).json["Id"]
    assert b"hi\n" in RawStream(mortal, f"/exec/{identifier}/start", {}).read_all()
    assert call(mortal, "stop", name, t="0").status == 204
    assert inspect(mortal, name)["State"]["ExitCode"] == 137
    assert remove(mortal, name).status == 204
    assert leftovers(mortal, name) == []


def test_end_while_the_engine_is_away(mortal: NativeEngine, gate: Path) -> None:
    binds = {"Binds": [f"{gate.parent}:/gate"]}
    kept = create(mortal, "sh", "-c", f"{GATE}; echo done; exit 7", HostConfig=binds)
    gone = create(mortal, "sh", "-c", GATE, HostConfig=binds | {"AutoRemove": True})
    start(mortal, kept)
    start(mortal, gone)
    pids = [inspect(mortal, name)["State"]["Pid"] for name in (kept, gone)]
    mortal.kill()
    gate.touch()
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids), "both have ended")
    mortal.start()
    until(lambda: status(mortal, kept) == "exited", "its end was noticed")
    assert inspect(mortal, kept)["State"]["ExitCode"] == 7
    assert logs(mortal, kept) == "done\n"
    until(
        lambda: [item for item in leftovers(mortal, kept) if "/data/" not in item] == [],
        "its run is put away once its end is on record",
    )
    until(lambda: mortal.request("GET", f"/containers/{gone}/json").status == 404, "it is gone")
    until(lambda: leftovers(mortal, gone) == [], "its folder goes after its record")
    assert remove(mortal, kept).status == 204


def test_a_container_held_for_a_commit_goes_on_after_the_engines_death(mortal: NativeEngine) -> None:
    large = shutil.disk_usage(mortal.state).free // 2  # what might not fit is refused before it is held
    name = create(mortal, "sh", "-c", f"truncate -s {large} /large; while :; do echo tick; sleep 0.02; done")
    start(mortal, name)
    until(lambda: "tick" in logs(mortal, name), "it runs")
    connection = mortal.connection()
    connection.request("POST", f"/commit?container={name}")  # reads all of the large file
    until(lambda: status(mortal, name) == "paused", "it is held")
    mortal.kill()
    connection.close()
    mortal.start()
    assert status(mortal, name) == "running"
    said = len(logs(mortal, name))
    until(lambda: len(logs(mortal, name)) > said, "it goes on")
    assert remove(mortal, name).status == 204


def test_a_paused_container_stays_so(mortal: NativeEngine) -> None:
    name = create(mortal, "sleep", "1000")
    start(mortal, name)
    assert call(mortal, "pause", name).status == 204
    mortal.kill()
    mortal.start()
    assert status(mortal, name) == "paused"
    assert call(mortal, "unpause", name).status == 204
    assert remove(mortal, name).status == 204


def test_sigterm_leaves_containers_running(mortal: NativeEngine) -> None:
    name = create(mortal, "sleep", "1000")
    start(mortal, name)
    mortal.stop()
    mortal.start()
    assert status(mortal, name) == "running"
    assert remove(mortal, name).status == 204


def test_restart_policies(mortal: NativeEngine) -> None:
    def policy(name: str, most: int = 0) -> dict[str, object]:
        return {"RestartPolicy": {"Name": name, "MaximumRetryCount": most}}

    failing = create(mortal, "sh", "-c", "echo run; exit 1", HostConfig=policy("on-failure", 2))
    start(mortal, failing)
    until(lambda: logs(mortal, failing).count("run") == 3, "it ran once and was restarted twice")
    until(lambda: status(mortal, failing) == "exited", "it stays down")
    assert inspect(mortal, failing)["RestartCount"] == 2

    kept_up = create(mortal, "sleep", "1000", HostConfig=policy("always"))
    start(mortal, kept_up)
    first = inspect(mortal, kept_up)["State"]["Pid"]
    mortal.inside("sh", "-c", f"kill -9 {first}")
    until(lambda: inspect(mortal, kept_up)["State"]["Pid"] not in (0, first), "it was started again")

    stopped = create(mortal, "sleep", "1000", HostConfig=policy("unless-stopped"))
    start(mortal, stopped)
    assert call(mortal, "stop", stopped, t="0").status == 204
    mortal.kill()
    mortal.start()
    assert status(mortal, kept_up) == "running"
    assert status(mortal, stopped) == "exited"
    for name in (failing, kept_up, stopped):
        assert remove(mortal, name).status == 204


def test_a_killed_monitor_ends_its_container(mortal: NativeEngine) -> None:
    name = create(mortal, "sleep", "1000")
    start(mortal, name)
    mortal.inside(
        "sh", "-c", f"for p in /proc/[0-9]*; do tr '\\0' ' ' < $p/cmdline 2>/dev/null | "
        f"{{ read -r line; case $line in conmon*{name}*) kill -9 ${{p#/proc/}};; esac; }}; done"
    )  # fmt: skip
    until(lambda: status(mortal, name) == "exited", "the end was noticed")
    assert inspect(mortal, name)["State"]["ExitCode"] == 137
    assert remove(mortal, name).status == 204
    assert leftovers(mortal, name) == []


def test_a_log_that_was_being_turned_when_the_engine_died(mortal: NativeEngine) -> None:
    name = create(mortal, "sh", "-c", "n=0; while :; do n=$((n+1)); echo $n; sleep 0.02; done")
    start(mortal, name)
    until(lambda: "5" in logs(mortal, name), "it runs")
    mortal.kill()
    path = mortal.data_root / "containers" / name / "output.log"
    path.rename(path.with_name("output.log.1"))  # and the monitor was not told
    mortal.start()
    until(path.exists, "the monitor was asked for a new file")
    until(lambda: path.stat().st_size > 0, "it goes on there")
    assert call(mortal, "kill", name).status == 204
    shown = [int(line) for line in logs(mortal, name).split()]
    assert shown == list(range(1, len(shown) + 1))
    assert remove(mortal, name).status == 204


def compiled_filters(engine: NativeEngine) -> list[str]:
    """Return the runtime's compiled seccomp filters, each with the time of its making and its size."""
    cache = engine.state / "run" / "runtime" / ".cache" / "seccomp"
    script = (
        "import glob,json,os;"
        f"print(json.dumps([f'{{p}} {{os.stat(p).st_mtime_ns}} {{os.stat(p).st_size}}' "
        f"for p in glob.glob({str(cache)!r}+'/*')]))"
    )
    result: list[str] = json.loads(engine.inside("python3", "-c", script))
    return result


def test_the_first_start_after_a_boot_finds_its_filter_compiled(mortal: NativeEngine) -> None:
    mortal.kill()
    mortal.inside("rm", "-rf", str(mortal.state / "run" / "runtime" / ".cache"))
    mortal.start()
    until(lambda: compiled_filters(mortal) != [], "the filter was compiled with nobody asking")
    until(
        lambda: leftovers(mortal, f"{mortal.state}/run/containers/") == [], "nothing is left of the warm-up"
    )
    before = compiled_filters(mortal)
    assert mortal.request("GET", "/containers/json", query={"all": "1"}).json == []
    name = create(mortal, "true")
    start(mortal, name)
    assert wait(mortal, name) == 0
    assert compiled_filters(mortal) == before
    assert remove(mortal, name).status == 204


def work(engine: NativeEngine, stop: threading.Event, made: set[str], chance: random.Random) -> None:
    """Create, start, exec in, pause and remove containers until told to stop or the engine is gone."""
    with suppress(OSError, HTTPException, AssertionError, ValueError):
        while not stop.is_set():
            lasting = chance.random() < 0.5
            ports = {"80/tcp": [{"HostPort": ""}]} if chance.random() < 0.3 else {}
            name = create(
                engine, *(("sleep", "1000") if lasting else ("true",)),
                HostConfig={"PortBindings": ports}, Volumes={"/data": {}},
            )  # fmt: skip
            made.add(name)
            start(engine, name)
            if lasting:
                body = {"Cmd": ["true"], "AttachStdout": True}
                answer = engine.request("POST", f"/containers/{name}/exec", body=body)
                engine.request("POST", f"/exec/{answer.json['Id']}/start", body={})
                if chance.random() < 0.5:
                    call(engine, "kill", name)
            wait_for = call(engine, "wait", name) if not lasting else None
            assert wait_for is None or wait_for.status == 200
            if chance.random() < 0.7:
                remove(engine, name)


def traces(engine: NativeEngine, made: Collection[str] = ()) -> dict[str, list[str]]:
    """Return what is there for containers, by kind: mounts, cables, pins, ports, processes, files.

    Control groups are looked up by the ids in `made`: other engines on this machine have theirs beside.
    """
    run = str(engine.state / "run")
    script = (
        "import glob,json,os,subprocess\n"
        f"run,data,made={run!r},{str(engine.data_root)!r},{list(made)!r}\n"
        "mounts=[l.split()[4] for l in open('/proc/self/mountinfo')]\n"
        "def read(path):\n"
        "    try: return open(path,'rb').read()\n"
        "    except OSError: return b''\n"
        "names=lambda pattern: [os.path.basename(p) for p in glob.glob(pattern)]\n"
        "print(json.dumps({\n"
        "'roots': [m for m in mounts if m.startswith(run+'/containers/')],\n"
        "'layers': [m for m in mounts if m.startswith(run+'/layers/')],\n"
        "'pins': names(run+'/netns/*'), 'bundles': names(run+'/containers/*'),\n"
        "'runtime': names(run+'/runtime/*'), 'execs': names(run+'/exec/*'),\n"
        "'folders': names(data+'/containers/*'),\n"
        "'cables': [n for n in os.listdir('/sys/class/net') if n.startswith('mv')],\n"
        "'groups': [n for n in names('/sys/fs/cgroup/marina/*') if n in made],\n"
        "'monitors': [p for p in glob.glob('/proc/[0-9]*/cmdline')\n"
        "    if (t:=read(p)).startswith(b'conmon') and run.encode() in t],\n"
        "}))\n"
    )
    result: dict[str, list[str]] = json.loads(engine.inside("python3", "-c", script))
    rules = subprocess.run(
        ["ip", "netns", "exec", engine.netns, "nft", "-j", "list", "table", "ip", "marina"],
        capture_output=True, check=True, timeout=60,
    )  # fmt: skip
    published = (item.get("map", {}) for item in json.loads(rules.stdout)["nftables"])
    result["ports"] = [str(element) for one in published for element in one.get("elem", ())]
    return result


@pytest.mark.parametrize("seed", SEEDS)
def test_killed_at_random_moments(mortal: NativeEngine, seed: int) -> None:
    chance = random.Random(seed)
    made: set[str] = set()
    stop = threading.Event()
    workers = [
        threading.Thread(target=work, args=(mortal, stop, made, random.Random(seed * 10 + number)))
        for number in range(2)
    ]
    for worker in workers:
        worker.start()
    time.sleep(chance.uniform(0.02, 0.6))
    mortal.kill()
    stop.set()
    for worker in workers:
        worker.join()
    mortal.start()
    listed = {item["Id"]: item["State"] for item in mortal.request("GET", "/containers/json?all=1").json}
    for name, state in listed.items():
        assert state in ("created", "running", "exited"), state
        if state == "running" and inspect(mortal, name)["Path"] == "sleep":
            body = {"Cmd": ["echo", "alive"], "AttachStdout": True}
            answer = mortal.request("POST", f"/containers/{name}/exec", body=body)
            assert b"alive" in mortal.request("POST", f"/exec/{answer.json['Id']}/start", body={}).body
    until(lambda: set(traces(mortal)["folders"]) == listed.keys(), "folders without a record are gone")
    for kind in ("pins", "bundles"):
        until(lambda kind=kind: sorted(traces(mortal)[kind]) == running(mortal), f"{kind} of what runs")  # type: ignore[misc]
    for name in listed:
        assert remove(mortal, name).status == 204
    nothing: dict[str, list[str]] = {kind: [] for kind in traces(mortal)}
    until(lambda: traces(mortal, made) == nothing, f"nothing is left: {traces(mortal, made)}")
    assert mortal.request("GET", "/volumes").json["Volumes"] == []


def running(engine: NativeEngine) -> list[str]:
    """Return the ids of the containers that run."""
    return sorted(item["Id"] for item in engine.request("GET", "/containers/json").json)


def test_shutdown_of_the_machine_stops_containers(mortal: NativeEngine) -> None:
    name = create(mortal, "sh", "-c", "trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.02; done")
    start(mortal, name)
    until(lambda: "up" in logs(mortal, name), "the trap is set")
    mortal.power_fail()
    mortal.start()
    assert status(mortal, name) == "exited"
    assert logs(mortal, name) == "up\nbye\n"
    assert remove(mortal, name).status == 204
