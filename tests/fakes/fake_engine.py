"""A small Docker-like engine on a Unix socket: real HTTP, scripted state, scripted failures."""

import contextlib
import http.server
import json
import re
import socket
import socketserver
import struct
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

from tests.fakes import (
    fake_builds,
    fake_images,
    fake_inside,
    fake_networks,
    fake_registry,
    fake_volume_files,
    fake_volumes,
)
from tests.fakes.fake_containers import FakeContainers, Refusal
from tests.fakes.fake_state import FakeContainer, FakeImage, FakeState
from tests.fakes.faults import Fault, FaultKind

HANG_LIMIT = 60.0


class FakeEngine:
    """Start it as a context manager; script it through `state`, `faults` and `pull_script`."""

    def __init__(self, folder: Path) -> None:
        self.socket_path = folder / "engine.sock"
        self.state = FakeState()
        self.containers = FakeContainers(self.state)
        self.faults: list[Fault] = []
        self.pull_script: Callable[[str], list[dict[str, Any]]] | None = None
        self.pull_pause = 0.0
        self.stats_pause = 0.05
        self.product = "Marina"
        self.requests: list[str] = []
        self.registry_headers: list[str] = []  # X-Registry-Auth of each pull
        self.closing = threading.Event()
        self._connections: set[socket.socket] = set()
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self.containers.end_all()

    def start(self) -> None:
        """Listen; the state of an earlier run is kept, as an engine's is."""
        self.closing.clear()
        self.socket_path.unlink(missing_ok=True)
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), name="fake-engine")
        self._thread.start()

    def stop(self) -> None:
        """Stop listening and cut every connection, as a killed engine does; containers go on."""
        if self._server is None or self._thread is None:
            return
        self.closing.set()
        self.state.end_listeners()
        self._server.shutdown()
        self._thread.join()
        self.cut_connections()
        self._server.server_close()
        self._server = None
        self.socket_path.unlink(missing_ok=True)

    def cut_connections(self) -> None:
        """Break every open connection."""
        for connection in tuple(self._connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def fail(self, pattern: str, kind: FaultKind, **values: Any) -> None:
        """Let the next request that matches "METHOD /path" fail."""
        self.faults.append(Fault(pattern, kind, **values))

    def add_image(self, tag: str, **values: Any) -> FakeImage:
        """Put an image on the machine."""
        image = FakeImage([tag], **values)
        self.state.images.append(image)
        return image

    def offer_image(self, tag: str, **values: Any) -> None:
        """Put an image into the registry, to be pulled."""
        self.state.registry[tag] = FakeImage([tag], **values)

    def add_container(self, name: str, image: FakeImage, **body: Any) -> FakeContainer:
        """Create a container behind the client's back."""
        container = FakeContainer(name, image, image.tags[0], body)
        self.state.containers[container.id] = container
        return container


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = False
    block_on_close = True
    request_queue_size = 64

    def __init__(self, engine: FakeEngine) -> None:
        self.engine = engine
        super().__init__(str(engine.socket_path), Handler)

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, _ = self.socket.accept()
        self.engine._connections.add(connection)
        return connection, ("engine", 0)

    def shutdown_request(self, request: Any) -> None:
        self.engine._connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no failure of the fake."""


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        self._handle()

    do_POST = do_PUT = do_DELETE = do_HEAD = do_GET

    def log_message(self, *_: object) -> None:
        """Stay quiet."""

    # --- one request --------------------------------------------------------------------------------------

    def _handle(self) -> None:
        parts = urlsplit(self.path)
        self.path_only = re.sub(r"^/v\d+\.\d+", "", parts.path)
        self.query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        self.body = self._read_body()
        line = f"{self.command} {self.path_only}"
        self.engine.requests.append(line + (f"?{parts.query}" if parts.query else ""))
        fault = next((fault for fault in self.engine.faults if fault.matches(line)), None)
        if fault is not None:
            fault.times -= 1
            if not self._fail(fault):
                return
        try:
            self.route(line)
        except Refusal as refusal:
            if refusal.status == 304:
                self.answer(304, b"")
            else:
                self.answer_json({"message": refusal.message}, refusal.status)

    @property
    def engine(self) -> FakeEngine:
        return self.server.engine

    def _read_body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            parts = []
            while size := int(self.rfile.readline(), 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)
        length = int(self.headers.get("Content-Length") or 0)
        return self.rfile.read(length) if length else b""

    def _fail(self, fault: Fault) -> bool:
        """Do what the fault says; return whether the request is then answered as usual."""
        self.close_connection = True
        if fault.kind is FaultKind.SLOW:
            self.engine.closing.wait(fault.seconds)
            return True
        if fault.kind is FaultKind.STATUS:
            self.answer_json({"message": fault.message}, fault.status)
        elif fault.kind is FaultKind.HANG:
            self.engine.closing.wait(HANG_LIMIT)
        elif fault.kind is FaultKind.HALF_JSON:
            self.answer(200, b'[{"Id": "abc", "Na')
        elif fault.kind is FaultKind.WRONG_JSON:
            self.answer_json("what?")
        elif fault.kind is FaultKind.CUT:
            self.start_chunks("application/json")
            self.wfile.write(b'40\r\n{"status":"Downloading","id":')
        return False

    def route(self, line: str) -> None:
        for pattern, method in _ROUTES:
            if match := re.fullmatch(pattern, line):
                getattr(self, method)(*map(unquote, match.groups()))
                return
        for pattern, answer in _AREAS:
            if match := re.fullmatch(pattern, line):
                answer(self, *map(unquote, match.groups()))
                return
        raise Refusal(404, "page not found")

    # --- answers ------------------------------------------------------------------------------------------

    def answer(self, status: int, content: bytes, kind: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(content)

    def answer_json(self, value: object, status: int = 200) -> None:
        self.answer(status, json.dumps(value).encode())

    def start_chunks(self, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def chunk(self, data: bytes) -> None:
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")

    # --- system -------------------------------------------------------------------------------------------

    def ping(self) -> None:
        self.answer(200, b"OK", "text/plain")

    def version(self) -> None:
        about = {"Version": "0.0-fake", "ApiVersion": "1.47", "Os": "linux", "Arch": "amd64"}
        self.answer_json(about | {"Platform": {"Name": self.engine.product}})

    def info(self) -> None:
        running = sum(c.state == "running" for c in self.engine.state.containers.values())
        self.answer_json(
            {
                "Containers": len(self.engine.state.containers),
                "ContainersRunning": running,
                "Images": len(self.engine.state.images),
                "NCPU": 2,
                "MemTotal": 2**31,
            }
        )

    def events(self) -> None:
        listener = self.engine.state.listen()
        if self.engine.closing.is_set():  # too late to be told of the end
            self.close_connection = True
            return
        self.start_chunks("application/json")
        self.wfile.flush()
        while (message := listener.get()) is not None:
            self.chunk(json.dumps(message).encode() + b"\n")
        if not self.engine.closing.is_set():
            self.chunk(b"")

    # --- containers ---------------------------------------------------------------------------------------

    def list_containers(self) -> None:
        filters = json.loads(self.query.get("filters", "{}"))
        self.answer_json(self.engine.containers.list_rows(self.query.get("all") == "1", filters))

    def create(self) -> None:
        container = self.engine.containers.create(self.query.get("name", ""), json.loads(self.body))
        self.answer_json({"Id": container.id, "Warnings": []}, 201)

    def inspect_container(self, name: str) -> None:
        self.answer_json(self.engine.containers.inspect(self.engine.containers.get(name)))

    def act(self, name: str, action: str) -> None:
        container = self.engine.containers.get(name)
        if action == "resize":
            container.sizes.append((int(self.query["h"]), int(self.query["w"])))
        elif action == "rename":
            self.engine.containers.rename(container, self.query["name"])
        elif action == "update":
            self.engine.containers.update(container, json.loads(self.body))
            self.answer_json({"Warnings": None})
            return
        else:
            self.engine.containers.act(container, action, self.query)
        self.answer(200 if action == "resize" else 204, b"")

    def remove(self, name: str) -> None:
        self.engine.containers.remove(self.engine.containers.get(name), self.query.get("force") == "1")
        self.answer(204, b"")

    def wait(self, name: str) -> None:
        container = self.engine.containers.get(name)
        fresh = self.query.get("condition") == "next-exit"
        self.start_chunks("application/json")
        self.wfile.flush()
        while not self.engine.closing.is_set():
            if container.ended.wait(0.02) or (not fresh and container.state == "exited"):
                self.chunk(json.dumps({"StatusCode": container.exit_code}).encode() + b"\n")
                self.chunk(b"")
                return

    def logs(self, name: str) -> None:
        container = self.engine.containers.get(name)
        follow, stamps = self.query.get("follow") == "1", self.query.get("timestamps") == "1"
        tail = self.query.get("tail", "all")
        wanted = {number for number, key in ((1, "stdout"), (2, "stderr")) if self.query.get(key) == "1"}
        self.start_chunks("application/vnd.docker.multiplexed-stream")

        def send(entries: list[tuple[int, bytes]], first: int) -> None:
            for number, entry in enumerate(entries, start=first):
                if (1 if container.tty else entry[0]) in wanted:
                    self.chunk(_encode(container, entry, stamps, number))

        with container.changed:
            entries = list(container.log)
        sent = len(entries)
        first = 0 if tail == "all" else max(len(entries) - int(tail), 0)
        send(entries[first:], first)
        while follow and not self.engine.closing.is_set():
            fresh, ended = container.wait_for_output(sent)
            send(fresh, sent)
            sent += len(fresh)
            if ended and not fresh:
                break
        self.chunk(b"")

    def attach(self, name: str) -> None:
        container = self.engine.containers.get(name)
        self.hijack()
        sent = 0
        reader = self._start_input(container.stdin.put) if self.query.get("stdin") == "1" else None
        while not self.engine.closing.is_set():
            fresh, ended = container.wait_for_output(sent)
            for entry in fresh:
                self.wfile.write(_encode(container, entry, False))
            sent += len(fresh)
            if ended and not fresh:
                break
        self._end_hijack(reader)

    # --- exec ---------------------------------------------------------------------------------------------

    def create_exec(self, name: str) -> None:
        self.answer_json({"Id": self.engine.containers.create_exec(name, json.loads(self.body)).id}, 201)

    def start_exec(self, id: str) -> None:
        prepared = self.engine.containers.get_exec(id)
        if json.loads(self.body).get("Detach"):
            self.engine.containers.run_exec(prepared, lambda stream, data: None)
            self.answer(200, b"")
            return
        self.hijack()
        reader = self._start_input(prepared.stdin.put) if prepared.body.get("AttachStdin") else None
        tty = bool(prepared.body.get("Tty"))
        self.engine.containers.run_exec(
            prepared, lambda stream, data: self._raw(data if tty else _frame(stream, data))
        )
        self._end_hijack(reader)

    def inspect_exec(self, id: str) -> None:
        prepared = self.engine.containers.get_exec(id)
        self.answer_json({"Running": prepared.exit_code is None, "ExitCode": prepared.exit_code})

    def resize_exec(self, id: str) -> None:
        self.engine.containers.get_exec(id).sizes.append((int(self.query["h"]), int(self.query["w"])))
        self.answer(200, b"")

    def _raw(self, data: bytes) -> None:
        self.wfile.write(data)

    def hijack(self) -> None:
        self.wfile.write(
            b"HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\n"
            b"Connection: Upgrade\r\nUpgrade: tcp\r\n\r\n"
        )
        self.close_connection = True

    def _start_input(self, put: Callable[[bytes | None], None]) -> threading.Thread:
        def read() -> None:
            with contextlib.suppress(OSError):
                while data := self.connection.recv(4096):
                    put(data)
            put(None)

        thread = threading.Thread(target=read, name="fake-stdin")
        thread.start()
        return thread

    def _end_hijack(self, reader: threading.Thread | None) -> None:
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)
        if reader is not None:
            reader.join()

    # --- images -------------------------------------------------------------------------------------------

    def list_images(self) -> None:
        rows = [
            {
                "Id": i.id,
                "RepoTags": i.tags,
                "RepoDigests": i.repo_digests,
                "Size": i.size,
                "Created": 1_700_000_000,
            }
            for i in self.engine.state.images
        ]
        self.answer_json(rows)

    def inspect_image(self, name: str) -> None:
        self.answer_json(self.engine.containers.inspect_image(name))

    def remove_image(self, name: str) -> None:
        self.answer_json(self.engine.containers.remove_image(name, self.query.get("force") == "1"))

    def tag(self, name: str) -> None:
        self.engine.containers.get_image(name).tags.append(f"{self.query['repo']}:{self.query['tag']}")
        self.answer(201, b"")

    def pull(self) -> None:
        name, tag = self.query["fromImage"], self.query.get("tag", "latest")
        reference = f"{name}@{tag}" if tag.startswith("sha256:") else f"{name}:{tag}"
        self.engine.registry_headers.append(self.headers.get("X-Registry-Auth", ""))
        script = self.engine.pull_script or self.engine.containers.pull_messages
        messages = script(reference)
        self.start_chunks("application/json")
        for message in messages:
            self.chunk(json.dumps(message).encode() + b"\r\n")
            self.wfile.flush()
            if self.engine.closing.wait(self.engine.pull_pause):
                return
        if not any("error" in message for message in messages):
            self.engine.containers.finish_pull(reference)
        self.chunk(b"")

    def load(self) -> None:
        self.engine.add_image("loaded:latest", size=len(self.body))
        self.start_chunks("application/json")
        self.chunk(json.dumps({"stream": "Loaded image: loaded:latest\n"}).encode() + b"\n")
        self.chunk(b"")


_AREAS = (
    *fake_images.ROUTES,
    *fake_inside.ROUTES,
    *fake_networks.ROUTES,
    *fake_registry.ROUTES,
    *fake_volume_files.ROUTES,
    *fake_volumes.ROUTES,
    *fake_builds.ROUTES,
)
_ROUTES = [
    (r"(?:GET|HEAD) /_ping", "ping"),
    (r"GET /version", "version"),
    (r"GET /info", "info"),
    (r"GET /events", "events"),
    (r"GET /containers/json", "list_containers"),
    (r"POST /containers/create", "create"),
    (r"GET /containers/([^/]+)/json", "inspect_container"),
    (r"GET /containers/([^/]+)/logs", "logs"),
    (r"POST /containers/([^/]+)/attach", "attach"),
    (r"POST /containers/([^/]+)/wait", "wait"),
    (r"POST /containers/([^/]+)/exec", "create_exec"),
    (r"POST /containers/([^/]+)/(start|stop|restart|kill|pause|unpause|resize|rename|update)", "act"),
    (r"DELETE /containers/([^/]+)", "remove"),
    (r"POST /exec/([^/]+)/start", "start_exec"),
    (r"POST /exec/([^/]+)/resize", "resize_exec"),
    (r"GET /exec/([^/]+)/json", "inspect_exec"),
    (r"GET /images/json", "list_images"),
    (r"POST /images/create", "pull"),
    (r"POST /images/load", "load"),
    (r"GET /images/(.+)/json", "inspect_image"),
    (r"POST /images/(.+)/tag", "tag"),
    (r"DELETE /images/(.+)", "remove_image"),
]


def _frame(stream: int, data: bytes) -> bytes:
    return struct.pack(">B3xI", stream, len(data)) + data


def _encode(container: FakeContainer, entry: tuple[int, bytes], timestamps: bool, number: int = 0) -> bytes:
    """Return a piece of output as sent; each piece has a time of its own, one nanosecond after the last."""
    stream, data = entry
    if timestamps:
        data = f"2026-01-02T03:04:05.{123456789 + number:09d}Z ".encode() + data
    return data if container.tty else _frame(stream, data)
