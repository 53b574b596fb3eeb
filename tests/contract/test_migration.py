"""What a real dockerd has comes into Marina's engine: images, volumes, networks, containers."""

import io
import json
import tarfile
from collections.abc import Iterator
from typing import Any

import pytest

from app.cli import main
from app.services.engine.engine_client import EngineClient
from app.services.errors import CancelledError, EngineRequestError, UserError
from app.services.migration.inventory import HELPER_LABEL, take_inventory
from app.services.migration.migration import Migration, Phase, Progress
from app.services.migration.plan import Kind, Plan, Verdict, Wishes, make_plan
from app.services.migration.sources import SourceEngine, look_at
from app.services.migration.volume_reader import VolumeReader
from tests.support.api_client import ApiClient
from tests.support.dockerd import ReferenceDocker
from tests.support.native_engine import NativeEngine
from tests.support.test_images import Entry, build_image, busybox_layer, layer_tar, save_docker_archive

pytestmark = pytest.mark.timeout(90)

PREFIX = "moving-"
FILL = (
    "cd /v; echo data >file; mkdir -p deep/er; echo x >deep/er/x; ln file hard; ln -s /etc/passwd link;"
    "mkfifo pipe; touch deep/own; chown 5:6 deep/own; chmod 4755 deep/own; chown 999:998 /v; chmod 750 /v"
)


@pytest.fixture
def source(dockerd: ReferenceDocker) -> Iterator[EngineClient]:
    """The desktop's client of dockerd; what the test made there is gone after it."""
    with EngineClient(dockerd.socket) as client:
        yield client
    clean_up(dockerd)


@pytest.fixture
def target(marina: NativeEngine) -> Iterator[EngineClient]:
    """The desktop's client of Marina's engine."""
    with EngineClient(marina.socket) as client:
        yield client
    clean_up(marina)


def clean_up(engine: ApiClient) -> None:
    """Remove all that begins with our prefix."""
    for row in engine.request("GET", "/containers/json", query={"all": "1"}).json:
        if row["Names"][0].startswith(f"/{PREFIX}"):
            engine.request("DELETE", f"/containers/{row['Id']}", query={"force": "1", "v": "1"})
    for row in engine.request("GET", "/volumes").json["Volumes"]:
        engine.request("DELETE", f"/volumes/{row['Name']}")
    for row in engine.request("GET", "/networks").json:
        if row["Name"].startswith(PREFIX):
            engine.request("DELETE", f"/networks/{row['Id']}")
    for row in engine.request("GET", "/images/json").json:
        for name in row["RepoTags"] or [row["Id"]]:
            if name != "busybox:latest":
                engine.request("DELETE", f"/images/{name}", query={"force": "1"})


def fill(dockerd: ReferenceDocker) -> None:
    """Give dockerd two images on one base, a volume with all sorts of files, a network and a container."""
    for name in ("one", "two"):
        image = build_image(
            [busybox_layer(), layer_tar([Entry(f"{name}.txt", name.encode() * 1000)])],
            docker=True,
        )
        load(dockerd, save_docker_archive(image, [f"{PREFIX}{name}:1", f"{PREFIX}{name}:2"]))
    post(dockerd, "/volumes/create", {"Name": f"{PREFIX}data", "Labels": {"team": "a"}})
    dockerd.docker("run", "--rm", "-v", f"{PREFIX}data:/v", "busybox", "sh", "-c", FILL)
    dockerd.docker(
        "network", "create", "--subnet", "10.211.7.0/24", "--gateway", "10.211.7.9", "--label", "team=a",
        "-o", "com.docker.network.bridge.enable_icc=false", f"{PREFIX}net",
    )  # fmt: skip
    dockerd.docker(
        "create", "--name", f"{PREFIX}web", "--network", f"{PREFIX}net", "--ip", "10.211.7.77",
        "-p", "8123:80", "-v", f"{PREFIX}data:/data:ro", "-v", "/anonymous", "-e", "A=b c",
        "--label", "team=a", "--restart", "on-failure:3", "--memory", "64m", "--user", "1:2",
        "--hostname", "hosty", "--cap-add", "NET_ADMIN", f"{PREFIX}one:1", "sleep", "60",
    )  # fmt: skip
    dockerd.docker(
        "create", "--name", f"{PREFIX}a-sidecar", "--network", f"container:{PREFIX}web", "busybox", "true"
    )


def load(engine: ApiClient, archive: bytes) -> None:
    """Load images."""
    headers = {"Content-Type": "application/x-tar"}
    assert engine.request("POST", "/images/load", body=archive, headers=headers).status == 200


