"""What an engine that died in the middle of a start left running is ended, and nobody else."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from backend.runtime import monitor
from backend.runtime.oci_runtime import OciRuntime

OWN, OTHER = "a" * 64, "b" * 64


@contextmanager
def process(*words: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process with a command line of one's choice."""
    # A shell that waits for its input; what follows the script are its arguments.
    command = [words[0], "-c", "read line; exit 0", *words[1:]]
    with subprocess.Popen(command, executable="/bin/sh", stdin=subprocess.PIPE) as started:
        try:
            yield started
        finally:
            started.kill()


def test_monitor_and_runtime_of_a_cut_off_start_are_ended(tmp_path: Path) -> None:
    runtime = OciRuntime("true", tmp_path)
    with (
        process("conmon", "-c", OWN) as early_monitor,
        process("/usr/bin/true", "create", OWN) as orphaned_runtime,
        process("conmon", "-c", OTHER) as other_monitor,
        process("docker", "logs", OWN) as client,
        process("conmon", "-n", OWN[:12]) as similar,
    ):
        monitor.end_creation(OWN, runtime)
        assert early_monitor.wait() == orphaned_runtime.wait() == -9
        assert [one.poll() for one in (other_monitor, client, similar)] == [None, None, None]
