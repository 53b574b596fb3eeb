"""What the machine no longer needs of this computer's memory it gives back."""

import re
from pathlib import Path

from tests.machine.machine_under_test import MachineUnderTest, connected, wait_until
from tests.support.test_images import busybox_image, save_docker_archive

IMAGE = "busybox:memory"
SIZE = 32 * 2**20
MOST = SIZE * 0.6
"""What must come back: free pieces of less than 2 MiB stay, and the guest works meanwhile."""


def taken(machine: MachineUnderTest) -> int:
    """Return the bytes that the guest takes of this computer's memory, without QEMU's own."""
    status = machine.client.status()
    maps = Path(f"/proc/{status.qemu_pid}/smaps").read_text()
    memory = rf"^Size: +{status.memory_limit_bytes // 1024} kB\n(?:.+\n)*?Rss: +(\d+) kB$"
    [kilobytes] = re.findall(memory, maps, re.MULTILINE)
    return int(kilobytes) * 1024


def test_memory_of_a_container_comes_back_when_it_has_ended(machine: MachineUnderTest) -> None:
    with connected(machine) as client:
        client.images.load(save_docker_archive(busybox_image(), [IMAGE]))
        hold = f"head -c {SIZE} /dev/zero >/held/file && echo held && exec sleep 1000000"
        container = client.containers.run(IMAGE, ["sh", "-c", hold], tmpfs={"/held": ""}, detach=True)
        wait_until(lambda: container.logs() == b"held\n", "the container to fill memory")
        most = taken(machine)
        container.remove(force=True)

    def came_back() -> bool:
        machine.client.ask("compact")  # as the machine does by itself when nobody uses it
        return most - taken(machine) > MOST

    wait_until(came_back, "the memory to come back")
