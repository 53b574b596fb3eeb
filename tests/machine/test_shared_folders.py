"""The host's folders in containers: `docker run -v $PWD:/app` as people type it."""

import contextlib
import os
import subprocess
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path

import docker
import psutil
import pytest
from docker.errors import APIError

from tests.machine.machine_under_test import MachineUnderTest, wait_until
from tests.support.test_images import busybox_image, save_docker_archive
from vm.machine.json_files import read_json
from vm.machine.status import MachineState

IMAGE = "busybox:folders"


@pytest.fixture(scope="module")
def image(session_machine: MachineUnderTest) -> str:
    """An image that is there."""
    session_machine.start()
    client = docker.DockerClient(base_url=f"unix://{session_machine.docker_socket}", timeout=120)
    client.images.load(save_docker_archive(busybox_image(), [IMAGE]))
    client.close()
    return IMAGE


@pytest.fixture
def client(machine: MachineUnderTest, image: str) -> Iterator["docker.DockerClient"]:
    client = docker.DockerClient(base_url=f"unix://{machine.docker_socket}", timeout=120)
    yield client
    for container in client.containers.list(all=True):
        container.remove(force=True)
    client.close()


@pytest.fixture
def folder(machine: MachineUnderTest) -> Path:
    """A new folder in the shared one, whose path has a space and letters beyond ASCII."""
    folder = machine.shared / f"Büro {uuid.uuid4().hex[:8]}"
    folder.mkdir()
    return folder


def run(client: "docker.DockerClient", folder: Path, script: str, user: str = "") -> list[str]:
    """Run a script with the folder at /app; return the lines of its output, errors too."""
    output: bytes = client.containers.run(
        IMAGE, ["sh", "-c", f"exec 2>&1; cd /app; {script}"],
        volumes=[f"{folder}:/app"], remove=True, user=user,
    )  # fmt: skip
    return output.decode().splitlines()


def test_files_go_both_ways(client: "docker.DockerClient", folder: Path) -> None:
    (folder / "from the host").write_text("hello\n")
    (folder / "link").symlink_to("from the host")
    (folder / "absolute").symlink_to("/app/from the host")
    deep = "/".join(["a" * 100] * 10)
    lines = run(
        client, folder,
        f"cat 'from the host' link absolute; mkdir -p {deep}; echo deep >{deep}/f; echo новый >ü; "
        "ln -s ü back; echo one >log; echo two >>log; mv log log2; ln log2 log3; chmod 750 log2; "
        "mkdir e; rmdir e; df . | wc -l",
    )  # fmt: skip
    assert lines == ["hello"] * 3 + ["2"]
    assert (folder / deep / "f").read_text() == "deep\n"
    assert (folder / "ü").read_text() == "новый\n"
    assert (folder / "back").readlink() == Path("ü")
    assert (folder / "log3").read_text() == "one\ntwo\n"
    assert (folder / "log2").stat().st_mode & 0o777 == 0o750
    assert {path.name for path in folder.iterdir()} == {
        "from the host", "link", "absolute", "a" * 100, "ü", "back", "log2", "log3"
    }  # fmt: skip


def test_an_edit_on_the_host_is_seen_by_a_running_container(
    client: "docker.DockerClient", folder: Path
) -> None:
    (folder / "page").write_text("old")
    container = client.containers.run(IMAGE, ["sleep", "100000"], volumes=[f"{folder}:/app"], detach=True)
    assert container.exec_run(["cat", "/app/page"]).output == b"old"
    (folder / "page").write_text("new and longer")
    (folder / "second").touch()
    wait_until(lambda: container.exec_run(["cat", "/app/page"]).output == b"new and longer", "the edit")
    wait_until(lambda: b"second" in container.exec_run(["ls", "/app"]).output, "the new file")
    (folder / "page").unlink()
    wait_until(lambda: container.exec_run(["cat", "/app/page"]).exit_code == 1, "the file's end")


WATCH = """python3 -c '
import ctypes, os, struct
libc = ctypes.CDLL(None, use_errno=True)
watch = libc.inotify_init()
for path in ({paths}):
    assert libc.inotify_add_watch(watch, path.encode(), 2) > 0, os.strerror(ctypes.get_errno())
print("watching", flush=True)
while True:
    data = os.read(watch, 65536)
    while data:
        number, _, _, length = struct.unpack_from("iIII", data)
        print(number, data[16 : 16 + length].rstrip(b"\\0").decode(), flush=True)
        data = data[16 + length :]
'"""


@contextlib.contextmanager
def modified(machine: MachineUnderTest, *paths: str) -> Iterator[list[str]]:
    """Watch folders of the guest by inotify, as busybox cannot: gives a list that grows by `NUMBER NAME` with
    each IN_MODIFY in the folder of that number; without a name it is the folder itself."""
    transport = machine.dial()
    watcher = transport.open_session()
    quoted = "".join(f'"{path}", ' for path in paths)
    watcher.exec_command(WATCH.format(paths=quoted))
    lines = watcher.makefile("r")
    assert lines.readline() == "watching\n"
    seen: list[str] = []
    reader = threading.Thread(target=lambda: seen.extend(line.strip() for line in lines))
    reader.start()
    try:
        yield seen
    finally:
        transport.close()
        transport.join()
        reader.join()


