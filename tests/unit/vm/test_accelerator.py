"""The choice of an accelerator, with pretended QEMUs that behave as bad ones do."""

import sys
import time
from pathlib import Path

import pytest

from vm.errors import UserError
from vm.machine.machine_files import MachineFiles
from vm.machine.qemu import accelerator
from vm.machine.qemu.accelerator import (
    ProbeGuest,
    Verdict,
    check_accelerator,
    judge,
    kvm_problem,
    pick_accelerator,
    probe,
)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the pretended QEMUs are for KVM")

FIND_CONSOLE = "for word; do case $word in file,id=console,path=*) console=${word#*path=};; esac; done\n"


def make_guest(folder: Path, script: str) -> ProbeGuest:
    qemu = folder / "qemu"
    qemu.write_text(f"#!/bin/sh\necho run >> {folder}/runs\n{FIND_CONSOLE}{script}\n")
    qemu.chmod(0o755)
    kernel = folder / "vmlinux"
    kernel.touch()
    return ProbeGuest(str(qemu), "amd64", kernel)


@pytest.fixture
def files(tmp_path: Path) -> MachineFiles:
    return MachineFiles.find(tmp_path)


@pytest.fixture(autouse=True)
def device(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    device = tmp_path / "kvm"
    device.touch()
    monkeypatch.setattr(accelerator, "KVM_DEVICE", device)
    return device


def test_a_guest_that_reaches_its_panic_proves_the_accelerator(files: MachineFiles, tmp_path: Path) -> None:
    guest = make_guest(tmp_path, 'echo "Kernel panic - not syncing" > "$console"')
    assert pick_accelerator(files, guest) == Verdict("kvm")


def test_a_guest_that_hangs_is_noticed_in_time_and_killed(
    files: MachineFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accelerator, "SILENCE_LIMIT", 0.2)
    guest = make_guest(tmp_path, 'echo "Linux version" > "$console"; exec sleep 300')
    began = time.monotonic()
    verdict = pick_accelerator(files, guest)
    assert time.monotonic() - began < 100  # far from the guest's own end
    assert verdict.accelerator == "tcg"
    assert "hangs under kvm, after: Linux version" in verdict.reason
    assert "slow" in verdict.reason


def test_a_guest_that_talks_for_ever_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accelerator, "TOTAL_LIMIT", 0.3)
    guest = make_guest(tmp_path, 'while :; do echo tick >> "$console"; sleep 0.02; done')
    assert "hangs" in probe(guest, "kvm")


def test_qemus_own_complaint_is_the_reason(files: MachineFiles, tmp_path: Path) -> None:
    guest = make_guest(tmp_path, "echo 'failed to initialize kvm: Busy' >&2; exit 1")
    assert "failed to initialize kvm: Busy" in pick_accelerator(files, guest).reason


def test_the_verdict_is_kept_until_something_changes(files: MachineFiles, tmp_path: Path) -> None:
    guest = make_guest(tmp_path, "exit 1")
    first = pick_accelerator(files, guest)
    assert pick_accelerator(files, guest) == first
    assert (tmp_path / "runs").read_text() == "run\n"
    fixed = make_guest(tmp_path, 'echo "Kernel panic" > "$console"; : fixed')
    assert pick_accelerator(files, fixed).accelerator == "kvm"


def test_the_settings_choice_is_taken_without_a_probe(files: MachineFiles, tmp_path: Path) -> None:
    guest = make_guest(tmp_path, "exit 1")
    assert pick_accelerator(files, guest, "tcg").accelerator == "tcg"
    assert not (tmp_path / "runs").exists()


def test_without_kvm_the_remedy_is_told(tmp_path: Path, device: Path) -> None:
    assert "load the kvm module" in kvm_problem(tmp_path / "none")
    assert kvm_problem(device) == ""


def test_a_missing_qemu_is_no_crash(tmp_path: Path) -> None:
    assert "cannot be run" in probe(ProbeGuest("/nowhere/qemu", "amd64", tmp_path / "k"), "kvm")


def test_ending_without_a_panic_is_not_success() -> None:
    assert judge("kvm", b"Linux version", b"", ended=True)


def test_reasons_are_in_words_for_people() -> None:
    denied = b"qemu-system-x86_64: Could not access KVM kernel module: Permission denied\n"
    assert judge("kvm", b"", denied, ended=True) == (
        "QEMU cannot use kvm: Could not access KVM kernel module: Permission denied"
    )
    crashed = b"qemu-system-x86_64: ../../target/i386/kvm/kvm.c:3183: x: Assertion `ret == 1' failed.\n"
    assert judge("kvm", b"", crashed, ended=True) == "QEMU crashes under kvm on this computer."
    assert judge("kvm", b"", b"", ended=True) == "QEMU cannot use kvm: it ended at once"


@pytest.mark.parametrize(
    ("platform", "fits", "others"),
    [("linux", "kvm", "hvf whpx"), ("darwin", "hvf", "kvm whpx"), ("win32", "whpx", "kvm hvf")],
)
def test_an_accelerator_of_another_system_is_told_as_such(
    monkeypatch: pytest.MonkeyPatch, platform: str, fits: str, others: str
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    for usable in ("auto", "tcg", fits):
        check_accelerator(usable)
    for other in others.split():
        with pytest.raises(UserError, match=f"no accelerator called {other}") as failure:
            check_accelerator(other)
        assert fits in failure.value.details
        assert failure.value.what_to_do.endswith("marina settings accelerator auto")
