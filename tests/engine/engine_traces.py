"""All that an engine leaves on its machine: files, mounts, groups, processes, interfaces, open ports."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from tests.engine.container_calls import LIMIT
from tests.support.native_engine import NativeEngine

UNTOLD = ("engine.db", "engine.lock", "engine-id", "downloads", "builds")
"""What changes in the data root all the time; a download that was cut off is kept, to go on with,
and so is the history of builds."""


def traces(engine: NativeEngine) -> dict[str, list[str]]:
    """Return what is there: files of the data root, mounts, folders of runs, groups, processes, cables and
    bridges, open ports and the firewall's rules.

    Looked at through the engine's process: a program beside it would take as long as its start.
    """
    data, run, process = engine.data_root, engine.state / "run", Path(f"/proc/{engine.pid}")
    seen_data, seen_run = (process / f"root{folder}" for folder in (data, run))
    files = [
        str((Path(folder) / name).relative_to(seen_data))
        for folder, folders, names in os.walk(seen_data)  # which bears that what it walks through goes away
        for name in (*folders, *names)
    ]
    mounts = [line.split()[4] for line in (process / "mountinfo").read_text().splitlines()]
    kinds = ("containers", "netns", "exec", "runtime", "unpacking", "binds")
    runs = [item.name for kind in kinds if (seen_run / kind).is_dir() for item in (seen_run / kind).iterdir()]
    links = (process / "net/dev").read_text().splitlines()[2:]
    return {
        "files": sorted(file for file in files if not file.startswith(UNTOLD)),
        "mounts": sorted(mount for mount in mounts if mount.startswith((f"{run}/", f"{data}/"))),
        "runs": sorted(run for run in runs if not run.startswith(".cache")),
        "links": sorted(line.partition(":")[0].strip() for line in links),
        "groups": sorted(item.name for item in (process / "root/sys/fs/cgroup/marina").glob("*/")),
        "processes": sorted(name for name in names_of_processes(engine) if name in ("conmon", "crun")),
        "ports": sorted(published(engine)),
    }


def names_of_processes(engine: NativeEngine) -> Iterator[str]:
    """Return the programs that run with an engine's state."""
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if str(engine.state).encode() in (folder / "cmdline").read_bytes():
                yield (folder / "comm").read_text().strip()


def published(engine: NativeEngine) -> Iterator[str]:
    """Return what the kernel leads to containers from outside."""
    command = ["nsenter", f"--net=/proc/{engine.pid}/ns/net", "nft", "-nn", "list", "table", "ip", "marina"]
    rules = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return (line.strip() for line in rules.splitlines() if "elements" in line)


def until_only(wanted: dict[str, list[str]], engine: NativeEngine) -> None:
    """Wait until only what was wanted is there; what else is there is told."""
    deadline = time.monotonic() + LIMIT
    while too_much := difference(traces(engine), wanted):
        assert time.monotonic() < deadline, f"left, or missing: {too_much}"
        time.sleep(0.02)


def difference(found: dict[str, list[str]], wanted: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return what is there too much, or missing."""
    return {
        kind: sorted(set(found[kind]) ^ set(wanted[kind])) for kind in wanted if found[kind] != wanted[kind]
    }
