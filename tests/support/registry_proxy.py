"""A proxy before a registry that misbehaves as told: cuts transfers, changes bytes, asks for tokens."""

import base64
import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

from tests.support.namespaces import in_netns
from tests.support.registry import Registry

TOKEN = "token-for-tests"
REFRESH_TOKEN = "lasting-token-for-tests"


@dataclass
class Misbehaviour:
    """What the proxy does; tests change it while it runs."""

    cut_blobs_after: int | None = None
    cuts_left: int = 1_000_000
    blob_gate: threading.Event | None = None
    corrupt_blobs: bool = False
    ignore_ranges: bool = False
    redirect_blobs_to: str = ""
    password: str = ""
    requests: list[tuple[str, str]] = field(default_factory=list)
    authorizations: list[tuple[str, str]] = field(default_factory=list)
    blob_bytes: int = 0
    cut_uploads_after: int | None = None
    upload_gate: threading.Event | None = None
    refuse_pushes: bool = False
    uploaded_bytes: int = 0
    changes: list[str] = field(default_factory=list)
    reached_gate: threading.Event = field(default_factory=threading.Event)


class RegistryProxy:
    """The proxy at `address`, and what it has seen."""

    def __init__(self, address: str, behaviour: Misbehaviour) -> None:
        self.address = address
        self.behaviour = behaviour


@contextmanager
def started_proxy(registry: Registry, port: int) -> Iterator[RegistryProxy]:
    """Run a proxy on 127.0.0.1:`port` in the registry's namespace."""
    behaviour = Misbehaviour()

    class Handler(_Handler):
        upstream = registry
        told = behaviour

    server = in_netns(registry.netns, lambda: ThreadingHTTPServer(("127.0.0.1", port), Handler))
    server.daemon_threads = True
    # Its threads reach the registry from inside the namespace too.
    thread = threading.Thread(
        target=lambda: in_netns(registry.netns, lambda: server.serve_forever(poll_interval=0.05))
    )
    thread.start()
    try:
        yield RegistryProxy(f"127.0.0.1:{port}", behaviour)
    finally:
        for gate in (behaviour.blob_gate, behaviour.upload_gate):
            if gate is not None:
                gate.set()
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    upstream: Registry
    told: Misbehaviour
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing on the test's output."""

    def do_GET(self) -> None:
        """Pass a request on, and spoil the answer as told."""
        told = self.told
        told.requests.append((self.path, self.headers.get("Range", "")))
        told.authorizations.append((self.path, self.headers.get("Authorization", "")))
        if self.path.startswith("/token"):
            self._answer_token()
            return
        if not self._is_allowed():
            return
        is_blob = "/blobs/" in self.path
        if is_blob and told.redirect_blobs_to:
            self._send(307, b"", {"Location": told.redirect_blobs_to + self.path})
            return
        self._forward(is_blob)

    do_HEAD = do_GET

    def do_POST(self) -> None:
        """Pass an upload's step on, or break it as told."""
        told = self.told
        told.changes.append(f"{self.command} {self.path}")
        length = int(self.headers.get("Content-Length", "0"))
        if self.command == "PATCH" and told.cut_uploads_after is not None and told.cuts_left > 0:
            told.cuts_left -= 1
            told.uploaded_bytes += len(self.rfile.read(min(length, told.cut_uploads_after)))
            if told.upload_gate is not None:
                told.reached_gate.set()
                told.upload_gate.wait(60)
            self.close_connection = True
            return
        body = self.rfile.read(length)
        if self.path == "/token":
            self._answer_refresh(body)
            return
        if self.command == "PATCH":
            told.uploaded_bytes += len(body)
        if self._is_allowed():
            self._pass_on(body)

    do_PATCH = do_PUT = do_DELETE = do_POST

    def _pass_on(self, body: bytes) -> None:
        upstream = http.client.HTTPConnection("127.0.0.1", self.upstream.port, timeout=30)
        passed = {"Host": self.headers["Host"]}  # so that the registry's Location leads here
        if "Content-Type" in self.headers:
            passed["Content-Type"] = self.headers["Content-Type"]
        upstream.request(self.command, self.path, body=body, headers=passed)
        answer = upstream.getresponse()
        kept = ("Content-Type", "Docker-Content-Digest", "Location", "Range")
        headers = {name: answer.headers[name] for name in kept if name in answer.headers}
        self._send(answer.status, answer.read(), headers)
        upstream.close()

    def _is_allowed(self) -> bool:
        """Answer a request without the token, and return whether it has it."""
        told = self.told
        realm = f'Bearer realm="http://{self.headers["Host"]}/token",service="tests"'
        if told.refuse_pushes and (self.command != "GET" or "/v2/" not in self.path):
            self._send(401, b"", {"WWW-Authenticate": f'{realm},error="insufficient_scope"'})
            return False
        if told.password and self.headers.get("Authorization") != f"Bearer {TOKEN}":
            self._send(401, b"{}", {"WWW-Authenticate": realm})
            return False
        return True

    def _forward(self, is_blob: bool) -> None:
        told = self.told
        upstream = http.client.HTTPConnection("127.0.0.1", self.upstream.port, timeout=30)
        passed = {"Accept": self.headers.get("Accept", "*/*")}
        if "Range" in self.headers and not told.ignore_ranges:
            passed["Range"] = self.headers["Range"]
        upstream.request(self.command, self.path, headers=passed)
        answer = upstream.getresponse()
        data = answer.read()
        kept = ("Content-Type", "Docker-Content-Digest", "Content-Range", "Link")
        headers = {name: answer.headers[name] for name in kept if name in answer.headers}
        upstream.close()
        if not is_blob or self.command == "HEAD":
            self._send(answer.status, data, headers)
            return
        if told.corrupt_blobs:
            data = bytes(byte ^ 1 for byte in data[:10]) + data[10:]
        self._send_blob(answer.status, data, headers)

    def _send_blob(self, status: int, data: bytes, headers: dict[str, str]) -> None:
        told = self.told
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        limit = told.cut_blobs_after if told.cuts_left > 0 else None
        told.cuts_left -= 1
        sent = data if limit is None else data[:limit]
        told.blob_bytes += len(sent)
        self.wfile.write(sent)
        self.wfile.flush()
        if len(sent) < len(data):
            if told.blob_gate is not None:
                told.reached_gate.set()
                told.blob_gate.wait(60)
            self.close_connection = True

    def _answer_token(self) -> None:
        wanted = "Basic " + base64.b64encode(f"user:{self.told.password}".encode()).decode()
        if self.headers.get("Authorization") == wanted:
            answer = {"token": TOKEN}
            if "offline_token=true" in self.path:
                answer["refresh_token"] = REFRESH_TOKEN
            self._send(200, json.dumps(answer).encode(), {})
        else:
            self._send(401, b'{"details": "incorrect username or password"}', {})

    def _answer_refresh(self, body: bytes) -> None:
        form = parse_qs(body.decode())
        right = form.get("refresh_token") == [REFRESH_TOKEN] and form.get("grant_type") == ["refresh_token"]
        if right:
            self._send(200, json.dumps({"access_token": TOKEN}).encode(), {})
        else:
            self._send(401, b"{}", {})

    def _send(self, status: int, data: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)
