"""The engine is killed a hundred times while it creates, starts, pulls, loads, builds, commits, removes and
prunes: what it said it did is there, and what ran runs on.

`MARINA_KILLS=10` kills it less often.
"""

import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from typing import Any

import pytest

from tests.engine.container_calls import (
    LIMIT,
    call,
    container,
    create,
    logs,
    remove,
    start,
    status,
    until,
    wait,
)
from tests.support.namespaces import made_netns
from tests.support.native_engine import NativeEngine, started_engine
from tests.support.registry import started_registry
from tests.support.test_images import (
    Entry,
    build_image,
    busybox_image,
    busybox_layer,
    layer_tar,
    save_docker_archive,
)

ROUNDS = range(int(os.environ.get("MARINA_KILLS", "100")))
OFFERED = 3
"""Images in the registry, and others as archives."""

WORKERS = 3
UNTOLD = ("engine.db", "engine.lock", "engine-id", "downloads", "builds")
"""What changes in the data root all the time; a download that was cut off is kept, to go on with,
and so is the history of builds."""

COUNTING = "i=0; while :; do echo $i; i=$((i+1)); usleep 5000; done"

GONE = (OSError, HTTPException, ValueError)
"""What a call ends with when the engine dies under it."""


def an_image(name: str) -> Any:
    """Return an image of busybox with a large file of its own."""
    content = random.Random(name).randbytes(600_000)
    return build_image(
        [busybox_layer(), layer_tar([Entry(f"own-{name}", content)])], config={"Cmd": ["true"]}
    )


ARCHIVES = [save_docker_archive(an_image(f"loaded{i}"), [f"loaded{i}:1"]) for i in range(OFFERED)]


@pytest.fixture(scope="module")
def mortal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NativeEngine]:
    """An engine of these tests' own, to be killed, with a registry beside it."""
    folder = tmp_path_factory.mktemp("random-kills")
    with made_netns(f"tk{os.getpid() % 1_000_000}") as netns, started_registry(netns, folder) as registry:
        for i in range(OFFERED):
            registry.push(f"library/offered{i}", "1", an_image(f"offered{i}"))
        with started_engine(folder / "state", netns, ["--registry-mirror", registry.url]) as engine:
            archive = save_docker_archive(busybox_image(docker=True), ["busybox:latest"])
            assert engine.request("POST", "/images/load", body=archive).status == 200
            yield engine


class Promises:
    """What the engine has said is there; several threads write to it, each about names of its own."""

    def __init__(self) -> None:
        self.images: set[str] = set()
        self.networks: set[str] = set()
        self.volumes: set[str] = set()
        self.running: set[str] = set()


