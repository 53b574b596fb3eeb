"""The packages of this source, a second version of them, and a computer that has neither."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.packaging.steps import install_browser, installed_size
from tests.support.fresh_computer import FreshComputer, fresh_computer
from tests.support.namespaces import made_netns

PROJECT = Path(__file__).parents[2]
NEXT = "99.1"
"""The version of the second package."""


@dataclass(frozen=True)
class Packages:
    """What `make package` leaves. `report` is what it printed."""

    bundle: Path
    debian: Path
    next_debian: Path
    archive: Path
    next_archive: Path
    report: str


@pytest.fixture(scope="session")
def packages() -> Iterator[Packages]:
    """The packages, compressed only a little."""
    with tempfile.TemporaryDirectory(prefix="marina-packages-") as name:
        first, second = Path(name) / "first", Path(name) / "second"
        report = build("--output", str(first))
        bundle = first / "marina"
        later = Path(name) / "later"
        shutil.copytree(bundle, later, symlinks=True, copy_function=os.link)
        version = later / "_internal" / "resources" / "version.txt"
        version.unlink()
        version.write_text(f"{NEXT}\n")
        build("--output", str(second), "--bundle", str(later))
        shutil.rmtree(later)
        (debian,), (next_debian,) = first.glob("*.deb"), second.glob("*.deb")
        (archive,), (next_archive,) = first.glob("*.tar.zst"), second.glob("*.tar.zst")
        yield Packages(bundle, debian, next_debian, archive, next_archive, report)


def build(*arguments: str) -> str:
    """Run the command behind `make package` and return what it prints."""
    done = subprocess.run(
        [sys.executable, PROJECT / "packaging" / "build_package.py", "--fast", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=1200,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    return done.stdout


@dataclass(frozen=True)
class NewComputer:
    """A Debian that was installed a minute ago; `size` is what its packages took then, in bytes."""

    computer: FreshComputer
    size: int


@contextmanager
def open_computer(purpose: str) -> Iterator[NewComputer]:
    """Install a computer with a network in which there is nobody else, and which is named by the purpose."""
    with (
        tempfile.TemporaryDirectory(prefix="marina-fresh-") as name,
        made_netns(f"marina-{purpose}-{os.getpid()}") as netns,
        fresh_computer(Path(name), netns) as made,
    ):
        Path(name).chmod(0o755)
        install_browser(made)
        yield NewComputer(made, installed_size(made))


@pytest.fixture(scope="session")
def new_computer() -> Iterator[NewComputer]:
    """A computer as it is before anything is installed."""
    with open_computer("fresh") as made:
        yield made


@pytest.fixture(scope="session")
def computer(new_computer: NewComputer) -> FreshComputer:
    """The one computer of all tests: what a test installs besides Marina and its needs it removes again."""
    return new_computer.computer
