"""A plain client of the Docker Engine API, the same for every engine that is measured."""

import http.client
import json
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

TIMEOUT = 900.0  # seconds: an emulated machine unpacks 500 MB for minutes


class _Connection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("engine", timeout=TIMEOUT)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


class Api:
    """Calls over one Unix socket; each is a connection of its own, as the docker command line makes them."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Make one call and return its JSON, or None. Raises RuntimeError for an error answer."""
        connection = _Connection(self._path)
        try:
            raw = isinstance(body, bytes)
            data = body if raw or body is None else json.dumps(body).encode()
            kind = "application/x-tar" if raw else "application/json"
            connection.request(method, path, body=data, headers={"Content-Type": kind})
            answer = connection.getresponse()
            content = answer.read()
            if answer.status >= 400:
                raise RuntimeError(f"{method} {path}: {answer.status} {content.decode(errors='replace')}")
            is_json = answer.getheader("Content-Type", "").startswith("application/json")
            return json.loads(content.splitlines()[-1]) if is_json and content.strip() else content
        finally:
            connection.close()

    def download(self, path: str) -> int:
        """Read an answer as it comes and throw it away; returns its length in bytes."""
        connection = _Connection(self._path)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            if answer.status >= 400:
                raise RuntimeError(f"GET {path}: {answer.status} {answer.read().decode(errors='replace')}")
            return _read_to_end(answer.readinto)
        finally:
            connection.close()

    def hijack(self, path: str, body: Any = None) -> "Hijacked":
        """Make a call whose connection becomes a stream: attach, or the start of an exec."""
        return Hijacked(self._path, path, body)

    def answers(self) -> bool:
        """Return whether the engine answers a ping."""
        try:
            self.call("GET", "/_ping")
        except (OSError, RuntimeError, http.client.HTTPException):
            return False
        return True


class Hijacked:
    """A connection after its HTTP head: bytes go both ways, and either side ends by itself."""

    def __init__(self, path: Path, target: str, body: Any) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(TIMEOUT)
        self._socket.connect(str(path))
        data = b"" if body is None else json.dumps(body).encode()
        head = (
            f"POST {target} HTTP/1.1\r\nHost: engine\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n"
        )
        self._socket.sendall(head.encode() + data)
        answer = b""
        while b"\r\n\r\n" not in answer:
            part = self._socket.recv(1)  # nothing of the stream itself may be taken
            if not part:
                raise RuntimeError(f"POST {target}: no answer")
            answer += part
        if answer.split()[1] not in (b"101", b"200"):
            raise RuntimeError(f"POST {target}: {answer.decode(errors='replace')}")

    def __enter__(self) -> "Hijacked":
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def wait_for_byte(self) -> None:
        """Wait until the other side has sent something."""
        if not self._socket.recv(1):
            raise RuntimeError("the stream ended without a byte")

    def exchange(self, data: bytes) -> int:
        """Send `data`, end this half, and return how many bytes came until the other half ended."""
        received: list[int] = []
        reader = threading.Thread(target=lambda: received.append(_read_to_end(self._socket.recv_into)))
        reader.start()
        self._socket.sendall(data)
        self._socket.shutdown(socket.SHUT_WR)
        reader.join()
        return received[0]


def _read_to_end(read_into: Callable[[memoryview], int]) -> int:
    buffer = memoryview(bytearray(1 << 20))
    total = 0
    while count := read_into(buffer):
        total += count
    return total
