"""The image on its own, in QEMU without the supervisor: the first process, its protocol, the data disk."""

import contextlib
import hashlib
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.machine.machine_under_test import wait_until
from vm.image.build_image import PROJECT, ImageBuilder, host_architecture
from vm.image.manifest import Manifest, read_manifest
from vm.image.root_tree import missing_libraries
from vm.machine.qemu.processors import qemu_version, trusted_processors

IMAGE = PROJECT / "build" / "image" / "amd64"
BOOT_LIMIT = 240.0
PING = """/usr/bin/python3 -S -c '
import socket
link = socket.socket(socket.AF_UNIX)
link.connect("/run/marina/engine.sock")
link.sendall(b"GET /_ping HTTP/1.0\\r\\n\\r\\n")
print(link.recv(4096).decode().split()[1])'"""

pytestmark = pytest.mark.skipif(host_architecture() != "amd64", reason="boots the amd64 image")


@pytest.fixture(scope="module")
def manifest() -> Manifest:
    found = read_manifest(IMAGE)
    assert found is not None, "run `make image` first"
    return found


@dataclass
class Guest:
    """One run of the image."""

    process: subprocess.Popen[bytes]
    port: socket.socket
    ssh: list[str]
    console: Path
    lines: list[str]

    def read_until(self, *words: str) -> str:
        """Return the first line of the boot port that starts with one of the words."""
        end = time.monotonic() + BOOT_LIMIT
        for line in self.lines:
            if line.startswith(words):
                return line
        buffer = b""
        while time.monotonic() < end:
            self.port.settimeout(max(0.1, end - time.monotonic()))
            data = self.port.recv(4096)
            assert data, f"the guest ended:\n{self.console.read_text()[-2000:]}"
            buffer += data
            *complete, buffer = buffer.split(b"\n")
            self.lines += [line.decode() for line in complete]
            for line in self.lines:
                if line.startswith(words):
                    return line
        raise AssertionError(f"no {words} in {self.lines}:\n{self.console.read_text()[-2000:]}")

    def run(self, command: str) -> str:
        """Run a command in the guest over SSH; return what it wrote."""
        done = subprocess.run([*self.ssh, command], capture_output=True, text=True, timeout=240, check=False)
        said = self.console.read_text()[-4000:]
        assert done.returncode == 0, f"{command}: {done.returncode}\n{done.stdout}{done.stderr}\n{said}"
        return done.stdout

    def wait_for(self, command: str, expected: str) -> None:
        """Repeat a command until it writes what is expected."""
        end = time.monotonic() + BOOT_LIMIT
        answer = ""
        while time.monotonic() < end:
            assert self.process.poll() is None, f"the guest ended:\n{self.console.read_text()[-4000:]}"
            with contextlib.suppress(AssertionError):
                answer = self.run(command)
                if expected in answer:
                    return
            time.sleep(0.3)
        raise AssertionError(f"{command}: {answer!r}")

    def power_off(self) -> None:
        """End the guest by the word on its port."""
        self.port.sendall(b"poweroff\n")
        assert self.process.wait(240) == 0


