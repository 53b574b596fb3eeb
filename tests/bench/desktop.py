"""The desktop's own figures: how soon it is there, what thousands of containers and a long log take."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.engines import PROJECT, Marina
from tests.bench.statistics_table import Row, in_short

GROUP = "desktop"
CONTAINERS = 2_000
LINES = 1_000_000
_TURNS = 3
_LIMIT = 300.0  # seconds for one run of the desktop
_ROWS = (
    ("painted", "window: start to first paint", "ms"),
    ("listed", "window: start to the live list of 2,000", "ms"),
    ("share", "window: 2,000 containers, use at 2 Hz", "% core"),
    ("list memory", "window: PSS with 2,000 containers", "MiB"),
    ("list turn", "window: longest turn in scroll, filter, sort", "ms cpu"),
    ("search first", "quick search over them: the first key", "ms cpu"),
    ("search", "quick search over them: each further key", "ms cpu"),
    ("log read", "log of 1,000,000 lines: read", "ms"),
    ("log turn", "log: longest turn while it is read", "ms cpu"),
    ("scroll turn", "log: longest turn while it is scrolled", "ms cpu"),
    ("log memory", "window: PSS with that log as well", "MiB"),
)


def measure() -> list[Row]:
    """Open the desktop over a made-up engine a few times; what it says of itself becomes rows."""
    samples: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, _crowd(Path(folder)):
        for _ in range(_TURNS):
            for name, value in _run(Path(folder)):
                samples.setdefault(name, []).append(value)
    rows = [Row(what, unit, {Marina.name: samples[name]}) for name, what, unit in _ROWS]
    for row in rows:
        sys.stderr.write(f"  {in_short(row)}\n")
    return rows


@contextmanager
def _crowd(folder: Path) -> Iterator[None]:
    """Serve the made-up engine in a process of its own: its work is not the window's."""
    command = [sys.executable, "-m", "tests.fakes.crowd", str(folder), str(CONTAINERS), str(LINES)]
    with subprocess.Popen(
        command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        if server.stdout.readline() != "ready\n":
            raise RuntimeError("the made-up engine did not start")
        yield  # leaving closes its standard input, which ends it


def _run(folder: Path) -> Iterator[tuple[str, float]]:
    command = [sys.executable, "-m", "tests.bench.desktop_probe", str(folder), str(CONTAINERS), str(LINES)]
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    (folder / "desktop.json").unlink(missing_ok=True)  # each run begins as the first did
    begin = time.monotonic()
    with subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, text=True) as window:
        assert window.stdout is not None
        for line in window.stdout:
            what, value = json.loads(line)
            if what in ("painted", "listed"):
                yield what, (time.monotonic() - begin) * 1000
            elif what in ("list", "log"):
                yield f"{what} memory", value
            else:
                yield what, value
        if window.wait(_LIMIT) != 0:
            raise RuntimeError(f"the desktop ended with {window.returncode}")
