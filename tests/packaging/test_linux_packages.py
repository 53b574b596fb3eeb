"""From a package to a page in the browser on a fresh Debian, through an upgrade, and out without a trace."""

import filecmp
import importlib
import json
import os
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.utils import canonicalize_name

from app.main import read_version
from app.services.parts import PartsList
from tests.packaging.conftest import NEXT, NewComputer, Packages, build
from tests.packaging.packaged_window import BOOT_SECONDS, open_window, wait_until
from tests.packaging.releases import TRUST, is_proven, serve_releases
from tests.packaging.steps import (
    equip,
    install,
    install_archive,
    installed_size,
    marinas_files,
    purge,
    remove_archive,
    run_getting_started,
    show_page,
)
from tests.support.fresh_computer import FreshComputer

pytestmark = pytest.mark.timeout(1800)

PACKAGING = str(Path(__file__).parents[2] / "packaging")
HEADING = "<h1>Your first container is running</h1>"
MOST_TO_DOWNLOAD = 250_000_000
MOST_INSTALLED = 550_000_000
COMPLETE = """
. /usr/share/bash-completion/completions/marina
COMP_WORDS=(marina volume ex) COMP_CWORD=2
_shtab_marina
echo "${COMPREPLY[@]}"
"""
"""What bash does when Tab is pressed after `marina volume ex`."""
IMAGE_FILES = {"vmlinux", "initramfs.img", "root.erofs", "engine.erofs"}


def test_packages_are_small_and_whole(packages: Packages) -> None:
    assert "FAIL" not in packages.report
    assert packages.report.count("ok    ") == 5, packages.report
    assert size_of_files(packages.bundle) < MOST_INSTALLED
    assert packages.debian.stat().st_size < MOST_TO_DOWNLOAD
    assert packages.archive.stat().st_size < MOST_TO_DOWNLOAD


