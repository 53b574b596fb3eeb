"""A plain client of the Docker Engine API, the same for every engine that is measured."""

import http.client
import json
import socket
from pathlib import Path
from typing import Any

TIMEOUT = 120.0  # seconds


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

    def answers(self) -> bool:
        """Return whether the engine answers a ping."""
        try:
            self.call("GET", "/_ping")
        except (OSError, RuntimeError, http.client.HTTPException):
            return False
        return True
