"""Images, as measurements: the large one pulled, used and removed; loads, contexts, steps of many files."""

import io
import itertools
import os
import statistics
import sys
import tarfile
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.bench import large_image
from tests.bench.engines import MeasuredEngine, NativeEngine
from tests.bench.measurements import IMAGE, create, lifecycle, remove, start
from tests.bench.memory import process_tree
from tests.bench.statistics_table import Row, in_short

STARTS = 7
CONTEXT_FILES = 20_000
STEP_FILES = 10_000
MB = 1e6

_numbers = itertools.count()


def measure(engines: Sequence[MeasuredEngine], turns: int) -> list[Row]:
    """Pull, start from and remove the large image in turns; each engine has a registry beside it."""
    figures: dict[str, dict[str, list[float]]] = {}
    for turn in range(turns):
        first = turn % len(engines)
        for engine in [*engines[first:], *engines[:first]]:
            with _registry(engine) as registry:
                for what, figure in _one_life(engine, f"{registry}/{large_image.NAME}:latest").items():
                    figures.setdefault(what, {}).setdefault(engine.name, []).append(figure)
    units = {"pull": "ms", "removal": "ms", "memory": "MB", "disk": "MB", "start": "x"}
    names = {
        "pull": "pull of 500 MB in 28,000 files",
        "removal": "its removal",
        "memory": "peak memory of the engine during its pull",
        "disk": "disk that it takes",
        "start": "a container of it against one of busybox",
    }
    rows = [Row(names[what], units[what], figures[what]) for what in names if what in figures]
    for row in rows:
        sys.stderr.write(f"  {in_short(row)}\n")
    return rows


def _one_life(engine: MeasuredEngine, large: str) -> dict[str, float]:
    figures: dict[str, float] = {}
    before = engine.disk_bytes()
    if isinstance(engine, NativeEngine):
        with _Peak(engine) as peak:
            pull = _pull(engine, large)
        figures["memory"] = peak.bytes / MB
    else:
        pull = _pull(engine, large)
    os.sync()
    disk = engine.disk_bytes() - before
    ratios = [lifecycle(engine, large) / lifecycle(engine, IMAGE) for _ in range(STARTS)]
    removal = _remove(engine, large)
    return figures | {
        "pull": pull * 1000,
        "removal": removal * 1000,
        "disk": disk / MB,
        "start": statistics.median(ratios),
    }


@contextmanager
def _registry(engine: MeasuredEngine) -> Iterator[str]:
    """Run a registry for an engine; yields its address as the engine reaches it."""
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        large_image.served(engine.netns, Path(folder), engine.registry_port),
    ):
        yield f"{engine.registry_host}:{engine.registry_port}"


def _pull(engine: MeasuredEngine, name: str) -> float:
    begin = time.perf_counter()
    last = engine.api.call("POST", f"/images/create?fromImage={name}")
    elapsed = time.perf_counter() - begin
    if "error" in last:
        raise RuntimeError(f"{engine.name}: the pull failed: {last}")
    return elapsed


def _remove(engine: MeasuredEngine, name: str) -> float:
    begin = time.perf_counter()
    engine.api.call("DELETE", f"/images/{name}?force=1")
    return time.perf_counter() - begin


def pull_small(engine: MeasuredEngine) -> float:
    """Pull a small image that is not there."""
    with _registry(engine) as registry:
        small = f"{registry}/{large_image.SMALL_NAME}:latest"
        elapsed = _pull(engine, small)
    _remove(engine, small)
    return elapsed


def load_large(engine: MeasuredEngine) -> float:
    """Load the large image from an archive of `docker save`'s older form."""
    archive = large_image.archive()
    begin = time.perf_counter()
    engine.api.call("POST", "/images/load?quiet=1", archive)
    elapsed = time.perf_counter() - begin
    _remove(engine, large_image.LOADED_NAME)
    return elapsed


def build_of_large_context(engine: MeasuredEngine) -> float:
    """Send a context of many files and copy it into an image."""
    data = b"a line of a source file\n" * 60
    files = {f"src{index // 100}/file{index}": data for index in range(CONTEXT_FILES)}
    return _build(engine, f"FROM {IMAGE}\nCOPY . /context\n", files)


def commit_of_many_files(engine: MeasuredEngine) -> float:
    """Commit a container that has written many files, as a build does after a step."""
    loop = f"mkdir /made; i=0; while [ $i -lt {STEP_FILES} ]; do echo $i > /made/$i; i=$((i+1)); done"
    container = create(engine, ["sh", "-c", loop])
    try:
        start(engine, container)
        engine.api.call("POST", f"/containers/{container}/wait")
        os.sync()
        begin = time.perf_counter()
        engine.api.call("POST", f"/commit?container={container}&repo=measured-commit")
        elapsed = time.perf_counter() - begin
    finally:
        remove(engine, container)
    _remove(engine, "measured-commit")
    return elapsed


def _build(engine: MeasuredEngine, dockerfile: str, files: dict[str, bytes]) -> float:
    number = next(_numbers)
    text = f"{dockerfile}LABEL number={number}\n"
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, data in {"Dockerfile": text.encode(), "number": b"%d" % number, **files}.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    begin = time.perf_counter()
    last = engine.api.call("POST", "/build?rm=1&nocache=1&t=measured-large", buffer.getvalue())
    elapsed = time.perf_counter() - begin
    if "Successfully tagged" not in last.get("stream", ""):
        raise RuntimeError(f"{engine.name}: the build failed: {last}")
    _remove(engine, "measured-large")
    return elapsed


class _Peak:
    """The largest resident memory of an engine and what it runs while the block lasts, in `bytes`."""

    INTERVAL = 0.05  # seconds

    def __init__(self, engine: NativeEngine) -> None:
        self.bytes = 0
        self._root = engine.pid
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> "_Peak":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        page = os.sysconf("SC_PAGE_SIZE")
        while not self._ended.wait(self.INTERVAL):
            total = 0
            for process in process_tree(self._root):
                with suppress(OSError):
                    total += int(Path(f"/proc/{process}/statm").read_text().split()[1]) * page
            self.bytes = max(self.bytes, total)
