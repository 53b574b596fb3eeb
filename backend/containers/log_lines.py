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
STREAMS = {b"stdout": 1, b"stderr": 2}
PLAIN_ENTRY = b" stdout F "  # behind the time stamp with its zone: a whole line of the usual stream
PLAIN_PART = b" stdout P "  # and a part of one
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
    """Turns entries into what the client reads; remembers whether a line of output goes on."""

    def __init__(self, options: LogOptions, header: Callable[[int, int], bytes]) -> None:
        """`header` tells what goes before so many bytes of a stream, but for a terminal."""
        self._options = options
        self._header = header
        self._wanted = {name for name, on in ((b"stdout", options.stdout), (b"stderr", options.stderr)) if on}
        self._in_line: set[bytes] = set()
        self._every_entry = options.stdout and not (
            options.timestamps or options.details or options.since or options.until
        )
        self.past_until = False

    def render(self, entries: list[bytes], size: int) -> bytes:
        """Return frames (or plain bytes for a terminal); neighbours of the same stream share a frame.

        The entries have their line ends; `size` is their length.
        """
        if self._every_entry and entries:
            # Most logs are standard output from end to end: cutting costs a third of looking.
            parts: list[bytes] = []

            def part(entry: bytes) -> bytes:
                parts.append(entry)
                return entry[PLAIN_TEXT:-1]

            lines = [
                entry[PLAIN_TEXT:] if entry[PLAIN_START:PLAIN_TEXT] == PLAIN_ENTRY else part(entry)
                for entry in entries
            ]
            if all(entry[PLAIN_START:PLAIN_TEXT] == PLAIN_PART for entry in parts):
                header = self._header_of(b"stdout", size - PLAIN_TEXT * len(lines) - len(parts))
                lines.insert(0, header)  # joined with them: each copy of so much would be felt
                return b"".join(lines)
        return self._render_each(entries)

    def _render_each(self, entries: Iterable[bytes]) -> bytes:
        options, wanted = self._options, self._wanted
        pieces: list[bytes] = []
        run: list[bytes] = []
        current = b""
        for entry in entries:
            try:
                stamp, stream, tag, text = entry.split(b" ", 3)
            except ValueError:
                continue  # cut off by a crash of the machine
            if options.since and stamp[:STAMP_LENGTH] < options.since:
                continue
            if options.until and stamp[:STAMP_LENGTH] > options.until:
                self.past_until = True
                break
            if stream not in wanted:
                continue
            if stream != current:
                if run:
                    pieces.append(self._pack(current, run))
                    run = []
                current = stream
            if stream not in self._in_line:
                if options.timestamps:
                    run.append(stamp[:STAMP_LENGTH] + b"Z ")
                if options.details:
                    run.append(options.details)
            if tag[:1] == b"F":
                run.append(text)
                self._in_line.discard(stream)
            else:
                run.append(text[:-1])
                self._in_line.add(stream)
        if run:
            pieces.append(self._pack(current, run))
        return b"".join(pieces)

    def _pack(self, stream: bytes, run: list[bytes]) -> bytes:
        data = b"".join(run)
        return self._header_of(stream, len(data)) + data

    def _header_of(self, stream: bytes, length: int) -> bytes:
        return b"" if self._options.terminal else self._header(STREAMS[stream], length)


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
