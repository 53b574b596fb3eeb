"""Writes down what a build tells, and passes it on."""

from collections.abc import Sequence
from typing import Any

from backend.builder.build_record import BuildRecord
from backend.builder.progress.progress import Progress, Step
from backend.errors import EngineError


class RecordedProgress:
    """A listener in front of another one."""

    def __init__(self, record: BuildRecord, inner: Progress) -> None:
        self._record = record
        self._inner = inner

    def planned(self, steps: Sequence[Step]) -> None:
        """Note all steps."""
        self._record.plan(steps)
        self._inner.planned(steps)

    def begun(self, step: Step, shown: str) -> None:
        """Note that a step begins."""
        if (record := self._record.of(step)) is not None:
            record.begin()
        self._inner.begun(step, shown)

    def note(self, step: Step | None, text: str) -> None:
        """Pass on a remark."""
        self._inner.note(step, text)

    def warning(self, text: str) -> None:
        """Pass on a warning."""
        self._inner.warning(text)

    def pull(self, step: Step, message: dict[str, Any]) -> None:
        """Pass on how a transfer goes on."""
        self._inner.pull(step, message)

    async def output(self, step: Step, stream: int, text: str) -> None:
        """Keep the end of what a command prints."""
        if (record := self._record.of(step)) is not None:
            record.add_output(text)
        await self._inner.output(step, stream, text)

    def cached(self, step: Step) -> None:
        """Note that a step need not be done."""
        if (record := self._record.of(step)) is not None:
            record.was_cached = True
        self._inner.cached(step)

    def finished(self, step: Step, image_id: str) -> None:
        """Note what a step has made."""
        if (record := self._record.of(step)) is not None:
            record.image_id = image_id
            record.end("cached" if record.was_cached else "done")
        self._inner.finished(step, image_id)

    def failed(self, step: Step, error: EngineError) -> None:
        """Note why a step, and so the build, failed."""
        self._record.error_line = step.line
        if (record := self._record.of(step)) is not None:
            record.error = error.message
            record.end("failed")
        self._inner.failed(step, error)
