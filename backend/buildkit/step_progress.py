"""Shows the steps of the builder as vertexes."""

import re
from collections.abc import Sequence
from typing import Any

from backend.builder.build_output import PLAIN, RED
from backend.buildkit.build_status import BuildStatus, Vertex

STEP = re.compile(r"Step (\d+)/\d+ : ")
CACHED = " ---> Using cache\n"
REMARK = " ---> "
STDOUT, STDERR = 1, 2


class StepProgress:
    """Takes the builder's messages. `names` are those of all steps, None for those that are not shown."""

    def __init__(self, status: BuildStatus, names: Sequence[str | None]) -> None:
        self._vertexes = [status.vertex(name) if name else None for name in names]
        self._status = status
        self._current: Vertex | None = None
        self._is_cached = False
        self._output = False

    async def room(self) -> None:
        """Wait while the client is behind."""
        await self._status.room()

    def send(self, message: dict[str, Any]) -> None:
        """Take a message of the builder, in Docker's JSON form."""
        text = message.get("stream")
        if isinstance(text, str):
            self._take_text(text)
        elif "status" in message and self._current is not None:
            self._take_transfer(self._current, message)

    def finish(self, error: str = "") -> None:
        """End the step that is being done."""
        if self._current is not None:
            self._current.complete(error, cached=self._is_cached)
        self._current, self._is_cached, self._output = None, False, False

    def _take_text(self, text: str) -> None:
        if found := STEP.match(text):
            self.finish()
            number = int(found[1]) - 1
            self._current = self._vertexes[number] if number < len(self._vertexes) else None
            if self._current is not None:
                self._current.start()
        elif text == CACHED:
            self._is_cached = True
        elif text.startswith(f"{REMARK}Running in "):
            self._output = True
        elif text.startswith(REMARK):
            self._output = False
        elif self._current is not None and self._output:
            if text.startswith(RED):
                self._current.log(STDERR, text.removeprefix(RED).removesuffix(PLAIN).encode())
            else:
                self._current.log(STDOUT, text.encode())

    def _take_transfer(self, vertex: Vertex, message: dict[str, Any]) -> None:
        detail = message.get("progressDetail") or {}
        name = f"{message.get('id', '')} {message['status']}".strip()
        vertex.transfer(name, detail.get("current", 0), detail.get("total", 0), done=not detail)
