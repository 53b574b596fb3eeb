"""What a build tells its client, in the classic builder's words.

Source: Docker Engine API, `POST /build`; the classic builder's `builder.go`.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from backend.builder.progress.progress import Step
from backend.errors import EngineError

STDERR = 2
RED, PLAIN = "\x1b[91m", "\x1b[0m"
SHORT_ID = 12  # characters
MAX_KEPT = 2 << 20  # characters of a stage whose turn has not come
CLIPPED = "[output clipped, log limit 2MiB reached]\n"  # as BuildKit does with every step

Send = Callable[[dict[str, Any]], None]
Room = Callable[[], Awaitable[None]]


class ClassicOutput:
    """Writes messages by `send`, waits for `room`.

    Stages that are built side by side are told one after the other, as if they had been built so: what a
    later one says is kept until its turn.
    """

    def __init__(self, send: Send, room: Room) -> None:
        self._send = send
        self._room = room
        self._turn = 0
        self._kept: dict[int, list[dict[str, Any]]] = defaultdict(list)
        self._kept_length: dict[int, int] = defaultdict(int)
        self._ended: set[int] = set()

    def planned(self, steps: Sequence[Step]) -> None:
        """Tell nothing: each step tells how many there are."""

    def begun(self, step: Step, shown: str) -> None:
        """Tell that a step begins."""
        self._text(step, f"Step {step.number}/{step.total} : {step.code}")
        self._text(step, "\n")

    def note(self, step: Step | None, text: str) -> None:
        """Tell a remark."""
        self._text(step, text)

    def warning(self, text: str) -> None:
        """Tell it in red."""
        self._text(None, f"{RED}{text}\n{PLAIN}")

    def pull(self, step: Step, message: dict[str, Any]) -> None:
        """Pass a message on."""
        self._tell(step, message)

    async def output(self, step: Step, stream: int, text: str) -> None:
        """Pass a command's output on; its errors are red."""
        number = step.stage_number
        if number > self._turn:
            before = self._kept_length[number]
            self._kept_length[number] += len(text)
            if before > MAX_KEPT:
                return
            if self._kept_length[number] > MAX_KEPT:
                text = CLIPPED
        self._text(step, f"{RED}{text}{PLAIN}" if stream == STDERR else text)
        await self._room()

    def cached(self, step: Step) -> None:
        """Tell that a step need not be done."""
        self._text(step, " ---> Using cache\n")

    def finished(self, step: Step, image_id: str) -> None:
        """Tell what a step has made; programs are told what a stage has made."""
        if step.stage_number < 0:
            return
        self._text(step, f" ---> {short(image_id)}\n")
        if step.ends_stage:
            if image_id:
                self._tell(step, {"aux": {"ID": image_id}})
            self._ended.add(step.stage_number)
            while self._turn in self._ended:
                self._next_turn()

    def failed(self, step: Step, error: EngineError) -> None:
        """Tell all that was kept up to the step's stage; the error itself is the caller's to tell."""
        del error
        while self._turn < step.stage_number:
            self._next_turn()

    def _next_turn(self) -> None:
        self._turn += 1
        for message in self._kept.pop(self._turn, ()):
            self._send(message)

    def _text(self, step: Step | None, text: str) -> None:
        self._tell(step, {"stream": text})

    def _tell(self, step: Step | None, message: dict[str, Any]) -> None:
        if step is None or step.stage_number <= self._turn:
            self._send(message)
        else:
            self._kept[step.stage_number].append(message)


def short(digest_or_id: str) -> str:
    """Return the beginning of an id, as people are shown it."""
    return digest_or_id.removeprefix("sha256:")[:SHORT_ID]
