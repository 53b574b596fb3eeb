"""What comes from another engine: which engines there are, what would be copied, and how it is said here."""

import json
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from app.services.engine.engine_client import EngineClient
from app.services.engine.engine_types import ContainerDetails
from app.services.engine.engines import SavedEngine
from app.services.errors import ConnectionLostError, EngineRequestError, UserError
from app.services.machine.machine_data import MachineData
from app.services.migration.bodies import container_body, network_body
from app.services.migration.inventory import (
    ContainerEntry,
    ImageEntry,
    Inventory,
    NetworkEntry,
    VolumeEntry,
)
from app.services.migration.plan import Kind, Plan, Wishes, batch_bytes, batches, make_plan
from app.services.migration.sources import choose_source, find_sources
from vm.machine.storage.disk_usage import DiskUsage, GuestUsage

if TYPE_CHECKING:
    from vm.client import MachineClient

GB = 1000**3


# --- which engines there are ------------------------------------------------------------------------------


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with Docker Desktop's socket, Colima's, and Marina's own."""
    for path in (".docker/run/docker.sock", ".colima/default/docker.sock", "marina/docker.sock"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    return tmp_path


def add_context(home: Path, name: str, host: str) -> None:
    """Write a docker context as docker keeps it."""
    folder = home / ".docker" / "contexts" / "meta" / name
    folder.mkdir(parents=True)
    metadata = {"Name": name, "Endpoints": {"docker": {"Host": host}}}
    (folder / "meta.json").write_text(json.dumps(metadata))


def found_in(home: Path, *saved: SavedEngine, **environment: str) -> dict[str, str]:
    """Return title by name of what is found, without the sockets of this machine's system."""
    found = find_sources(
        [str(home / "marina/docker.sock")],
        saved,
        home=home,
        environment={"DOCKER_CONFIG": str(home / ".docker"), **environment},
        platform="linux",
    )
    return {
        source.name: source.title for source in found if not source.address.startswith(("/run/", "/var/"))
    }


def test_sockets_and_contexts_are_found_once(home: Path) -> None:
    add_context(home, "desktop-linux", f"unix://{home}/.docker/run/docker.sock")
    add_context(home, "gone", f"unix://{home}/gone.sock")
    add_context(home, "far", "ssh://me@far")
    add_context(home, "marina", f"unix://{home}/elsewhere.sock")
    saved = SavedEngine("lab", "tcp://127.0.0.1:2375")
    assert found_in(home, saved) == {
        "desktop-linux": "Docker Desktop",
        "far": "far",
        "lab": "lab",
        "colima": "Colima",
    }


def test_marinas_own_engine_is_no_source_by_any_name(home: Path) -> None:
    (home / "link.sock").symlink_to(home / "marina/docker.sock")
    add_context(home, "mine", f"unix://{home}/link.sock")
    found = found_in(home, DOCKER_HOST=f"unix://{home}/marina/docker.sock")
    assert found == {"docker-desktop": "Docker Desktop", "colima": "Colima"}


def test_an_engine_is_chosen_by_name_or_address(home: Path) -> None:
    sources = find_sources([], home=home, environment={"DOCKER_CONFIG": str(home)}, platform="linux")
    assert choose_source(sources, "colima").title == "Colima"
    assert choose_source(sources, "unix:///elsewhere.sock").address == "unix:///elsewhere.sock"
    with pytest.raises(UserError, match="no engine named nowhere") as failure:
        choose_source(sources, "nowhere")
    assert "colima" in failure.value.details
    with pytest.raises(UserError, match="not valid"):
        choose_source(sources, "http://there")


# --- what would be copied ---------------------------------------------------------------------------------


def image(id: str, *names: str, size: int = 10, shared: int = 0, layers: str = "a") -> ImageEntry:
    """Return an image whose identity is its id."""
    return ImageEntry(id, names, size, shared, tuple(layers), identity=id)


def container(name: str, image: str, *volumes: str, mode: str = "bridge", written: int = 0) -> ContainerEntry:
    """Return a container."""
    raw: dict[str, Any] = {
        "Id": f"id-of-{name}",
        "Name": f"/{name}",
        "Image": image,
        "HostConfig": {"NetworkMode": mode},
        "Mounts": [{"Type": "volume", "Name": volume, "Destination": "/d"} for volume in volumes],
        "NetworkSettings": {"Networks": {"bridge": {}, "net": {}}},
    }
    return ContainerEntry(ContainerDetails.from_json(raw), written)


def verdicts(plan: Plan) -> dict[str, str]:
    """Return what is done with each thing."""
    return {item.name: item.verdict.value for item in plan.items}


def test_what_is_here_stays_and_what_cannot_come_says_why() -> None:
    source = Inventory(
        images=(
            image("1", "same:1"),
            image("2", "other:1"),
            image("3", "new:1", "other:2"),
            image("4", "again:1"),
        ),
        volumes=(
            VolumeEntry("here"),
            VolumeEntry("busy", users=("db",)),
            VolumeEntry("far", options={"type": "nfs"}, size=5),
            VolumeEntry("cloud", driver="rexray"),
        ),
        networks=(NetworkEntry("net", "bridge", {}), NetworkEntry("free", "bridge", {})),
    )
    target = Inventory(
        images=(
            image("1", "same:1"),
            image("9", "docker.io/library/other:1", "other:2"),
            image("4", "mine:1"),
        ),
        volumes=(VolumeEntry("here"),),
        networks=(NetworkEntry("net", "bridge", {}),),
    )
    plan = make_plan(source, target)
    assert verdicts(plan) == {
        "same:1": "here",
        "other:1": "taken",
        "new:1": "copy",
        "again:1": "copy",
        "here": "taken",
        "busy": "copy",
        "far": "copy",
        "cloud": "unfit",
        "net": "taken",
        "free": "copy",
    }
    items = {item.name: item for item in plan.items}
    assert items["new:1"].names == ("new:1",)  # the other name means something else here
    assert "other:2" in items["new:1"].remark
    assert (items["again:1"].here, items["again:1"].names) == ("4", ("again:1",))  # it only needs a name
    assert "db" in items["busy"].remark
    assert items["far"].size == 0
    assert "rexray" in items["cloud"].remark


def test_containers_bring_what_they_need_and_come_after_it() -> None:
    source = Inventory(
        images=(image("1", "web:1"), image("2"), image("3", "unused:1")),
        volumes=(VolumeEntry("data"), VolumeEntry("unused")),
        networks=(NetworkEntry("net", "bridge", {}),),
        containers=(
            container("a", "2", "data", mode="container:id-of-b", written=7),
            container("b", "1"),
        ),
    )
    plan = make_plan(source, Inventory())
    picked = plan.wish(Wishes((), (), (), ["a"]))
    assert [item.key for item in picked.items] == [
        (Kind.IMAGE, "1"),
        (Kind.IMAGE, "2"),
        (Kind.VOLUME, "data"),
        (Kind.NETWORK, "net"),
        (Kind.CONTAINER, "b"),
        (Kind.CONTAINER, "a"),
    ]
    assert "stays there" in picked.items[-1].remark
    # All of them are those with a name: builds leave many without one.
    assert [item.name for item in plan.wish(Wishes(None, (), ())).items] == ["web:1", "unused:1"]


def test_images_are_found_by_any_of_their_names() -> None:
    plan = make_plan(
        Inventory(images=(image("sha256:" + "ab" * 32, "docker.io/library/web:1", "web:2"),)), Inventory()
    )
    for name in ("web:1", "web:2", "ab" * 6, "sha256:" + "ab" * 32):
        assert len(plan.wish(Wishes([name], (), ())).items) == 1
    with pytest.raises(UserError, match="There is no image web:3 there"):
        plan.wish(Wishes(["web:3"], (), ()))


def test_images_that_share_layers_go_together_up_to_a_size() -> None:
    plan = make_plan(
        Inventory(
            images=(
                image("1", "a:1", size=GB, shared=GB - 10, layers="xa"),
                image("2", "b:1", size=GB, shared=GB - 10, layers="xb"),
                image("3", "c:1", size=3 * GB, layers="xc"),
                image("4", "d:1", size=5, layers="y"),
            )
        ),
        Inventory(),
    )
    groups = [[item.name for item in group] for group in batches(plan.items)]
    assert groups == [["a:1", "b:1"], ["c:1"], ["d:1"]]
    assert [batch_bytes(group) for group in batches(plan.items)] == [GB + 10, 3 * GB, 5]
    assert plan.bytes_needed == plan.bytes + 3 * GB


def test_the_names_of_many_images_fit_into_one_request() -> None:
    plan = make_plan(Inventory(images=tuple(image(str(n), f"n{n}:1") for n in range(100))), Inventory())
    assert max(map(len, batches(plan.items))) <= 40


class Disk:
    """A machine that says what its disk has."""

    def __init__(self, folder: Path, free: int | None) -> None:
        guest = GuestUsage(10, 5, free, 0, {}) if free is not None else None
        self._usage = DiskUsage(str(folder / "data.qcow2"), 1, 2, 3, guest)

    def ask(self, command: str, *_: object) -> object:
        """Answer as the supervisor does."""
        assert command == "disk-usage"
        return self._usage.to_json()


def test_room_is_what_fits_into_the_machine_and_on_this_computer(tmp_path: Path) -> None:
    here = shutil.disk_usage(tmp_path).free

    def room(free: int | None) -> int | None:
        return MachineData(cast("MachineClient", Disk(tmp_path, free))).room()

    assert room(4000) == 4000
    assert room(here * 1000) == pytest.approx(here, rel=0.1)
    assert room(None) is None


# --- how it is said here ----------------------------------------------------------------------------------


def test_a_container_of_podman_becomes_one_of_docker() -> None:
    details = ContainerDetails.from_json(
        {
            "Id": "3c77f6c990c0ccfc",
            "Name": "/web",
            "Config": {"Hostname": "3c77f6c990c0", "Env": ["container=podman", "A=1"], "Image": "one:1"},
            "HostConfig": {
                "Binds": ["data:/data:ro,rprivate,nosuid,nodev,rbind", "/home/me:/home:rshared,rw,nosuid"],
                "NetworkMode": "bridge",
                "PidMode": "private",
                "UTSMode": "private",
                "IpcMode": "shareable",
                "Runtime": "oci",
                "CgroupParent": "user.slice",
                "LogConfig": {"Type": "journald"},
                "Ulimits": [{"Name": "RLIMIT_NOFILE", "Soft": 1, "Hard": 2}],
                "RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 3},
            },
            "Mounts": [
                {"Type": "volume", "Name": "data", "Destination": "/data", "RW": False},
                {"Type": "bind", "Source": "/home/me", "Destination": "/home", "RW": True},
            ],
            "NetworkSettings": {"Networks": {"net": {"Aliases": ["3c77f6c990c0", "db"]}, "podman": {}}},
        }
    )
    body = container_body(details, "one:1", {})
    host = body["HostConfig"]
    assert body["Env"] == ["A=1"]
    assert "Hostname" not in body
    assert host["Binds"] == ["data:/data:ro", "/home/me:/home:rshared,rw"]
    assert (host["NetworkMode"], host["PidMode"], host["UTSMode"]) == ("net", "", "")
    assert host["Ulimits"] == [{"Name": "nofile", "Soft": 1, "Hard": 2}]
    assert not {"Runtime", "CgroupParent", "LogConfig"} & set(host)
    assert body["NetworkingConfig"]["EndpointsConfig"] == {"net": {"Aliases": ["db"]}}


def test_containers_of_one_network_find_each_other_by_name() -> None:
    entry = container("a", "1", mode="container:id-of-b")
    body = container_body(entry.details, "one:1", {"id-of-b": "b"})
    assert body["HostConfig"]["NetworkMode"] == "container:b"


def test_a_network_keeps_its_addresses_unless_they_are_in_use() -> None:
    raw = {
        "Name": "net",
        "Driver": "bridge",
        "IPAM": {"Config": [{"Subnet": "10.1.0.0/16"}]},
        "Internal": True,
    }
    assert network_body(raw)["IPAM"]["Config"] == [{"Subnet": "10.1.0.0/16"}]
    assert network_body(raw)["Internal"] is True
    assert "IPAM" not in network_body(raw, with_subnets=False)


# --- the client -------------------------------------------------------------------------------------------


class Listener:
    """Takes one connection and does with it what a test says; the request lines that came are kept."""

    def __init__(self, folder: Path, act: Callable[[socket.socket], None]) -> None:
        self.path = folder / "engine.sock"
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.bind(str(self.path))
        self._socket.listen()
        self._act = act
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> EngineClient:
        self._thread.start()
        return EngineClient(self.path)

    def __exit__(self, *_: object) -> None:
        self._thread.join(20)
        self._socket.close()
        assert not self._thread.is_alive()

    def _serve(self) -> None:
        connection, _ = self._socket.accept()
        with connection:
            self._act(connection)


def test_an_older_engine_is_asked_in_its_own_version(short_folder: Path) -> None:
    asked = []

    def answer(connection: socket.socket) -> None:
        for body in (b'{"ApiVersion": "1.41"}', b"[]"):
            asked.append(connection.recv(65536).split(b" HTTP")[0])
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))

    with Listener(short_folder, answer) as client, client:
        client.agree_on_version()
        client.list_images()
    assert asked == [b"GET /version", b"GET /v1.41/images/json"]


def test_streams_are_cut_while_they_are_sent(short_folder: Path) -> None:
    seen = threading.Event()

    def stop_reading(connection: socket.socket) -> None:
        connection.recv(65536)
        seen.wait(20)

    def endless() -> Iterator[bytes]:
        yield b"x"
        threading.Timer(0.2, client.abort).start()  # by then the sender waits for room
        while True:
            yield b"x" * 1_000_000

    with Listener(short_folder, stop_reading) as client, client:
        with pytest.raises(ConnectionLostError):
            client.load_images(endless())
        seen.set()


def test_what_an_engine_says_before_it_stops_listening_is_told(short_folder: Path) -> None:
    def refuse(connection: socket.socket) -> None:
        connection.recv(65536)
        body = b'{"message": "no space left on device"}'
        connection.sendall(b"HTTP/1.1 507 X\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))

    long = (b"x" * 1_000_000 for _ in range(200))
    with (
        Listener(short_folder, refuse) as client,
        client,
        pytest.raises(EngineRequestError, match="no space left"),
    ):
        client.load_images(long)
