"""What a build tells its client, in the classic builder's words.

Source: Docker Engine API, `POST /build`; the classic builder's `builder.go`.
"""

from collections.abc import Awaitable, Callable
from typing import Any

STDERR = 2
RED, PLAIN = "\x1b[91m", "\x1b[0m"
SHORT_ID = 12  # characters

Send = Callable[[dict[str, Any]], None]
Room = Callable[[], Awaitable[None]]


class BuildOutput:
    """Writes messages by `send`, waits for `room`; counts the steps, of which there are `steps`."""

    def __init__(self, send: Send, room: Room, steps: int) -> None:
        self.send = send
        self._room = room
        self._steps = steps
        self._step = 0

    def text(self, text: str) -> None:
        """Tell something."""
        self.send({"stream": text})

    async def output(self, stream: int, text: str) -> None:
        """Pass a command's output on; its errors are red."""
        self.text(f"{RED}{text}{PLAIN}" if stream == STDERR else text)
        await self._room()

    def step(self, code: str) -> None:
        """Tell that a step begins."""
        self._step += 1
        self.text(f"Step {self._step}/{self._steps} : {code}")
        self.text("\n")

    def image(self, image_id: str) -> None:
        """Tell what a step has made."""
        self.text(f" ---> {short(image_id)}\n")

    def using_cache(self) -> None:
        """Tell that a step need not be done."""
        self.text(" ---> Using cache\n")

    def running_in(self, container_id: str) -> None:
        """Tell that a step is being done."""
        self.text(f" ---> Running in {short(container_id)}\n")

    def removed(self, container_id: str) -> None:
        """Tell that a step's container is gone."""
        self.text(f" ---> Removed intermediate container {short(container_id)}\n")

    def warning(self, text: str) -> None:
        """Tell what a step's container will not get."""
        self.text(f" ---> [Warning] {text}\n")

    def result(self, image_id: str) -> None:
        """Tell programs what a stage has made."""
        self.send({"aux": {"ID": image_id}})


def short(digest_or_id: str) -> str:
    """Return the beginning of an id, as people are shown it."""
    return digest_or_id.removeprefix("sha256:")[:SHORT_ID]
