"""What a build tells while it runs, step by step; who listens makes text, records or messages of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from backend.errors import EngineError


@dataclass(frozen=True, slots=True)
class Step:
    """One instruction of a build that is to be done.

    `number` of `total` counts over the whole build, in the file's order. `stage_number` counts the stages
    that are built, and is -1 for what belongs to none; `stage` is its name, or its number in the file.
    `line` and `last_line` are 0 for what does not come from the Dockerfile. `base` is the image that a FROM
    names, "" for stages and what is no FROM.
    """

    number: int
    total: int
    code: str
    stage: str = ""
    stage_number: int = -1
    stage_step: int = 0
    stage_steps: int = 0
    line: int = 0
    last_line: int = 0
    base: str = ""

    @property
    def ends_stage(self) -> bool:
        """Whether it is the last one of its stage."""
        return self.stage_number >= 0 and self.stage_step == self.stage_steps


class Progress(Protocol):
    """Called on the event loop. Steps of stages that are built side by side overlap."""

    def planned(self, steps: Sequence[Step]) -> None:
        """Tell what is to be done."""
        ...

    def begun(self, step: Step, shown: str) -> None:
        """Tell that a step is begun; `shown` is its code with its variables replaced, where that is known."""
        ...

    def note(self, step: Step | None, text: str) -> None:
        """Tell a remark of the builder, with its line break."""
        ...

    def warning(self, text: str) -> None:
        """Tell what is odd about the Dockerfile."""
        ...

    def pull(self, step: Step, message: dict[str, Any]) -> None:
        """Tell how a pull or a download goes on, in Docker's JSON form."""
        ...

    async def output(self, step: Step, stream: int, text: str) -> None:
        """Tell what a command prints, 1 or 2 telling where; waits while the listener is behind."""
        ...

    def cached(self, step: Step) -> None:
        """Tell that a step need not be done: `finished` follows."""
        ...

    def finished(self, step: Step, image_id: str) -> None:
        """Tell what a step has made, "" for nothing."""
        ...

    def failed(self, step: Step, error: EngineError) -> None:
        """Tell why a step, and so the build, failed."""
        ...
