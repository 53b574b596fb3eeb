"""Ways out of Marina on a fresh Debian: by its window, by its package, with the data or without."""

import re
import sys
from collections.abc import Iterator

import pytest

from tests.packaging.conftest import PROJECT, Packages
from tests.packaging.packaged_window import BOOT_SECONDS, PICTURES, Window, open_window, wait_until
from tests.packaging.steps import equip, install, marinas_files, purge, run_getting_started
from tests.support.fresh_computer import FreshComputer

pytestmark = pytest.mark.timeout(1800)

DATA = "home/ann/.local/share/marina"
SURELY_THERE = {
    "usr/bin/marina",
    "usr/share/fish/vendor_completions.d/marina.fish",
    "usr/share/zsh/vendor-completions/_marina",
    "usr/lib/marina/marina-desktop",
    f"{DATA}/machine/data.qcow2",
    "home/ann/.config/marina",
    "home/ann/.config/autostart/marina.desktop",
    "home/ann/.local/bin/marina",
    "etc/tmpfiles.d/marina.conf",
}
"""What a list that finds nothing would lack."""
ASKING = "Uninstall Marina"
AS_ADMINISTRATOR = """
socket=/run/user/1000/marina/docker.sock
ln -sfn $socket /var/run/docker.sock
mkdir -p /etc/tmpfiles.d
echo "L+ /run/docker.sock - - - - $socket" >/etc/tmpfiles.d/marina.conf
"""
"""What the command does that the settings show for other programs, with systemd and without it."""
BY_HAND = re.compile(r"^rm -rf .+$", re.MULTILINE)


@pytest.fixture
def before(packages: Packages, computer: FreshComputer) -> Iterator[set[str]]:
    """The files of a computer that has all but Marina, which then came and keeps all that it can keep."""
    equip(computer, packages)
    files = computer.files()
    install(computer, packages.debian)
    run_getting_started(computer)
    computer.run("marina", "docker-context")
    computer.run("sh", "-c", AS_ADMINISTRATOR, user=0)
    computer.run("marina", "start-at-login", "on")
    computer.run("marina", "window-at-login", "on")
    computer.run("marina", "path", "on")
    yield files
    if not (computer.root / "usr" / "bin" / "marina").exists():
        install(computer, packages.debian)
    computer.run("marina", "uninstall", "--data", "--yes")
    purge(computer)


def keep_list(moment: str, names: set[str]) -> set[str]:
    """Print the names of files and keep them beside the pictures, for who wants to see them; return them."""
    lines = "".join(f"{name}\n" for name in sorted(names))
    sys.stdout.write(f"Marina's files, {moment}: {len(names)}\n{lines}")
    (PICTURES / f"package-files-{moment}.txt").write_text(lines)
    return names


def leave_by_the_window(computer: FreshComputer, name: str, *, data: bool) -> None:
    """Search for the way out, choose what goes, and quit."""
    choose_data = ["shift+Tab", "space", "Tab"] if data else []
    with open_window(computer) as window:
        wait_until(lambda: window.press("Marina", "ctrl+k", *"uninstall", "Return"), "the window")
        wait_until(lambda: window.press(ASKING, *choose_data, "Tab"), "what is to go is asked")
        window.save(name)
        assert window.press(ASKING, "space")
        wait_until(lambda: quit_when_done(window), "Marina has quit")
        assert window.process.returncode == 0, window.log.read_text()


def quit_when_done(window: Window) -> bool:
    """Press Return, which does nothing before all is removed and quits then; return whether it has."""
    window.press(ASKING, "Return")
    return window.process.poll() is not None


def test_the_window_removes_all_and_the_package_the_rest(computer: FreshComputer, before: set[str]) -> None:
    installed = keep_list("installed", marinas_files(computer, before))
    assert installed >= SURELY_THERE
    leave_by_the_window(computer, "uninstall-all", data=True)
    assert running_programs(computer) == []
    left = keep_list("after-uninstall", marinas_files(computer, before))
    assert {name for name in left if name.startswith("home/")} == set()
    purge(computer)
    assert keep_list("after-purge", marinas_files(computer, before)) == set()
    assert computer.run("find", "/run", "-maxdepth", "1", "-name", "docker.sock", user=0) == ""
    passing = computer.run("find", "/run", "/tmp", "-name", "*marina*", user=0)
    assert passing == "", "nor among what the next start of the computer clears away"


def test_data_that_was_to_stay_is_there_after_a_new_installation(
    packages: Packages, computer: FreshComputer, before: set[str]
) -> None:
    leave_by_the_window(computer, "uninstall-kept", data=False)
    purge(computer)
    left = marinas_files(computer, before)
    assert f"{DATA}/machine/data.qcow2" in left
    assert {name for name in left if not name.startswith(DATA)} == set()
    install(computer, packages.debian)
    computer.run("marina", "start", limit=BOOT_SECONDS)
    assert "getting-started" in computer.run("marina", "ps", "--all")


def test_a_purge_ends_the_machine_and_what_is_left_goes_by_the_guides_command(
    computer: FreshComputer, before: set[str]
) -> None:
    assert any("qemu" in name for name in running_programs(computer))
    purge(computer)
    assert running_programs(computer) == []
    left = marinas_files(computer, before)
    assert {name for name in left if not name.startswith("home/ann/")} == set()
    assert f"{DATA}/machine/data.qcow2" in left, "the user's files are no package's"
    (command,) = BY_HAND.findall((PROJECT / "docs" / "guide" / "install.md").read_text(encoding="utf-8"))
    computer.run("sh", "-c", command)
    left = marinas_files(computer, before) - {
        f"home/ann/{name}" for name in (".config/autostart", ".local/bin")
    }
    assert {
        name for name in left if not name.startswith(("home/ann/.docker", "home/ann/.config/systemd"))
    } == set()


def running_programs(computer: FreshComputer) -> list[str]:
    """Return Marina's programs and QEMU, by their files, as far as they run on the computer."""
    listing = computer.run("sh", "-c", "readlink /proc/[0-9]*/exe || :", user=0)
    return [name for name in listing.split("\n") if "/marina/" in name or "qemu" in name]
