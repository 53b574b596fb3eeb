"""`make run`, as somebody does it who has a bare Debian, the source and the right to use sudo."""

import filecmp
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.packaging.conftest import PROJECT
from tests.support.fresh_computer import USER, FreshComputer, fresh_computer
from tests.support.namespaces import made_netns

pytestmark = pytest.mark.timeout(1800)

IMAGE_FILES = ["vmlinux", "initramfs.img", "root.erofs", "engine.erofs"]
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
PIP_CONFIG = Path("/etc/pip.conf")


@pytest.fixture
def bare_computer() -> Iterator[FreshComputer]:
    """A Debian without Python, QEMU or a display, and the source in its user's home."""
    with (
        tempfile.TemporaryDirectory(prefix="marina-bare-") as name,
        made_netns(f"marina-bare-{os.getpid()}") as netns,
        fresh_computer(Path(name), netns) as made,
    ):
        Path(name).chmod(0o755)
        made.run("apt-get", "install", "-y", "--no-install-recommends", "make", "sudo", user=0, network=False)
        (made.root / "etc" / "sudoers.d" / "ann").write_text("ann ALL=(ALL) NOPASSWD: ALL\n")
        with (made.root / "etc" / "shadow").open("a") as file:
            file.write("ann:*:20000:0:99999:7:::\n")  # sudo asks whether the account is a good one
        shutil.copy(CERTIFICATES, made.root / CERTIFICATES.relative_to("/"))
        if PIP_CONFIG.exists():  # where Python packages come from on this computer
            shutil.copy(PIP_CONFIG, made.root / "etc")
        copy_source(made.home / "marina")
        yield made


def copy_source(target: Path) -> None:
    """Copy what git knows of the source, and make it the user's."""
    target.mkdir()
    listing = subprocess.run(
        ["git", "-C", PROJECT, "ls-files", "-z"], capture_output=True, text=True, check=True
    ).stdout
    for name in filter(None, listing.split("\0")):
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(PROJECT / name, target / name, follow_symlinks=False)
    subprocess.run(["chown", "--recursive", f"{USER}:{USER}", target], check=True)


def test_make_run_installs_all_that_it_needs_and_ends_with_an_address(bare_computer: FreshComputer) -> None:
    assert not (bare_computer.root / "usr" / "bin" / "python3").exists()
    source = ("env", "--chdir=/home/ann/marina", f"PIP_CERT={CERTIFICATES}")
    bare_computer.run(*source, "make", "image", network=False, limit=1200)
    assert "http://localhost:" in bare_computer.run(*source, "make", "run")
    ours, theirs = PROJECT / "build" / "image", bare_computer.home / "marina" / "build" / "image"
    if read_packages(ours) == read_packages(theirs):
        differing = filecmp.cmpfiles(ours / "amd64", theirs / "amd64", IMAGE_FILES, shallow=False)[1:]
        assert differing == ([], []), "the image depends on who builds it"


def read_packages(images: Path) -> object:
    """Return the names and versions of the packages in the image."""
    return json.loads((images / "amd64" / "manifest.json").read_text(encoding="utf-8"))["packages"]
