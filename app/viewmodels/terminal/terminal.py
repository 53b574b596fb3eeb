"""One terminal: its session, its screen, and how it stands."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.viewmodels.access import Access
from app.viewmodels.background import Background, Stream
from app.viewmodels.failure import Failure, describe_failure
from app.viewmodels.terminal.terminal_frame import Frame
from app.viewmodels.terminal.terminal_parser import TerminalParser
from app.viewmodels.terminal.terminal_screen import Screen

if TYPE_CHECKING:
    from app.services.containers.terminal_session import TerminalSession

_ECHO_MS = 8  # what is typed comes back at once, a flood comes in pieces
_PIECE = 8 * 1024
_PIECES_AHEAD = 3  # what may wait for the screen: a flood waits in the container, not here
_LOOK_SECONDS = 0.2
NO_SHELL = (126, 127)


@dataclass
class _Shell:
    """One run of a shell: a worker that is late with an earlier one must not touch this one's."""

    budget: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(_PIECES_AHEAD))
    session: "TerminalSession | None" = None  # once a worker has made it


class TerminalViewModel(QObject):
    """A shell in a container; `changed` says that the screen is to be drawn again."""

    changed = Signal()
    flowed = Signal()  # lines were broken anew for another width
    state_changed = Signal(str)  # "opening", "live", "ended", "no-shell" or "broken"
    failed = Signal(object)  # Failure

    def __init__(
        self, background: Background, access: Access, container_id: str, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._background, self._access, self._container_id = background, access, container_id
        self.screen = Screen()
        self.colors: dict[int, str] = {}  # of text (10), background (11), cursor (12), as the view has them
        self._parser = TerminalParser(self.screen, self._answer, lambda number: self.colors.get(number, ""))
        self._shell = _Shell()
        self._stream: Stream | None = None
        self._flow = QTimer(self, singleShot=True, interval=0)
        self._flow.timeout.connect(self._flow_on)
        self.state = ""
        self.exit_code: int | None = None
        self._was_used = False  # somebody typed: so there was a shell
        self.shell = ""  # the best there is
        self.has_tools = False  # a debug shell: beside the container, with programs of its own

    @Slot()
    def open(self) -> None:
        """Start a shell, unless one runs."""
        if self._stream is None:
            self.reset()
            self.screen.tab_name, self._was_used = self.shell, False
            self._set_state("opening")
            self._shell = shell = _Shell()
            self._stream = self._background.open_stream(
                partial(self._start, shell), partial(self._read, shell), self._take, self._ended, _ECHO_MS
            )

    def open_with_tools(self) -> None:
        """Start a debug shell, from now on also when the terminal is started again."""
        self.has_tools = True
        self.open()

    def close(self) -> None:
        """End the shell."""
        if self._stream is not None:
            self._stream.cancel()
            self._stream = None
        self._shell = _Shell()

    @property
    def frame(self) -> Frame | None:
        """Return what is to be shown while a program draws its next picture, None for the screen."""
        return self._parser.frames.frame

    @property
    def name(self) -> str:
        """Return what runs, as far as it is known: the shell's name, or what a program calls itself."""
        return self.screen.tab_name

    @property
    def title(self) -> str:
        """Return the title that the program wants its window to have."""
        return self.screen.title

    def write(self, data: bytes) -> None:
        """Send keys."""
        self._was_used = True
        self._answer(data)

    def _answer(self, data: bytes) -> None:
        if (session := self._shell.session) is not None:
            session.write(data)

    def resize(self, columns: int, rows: int) -> None:
        """Change the size of the screen and tell the shell."""
        if (columns, rows) != (self.screen.columns, self.screen.rows):
            self._parser.frames.forget()
            has_new_width = columns != self.screen.columns
            self.screen.resize(columns, rows)
            if (session := self._shell.session) is not None:
                session.resize(rows, columns)
            if has_new_width:
                self.flowed.emit()
                self._flow.start()
            self.changed.emit()

    @Slot()
    def reset(self) -> None:
        """Forget the modes that a program has left; the text stays."""
        self._parser.begin_anew()
        self.changed.emit()

    @Slot()
    def _flow_on(self) -> None:
        """Let the history flow, a piece at a time."""
        if self.screen.flow_on():
            self._flow.start()
        self.flowed.emit()

    def _start(self, shell: _Shell) -> "TerminalSession":
        from app.services.containers.debug_shell import DebugSession
        from app.services.containers.terminal_session import BEST_SHELL, TerminalSession

        rows, columns = self.screen.rows, self.screen.columns
        client, id = self._access.client(), self._container_id
        command = (self.shell,) if self.shell else BEST_SHELL
        session = (
            DebugSession(client, id, rows, columns)
            if self.has_tools
            else TerminalSession(client, id, command, rows, columns)
        )
        shell.session = session
        if (self.screen.rows, self.screen.columns) != (rows, columns):  # changed before it could be told
            session.resize(self.screen.rows, self.screen.columns)
        return session

    def _read(self, shell: _Shell, session: "TerminalSession") -> Iterator[bytes | tuple[int | None]]:
        """Bring the output in small pieces, no faster than they are drawn; runs in the stream's thread."""
        for data in session.output():
            for place in range(0, len(data), _PIECE):
                while not shell.budget.acquire(timeout=_LOOK_SECONDS):
                    if session.is_cancelled:
                        return
                yield data[place : place + _PIECE]
        yield (session.exit_code(),)

    @Slot(object)
    def _take(self, pieces: list[bytes | tuple[int | None]]) -> None:
        if self.state != "live":
            self._set_state("live")
        for piece in pieces:
            if isinstance(piece, bytes):
                self._parser.feed(piece)
                self._shell.budget.release()
            else:
                self.exit_code = piece[0]
        self.changed.emit()

    @Slot(object)
    def _ended(self, error: Exception | None) -> None:
        self._stream, self._shell = None, _Shell()
        if error is not None:
            failure: Failure = describe_failure(error, self._container_id[:12])
            self._set_state("broken")
            self.failed.emit(failure)
        else:
            is_none = self.exit_code in NO_SHELL and not self._was_used and (self.shell or not self.name)
            self._set_state("no-shell" if is_none else "ended")

    def _set_state(self, state: str) -> None:
        self.state = state
        self.state_changed.emit(state)
