"""The real Docker that tests use, without installing it: command line, compose, and a daemon to compare with.

`python -m tests.support.docker_tools` unpacks Debian's packages into build/tools/docker, from the mirror that
the machine's own packages come from.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from vm.errors import UserError
from vm.image.debian_sources import find_sources, read_apt_options, read_release
from vm.image.packages import KEYRING, unpacking_program

PROJECT = Path(__file__).resolve().parents[2]
ROOT = PROJECT / "build" / "tools" / "docker"
"""The root folder that the packages are unpacked in: the daemon runs inside it."""

SUITE = "trixie"
PACKAGES = (
    "docker.io", "docker-cli", "docker-buildx", "docker-compose", "iptables", "procps", "busybox-static"
)  # fmt: skip
LIST = ROOT / "packages"
"""What was unpacked: another list is fetched anew."""
DAEMON = ROOT / "usr/sbin/dockerd"
COMMAND = ROOT / "usr/bin/docker"
PLUGINS = ROOT / "usr/libexec/docker/cli-plugins"


def docker_program() -> str:
    """Return the docker command line: the machine's own, or else the unpacked one."""
    return shutil.which("docker") or str(COMMAND)


def client_environment(config: Path) -> dict[str, str]:
    """Return an environment where docker knows `buildx` and `compose`, and nothing of this machine's user."""
    plugins = config / "cli-plugins"
    plugins.mkdir(parents=True, exist_ok=True)
    for name in ("docker-buildx", "docker-compose"):
        if not (plugins / name).exists() and (PLUGINS / name).exists():
            (plugins / name).symlink_to(PLUGINS / name)
    return {"PATH": os.environ["PATH"], "HOME": str(config), "DOCKER_CONFIG": str(config)}


def fetch() -> None:
    """Unpack the packages, unless that was done.

    Raises UserError when the machine names no Debian mirror, CalledProcessError when mmdebstrap fails.
    """
    wanted = "\n".join(PACKAGES)
    if LIST.exists() and LIST.read_text() == wanted:
        return
    ROOT.parent.mkdir(parents=True, exist_ok=True)
    sources = find_sources(Path("/etc/apt"), read_release(), SUITE)
    with tempfile.TemporaryDirectory(dir=ROOT.parent, prefix=".fetch-") as scratch:
        root = Path(scratch) / "root"
        subprocess.run(
            [
                *unpacking_program(),
                "--quiet",
                "--variant=extract",
                f"--include={','.join(PACKAGES)}",
                f"--keyring={KEYRING}",
                *(f"--aptopt={option}" for option in read_apt_options()),
                '--aptopt=APT::Install-Recommends "false"',
                SUITE,
                str(root),
                *(source.line() for source in sources),
            ],
            env={**os.environ, "TMPDIR": scratch},
            check=True,
        )
        _finish(root)
        (root / LIST.name).write_text(wanted)
        if ROOT.exists():
            ROOT.rename(Path(scratch) / "former")
        root.rename(ROOT)


def _finish(root: Path) -> None:
    """Add what the packages' own scripts would have made."""
    for name in ("bin", "sbin", "lib", "lib64"):
        if not (root / name).exists():
            (root / name).symlink_to(f"usr/{name}")
    for name in ("proc", "sys", "run"):
        (root / name).mkdir(exist_ok=True)
    for name in ("iptables", "ip6tables"):
        (root / "usr/sbin" / name).symlink_to(f"{name}-nft")
    (root / "usr/bin/sh").symlink_to("busybox")
    shutil.rmtree(root / "usr/share")


def main() -> int:
    """Fetch for the command line; returns the exit code."""
    try:
        fetch()
    except (UserError, subprocess.CalledProcessError) as error:
        sys.stderr.write(f"Docker for the tests could not be fetched: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
