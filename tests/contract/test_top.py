"""`docker top`: what both engines tell for many arguments of `ps`, of a small tree of processes."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.engine.container_calls import until
from tests.support.api_client import ApiClient
from tests.support.dockerd import ReferenceDocker
from tests.support.native_engine import NativeEngine

Pair = tuple[ApiClient, ApiClient]

SCRIPT = "sh -c 'sleep 901 & echo > /up; wait' & while [ ! -e /up ]; do :; done; sleep 902; true"
"""One process begins after the other, so that their numbers are in order."""

PROCESSES = 4
ARGUMENTS = (
    "", "-ef", "aux", "axf", "auxf", "-ef --forest", "-eLf", "-ely", "-F", "-ejH", "-l", "-j", "-lf", "-eFl",
    "-efj", "-jL", "-Tf", "-T", "-L", "axl", "axv", "axs", "axj", "axjf", "-eM", "-efc", "-eo pid,wchan",
    "-eo pid,wchan,comm", "-eo pid,wchan:20,comm", "-o user:20,pid", "-eo pid,addr,label,context,sgi_p",
    "-eo pid,rtprio,cls,pri,opri,priority,policy", "-eo pid,exe", "-eo pid,comm --sort=comm,-pid",
    "-ef --sort=-pid", "--cols 200", "--headers", "-eo pid:10", "-ef --no-headers", "--version", "- ef",
    "-C sleep", "-C sh,nothing", "-C sleep -N", "-u 0", "-U 0 -o pid,comm", "U 0", "--user=0", "-G 0", "-g 0",
    "--group 0", "-x", "-ef -C sleep", "-C", "-p", "-p x", "-p 0", "-p -5", "-u nobody-knows",
    "-G nobody-knows", "--ppid", "-A -o pid,comm", "--deselect -C sleep", "T",
    "--sort=nonsense", "-ef --sort=", "-y", "-eo pid,nonsense", "-eo comm", "h",
)  # fmt: skip
OF_THIS_RUN = frozenset(
    {
        *("PID", "PPID", "LWP", "SPID", "PGID", "SID", "RSS", "PSR", "MAJFL", "C", "%CPU", "%MEM", "DRS"),
        *("STIME", "START", "TIME", "UID", "USER", "PENDING", "BLOCKED", "IGNORED", "CAUGHT"),
    }
)
"""Numbers, times, names of users, which the reference's root does not know, and signals, cut to the width."""


@pytest.fixture(scope="module")
def pair(marina: NativeEngine, dockerd: ReferenceDocker) -> Iterator[Pair]:
    """Both engines with a container in which all processes are there and asleep."""
    for engine in (marina, dockerd):
        body: dict[str, Any] = {"Image": "busybox", "Cmd": ["sh", "-c", SCRIPT], "StopSignal": "SIGKILL"}
        assert engine.request("POST", "/containers/create", body=body, query={"name": "top"}).status == 201
        assert engine.request("POST", "/containers/top/start").status == 204

        def is_settled(engine: ApiClient = engine) -> bool:
            rows = asked(engine, "-eo pid,stat,comm,wchan").json["Processes"] or []
            waits = [row[3] for row in rows if row[2] == "sleep"]
            asleep = all(row[1].startswith("S") for row in rows)  # the shells, too: they begin to wait last
            return len(rows) == PROCESSES and asleep and waits == ["hrtimer_nanosleep"] * 2

        until(is_settled, "all processes sleep")
    yield marina, dockerd
    for engine in (marina, dockerd):
        engine.request("DELETE", "/containers/top", query={"force": "1", "v": "1"})


def asked(engine: ApiClient, arguments: str) -> Any:
    """Return the answer for arguments of `ps`."""
    return engine.request("GET", "/containers/top/top", query={"ps_args": arguments} if arguments else None)


def shown(engine: ApiClient, arguments: str) -> Any:
    """Return what is told, without what is of this run; what is wrong in the request is 400 here."""
    answer = asked(engine, arguments)
    if answer.status != 200:
        return 400 if answer.status == 500 else answer.status, answer.message
    titles = answer.json["Titles"]
    rows = [
        ["" if title in OF_THIS_RUN else text for title, text in zip(titles, row, strict=True)]
        for row in answer.json["Processes"] or []
    ]
    return titles, rows


@pytest.mark.parametrize("arguments", ARGUMENTS)
def test_top(pair: Pair, arguments: str) -> None:
    ours, theirs = (shown(engine, arguments) for engine in pair)
    if isinstance(theirs[1], list):
        # The reference's `ps` cuts lines at 80 characters where nothing says how wide they may be.
        for our_row, their_row in zip(ours[1], theirs[1], strict=False):
            if their_row[-1]:
                our_row[-1] = our_row[-1][: len(their_row[-1])]
    assert ours == theirs
