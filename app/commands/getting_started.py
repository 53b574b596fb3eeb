"""The command `getting-started`: the whole story without a window, ending with an address that answers."""

import argparse
import contextlib
import signal
from collections.abc import Iterator
from types import FrameType

from app.commands.console import tell, write, write_json
from app.commands.progress import PullDisplay, show_steps
from app.commands.session import Session
from app.services.computer.browser import open_in_browser
from app.services.learn.getting_started import TITLES, GettingStarted, Phase, Progress
from app.services.machine.virtual_machine import MachineStatus


def getting_started(options: argparse.Namespace) -> int:
    """Run the story; write the URL last."""
    quiet = options.json
    with PullDisplay(quiet) as pull:
        display = _Display(pull, quiet)
        story = GettingStarted(Session(options).start_engine, display.show)
        with _cancelling(story):
            result = story.run()
    opened = options.open and open_in_browser(result.url)
    if options.json:
        write_json({"url": result.url, "container": result.container, "opened": opened})
    else:
        write(result.url)
    return 0


class _Display:
    """Tells each phase once it is done."""

    def __init__(self, pull: PullDisplay, quiet: bool) -> None:
        self._pull = pull
        self._quiet = quiet
        self._told = 0
        self._steps = show_steps(quiet)
        self._machine: MachineStatus | None = None

    def show(self, progress: Progress) -> None:
        """Show a new state."""
        if progress.machine is not None and progress.machine is not self._machine:
            self._machine = progress.machine
            self._steps(progress.machine)
        if progress.pull is not None and progress.phase is Phase.PULL:
            self._pull.show(progress.pull)
        for phase, seconds in progress.done[self._told :]:
            if not self._quiet:
                tell(f"{TITLES[phase]:<34} {seconds:6.1f} s")
        self._told = len(progress.done)


@contextlib.contextmanager
def _cancelling(story: GettingStarted) -> Iterator[None]:
    """Let Ctrl-C end the story in good order."""

    def cancel(_: int, __: FrameType | None) -> None:
        story.cancel()

    before = signal.signal(signal.SIGINT, cancel)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