def test_changes_on_the_host_are_events_in_the_container(
    client: "docker.DockerClient", machine: MachineUnderTest, folder: Path
) -> None:
    page, deep = folder / "page", folder / "src" / "deep"
    deep.mkdir(parents=True)
    container = client.containers.run(IMAGE, ["sleep", "100000"], volumes=[f"{folder}:/app"], detach=True)
    container.reload()
    root = f"/proc/{container.attrs['State']['Pid']}/root/app"
    with modified(machine, root, f"{root}/src/deep") as seen:

        def saved() -> bool:
            page.write_text("saved")  # again and again: the host watches from a moment after the start on
            return "1 page" in seen

        wait_until(saved, "a saved file's event")
        (deep / "new").write_text("x")
        os.utime(deep / "new", ns=(1, 1_600_000_000_123_456_789))
        wait_until(lambda: "2 new" in seen, "a new file's event")
        assert (deep / "new").stat().st_mtime_ns == 1_600_000_000_123_456_789, "no file is altered"
        wait_until(lambda: "2" in seen, "the new file's folder's event")
        seen.clear()
        page.unlink()
        wait_until(lambda: "1" in seen, "the folder's event when a file has gone")


def test_any_user_of_a_container_may_write(client: "docker.DockerClient", folder: Path) -> None:
    lines = run(client, folder, "echo mine >f && cat f; chown 33:33 . && stat -c %u:%g .", user="33:33")
    assert lines[0] == "mine"
    assert lines[-1] == "33:33"
    assert folder.stat().st_uid == os.getuid(), "the host's owner is as before"
    assert (folder / "f").stat().st_uid == os.getuid()


def test_what_is_not_shared_is_an_error_that_says_so(
    client: "docker.DockerClient", machine: MachineUnderTest, tmp_path: Path
) -> None:
    for source in (str(tmp_path), "/etc", "/data/engine"):
        with pytest.raises(APIError) as refusal:
            client.containers.create(IMAGE, volumes=[f"{source}:/app"])
        assert refusal.value.status_code == 400
        assert f"{source} of this computer is not shared" in str(refusal.value)
        assert str(machine.shared) in str(refusal.value)


def test_a_link_to_elsewhere_does_not_lead_there(client: "docker.DockerClient", folder: Path) -> None:
    (folder / "out").symlink_to("/etc")
    (folder / "inside").mkdir()
    (folder / "inside/f").write_text("followed")
    (folder / "in").symlink_to(folder / "inside")
    with pytest.raises(APIError, match="a link leads out of the shared folders"):
        run(client, folder / "out", "ls")
    assert run(client, folder / "in", "cat f") == ["followed"]


def test_a_missing_folder_is_made_by_v_and_refused_by_mount(
    client: "docker.DockerClient", folder: Path
) -> None:
    run(client, folder / "new/deeper", "echo x >f")
    assert (folder / "new/deeper/f").read_text() == "x\n"
    with pytest.raises(APIError, match="bind source path does not exist"):
        client.containers.create(IMAGE, mounts=[docker.types.Mount("/app", f"{folder}/missing", type="bind")])
    (folder / "file").write_text("one file")
    output: bytes = client.containers.run(
        IMAGE, ["cat", "/etc/app.conf"], volumes=[f"{folder}/file:/etc/app.conf:ro"], remove=True
    )
    assert output == b"one file"


def test_the_docker_command_line_mounts_the_working_folder(
    machine: MachineUnderTest, image: str, folder: Path
) -> None:
    (folder / "index.html").write_text("it works")
    result = subprocess.run(
        ["docker", "-H", f"unix://{machine.docker_socket}", "run", "--rm",
         "-v", f"{folder}:/app", "-v", "/var/run/docker.sock:/var/run/docker.sock",
         "-v", f"{machine.docker_socket}:/hosts/name.sock", image,
         "sh", "-c", "cat /app/index.html; test -S /var/run/docker.sock && test -S /hosts/name.sock && "
         "echo ' with a socket'"],
        capture_output=True, text=True, check=False, timeout=240,
    )  # fmt: skip
    assert (result.stdout, result.returncode) == ("it works with a socket\n", 0), result.stderr


def test_files_outlive_a_supervisor_and_come_back_after_their_servers_death(
    client: "docker.DockerClient", machine: MachineUnderTest, folder: Path
) -> None:
    container = client.containers.run(IMAGE, ["sleep", "100000"], volumes=[f"{folder}:/app"], detach=True)
    server = read_json(machine.files.file_server_record)["pid"]
    supervisor = psutil.Process(machine.client.status().supervisor_pid)
    supervisor.kill()
    supervisor.wait(60)
    machine.start()
    assert container.exec_run(["touch", "/app/after the supervisor"]).exit_code == 0
    assert (folder / "after the supervisor").exists()
    assert read_json(machine.files.file_server_record)["pid"] == server
    psutil.Process(server).kill()
    wait_until(lambda: read_json(machine.files.file_server_record)["pid"] != server, "another server")
    # not only a mount, which may still be that of the dead one
    (folder / "fresh").touch()
    look = f"ls '/run/marina/host{folder}' 2>&1 || true"
    wait_until(lambda: "fresh" in machine.run(look).splitlines(), "the mount")
    assert run(client, folder, "touch again; ls") == ["after the supervisor", "again", "fresh"]


def test_a_container_that_starts_with_the_machine_waits_for_its_folder(
    client: "docker.DockerClient", machine: MachineUnderTest, folder: Path
) -> None:
    client.containers.run(
        IMAGE, ["sh", "-c", "trap exit TERM; echo started >>/app/starts; sleep 100000 & wait"],
        volumes=[f"{folder}:/app"], restart_policy={"Name": "always"}, detach=True,
    )  # fmt: skip
    starts = folder / "starts"
    wait_until(lambda: starts.exists() and starts.read_text() == "started\n", "the first start")
    assert machine.stop().state is MachineState.STOPPED
    status = machine.start()
    assert status.shared_folders == (str(machine.shared),)
    assert status.sharing == "sftp"
    wait_until(lambda: starts.read_text() == "started\n" * 2, "the second start")
