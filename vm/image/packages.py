"""Downloads the image's packages and packs them, unconfigured, into one tar: no root, no chroot."""

import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from vm.errors import UserError
from vm.image.contents import KERNEL_PACKAGES, PACKAGES, SUITE, UNPACK_ALONE
from vm.image.debian_sources import find_sources, read_apt_options, read_release
from vm.image.steps import say

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")

_AS_ROOT = ("mmdebstrap",)
_AS_ANYBODY = ("fakeroot", "mmdebstrap", "--mode=chrootless")
"""Nothing runs in the tree, so none is needed: fakeroot remembers the owners that the packages name."""


def unpacking_program() -> tuple[str, ...]:
    """Return mmdebstrap's words for who unpacks packages here: root, or anybody."""
    return _AS_ROOT if sys.platform != "win32" and os.geteuid() == 0 else _AS_ANYBODY


def fetch_packages(arch: str, archive: Path, versions: Path, downloads: Path) -> None:
    """Write the packages' files to the tar `archive` and their names and versions to `versions` (JSON).

    Package files are kept in `downloads` for the next time. Raises UserError when mmdebstrap fails.
    """
    say(f"Fetching Debian {SUITE} packages for {arch}")
    sources = find_sources(Path("/etc/apt"), read_release(), SUITE)
    downloads.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=archive.parent, prefix=".fetch-") as scratch:
        work = Path(scratch)
        command = mmdebstrap_command(arch, work, downloads, [source.line() for source in sources])
        log = archive.with_suffix(".log")
        with log.open("wb") as output:
            environment = {**os.environ, "SOURCE_DATE_EPOCH": "0", "TMPDIR": str(work)}
            done = subprocess.run(
                command, stdout=output, stderr=subprocess.STDOUT, env=environment, check=False
            )
        if done.returncode:
            lines = log.read_text(errors="replace").splitlines()
            raise UserError(
                f"mmdebstrap could not fetch the image's packages (exit status {done.returncode}).",
                "\n".join(lines[-12:]),
                f"Its whole output is in {log}. Check the network and the apt sources of this machine.",
            )
        versions.write_text(json.dumps(_read_versions(work), indent=1, sort_keys=True))
        (work / "tree.tar").replace(archive)


def mmdebstrap_command(arch: str, work: Path, downloads: Path, source_lines: list[str]) -> list[str]:
    """Return the command that leaves tree.tar, simulated.txt and alone/ in the folder `work`."""
    chosen = [*PACKAGES, KERNEL_PACKAGES[arch]]
    alone = work / "alone"
    apt = 'APT_CONFIG="$MMDEBSTRAP_APT_CONFIG"'
    archives = '"$1"/var/cache/apt/archives'
    keep, simulated = shlex.quote(str(downloads)), shlex.quote(str(work / "simulated.txt"))
    return [
        *unpacking_program(),
        "--variant=extract",
        f"--architectures={arch}",
        f"--include={','.join(chosen)}",
        f"--keyring={KEYRING}",
        *(f"--aptopt={option}" for option in read_apt_options()),
        '--aptopt=APT::Install-Recommends "false"',
        "--skip=download/empty",
        "--skip=essential/unlink",
        f"--setup-hook=mkdir -p {archives} && find {keep} -name '*.deb' -exec cp -t {archives} {{}} +",
        f"--extract-hook={apt} apt-get --simulate install {' '.join(chosen)} >{simulated}",
        f"--extract-hook=mkdir -p {alone} && cd {alone} && {apt} apt-get download {' '.join(UNPACK_ALONE)}",
        f'--extract-hook=for deb in {alone}/*.deb; do dpkg-deb -x "$deb" "$1"; done',
        f"--extract-hook={apt} apt-get autoclean && cp -u {archives}/*.deb {keep}/",
        SUITE,
        str(work / "tree.tar"),
        *source_lines,
    ]


def _read_versions(work: Path) -> dict[str, str]:
    versions = parse_simulation((work / "simulated.txt").read_text())
    for package in (work / "alone").glob("*.deb"):
        name, version, _ = package.name.split("_")
        versions[name] = version.replace("%3a", ":")
    return versions


def parse_simulation(text: str) -> dict[str, str]:
    """Return package names and versions from the `Inst` lines of `apt-get --simulate`."""
    return {match[1]: match[2] for match in re.finditer(r"^Inst (\S+) \((\S+)", text, re.MULTILINE)}
