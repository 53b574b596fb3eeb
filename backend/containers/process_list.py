"""The processes of a container in the columns that `ps` would show.

Source: Docker Engine API, `GET /containers/{id}/top`; dockerd, `daemon/top_unix.go`; ps(1) of procps.
"""

import re
from contextlib import suppress
from typing import Any

from backend.containers.container import Container
from backend.containers.process_columns import COLUMNS, Column, Process
from backend.errors import ConflictError, InvalidParameterError
from backend.runtime import cgroups
from backend.tasks import in_thread

FULL = "user=UID,pid,ppid,c,stime,tname,time,cmd"
EXTRA_FULL = "user=UID,pid,ppid,c,sz,rss,psr,stime,tname,time,cmd"
USER = "user,pid,pcpu,pmem,vsz,rss,tname,stat,start_time,bsdtime,args"
JOBS = "pid,pgid,sid,tname,time,ucmd"
SHORT = "pid,tname,time,ucmd"
BSD_SHORT = "pid,tname,stat,bsdtime,args"
# Letters that choose columns, and those that choose processes or widths: all of the container's are shown.
WITH_DASH = {"f": FULL, "F": EXTRA_FULL, "j": JOBS}
WITHOUT_DASH = {"u": USER}
NO_EFFECT = {"-": "eAadwHM", "": "axfwHe"}
# Go's check that no other column passes for the PIDs.
DISGUISED = re.compile(r"\s+(\S*)=\s*(PID\S*)")

Chosen = list[tuple[str, Column]]


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
    chosen = columns_of(arguments)
    titles = [title for title, _ in chosen]
    if "PID" not in titles:
        raise InvalidParameterError("Couldn't find PID field in ps output")
    return {"Titles": titles, "Processes": await in_thread(_read_all, container.group, chosen)}


def _read_all(group: str, chosen: Chosen) -> list[list[str]]:
    rows = []
    for pid in sorted(set(cgroups.processes(group))):
        with suppress(OSError, ValueError, IndexError, KeyError):
            process = Process.read(pid)
            rows.append([tell(process) for _, (_, tell) in chosen])
    return rows


def columns_of(arguments: str) -> Chosen:
    """Return the columns that arguments of `ps` ask for, with titles. Raises InvalidParameterError."""
    words = arguments.split()
    lists: list[str] = []
    form = ""
    while words:
        word = words.pop(0)
        if word.startswith("--"):
            name, equals, value = word.partition("=")
            if name != "--format":
                raise InvalidParameterError(f"ps: error: unknown gnu long option {name[:40]}")
            lists.append(value if equals else _next(words))
            continue
        dash = "-" if word.startswith("-") else ""
        letters = word.removeprefix("-")
        if dash and letters in ("aux", "axu"):
            dash = ""  # what many people write, and `ps` lets pass
        for place, letter in enumerate(letters):
            if letter == "o":
                rest = letters[place + 1 :]
                lists.append(rest or _next(words))
                break
            if (wanted := (WITH_DASH if dash else WITHOUT_DASH).get(letter)) is not None:
                form = wanted
            elif letter not in NO_EFFECT[dash]:
                raise InvalidParameterError(f"ps: error: unsupported option {dash}{letter}")
            elif not dash and not form:
                form = BSD_SHORT
    return _chosen(",".join(lists) if lists else form or SHORT)


def _next(words: list[str]) -> str:
    if not words:
        raise InvalidParameterError("ps: error: format specification must follow -o")
    return words.pop(0)


def _chosen(text: str) -> Chosen:
    chosen: Chosen = []
    for item in filter(None, text.split(",")):
        name, equals, title = item.partition("=")
        if (column := COLUMNS.get(name)) is None:
            raise InvalidParameterError(f'ps: error: unknown user-defined format specifier "{name[:40]}"')
        chosen.append((title if equals else column[0], column))
    return chosen
