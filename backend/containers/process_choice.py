"""Which processes arguments of `ps` choose: those in any of its lists, or all but those.

Source: ps(1) of procps, "Process selection by list"; its messages.
"""

import grp
import pwd
from collections.abc import Callable
from dataclasses import dataclass, field

from backend.containers.process_columns import Process
from backend.errors import InvalidParameterError

MOST = 2**31
PARENT, SESSION = 4, 6  # of the fields in proc_pid_stat(5)
RUNNING = frozenset("RD")

Test = Callable[[Process], bool]


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
        make, _ = LISTS[option]
        self.tests.append(make([item for item in text.split(",") if item]))


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


def _of_pid(items: list[str]) -> Test:
    wanted = _numbers(items)
    return lambda process: process.pid in wanted


def _of_parent(items: list[str]) -> Test:
    wanted = _numbers(items)
    return lambda process: process.number(PARENT) in wanted


def _of_session(items: list[str]) -> Test:
    wanted = _numbers(items)
    return lambda process: process.number(SESSION) in wanted


def _of_command(items: list[str]) -> Test:
    return lambda process: process.name in items


def _of_user(items: list[str]) -> Test:
    wanted = _users(items)
    return lambda process: process.effective_uid in wanted


def _of_real_user(items: list[str]) -> Test:
    wanted = _users(items)
    return lambda process: process.uid in wanted


def _of_group(items: list[str]) -> Test:
    wanted = _groups(items)
    return lambda process: process.effective_gid in wanted


def _of_real_group(items: list[str]) -> Test:
    wanted = _groups(items)
    return lambda process: process.gid in wanted


def _of_session_or_group(items: list[str]) -> Test:
    wanted = _groups(items)
    return lambda process: process.number(SESSION) in wanted or process.effective_gid in wanted


LISTS: dict[str, tuple[Callable[[list[str]], Test], str]] = {
    "-p": (_of_pid, "list of process IDs"),
    "-q": (_of_pid, "list of process IDs"),
    "-s": (_of_session, "list of session IDs"),
    "-C": (_of_command, "list of command names"),
    "-u": (_of_user, "list of users"),
    "-U": (_of_real_user, "list of real users"),
    "-G": (_of_real_group, "list of real groups"),
    "-g": (_of_session_or_group, "list of session leaders OR effective group IDs or names"),
    "--ppid": (_of_parent, "list of process IDs"),
    "--group": (_of_group, "list of effective groups"),
}
"""Options that choose by a list: how, and what must follow them."""
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
