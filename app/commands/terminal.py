"""Connects the user's terminal with a command in a container: raw keys, size, and both outputs."""

import contextlib
import os
import select
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from types import FrameType

from app.services.engine.engine_streams import HijackedStream
from app.services.engine.stream_frames import STDERR
from app.services.errors import MarinaError, UserError

READ_SIZE = 4096


def require_terminal() -> None:
    """Raise UserError when a terminal is asked for and our own input is none."""
    if not sys.stdin.isatty():
        raise UserError(
            "The input is not a terminal", what_to_do="Leave out -t, or run the command in a terminal."
        )


def connect_terminal(
    stream: HijackedStream,
    *,
    stdin: bool,
    tty: bool,
    resize: Callable[[int, int], None],
    before_output: Callable[[], None] = lambda: None,
) -> None:
    """Carry input and output until the command ends.

    `before_output` runs once the terminal is ready (it starts the container); `resize` gets rows and columns.
    """
    with _raw_terminal(tty), _following_size(tty, resize) as send_size, _sending_input(stream, stdin):
        before_output()
        send_size()
        for number, data in stream.output():
            target = sys.stderr.buffer if number == STDERR else sys.stdout.buffer
            target.write(data)
            target.flush()


@contextlib.contextmanager
def _raw_terminal(wanted: bool) -> Iterator[None]:
    """Hand every key on as it is, Ctrl-C too, and put the terminal back in any case."""
    if sys.platform == "win32" or not wanted or not sys.stdin.isatty():
        yield
        return
    import termios
    import tty

    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    try:
        tty.setraw(descriptor)
        yield
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


def terminal_size() -> tuple[int, int] | None:
    """Return the rows and columns of the user's terminal, None when there are none to know."""
    with contextlib.suppress(OSError):
        size = os.get_terminal_size(sys.stdout.fileno())
        if size.lines and size.columns:
            return size.lines, size.columns
    return None


@contextlib.contextmanager
def _following_size(wanted: bool, resize: Callable[[int, int], None]) -> Iterator[Callable[[], None]]:
    """Tell the other side each new size of the window; yields a function that tells the present one."""

    def send() -> None:
        with contextlib.suppress(MarinaError):  # the command may have ended already
            if (size := terminal_size()) is not None:
                resize(*size)

    if sys.platform == "win32" or not wanted:
        yield send if wanted else lambda: None
        return

    def on_change(_: int, __: FrameType | None) -> None:
        threading.Thread(target=send, name="resize", daemon=True).start()

    before = signal.signal(signal.SIGWINCH, on_change)
    try:
        yield send
    finally:
        signal.signal(signal.SIGWINCH, before)


@contextlib.contextmanager
def _sending_input(stream: HijackedStream, wanted: bool) -> Iterator[None]:
    """Carry our input to the command, its end too, until the block is left."""
    if not wanted:
        yield
        return
    wake_reader, wake_writer = os.pipe()

    def send() -> None:
        descriptor = sys.stdin.fileno()
        with contextlib.suppress(MarinaError):  # the command no longer listens
            while True:
                if (
                    sys.platform != "win32"
                    and wake_reader in select.select([descriptor, wake_reader], [], [])[0]
                ):
                    return
                data = os.read(descriptor, READ_SIZE)
                if not data:
                    stream.close_input()
                    return
                stream.write(data)

    thread = threading.Thread(target=send, name="input", daemon=True)
    thread.start()
    try:
        yield
    finally:
        os.close(wake_writer)  # makes the reader's end readable
        if sys.platform != "win32":
            thread.join()
        os.close(wake_reader)
