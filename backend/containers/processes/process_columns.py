"""What `ps` tells of a process, column by column: read from /proc, for machines and images without `ps`.

Sources: proc_pid_stat(5), proc_pid_status(5); ps(1) of procps, "Standard format specifiers".
"""

import os
import pwd
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from grp import getgrgid
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
PAGE_KIB = os.sysconf("SC_PAGE_SIZE") // 1024
DAY_S = 86400
NAME_WIDTH = 8
REAL_TIME_POLICIES = {1: "FF", 2: "RR", 3: "B", 5: "IDL", 6: "DLN"}


@dataclass(frozen=True, slots=True, eq=False)
class Process:
    """One process or one of its threads, whose number is `thread`.

    `stat` are the fields of /proc/PID/stat from the state on, `status` those of /proc/PID/status; times are
    in seconds.
    """

    pid: int
    name: str
    stat: list[str]
    uid: int
    effective_uid: int
    gid: int
    effective_gid: int
    locked_kib: int
    resident_kib: int
    command: str
    now: float
    uptime: float
    thread: int
    folder: Path
    status: Mapping[str, str]

    @classmethod
    def read(cls, pid: int, thread: int | None = None) -> "Process":
        """Look at a process or a thread of it. Raises OSError, ValueError or IndexError when it is gone."""
        folder = Path(f"/proc/{pid}") if thread is None else Path(f"/proc/{pid}/task/{thread}")
        name, _, rest = (folder / "stat").read_text().partition("(")[2].rpartition(")")
        status = dict(line.partition(":")[::2] for line in (folder / "status").read_text().splitlines())
        uids, gids = status["Uid"].split(), status["Gid"].split()
        arguments = (folder / "cmdline").read_bytes().rstrip(b"\0").replace(b"\0", b" ")
        return cls(
            pid,
            name,
            rest.split(),
            int(uids[0]),
            int(uids[1]),
            int(gids[0]),
            int(gids[1]),
            _kib(status, "VmLck"),
            _kib(status, "VmRSS"),
            arguments.decode(errors="replace") or f"[{name}]",
            time.time(),
            float(Path("/proc/uptime").read_text().split()[0]),
            pid if thread is None else thread,
            folder,
            status,
        )

    def number(self, place: int) -> int:
        """Return a field by its number in proc_pid_stat(5)."""
        return int(self.stat[place - 3])

    @property
    def cpu_s(self) -> int:
        """Seconds of processor time."""
        return (self.number(14) + self.number(15)) // TICKS

    @property
    def age_s(self) -> float:
        """Seconds since its start."""
        return max(0.0, self.uptime - self.number(22) / TICKS)

    @property
    def share(self) -> float:
        """Processor time over time since its start, in percent."""
        used = (self.number(14) + self.number(15)) / TICKS
        return 100 * used / self.age_s if self.age_s else 0.0

    @property
    def memory_share(self) -> float:
        """Resident over all memory, in percent, with one digit."""
        return 1000 * self.resident_kib // (os.sysconf("SC_PHYS_PAGES") * PAGE_KIB) / 10


def _kib(status: dict[str, str], name: str) -> int:
    return int((status.get(name) or "0").split()[0])


Column = tuple[str, Callable[[Process], str]]


def _name(number: int, look_up: Callable[[int], str]) -> str:
    with suppress(KeyError):
        name = look_up(number)
        return name if len(name) <= NAME_WIDTH else f"{name[: NAME_WIDTH - 1]}+"
    return str(number)


@cache
def _user(uid: int) -> str:
    return _name(uid, lambda number: pwd.getpwuid(number).pw_name)


@cache
def _group(gid: int) -> str:
    return _name(gid, lambda number: getgrgid(number).gr_name)


def _terminal(process: Process) -> str:
    device = process.number(7) & 0xFFFFFFFF
    if device == 0:
        return "?"
    major, minor = (device >> 8) & 0xFFF, (device & 0xFF) | ((device >> 12) & 0xFFF00)
    return f"pts/{(major - 136) * 256 + minor}" if 136 <= major <= 143 else f"tty{minor}"


def _state(process: Process) -> str:
    nice = process.number(19)
    return "".join(
        (
            process.stat[0],
            "<" if nice < 0 else "N" if nice > 0 else "",
            "L" if process.locked_kib else "",
            "s" if process.number(6) == process.pid else "",
            "l" if process.number(20) > 1 else "",
            "+" if process.number(8) == process.number(5) else "",
        )
    )


@cache
def _boot_time() -> int:
    lines = Path("/proc/stat").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("btime "))


