"""What is measured: each is one call that does the work once on one engine and returns seconds."""

import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass

from tests.bench.engines import MeasuredEngine
from tests.support.namespaces import in_netns

IMAGE = "busybox:latest"
PORT = 18099
FIRST_BYTE_LIMIT = 30.0  # seconds
SERVER = ["httpd", "-f", "-p", "80", "-h", "/etc"]


@dataclass(frozen=True)
class Measurement:
    """One line of the table; `samples` is how often it is taken on each engine."""

    name: str
    take: Callable[[MeasuredEngine], float]
    samples: int = 20


def create(engine: MeasuredEngine, command: list[str], *, published: bool = False, image: str = IMAGE) -> str:
    """Create a container, with its port 80 on PORT if wanted; returns its ID."""
    body: dict[str, object] = {"Image": image, "Cmd": command}
    if published:
        body["ExposedPorts"] = {"80/tcp": {}}
        body["HostConfig"] = {"PortBindings": {"80/tcp": [{"HostPort": str(PORT)}]}}
    return str(engine.api.call("POST", "/containers/create", body)["Id"])


def start(engine: MeasuredEngine, container: str) -> None:
    """Start a container."""
    engine.api.call("POST", f"/containers/{container}/start")


def remove(engine: MeasuredEngine, container: str) -> None:
    """Kill and remove a container."""
    with suppress(RuntimeError):  # it may have ended by itself
        engine.api.call("POST", f"/containers/{container}/kill")
    engine.api.call("DELETE", f"/containers/{container}?force=1")


def _lifecycle(engine: MeasuredEngine, image: str, *, published: bool) -> float:
    begin = time.perf_counter()
    container = create(engine, ["true"], published=published, image=image)
    start(engine, container)
    ended = engine.api.call("POST", f"/containers/{container}/wait")
    engine.api.call("DELETE", f"/containers/{container}")
    elapsed = time.perf_counter() - begin
    if ended["StatusCode"] != 0:
        raise RuntimeError(f"{engine.name}: true ended with {ended['StatusCode']}")
    return elapsed


def lifecycle(engine: MeasuredEngine, image: str = IMAGE) -> float:
    """Create, start, wait for and remove `true` on the default bridge."""
    return _lifecycle(engine, image, published=False)


def lifecycle_with_port(engine: MeasuredEngine) -> float:
    """Do the same with a published port."""
    return _lifecycle(engine, IMAGE, published=True)


def first_byte(engine: MeasuredEngine) -> float:
    """Start a web server; seconds from the start call to the first byte through its published port."""
    container = create(engine, SERVER, published=True)
    begin = time.perf_counter()
    try:
        start(engine, container)
        in_netns(engine.netns, _ask_until_answered)
        return time.perf_counter() - begin
    finally:
        remove(engine, container)


def first_byte_early(engine: MeasuredEngine) -> float:
    """Do the same with a client that begins to try as the start call goes out, and waits patiently."""
    container = create(engine, SERVER, published=True)
    begin = time.perf_counter()
    try:
        with ThreadPoolExecutor(1) as pool:
            asking = pool.submit(in_netns, engine.netns, _ask_until_answered)
            start(engine, container)
            asking.result()
        return time.perf_counter() - begin
    finally:
        remove(engine, container)


def _ask_until_answered() -> None:
    deadline = time.monotonic() + FIRST_BYTE_LIMIT
    while True:
        with suppress(OSError), socket.create_connection(("127.0.0.1", PORT), FIRST_BYTE_LIMIT) as client:
            client.sendall(b"GET /passwd HTTP/1.0\r\n\r\n")
            if client.recv(1):
                return
        if time.monotonic() > deadline:
            raise RuntimeError("nobody answers on the published port")
        time.sleep(0.001)


class Standing:
    """Containers that stand by while something else is measured, on one engine."""

    def __init__(self, engine: MeasuredEngine) -> None:
        self._engine = engine
        self.running = create(engine, ["sleep", "3600"])
        start(engine, self.running)
        self.created = [create(engine, ["true"]) for _ in range(4)]

    def close(self) -> None:
        """Remove them."""
        for container in (self.running, *self.created):
            remove(self._engine, container)

    def exec_true(self, engine: MeasuredEngine) -> float:
        """Run `true` in the running container."""
        begin = time.perf_counter()
        path = f"/containers/{self.running}/exec"
        identifier = engine.api.call("POST", path, {"Cmd": ["true"], "AttachStdout": True})["Id"]
        engine.api.call("POST", f"/exec/{identifier}/start", {"Detach": False, "Tty": False})
        elapsed = time.perf_counter() - begin
        if engine.api.call("GET", f"/exec/{identifier}/json")["ExitCode"] != 0:
            raise RuntimeError(f"{engine.name}: exec failed")
        return elapsed

    def list_all(self, engine: MeasuredEngine) -> float:
        """List the five containers."""
        return timed_get(engine, "/containers/json?all=1")

    def inspect(self, engine: MeasuredEngine) -> float:
        """Inspect the running container."""
        return timed_get(engine, f"/containers/{self.running}/json")


def timed_get(engine: MeasuredEngine, path: str) -> float:
    """Make a GET call; returns its seconds."""
    begin = time.perf_counter()
    engine.api.call("GET", path)
    return time.perf_counter() - begin


def cold_start(engine: MeasuredEngine) -> float:
    """Stop the engine and start it anew; seconds to its first answer."""
    engine.stop()
    return engine.start()
