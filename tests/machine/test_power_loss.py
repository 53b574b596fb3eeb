"""The machine loses its power while images come, go and are made: what was acknowledged is there and whole.

Rounds take turns. In one this computer loses its power: all files of the machine are on an ext4 file system
of their own, which nothing reaches from one instant on, so that only what QEMU has flushed is there. In the
other QEMU is killed, and this computer keeps what it has written.

`MARINA_KILLS=100` does it more often, `MARINA_KILLS_SEED=1000` at other moments.
"""

import hashlib
import io
import logging
import os
import random
import tarfile
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path

import psutil
import pytest

from tests.machine.machine_under_test import MachineUnderTest, wait_until
from tests.support.data_disk import DataDisk, made_data_disk
from tests.support.image_store import StoringEngine, check_images
from tests.support.namespaces import NAMES, in_netns, made_netns
from tests.support.registry import Registry, started_registry
from tests.support.test_images import Entry, build_image, busybox_layer, layer_tar, save_docker_archive
from vm.client import MachineClient, supervisor_command
from vm.machine.json_files import write_json
from vm.machine.machine_files import MachineFiles
from vm.machine.status import MachineState

log = logging.getLogger(__name__)

ROUNDS = int(os.environ.get("MARINA_KILLS", "2"))
FIRST_SEED = int(os.environ.get("MARINA_KILLS_SEED", "0"))
MOST_ENDS = 2  # of works, before the cut
LONGEST = 3.0  # seconds from then to the cut
AT_ONCE = 3
"""Kinds of work in a round, beside a removal: all together would never come to an end."""

MOST = 2
"""Things that one worker does in a round: a fast machine would do hundreds, all to be looked at."""

DISK_BYTES = 3 << 30
CALL_LIMIT = 120.0  # seconds
BASE = "busybox:base"
BUSYBOX = busybox_layer()
LINES = "while i=$((i+1)); do echo $i >>/v/lines; sync /v/lines; echo $i; usleep 100000; done"

LOOK = """\
set -e; cd /data/engine
for folder in blobs/sha256 layers downloads; do echo folder $folder; ls -A -p $folder; done
for layer in layers/*.erofs; do
    case "$known" in *" ${layer#*/} "*) continue;; esac
    fsck.erofs --extract $layer >/run/checked 2>&1 || { cat /run/checked; exit 1; }
done
busybox find blobs layers -type f -exec busybox stat -c %b {} + | awk '{ n += $1 } END { print "blocks " n }'
"""

GONE = (OSError, HTTPException, ValueError)
"""What a call ends with when the machine dies under it."""

pytestmark = [
    pytest.mark.timeout(900 + 120 * ROUNDS),
    pytest.mark.skipif(os.getuid() != 0, reason="mounting needs root"),
]


class MachineEngine(StoringEngine):
    """The engine in a machine that lives in a network namespace, with all its files on a disk of its own."""

    def __init__(self, folder: Path, netns: str) -> None:
        super().__init__(folder, netns)
        files = MachineFiles.find(folder)
        command = ["nsenter", f"--net={NAMES / netns}", *supervisor_command(files)]
        self.machine = MachineUnderTest(MachineClient(files, command))
        self._folders: dict[str, set[str]] = {}
        self.stored_bytes = 0
        """What images take, in bytes of the disk; downloads that were broken off are nobody's yet."""

    @property
    def socket(self) -> Path:
        """See ApiClient."""
        return self.machine.docker_socket

    def log_tail(self) -> str:
        """See ApiClient."""
        files = self.machine.files
        return "\n".join(
            f"{path}:\n{path.read_text(errors='replace')[-4000:]}"
            for path in (files.supervisor_log, files.console_log)
            if path.exists()
        )

    def in_guest(self, command: str) -> str:
        """Run a shell command as the guest's root."""
        return in_netns(self.netns, lambda: self.machine.run(command, CALL_LIMIT))

    def look(self) -> None:
        """See what lies in the folders of images, by one command; new layers are read whole."""
        known = " ".join(sorted(name for name in self._folders.get("layers", ()) if not name.endswith("/")))
        lines = self.in_guest(f"known=' {known} '\n{LOOK}").splitlines()
        self._folders = {}
        for line in lines:
            word, _, rest = line.partition(" ")
            if word == "folder":
                names = self._folders[rest] = set()
            elif word == "blocks":
                self.stored_bytes = int(rest) * 512
            else:
                names.add(line)

    def stored(self, folder: str) -> set[str]:
        """See StoringEngine: as it was at the last look."""
        return self._folders[folder]


