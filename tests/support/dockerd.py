"""The reference: Debian's dockerd with roots, network and mounts of its own, beside any Docker that runs."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.support.api_client import ApiClient, wait_for_start
from tests.support.docker_tools import DAEMON, PROJECT, ROOT

START_LIMIT = 60.0  # seconds
STOP_LIMIT = 60.0  # seconds

INTO_ITS_ROOT = """
tools=$1 state=$2; shift 2
# Files that it leaves in /run or /etc go with the namespace; the unpacked packages stay as they are.
scratch=$state/mounts
mkdir -p "$scratch"
mount -t tmpfs tmpfs "$scratch"
mkdir "$scratch/upper" "$scratch/work" "$scratch/root"
root=$scratch/root
mount -t overlay overlay -o "lowerdir=$tools,upperdir=$scratch/upper,workdir=$scratch/work" "$root"
for name in proc sys dev; do mount --rbind "/$name" "$root/$name"; done
# Both engines see the same cgroups: on a machine that gives its controllers to v1, a v2 tree without any.
if [ -d /sys/fs/cgroup/unified ]; then
    umount -l "$root/sys/fs/cgroup"
    mount -t cgroup2 none "$root/sys/fs/cgroup"
fi
mkdir -p "$root$state"
mount --bind "$state" "$root$state"
# A real change of the root: from inside a chroot an exec would land in the machine's own root.
mkdir "$root/before"
cd "$root"
pivot_root . before
exec /bin/sh -euc 'busybox umount -l /before; rmdir /before; exec /usr/sbin/dockerd "$@"' sh "$@"
"""


def why_not() -> str:
    """Return why the reference cannot run here, "" when it can."""
    if os.geteuid() != 0:
        return "dockerd needs root"
    if not DAEMON.exists():
        return f"no dockerd in {ROOT}: `make setup-test` fetches it"
    return ""


def dockerd_command(state: Path, netns: str) -> list[str]:
    """Return the command that becomes dockerd, all of its state below `state`."""
    settings = state / "daemon.json"
    if not settings.exists():
        settings.write_text("{}")
    return [
        *("nsenter", f"--net=/run/netns/{netns}"),
        *("unshare", "--mount", "--propagation", "private"),
        *("sh", "-euc", INTO_ITS_ROOT, "sh", str(ROOT), str(state)),
        *("--data-root", str(state / "data")),
        *("--exec-root", str(state / "exec")),
        *("--pidfile", str(state / "docker.pid")),
        *("--host", f"unix://{state / 'docker.sock'}"),
        *("--config-file", str(settings)),
        *("--storage-driver", "overlay2"),
    ]


class ReferenceDocker(ApiClient):
    """One dockerd process with its own state folder, in the network namespace `netns`."""

    def __init__(self, state: Path, netns: str, arguments: Sequence[str] = ()) -> None:
        super().__init__(state, netns)
        self.arguments = list(arguments)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        with (self.state / "dockerd.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*dockerd_command(self.state, self.netns), *self.arguments],
                cwd=PROJECT,
                stdout=log,
                stderr=log,
            )
        wait_for_start(self.answers, self._process, START_LIMIT, self.log_tail)

    @property
    def socket(self) -> Path:
        """The API's Unix socket."""
        return self.state / "docker.sock"

    def log_tail(self) -> str:
        """Return the end of its log."""
        return (self.state / "dockerd.log").read_text(errors="replace")[-4000:]

    def stop(self) -> None:
        """End it; it ends its containers and containerd itself."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(STOP_LIMIT)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(STOP_LIMIT)
        self._process = None
        for pid in _mentioning(str(self.state)):  # a shim or containerd that was left
            os.kill(pid, signal.SIGKILL)


def _mentioning(text: str) -> list[int]:
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal() and int(folder.name) != os.getpid():
            try:
                command = (folder / "cmdline").read_bytes().decode(errors="replace")
            except OSError:
                continue
            if text in command and command.startswith(("containerd", "/usr/bin/containerd")):
                found.append(int(folder.name))
    return found


@contextmanager
def started_dockerd(state: Path, netns: str, arguments: Sequence[str] = ()) -> Iterator[ReferenceDocker]:
    """Run the reference; afterwards nothing of it is left but its log."""
    state.mkdir(parents=True, exist_ok=True)
    docker = ReferenceDocker(state, netns, arguments)
    try:
        docker.start()
        yield docker
    finally:
        docker.stop()
        for name in ("data", "exec"):
            shutil.rmtree(state / name, ignore_errors=True)