@dataclass
class Bench:
    """A folder with a key and a data disk, and guests that run on them."""

    folder: Path
    manifest: Manifest

    @property
    def data(self) -> Path:
        return self.folder / "data.qcow2"

    def allocated(self) -> int:
        """Return how many bytes the data disk takes."""
        return self.data.stat().st_blocks * 512

    @contextlib.contextmanager
    def boot(self, data_disk: str, *, writes_a_second: int = 0) -> Iterator[Guest]:
        """Start the guest, with a slow data disk if wanted; kill it at the end if it still runs."""
        folder = self.folder
        (folder / "data_disk").write_text(data_disk)
        (folder / "engine_args").write_text("--log-level\ninfo")
        boot_socket, console, ssh_port = folder / "boot.sock", folder / "console.log", free_port()
        boot_socket.unlink(missing_ok=True)
        console.write_bytes(b"")  # nothing of an earlier run
        command = ["qemu-system-x86_64", "-nodefaults", "-no-user-config", "-display", "none", "-vga", "none"]
        command += ["-machine", "q35", "-accel", "tcg,thread=multi", "-cpu", "max", "-m", "768"]
        cpus, _ = trusted_processors("tcg", qemu_version(command[0]), 2)
        command += ["-smp", str(cpus)]
        command += ["-no-reboot", "-kernel", str(IMAGE / "vmlinux"), "-initrd", str(IMAGE / "initramfs.img")]
        command += ["-append", self.manifest.kernel_arguments, "-serial", f"file:{console}"]
        disks = [("root", IMAGE / "root.erofs"), ("engine", IMAGE / "engine.erofs"), ("data", self.data)]
        for name, path in disks:
            data_form = f"qcow2,discard=unmap,throttling.iops-write={writes_a_second}"
            form = data_form if name == "data" else "raw,readonly=on"
            command += ["-drive", f"if=none,id={name},file={path},format={form}"]
            command += ["-device", f"virtio-blk-pci,drive={name},serial=marina-{name}"]
        command += ["-netdev", f"user,id=n,hostfwd=tcp:127.0.0.1:{ssh_port}-:22"]
        command += ["-device", "virtio-net-pci,netdev=n,romfile=", "-device", "virtio-serial-pci"]
        command += ["-chardev", f"socket,id=boot,path={boot_socket},server=on,wait=off"]
        command += ["-device", "virtserialport,chardev=boot,name=org.marina.boot"]
        for name, path in (
            ("authorized_key", folder / "key.pub"),
            ("data_disk", folder / "data_disk"),
            ("engine_args", folder / "engine_args"),
        ):
            command += ["-fw_cfg", f"name=opt/org.marina/{name},file={path}"]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
        with socket.socket(socket.AF_UNIX) as port:
            try:
                connect(port, boot_socket, process)
                yield Guest(process, port, ssh_command(folder / "key", ssh_port), console, [])
            finally:
                process.kill()
                process.wait()


def connect(port: socket.socket, path: Path, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 60
    while True:
        try:
            port.connect(str(path))
        except OSError:
            assert process.poll() is None, "QEMU ended at once"
            assert time.monotonic() < end
            time.sleep(0.02)
        else:
            return


def ssh_command(key: Path, port: int) -> list[str]:
    options = [
        "StrictHostKeyChecking=no",
        "UserKnownHostsFile=/dev/null",
        "LogLevel=INFO",
        "ConnectTimeout=60",
    ]
    return [
        "ssh",
        "-i",
        str(key),
        "-p",
        str(port),
        *(word for option in options for word in ("-o", option)),
        "root@127.0.0.1",
    ]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        assert isinstance(port, int)
        return port


@pytest.fixture
def bench(tmp_path: Path, manifest: Manifest) -> Bench:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "key"], check=True)
    made = Bench(tmp_path, manifest)
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", made.data, "2G"], check=True)
    return made


def test_life_of_a_data_disk(bench: Bench) -> None:
    """Formatted once, kept over a clean end, grown, and repaired after a cut of power."""
    with bench.boot("new") as guest:
        guest.read_until("ready")
        steps = [line for line in guest.lines if line.startswith("step ")]
        assert steps == ["step root", "step data-disk", "step engine", "step network", "step sshd"]
        key = guest.read_until("hostkey ")
        assert key.startswith("hostkey ssh-ed25519 AAAA")
        guest.wait_for(PING, "200")
        engine = guest.run("pgrep -x python3").split()[0]
        guest.run(f"kill -9 {engine}; echo kept >/data/file; sync")
        guest.wait_for(PING, "200")
        assert guest.run("pgrep -x python3").split()[0] != engine
        guest.power_off()
        assert "the engine ended with status 137" in guest.console.read_text()

    subprocess.run(["qemu-img", "resize", "-q", bench.data, "4G"], check=True)
    with bench.boot("known") as guest:
        assert guest.read_until("hostkey ") == key
        guest.read_until("ready")
        assert "it was not unmounted" not in guest.console.read_text()
        guest.wait_for("df -m /data | tail -n 1 | awk '{print ($2 > 3500)}'", "1")
        assert guest.run("cat /data/file") == "kept\n"
        guest.run("echo synced >/data/file; sync")
        guest.process.kill()
        guest.process.wait()

    with bench.boot("known") as guest:
        guest.read_until("ready")
        assert "it was not unmounted" in guest.console.read_text()
        assert guest.run("cat /data/file; cat /proc/sys/vm/max_map_count") == "synced\n262144\n"
        guest.power_off()


