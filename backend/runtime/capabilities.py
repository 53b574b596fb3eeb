"""Linux capabilities by name, and which of them a container gets.

Source: capabilities(7); Docker Engine API, HostConfig.CapAdd and CapDrop; Docker's default set.
"""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from backend.errors import InvalidParameterError

ALL = [
    "CAP_CHOWN",
    "CAP_DAC_OVERRIDE",
    "CAP_DAC_READ_SEARCH",
    "CAP_FOWNER",
    "CAP_FSETID",
    "CAP_KILL",
    "CAP_SETGID",
    "CAP_SETUID",
    "CAP_SETPCAP",
    "CAP_LINUX_IMMUTABLE",
    "CAP_NET_BIND_SERVICE",
    "CAP_NET_BROADCAST",
    "CAP_NET_ADMIN",
    "CAP_NET_RAW",
    "CAP_IPC_LOCK",
    "CAP_IPC_OWNER",
    "CAP_SYS_MODULE",
    "CAP_SYS_RAWIO",
    "CAP_SYS_CHROOT",
    "CAP_SYS_PTRACE",
    "CAP_SYS_PACCT",
    "CAP_SYS_ADMIN",
    "CAP_SYS_BOOT",
    "CAP_SYS_NICE",
    "CAP_SYS_RESOURCE",
    "CAP_SYS_TIME",
    "CAP_SYS_TTY_CONFIG",
    "CAP_MKNOD",
    "CAP_LEASE",
    "CAP_AUDIT_WRITE",
    "CAP_AUDIT_CONTROL",
    "CAP_SETFCAP",
    "CAP_MAC_OVERRIDE",
    "CAP_MAC_ADMIN",
    "CAP_SYSLOG",
    "CAP_WAKE_ALARM",
    "CAP_BLOCK_SUSPEND",
    "CAP_AUDIT_READ",
    "CAP_PERFMON",
    "CAP_BPF",
    "CAP_CHECKPOINT_RESTORE",
]  # in the kernel's order: the index is the capability's number

DEFAULT = frozenset(
    [
        "CAP_CHOWN",
        "CAP_DAC_OVERRIDE",
        "CAP_FSETID",
        "CAP_FOWNER",
        "CAP_MKNOD",
        "CAP_NET_RAW",
        "CAP_SETGID",
        "CAP_SETUID",
        "CAP_SETFCAP",
        "CAP_SETPCAP",
        "CAP_NET_BIND_SERVICE",
        "CAP_SYS_CHROOT",
        "CAP_KILL",
        "CAP_AUDIT_WRITE",
    ]
)


def parse_name(name: str) -> str:
    """Return "CAP_NET_ADMIN" for "net_admin", and "ALL" for "all". Raises InvalidParameterError."""
    upper = name.upper()
    if upper == "ALL":
        return upper
    full = upper if upper.startswith("CAP_") else f"CAP_{upper}"
    if full not in ALL:
        raise InvalidParameterError(f'unknown capability: "{full}"')
    return full


@cache
def available() -> frozenset[str]:
    """Return what this process may hand out: its own bounding set."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("CapBnd:"):
            bits = int(line.split()[1], 16)
            return frozenset(name for number, name in enumerate(ALL) if bits >> number & 1)
    return frozenset(ALL)


def resolve(add: Iterable[str], drop: Iterable[str], *, privileged: bool) -> frozenset[str]:
    """Return a container's capabilities; privileged ones get all that there are, whatever else is asked."""
    if privileged:
        return available()
    added = {parse_name(name) for name in add}
    dropped = {parse_name(name) for name in drop}
    if "ALL" in added:
        chosen = set(available())
    elif "ALL" in dropped:
        chosen = set()
    else:
        chosen = set(DEFAULT)
    if "ALL" not in dropped:
        chosen -= dropped
    return frozenset(chosen | (added - {"ALL"}))
