"""Which processes arguments of `ps` choose: those in any of its lists, or all but those.

Source: ps(1) of procps, "Process selection by list"; its messages.
"""

import grp
import pwd
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from backend.containers.processes.process_columns import Process
from backend.errors import InvalidParameterError

MOST = 2**31
PARENT, SESSION = 4, 6  # of the fields in proc_pid_stat(5)
RUNNING = frozenset("RD")

Test = Callable[[Process], bool]
Value = Callable[[Process], Any]


@dataclass(slots=True)
class Choice:
    """What was asked for so far; without any list all processes are meant."""

    everything: bool = False
    negated: bool = False
    running: bool = False
    tests: list[Test] = field(default_factory=list)

    def __call__(self, process: Process) -> bool:
        """Return whether a process is chosen."""
        is_wanted = self.everything or not self.tests or any(test(process) for test in self.tests)
        return is_wanted != self.negated and (not self.running or process.stat[0] in RUNNING)

    def add(self, option: str, text: str) -> None:
        """Choose those of a list too. Raises InvalidParameterError in the words of `ps`."""
        read, values, _ = LISTS[option]
        wanted = read([item for item in text.split(",") if item])
        self.tests.append(lambda process: any(value(process) in wanted for value in values))


def _numbers(items: list[str]) -> set[int]:
    if not items or not all(item.lstrip("-").isascii() and item.lstrip("-").isdigit() for item in items):
        raise InvalidParameterError("ps: error: process ID list syntax error")
    numbers = {int(item[:12]) for item in items}
    if not all(0 < number < MOST for number in numbers):
        raise InvalidParameterError("ps: error: process ID out of range")
    return numbers


def _owners(items: list[str], look_up: Callable[[str], int], kind: str) -> set[int]:
    found = set()
    for item in items:
        try:
            found.add(int(item[:12]) if item.isascii() and item.isdigit() else look_up(item))
        except KeyError as error:
            raise InvalidParameterError(f"ps: error: {kind} name does not exist") from error
    return found


def _users(items: list[str]) -> set[int]:
    return _owners(items, lambda name: pwd.getpwnam(name).pw_uid, "user")


def _groups(items: list[str]) -> set[int]:
    return _owners(items, lambda name: grp.getgrnam(name).gr_gid, "group")


_pid, _group = attrgetter("pid"), attrgetter("effective_gid")


def _session(process: Process) -> int:
    return process.number(SESSION)


LISTS: dict[str, tuple[Callable[[list[str]], Collection[Any]], tuple[Value, ...], str]] = {
    "-p": (_numbers, (_pid,), "list of process IDs"),
    "-q": (_numbers, (_pid,), "list of process IDs"),
    "-s": (_numbers, (_session,), "list of session IDs"),
    "-C": (list, (attrgetter("name"),), "list of command names"),
    "-u": (_users, (attrgetter("effective_uid"),), "list of users"),
    "-U": (_users, (attrgetter("uid"),), "list of real users"),
    "-G": (_groups, (attrgetter("gid"),), "list of real groups"),
    "-g": (_groups, (_session, _group), "list of session leaders OR effective group IDs or names"),
    "--ppid": (_numbers, (lambda process: process.number(PARENT),), "list of process IDs"),
    "--group": (_groups, (_group,), "list of effective groups"),
}
"""Options that choose by a list: how it is read, what of a process is looked for in it, what must follow."""
SAME = {
    "p": "-p",
    "q": "-q",
    "U": "-u",
    "--pid": "-p",
    "--quick-pid": "-q",
    "--sid": "-s",
    "--user": "-u",
    "--User": "-U",
    "--Group": "-G",
}
"""Other names of these options."""
