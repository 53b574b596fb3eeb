"""What the fake engine knows: images, what its registry offers, containers, and a feed of events."""

import hashlib
import itertools
import queue
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

_numbers = itertools.count(1)


def make_id(*words: object) -> str:
    """Return 64 hexadecimal digits that no other call returns."""
    return hashlib.sha256(repr((words, next(_numbers))).encode()).hexdigest()


class Behaviour(Protocol):
    """What containers of an image do, in place of the few commands that the fake knows; and their files."""

    files: dict[str, bytes | None]

    def run(self, container: "FakeContainer", stopped: Callable[[], bool]) -> int:
        """Do it, and return the exit code; `stopped` says that it is to end."""


@dataclass
class FakeImage:
    """An image; `serves` is the page that its containers show at their published ports.

    `shared` of its bytes are those of a layer that all with such a layer have.
    """

    tags: list[str]
    exposed: tuple[str, ...] = ()
    command: tuple[str, ...] = ("sleep", "1000")
    environment: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()
    size: int = 1_000_000
    shared: int = 0
    serves: str = ""
    id: str = field(default_factory=lambda: "sha256:" + make_id("image"))
    pulled_as: set[str] = field(default_factory=set)
    behaviour: "Behaviour | None" = None

    @property
    def digest(self) -> str:
        """What its registry calls it."""
        return "sha256:" + hashlib.sha256(self.id.encode()).hexdigest()

    @property
    def repo_digests(self) -> list[str]:
        return [f"{tag.rpartition(':')[0]}@{self.digest}" for tag in self.tags if tag in self.pulled_as]


@dataclass
class FakeVolume:
    """A volume; `size` is what it is said to take."""

    name: str
    labels: dict[str, str] = field(default_factory=dict)
    size: int = 0
    created: float = field(default_factory=time.time)
    files: dict[str, bytes | None] = field(default_factory=dict)  # by path; a folder is None

    @property
    def is_anonymous(self) -> bool:
        return "com.docker.volume.anonymous" in self.labels


@dataclass
class FakeNetwork:
    """A network."""

    name: str
    driver: str = "bridge"
    subnet: str = ""
    internal: bool = False
    parent: str = ""  # the interface of macvlan
    id: str = field(default_factory=lambda: make_id("network"))
    created: float = field(default_factory=time.time)

    @property
    def is_predefined(self) -> bool:
        return self.name in ("bridge", "host", "none")


def usual_networks() -> list[FakeNetwork]:
    """Return the networks that every engine has."""
    return [
        FakeNetwork("bridge", "bridge", "172.17.0.0/16"),
        FakeNetwork("host", "host"),
        FakeNetwork("none", "null"),
    ]


def usual_files() -> dict[str, bytes | None]:
    """Return the files of a small image; folders have None."""
    return {
        "/bin": None,
        "/bin/sh": b"\x7fELF",
        "/etc": None,
        "/etc/hostname": b"fake\n",
        "/etc/os-release": b'NAME="Fake Linux"\n',
        "/tmp": None,
        "/usr": None,
        "/usr/share": None,
        "/usr/share/welcome.txt": b"Hello.\n",
        "/var": None,
    }


