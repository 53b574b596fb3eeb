"""An installed archive is updated by its window, as its user sees it, and only with the user's consent."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.main import read_version
from tests.packaging.conftest import NEXT, Packages
from tests.packaging.packaged_window import Window, open_window, wait_until
from tests.packaging.releases import TRUST, Releases, is_proven, serve_releases
from tests.packaging.steps import equip, install_archive, marinas_files, remove_archive
from tests.support.fresh_computer import FreshComputer

pytestmark = pytest.mark.timeout(1800)

FIRST_PART = 5_000_000
PROGRAM = ".local/share/marina-program"
IS_READY = f"Marina {NEXT} takes the place of this version"


@pytest.fixture
def releases(packages: Packages, computer: FreshComputer, tmp_path: Path) -> Iterator[Releases]:
    """A server without releases; the computer has Marina from the archive, which leaves nothing behind."""
    equip(computer, packages)
    before = computer.files()
    install_archive(computer, packages.archive)
    with serve_releases(computer, tmp_path) as made:
        yield made
    computer.run("marina", "uninstall", "--data", "--yes")
    remove_archive(computer)
    assert marinas_files(computer, before) == set()


def show_updates(window: Window) -> None:
    """Go to the card of the settings by the quick search, which brings all of it into sight."""
    window.wait_for("Search")
    assert window.press("Marina", "ctrl+k", *"updates", "Return")
    window.wait_for("This version")


def is_asked_for(releases: Releases, archive: Path) -> bool:
    """Return whether a Marina has begun to download that archive."""
    return any(request.endswith(archive.name) for request in releases.server.requests)


def test_from_the_notice_by_the_users_consent_to_the_new_version_and_back(
    packages: Packages, computer: FreshComputer, releases: Releases
) -> None:
    releases.publish(NEXT, packages.next_archive)
    with open_window(computer, MARINA_UPDATES_DIR=TRUST) as window:
        show_updates(window)
        window.wait_for("Nobody has looked yet")
        assert releases.server.requests == [], "nobody is asked before the user wants it"
        window.click("Look for updates once a day")
        window.wait_for("Notifications, 1 unread")
        window.click("Notifications, 1 unread")
        window.save("update-offered")
        assert window.press("Marina", "Escape")  # Qt tells a screen reader nothing of what pops up
        wait_until(lambda: not window.shows("Notifications, 1 unread"), "the notice was read")
        assert not is_asked_for(releases, packages.next_archive), "a notice is no consent"
        show_updates(window)
        releases.server.break_after = FIRST_PART
        window.click("Download")
        window.wait_for("The update server does not answer")
        window.save("update-interrupted")
        show_updates(window)
        window.click("Download")
        window.wait_for(IS_READY)
        assert len(releases.server.ranges) == 1, "it went on where it was"
        window.save("update-ready")
        assert f"marina  {read_version()}" in computer.run("marina", "version"), "what runs is left alone"
    computer.run("marina", "stop")  # a machine that runs is not disturbed
    with open_window(computer, MARINA_UPDATES_DIR=TRUST) as window:
        wait_until(lambda: is_proven(computer), "the new version has come to its window")
        assert f"marina  {NEXT}" in computer.run("marina", "version")
        show_updates(window)
        window.click("Go back to it")
        window.wait_for(f"Marina {read_version()} takes the place of this version")
        window.save("update-going-back")
        computer.run("marina", "stop")
        window.click("Restart now")
        wait_until(lambda: not window.shows("Restart now"), "the window is another one")
        show_updates(window)
        window.click("Look for updates")
        window.wait_for("This version did not start here, or you went back from it")
        window.save("update-undone")
        assert f"marina  {read_version()}" in computer.run("marina", "version")


def test_a_file_that_was_changed_is_refused_and_the_right_one_taken_later(
    packages: Packages, computer: FreshComputer, releases: Releases
) -> None:
    served = releases.publish(NEXT, packages.next_archive)
    flip_last_byte(served)
    with open_window(computer, MARINA_UPDATES_DIR=TRUST) as window:
        show_updates(window)
        window.click("Look for updates")
        window.wait_for("A newer version is there")
        show_updates(window)
        window.click("Download")
        window.wait_for("The download is not what was signed")
        window.save("update-tampered")
        assert not (computer.home / f"{PROGRAM}.spare").exists()
        flip_last_byte(served)
        show_updates(window)
        window.click("Download")
        window.wait_for(IS_READY)
        assert (computer.home / f"{PROGRAM}.spare").exists()


def test_an_older_version_is_not_offered_and_an_older_list_is_not_believed(
    packages: Packages, computer: FreshComputer, releases: Releases, tmp_path: Path
) -> None:
    old = tmp_path / "marina-0.0.9.tar.zst"
    old.write_bytes(b"of last year")
    releases.publish("0.0.9", old)
    metadata, before = releases.server.folder / "metadata", tmp_path / "before"
    shutil.copytree(metadata, before)
    with open_window(computer, MARINA_UPDATES_DIR=TRUST) as window:
        show_updates(window)
        window.click("Look for updates")
        window.wait_for("This is the newest version")
        releases.publish(NEXT, packages.next_archive)
        window.click("Look for updates")
        window.wait_for("A newer version is there")
        shutil.rmtree(metadata)
        shutil.copytree(before, metadata)
        show_updates(window)
        window.click("Look for updates")
        window.wait_for("The server offers something older than what was seen before")
        window.save("update-replayed")
    assert f"marina  {read_version()}" in computer.run("marina", "version")


def flip_last_byte(path: Path) -> None:
    """Change a file by one bit, or back."""
    with path.open("r+b") as file:
        file.seek(-1, 2)
        (last,) = file.read(1)
        file.seek(-1, 2)
        file.write(bytes([last ^ 1]))
