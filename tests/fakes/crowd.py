"""A made-up engine with thousands of containers, in a process of its own if wanted, to measure the window.

`python -m tests.fakes.crowd FOLDER COUNT LINES` serves until its standard input ends; one container has a
log of LINES lines.
"""

import sys
import time
from pathlib import Path

from tests.fakes.fake_engine import FakeEngine
from tests.fakes.fake_machine import FakeMachine
from vm.machine.status import MachineState

TALKER = "talker"
_PROJECT_OF = 50  # every so many containers one belongs to a compose project
_IMAGES = ("nginx:1.27", "postgres:17", "redis:7-alpine", "python:3.13-slim")


def fill_with_crowd(engine: FakeEngine, count: int, lines: int = 0) -> None:
    """Put `count` containers on the engine, nine of ten running, with neither threads nor ports."""
    images = [engine.add_image(tag) for tag in _IMAGES]
    now = time.time()
    for number in range(count):
        labels = {}
        if number % _PROJECT_OF == 0:
            labels = {
                "com.docker.compose.project": f"project-{number % 3}",
                "com.docker.compose.service": "web",
            }
        name = TALKER if lines and number == 0 else f"worker-{number:04}"
        container = engine.add_container(name, images[number % len(images)], Labels=labels)
        container.created = now - number
        if number % 10 == 9:
            container.state, container.finished = "exited", now
            container.ended.set()
        else:
            container.state, container.started = "running", now - 3600
        if name == TALKER:
            block = 1000
            for first in range(0, lines, block):
                text = "".join(
                    f"line {place} of a log that is long, said by a program that talks much\n"
                    for place in range(first, min(first + block, lines))
                )
                container.write(1, text.encode())


def main() -> int:
    """Serve until nobody wants it any more."""
    folder, count, lines = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    with FakeEngine(folder) as engine, FakeMachine(folder, MachineState.RUNNING):
        fill_with_crowd(engine, count, lines)
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.read()
    return 0


if __name__ == "__main__":
    sys.exit(main())
