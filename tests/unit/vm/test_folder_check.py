"""A shared folder that goes while the machine runs is told, and that it is back."""

from pathlib import Path

from vm.machine.sharing.folder_check import FolderCheck


async def test_what_changes_is_told_once(tmp_path: Path) -> None:
    drive, home = tmp_path / "drive", tmp_path / "home"
    for folder in (drive, home):
        folder.mkdir()
    told: list[tuple[str, ...]] = []
    check = FolderCheck([str(drive), str(home)], told.append)
    await check.look()
    assert told == []
    drive.rmdir()
    await check.look()
    await check.look()
    assert [list(warnings) for warnings in told] == [
        [f"The shared folder {drive} cannot be used: there is no such folder. Containers find nothing there."]
    ]
    drive.mkdir()
    await check.look()
    assert told[1:] == [()]
