"""Shows the steps of the builder as vertexes."""

from collections.abc import Mapping, Sequence
from typing import Any

from backend.builder.progress import Step
from backend.buildkit.build_status import BuildStatus, Vertex
from backend.buildkit.failures import in_buildkits_words
from backend.errors import EngineError


class StepProgress:
    """Listens to a build. `names` are those of its shown steps, by their line in the Dockerfile."""

    def __init__(self, status: BuildStatus, names: Mapping[int, str]) -> None:
        self._status = status
        self._names = names
        self._vertexes: dict[int, Vertex] = {}
        self._cached: set[int] = set()

    def planned(self, steps: Sequence[Step]) -> None:
        """Announce what will be done."""
        for step in steps:
            if step.line in self._names:
                self._vertexes[step.line] = self._status.vertex(self._names[step.line])

    def begun(self, step: Step) -> None:
        """Tell that a step begins."""
        if vertex := self._vertexes.get(step.line):
            vertex.start()

    def note(self, step: Step | None, text: str) -> None:
        """Tell nothing: the classic builder's remarks are not BuildKit's."""

    def warning(self, text: str) -> None:
        """Tell nothing yet."""

    def pull(self, step: Step, message: dict[str, Any]) -> None:
        """Tell how a transfer goes on."""
        if (vertex := self._vertexes.get(step.line)) and "status" in message:
            detail = message.get("progressDetail") or {}
            name = f"{message.get('id', '')} {message['status']}".strip()
            vertex.transfer(name, detail.get("current", 0), detail.get("total", 0), done=not detail)

    async def output(self, step: Step, stream: int, text: str) -> None:
        """Pass on what a command prints; waits while the client is behind."""
        if vertex := self._vertexes.get(step.line):
            vertex.log(stream, text.encode())
        await self._status.room()

    def cached(self, step: Step) -> None:
        """Note that a step need not be done."""
        self._cached.add(step.line)

    def finished(self, step: Step, image_id: str) -> None:
        """Tell that a step is done."""
        if vertex := self._vertexes.get(step.line):
            vertex.complete(cached=step.line in self._cached)

    def failed(self, step: Step, error: EngineError) -> None:
        """Tell why a step failed."""
        if vertex := self._vertexes.get(step.line):
            vertex.complete(in_buildkits_words(error).message)

    def cancelled(self) -> None:
        """End what was begun and is not done."""
        for vertex in self._vertexes.values():
            if vertex.is_running:
                vertex.complete("context canceled")
