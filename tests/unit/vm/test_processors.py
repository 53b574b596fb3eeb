"""How many processors a QEMU gets."""

from pathlib import Path

import pytest

from vm.machine.qemu.processors import qemu_version, trusted_processors


@pytest.mark.parametrize("version", [(7, 2), (8, 0), (0, 0)])
def test_old_emulation_gets_one_processor_and_says_why(version: tuple[int, int]) -> None:
    count, reason = trusted_processors("tcg", version, 4)
    assert count == 1
    assert "one processor" in reason


@pytest.mark.parametrize(("accelerator", "version"), [("tcg", (8, 1)), ("tcg", (10, 0)), ("kvm", (7, 2))])
def test_others_get_all_that_is_wanted(accelerator: str, version: tuple[int, int]) -> None:
    assert trusted_processors(accelerator, version, 4) == (4, "")


def test_version_is_read_from_the_program(tmp_path: Path) -> None:
    program = tmp_path / "qemu"
    program.write_text("#!/bin/sh\necho 'QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7)'\n")
    program.chmod(0o755)
    assert qemu_version(str(program)) == (7, 2)
    assert qemu_version(str(tmp_path / "missing")) == (0, 0)
