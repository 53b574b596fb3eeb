"""The steps of a start."""

import asyncio

import pytest

from vm.errors import UserError
from vm.machine.readiness import BootProgress, StartSteps, StepPlan
from vm.machine.status import StepState

PLANS = (StepPlan("one", "First", 0.05, 1), StepPlan("two", "Second", 5, 3))


def make_steps() -> StartSteps:
    return StartSteps(lambda: None, PLANS)


async def test_a_step_goes_from_waiting_to_done_and_moves_the_progress() -> None:
    steps = make_steps()
    assert [step.state for step in steps.steps] == [StepState.WAITING, StepState.WAITING]
    async with steps.active("one"):
        assert [step.state for step in steps.steps] == [StepState.ACTIVE, StepState.WAITING]
    assert [step.state for step in steps.steps] == [StepState.DONE, StepState.WAITING]
    assert steps.progress == 0.25


async def test_a_step_over_its_limit_fails_with_its_title() -> None:
    steps = make_steps()
    with pytest.raises(UserError, match="“First” took longer than"):
        async with steps.active("one"):
            await asyncio.sleep(5)
    assert steps.steps[0].state is StepState.FAILED
    assert "longer" in steps.steps[0].detail


async def test_a_failure_is_the_steps_detail() -> None:
    steps = make_steps()
    with pytest.raises(UserError):
        async with steps.active("two"):
            raise UserError("The disk is full.")
    assert steps.steps[1].state is StepState.FAILED
    assert steps.steps[1].detail == "The disk is full."


async def test_each_change_is_announced() -> None:
    changes: list[int] = []
    steps = StartSteps(lambda: changes.append(1), PLANS)
    async with steps.active("two"):
        steps.describe("two", "half")
    assert len(changes) == 3
    assert steps.steps[1].detail == "half"


async def test_waiters_wake_when_the_guest_reaches_their_point() -> None:
    boot = BootProgress()
    waiting = asyncio.ensure_future(boot.wait_for("ready"))
    boot.reach("root")
    await asyncio.sleep(0)
    assert not waiting.done()
    boot.reach("ready")
    await asyncio.wait_for(waiting, 1)
    await boot.wait_for("root")


async def test_waiters_get_the_first_failure() -> None:
    boot = BootProgress()
    waiting = asyncio.ensure_future(boot.wait_for("ready"))
    await asyncio.sleep(0)
    boot.fail(UserError("first"))
    boot.fail(UserError("second"))
    with pytest.raises(UserError, match="first"):
        await asyncio.wait_for(waiting, 1)