def post(engine: ApiClient, path: str, body: dict[str, Any]) -> None:
    """Make something."""
    answer = engine.request("POST", path, body=body)
    assert answer.status == 201, answer.body


def plan_of(source: EngineClient, target: EngineClient, wishes: Wishes) -> Plan:
    """Return what a user would be shown."""
    return make_plan(take_inventory(source), take_inventory(target, measure=False)).wish(wishes)


def state_of(client: EngineClient) -> str:
    """Return all that an engine has, but what `docker run` of other tests changes by itself."""
    inventory = take_inventory(client, measure=False)
    return json.dumps(
        [
            [(image.id, sorted(image.names)) for image in inventory.images],
            [volume.name for volume in inventory.volumes],
            [network.raw for network in inventory.networks],
            [(c.details.name, c.details.raw["State"]) for c in inventory.containers],
        ],
        sort_keys=True,
    )


def files_of(engine: ApiClient, volume: str) -> list[tuple[object, ...]]:
    """Return every entry of a volume, its own folder too, with what tar knows of it."""
    with EngineClient(engine.socket) as client, VolumeReader(client) as reader, reader.open(volume) as chunks:
        data = b"".join(chunks)
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        return sorted(
            (
                member.name.removeprefix("./").rstrip("/") or ".", member.type, member.mode,
                member.uid, member.gid, member.linkname.removeprefix("./"), int(member.mtime),
                archive.extractfile(member).read() if member.isreg() else b"",  # type: ignore[union-attr]
            )
            for member in archive
        )  # fmt: skip


def inspect(engine: ApiClient, kind: str, name: str) -> Any:
    """Return an object as the engine tells it."""
    answer = engine.request("GET", f"/{kind}/{name}" + ("/json" if kind in ("containers", "images") else ""))
    assert answer.status == 200, answer.body
    return answer.json


def test_all_comes_over_and_nothing_changes_there(
    dockerd: ReferenceDocker, marina: NativeEngine, source: EngineClient, target: EngineClient
) -> None:
    fill(dockerd)
    before = state_of(source)
    told: list[Progress] = []
    plan = plan_of(source, target, Wishes(containers=None))
    assert {item.kind for item in plan.to_copy} == set(Kind)
    assert Migration(source, target, plan, told.append).run() == {}
    assert state_of(source) == before
    # Two images of one base went together.
    assert {progress.together for progress in told if progress.phase is Phase.COPYING} >= {2}
    for name in ("one:1", "one:2", "two:1", "two:2"):
        ours, theirs = (inspect(engine, "images", PREFIX + name) for engine in (marina, dockerd))
        assert ours["Id"] == theirs["Id"]
        assert ours["RootFS"] == theirs["RootFS"]
    assert files_of(marina, f"{PREFIX}data") == files_of(dockerd, f"{PREFIX}data")
    assert files_of(marina, f"{PREFIX}data")[0][2:5] == (0o750, 999, 998)
    assert inspect(marina, "volumes", f"{PREFIX}data")["Labels"] == {"team": "a"}
    ours, theirs = (inspect(engine, "networks", f"{PREFIX}net") for engine in (marina, dockerd))
    for field in ("Driver", "Internal", "Options", "Labels", "EnableIPv6"):
        assert ours[field] == theirs[field], field
    assert ours["IPAM"]["Config"] == theirs["IPAM"]["Config"]
    ours, theirs = (inspect(engine, "containers", f"{PREFIX}web") for engine in (marina, dockerd))
    assert ours["State"]["Status"] == "created"
    for field in ("Env", "Cmd", "Labels", "User", "Hostname", "Image", "ExposedPorts"):
        assert ours["Config"][field] == theirs["Config"][field], field
    for field in ("PortBindings", "RestartPolicy", "Memory", "CapAdd", "NetworkMode"):
        assert ours["HostConfig"][field] == theirs["HostConfig"][field], field
    mounts = [sorted((m["Name"], m["Destination"], m["RW"]) for m in c["Mounts"]) for c in (ours, theirs)]
    assert mounts[0] == mounts[1]
    marina.docker("start", f"{PREFIX}web")  # with its address, on its network
    assert (
        inspect(marina, "networks", f"{PREFIX}net")["Containers"][ours["Id"]]["IPv4Address"]
        == "10.211.7.77/24"
    )
    marina.docker("start", f"{PREFIX}a-sidecar")
    marina.docker("rm", "-f", f"{PREFIX}web")


