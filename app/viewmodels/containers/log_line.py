"""A line of a log, as views show it."""

from dataclasses import dataclass

from app.viewmodels.terminal.terminal_text import Span


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line ready to be painted. `time` is UTC in milliseconds, `stamp` the engine's exact one."""

    text: str
    spans: tuple[Span, ...] = ()
    time: str = ""
    is_error: bool = False
    stamp: str = ""