@dataclass(frozen=True)
class Made:
    """An image, and a file in it."""

    name: str
    path: str
    content: bytes


class Refused(Exception):
    """The engine answered, and did not do it."""


class Deeds:
    """What may be under way. Each is called with a label, and returns once the engine has acknowledged it."""

    def __init__(self, engine: StoringEngine, registry: Registry) -> None:
        self._engine = engine
        self._registry = registry
        self._address = f"10.0.2.2:{registry.port}"  # this computer, as the guest sees it

    def _call(self, method: str, path: str, expected: int, last: str = "", **more: object) -> None:
        """Make a call; `last` is in the last line of its answer."""
        answer = self._engine.request(method, path, timeout=CALL_LIMIT, **more)  # type: ignore[arg-type]
        end = answer.body[-500:]
        if answer.status != expected or b"errorDetail" in end or last.encode() not in end:
            raise Refused(f"{method} {path} {more.get('query')}: {answer.status} {end!r}")

    def pull(self, label: str) -> Made:
        """Pull an image of two layers, one of which is here."""
        own = _own("pulled", label)
        self._registry.push("offered", label, build_image([BUSYBOX, layer_tar([own])]))
        name = f"{self._address}/offered"
        self._call("POST", "/images/create", 200, "Status: ", query={"fromImage": name, "tag": label})
        return Made(f"{name}:{label}", own.name, own.data)

    def load(self, label: str) -> Made:
        """Load an archive."""
        own = _own("loaded", label)
        archive = save_docker_archive(build_image([BUSYBOX, layer_tar([own])]), [f"loaded:{label}"])
        self._call("POST", "/images/load", 200, f"loaded:{label}", body=archive)
        return Made(f"loaded:{label}", own.name, own.data)

    def import_tree(self, label: str) -> Made:
        """Import a tree."""
        own = _own("imported", label)
        query = {"fromSrc": "-", "repo": "imported", "tag": label, "changes": "ENV PATH=/bin"}
        self._call("POST", "/images/create", 200, "sha256:", query=query, body=_with_entry(BUSYBOX, own))
        return Made(f"imported:{label}", own.name, own.data)

    def build(self, label: str) -> Made:
        """Build in steps, one of them with a container."""
        own = _own("built", label)
        steps = f"FROM {BASE}\nCOPY made /copied\nRUN mv /copied /{own.name}\nLABEL label={label}\n"
        context = layer_tar([Entry("Dockerfile", steps.encode()), Entry("made", own.data)])
        self._call("POST", "/build", 200, "Successfully tagged", query={"t": f"built:{label}"}, body=context)
        return Made(f"built:{label}", own.name, own.data)

    def commit(self, label: str) -> Made:
        """Put a file into a container, and commit it."""
        own = _own("committed", label)
        container = f"committed-{label}"
        with suppress(Refused):  # of the attempt that was cut off
            self._call("DELETE", f"/containers/{container}", 204)
        body = {"Image": BASE, "Cmd": ["true"]}
        self._call("POST", "/containers/create", 201, query={"name": container}, body=body)
        archive, place = layer_tar([own]), {"path": "/"}
        self._call("PUT", f"/containers/{container}/archive", 200, query=place, body=archive)
        query = {"container": container, "repo": "committed", "tag": label}
        self._call("POST", "/commit", 201, query=query, body={})
        return Made(f"committed:{label}", own.name, own.data)

    def push(self, label: str) -> Made:
        """Load an image and push it; what was pushed is what is pulled after its removal."""
        own = _own("pushed", label)
        name = f"{self._address}/pushed"
        archive = save_docker_archive(build_image([BUSYBOX, layer_tar([own])]), [f"{name}:{label}"])
        self._call("POST", "/images/load", 200, label, body=archive)
        nobody = {"X-Registry-Auth": "e30="}
        self._call("POST", f"/images/{name}/push", 200, "sha256:", query={"tag": label}, headers=nobody)
        self._call("DELETE", f"/images/{name}:{label}", 200)
        self._call("POST", "/images/create", 200, "sha256:", query={"fromImage": name, "tag": label})
        return Made(f"{name}:{label}", own.name, own.data)

    def remove(self, name: str) -> None:
        """Remove an image by its name."""
        self._call("DELETE", f"/images/{name}", 200)


def _own(kind: str, label: str) -> Entry:
    return Entry(f"{kind}-{label}", random.Random(f"{kind} {label}").randbytes(600_000))


def _with_entry(layer: bytes, entry: Entry) -> bytes:
    buffer = io.BytesIO(layer)
    with tarfile.open(fileobj=buffer, mode="a") as archive:
        member = tarfile.TarInfo(entry.name)
        member.size = len(entry.data)
        archive.addfile(member, io.BytesIO(entry.data))
    return buffer.getvalue()