@dataclass
class FakeContainer:
    """A container: what was asked for, and what its command did."""

    name: str
    image: FakeImage
    image_name: str
    body: dict[str, Any]
    id: str = field(default_factory=lambda: make_id("container"))
    state: str = "created"
    exit_code: int = 0
    created: float = field(default_factory=time.time)
    ports: dict[str, int] = field(default_factory=dict)
    log: list[tuple[int, bytes]] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)
    changed: threading.Condition = field(default_factory=threading.Condition)
    stdin: "queue.Queue[bytes | None]" = field(default_factory=queue.Queue)
    servers: list[Any] = field(default_factory=list)
    sizes: list[tuple[int, int]] = field(default_factory=list)
    networks: tuple[str, ...] = ("bridge",)
    endpoints: dict[str, dict[str, Any]] = field(default_factory=dict)  # as `connect` was asked, by network
    files: dict[str, bytes | None] = field(default_factory=usual_files)
    has_shell: bool = True
    shells: tuple[str, ...] = ("ash", "sh")
    started: float = 0.0
    samples: int = 0
    health: dict[str, Any] = field(default_factory=dict)
    finished: float = 0.0

    @property
    def command(self) -> tuple[str, ...]:
        return (*self.entrypoint, *self.arguments)

    @property
    def entrypoint(self) -> tuple[str, ...]:
        """Return the entrypoint that was asked for."""
        return tuple(self.body.get("Entrypoint") or ())

    @property
    def arguments(self) -> tuple[str, ...]:
        """Return what follows the entrypoint: the image's own only where there is no entrypoint."""
        return tuple(self.body.get("Cmd") or (() if self.entrypoint else self.image.command))

    @property
    def tty(self) -> bool:
        return bool(self.body.get("Tty"))

    @property
    def labels(self) -> dict[str, str]:
        return dict(self.body.get("Labels") or {})

    def write(self, stream: int, data: bytes) -> None:
        """Write to the container's output."""
        with self.changed:
            self.log.append((stream, data))
            self.changed.notify_all()

    def wait_for_output(self, known: int) -> tuple[list[tuple[int, bytes]], bool]:
        """Return what was written after the first `known` pieces, and whether the command has ended."""
        with self.changed:
            self.changed.wait_for(lambda: len(self.log) > known or self.ended.is_set(), 0.02)
            return self.log[known:], self.ended.is_set()


@dataclass
class FakeExec:
    """A command prepared in a container."""

    container: FakeContainer
    body: dict[str, Any]
    id: str = field(default_factory=lambda: make_id("exec"))
    exit_code: int | None = None
    stdin: "queue.Queue[bytes | None]" = field(default_factory=queue.Queue)
    sizes: list[tuple[int, int]] = field(default_factory=list)


class FakeState:
    """All of it, behind one lock."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.images: list[FakeImage] = []
        self.registry: dict[str, FakeImage] = {}
        self.builds: list[dict[str, Any]] = []  # the newest first
        self.built: set[str] = set()  # instructions in the cache
        self.contexts: list[list[str]] = []  # names in what was sent
        self.build_secrets: dict[str, str] = {}  # of the last build, in base64
        self.lent_agents: dict[str, queue.Queue[Any]] = defaultdict(queue.Queue)
        self.agent_answers: list[bytes] = []  # of clients' SSH agents
        self.accounts: dict[str, tuple[str, str]] = {}  # user and password by server
        self.containers: dict[str, FakeContainer] = {}
        self.execs: dict[str, FakeExec] = {}
        self.volumes: list[FakeVolume] = []
        self.host_ports: list[dict[str, Any]] = []  # of containers on the host's network
        self.networks: list[FakeNetwork] = usual_networks()
        self.refuses_push = False
        self.push_may_end = threading.Event()
        self.push_may_end.set()
        self._listeners: list[queue.Queue[dict[str, Any] | None]] = []

    def find_image(self, name: str) -> FakeImage | None:
        """Return the image with this tag, or this id or the beginning of it."""
        wanted = name if ":" in name.rpartition("/")[2] else f"{name}:latest"
        with self.lock:
            for image in self.images:
                short = image.id.removeprefix("sha256:")
                if wanted in image.tags or (
                    len(name) >= 4 and short.startswith(name.removeprefix("sha256:"))
                ):
                    return image
        return None

    def find_container(self, name: str) -> FakeContainer | None:
        """Return the container with this name, or this id or the beginning of it."""
        with self.lock:
            for container in self.containers.values():
                if container.name == name or container.id.startswith(name):
                    return container
        return None

    def publish(self, type: str, action: str, id: str, **attributes: str) -> None:
        """Tell all listeners what happened."""
        now = time.time_ns()
        message = {
            "Type": type,
            "Action": action,
            "Actor": {"ID": id, "Attributes": attributes},
            "time": now // 10**9,
            "timeNano": now,
        }
        with self.lock:
            for listener in self._listeners:
                listener.put(message)

    def listen(self) -> "queue.Queue[dict[str, Any] | None]":
        """Return a queue that gets every event; None ends it."""
        listener: queue.Queue[dict[str, Any] | None] = queue.Queue()
        with self.lock:
            self._listeners.append(listener)
        return listener

    def end_listeners(self) -> None:
        """End all event streams."""
        with self.lock:
            for listener in self._listeners:
                listener.put(None)
            self._listeners.clear()
