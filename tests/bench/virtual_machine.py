"""The machine's figures: its boot, and what supervisor, desktop and QEMU take when idle."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from app.services.engine.engine_client import EngineClient
from tests.bench import idle_machine, recoveries, ways
from tests.bench.memory import cpu_seconds, process_tree, pss_mib
from tests.bench.statistics_table import Row
from vm.client import MachineClient
from vm.machine.machine_files import MachineFiles
from vm.machine.status import MachineState, MachineStatus

NAME = "machine"
BOOTS = 3
SETTLE_SECONDS = 15.0
IDLE_SECONDS = 20.0
PROJECT = Path(__file__).resolve().parents[2]


def measure() -> list[Row]:
    """Boot a machine of its own some times, then watch it idle with the desktop open."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        client = MachineClient(MachineFiles.find(Path(folder)))
        try:
            boots = [_boot(client) for _ in range(BOOTS)]
            rows = [Row("QEMU start to /_ping through the tunnel", "s", {NAME: boots})]
            rows.append(
                Row(
                    "call of a suspended machine to its answer",
                    "s",
                    {NAME: [_go_on(client) for _ in range(BOOTS)]},
                )
            )
            rows += ways.measure(client, NAME)
            rows += recoveries.measure(client, NAME)
            rows += idle_machine.measure(client, NAME)
            with _desktop(Path(folder)) as desktop:
                rows += _idle(client.status(), desktop)
            return rows
        finally:
            client.quit()


def _boot(client: MachineClient) -> float:
    *_, stopped = client.stop()
    if stopped.state is not MachineState.STOPPED:
        raise RuntimeError(f"the machine does not stop: {stopped.problem}")
    *_, final = client.start()
    if final.state is not MachineState.RUNNING:
        raise RuntimeError(f"the machine does not start: {final.problem}")
    return final.boot_seconds


def _go_on(client: MachineClient) -> float:
    client.ask("suspend")
    began = time.monotonic()
    EngineClient(str(client.files.docker_socket)).ping(timeout=120)
    return time.monotonic() - began


@contextmanager
def _desktop(state: Path) -> Iterator[int]:
    # Drawn into memory; a display is named so that the desktop opens its window at all.
    environment = {"DISPLAY": ":0"} | dict(os.environ)
    environment |= {"MARINA_HOME": str(state), "QT_QPA_PLATFORM": "offscreen"}
    process = subprocess.Popen(
        [sys.executable, "-m", "app"],
        cwd=PROJECT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        time.sleep(SETTLE_SECONDS)  # not a wait for an event: idle is what is left when nothing happens
        if process.poll() is not None:
            raise RuntimeError(f"the desktop ended with {process.returncode}")
        yield process.pid
    finally:
        process.terminate()
        process.wait(30)


def _idle(status: MachineStatus, desktop: int) -> list[Row]:
    # QEMU is a child of the supervisor, and counted apart: it is the machine itself.
    parts: dict[str, Callable[[], set[int]]] = {
        "supervisor": lambda: process_tree(status.supervisor_pid) - process_tree(status.qemu_pid),
        "desktop": lambda: process_tree(desktop),
        "QEMU": lambda: {status.qemu_pid},
    }
    before = {name: cpu_seconds(find()) for name, find in parts.items()}
    time.sleep(IDLE_SECONDS)
    rows = []
    for name, find in parts.items():
        used = (cpu_seconds(find()) - before[name]) / IDLE_SECONDS * 100
        rows.append(Row(f"{name}: idle PSS", "MiB", {NAME: [pss_mib(find())]}))
        rows.append(Row(f"{name}: idle CPU", "% of a core", {NAME: [used]}))
    return rows