def test_a_second_run_has_nothing_to_do(
    dockerd: ReferenceDocker, source: EngineClient, target: EngineClient
) -> None:
    fill(dockerd)
    Migration(source, target, plan_of(source, target, Wishes())).run()
    again = plan_of(source, target, Wishes(containers=None))
    verdicts = {(item.kind, item.verdict) for item in again.items}
    assert verdicts == {
        (Kind.IMAGE, Verdict.HERE),
        (Kind.VOLUME, Verdict.TAKEN),
        (Kind.NETWORK, Verdict.TAKEN),
        (Kind.CONTAINER, Verdict.COPY),
    }


def test_what_is_here_is_never_written_over(
    dockerd: ReferenceDocker, marina: NativeEngine, source: EngineClient, target: EngineClient
) -> None:
    fill(dockerd)
    marina.docker("run", "--rm", "-v", f"{PREFIX}data:/v", "busybox", "sh", "-c", "echo mine >/v/file")
    marina.docker("tag", "busybox", f"{PREFIX}one:1")
    plan = plan_of(source, target, Wishes())
    verdicts = {item.name: item.verdict for item in plan.items}
    assert verdicts[f"{PREFIX}data"] is Verdict.TAKEN
    (one,) = [item for item in plan.items if item.kind is Kind.IMAGE and f"{PREFIX}one:2" in item.names]
    assert one.names == (f"{PREFIX}one:2",)
    assert f"{PREFIX}one:1" in one.remark
    assert Migration(source, target, plan).run() == {}
    assert inspect(marina, "images", f"{PREFIX}one:1")["Id"] == inspect(marina, "images", "busybox")["Id"]
    assert (
        inspect(marina, "images", f"{PREFIX}one:2")["Id"]
        == inspect(dockerd, "images", f"{PREFIX}one:2")["Id"]
    )
    assert (
        marina.docker("run", "--rm", "-v", f"{PREFIX}data:/v", "busybox", "cat", "/v/file").stdout
        == b"mine\n"
    )


def test_a_failure_does_not_stop_the_others(
    dockerd: ReferenceDocker, marina: NativeEngine, source: EngineClient, target: EngineClient
) -> None:
    fill(dockerd)
    dockerd.docker("volume", "create", f"{PREFIX}gone")
    dockerd.docker("create", "--name", f"{PREFIX}user", "-v", f"{PREFIX}gone:/data", "busybox")
    plan = plan_of(source, target, Wishes(containers=None))
    dockerd.docker("rm", f"{PREFIX}user")
    dockerd.docker("volume", "rm", f"{PREFIX}gone")
    dockerd.docker("rmi", f"{PREFIX}two:1", f"{PREFIX}two:2")
    errors = Migration(source, target, plan).run()
    failed = {plan_item.name for plan_item in plan.items if plan_item.key in errors}
    # A container whose volume did not arrive would get an empty one, which the next run would leave alone.
    assert failed == {f"{PREFIX}gone", f"{PREFIX}two:1", f"{PREFIX}user"}
    for client in (source, target):
        assert f"{PREFIX}gone" not in {volume.name for volume in client.list_volumes()}
    assert inspect(marina, "images", f"{PREFIX}one:1")
    assert files_of(marina, f"{PREFIX}data") == files_of(dockerd, f"{PREFIX}data")


def test_addresses_that_are_in_use_here_are_others(
    dockerd: ReferenceDocker, marina: NativeEngine, source: EngineClient, target: EngineClient
) -> None:
    fill(dockerd)
    marina.docker("network", "create", "--subnet", "10.211.0.0/16", f"{PREFIX}holder")
    remarks: list[str] = []
    plan = plan_of(source, target, Wishes((), (), None))
    errors = Migration(source, target, plan, lambda progress: remarks.append(progress.remark)).run()
    assert errors == {}
    assert any("addresses are in use" in remark for remark in remarks)
    made = inspect(marina, "networks", f"{PREFIX}net")
    assert made["IPAM"]["Config"][0]["Subnet"] != "10.211.7.0/24"
    assert made["Labels"] == {"team": "a"}


