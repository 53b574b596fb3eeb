"""A release repository on loopback, made by the script that makes the real one; its line can break."""

import functools
import http.server
import importlib.util
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any

from tests.support.namespaces import in_netns

LONGEST_REST = 25.0
SCRIPT = Path(__file__).parents[2] / "packaging" / "release_repository.py"


def load_script() -> Any:
    """Return the module of packaging/release_repository.py, which is in no package."""
    spec = importlib.util.spec_from_file_location("release_repository", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class UpdateServer:
    """What was asked for, and after how many bytes of an archive the line breaks or rests (once)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.address = ""
        self.break_after: int | None = None
        self.rest_after: int | None = None
        self.go_on = threading.Event()
        self.requests: list[str] = []
        self.ranges: list[str] = []


class _Handler(http.server.SimpleHTTPRequestHandler):
    def __init__(self, server: UpdateServer, *arguments: Any) -> None:
        self._told = server
        super().__init__(*arguments, directory=str(server.folder))

    def do_GET(self) -> None:
        """Answer, with the part that is asked for, and break off when told so."""
        self._told.requests.append(self.path)
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        content, start = path.read_bytes(), 0
        if match := re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", "")):
            start = int(match[1])
            self._told.ranges.append(match[0])
        if start and start >= len(content):
            self.send_error(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
            return
        self.send_response(HTTPStatus.PARTIAL_CONTENT if start else HTTPStatus.OK)
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        sent = content[start:]
        if path.name.endswith(".zst") and self._told.break_after is not None:
            sent, self._told.break_after = sent[: self._told.break_after], None
        if path.name.endswith(".zst") and self._told.rest_after is not None:
            self.wfile.write(sent[: self._told.rest_after])
            sent, self._told.rest_after = sent[self._told.rest_after :], None
            self._told.go_on.wait(LONGEST_REST)
        self.wfile.write(sent)
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serve_updates(folder: Path, netns: str = "") -> Iterator[UpdateServer]:
    """Serve a folder until the end of the block, on the loopback of the network namespace of that name."""
    told = UpdateServer(folder)

    def listen() -> http.server.ThreadingHTTPServer:
        return http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Handler, told))

    with in_netns(netns, listen) if netns else listen() as server:
        told.address = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield told
        finally:
            told.go_on.set()
            server.shutdown()
            thread.join()
