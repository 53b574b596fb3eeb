"""The processes of a container, as `ps` would show them: read from /proc, because images need not have `ps`.

Source: Docker Engine API, `GET /containers/{id}/top`; proc_pid_stat(5).
"""

import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from backend.containers.container import Container
from backend.errors import ConflictError, NotSupportedError
from backend.runtime import cgroups
from backend.tasks import in_thread

FULL = ["UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD"]
SUPPORTED = ("-ef", "ef", "-e -f")


async def list_processes(container: Container, arguments: str) -> dict[str, Any]:
    """Return Docker's top answer. Raises ConflictError when it does not run, NotSupportedError for other
    columns."""
    if not container.state.running:
        raise ConflictError(f"container {container.id} is not running")
    if arguments.strip() not in SUPPORTED:
        raise NotSupportedError(f"ps arguments {arguments[:40]!r} are not supported; leave them out")
    return {"Titles": FULL, "Processes": await in_thread(_read_all, container.id)}


def _read_all(container_id: str) -> list[list[str]]:
    rows = []
    for pid in sorted(set(cgroups.processes(container_id))):
        with suppress(OSError, ValueError, IndexError):
            rows.append(_read_one(Path(f"/proc/{pid}"), pid))
    return rows


def _read_one(folder: Path, pid: int) -> list[str]:
    ticks = os.sysconf("SC_CLK_TCK")
    name, _, rest = (folder / "stat").read_text().partition("(")[2].rpartition(")")
    values = rest.split()
    parent, terminal = int(values[1]), int(values[4])
    cpu_seconds = (int(values[11]) + int(values[12])) // ticks
    started = time.time() - float(Path("/proc/uptime").read_text().split()[0]) + int(values[19]) / ticks
    age = max(1.0, time.time() - started)
    command = (folder / "cmdline").read_bytes().rstrip(b"\0").replace(b"\0", b" ").decode(errors="replace")
    return [
        str(folder.stat().st_uid),
        str(pid),
        str(parent),
        str(min(99, int(100 * cpu_seconds / age))),
        time.strftime("%H:%M" if age < 86400 else "%b%d", time.localtime(started)),
        "?" if terminal == 0 else f"pts/{os.minor(terminal)}",
        f"{cpu_seconds // 3600:02d}:{cpu_seconds // 60 % 60:02d}:{cpu_seconds % 60:02d}",
        command or f"[{name}]",
    ]