@pytest.mark.parametrize(("data_disk", "content"), [("known", b""), ("new", b"somebody's bytes")])
def test_a_strange_disk_is_never_formatted(bench: Bench, data_disk: str, content: bytes) -> None:
    raw = bench.folder / "data.raw"
    with raw.open("wb") as file:
        file.truncate(64 << 20)
        file.seek(70_000)
        file.write(content)
    subprocess.run(["qemu-img", "convert", "-O", "qcow2", raw, bench.data], check=True)
    with bench.boot(data_disk) as guest:
        assert guest.read_until("fail ", "ready").startswith("fail data-disk the disk ")
        guest.power_off()
    after = bench.folder / "after.raw"
    subprocess.run(["qemu-img", "convert", "-O", "raw", bench.data, after], check=True)
    assert digest(after) == digest(raw)


def test_formatting_that_is_killed_is_done_anew(bench: Bench) -> None:
    """The disk is so slow that it is killed for certain between the mark and the end of mke2fs."""
    with bench.boot("new", writes_a_second=1) as guest:
        wait_until(lambda: "formatting the new" in guest.console.read_text(), "mke2fs", BOOT_LIMIT)
        enough = bench.allocated() + 6 * 65536
        wait_until(lambda: bench.allocated() > enough, "more than the mark to be written", BOOT_LIMIT)
        guest.process.kill()
        guest.process.wait()
        with contextlib.suppress(ConnectionError):
            assert "step data-disk" not in "".join(iter(lambda: guest.port.recv(4096).decode(), ""))
    with bench.boot("new") as guest:
        assert guest.read_until("ready", "fail") == "ready"
        assert "formatting the new" in guest.console.read_text()
        assert guest.run("mkdir /data/kept && ls -d /data/kept") == "/data/kept\n"
        guest.power_off()


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_second_build_has_the_same_bytes(tmp_path: Path) -> None:
    """All but the download: `build_image --verify` does that as well."""
    cache, bundled = PROJECT / "build" / "cache", PROJECT / "build" / "bundled-images" / "amd64"
    first = read_manifest(IMAGE)
    assert first is not None
    (tmp_path / "cache" / "amd64").mkdir(parents=True)
    for name in ("packages.tar", "packages.json", "packages.inputs"):
        shutil.copy(cache / "amd64" / name, tmp_path / "cache" / "amd64" / name)
    builder = ImageBuilder("amd64", tmp_path / "image", tmp_path / "cache", bundled)
    assert builder.build()
    second = read_manifest(tmp_path / "image")
    assert second is not None
    assert second.inputs == first.inputs, "the image is of other sources: run `make image`"
    assert second == first
    assert not builder.build()
    (tmp_path / "image" / "engine.erofs").unlink()
    assert builder.build()
    assert read_manifest(tmp_path / "image") == first


def test_nothing_that_the_root_links_to_is_missing() -> None:
    root = PROJECT / "build" / "cache" / "amd64" / "root"
    assert missing_libraries(root, "usr/lib/x86_64-linux-gnu") == {}


def test_the_download_is_small(manifest: Manifest) -> None:
    assert sum(file.download_size for file in manifest.files.values()) <= 90e6
    for name, file in manifest.files.items():
        assert digest(IMAGE / name) == file.sha256
