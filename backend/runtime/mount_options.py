"""Mount options as people write them ("ro,noexec,size=1m"), as mount(2) and the runtime take them.

Source: mount(8), "Filesystem-independent mount options"; Docker's tmpfs options.
"""

from collections.abc import Iterable, Sequence

from backend.errors import InvalidParameterError
from backend.runtime import syscalls

PROPAGATIONS = {
    "private": syscalls.MS_PRIVATE,
    "rprivate": syscalls.MS_PRIVATE | syscalls.MS_REC,
    "shared": syscalls.MS_SHARED,
    "rshared": syscalls.MS_SHARED | syscalls.MS_REC,
    "slave": syscalls.MS_SLAVE,
    "rslave": syscalls.MS_SLAVE | syscalls.MS_REC,
    "unbindable": syscalls.MS_UNBINDABLE,
    "runbindable": syscalls.MS_UNBINDABLE | syscalls.MS_REC,
}
# Word -> the flag, and whether the word sets it.
FLAGS: dict[str, tuple[int, bool]] = {
    "ro": (syscalls.MS_RDONLY, True),
    "rw": (syscalls.MS_RDONLY, False),
    "nosuid": (syscalls.MS_NOSUID, True),
    "suid": (syscalls.MS_NOSUID, False),
    "nodev": (syscalls.MS_NODEV, True),
    "dev": (syscalls.MS_NODEV, False),
    "noexec": (syscalls.MS_NOEXEC, True),
    "exec": (syscalls.MS_NOEXEC, False),
    "sync": (syscalls.MS_SYNCHRONOUS, True),
    "async": (syscalls.MS_SYNCHRONOUS, False),
    "dirsync": (syscalls.MS_DIRSYNC, True),
    "noatime": (syscalls.MS_NOATIME, True),
    "atime": (syscalls.MS_NOATIME, False),
    "nodiratime": (syscalls.MS_NODIRATIME, True),
    "diratime": (syscalls.MS_NODIRATIME, False),
    "relatime": (syscalls.MS_RELATIME, True),
    "norelatime": (syscalls.MS_RELATIME, False),
    "strictatime": (syscalls.MS_STRICTATIME, True),
    "nostrictatime": (syscalls.MS_STRICTATIME, False),
    "bind": (syscalls.MS_BIND, True),
    "rbind": (syscalls.MS_BIND | syscalls.MS_REC, True),
    "remount": (syscalls.MS_REMOUNT, True),
}
TMPFS_VALUES = frozenset({"size", "mode", "uid", "gid", "nr_inodes", "nr_blocks", "mpol"})
TMPFS_DEFAULTS = ("noexec", "nosuid", "nodev")
EMULATED_IN_PROC = frozenset(
    f"/proc/{name}"
    for name in (
        "cpuinfo", "diskstats", "meminfo", "stat", "swaps", "uptime", "loadavg", "slabinfo", "net/dev",
        "sys/kernel/ns_last_pid", "sys/crypto/fips_enabled",
    )
)  # fmt: skip


def split(text: str) -> tuple[int, int, str]:
    """Return the flags, the flags of the propagation, and what is left for the file system itself."""
    flags = propagation = 0
    data: list[str] = []
    for word in filter(None, text.split(",")):
        if word in PROPAGATIONS:
            propagation |= PROPAGATIONS[word]
        elif word in FLAGS:
            flag, on = FLAGS[word]
            flags = flags | flag if on else flags & ~flag
        elif word != "defaults":
            data.append(word)
    return flags, propagation, ",".join(data)


def merge_tmpfs(options: Iterable[str]) -> list[str]:
    """Return Docker's defaults and `options`, of options that contradict each other the last.

    Raises InvalidParameterError for an option that a tmpfs has not.
    """
    chosen: dict[object, str] = {}
    for option in (*TMPFS_DEFAULTS, *options):
        name, equals, _ = option.partition("=")
        key: object
        if option in PROPAGATIONS:
            key = "propagation"
        elif option in FLAGS:
            key = FLAGS[option][0]
        elif equals and name in TMPFS_VALUES:
            key = name
        elif option in ("", "defaults"):
            continue
        else:
            raise InvalidParameterError(f'invalid tmpfs option "{option}"')
        chosen.pop(key, None)
        chosen[key] = option
    return list(chosen.values())


def check_outside_proc(target: str) -> None:
    """Refuse a mount that stands in for the kernel's files, but for those that lxcfs emulates.

    Source: runc, `checkProcMount`. Raises InvalidParameterError.
    """
    if target.startswith("/proc/") and target not in EMULATED_IN_PROC:
        raise InvalidParameterError(
            "failed to create task for container: failed to create shim task: OCI runtime create failed: "
            f'error mounting to rootfs at "{target}": "{target}" cannot be mounted because it is inside /proc'
            ": unknown"
        )


def widest_propagation(propagations: Sequence[str]) -> str:
    """Return the propagation that a container's root needs, so that those of its mounts can work."""
    if any(text in ("shared", "rshared") for text in propagations):
        return "shared"
    if any(text in ("slave", "rslave") for text in propagations):
        return "rslave"
    return "rprivate"
