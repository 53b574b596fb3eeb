"""Which shells are found: the script is run by shells of this computer, as a container's own would."""

import shutil
import subprocess
from pathlib import Path

import pytest

from app.services.containers import container_shells
from app.services.containers.container_shells import find_shells
from app.services.engine.engine_client import EngineClient


@pytest.mark.skipif(not Path("/bin/sh").exists(), reason="there is no shell on this computer")
@pytest.mark.parametrize("program", ["sh", "busybox"])
def test_those_that_stand_in_the_path_are_found(
    program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = shutil.which(program)
    if path is None:
        pytest.skip(f"{program} is not here")
    first, second = tmp_path / "a folder", tmp_path / "second"
    for folder, name, mode in (
        (first, "sh", 0o755),
        (second, "sh", 0o755),
        (second, "zsh", 0o755),
        (second, "ash", 0o644),  # a file that is no program
    ):
        folder.mkdir(exist_ok=True)
        (folder / name).touch()
        (folder / name).chmod(mode)
    (second / "bash").mkdir()

    def run(client: object, container: str, command: tuple[str, ...]) -> tuple[int, str, str]:
        del client, container
        shell = [path, "sh"] if program == "busybox" else [path]
        done = subprocess.run(
            [*shell, *command[1:]],
            env={"PATH": f"{first}:{second}"},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.returncode, done.stdout, done.stderr

    monkeypatch.setattr(container_shells, "run", run)
    assert find_shells(EngineClient.__new__(EngineClient), "web") == ["zsh", "sh"]
