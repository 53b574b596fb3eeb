"""Network namespaces for tests: made, entered by a thread, deleted."""

import ctypes
import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

CLONE_NEWNET = 0x40000000
NAMES = Path("/run/netns")

Result = TypeVar("Result")
_libc = ctypes.CDLL(None, use_errno=True)


@contextmanager
def made_netns(name: str) -> Iterator[str]:
    """Make a network namespace with its loopback up, and delete it at the end."""
    subprocess.run(["ip", "netns", "add", name], check=True)
    try:
        subprocess.run(["ip", "-n", name, "link", "set", "lo", "up"], check=True)
        yield name
    finally:
        subprocess.run(["ip", "netns", "delete", name], check=True)


@contextmanager
def named_netns(name: str) -> Iterator[str]:
    """Give this process's own network namespace a name, for what wants one."""
    subprocess.run(["ip", "netns", "attach", name, str(os.getpid())], check=True)
    try:
        yield name
    finally:
        subprocess.run(["ip", "netns", "delete", name], check=True)


def in_netns(name: str, function: Callable[[], Result]) -> Result:
    """Run `function` on a thread of its own inside a network namespace; sockets made there stay there."""
    results: list[Result] = []
    failures: list[BaseException] = []

    def work() -> None:
        try:
            descriptor = os.open(NAMES / name, os.O_RDONLY | os.O_CLOEXEC)
            entered = _libc.setns(descriptor, CLONE_NEWNET)
            os.close(descriptor)
            assert entered == 0, os.strerror(ctypes.get_errno())
            results.append(function())
        except BaseException as error:  # noqa: BLE001 - raised again below, in the caller's thread
            failures.append(error)

    thread = threading.Thread(target=work, name=f"in {name}")
    thread.start()
    thread.join()
    if failures:
        raise failures[0]
    return results[0]
