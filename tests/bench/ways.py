"""The ways into a machine: a call through the tunnel and back, bytes out of a published port."""

import contextlib
import http.client
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import docker
from docker.models.containers import Container

from tests.bench.statistics_table import Row
from tests.support.test_images import busybox_image, save_docker_archive
from vm.client import MachineClient

IMAGE = "measured:busybox"
CALLS = 200
TURNS = 5
FILE_MB = 100
SERVER = f"mkdir /www; truncate -s {FILE_MB}M /www/file; exec httpd -f -p %d -h /www"
HOST_NETWORK_PORT = 28080
LIMIT = 120.0
"""Seconds."""


class _Connection(http.client.HTTPConnection):
    """HTTP over docker.sock."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=LIMIT)
        self._path = path

    def connect(self) -> None:
        """Connect to the socket."""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))

    def ping(self) -> float:
        """Ask the engine whether it is there; return the milliseconds to its answer."""
        began = time.perf_counter()
        self.request("GET", "/_ping")
        self.getresponse().read()
        return (time.perf_counter() - began) * 1000


def measure(client: MachineClient, name: str) -> list[Row]:
    """Measure calls, and a published port beside QEMU's forward alone: that of the host's network."""
    path = client.files.docker_socket
    kept = _Connection(path)
    kept.ping()
    kept_alive = [kept.ping() for _ in range(CALLS)]
    kept.close()
    new = []
    for _ in range(CALLS):
        with contextlib.closing(_Connection(path)) as connection:
            new.append(connection.ping())
    published, bare = _rates(path)
    return [
        Row("call on a connection that is open", "ms", {name: kept_alive}),
        Row("call on a new connection", "ms", {name: new}),
        Row("bytes out of a published port", "MB/s", {name: published}),
        Row(
            "the same against QEMU's forward alone",
            "x",
            {name: [one / other for one, other in zip(published, bare, strict=True)]},
        ),
    ]


def _rates(path: Path) -> tuple[list[float], list[float]]:
    """Return the rates of a published port and of a bare forward, turn by turn."""
    engine = docker.DockerClient(base_url=f"unix://{path}", timeout=LIMIT)
    with contextlib.closing(engine):
        engine.images.load(save_docker_archive(busybox_image(), [IMAGE]))
        with (
            _server(engine, SERVER % 80, ports={"80/tcp": ("127.0.0.1", None)}) as container,
            _server(engine, SERVER % HOST_NETWORK_PORT, network_mode="host"),
        ):
            container.reload()
            port = int(container.ports["80/tcp"][0]["HostPort"])
            pairs = [(_rate(port), _rate(HOST_NETWORK_PORT)) for _ in range(TURNS)]
        engine.images.remove(IMAGE)
    published, bare = zip(*pairs, strict=True)
    return list(published), list(bare)


@contextlib.contextmanager
def _server(engine: docker.DockerClient, script: str, **how: object) -> Iterator[Container]:
    container = engine.containers.run(IMAGE, ["sh", "-c", script], detach=True, **how)
    try:
        yield container
    finally:
        container.remove(force=True)


def _rate(port: int) -> float:
    """Fetch the file, as soon as it is served; return MB a second from its first byte on."""
    deadline = time.monotonic() + LIMIT
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=LIMIT) as connection:
                connection.sendall(b"GET /file HTTP/1.0\r\n\r\n")
                received = len(connection.recv(2**16))
                if received:
                    began, whole = time.perf_counter(), received
                    while piece := connection.recv(2**20):
                        whole += len(piece)
                    if whole < FILE_MB * 2**20:
                        raise RuntimeError(f"port {port} gave {whole} bytes")
                    return (whole - received) / 1e6 / (time.perf_counter() - began)
        except ConnectionError:
            pass  # not forwarded yet, or not listened on yet
        if time.monotonic() > deadline:
            raise RuntimeError(f"nothing is served at port {port}")
        time.sleep(0.1)