def _started(process: Process, form: str) -> str:
    began = time.localtime(_boot_time() + process.number(22) // TICKS)
    if form:
        return time.strftime(form, began)
    if process.age_s < DAY_S:
        return time.strftime("%H:%M", began)
    return time.strftime("%b%d" if began.tm_year == time.localtime(process.now).tm_year else "%Y", began)


def _clock(seconds: int) -> str:
    days, rest = divmod(seconds, DAY_S)
    text = f"{rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}"
    return f"{days}-{text}" if days else text


def _elapsed(process: Process) -> str:
    seconds = int(process.age_s)
    return _clock(seconds) if seconds >= 3600 else f"{seconds // 60:02d}:{seconds % 60:02d}"


def _class(process: Process) -> str:
    return REAL_TIME_POLICIES.get(process.number(41), "TS")


def _share(value: float) -> str:
    return f"{value:.1f}" if value < 100 else f"{value:.0f}"


def _at(place: int) -> Callable[[Process], str]:
    return lambda process: str(process.number(place))


_MEMORY: dict[str, Column] = {
    "vsz": ("VSZ", lambda process: str(process.number(23) // 1024)),
    "rss": ("RSS", lambda process: str(process.resident_kib)),
    "sz": ("SZ", lambda process: str(process.number(23) // 1024 // PAGE_KIB)),
    "pmem": ("%MEM", lambda process: f"{process.memory_share:.1f}"),
    "min_flt": ("MINFL", _at(10)),
    "maj_flt": ("MAJFL", _at(12)),
}
_WHO: dict[str, Column] = {
    "pid": ("PID", lambda process: str(process.pid)),
    "ppid": ("PPID", _at(4)),
    "pgid": ("PGID", _at(5)),
    "sid": ("SID", _at(6)),
    "tpgid": ("TPGID", _at(8)),
    "uid": ("UID", lambda process: str(process.effective_uid)),
    "ruid": ("RUID", lambda process: str(process.uid)),
    "user": ("USER", lambda process: _user(process.effective_uid)),
    "ruser": ("RUSER", lambda process: _user(process.uid)),
    "gid": ("GID", lambda process: str(process.effective_gid)),
    "rgid": ("RGID", lambda process: str(process.gid)),
    "group": ("GROUP", lambda process: _group(process.effective_gid)),
    "rgroup": ("RGROUP", lambda process: _group(process.gid)),
    "tt": ("TT", _terminal),
    "tname": ("TTY", _terminal),
    "comm": ("COMMAND", lambda process: process.name),
    "args": ("COMMAND", lambda process: process.command),
    "cmd": ("CMD", lambda process: process.command),
    "ucmd": ("CMD", lambda process: process.name),
}
_WORK: dict[str, Column] = {
    "pcpu": ("%CPU", lambda process: _share(process.share)),
    "c": ("C", lambda process: str(min(99, int(process.share)))),
    "stat": ("STAT", _state),
    "s": ("S", lambda process: process.stat[0]),
    "stime": ("STIME", lambda process: _started(process, "")),
    "start_time": ("START", lambda process: _started(process, "")),
    "start": ("STARTED", lambda process: _started(process, "%H:%M:%S" if process.age_s < DAY_S else "%b %d")),
    "lstart": ("STARTED", lambda process: _started(process, "%a %b %e %H:%M:%S %Y")),
    "time": ("TIME", lambda process: _clock(process.cpu_s)),
    "bsdtime": ("TIME", lambda process: f"{process.cpu_s // 60}:{process.cpu_s % 60:02d}"),
    "etime": ("ELAPSED", _elapsed),
    "etimes": ("ELAPSED", lambda process: str(int(process.age_s))),
    "nlwp": ("NLWP", _at(20)),
    "thcount": ("THCNT", _at(20)),
    "ni": ("NI", _at(19)),
    "pri": ("PRI", lambda process: str(39 - process.number(18))),
    "psr": ("PSR", _at(39)),
    "cls": ("CLS", _class),
    "f": ("F", lambda process: str((process.number(9) >> 6) & 7)),
}

COLUMNS: dict[str, Column] = _WHO | _MEMORY | _WORK
# Other words for the same.
for _other, _known in {
    "%cpu": "pcpu", "%mem": "pmem", "vsize": "vsz", "rssize": "rss", "rsz": "rss", "pgrp": "pgid",
    "uname": "user", "tty": "tt", "state": "s", "cputime": "time", "command": "args", "ucomm": "comm",
    "nice": "ni", "flags": "f", "flag": "f", "class": "cls", "bsdstart": "start_time",
    "majflt": "maj_flt", "minflt": "min_flt",
}.items():  # fmt: skip
    COLUMNS[_other] = COLUMNS[_known]
COLUMNS |= {
    "sess": ("SESS", COLUMNS["sid"][1]),
    "euid": ("EUID", COLUMNS["uid"][1]),
    "euser": ("EUSER", COLUMNS["user"][1]),
    "egid": ("EGID", COLUMNS["gid"][1]),
    "egroup": ("EGROUP", COLUMNS["group"][1]),
}
