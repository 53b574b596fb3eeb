"""Where the machine's files lie."""

import os
import sys
import tempfile
from pathlib import Path

import pytest

from vm.errors import UserError
from vm.machine.machine_files import SOCKET_PATH_LIMIT, MachineFiles, check_private


def test_everything_lies_below_the_state_folder(tmp_path: Path) -> None:
    files = MachineFiles.find(tmp_path)
    assert files.docker_socket == tmp_path / "docker.sock"
    assert files.machine_socket == tmp_path / "machine.sock"
    names = [name for name in dir(MachineFiles) if isinstance(getattr(MachineFiles, name), property)]
    assert len(names) > 15
    assert all(getattr(files, name).is_relative_to(tmp_path) for name in names)


def test_marina_home_is_used_when_no_state_is_given(tmp_path: Path) -> None:
    files = MachineFiles.find(None, {"MARINA_HOME": str(tmp_path)})
    assert files == MachineFiles.find(tmp_path)


def test_a_state_folder_with_a_long_path_is_refused_with_the_length() -> None:
    with pytest.raises(UserError, match="too long") as caught:
        MachineFiles.find(Path("/") / ("x" * 100))
    assert f"{SOCKET_PATH_LIMIT} are allowed" in caught.value.details


def test_a_user_with_a_long_name_gets_a_short_run_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", "/run/user/" + "n" * 90)
    files = MachineFiles.find(None, {})
    assert len(os.fsencode(files.machine_socket)) <= SOCKET_PATH_LIMIT
    assert files.run == MachineFiles.find(None, {}).run


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the run folder lies in the user's own")
@pytest.mark.skipif(Path(f"/run/user/{os.getuid()}").exists(), reason="this user has a run folder")
def test_without_a_run_folder_of_the_user_nobody_can_put_theirs_in_its_place(
    monkeypatch: pytest.MonkeyPatch, recwarn: pytest.WarningsRecorder
) -> None:
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    assert MachineFiles.find(None, {}).run.parent == Path(tempfile.gettempdir())
    assert not recwarn.list


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the run folder lies in the user's own")
def test_a_run_folder_that_has_yet_to_be_made_is_the_same_one_to_the_next_program(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run" / "user"))
    for name in ("CONFIG", "DATA"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    files = MachineFiles.find(None, {})
    assert files.run == tmp_path / "run" / "user" / "marina"
    files.create_folders()
    assert MachineFiles.find(None, {}).run == files.run


def test_folders_are_closed_to_others(tmp_path: Path) -> None:
    files = MachineFiles.find(tmp_path / "state")
    files.create_folders()
    assert files.run.stat().st_mode & 0o777 == 0o700


def test_a_run_folder_that_others_may_write_to_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    with pytest.raises(UserError, match="not safe"):
        check_private(tmp_path)
