"""`docker top`: what arguments of `ps` mean, and the very values that `ps` gives where there is one."""

import shutil
import subprocess
from collections.abc import Iterator

import pytest

from backend.containers.process_columns import COLUMNS, Process
from backend.containers.process_list import columns_of
from backend.errors import InvalidParameterError

FULL = ["UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD"]
USER = ["USER", "PID", "%CPU", "%MEM", "VSZ", "RSS", "TTY", "STAT", "START", "TIME", "COMMAND"]


def titles(arguments: str) -> list[str]:
    """Return the titles of the columns chosen."""
    return [title for title, _ in columns_of(arguments)]


@pytest.mark.parametrize("arguments", ["-ef", "-e -f", "-A -f", "-f", "-efww"])
def test_full(arguments: str) -> None:
    assert titles(arguments) == FULL


@pytest.mark.parametrize("arguments", ["aux", "-aux", "axu", "u", "faux", "a u x"])
def test_by_user(arguments: str) -> None:
    assert titles(arguments) == USER


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("-eo pid,comm", ["PID", "COMMAND"]), ("-o pid -o comm -e", ["PID", "COMMAND"]),
        ("axo pid,cmd", ["PID", "CMD"]), ("-opid,args", ["PID", "COMMAND"]), ("o pid,user", ["PID", "USER"]),
        ("-e --format pid,rss", ["PID", "RSS"]), ("--format=pid", ["PID"]),
        ("-eo pid,comm=NAME", ["PID", "NAME"]),
        ("-e", ["PID", "TTY", "TIME", "CMD"]), ("ax", ["PID", "TTY", "STAT", "TIME", "COMMAND"]),
        ("-o sess,euid,tty", ["SESS", "EUID", "TT"]),
    ],
)  # fmt: skip
def test_chosen_columns(arguments: str, expected: list[str]) -> None:
    assert titles(arguments) == expected


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ("-Q", "unsupported option -Q"),
        ("-eo pid,nonsense", 'unknown user-defined format specifier "nonsense"'),
        ("-eo", "format specification must follow -o"),
        ("--nonsense", "unknown gnu long option --nonsense"),
        ("-u root", "unsupported option"), ("\0", "unsupported option"),
    ],
)  # fmt: skip
def test_refused(arguments: str, text: str) -> None:
    with pytest.raises(InvalidParameterError, match=text):
        columns_of(arguments)


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    """A process whose figures stay as they are."""
    with subprocess.Popen(["sleep", "1000"]) as process:
        yield process
        process.kill()


@pytest.mark.skipif(shutil.which("ps") is None, reason="there is no ps to compare with")
def test_the_same_values_as_ps(sleeper: subprocess.Popen[bytes]) -> None:
    names = (
        "pid,ppid,pgid,sid,sess,uid,euid,user,euser,ruser,gid,group,tty,tt,tname,"
        "time,cputime,bsdtime,nlwp,pri,ni,f,cls,ucmd,comm,args"
    )
    done = subprocess.run(
        ["ps", "-o", names, "-q", str(sleeper.pid)], capture_output=True, text=True, check=True
    )
    head, row = done.stdout.splitlines()
    process, chosen = Process.read(sleeper.pid), columns_of(f"-o {names}")
    assert [title for title, _ in chosen] == head.split()
    assert [tell(process) for _, (_, tell) in chosen] == row.split(None, len(chosen) - 1)


def test_every_column_tells_something(sleeper: subprocess.Popen[bytes]) -> None:
    process = Process.read(sleeper.pid)
    assert all(tell(process) for _, tell in COLUMNS.values())