def size_of_files(folder: Path) -> int:
    """Return the bytes of all files below a folder."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file() or path.is_symlink())


def test_every_part_is_listed_with_its_licence(packages: Packages) -> None:
    resources = packages.bundle / "_internal" / "resources"
    listed = {}
    for document in resources.glob("*.cdx.json"):
        text = document.read_text(encoding="utf-8")
        assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
        assert (packages.debian.parent / f"marina-{read_version()}-{document.name}").read_text() == text
        files = {entry["name"] for entry in json.loads(text)["components"] if entry["type"] == "file"}
        listed[document.name] = files
    assert listed == {"program.cdx.json": set(), "machine.cdx.json": IMAGE_FILES}
    parts = PartsList(resources)
    found = {(part.place, part.name) for part in parts.read()}
    assert found >= {("program", "python"), ("program", "pyside6-essentials"), ("program", "paramiko")}
    assert found >= {("machine", "crun"), ("machine", "libc6"), ("machine", "python3-aiohttp")}
    manifest = json.loads((packages.bundle / "image" / "manifest.json").read_text(encoding="utf-8"))
    assert {name for place, name in found if place == "machine"} == set(manifest["packages"])
    assert [part for part in parts.read() if not (part.licence and parts.read_licence(part))] == []


def test_nothing_of_python_is_in_the_bundle_that_is_not_listed(packages: Packages) -> None:
    listed = {part.name for part in PartsList(packages.bundle / "_internal" / "resources").read()}
    readers = importlib.import_module("PyInstaller.archive.readers")  # only who packages has it
    archive = readers.CArchiveReader(str(packages.bundle / "marina")).open_embedded_archive("PYZ.pyz")
    frozen = {name.partition(".")[0] for name in archive.toc}
    unlisted = {
        module: owners
        for module, owners in packages_distributions().items()
        if module in frozen - {"app", "vm"} and not listed & {canonicalize_name(owner) for owner in owners}
    }
    assert unlisted == {}


def test_a_second_build_has_the_same_bytes(packages: Packages, tmp_path: Path) -> None:
    build("--output", str(tmp_path))
    for first in sorted(path for path in packages.bundle.parent.rglob("*") if path.is_file()):
        second = tmp_path / first.relative_to(packages.bundle.parent)
        assert filecmp.cmp(first, second, shallow=False), first


def test_the_manual_is_as_old_as_its_sources(tmp_path: Path) -> None:
    """Of the day it was made it differed between two builds, one of them after midnight."""
    code = "import sys, pathlib; from linux.command_docs import write_man_pages as write; "
    code += "write(pathlib.Path(sys.argv[1]), 86400)"
    pages = tmp_path / "man1"
    subprocess.run(
        [sys.executable, "-c", code, pages], env=os.environ | {"PYTHONPATH": PACKAGING}, check=True
    )
    assert [page.read_text("utf-8").count(r"1970\-01\-02") for page in pages.iterdir()] == [1, 1]


def test_lintian_finds_no_error(packages: Packages) -> None:
    done = subprocess.run(
        ["lintian", "--allow-root", "--fail-on", "error", str(packages.debian)],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_package_is_small_with_all_that_it_needs(packages: Packages, new_computer: NewComputer) -> None:
    equip(new_computer.computer, packages)
    needs = installed_size(new_computer.computer) - new_computer.size
    assert needs > 0
    assert size_of_files(packages.bundle) + needs < MOST_INSTALLED


def test_debian_package_from_install_to_purge(packages: Packages, computer: FreshComputer) -> None:
    before = computer.files()
    install(computer, packages.debian)
    assert "marina  0." in computer.run("marina", "version")
    assert computer.run("bash", "-c", COMPLETE) == "export\n"
    address = run_getting_started(computer)
    assert HEADING in show_page(computer, address)

    install(computer, packages.next_debian)
    assert f"marina  {NEXT}" in computer.run("marina", "version")
    assert "getting-started" in computer.run("marina", "ps"), "the machine ran on"
    computer.run("marina", "restart", limit=BOOT_SECONDS)
    assert "getting-started" in computer.run("marina", "ps", "--all"), "its data were kept"

    computer.run("marina", "uninstall", "--data", "--yes")
    purge(computer)
    assert marinas_files(computer, before) == set()
    assert any(name.endswith("bin/qemu-system-x86_64") for name in computer.files()), "it came with Marina"


def test_archive_installs_into_the_home_and_goes(packages: Packages, computer: FreshComputer) -> None:
    equip(computer, packages)
    before = computer.files()
    install_archive(computer, packages.archive)
    entry = (computer.home / ".local/share/applications/marina.desktop").read_text()
    assert 'Exec="/home/ann/.local/share/marina-program/marina-desktop"\n' in entry
    assert "ok    window" in computer.run("marina", "selftest", "--no-boot")
    remove_archive(computer)
    assert marinas_files(computer, before) == set()


def test_an_installed_archive_updates_itself_and_goes_back(
    packages: Packages, computer: FreshComputer, tmp_path: Path
) -> None:
    equip(computer, packages)
    before = computer.files()
    install_archive(computer, packages.archive)
    with serve_releases(computer, tmp_path) as releases:
        releases.publish(NEXT, packages.next_archive)

        def update(*words: str) -> str:
            return computer.run("marina", "update", *words, limit=600, MARINA_UPDATES_DIR=TRUST)

        computer.run("marina", "start", limit=BOOT_SECONDS)  # so that there are data to be kept
        assert json.loads(update("--json"))["prepared"]["version"] == NEXT
        assert f"marina  {read_version()}" in computer.run("marina", "version")
        computer.run("marina", "stop")
        with open_window(computer) as window:
            wait_until(lambda: is_proven(computer), "the new version has come to its window")
            assert f"marina  {NEXT}" in computer.run("marina", "version")
            window.save("updated")
        assert f"before update to {NEXT}" in computer.run("marina", "snapshot", "list")
        assert "is the newest version" in update()
        assert f"Marina {read_version()} is back" in update("--rollback", "--yes")
        assert f"marina  {read_version()}" in computer.run("marina", "version")
        assert json.loads(update("--check", "--json"))["offer"]["refused"]
    computer.run("marina", "uninstall", "--data", "--yes")
    remove_archive(computer)
    assert marinas_files(computer, before) == set()
