"""From a package to a page in the browser on a fresh Debian, through an upgrade, and out without a trace."""

import filecmp
import json
import os
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from app.main import read_version
from app.services.parts import PartsList
from tests.e2e.screen import CHROMIUM, open_display, save_screen
from tests.packaging.conftest import NEXT, PROJECT, Packages, build
from tests.support.fresh_computer import FreshComputer
from tests.support.update_server import load_script

pytestmark = pytest.mark.timeout(1800)

HEADING = "<h1>Your first container is running</h1>"
MOST_TO_DOWNLOAD = 250_000_000
MOST_INSTALLED = 550_000_000
IMAGE_FILES = {"vmlinux", "initramfs.img", "root.erofs", "engine.erofs"}
BOOT_SECONDS = 240
PID_FILE = "/tmp/desktop.pid"
EVERYBODYS = {f"home/ann/{name}" for name in (".cache", ".config", ".local", ".local/share", ".local/state")}
RETRIES = ("-o", "Acquire::Retries=3")
UPDATED_SCREEN = PROJECT / "build" / "artifacts" / "package-updated.png"
SCREEN = PROJECT / "build" / "artifacts" / "package-getting-started.png"


def test_packages_are_small_and_whole(packages: Packages) -> None:
    assert "FAIL" not in packages.report
    assert packages.report.count("ok    ") == 5, packages.report
    installed = sum(
        path.lstat().st_size for path in packages.bundle.rglob("*") if path.is_file() or path.is_symlink()
    )
    assert installed < MOST_INSTALLED
    assert packages.debian.stat().st_size < MOST_TO_DOWNLOAD
    assert packages.archive.stat().st_size < MOST_TO_DOWNLOAD


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


def test_a_second_build_has_the_same_bytes(packages: Packages, tmp_path: Path) -> None:
    build("--output", str(tmp_path))
    for first in sorted(path for path in packages.bundle.parent.rglob("*") if path.is_file()):
        second = tmp_path / first.relative_to(packages.bundle.parent)
        assert filecmp.cmp(first, second, shallow=False), first


