"""Much at once: output written and read, files in and out, bytes through exec and attach, long lists.

As everywhere in the table less is better: each figure is the time for a fixed amount of work.
"""

import io
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.bench.engines import MeasuredEngine
from tests.bench.measurements import IMAGE, create, remove, start, timed_get

LOG_LINES = 300_000
LOG_BYTES = LOG_LINES * 100
STREAM_BYTES = 64 << 20
FILE_BYTES = 100 << 20
LISTED = 200


def first_output(engine: MeasuredEngine) -> float:
    """Attach, start, and wait for the first byte that the container writes."""
    container = create(engine, ["echo", "hello"])
    try:
        begin = time.perf_counter()
        with engine.api.hijack(f"/containers/{container}/attach?stream=1&stdout=1") as stream:
            start(engine, container)
            stream.wait_for_byte()
        return time.perf_counter() - begin
    finally:
        remove(engine, container)


class WrittenLog:
    """A container that wrote lines of 100 bytes: how long that took, and how long reading them takes."""

    def __init__(self, engine: MeasuredEngine) -> None:
        self._container = create(engine, ["sh", "-c", f"yes {'x' * 99} | head -n {LOG_LINES}"])
        begin = time.perf_counter()
        start(engine, self._container)
        engine.api.call("POST", f"/containers/{self._container}/wait")
        self.write_seconds = time.perf_counter() - begin

    def read(self, engine: MeasuredEngine) -> float:
        """Read all of it."""
        begin = time.perf_counter()
        count = engine.api.download(f"/containers/{self._container}/logs?stdout=1&stderr=1")
        elapsed = time.perf_counter() - begin
        if count < LOG_BYTES:
            raise RuntimeError(f"{engine.name}: {count} of {LOG_BYTES} bytes are stored")
        return elapsed

    def close(self, engine: MeasuredEngine) -> None:
        """Remove it."""
        remove(engine, self._container)


def log_write(engine: MeasuredEngine) -> float:
    """Seconds from the start of a container that writes lines to its end, everything stored."""
    log = WrittenLog(engine)
    log.close(engine)
    return log.write_seconds


def log_read(engine: MeasuredEngine) -> float:
    """Seconds to read what such a container wrote."""
    log = WrittenLog(engine)
    try:
        return log.read(engine)
    finally:
        log.close(engine)


@contextmanager
def _running(engine: MeasuredEngine) -> Iterator[str]:
    container = create(engine, ["sleep", "3600"])
    try:
        start(engine, container)
        yield container
    finally:
        remove(engine, container)


def exec_stream(engine: MeasuredEngine) -> float:
    """Send bytes through an exec of `cat` and take them back."""
    with _running(engine) as container:
        wish = {"Cmd": ["cat"], "AttachStdin": True, "AttachStdout": True}
        identifier = engine.api.call("POST", f"/containers/{container}/exec", wish)["Id"]
        begin = time.perf_counter()
        with engine.api.hijack(f"/exec/{identifier}/start", {"Detach": False, "Tty": False}) as stream:
            _check(engine, stream.exchange(bytes(STREAM_BYTES)), STREAM_BYTES)
        return time.perf_counter() - begin


def attach_stream(engine: MeasuredEngine) -> float:
    """Send bytes through the standard input of a container that runs `cat`; its output is stored too."""
    wish = {"Image": IMAGE, "Cmd": ["cat"], "OpenStdin": True, "StdinOnce": True}
    container = str(engine.api.call("POST", "/containers/create", wish)["Id"])
    try:
        target = f"/containers/{container}/attach?stream=1&stdin=1&stdout=1"
        with engine.api.hijack(target) as stream:
            start(engine, container)
            begin = time.perf_counter()
            _check(engine, stream.exchange(bytes(STREAM_BYTES)), STREAM_BYTES)
            return time.perf_counter() - begin
    finally:
        remove(engine, container)


def _check(engine: MeasuredEngine, received: int, sent: int) -> None:
    if received < sent:
        raise RuntimeError(f"{engine.name}: {received} of {sent} bytes came back")


def copy_in(engine: MeasuredEngine) -> float:
    """Copy one large file into a running container."""
    with _running(engine) as container:
        archive = _archive()
        begin = time.perf_counter()
        engine.api.call("PUT", f"/containers/{container}/archive?path=/", archive)
        return time.perf_counter() - begin


def copy_out(engine: MeasuredEngine) -> float:
    """Copy it out again."""
    with _running(engine) as container:
        engine.api.call("PUT", f"/containers/{container}/archive?path=/", _archive())
        begin = time.perf_counter()
        _check(engine, engine.api.download(f"/containers/{container}/archive?path=/large"), FILE_BYTES)
        return time.perf_counter() - begin


def _archive() -> bytes:
    output = io.BytesIO()
    with tarfile.open(fileobj=output, mode="w") as tar:
        member = tarfile.TarInfo("large")
        member.size = FILE_BYTES
        tar.addfile(member, io.BytesIO(bytes(range(256)) * (FILE_BYTES // 256)))
    return output.getvalue()


class ManyContainers:
    """Containers that are only there to be listed, on one engine."""

    def __init__(self, engine: MeasuredEngine) -> None:
        self._engine = engine
        self._containers = [create(engine, ["true"]) for _ in range(LISTED)]

    def list_all(self) -> float:
        """List them."""
        return timed_get(self._engine, "/containers/json?all=1")

    def close(self) -> None:
        """Remove them."""
        for container in self._containers:
            self._engine.api.call("DELETE", f"/containers/{container}?force=1")
