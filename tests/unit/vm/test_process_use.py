"""What a process uses, as the status tells it; one that has ended uses nothing."""

import subprocess
import sys

import psutil

from vm.machine.processes import busy_seconds, resident_bytes


def test_a_process_that_works_is_seen_to() -> None:
    sum(range(1_000_000))
    assert busy_seconds(psutil.Process()) > 0
    assert resident_bytes(psutil.Process()) > 2**20


def test_a_process_that_has_ended_uses_nothing() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        process = psutil.Process(child.pid)
    assert busy_seconds(process) == 0
    assert resident_bytes(process) == 0
