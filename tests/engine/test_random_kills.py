"""The engine is killed a hundred times while it starts, stops, runs, copies, connects, renames, pulls,
loads, builds, commits, removes and prunes: what it said it did is there, and what ran runs on.

`MARINA_KILLS=10` kills it less often, `MARINA_KILLS_SEED=1000` at other moments of other work.
"""

import os
import random
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.engine.container_calls import (
    call,
    container,
    create,
    inspect,
    logs,
    remove,
    start,
    status,
    until,
    wait,
)
from tests.engine.engine_traces import traces, until_only
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

FIRST_SEED = int(os.environ.get("MARINA_KILLS_SEED", "0"))
ROUNDS = range(FIRST_SEED, FIRST_SEED + int(os.environ.get("MARINA_KILLS", "100")))
OFFERED = 3
"""Images in the registry, and others as archives."""

WORKERS = 3
COUNTING = "i=0; while :; do echo $i; i=$((i+1)); usleep 5000; done"

ENDS_WITH = 7
MOST_RUNNING = 3
"""Containers of one worker: more would only make the rounds longer."""

GONE = (OSError, HTTPException, ValueError)
"""What a call ends with when the engine dies under it."""


def an_image(name: str) -> Any:
    """Return an image of busybox with a large file of its own."""
    content = random.Random(name).randbytes(600_000)
    return build_image(
        [busybox_layer(), layer_tar([Entry(f"own-{name}", content)])], config={"Cmd": ["true"]}
    )


ARCHIVES = [save_docker_archive(an_image(f"loaded{i}"), [f"loaded{i}:1"]) for i in range(OFFERED)]


class Mortals:
    """Engines of these tests' own, to be killed, with a registry beside them; a new one after a failure."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._living = ExitStack()
        self._count = 0
        self._present: tuple[NativeEngine, dict[str, list[str]]] | None = None

    @contextmanager
    def round(self) -> Iterator[tuple[NativeEngine, dict[str, list[str]]]]:
        """Yield an engine with nothing but busybox, and what is there when it is at rest."""
        if self._present is None:
            self._present = self._made()
        try:
            yield self._present
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End the engine, with all that it left."""
        self._living.close()
        self._present = None

    def _made(self) -> tuple[NativeEngine, dict[str, list[str]]]:
        self._count += 1
        folder = self._folder / str(self._count)
        netns = self._living.enter_context(made_netns(f"tk{os.getpid() % 1_000_000}-{self._count}"))
        registry = self._living.enter_context(started_registry(netns, folder))
        for i in range(OFFERED):
            registry.push(f"library/offered{i}", "1", an_image(f"offered{i}"))
        engine = self._living.enter_context(
            started_engine(folder / "state", netns, ["--registry-mirror", registry.url])
        )
        archive = save_docker_archive(busybox_image(docker=True), ["busybox:latest"])
        assert engine.request("POST", "/images/load", body=archive).status == 200
        # The bridge, the folder of volumes and the like are made when they are first needed.
        with container(engine, "true", Volumes={"/data": {}}) as made:
            start(engine, made)
            wait(engine, made)
        engine.stop()
        engine.start()
        # The engine warms up with a container of its own, at a time of its choice: one look is without it.
        looks: list[dict[str, list[str]]] = []

        def is_quiet() -> bool:
            looks.append(traces(engine))
            return looks[-1]["runs"] == looks[-1]["processes"] == looks[-1]["groups"] == []

        until(is_quiet, "the warm-up is over")
        return engine, looks[-1]


@pytest.fixture(scope="module")
def mortals(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mortals]:
    """Engines for these tests."""
    mortals = Mortals(tmp_path_factory.mktemp("random-kills"))
    try:
        yield mortals
    finally:
        mortals.close()


@dataclass
class Promises:
    """What the engine has said is there; several threads write to it, each about names of its own."""

    images: set[str] = field(default_factory=set)
    networks: set[str] = field(default_factory=set)
    volumes: set[str] = field(default_factory=set)
    running: set[str] = field(default_factory=set)
    ended: set[str] = field(default_factory=set)
    """Containers that end by themselves with the code ENDS_WITH."""
    copied: dict[str, str] = field(default_factory=dict)
    """What was last put into a file of a container."""
    connected: dict[str, bool] = field(default_factory=dict)
    """Whether a container is on its worker's second network."""


