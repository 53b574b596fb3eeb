"""A hijacked connection to the engine, as clients open one for attach and exec."""

import json
import socket
from typing import Any

from tests.support.api_client import ApiClient


class RawStream:
    """One connection after its HTTP head; bytes go both ways."""

    def __init__(
        self,
        engine: ApiClient,
        path: str,
        body: Any = None,
        *,
        upgrade: bool = True,
        timeout: float = 60.0,
    ) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(timeout)
        self.socket.connect(str(engine.socket))
        data = b"" if body is None else json.dumps(body).encode()
        lines = [f"POST {path} HTTP/1.1", "Host: engine", "Content-Type: application/json"]
        lines += [f"Content-Length: {len(data)}"] if body is not None else []
        lines += ["Connection: Upgrade", "Upgrade: tcp"] if upgrade else []
        self.socket.sendall("\r\n".join([*lines, "", ""]).encode() + data)
        received = b""
        while b"\r\n\r\n" not in received:
            piece = self.socket.recv(65536)
            assert piece, received
            received += piece
        self.head, self._rest = received.split(b"\r\n\r\n", 1)
        self.status = int(self.head.split()[1])

    def read_all(self) -> bytes:
        """Return everything up to the end, and close."""
        data = bytearray(self._rest)
        with self.socket:
            while piece := self.socket.recv(1 << 20):
                data += piece
        return bytes(data)

    def read_until(self, wanted: bytes) -> bytes:
        """Return what came until `wanted` did."""
        data = bytearray(self._rest)
        while wanted not in data:
            piece = self.socket.recv(65536)
            assert piece, bytes(data)
            data += piece
        self._rest = b""
        return bytes(data)

    def send(self, data: bytes) -> None:
        """Send to standard input."""
        self.socket.sendall(data)

    def send_all(self, data: bytes) -> None:
        """Send to standard input, then close our half."""
        self.send(data)
        self.end_input()

    def end_input(self) -> None:
        """Close our half."""
        self.socket.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """Leave."""
        self.socket.close()
