"""The processes of a container in the columns that `ps` would show.

Source: Docker Engine API, `GET /containers/{id}/top`; dockerd, `daemon/top_unix.go`; ps(1) of procps.
"""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from backend.containers.container import Container
from backend.containers.processes.process_arguments import NO_PID, Listing, read_arguments
from backend.containers.processes.process_columns import Process
from backend.errors import ConflictError, InvalidParameterError
from backend.runtime import cgroups
from backend.tasks import in_thread

# Go's check that no other column passes for the PIDs.
DISGUISED = re.compile(r"\s+(\S*)=\s*(PID\S*)")

COMMANDS = frozenset({"COMMAND", "CMD"})


async def list_processes(container: Container, arguments: str) -> dict[str, Any]:
    """Return Docker's top answer. Raises ConflictError when it does not run, InvalidParameterError for
    arguments that `ps` would not take, or that leave out the PIDs."""
    for name, value in DISGUISED.findall(arguments):
        if name != "pid":
            raise InvalidParameterError(f'specifying "{name}={value}" is not allowed')
    if container.state.status == "restarting":
        raise ConflictError(f"Container {container.id} is restarting, wait until the container is running")
    if not container.state.running:
        raise ConflictError(f"container {container.id} is not running")
    listing = read_arguments(arguments)
    titles = [title for title, _ in listing.columns]
    if "PID" not in titles:
        raise InvalidParameterError(NO_PID)
    return {"Titles": titles, "Processes": await in_thread(_read_all, container.group, listing)}


def _read_all(group: str, listing: Listing) -> list[list[str]]:
    found: list[Process] = []
    for pid in sorted(set(cgroups.processes(group))):
        with suppress(OSError, ValueError, IndexError, KeyError):
            threads = _threads(pid) if listing.threads else [None]
            read = [Process.read(pid, thread) for thread in threads]
            found += filter(listing.choice, read)
    branches = tree(found) if listing.forest else dict.fromkeys(found, "")
    return table(listing, branches)


def _threads(pid: int) -> list[int | None]:
    return sorted(int(folder.name) for folder in Path(f"/proc/{pid}/task").iterdir())  # type: ignore[return-value]


def table(listing: Listing, branches: Mapping[Process, str]) -> list[list[str]]:
    """Return the rows of processes, in the order asked for, with branches of the tree before the commands."""
    rows = []
    for process, branch in branches.items():
        with suppress(OSError, ValueError, IndexError, KeyError):  # it is gone
            row = [tell(process) for _, (_, tell) in listing.columns]
            keys = [_comparable(tell(process)) for (_, tell), _ in listing.order]
            if branch and listing.columns[-1][1][0] in COMMANDS:
                row[-1] = f"{branch} {row[-1]}"
            rows.append((keys, row))
    for place, (_, downwards) in enumerate(listing.order):  # the last key first: sorting keeps what is equal
        rows.sort(key=lambda item: item[0][place], reverse=downwards)
    return [row for _, row in rows]


def _comparable(text: str) -> tuple[float, str]:
    try:
        return float(text), ""
    except ValueError:
        return 0.0, text


def tree(processes: Sequence[Process]) -> dict[Process, str]:
    """Return processes in the order of a tree, with the branch before each, in dockerd's single spaces."""
    known = {process.pid for process in processes}
    below: dict[int, list[Process]] = {}
    for process in processes:
        parent = process.number(4)
        below.setdefault(parent if parent in known else 0, []).append(process)
    branches: dict[Process, str] = {}
    waiting = [(process, "") for process in reversed(below.get(0, ()))]
    while waiting:
        process, bars = waiting.pop()
        siblings = below[process.number(4) if process.number(4) in known else 0]
        branches[process] = f"{bars}\\_"
        further = "" if process is siblings[-1] else "| "
        if process.thread == process.pid:
            waiting += [(child, bars + further) for child in reversed(below.get(process.pid, ()))]
    return branches
