"""Who holds a port: the program behind a socket, found in /proc.

Source: `man 5 proc` (/proc/net/tcp), Linux Documentation/networking/proc_net_tcp.rst.
"""

import os
import re
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

TCP_LISTEN = "0A"
_CONTAINER = re.compile(r"in use by container (\w{1,12})$")


def parse_inodes(table: str, port: int, *, listening_only: bool) -> set[int]:
    """Return the inodes of sockets bound to `port` in the text of /proc/net/{tcp,udp}{,6}."""
    inodes = set()
    for line in table.splitlines()[1:]:
        fields = line.split()
        if len(fields) < 10 or (listening_only and fields[3] != TCP_LISTEN):
            continue
        _, _, local_port = fields[1].rpartition(":")
        if int(local_port, 16) == port:
            inodes.add(int(fields[9]))
    return inodes - {0}


def find_holder(protocol: str, port: int) -> str | None:
    """Return "nginx (pid 12)" for the program that holds a port of this namespace.

    None when it cannot be told, or when it is this process itself. Blocks: it looks at every process.
    """
    inodes: set[int] = set()
    for family in ("", "6"):
        with suppress(OSError):
            table = Path(f"/proc/thread-self/net/{protocol}{family}").read_text()
            inodes |= parse_inodes(table, port, listening_only=protocol == "tcp")
    return _find_process({f"socket:[{inode}]" for inode in inodes}) if inodes else None


def held_by_container(address: str, port: int, container_id: str) -> str:
    """Return the end of a refusal, as the supervisor of a machine writes it too: it knows only ids."""
    return f"{address}:{port} is in use by container {container_id[:12]}"


def name_container(reason: str, containers: Iterable[tuple[str, str]]) -> str:
    """Return a refusal with the holder's name in place of its id; `containers` are (id, name)."""
    match = _CONTAINER.search(reason)
    if match is None:
        return reason
    name = next((name for id, name in containers if name and id[:12] == match[1]), match[1])
    return reason[: match.start(1)] + name


def _find_process(wanted: set[str]) -> str | None:
    for process in Path("/proc").iterdir():
        if not re.fullmatch(r"\d+", process.name) or int(process.name) == os.getpid():
            continue
        if _has_any(process / "fd", wanted):
            with suppress(OSError):
                return f"{(process / 'comm').read_text().strip()} (pid {process.name})"
    return None


def _has_any(descriptors: Path, wanted: set[str]) -> bool:
    with suppress(OSError), os.scandir(descriptors) as entries:  # processes come and go while we look
        for entry in entries:
            with suppress(OSError):
                if os.readlink(entry.path) in wanted:  # noqa: PTH115 - a Path for each is slow
                    return True
    return False