class Worker(threading.Thread):
    """Does things with images, containers, networks and volumes of its own until the engine is gone."""

    def __init__(self, engine: NativeEngine, number: int, seed: int, promises: Promises) -> None:
        super().__init__()
        self.engine = engine
        self.number = number
        self.chance = random.Random(seed)
        self.promises = promises
        self.failures: list[str] = []

    def run(self) -> None:
        """Work until the engine does not answer any more."""
        deeds: list[Callable[[], None]] = [
            self._pull, self._load, self._build, self._commit, self._tag, self._remove_image, self._prune,
            self._network, self._volume, self._run,
        ]  # fmt: skip
        with suppress(*GONE):
            while True:
                self.chance.choice(deeds)()

    def _did(self, method: str, path: str, expected: int, **more: Any) -> bool:
        """Make a call; returns whether it ended well. Anything but success or conflict is a failure."""
        answer = self.engine.request(method, path, **more)
        lines = answer.lines if b"errorDetail" in answer.body else []
        if answer.status != expected or lines:
            # Another worker prunes: what nobody has given a name yet may go, as with Docker.
            if answer.status not in (404, 409) and b'"No such image: sha256:' not in answer.body:
                self.failures.append(f"{method} {path}: {answer.status} {answer.body[-300:]!r}")
            return False
        return True

    def _pull(self) -> None:
        name = f"offered{self.number}"
        if self._did("POST", "/images/create", 200, query={"fromImage": name, "tag": "1"}):
            self.promises.images.add(f"{name}:1")

    def _load(self) -> None:
        if self._did("POST", "/images/load", 200, body=ARCHIVES[self.number]):
            self.promises.images.add(f"loaded{self.number}:1")

    def _build(self) -> None:
        name = f"built{self.number}:{self.chance.randrange(3)}"
        dockerfile = f"FROM busybox\nENV A={self.chance.random()}\nRUN head -c 300000 /dev/urandom > /made\n"
        context = layer_tar([Entry("Dockerfile", dockerfile.encode())])
        if self._did("POST", "/build", 200, query={"t": name}, body=context):
            self.promises.images.add(name)

    def _commit(self) -> None:
        with_file = create(self.engine, "sh", "-c", "head -c 300000 /dev/urandom > /made")
        with suppress(AssertionError):  # another worker may have pruned it
            start(self.engine, with_file)
            wait(self.engine, with_file)
        name = f"made{self.number}-{self.chance.randrange(3)}"
        query = {"container": with_file, "repo": name, "tag": "1"}
        if self._did("POST", "/commit", 201, query=query, body={}):
            self.promises.images.add(f"{name}:1")
        if self.chance.random() < 0.7:
            remove(self.engine, with_file)

    def _tag(self) -> None:
        query = {"repo": f"tagged{self.number}", "tag": str(self.chance.randrange(3))}
        if self._did("POST", "/images/busybox/tag", 201, query=query):
            self.promises.images.add(f"{query['repo']}:{query['tag']}")

    def _remove_image(self) -> None:
        mine = [name for name in self.promises.images if str(self.number) in name.split(":")[0]]
        if mine:
            name = self.chance.choice(sorted(mine))
            self.promises.images.discard(name)  # from the request on it may be gone
            self._did("DELETE", f"/images/{name}", 200, query={"force": "1"})

    def _prune(self) -> None:
        self._did("POST", f"/{self.chance.choice(['containers', 'images', 'build'])}/prune", 200)

    def _network(self) -> None:
        name = f"net{self.number}"
        if name in self.promises.networks:
            self.promises.networks.discard(name)
            self._did("DELETE", f"/networks/{name}", 204)
        elif self._did("POST", "/networks/create", 201, body={"Name": name}):
            self.promises.networks.add(name)

    def _volume(self) -> None:
        name = f"vol{self.number}"
        if name in self.promises.volumes:
            self.promises.volumes.discard(name)
            self._did("DELETE", f"/volumes/{name}", 204)
        elif self._did("POST", "/volumes/create", 201, body={"Name": name}):
            self.promises.volumes.add(name)

    def _run(self) -> None:
        body = {"Image": "busybox", "Cmd": ["sh", "-c", COUNTING]}
        name = f"counting{self.number}-{len(self.promises.running)}"
        if self._did("POST", "/containers/create", 201, query={"name": name}, body=body) and self._did(
            "POST", f"/containers/{name}/start", 204
        ):
            self.promises.running.add(name)


def traces(engine: NativeEngine) -> dict[str, list[str]]:
    """Return what is there: files of the data root, mounts, folders of runs, cables and bridges.

    Looked at through the engine's process: a program beside it would take as long as its start.
    """
    data, run = engine.data_root, engine.state / "run"
    seen_data, seen_run = (Path(f"/proc/{engine.pid}/root{folder}") for folder in (data, run))
    files = [
        str((Path(folder) / name).relative_to(seen_data))
        for folder, folders, names in os.walk(seen_data)  # which bears that what it walks through goes away
        for name in (*folders, *names)
    ]
    mounts = [line.split()[4] for line in Path(f"/proc/{engine.pid}/mountinfo").read_text().splitlines()]
    runs = [item.name for kind in ("containers", "netns") for item in (seen_run / kind).iterdir()]
    links = Path(f"/proc/{engine.pid}/net/dev").read_text().splitlines()[2:]
    return {
        "files": sorted(file for file in files if not file.startswith(UNTOLD)),
        "mounts": sorted(mount for mount in mounts if mount.startswith((f"{run}/", f"{data}/"))),
        "runs": sorted(runs),
        "links": sorted(line.partition(":")[0].strip() for line in links),
    }


