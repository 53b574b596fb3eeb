"""What is told where there is no display."""

from pathlib import Path

import pytest

from app.headless import run_headless
from app.services.learn.getting_started import IMAGE
from app.services.machine.virtual_machine import MachineState
from tests.fakes.fake_engine import FakeEngine
from tests.fakes.fake_machine import FakeMachine


def test_the_address_is_all_of_the_output_and_the_rest_says_how_to_end_it(
    short_folder: Path,
    engine: FakeEngine,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("MARINA_HOME", str(short_folder))
    (short_folder / "docker.sock").symlink_to(engine.socket_path)
    engine.add_image(f"{IMAGE}:latest", exposed=("80/tcp",), serves="hello")
    with FakeMachine(short_folder, MachineState.RUNNING):
        assert run_headless(getting_started=True) == 0
    output, told = capsys.readouterr()
    assert output.startswith("http://localhost:")
    assert len(output.splitlines()) == 1
    assert told.startswith("No display")
    assert "Opened" not in told
    assert told.rstrip().endswith("marina stop")
