"""`docker top`: what arguments of `ps` mean, and the very values that `ps` gives where there is one."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.containers.processes.process_arguments import read_arguments
from backend.containers.processes.process_columns import COLUMNS, Process
from backend.containers.processes.process_list import table, tree
from backend.containers.processes.process_rare_columns import RARE
from backend.errors import InvalidParameterError

FULL = ["UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD"]
USER = ["USER", "PID", "%CPU", "%MEM", "VSZ", "RSS", "TTY", "STAT", "START", "TIME", "COMMAND"]


def titles(arguments: str) -> list[str]:
    """Return the titles of the columns chosen."""
    return [title for title, _ in read_arguments(arguments).columns]


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
        ("-o user:20,pid", ["USER", "PID"]), ("--sort=-pid -e", ["PID", "TTY", "TIME", "CMD"]),
        ("-e --format pid,rss", ["PID", "RSS"]), ("--format=pid", ["PID"]),
        ("-eo pid,comm=NAME", ["PID", "NAME"]),
        ("-e", ["PID", "TTY", "TIME", "CMD"]), ("ax", ["PID", "TTY", "STAT", "TIME", "COMMAND"]),
        ("-o sess,euid,tty", ["SESS", "EUID", "TT"]),
    ],
)  # fmt: skip
def test_chosen_columns(arguments: str, expected: list[str]) -> None:
    assert titles(arguments) == expected


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("-l", "F S UID PID PPID C PRI NI ADDR SZ WCHAN TTY TIME CMD"),
        ("-efly", "S UID PID PPID C PRI NI RSS SZ WCHAN STIME TTY TIME CMD"),
        ("-eFl", "F S UID PID PPID C PRI NI ADDR SZ WCHAN RSS PSR STIME TTY TIME CMD"),
        ("-efj", "UID PID PPID PGID SID C STIME TTY TIME CMD"),
        ("-eLf", "UID PID PPID LWP C NLWP STIME TTY TIME CMD"),
        ("-Tf", "UID PID SPID PPID C STIME TTY TIME CMD"),
        ("-efc", "UID PID PPID CLS PRI STIME TTY TIME CMD"),
        ("-jL", "PID PGID SID LWP TTY TIME CMD"),
        ("-eM", "LABEL PID TTY TIME CMD"),
        ("axj", "PPID PID PGID SID TTY TPGID STAT UID TIME COMMAND"),
        ("axv", "PID TTY STAT TIME MAJFL TRS DRS RSS %MEM COMMAND"),
    ],
)
def test_letters_together(arguments: str, expected: str) -> None:
    assert titles(arguments) == expected.split()


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ("-Q", "unsupported option -Q"),
        ("-eo pid,nonsense", 'unknown user-defined format specifier "nonsense"'),
        ("-eo", "format specification must follow -o"),
        ("--nonsense", "unknown gnu long option --nonsense"),
        ("-p", "list of process IDs must follow -p"), ("\0", "unsupported option"),
    ],
)  # fmt: skip
def test_refused(arguments: str, text: str) -> None:
    with pytest.raises(InvalidParameterError, match=text):
        read_arguments(arguments)


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
        "time,cputime,bsdtime,nlwp,pri,ni,f,cls,lwp,tid,spid,addr,opri,priority,"
        "rtprio,policy,exe,times,trs,ucmd,comm,args"
    )
    done = subprocess.run(
        ["ps", "-o", names, "-q", str(sleeper.pid)], capture_output=True, text=True, check=True
    )
    head, row = done.stdout.splitlines()
    process, chosen = Process.read(sleeper.pid), read_arguments(f"-o {names}").columns
    assert [title for title, _ in chosen] == head.split()
    assert [tell(process) for _, (_, tell) in chosen] == row.split(None, len(chosen) - 1)


def test_every_column_tells_something(sleeper: subprocess.Popen[bytes]) -> None:
    process = Process.read(sleeper.pid)
    assert all(tell(process) for _, tell in (COLUMNS | RARE).values())


def test_threads_order_and_tree() -> None:
    script = (
        "import subprocess, threading; ever = threading.Event()\n"
        "for _ in range(2): threading.Thread(target=ever.wait).start()\n"
        "subprocess.Popen(['sleep', '1000']); print('up', flush=True); ever.wait()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, start_new_session=True
    ) as parent:
        try:
            assert parent.stdout is not None
            assert parent.stdout.readline() == b"up\n"
            (child,) = map(int, Path(f"/proc/{parent.pid}/task/{parent.pid}/children").read_text().split())
            # Popen is back as soon as the program is being loaded: its arguments come a moment later.
            while Path(f"/proc/{child}/cmdline").read_bytes() != b"sleep\x001000\x00":
                assert parent.poll() is None
            processes = [Process.read(parent.pid), Process.read(child)]
            downwards = table(read_arguments("-e --sort=-pid"), dict.fromkeys(processes, ""))
            assert [int(row[0]) for row in downwards] == sorted((parent.pid, child), reverse=True)
            branches = tree(processes)
            assert list(branches.values()) == ["\\_", "\\_"]
            rows = table(read_arguments("-ef --forest"), branches)
            assert rows[1][-1] == "\\_ sleep 1000"
            tasks = sorted(int(folder.name) for folder in Path(f"/proc/{parent.pid}/task").iterdir())
            threads = table(
                read_arguments("-eLf"), dict.fromkeys([Process.read(parent.pid, task) for task in tasks], "")
            )
            assert [row[1] for row in threads] == [str(parent.pid)] * 3
            assert [int(row[3]) for row in threads] == tasks
        finally:
            os.killpg(parent.pid, signal.SIGKILL)


def test_lists_choose(sleeper: subprocess.Popen[bytes]) -> None:
    process = Process.read(sleeper.pid)
    user, parent = os.geteuid(), os.getpid()
    for chosen in (
        f"-p {sleeper.pid}", f"-p1,{sleeper.pid}", f"{sleeper.pid}", f"-C x,{process.name}", f"-u {user}",
        f"--User={user}", f"--ppid {parent}", "-N -p 1", "-e -p 1", f"-p 1 -C {process.name}", "", "-x",
    ):  # fmt: skip
        assert read_arguments(chosen).choice(process), chosen
    for passed_over in ("-p 1", f"-N -p {sleeper.pid}", "-C nothing", f"-u {user + 1}", "-N"):
        assert not read_arguments(passed_over).choice(process), passed_over
