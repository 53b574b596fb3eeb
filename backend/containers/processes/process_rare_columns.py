"""Columns of `ps` that few ask for: signals, waiting, memory by kind, scheduling, programs and groups.

Sources: proc_pid_stat(5), proc_pid_status(5), proc_pid_wchan(5); ps(1) of procps, "Standard format
specifiers".
"""

from collections.abc import Callable

from backend.containers.processes.process_columns import COLUMNS, Column, Process

WCHAN_WIDTH = 6


def _waits_in(process: Process) -> str:
    name = (process.folder / "wchan").read_text().strip()
    return "-" if name in ("", "0") else name


def _text_kib(process: Process) -> int:
    """Return the size of the program's text."""
    return (process.number(27) - process.number(26)) // 1024


def _real_time(process: Process) -> str:
    return str(process.number(40)) if process.number(41) in (1, 2) else "-"


def _status(name: str) -> Callable[[Process], str]:
    return lambda process: process.status[name].strip()


def _groups(process: Process) -> str:
    return (process.folder / "cgroup").read_text().strip().replace("\n", ",")


def _none(process: Process) -> str:
    del process
    return "-"


RARE: dict[str, Column] = {
    "wchan": ("WCHAN", _waits_in),
    "lwp": ("LWP", lambda process: str(process.thread)),
    "spid": ("SPID", lambda process: str(process.thread)),
    "tid": ("TID", lambda process: str(process.thread)),
    "addr": ("ADDR", _none),
    "label": ("LABEL", _none),
    "context": ("CONTEXT", _none),
    "trs": ("TRS", lambda process: str(_text_kib(process))),
    "drs": ("DRS", lambda process: str(process.number(23) // 1024 - _text_kib(process))),
    "pending": ("PENDING", _status("SigPnd")),
    "blocked": ("BLOCKED", _status("SigBlk")),
    "ignored": ("IGNORED", _status("SigIgn")),
    "caught": ("CAUGHT", _status("SigCgt")),
    "opri": ("PRI", lambda process: str(60 + process.number(18))),
    "priority": ("PRI", lambda process: str(process.number(18))),
    "rtprio": ("RTPRIO", _real_time),
    "policy": ("POL", COLUMNS["cls"][1]),
    "sgi_p": ("P", lambda process: str(process.number(39)) if process.stat[0] == "R" else "*"),
    "cgroup": ("CGROUP", _groups),
    "exe": ("EXE", lambda process: str((process.folder / "exe").readlink())),
    "times": ("TIME", lambda process: str(process.cpu_s)),
}
for _other, _known in {
    "sig": "pending", "sig_block": "blocked", "sigmask": "blocked", "sig_ignore": "ignored",
    "sigignore": "ignored", "sig_catch": "caught", "sigcatch": "caught", "intpri": "opri",
    "cputimes": "times",
}.items():  # fmt: skip
    RARE[_other] = RARE[_known]


def shortened(column: Column, width: int) -> Column:
    """Return a column whose texts have at most so many characters."""
    title, tell = column
    return title, lambda process: tell(process)[:width]