class Worker(threading.Thread):
    """Does one kind of thing, again and again, until the machine is gone."""

    def __init__(self, deed: Callable[[str], Made | None], labels: Sequence[str]) -> None:
        super().__init__(name=deed.__name__)
        self.deed = deed
        self._labels = labels
        self.begun: list[str] = []
        self.told: list[Made | None] = []
        """What was acknowledged, one for each that was begun."""
        self.refused: list[str] = []

    def run(self) -> None:
        """Work until the labels are used up or the machine is gone."""
        for label in self._labels:
            self.begun.append(label)
            try:
                self.told.append(self.deed(label))
            except Refused as reason:
                self.refused.append(str(reason))
                return
            except GONE:
                return


@dataclass
class Writer:
    """A container that writes lines into a volume, each with its fsync, and tells each one then."""

    engine: MachineEngine
    seed: int
    told: list[int] = field(default_factory=list)

    @property
    def volume(self) -> str:
        """The volume's name, the container's too."""
        return f"lines-{self.seed}"

    def start(self) -> threading.Thread:
        """Start the container, and a thread that reads what it tells until the machine is gone."""
        host = {"Binds": [f"{self.volume}:/v"]}
        body = {"Image": BASE, "Cmd": ["sh", "-c", LINES], "Tty": True, "HostConfig": host}
        made = self.engine.request("POST", "/containers/create", query={"name": self.volume}, body=body)
        assert made.status == 201, made.body
        assert self.engine.request("POST", f"/containers/{self.volume}/start").status == 204
        thread = threading.Thread(target=self._read, name=self.volume)
        thread.start()
        return thread

    def _read(self) -> None:
        connection = self.engine.connection(CALL_LIMIT)
        with suppress(*GONE):
            connection.request("GET", f"/containers/{self.volume}/logs?follow=1&stdout=1")
            answer = connection.getresponse()
            while (line := answer.readline()).endswith(b"\n"):
                self.told.append(int(line))
        connection.close()

    def check(self, last: int) -> None:
        """See that what was told is there, then take volume and container away."""
        state = self.engine.request("GET", f"/containers/{self.volume}/json").json["State"]
        assert state["Status"] == "exited", state
        look = ("run", "--rm", "-v", f"{self.volume}:/v", BASE, "cat", "/v/lines")
        lines = self.engine.docker(*look, check=last > 0).stdout.split()
        assert lines[:last] == [b"%d" % (number + 1) for number in range(last)]
        assert self.engine.request("DELETE", f"/containers/{self.volume}").status == 204
        assert self.engine.request("DELETE", f"/volumes/{self.volume}").status == 204


