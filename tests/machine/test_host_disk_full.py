"""This computer's disk runs full: the machine is held before it loses anything, and goes on by itself."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest

from tests.machine.machine_under_test import MachineUnderTest, connected, wait_until
from tests.support.test_images import busybox_image, save_docker_archive
from vm.client import MachineClient
from vm.machine.machine_files import MachineFiles
from vm.machine.status import MachineState

IMAGE = "busybox:full"
LOAD = "head -c 500000 /dev/urandom >/v/load$((i%20))"
"""Written again and again, so that a slow test does not fill the disk by it."""
WRITE = f"i=0; while :; do i=$((i+1)); echo $i >>/v/lines; {LOAD}; sync; done"


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A disk of this computer that is soon full."""
    if os.getuid() != 0:
        pytest.skip("mounting needs root")
    folder = Path(tempfile.mkdtemp(prefix="marina-full-"))
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=800m,mode=700", "full", folder], check=True)
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)
    folder.rmdir()


def test_the_machine_is_held_until_there_is_space(small_disk: Path) -> None:
    machine = MachineUnderTest(MachineClient(MachineFiles.find(small_disk)))
    try:
        machine.start()
        with connected(machine) as client:
            client.images.load(save_docker_archive(busybox_image(), [IMAGE]))
            container = client.containers.run(IMAGE, ["sh", "-c", WRITE], volumes=["lines:/v"], detach=True)
            wait_until(lambda: count(container) > 2, "the first lines")
            filler = small_disk / "filler"
            # all that is left at once: QEMU's own writes find no room before anybody has looked
            subprocess.run(["dd", "if=/dev/zero", f"of={filler}", "bs=1M", "status=none"], check=False)
            status = machine.wait_for(lambda status: status.state is MachineState.PAUSED)
            assert status.problem is not None
            assert "full" in status.problem.summary
            code, answer = machine.get("/_ping")
            assert (code, b"disk of this computer is full" in answer) == (503, True)
            before = container.id
            filler.unlink()
            machine.wait_for(lambda status: status.state is MachineState.RUNNING)
            assert machine.client.status().problem is None
            seen = count(container)
            wait_until(lambda: count(container) > seen, "the container to go on")
            assert client.containers.get(before).status == "running"
            container.kill()
            output: bytes = client.containers.run(
                IMAGE, ["cat", "/v/lines"], volumes=["lines:/v"], remove=True
            )
            lines = output.split()
            assert lines == [b"%d" % (number + 1) for number in range(len(lines))], "nothing is lost"
        assert "I/O error" not in machine.files.console_log.read_text(errors="replace")
    finally:
        machine.client.quit()


def count(container: "docker.models.containers.Container") -> int:
    """Return how many lines the container has written."""
    return int(container.exec_run(["sh", "-c", "cat /v/lines 2>/dev/null | wc -l"]).output)