def test_cancelling_leaves_whole_things_only(
    dockerd: ReferenceDocker, marina: NativeEngine, source: EngineClient, target: EngineClient
) -> None:
    dockerd.docker(
        "run",
        "--rm",
        "-v",
        f"{PREFIX}big:/v",
        "busybox",
        "dd",
        "if=/dev/zero",
        "of=/v/f",
        "bs=1M",
        "count=200",
    )
    plan = plan_of(source, target, Wishes((), None, ()))

    def cancel_in_the_middle(progress: Progress) -> None:
        if progress.bytes > 1_000_000:
            migration.cancel()

    migration = Migration(source, target, plan, cancel_in_the_middle)
    with pytest.raises(CancelledError):
        migration.run()
    assert f"{PREFIX}big" not in {volume.name for volume in target.list_volumes()}
    assert HELPER_LABEL not in json.dumps(dockerd.request("GET", "/containers/json", query={"all": "1"}).json)
    assert HELPER_LABEL not in json.dumps(dockerd.request("GET", "/images/json").json)
    # To cancel is to give the run's clients up; the next run has its own, as in the desktop.
    with EngineClient(dockerd.socket) as again_from, EngineClient(marina.socket) as again_to:
        again = plan_of(again_from, again_to, Wishes((), None, ()))
        assert Migration(again_from, again_to, again).run() == {}
    size = marina.docker("run", "--rm", "-v", f"{PREFIX}big:/v", "busybox", "stat", "-c", "%s", "/v/f").stdout
    assert size == b"209715200\n"


def test_a_cancelled_copy_of_images_leaves_none(
    dockerd: ReferenceDocker, source: EngineClient, target: EngineClient
) -> None:
    fill(dockerd)
    plan = plan_of(source, target, Wishes(None, (), ()))

    def cancel_at_once(progress: Progress) -> None:
        if progress.bytes:
            migration.cancel()

    migration = Migration(source, target, plan, cancel_at_once)
    with pytest.raises(CancelledError):
        migration.run()
    here = {name for image in target.list_images() for name in image.tags}
    assert not {name for name in here if name.startswith(PREFIX)}


def test_volumes_fail_one_by_one_where_none_can_be_read(
    dockerd: ReferenceDocker,
    source: EngineClient,
    target: EngineClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fill(dockerd)
    plan = plan_of(source, target, Wishes())

    def refuse(*_: object) -> None:
        raise EngineRequestError(403, "loading images is forbidden")

    monkeypatch.setattr(VolumeReader, "_bring_image", refuse)
    errors = Migration(source, target, plan).run()
    assert {kind for kind, _ in errors} == {Kind.VOLUME}
    assert {network.name for network in target.list_networks()} >= {f"{PREFIX}net"}


def test_every_engine_lets_its_volumes_be_read(engine: ApiClient) -> None:
    engine.docker("run", "--rm", "-v", f"{PREFIX}data:/v", "busybox", "sh", "-c", FILL)
    try:
        names = [entry[0] for entry in files_of(engine, f"{PREFIX}data")]
        assert names == [".", "deep", "deep/er", "deep/er/x", "deep/own", "file", "hard", "link", "pipe"]
    finally:
        clean_up(engine)


def test_an_engine_is_looked_at(dockerd: ReferenceDocker, source: EngineClient) -> None:
    del source
    found = look_at(SourceEngine("docker", "Docker", str(dockerd.socket)))
    assert (found.product, found.is_empty) == ("Docker", False)
    with pytest.raises(UserError, match="Docker does not answer") as failure:
        look_at(SourceEngine("docker", "Docker", str(dockerd.socket) + ".none"))
    assert "Start it" in failure.value.what_to_do


def test_the_command_tells_first_and_copies_then(
    dockerd: ReferenceDocker,
    marina: NativeEngine,
    source: EngineClient,
    target: EngineClient,
    capsys: pytest.CaptureFixture[str],
) -> None:
    del source
    fill(dockerd)
    command = ["--socket", str(marina.socket), "import-from", f"unix://{dockerd.socket}", "--json"]
    assert main([*command, "--volumes", "--containers", f"{PREFIX}web", "--dry-run"]) == 0
    plan = json.loads(capsys.readouterr().out)
    assert {item["verdict"] for item in plan["items"]} == {"copy"}
    assert plan["bytes"] > 100_000
    assert not target.list_volumes()
    assert main([*command, "--volumes", "--containers", f"{PREFIX}web"]) == 0
    done = json.loads(capsys.readouterr().out)
    assert done["failed"] == []
    assert {item["name"] for item in done["copied"]} >= {f"{PREFIX}data", f"{PREFIX}web", f"{PREFIX}net"}
    assert inspect(marina, "containers", f"{PREFIX}web")["State"]["Status"] == "created"
    marina.docker("rm", f"{PREFIX}web")
    assert main([*command[:-1], "--images", "nothing-of-the-kind"]) == 1
    assert "There is no image nothing-of-the-kind there" in capsys.readouterr().err
    assert main(["--socket", str(marina.socket), "import-from", str(marina.socket)]) == 1
    assert "That is the engine that Marina works with" in capsys.readouterr().err
