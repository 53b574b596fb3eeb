"""Shows the steps of the builder as vertexes."""

from collections.abc import Sequence
from typing import Any

from backend.builder.dockerfile.dockerfile_lines import EMPTY_LINES
from backend.builder.progress.progress import Step
from backend.buildkit.build_status import CANCELLED, BuildStatus, Vertex
from backend.buildkit.failures import in_buildkits_words
from backend.buildkit.step_names import image_name, step_places
from backend.errors import EngineError

EMPTY_LINES_DETAIL = "Empty continuation lines will become errors in a future release"
EMPTY_LINES_URL = "https://github.com/moby/moby/pull/33719"


class StepProgress:
    """What the builder tells, for one build; `failed_step` is the one that ended it.

    `platform` is told where the client builds for several.
    """

    def __init__(self, status: BuildStatus, platform: str = "") -> None:
        self._status = status
        self._platform = platform
        self._places: dict[int, str] = {}
        self._vertexes: dict[int, Vertex] = {}
        self._metadata: dict[int, Vertex] = {}
        self._pulled: set[int] = set()
        self._open: dict[int, Vertex] = {}
        self._cached: set[int] = set()
        self.failed_step: Step | None = None

    def planned(self, steps: Sequence[Step]) -> None:
        """Announce what is to be done. Stages that begin with one image have one line for it between them."""
        self._places = step_places(steps, self._platform)
        bases = {image_name(step.base): step for step in steps if step.base}
        metadata = {name: self._status.vertex(f"[internal] load metadata for {name}") for name in bases}
        shared = {
            name: self._status.vertex(f"{self._places[step.number]} FROM {name}")
            for name, step in bases.items()
        }
        for step in steps:
            if step.base:
                name = image_name(step.base)
                self._metadata[step.number], self._vertexes[step.number] = metadata[name], shared[name]
            elif (place := self._places.get(step.number)) is not None:
                self._vertexes[step.number] = self._status.vertex(f"{place} {step.code}")

    def begun(self, step: Step, shown: str) -> None:
        """Tell that a step is begun; an image that a stage begins with is looked for before."""
        vertex = self._vertexes.get(step.number)
        if (metadata := self._metadata.get(step.number)) is not None:
            metadata.start()
            self._open[step.number] = metadata
        elif vertex is not None:
            vertex.name = f"{self._places[step.number]} {shown}"
            vertex.start()
            self._open[step.number] = vertex

    def _found(self, step: Step) -> None:
        """Tell that the image that a stage begins with is known."""
        if (metadata := self._metadata.pop(step.number, None)) is not None:
            metadata.complete()
            vertex = self._open[step.number] = self._vertexes[step.number]
            vertex.start()

    def note(self, step: Step | None, text: str) -> None:
        """Tell nothing: these are the classic builder's remarks."""

    def warning(self, text: str) -> None:
        """Tell what is odd about the Dockerfile; the classic builder tells what follows from it apart."""
        if text != EMPTY_LINES:
            self._status.warn(text.removeprefix("[WARNING]: "), EMPTY_LINES_DETAIL, EMPTY_LINES_URL)

    def pull(self, step: Step, message: dict[str, Any]) -> None:
        """Tell how a pull or a download goes on."""
        if step.number in self._metadata:
            self._pulled.add(step.number)
            self._found(step)
        if (vertex := self._open.get(step.number)) is not None and "status" in message:
            detail = message.get("progressDetail") or {}
            name = f"{message.get('id', '')} {message['status']}".strip()
            vertex.transfer(name, detail.get("current", 0), detail.get("total", 0), done=not detail)

    async def output(self, step: Step, stream: int, text: str) -> None:
        """Pass a command's output on, and wait while the client is behind."""
        if (vertex := self._open.get(step.number)) is not None:
            vertex.log(stream, text.encode(errors="surrogateescape"))
        await self._status.room()

    def cached(self, step: Step) -> None:
        """Remember that the step need not be done."""
        self._cached.add(step.number)

    def finished(self, step: Step, image_id: str) -> None:
        """Tell that a step is over; of an image that is here already nothing was to be done."""
        self._found(step)
        is_cached = step.number in self._cached or (step.base and step.number not in self._pulled)
        if (vertex := self._open.pop(step.number, None)) is not None:
            vertex.complete(cached=bool(is_cached))

    def failed(self, step: Step, error: EngineError) -> None:
        """Tell why a step, and so the build, failed."""
        if self.failed_step is None:
            self.failed_step = step
        if (vertex := self._open.pop(step.number, None)) is not None:
            vertex.complete(in_buildkits_words(error).message)

    def end(self) -> None:
        """Tell that what was begun is not done any more."""
        for vertex in self._open.values():
            vertex.complete(CANCELLED)
        self._open.clear()
