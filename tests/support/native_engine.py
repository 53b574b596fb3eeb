"""The engine as it ships, run natively: started and killed by tests."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.support.api_client import Answer, wait_for_start
from tests.support.image_store import StoringEngine

PROJECT = Path(__file__).resolve().parents[2]
IMAGE = Path(os.environ.get("MARINA_IMAGE_DIR", PROJECT / "build" / "image" / "amd64"))
START_LIMIT = 60.0  # seconds
STOP_LIMIT = 60.0  # seconds


__all__ = ["IMAGE", "PROJECT", "Answer", "NativeEngine", "started_engine"]


class NativeEngine(StoringEngine):
    """One engine process with its own state folder, in the network namespace `netns`."""

    def __init__(self, state: Path, netns: str, arguments: Sequence[str] = ()) -> None:
        super().__init__(state, netns)
        self.arguments = list(arguments)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def socket(self) -> Path:
        """The API's Unix socket."""
        return self.state / "engine.sock"

    @property
    def data_root(self) -> Path:
        """What survives a restart."""
        return self.state / "data"

    def stored(self, folder: str) -> set[str]:
        """See StoringEngine."""
        return {path.name + "/" * path.is_dir() for path in (self.data_root / folder).iterdir()}

    @property
    def pid(self) -> int:
        """The engine's process id."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start the engine and wait until it answers."""
        log = (self.state / "engine.log").open("ab")
        self._process = subprocess.Popen(
            [*self._command(), "--", "--log-level", "debug", *self.arguments],
            cwd=PROJECT,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        log.close()
        wait_for_start(self.answers, self._process, START_LIMIT, self.log_tail)

    def stop(self) -> None:
        """End the engine in good order."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End the engine as a crash does."""
        self._end(signal.SIGKILL)

    def power_fail(self) -> None:
        """End the engine as the machine's shutdown does: containers are stopped first."""
        self._end(signal.SIGPWR)

    def _end(self, signal_number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(signal_number)
            self._process.wait(STOP_LIMIT)
            self._process = None

    def clean(self) -> None:
        """End everything that runs with this state: containers, mounts, namespaces."""
        self._end(signal.SIGTERM)
        subprocess.run([*self._command(), "--clean"], cwd=PROJECT, check=True, timeout=60)

    def _command(self) -> list[str]:
        return [
            sys.executable,
            "-m",
            "vm.image.native_engine",
            "--image",
            str(IMAGE),
            "--state",
            str(self.state),
            "--netns",
            self.netns,
        ]

    def inside(self, *command: str, timeout: float = 60.0) -> str:
        """Run a command beside the engine, in its root and namespaces; returns its output."""
        done = subprocess.run(
            [*self._command(), "--exec", "--", *command],
            cwd=PROJECT,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def log_tail(self) -> str:
        """Return the end of the engine's log."""
        return (self.state / "engine.log").read_text(errors="replace")[-4000:]


@contextmanager
def started_engine(state: Path, netns: str, arguments: Sequence[str] = ()) -> Iterator[NativeEngine]:
    """Run an engine with `arguments`; afterwards nothing of it is left but its log."""
    state.mkdir(parents=True, exist_ok=True)
    engine = NativeEngine(state, netns, arguments)
    try:
        engine.start()
        yield engine
    finally:
        engine.clean()
        for name in ("data", "run"):
            shutil.rmtree(state / name, ignore_errors=True)