def test_lintian_finds_no_error(packages: Packages) -> None:
    done = subprocess.run(
        ["lintian", "--allow-root", "--fail-on", "error", str(packages.debian)],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_debian_package_from_install_to_purge(packages: Packages, computer: FreshComputer) -> None:
    before = computer.files()
    install(computer, packages.debian)
    assert "marina  0." in computer.run("marina", "version")
    address = run_getting_started(computer)
    assert HEADING in show_page(computer, address)

    install(computer, packages.next_debian)
    assert f"marina  {NEXT}" in computer.run("marina", "version")
    assert "getting-started" in computer.run("marina", "ps"), "the machine ran on"
    computer.run("marina", "restart", limit=BOOT_SECONDS)
    assert "getting-started" in computer.run("marina", "ps", "--all"), "its data were kept"

    computer.run("marina", "uninstall", "--data", "--yes")
    dependencies = {name for name in computer.files() - before if not is_marinas(name)}
    computer.run("dpkg", "--purge", "marina", user=0)
    left = {name for name in computer.files() - before if is_marinas(name)}
    assert left == set()
    assert any(name.endswith("bin/qemu-system-x86_64") for name in dependencies)


def test_archive_installs_into_the_home_and_goes(packages: Packages, computer: FreshComputer) -> None:
    equip(computer, packages)
    before = computer.files()
    installer = install_archive(computer, packages.archive)
    entry = (computer.home / ".local/share/applications/marina.desktop").read_text()
    assert 'Exec="/home/ann/.local/share/marina-program/marina-desktop"\n' in entry
    assert "ok    window" in computer.run("marina", "selftest", "--no-boot")
    remove_archive(computer, installer)
    assert {name for name in computer.files() - before if is_marinas(name)} == set()


def test_an_installed_archive_updates_itself_and_goes_back(
    packages: Packages, computer: FreshComputer, tmp_path: Path
) -> None:
    equip(computer, packages)
    before = computer.files()
    installer = install_archive(computer, packages.archive)
    with serve_releases(computer, tmp_path / "releases", packages.next_archive) as trust:

        def update(*words: str) -> str:
            return computer.run("marina", "update", *words, limit=600, MARINA_UPDATES_DIR=trust)

        assert json.loads(update("--json"))["prepared"]["version"] == NEXT
        assert f"marina  {read_version()}" in computer.run("marina", "version")
        with open_window(computer):
            wait_until(lambda: is_proven(computer), "the new version has come to its window")
            assert f"marina  {NEXT}" in computer.run("marina", "version")
        assert "is the newest version" in update()
        assert f"Marina {read_version()} is back" in update("--rollback", "--yes")
        assert f"marina  {read_version()}" in computer.run("marina", "version")
        assert json.loads(update("--check", "--json"))["offer"]["refused"]
    computer.run("marina", "uninstall", "--data", "--yes")
    remove_archive(computer, installer)
    assert {name for name in computer.files() - before if is_marinas(name)} == set()


def equip(computer: FreshComputer, packages: Packages) -> None:
    """Install what the archive needs of the system: it is what the package depends on."""
    if not (computer.root / "usr" / "bin" / "qemu-system-x86_64").exists():
        install(computer, packages.debian)
        computer.run("dpkg", "--purge", "marina", user=0)


def install_archive(computer: FreshComputer, archive: Path) -> str:
    """Unpack and install it as its user; return the installer's path."""
    place = computer.root / "tmp" / "download"
    place.mkdir()
    subprocess.run(["tar", "--extract", "--zstd", "--file", archive, "--directory", place], check=True)
    (folder,) = place.iterdir()
    installer = f"/tmp/download/{folder.name}/install.sh"
    assert "Marina is installed" in computer.run("sh", installer)
    return installer


def remove_archive(computer: FreshComputer, installer: str) -> None:
    """Remove what the installer has brought, and the installer."""
    computer.run("sh", installer, "--remove")
    shutil.rmtree(computer.root / "tmp" / "download")


@contextmanager
def serve_releases(computer: FreshComputer, folder: Path, archive: Path) -> Iterator[str]:
    """Offer an archive as NEXT on the computer's loopback; yield where it finds whom to trust."""
    folder.mkdir()
    trust = computer.root / "tmp" / "trust"
    server = subprocess.Popen(
        [
            *computer.in_network(), sys.executable, "-u", "-m", "http.server", "0",
            "--bind", "127.0.0.1", "--directory", str(folder),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )  # fmt: skip
    try:
        assert server.stdout is not None
        match = re.search(r"port (\d+)", server.stdout.readline())
        assert match is not None
        repository = load_script().ReleaseRepository(folder, folder.with_name("keys"))
        repository.create(f"http://127.0.0.1:{match[1]}")
        repository.publish(NEXT, {"linux-amd64-portable": archive})
        shutil.copytree(folder / "trust", trust)
        yield "/tmp/trust"
    finally:
        server.kill()
        server.communicate()
        shutil.rmtree(trust, ignore_errors=True)


@contextmanager
def open_window(computer: FreshComputer) -> Iterator[None]:
    """Open Marina's window on a display of its own, and quit it at the end."""
    with open_display() as display:
        desktop = subprocess.Popen(
            computer.command("sh", "-c", f"echo $$ >{PID_FILE}; exec marina-desktop"),
            env=computer.environment(DISPLAY=display),
            stdin=subprocess.DEVNULL,
        )
        try:
            yield
            save_screen({"DISPLAY": display, "PATH": os.environ["PATH"]}, UPDATED_SCREEN)
        finally:
            computer.run("sh", "-c", f"kill $(cat {PID_FILE})")
            desktop.wait(timeout=60)


def is_proven(computer: FreshComputer) -> bool:
    """Return whether the version that was put in place has come to its window."""
    record = json.loads((computer.home / ".config" / "marina" / "updates" / "record.json").read_text())
    return bool(record["proven"])


def wait_until(condition: Callable[[], bool], what: str) -> None:
    """Wait as long as a machine takes to boot."""
    deadline = time.monotonic() + BOOT_SECONDS
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.2)


def install(computer: FreshComputer, package: Path) -> None:
    """Install a package and what it needs, as a user would with apt."""
    with tempfile.TemporaryDirectory(dir=computer.root / "tmp") as folder:
        Path(folder).chmod(0o755)
        shutil.copy(package, folder)
        inside = f"/tmp/{Path(folder).name}/{package.name}"
        computer.run("apt-get", "install", "-y", *RETRIES, inside, user=0, network=False, limit=900)


def run_getting_started(computer: FreshComputer) -> str:
    """Choose "Run getting-started" on the desktop's launcher and return the address that it opens."""
    with open_display() as display:
        desktop = subprocess.Popen(
            computer.command("sh", "-c", f"echo $$ >{PID_FILE}; exec marina-desktop --getting-started"),
            env=computer.environment(DISPLAY=display),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            assert desktop.stdout is not None
            told, _, _ = select.select([desktop.stdout], [], [], BOOT_SECONDS)
            address = desktop.stdout.readline().strip() if told else ""
            save_screen({"DISPLAY": display, "PATH": os.environ["PATH"]}, SCREEN)
        finally:
            computer.run("sh", "-c", f"kill $(cat {PID_FILE})")
            _, errors = desktop.communicate(timeout=60)
        assert address.startswith("http://localhost:"), f"see {SCREEN}\n{errors}"
        return address


def show_page(computer: FreshComputer, address: str) -> str:
    """Return the page as Chromium shows it."""
    with tempfile.TemporaryDirectory() as profile:
        return subprocess.run(
            [*computer.in_network(), *CHROMIUM, f"--user-data-dir={profile}", "--dump-dom", address],
            capture_output=True,
            text=True,
            timeout=180,
            check=True,
        ).stdout


def is_marinas(name: str) -> bool:
    """Tell Marina's own files from those of the packages that it needs and of the package tools."""
    tools = ("var/lib/apt/", "var/cache/", "var/log/", "var/lib/dpkg/status", "var/lib/dpkg/available")
    fonts = "home/ann/.cache/fontconfig"  # every program that draws text leaves its index there
    if name.startswith((*tools, fonts)) or name in EVERYBODYS:
        return False
    return "marina" in name.lower() or name.startswith("home/")
