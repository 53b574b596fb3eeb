"""The engines that are measured: Marina as it ships, and a Docker where one is installed."""

import os
import shutil
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path

from tests.bench.api import Api
from tests.support import dockerd
from tests.support.native_engine import IMAGE

PROJECT = Path(__file__).resolve().parents[2]
START_LIMIT = 60.0  # seconds
STOP_LIMIT = 30.0  # seconds


class MeasuredEngine(ABC):
    """One engine of its own, started and stopped as often as a measurement wants.

    Its published ports, and a registry for it, are in the network namespace `netns`.
    """

    name = ""
    registry_host = "127.0.0.1"  # as the engine reaches what listens there
    registry_port = 5000

    def __init__(self, state: Path, netns: str) -> None:
        self.state = state
        self.netns = netns
        self.api = Api(self.socket)

    @property
    @abstractmethod
    def socket(self) -> Path:
        """The API's Unix socket."""

    @abstractmethod
    def start(self) -> float:
        """Start the engine; returns the seconds to its first answer."""

    @abstractmethod
    def stop(self) -> None:
        """End the engine in good order."""

    @abstractmethod
    def clean(self) -> None:
        """End the engine and all that it left."""

    @abstractmethod
    def disk_bytes(self) -> int:
        """Return what images and containers take on the disk."""


class NativeEngine(MeasuredEngine):
    """An engine that is a process of this machine, with a network namespace of its own."""

    def __init__(self, state: Path, netns: str) -> None:
        super().__init__(state, netns)
        self.process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def command(self) -> list[str]:
        """Return the command that becomes the engine."""

    def is_engine_yet(self) -> bool:
        """Return whether the started process is the engine, and no longer the program that prepares it."""
        return True

    def start(self) -> float:
        """See MeasuredEngine: counted from the engine's first instruction."""
        with (self.state / "engine.log").open("ab") as log:
            self.process = subprocess.Popen(self.command(), cwd=PROJECT, stdout=log, stderr=log)
        self._wait(self.is_engine_yet)
        begin = time.perf_counter()
        self._wait(self.api.answers)
        return time.perf_counter() - begin

    def _wait(self, condition: Callable[[], bool]) -> None:
        assert self.process is not None
        deadline = time.monotonic() + START_LIMIT
        while not condition():
            if self.process.poll() is not None or time.monotonic() > deadline:
                tail = (self.state / "engine.log").read_text(errors="replace")[-2000:]
                raise RuntimeError(f"{self.name} does not start:\n{tail}")
            time.sleep(0.002)

    def stop(self) -> None:
        """See MeasuredEngine."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(STOP_LIMIT)
            self.process = None

    def clean(self) -> None:
        """See MeasuredEngine."""
        self.stop()

    def disk_bytes(self) -> int:
        """See MeasuredEngine; hard links count once, other file systems not at all."""
        out = subprocess.run(
            ["du", "--block-size=1", "--summarize", "--one-file-system", self.state / "data"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            check=False,
        ).stdout
        return int(out.split()[0])

    @property
    def pid(self) -> int:
        """The engine's process id."""
        assert self.process is not None
        return self.process.pid


class Marina(NativeEngine):
    """The engine in the guest's root on this machine's kernel."""

    name = "marina"

    @property
    def socket(self) -> Path:
        """See MeasuredEngine."""
        return self.state / "engine.sock"

    def _runner(self) -> list[str]:
        runner = [sys.executable, "-m", "vm.image.native_engine", "--image", str(IMAGE)]
        return [*runner, "--state", str(self.state), "--netns", self.netns]

    def command(self) -> list[str]:
        """See MeasuredEngine."""
        return [*self._runner(), "--", "--log-level", "warning"]

    def is_engine_yet(self) -> bool:
        """See MeasuredEngine: the runner sets the namespaces up, then becomes the engine."""
        command = Path(f"/proc/{self.pid}/cmdline").read_bytes().split(b"\0")
        return b"backend" in command

    def clean(self) -> None:
        """See MeasuredEngine."""
        self.stop()
        subprocess.run([*self._runner(), "--clean"], cwd=PROJECT, check=True, timeout=60)


class Docker(NativeEngine):
    """A dockerd with all of its own: the machine's, or else the one that tests compare with."""

    name = "dockerd"

    @staticmethod
    def is_there() -> bool:
        """Return whether there is one to measure."""
        return shutil.which("dockerd") is not None or not dockerd.why_not()

    @property
    def socket(self) -> Path:
        """See MeasuredEngine."""
        return self.state / "docker.sock"

    def command(self) -> list[str]:
        """See MeasuredEngine."""
        if shutil.which("dockerd") is None:
            return dockerd.dockerd_command(self.state, self.netns)
        # A mount namespace with an empty /run: dockerd leaves files there, and looks for others'.
        prepare = 'mount -t tmpfs tmpfs /run && exec "$@"'
        program = [
            "dockerd",
            *("--data-root", str(self.state / "data")),
            *("--exec-root", str(self.state / "exec")),
            *("--pidfile", str(self.state / "docker.pid")),
            *("--host", f"unix://{self.socket}"),
            *("--config-file", str(self.state / "daemon.json")),
            *("--storage-driver", "overlay2"),
        ]
        (self.state / "daemon.json").write_text("{}")
        return [
            *("nsenter", f"--net=/run/netns/{self.netns}"),
            *("unshare", "--mount", "--propagation", "private", "sh", "-ec", prepare, "sh"),
            *program,
        ]

    def is_engine_yet(self) -> bool:
        """See MeasuredEngine."""
        return Path(os.readlink(f"/proc/{self.pid}/exe")).name == "dockerd"  # noqa: PTH115
