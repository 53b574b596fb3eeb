"""`make run` on a bare Debian, by an ordinary user with the right to use sudo, and by root without it."""

import filecmp
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.packaging.conftest import PROJECT
from tests.support.fresh_computer import USER, FreshComputer, fresh_computer
from tests.support.namespaces import made_netns

pytestmark = pytest.mark.timeout(1800)

ROOT = 0
IMAGE_FILES = ["vmlinux", "initramfs.img", "root.erofs", "engine.erofs"]
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
PIP_CONFIG = Path("/etc/pip.conf")


@dataclass(frozen=True)
class BareComputer:
    """A Debian without Python, QEMU or a display, whose user `user` has the source at `source`."""

    computer: FreshComputer
    user: int
    source: Path

    def make(self, goal: str, network: bool = True) -> str:
        """Run make and return what it prints; `network` as in FreshComputer."""
        inside = f"/{self.source.relative_to(self.computer.root)}"
        words = ("env", f"--chdir={inside}", f"PIP_CERT={CERTIFICATES}", "make", goal)
        return self.computer.run(*words, user=self.user, network=network, limit=1200)


@pytest.fixture(params=[("bookworm", USER), ("trixie", ROOT)], ids=["user-on-12", "root-on-13"])
def bare(request: pytest.FixtureRequest) -> Iterator[BareComputer]:
    """An ordinary user may use sudo; root's computer has none."""
    release, user = request.param
    with (
        tempfile.TemporaryDirectory(prefix="marina-bare-") as name,
        made_netns(f"marina-bare-{os.getpid()}") as netns,
        fresh_computer(Path(name), netns, release) as made,
    ):
        Path(name).chmod(0o755)
        wanted = ["make"] if user == ROOT else ["make", "sudo"]
        made.run("apt-get", "install", "-y", "--no-install-recommends", *wanted, user=0, network=False)
        if user != ROOT:
            (made.root / "etc" / "sudoers.d" / "ann").write_text("ann ALL=(ALL) NOPASSWD: ALL\n")
            with (made.root / "etc" / "shadow").open("a") as file:
                file.write("ann:*:20000:0:99999:7:::\n")  # sudo asks whether the account is a good one
        shutil.copy(CERTIFICATES, made.root / CERTIFICATES.relative_to("/"))
        if PIP_CONFIG.exists():  # where Python packages come from on this computer
            shutil.copy(PIP_CONFIG, made.root / "etc")
        source = (made.root / "root" if user == ROOT else made.home) / "marina"
        copy_source(source, user)
        yield BareComputer(made, user, source)


def copy_source(target: Path, user: int) -> None:
    """Copy what git knows of the source, and make it the user's."""
    target.mkdir()
    listing = subprocess.run(
        ["git", "-C", PROJECT, "ls-files", "-z"], capture_output=True, text=True, check=True
    ).stdout
    for name in filter(None, listing.split("\0")):
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(PROJECT / name, target / name, follow_symlinks=False)
    subprocess.run(["chown", "--recursive", f"{user}:{user}", target], check=True)


def test_make_run_installs_all_that_it_needs_and_ends_with_an_address(bare: BareComputer) -> None:
    root = bare.computer.root / "usr" / "bin"
    assert not (root / "python3").exists()
    assert (root / "sudo").exists() is (bare.user != ROOT)
    bare.make("image", network=False)
    assert "http://localhost:" in bare.make("run")
    ours, theirs = PROJECT / "build" / "image", bare.source / "build" / "image"
    if read_packages(ours) == read_packages(theirs):
        differing = filecmp.cmpfiles(ours / "amd64", theirs / "amd64", IMAGE_FILES, shallow=False)[1:]
        assert differing == ([], []), "the image depends on who builds it"


def read_packages(images: Path) -> object:
    """Return the names and versions of the packages in the image."""
    return json.loads((images / "amd64" / "manifest.json").read_text(encoding="utf-8"))["packages"]
