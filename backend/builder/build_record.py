"""What one build did: its steps, how long they took, what they printed, why it failed."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from backend.builder.progress.progress import Step
from backend.moments import moment_text

MAX_LOG = 64 * 1024  # characters of a step's output, the last ones
MAX_TEXT = 256 * 1024  # characters of a Dockerfile


@dataclass(slots=True)
class StepRecord:
    """One step. `status` is "waiting", "running", "done", "cached", "failed" or "cancelled"."""

    step: Step
    status: str = "waiting"
    started: int = 0
    duration_ns: int = 0
    image_id: str = ""
    error: str = ""
    log: str = ""
    was_cached: bool = False

    def begin(self) -> None:
        """Note that it is begun."""
        self.status, self.started = "running", time.time_ns()

    def end(self, status: str) -> None:
        """Note that it is over."""
        self.status, self.duration_ns = status, max(0, time.time_ns() - self.started)

    def add_output(self, text: str) -> None:
        """Keep what it printed, the end of it at least."""
        self.log += text
        if len(self.log) > 2 * MAX_LOG:
            self.log = self.log[-MAX_LOG:]

    def to_json(self) -> dict[str, Any]:
        """Return it as the history tells it."""
        running = self.status == "running"
        return {
            "Number": self.step.number,
            "Total": self.step.total,
            "Stage": self.step.stage,
            "Code": self.step.code,
            "Line": self.step.line,
            "LastLine": self.step.last_line,
            "Status": self.status,
            "Started": moment_text(self.started),
            "DurationMs": _milliseconds(time.time_ns() - self.started if running else self.duration_ns),
            "ImageId": self.image_id,
            "Error": self.error,
            "Log": self.log[-MAX_LOG:],
        }


@dataclass(slots=True)
class BuildRecord:
    """One build. `status` is "running", "done", "failed" or "cancelled"."""

    id: str
    tags: Sequence[str]
    target: str
    dockerfile: str
    platform: str
    text: str
    started: int = field(default_factory=time.time_ns)
    finished: int = 0
    status: str = "running"
    image_id: str = ""
    error: str = ""
    error_line: int = 0
    steps: list[StepRecord] = field(default_factory=list)

    def plan(self, steps: Sequence[Step]) -> None:
        """Note what is to be done."""
        self.steps = [StepRecord(step) for step in steps]

    def of(self, step: Step) -> StepRecord | None:
        """Return a step's record; None for one that nobody could plan."""
        return self.steps[step.number - 1] if 0 < step.number <= len(self.steps) else None

    def end(self, status: str) -> None:
        """Note how it ended; steps that were under way did not."""
        self.status, self.finished = status, time.time_ns()
        for step in self.steps:
            if step.status == "running":
                step.end("cancelled")
        self.text = self.text[:MAX_TEXT]

    def summary(self) -> dict[str, Any]:
        """Return it as the list of all tells it."""
        states = [step.status for step in self.steps]
        return {
            "Id": self.id,
            "Started": moment_text(self.started),
            "Finished": moment_text(self.finished),
            "Status": self.status,
            "Tags": list(self.tags),
            "Target": self.target,
            "Dockerfile": self.dockerfile,
            "Platform": self.platform,
            "ImageId": self.image_id,
            "Error": self.error,
            "ErrorLine": self.error_line,
            "StepsTotal": len(states),
            "StepsDone": states.count("done") + states.count("cached"),
            "StepsCached": states.count("cached"),
            "DurationMs": _milliseconds((self.finished or time.time_ns()) - self.started),
        }

    def details(self) -> dict[str, Any]:
        """Return all of it."""
        steps = [step.to_json() for step in self.steps]
        return self.summary() | {"DockerfileText": self.text, "Steps": steps}


def _milliseconds(nanoseconds: int) -> int:
    return max(0, nanoseconds) // 1_000_000
