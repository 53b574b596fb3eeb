"""A computer that was installed a minute ago: a Debian root of its own, in namespaces of its own."""

import os
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from vm.image.debian_sources import find_sources, read_apt_options, read_release
from vm.image.packages import KEYRING

USER = 1000
"""The number of the only person who uses it."""

BECOME = """
root=$1
mount -t proc proc "$root/proc"
mount -t sysfs -o ro sysfs "$root/sys"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/run"
mkdir -p /tmp/.X11-unix "$root/tmp/.X11-unix"
mount --bind /tmp/.X11-unix "$root/tmp/.X11-unix"
mkdir -p -m 0700 "$root/run/user/1000"
chown 1000:1000 "$root/run/user/1000"
exec chroot "$root" sh -c 'echo ready; exec sleep infinity'
"""
"""What says that it is ready is inside: commands before that would run on the machine outside."""


class FreshComputer:
    """Runs commands inside; all of them end with it. The network is the one of the namespace it is told."""

    def __init__(self, root: Path, holder: int, netns: str) -> None:
        self.root = root
        self.home = root / "home" / "ann"
        self._holder = holder
        self.netns = netns

    def command(self, *words: str, user: int = USER, network: bool = True) -> list[str]:
        """Return the command that runs `words` inside, in the outer network when `network` is false."""
        inside = ["nsenter", f"--target={self._holder}", "--mount", "--pid", "--root", "--wd"]
        identity = [f"--setuid={user}", f"--setgid={user}"]
        return [*(self.in_network() if network else []), *inside, *identity, *words]

    def in_network(self) -> list[str]:
        """Return the words before a command of the machine outside that is to reach this computer."""
        return ["nsenter", f"--net=/run/netns/{self.netns}"]

    def run(
        self, *words: str, user: int = USER, network: bool = True, limit: float = 300, **values: str
    ) -> str:
        """Run a command that must succeed, and return what it prints."""
        done = subprocess.run(
            self.command(*words, user=user, network=network),
            env=self.environment(user, **values),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=limit,
            check=False,
        )
        assert done.returncode == 0, f"{words}: {done.returncode}\n{done.stdout[-4000:]}"
        return done.stdout

    def environment(self, user: int = USER, **values: str) -> Mapping[str, str]:
        """Return what a login sets, and `values`."""
        home = "/root" if user == 0 else "/home/ann"
        path = "/home/ann/.local/bin:/usr/local/bin:/usr/bin:/bin" + (":/usr/sbin:/sbin" if user == 0 else "")
        login = {"PATH": path, "HOME": home, "LANG": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}
        return login | {"XDG_RUNTIME_DIR": f"/run/user/{user}"} | values

    def files(self) -> set[str]:
        """Return the names of all files of the system and of the home, but for the kernel's own."""
        skipped = {self.root / name for name in ("proc", "sys", "dev", "run", "tmp")}
        found: set[str] = set()
        for folder, folders, names in os.walk(self.root):
            place = Path(folder)
            folders[:] = [name for name in folders if place / name not in skipped]
            found.update(str((place / name).relative_to(self.root)) for name in [*names, *folders])
        return found


@contextmanager
def fresh_computer(folder: Path, netns: str, release: str = "") -> Iterator[FreshComputer]:
    """Install Debian below `folder` and switch it on: the `release` of that code name, or this machine's own.

    Raises UserError when the machine names no Debian mirror, CalledProcessError when mmdebstrap fails.
    """
    root = folder / "root"
    _install(root, folder, release)
    holder = subprocess.Popen(
        [
            "unshare", "--mount", "--propagation=private", "--pid", "--fork", "--kill-child",
            "sh", "-euc", BECOME, "sh", str(root),
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
    )  # fmt: skip
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"ready\n"
    first = _child_of(holder.pid)
    over = os.pidfd_open(first)
    try:
        yield FreshComputer(root, first, netns)
    finally:
        os.kill(first, signal.SIGKILL)  # and with it all that runs inside
        select.select([over], [], [], 30)
        os.close(over)
        holder.communicate(timeout=30)
        shutil.rmtree(root)


def _install(root: Path, scratch: Path, release: str) -> None:
    own = read_release()
    release = release or own
    sources = find_sources(Path("/etc/apt"), own, release)
    options: Sequence[str] = [*read_apt_options(), 'APT::Install-Recommends "false"']
    subprocess.run(
        [
            "mmdebstrap", "--quiet", "--variant=apt", f"--keyring={KEYRING}", "--include=ca-certificates",
            "--skip=cleanup/apt/lists",  # else they would have to be fetched a second time
            *(f"--aptopt={option}" for option in options),
            release, str(root), *(source.line() for source in sources),
        ],
        env={**os.environ, "TMPDIR": str(scratch)},
        stdout=sys.stderr,
        check=True,
    )  # fmt: skip
    with (root / "etc" / "passwd").open("a") as file:
        file.write(f"ann:x:{USER}:{USER}:Ann:/home/ann:/bin/sh\n")
    (root / "etc" / "hosts").write_text("127.0.0.1 localhost\n::1 localhost\n")
    home = root / "home" / "ann"
    home.mkdir()
    os.chown(home, USER, USER)


def _child_of(pid: int) -> int:
    """Return the process that `unshare --fork` made: the first one of the new namespace."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    assert len(children) == 1, children
    return int(children[0])
