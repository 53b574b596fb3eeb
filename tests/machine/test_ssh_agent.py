"""The SSH agent of the user, in the containers that ask for it: real agents, keys and `ssh-add`."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.machine.machine_under_test import MachineUnderTest, wait_until
from tests.machine.test_published_ports import docker, output
from tests.support.short_folder import short_folder
from tests.support.test_images import busybox_image, save_docker_archive
from vm.diagnosis.checks import diagnose

SOCKET = "/run/host-services/ssh-auth.sock"
ASK = ["-v", f"{SOCKET}:{SOCKET}", "-e", f"SSH_AUTH_SOCK={SOCKET}"]


def copy_of_ssh_add(folder: Path) -> list[str]:
    """Put this computer's `ssh-add` and its libraries into a folder, and return its command in /tools."""
    program = shutil.which("ssh-add")
    assert program is not None
    linked = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
    libraries = re.findall(r"(/\S+) \(0x", linked)
    folder.mkdir()
    for path in (program, *libraries):
        shutil.copy(path, folder)
    (loader,) = (Path(path).name for path in libraries if Path(path).name.startswith("ld-"))
    return [f"/tools/{loader}", "--library-path", "/tools", "/tools/ssh-add", "-l"]


@contextmanager
def agent_with(comment: str, folder: Path) -> Iterator[Path]:
    """An agent of the user that has one key, of this comment."""
    path = folder / comment
    server = subprocess.Popen(["ssh-agent", "-D", "-a", str(path)], stdout=subprocess.DEVNULL)
    try:
        wait_until(path.exists, "the agent's socket")
        key = folder / f"{comment}.key"
        make = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", str(key)]
        subprocess.run(make, check=True)
        environment = os.environ | {"SSH_AUTH_SOCK": str(path)}
        subprocess.run(["ssh-add", "-q", str(key)], env=environment, check=True)
        yield path
    finally:
        server.terminate()
        server.wait(60)


def test_a_container_that_mounts_it_uses_the_users_agent_as_it_is_now(
    machine: MachineUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    tools = machine.shared / "tools"
    command = ["-v", f"{tools}:/tools:ro", "busybox:test", *copy_of_ssh_add(tools)]
    output(docker(machine, "load", data=save_docker_archive(busybox_image(), ["busybox:test"])))

    def told() -> str:
        (finding,) = (one for one in diagnose(machine.client).findings if one.name == "ssh-agent")
        return finding.details

    try:
        with short_folder("marina-") as folder:
            with agent_with("first-key", folder) as path:
                monkeypatch.setenv("SSH_AUTH_SOCK", str(path))
                machine.start()  # as `marina start` tells which agent the user has now
                assert "first-key (ED25519)" in output(docker(machine, "run", "--rm", *ASK, *command))
                user = docker(machine, "run", "--rm", "--user", "1000:1000", *ASK, *command)
                assert "first-key" in output(user)
                assert "It answers." in told()
                assert docker(machine, "run", "--rm", "busybox:test", "ls", "/run/host-services").returncode
                name = output(docker(machine, "run", "-d", *ASK, *command[:3], "sleep", "1000"))
            gone = docker(machine, "exec", name, *command[3:])
            assert gone.returncode
            assert b"communication with agent failed" in gone.stderr
            assert str(path) in told()
            assert "a container does not get the SSH agent" in machine.files.supervisor_log.read_text()
            with agent_with("second-key", folder) as path:
                monkeypatch.setenv("SSH_AUTH_SOCK", str(path))
                machine.start()
                assert "second-key" in output(docker(machine, "exec", name, *command[3:]))
                machine.cut_with("kill $(pidof sshd-session)")  # the tunnel dies, and is dialled again
                assert "second-key" in output(docker(machine, "exec", name, *command[3:]))
            docker(machine, "rm", "-f", name)
    finally:
        shutil.rmtree(tools)
