"""The supervisor's command line."""

from pathlib import Path

import pytest

from vm.__main__ import ProgressLines, _parse
from vm.machine.status import MachineState, MachineStatus, Problem, Step, StepState


def test_all_after_the_dashes_goes_to_the_engine() -> None:
    options = _parse(
        ["--state", "/s", "--image", "/i", "--foreground", "--", "--log-level", "debug", "--state"]
    )
    assert (options.state, options.image, options.foreground) == (Path("/s"), Path("/i"), True)
    assert options.engine_args == ["--log-level", "debug", "--state"]


def test_without_arguments_it_is_the_users_own_supervisor() -> None:
    options = _parse([])
    assert (options.state, options.image, options.foreground, options.engine_args) == (None, None, False, [])


def test_each_step_and_the_outcome_are_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    show = ProgressLines()
    disk = Step("disk", "Prepare the data disk", StepState.DONE, seconds=0.25)
    for _ in range(2):
        show(MachineStatus(MachineState.STARTING, steps=(disk, Step("qemu", "Start"))))
        show(
            MachineStatus(MachineState.RUNNING, steps=(disk,), docker_socket="/s/docker.sock", boot_seconds=9)
        )
    assert capsys.readouterr().out.splitlines() == [
        "ok     Prepare the data disk (0.2 s)",
        "ready  /s/docker.sock (boot 9.0 s)",
    ]


def test_a_failure_is_told_with_its_remedy(capsys: pytest.CaptureFixture[str]) -> None:
    ProgressLines()(MachineStatus(MachineState.FAILED, problem=Problem("It broke.", "like this", "Mend it.")))
    assert capsys.readouterr().out.split("\n")[1:4] == ["It broke.", "like this", "Mend it."]
