"""What must never happen, whatever is pressed: errors that nobody expected, Qt's warnings, long turns."""

import re
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any

import pytest
from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

from app.services.errors import MarinaError
from app.services.explain import explain
from app.viewmodels import failure
from app.viewmodels.background import Gate
from tests.support.loop_watch import LoopWatch
from vm.errors import UserError

_EXPECTED = (MarinaError, UserError, OSError)
"""What a worker may fail with: all else is a mistake in the program that the window tells as a failure."""
_PASSED_OVER = re.compile("^(This plugin does not support |keyToAscii Unhandled key code )")
"""What the offscreen platform says of every dialog, and QTest of keys that have no letter."""
_PACE = 0.0024  # seconds for `_work` on the machine that the longest turn is for


class Watch:
    """Collects `findings` while the block of `watching` lasts."""

    def __init__(self, longest_turn: float) -> None:
        """`longest_turn` in seconds of the processor's time, on a quiet machine."""
        self.findings: list[str] = []
        self.loop = LoopWatch()
        self._longest_turn = longest_turn

    def look_at_turns(self) -> None:
        """Note a turn of the window's loop that took too long since `loop.forget`."""
        longest = self.loop.longest
        if longest > self._longest_turn:
            pace = max(1.0, _work() / _PACE)
            if longest > self._longest_turn * pace:
                self.findings.append(f"a turn of {longest * 1000:.0f} ms, at pace {pace:.1f}")
        self.loop.forget()

    def note_exception(self, error: BaseException, where: str) -> None:
        """Note an exception that nobody caught, or that nobody should have had to."""
        self.findings.append(f"{where}: " + "".join(traceback.format_exception(error)))

    def note_message(self, kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
        """Note a warning of Qt's."""
        if kind not in (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg) and not _PASSED_OVER.match(text):
            self.findings.append(f"Qt: {text}")


@contextmanager
def watching(longest_turn: float) -> Iterator[Watch]:
    """Collect all that must not happen until the end of the block."""
    watch = Watch(longest_turn)
    emit = Gate.emit

    def emit_watched(gate: Gate, signal: Any, *values: object) -> None:
        for value in values:
            if isinstance(value, Exception) and not isinstance(value, _EXPECTED):
                watch.note_exception(value, "in a worker")
        emit(gate, signal, *values)

    def explain_watched(error: BaseException, *values: Any) -> Any:
        if not isinstance(error, _EXPECTED):
            watch.note_exception(error, "told to the user")
        return explain(error, *values)

    def note_uncaught(_kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
        watch.note_exception(error, "in the window")

    def note_in_thread(values: threading.ExceptHookArgs) -> None:
        if values.exc_value is not None:
            name = values.thread.name if values.thread else "a thread"
            watch.note_exception(values.exc_value, f"in {name}")

    before = qInstallMessageHandler(watch.note_message)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "excepthook", note_uncaught)
            patch.setattr(threading, "excepthook", note_in_thread)
            patch.setattr(Gate, "emit", emit_watched)
            patch.setattr(failure, "explain", explain_watched)
            yield watch
    finally:
        watch.loop.close()
        qInstallMessageHandler(before)


def _work() -> float:
    """Return how long a fixed piece of work takes now."""
    begin = time.thread_time()
    sorted([(number * 7919 % 10_007, str(number)) for number in range(10_000)])
    return time.thread_time() - begin
