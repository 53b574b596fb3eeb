"""How long the window takes from the package, beside that from this source: painted offscreen."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.statistics_table import Row

PROJECT = Path(__file__).resolve().parents[2]
BUNDLE = PROJECT / "dist" / "marina"
NAME, SOURCE = "package", "source"
_LIMIT = 120.0  # seconds


def measure(turns: int) -> list[Row]:
    """Start each in turn, `turns` times, after one time for the disk's sake. Needs `make package`."""
    commands = {
        NAME: [str(BUNDLE / "marina-desktop"), "--selftest"],
        SOURCE: [sys.executable, "-m", "app", "--selftest"],
    }
    samples: dict[str, list[float]] = {name: [] for name in commands}
    for turn in range(turns + 1):
        for name, command in commands.items():
            seconds = _run(command)
            if turn:
                samples[name].append(seconds)
    return [Row("start, window painted", "s", samples)]


def _run(command: list[str]) -> float:
    with tempfile.TemporaryDirectory(prefix="marina-bench-") as home:
        environment = os.environ | {"HOME": home, "MARINA_HOME": home, "QT_QPA_PLATFORM": "offscreen"}
        begin = time.perf_counter()
        subprocess.run(
            command,
            cwd=PROJECT,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_LIMIT,
            check=True,
        )
        return time.perf_counter() - begin