@dataclass
class World:
    """The machine, the disk that it is on, and what its engine has acknowledged."""

    engine: MachineEngine
    disk: DataDisk
    registry: Registry
    kept: dict[str, Made] = field(default_factory=dict)

    def round(self, seed: int) -> None:
        """Have everything under way at once, cut the power, and look at what is there."""
        engine, chance = self.engine, random.Random(seed)
        deeds = Deeds(engine, self.registry)
        labels = [f"{seed}-{number}" for number in range(MOST)]
        old = list(self.kept)
        kinds = (deeds.pull, deeds.load, deeds.import_tree, deeds.build, deeds.commit, deeds.push)
        makers = [Worker(kind, labels) for kind in chance.sample(kinds, AT_ONCE)]
        remover = Worker(deeds.remove, old)
        # fsync writes the whole journal: without it there is less on the disk than with it
        writer = Writer(engine, seed) if seed // 2 % 2 == 0 else None
        ends, delay = chance.randrange(MOST_ENDS + 1), chance.uniform(0, LONGEST)
        status = engine.machine.client.status()
        reader = writer.start() if writer is not None else None
        for worker in (*makers, remover):
            worker.start()
        wait_until(
            lambda: sum(len(worker.told) for worker in makers) >= ends or not _any_lives(makers),
            "some works to end",
            limit=600,
        )
        time.sleep(delay)
        # what is told after the cut may be a lie: nothing is stored any more
        told = {worker: list(worker.told) for worker in (*makers, remover)}
        refused = [reason for worker in (*makers, remover) for reason in worker.refused]
        last = len(writer.told) if writer is not None else 0
        cut = self._lose_power if seed % 2 == 0 else self._kill_qemu
        with cut(status.qemu_pid, status.supervisor_pid):
            for thread in (*makers, remover, *([reader] if reader is not None else [])):
                thread.join(2 * CALL_LIMIT)
                assert not thread.is_alive(), f"{thread.name} goes on"
        made = [one for worker in makers for one in told[worker] if one is not None]
        cut_off = [worker for worker in makers if len(worker.begun) > len(told[worker])]
        gone = old[: len(told[remover])]
        log.warning(
            "round %d: %s %.2f s after %d ends; acknowledged %d, removed %d, lines %d; under way: %s",
            *(seed, cut.__name__, delay, ends, len(made), len(gone), last, [one.name for one in cut_off]),
        )
        assert not refused
        for name in remover.begun:
            self.kept.pop(name)
        self.kept |= {one.name: one for one in made}
        engine.machine.start()
        self._check(made, gone)
        if writer is not None:
            writer.check(last)
        if cut_off:
            self._again(chance.choice(cut_off))
        for item in engine.request("GET", "/containers/json", query={"all": "1"}).json:
            assert engine.request("DELETE", f"/containers/{item['Id']}").status == 204
        for name in _names(engine) - {BASE} - {one.name for one in made}:
            deeds.remove(name)
            self.kept.pop(name, None)

    def _check(self, made: list[Made], gone: list[str]) -> None:
        """See that all is there, whole and usable, and nothing half-made."""
        engine = self.engine
        engine.look()
        used = engine.request("GET", "/system/df").json["LayersSize"]
        assert used == pytest.approx(engine.stored_bytes, rel=0.01)
        check_images(engine, {*self.kept, BASE})
        assert not _names(engine) & set(gone), "removed, and there again"
        for one in made:
            self._use(one)

    def _use(self, made: Made) -> None:
        """See that an image runs, and has its file."""
        output = self.engine.docker("run", "--rm", made.name, "sha256sum", f"/{made.path}").stdout
        assert output.split()[0].decode() == hashlib.sha256(made.content).hexdigest(), made.name

    def _again(self, worker: Worker) -> None:
        """Do what was cut off, which may have come to its end unheard."""
        label = worker.begun[-1]
        try:
            made = worker.deed(label)
        except Refused as reason:
            raise AssertionError(f"it cannot be done again: {worker.name} {label}: {reason}") from reason
        assert made is not None
        self._use(made)

    @contextmanager
    def _kill_qemu(self, qemu: int, supervisor: int) -> Iterator[None]:
        """Kill QEMU; the supervisor lives and tells it."""
        _kill(qemu)
        yield
        self.engine.machine.wait_for(lambda status: status.state is MachineState.FAILED)

    @contextmanager
    def _lose_power(self, qemu: int, supervisor: int) -> Iterator[None]:
        """Let this computer lose its power, as far as the machine's files and processes are concerned."""
        self.disk.lose_power()
        try:
            _kill(qemu)
            _kill(supervisor)
            yield
        finally:
            self.disk.start_again()


def _names(engine: StoringEngine) -> set[str]:
    return {name for item in engine.request("GET", "/images/json").json for name in item["RepoTags"]}


def _any_lives(threads: Sequence[threading.Thread]) -> bool:
    return any(thread.is_alive() for thread in threads)


def _kill(pid: int) -> None:
    process = psutil.Process(pid)
    process.kill()
    with suppress(psutil.NoSuchProcess):
        process.wait(CALL_LIMIT)


@pytest.fixture
def world() -> Iterator[World]:
    """A machine with busybox, and a registry beside it."""
    with (
        tempfile.TemporaryDirectory(prefix="marina-power-") as name,
        made_netns(f"tw{os.getpid() % 1_000_000}") as netns,
        started_registry(netns, Path(name) / "registry") as registry,
        made_data_disk(Path(name) / "disk", Path(name) / "m", DISK_BYTES) as disk,
    ):
        folder = Path(name) / "m" / "vm"
        folder.mkdir(mode=0o700)
        settings = {
            "shared_folders": [],
            "idle_minutes": 0,
            "engine_args": ["--insecure-registry", f"10.0.2.2:{registry.port}"],
        }
        engine = MachineEngine(folder, netns)
        write_json(engine.machine.files.settings, settings)
        try:
            engine.machine.start()
            engine.docker("load", "-q", stdin=save_docker_archive(build_image([BUSYBOX]), [BASE]))
            yield World(engine, disk, registry)
        finally:
            engine.machine.client.quit()


def test_power_is_lost_while_images_come_and_go(world: World) -> None:
    for seed in range(FIRST_SEED, FIRST_SEED + ROUNDS):
        try:
            world.round(seed)
        except BaseException:
            log.warning(world.engine.log_tail())
            raise
