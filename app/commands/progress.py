"""Shows long work: bars in a terminal, plain lines elsewhere; all of it on stderr."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from app.commands.console import format_size, printable, tell
from app.services.images.pull_progress import LayerState, PullProgress

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from app.services.machine.virtual_machine import MachineStatus


class PullDisplay:
    """Follows a pull; a context manager, because a bar must be taken off the screen."""

    def __init__(self, quiet: bool = False) -> None:
        self._quiet = quiet
        self._bars: Progress | None = None
        self._tasks: dict[str, TaskID] = {}
        self._told: dict[str, LayerState] = {}
        self._message = ""

    def __enter__(self) -> "PullDisplay":
        if not self._quiet and sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

            columns = (
                TextColumn("{task.fields[layer]}", markup=False),
                TextColumn("{task.description}", markup=False),
                BarColumn(),
                DownloadColumn(),
                TransferSpeedColumn(),
            )
            self._bars = Progress(*columns, console=Console(stderr=True), transient=True)
            self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bars is not None:
            self._bars.stop()

    def show(self, progress: PullProgress) -> None:
        """Show a new state."""
        if self._quiet:
            return
        for layer in progress.layers:
            if self._bars is not None:
                if layer.id not in self._tasks:
                    self._tasks[layer.id] = self._bars.add_task("", layer=printable(layer.id), total=None)
                self._bars.update(
                    self._tasks[layer.id],
                    description=printable(layer.status),
                    completed=layer.current,
                    total=layer.total or None,
                )
            elif layer.state in (LayerState.DONE, LayerState.PRESENT) and layer.id not in self._told:
                self._told[layer.id] = layer.state
                size = f" ({format_size(layer.total)})" if layer.total else ""
                tell(f"{printable(layer.id)}: {printable(layer.status)}{size}")
        if progress.message != self._message:
            self._message = progress.message
            if self._bars is not None:
                self._bars.console.print(printable(progress.message), markup=False, highlight=False)
            else:
                tell(printable(progress.message))


def show_steps(quiet: bool = False) -> "Callable[[MachineStatus], None]":
    """Return a callback that tells each step of a start once it is done, with its time."""
    from app.services.machine.startup import StepReport
    from app.services.machine.virtual_machine import StepState

    report = StepReport()

    def show(status: "MachineStatus") -> None:
        for step in report.changes(status):
            if quiet or step.state not in (StepState.DONE, StepState.FAILED):
                continue
            mark = "ok" if step.state is StepState.DONE else "FAILED"
            detail = f"  {printable(step.detail)}" if step.detail and step.state is StepState.FAILED else ""
            tell(f"  {step.title:<32} {step.seconds:6.1f} s  {mark}{detail}")

    return show
