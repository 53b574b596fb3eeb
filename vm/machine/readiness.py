"""The named steps of a start: each has a limit, and how far it is can be seen at every moment."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace

from vm.errors import UserError
from vm.machine.status import Step, StepState


@dataclass(frozen=True, slots=True)
class StepPlan:
    """A step that a start goes through: `limit` in seconds, `weight` its share of the time."""

    name: str
    title: str
    limit: float
    weight: int


# Limits are for a loaded computer without acceleration; the weights are the times measured there.
START = (
    StepPlan("image", "Check the image", 60, 1),
    StepPlan("accelerator", "Find the fastest way to run it", 60, 2),
    StepPlan("disk", "Prepare the data disk", 180, 2),
    StepPlan("qemu", "Start the virtual machine", 120, 3),
    StepPlan("kernel", "Start Linux", 120, 30),
    StepPlan("sshd", "Start its services", 120, 20),
    StepPlan("tunnel", "Connect to it", 60, 12),
    StepPlan("engine", "Wait for the engine", 180, 30),
)


GO_ON = (
    StepPlan("image", "Check what was suspended", 60, 1),
    StepPlan("memory", "Read its memory", 180, 10),
    StepPlan("tunnel", "Connect to it", 60, 5),
    StepPlan("engine", "Wait for the engine", 60, 4),
)
"""The steps of a machine that goes on from disk."""


class StartSteps:
    """Where one start is."""

    def __init__(self, on_change: Callable[[], None], plans: tuple[StepPlan, ...] = START) -> None:
        self._plans = plans
        self._on_change = on_change
        self._steps = {plan.name: Step(plan.name, plan.title, limit=plan.limit) for plan in plans}
        self._began = 0.0

    @property
    def steps(self) -> tuple[Step, ...]:
        """All steps, the active one with the seconds it has been going."""
        return tuple(
            replace(step, seconds=round(time.monotonic() - self._began, 2))
            if step.state is StepState.ACTIVE
            else step
            for step in self._steps.values()
        )

    @property
    def progress(self) -> float:
        """From 0 to 1: what is done, and as much of the active step as its usual time went by."""
        total = sum(plan.weight for plan in self._plans)
        done = 0.0
        for plan in self._plans:
            state = self._steps[plan.name].state
            if state is StepState.DONE:
                done += plan.weight
            elif state is StepState.ACTIVE:
                gone = (time.monotonic() - self._began) * 10  # the whole start takes about ten seconds
                done += min(gone, plan.weight * 0.9)
        return round(done / total, 3)

    @contextlib.asynccontextmanager
    async def active(self, name: str) -> AsyncIterator[None]:
        """Run the body as step `name`. Raises UserError when it takes longer than its limit."""
        step = self._steps[name]
        self._began = time.monotonic()
        self._set(replace(step, state=StepState.ACTIVE))
        try:
            async with asyncio.timeout(step.limit):
                yield
        except TimeoutError as error:
            self._finish(name, StepState.FAILED, f"took longer than {step.limit:g} s")
            raise UserError(
                f"The machine did not come up: “{step.title}” took longer than {step.limit:g} s.",
                str(error),
                "Try again. If it keeps failing, look at the console log.",
            ) from error
        except UserError as error:
            self._finish(name, StepState.FAILED, error.summary)
            raise
        except BaseException as error:
            self._finish(name, StepState.FAILED, str(error) or type(error).__name__)
            raise
        self._finish(name, StepState.DONE, self._steps[name].detail)

    def skip(self, name: str, detail: str) -> None:
        """Note that a step was not needed."""
        self._set(replace(self._steps[name], state=StepState.DONE, detail=detail))

    def describe(self, name: str, detail: str) -> None:
        """Say what a step is at, or found out."""
        self._set(replace(self._steps[name], detail=detail))

    def _finish(self, name: str, state: StepState, detail: str) -> None:
        seconds = round(time.monotonic() - self._began, 2)
        self._set(replace(self._steps[name], state=state, seconds=seconds, detail=detail))

    def _set(self, step: Step) -> None:
        self._steps[step.name] = step
        self._on_change()


class BootProgress:
    """What the guest has reported while it boots; waiters wake when it gets to a point or fails."""

    def __init__(self) -> None:
        self._reached: set[str] = set()
        self._failure: UserError | None = None
        self._changed = asyncio.Event()
        self.host_key = ""

    def reach(self, point: str) -> None:
        """Note that the guest got to `point`."""
        self._reached.add(point)
        self._wake()

    def fail(self, failure: UserError) -> None:
        """Note that the guest will get no further; the first reason stays."""
        self._failure = self._failure or failure
        self._wake()

    async def wait_for(self, point: str) -> None:
        """Wait until the guest got to `point`. Raises the UserError given to `fail`."""
        while point not in self._reached:
            if self._failure is not None:
                raise self._failure
            await self._changed.wait()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