class Worker(threading.Thread):
    """Does things with images, containers, networks and volumes of its own until the engine is gone."""

    def __init__(self, engine: NativeEngine, number: int, seed: int, promises: Promises) -> None:
        super().__init__()
        self.engine = engine
        self.number = number
        self.chance = random.Random(seed)
        self.promises = promises
        self.failures: list[str] = []
        self.made = 0

    def run(self) -> None:
        """Work until the engine does not answer any more."""
        deeds: list[Callable[[], None]] = [
            self._pull, self._load, self._build, self._commit, self._tag, self._remove_image, self._prune,
            self._network, self._volume, self._run, self._end, self._exec, self._stop_and_start,
            self._restart, self._rename, self._copy, self._connect,
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

    def _mine(self, names: Iterable[str]) -> str | None:
        """Return one of the containers that this worker made, by chance."""
        mine = sorted(name for name in names if name.startswith(f"w{self.number}-"))
        return self.chance.choice(mine) if mine else None

    def _run(self) -> None:
        if (
            len([name for name in self.promises.running if name.startswith(f"w{self.number}-")])
            >= MOST_RUNNING
        ):
            return
        name = self._new_name()
        host = {
            "Binds": [f"used-{name}:/used", f"/shared-{name}"],
            "PortBindings": {"80/tcp": [{"HostPort": ""}], "53/udp": [{"HostPort": ""}]},
        }
        body = {"Image": "busybox", "Cmd": ["sh", "-c", COUNTING], "HostConfig": host}
        if self._did("POST", "/containers/create", 201, query={"name": name}, body=body) and self._did(
            "POST", f"/containers/{name}/start", 204
        ):
            self.promises.running.add(name)
            self.promises.volumes.add(f"used-{name}")

    def _new_name(self) -> str:
        self.made += 1
        return f"w{self.number}-{self.made}"

    def _end(self) -> None:
        """Have a container that ends by itself; the engine may be killed while it puts that in order."""
        name = self._new_name()
        body = {"Image": "busybox", "Cmd": ["sh", "-c", f"exit {ENDS_WITH}"]}
        if self._did("POST", "/containers/create", 201, query={"name": name}, body=body) and self._did(
            "POST", f"/containers/{name}/start", 204
        ):
            # Another worker may prune it once it has ended: its end is what counts if it is there.
            self.promises.ended.add(name)

    def _exec(self) -> None:
        if (name := self._mine(self.promises.running)) is None:
            return
        body = {"Cmd": ["sh", "-c", "head -c 20000 /dev/zero; usleep 50000"], "AttachStdout": True}
        answer = self.engine.request("POST", f"/containers/{name}/exec", body=body)
        if answer.status == 201:
            detached = {"Detach": self.chance.random() < 0.5}
            self._did("POST", f"/exec/{answer.json['Id']}/start", 200, body=detached)

    def _stop_and_start(self) -> None:
        """Stop a container, and start it again: in between another worker may prune it."""
        if (name := self._mine(self.promises.running)) is not None:
            with self._uncertain(name) as come_back:
                if self._did("POST", f"/containers/{name}/stop", 204, query={"t": "0"}):
                    come_back[name] = self._did("POST", f"/containers/{name}/start", 204)

    def _restart(self) -> None:
        if (name := self._mine(self.promises.running)) is not None:
            with self._uncertain(name) as come_back:
                come_back[name] = self._did("POST", f"/containers/{name}/restart", 204, query={"t": "0"})

    def _rename(self) -> None:
        if (name := self._mine(self.promises.running)) is not None:
            with self._uncertain(name) as come_back:
                new = self._new_name()
                come_back[new] = self._did("POST", f"/containers/{name}/rename", 204, query={"name": new})

    @contextmanager
    def _uncertain(self, name: str) -> Iterator[dict[str, bool]]:
        """Promise nothing of a container until the block tells that it runs, and by which name."""
        promises = self.promises
        promises.running.discard(name)
        copied, connected = promises.copied.pop(name, None), promises.connected.pop(name, None)
        come_back: dict[str, bool] = {}
        yield come_back
        for now in (now for now, runs in come_back.items() if runs):
            promises.running.add(now)
            if copied is not None:
                promises.copied[now] = copied
            if connected is not None:
                promises.connected[now] = connected

    def _copy(self) -> None:
        if (name := self._mine(self.promises.running)) is not None:
            self.promises.copied.pop(name, None)
            content = str(self.chance.random())
            archive = layer_tar([Entry("copied", content.encode()), Entry("large", bytes(200_000))])
            if self._did("PUT", f"/containers/{name}/archive", 200, query={"path": "/"}, body=archive):
                self.promises.copied[name] = content

    def _connect(self) -> None:
        """Take a running container with published ports onto a second network, or off it."""
        if (name := self._mine(self.promises.running)) is None:
            return
        network = f"second{self.number}"
        if network not in self.promises.networks:
            if not self._did("POST", "/networks/create", 201, body={"Name": network}):
                return
            self.promises.networks.add(network)
        verb = "disconnect" if self.promises.connected.pop(name, False) else "connect"
        if self._did("POST", f"/networks/{network}/{verb}", 200, body={"Container": name}):
            self.promises.connected[name] = verb == "connect"


@pytest.mark.parametrize("seed", ROUNDS)
def test_nothing_said_is_lost_and_nothing_is_left(mortals: Mortals, seed: int) -> None:
    with mortals.round() as (mortal, empty):
        chance, promises = random.Random(seed), Promises()
        workers = [Worker(mortal, number, seed * 10 + number, promises) for number in range(WORKERS)]
        for worker in workers:
            worker.start()
        time.sleep(chance.uniform(0.02, 0.9))
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
    for name, content in promises.copied.items():
        answer = engine.request("GET", f"/containers/{name}/archive", query={"path": "/copied"})
        assert answer.status == 200, name
        assert content.encode() in answer.body, name
    for name, connected in promises.connected.items():
        check_network(engine, name, f"second{name[1]}", connected=connected)
    for name in promises.ended:
        check_end(engine, name)
    for name in promises.running:
        check_counting(engine, name)


def check_network(engine: NativeEngine, name: str, network: str, *, connected: bool) -> None:
    """See that a running container is on a network, or is not, and has a way out in any case."""
    assert (network in inspect(engine, name)["NetworkSettings"]["Networks"]) is connected
    shown = f"/proc/{inspect(engine, name)['State']['Pid']}/net"
    assert len(Path(f"{shown}/dev").read_text().splitlines()) == (5 if connected else 4), name
    routes = [line.split() for line in Path(f"{shown}/route").read_text().splitlines()[1:]]
    assert [route[1] for route in routes].count("00000000") == 1, routes


def check_end(engine: NativeEngine, name: str) -> None:
    """See that a container that ended by itself is known to have done so, if nobody has pruned it."""
    if engine.request("GET", f"/containers/{name}/json").status == 200:
        wait(engine, name)
        state = inspect(engine, name)["State"]
        assert (state["Status"], state["ExitCode"]) == ("exited", ENDS_WITH), name


def check_image(engine: NativeEngine, image: str) -> None:
    """See that an image can be run."""
    with container(engine, "true", Image=image) as made:
        answer = call(engine, "start", made)
        assert answer.status == 204, (answer.message, engine.request("GET", f"/images/{image}/json").body)
        assert wait(engine, made) == 0


def check_counting(engine: NativeEngine, name: str) -> None:
    """See that a container runs on, and that of its output nothing is missing; each run begins with 0."""
    said = logs(engine, name).split()
    until(lambda: len(logs(engine, name).split()) > len(said) + 1, "it goes on")
    assert status(engine, name) == "running"
    assert call(engine, "kill", name).status == 204
    counted = [int(number) for number in logs(engine, name).split()]
    gaps = [pair for pair in pairwise(counted) if pair[1] not in (pair[0] + 1, 0)]
    assert (counted[0], gaps) == (0, []), name


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
