"""The lines of a stored log, and how a client gets them: pure functions on bytes.

The file is conmon's "k8s-file": `2026-11-24T03:34:49.123456789+00:00 stdout F text`, one entry a line, where
`P` in place of `F` says that the line of output goes on in the next entry. The monitor runs in UTC, so that
time
stamps compare as text.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from backend.errors import InvalidParameterError

STAMP_LENGTH = 29  # up to the nanoseconds, without the zone
STDOUT = 1
STREAMS = {b"stdout": STDOUT, b"stderr": 2}
LONGEST = 16 * 1024  # bytes of a line in one frame, as dockerd cuts it
PLAIN_ENTRY = b" stdout F "  # behind the time stamp with its zone: a whole line of the usual stream
PLAIN_START = STAMP_LENGTH + len("+00:00")
PLAIN_TEXT = PLAIN_START + len(PLAIN_ENTRY)


@dataclass(frozen=True, slots=True)
class LogOptions:
    """What of a log is wanted and how. `since` and `until` are time stamps, `tail` counts lines (None:
    all)."""

    stdout: bool = True
    stderr: bool = True
    timestamps: bool = False
    since: bytes = b""
    until: bytes = b""
    tail: int | None = None
    terminal: bool = False
    details: bytes = b""  # what goes before each line


class LogRenderer:
    """Turns entries into what the client reads: a frame for each line, as clients take a frame for a line.

    A line that has only begun waits for its end, but on a terminal, which has no frames.
    """

    def __init__(self, options: LogOptions, header: Callable[[int, int], bytes]) -> None:
        """`header` tells what goes before so many bytes of a stream, but for a terminal."""
        self._options = options
        self._header = header
        self._wanted = {name for name, on in ((b"stdout", options.stdout), (b"stderr", options.stderr)) if on}
        self._headers: dict[int, bytes] = {}  # made before, by length
        self._open: dict[bytes, bytes] = {}  # what waits of lines that have begun, by stream
        self._every_entry = options.stdout and not (
            options.timestamps or options.details or options.since or options.until or options.terminal
        )
        self.past_until = False

    def render(self, entries: Iterable[bytes]) -> bytes:
        """Return frames, or plain bytes for a terminal. The entries have their line ends."""
        waiting, is_plain, headers, pieces = self._open, self._every_entry, self._headers, list[bytes]()
        add = pieces.append
        for entry in entries:
            # Most logs are standard output from end to end: cutting costs a third of looking.
            if is_plain and entry[PLAIN_START:PLAIN_TEXT] == PLAIN_ENTRY and not waiting:
                length = len(entry) - PLAIN_TEXT
                if (header := headers.get(length)) is not None:
                    add(header)
                    add(entry[PLAIN_TEXT:])
                    continue
                if length <= LONGEST:
                    headers[length] = self._header(STDOUT, length)
            self._take(entry, pieces)
            if self.past_until:
                break
        return b"".join(pieces)

    def finish(self) -> bytes:
        """Return what waits: nothing more of those lines is there."""
        pieces: list[bytes] = []
        for stream, text in self._open.items():
            self._add_frames(stream, text, pieces)
        self._open.clear()
        return b"".join(pieces)

    def _take(self, entry: bytes, pieces: list[bytes]) -> None:
        options = self._options
        try:
            stamp, stream, tag, text = entry.split(b" ", 3)
        except ValueError:
            return  # cut off by a crash of the machine
        if options.since and stamp[:STAMP_LENGTH] < options.since:
            return
        if options.until and stamp[:STAMP_LENGTH] > options.until:
            self.past_until = True
            return
        if stream not in self._wanted:
            return
        begun = self._open.pop(stream, None)
        if begun is None:
            begun = (stamp[:STAMP_LENGTH] + b"Z " if options.timestamps else b"") + options.details
        is_end = tag[:1] == b"F"
        line = begun + (text if is_end else text[:-1])
        if options.terminal:
            pieces.append(line)
            line = b""
        elif is_end or len(line) >= LONGEST:
            line = self._add_frames(stream, line, pieces, whole=is_end)
        if not is_end:
            self._open[stream] = line

    def _add_frames(self, stream: bytes, line: bytes, pieces: list[bytes], *, whole: bool = True) -> bytes:
        """Add a line's frames and return what is left over, which may go on when it is not `whole`."""
        end = len(line) if whole else len(line) - len(line) % LONGEST
        for start in range(0, end, LONGEST):
            text = line[start : min(start + LONGEST, end)]
            pieces += (self._header(STREAMS[stream], len(text)), text)
        return line[end:]


def count_line_ends(entries: Iterable[bytes]) -> int:
    """Return how many lines of output end in these entries."""
    return sum(1 for entry in entries if entry[STAMP_LENGTH:].split(b" ", 3)[2:3] == [b"F"])


def parse_time(text: str | None, name: str) -> bytes:
    """Return a time stamp for Unix seconds ("1700000000.5") or RFC 3339, b"" when there is none.

    Raises InvalidParameterError.
    """
    if not text or text == "0":
        return b""
    if re.fullmatch(
        r"-\d+(\.\d*)?", text
    ):  # before the beginning of time: all is since then, nothing until then
        return b"" if name == "since" else b"0"
    seconds, dot, fraction = text.partition(".")
    try:
        if seconds.isdigit() and (not dot or fraction.isdigit()):
            moment, nanoseconds = datetime.fromtimestamp(int(seconds), UTC), int((fraction + "0" * 9)[:9])
        else:
            moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
            moment = moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
            nanoseconds = moment.microsecond * 1000
    except (ValueError, OverflowError, OSError) as error:
        raise InvalidParameterError(f'invalid value for "{name}": {text[:40]!r} is no time') from error
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{nanoseconds:09d}".encode()
