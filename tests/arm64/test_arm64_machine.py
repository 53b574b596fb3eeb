"""The machine of an arm64 computer, emulated: `make test-arm64`. All that runs is the product's own.

The supervisor is told that this is such a computer: image, QEMU and command line are what it takes there.
"""

import json
import shutil
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.machine.machine_under_test import MachineUnderTest, connected, wait_until
from tests.support.static_program import EXIT_CODE, hello_programs
from tests.support.test_images import Entry, build_image, layer_tar, save_docker_archive
from vm.client import MachineClient, supervisor_command
from vm.image.welcome import NAME
from vm.machine.machine_files import MachineFiles
from vm.machine.status import MachineState

IMAGE = NAME.removeprefix("docker.io/")
AS_ARM64 = """
import platform, runpy
platform.machine = lambda: "aarch64"
runpy.run_module("vm", run_name="__main__", alter_sys=True)
"""

pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def machine() -> Iterator[MachineUnderTest]:
    folder = Path(tempfile.mkdtemp(prefix="marina-arm64-"))
    files = MachineFiles.find(folder)
    *_, option, state = supervisor_command(files)
    machine = MachineUnderTest(MachineClient(files, [sys.executable, "-c", AS_ARM64, option, state]))
    machine.shared.mkdir()
    files.settings.write_text(json.dumps({"shared_folders": [str(machine.shared)]}))
    try:
        machine.start()
        yield machine
    finally:
        machine.client.quit()
        shutil.rmtree(folder)


def test_boots_and_runs_containers_of_its_own_processor(machine: MachineUnderTest) -> None:
    assert machine.get("/_ping") == (200, b"OK")
    with connected(machine, limit=300) as client:
        assert client.version()["Arch"] == "arm64"
        assert client.info()["Architecture"] == "aarch64"
        assert client.images.pull(IMAGE).attrs["Architecture"] == "arm64"  # from the image that came along
        assert client.containers.run(IMAGE, ["uname", "-m"], remove=True) == b"aarch64\n"
        limited = client.containers.run(
            IMAGE, ["cat", "/sys/fs/cgroup/memory.max"], mem_limit="64m", remove=True
        )
        assert limited == b"67108864\n"


def test_runs_programs_of_the_other_processor(machine: MachineUnderTest) -> None:
    program = Entry("hello", hello_programs()["amd64"], mode=0o755)
    image = build_image([layer_tar([program])], config={"Cmd": ["/hello"]}, architecture="amd64")
    with connected(machine, limit=300) as client:
        client.images.load(save_docker_archive(image, ["hello:amd64"]))
        container = client.containers.run("hello:amd64", detach=True)
        assert container.wait()["StatusCode"] == EXIT_CODE
        assert container.logs() == b"hello from amd64\n"
        container.remove()


def test_ports_and_folders_of_this_computer(machine: MachineUnderTest) -> None:
    page = machine.shared / "index.html"
    page.write_text("from this computer")
    with connected(machine, limit=300) as client:
        container = client.containers.run(
            IMAGE,
            ["httpd", "-f", "-p", "80", "-h", "/www"],
            volumes=[f"{machine.shared}:/www"],
            ports={"80/tcp": ("127.0.0.1", None)},
            detach=True,
        )
        container.reload()
        address = f"http://127.0.0.1:{container.ports['80/tcp'][0]['HostPort']}/index.html"
        wait_until(lambda: fetch(address) == b"from this computer", "the page")
        container.remove(force=True)


def fetch(address: str) -> bytes:
    """Return what is at an address; nothing when there is no answer."""
    try:
        with urllib.request.urlopen(address, timeout=30) as answer:
            content: bytes = answer.read()
            return content
    except OSError:
        return b""


def test_data_is_kept_by_a_suspension_and_by_a_stop(machine: MachineUnderTest) -> None:
    with connected(machine, limit=300) as client:
        client.containers.run(IMAGE, ["sh", "-c", "echo kept >/v/file"], volumes=["data:/v"], remove=True)
    machine.client.ask("suspend")
    assert machine.client.status().state is MachineState.SUSPENDED
    assert machine.get("/_ping", limit=120) == (200, b"OK")  # the call itself wakes it
    assert machine.client.status().warnings == ()
    assert machine.stop().state is MachineState.STOPPED
    assert "Power down" in machine.files.console_log.read_text(errors="replace")
    machine.start()
    with connected(machine, limit=300) as client:
        assert client.containers.run(IMAGE, ["cat", "/v/file"], volumes=["data:/v"], remove=True) == b"kept\n"