@pytest.fixture(scope="module")
def empty(mortal: NativeEngine) -> dict[str, list[str]]:
    """What is there when there is nothing but busybox, and the engine is at rest."""
    # The bridge, the folder of volumes and the like are made when they are first needed.
    with container(mortal, "true", Volumes={"/data": {}}) as made:
        start(mortal, made)
        wait(mortal, made)
    mortal.stop()
    mortal.start()
    # The engine warms up with a container of its own, at a time of its choice: one look must be without it.
    looks: list[dict[str, list[str]]] = []

    def is_quiet() -> bool:
        looks.append(traces(mortal))
        return looks[-1]["runs"] == []

    until(is_quiet, "the warm-up is over")
    return looks[-1]


@pytest.mark.parametrize("seed", ROUNDS)
def test_nothing_said_is_lost_and_nothing_is_left(
    mortal: NativeEngine, empty: dict[str, list[str]], seed: int
) -> None:
    chance, promises = random.Random(seed), Promises()
    workers = [Worker(mortal, number, seed * 10 + number, promises) for number in range(WORKERS)]
    for worker in workers:
        worker.start()
    time.sleep(chance.uniform(0.02, 0.7))
    mortal.kill()
    for worker in workers:
        worker.join()
    assert [failure for worker in workers for failure in worker.failures] == []
    mortal.start()
    check_promises(mortal, promises)
    remove_everything(mortal)
    until_only(empty, mortal)


def check_promises(engine: NativeEngine, promises: Promises) -> None:
    """See that all that was promised is there, and that all that is there works."""
    for kind, names in (("networks", promises.networks), ("volumes", promises.volumes)):
        for name in names:
            assert engine.request("GET", f"/{kind}/{name}").status == 200, name
    for name in promises.images:
        assert engine.request("GET", f"/images/{name}/json").status == 200, name
    images = engine.request("GET", "/images/json", query={"all": "1"}).json
    with ThreadPoolExecutor(WORKERS) as pool:
        for _ in pool.map(lambda image: check_image(engine, image["Id"]), images):
            pass
    for name in promises.running:
        check_counting(engine, name)


def check_image(engine: NativeEngine, image: str) -> None:
    """See that an image can be run."""
    with container(engine, "true", Image=image) as made:
        answer = call(engine, "start", made)
        assert answer.status == 204, (answer.message, engine.request("GET", f"/images/{image}/json").body)
        assert wait(engine, made) == 0


def check_counting(engine: NativeEngine, name: str) -> None:
    """See that a container runs on, and that of its output nothing is missing."""
    said = logs(engine, name).split()
    until(lambda: len(logs(engine, name).split()) > len(said) + 1, "it goes on")
    assert status(engine, name) == "running"
    assert call(engine, "kill", name).status == 204
    counted = logs(engine, name).split()
    assert counted == [str(number) for number in range(len(counted))]


def remove_everything(engine: NativeEngine) -> None:
    """Remove all but busybox."""
    for item in engine.request("GET", "/containers/json", query={"all": "1"}).json:
        assert remove(engine, item["Id"]).status == 204
    for item in engine.request("GET", "/images/json").json:
        for name in item["RepoTags"] or [item["Id"]]:
            if name != "busybox:latest":
                engine.request("DELETE", f"/images/{name}", query={"force": "1"})
    engine.request("POST", "/images/prune", query={"filters": '{"dangling":["true"]}'})
    for item in engine.request("GET", "/networks", query={"filters": '{"type":["custom"]}'}).json:
        assert engine.request("DELETE", f"/networks/{item['Name']}").status == 204
    for item in engine.request("GET", "/volumes").json["Volumes"] or []:
        assert engine.request("DELETE", f"/volumes/{item['Name']}").status == 204


def until_only(wanted: dict[str, list[str]], engine: NativeEngine) -> None:
    """Wait until only what was wanted is there; what else is there is told."""
    deadline = time.monotonic() + LIMIT
    while too_much := difference(traces(engine), wanted):
        assert time.monotonic() < deadline, f"left, or missing: {too_much}"
        time.sleep(0.02)


def difference(found: dict[str, list[str]], wanted: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return what is there too much, or missing."""
    return {
        kind: sorted(set(found[kind]) ^ set(wanted[kind])) for kind in wanted if found[kind] != wanted[kind]
    }
