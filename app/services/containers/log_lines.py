"""Cuts a container's output into lines: text of either stream, whole characters only."""

import codecs
from dataclasses import dataclass

from app.services.engine.stream_frames import STDERR

LONGEST_LINE = 65536


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line. `time` is the engine's RFC 3339 text, "" when time stamps were not asked for."""

    text: str
    is_error: bool = False
    time: str = ""


class LineSplitter:
    """Give it the pieces of both streams in order; it gives back the lines that are complete."""

    def __init__(self, timestamps: bool) -> None:
        self._timestamps = timestamps
        self._rests: dict[int, str] = {}
        self._decoders: dict[int, codecs.IncrementalDecoder] = {}
        self._begun: dict[int, str] = {}  # the times of lines of which the first pieces have come

    def feed(self, stream: int, data: bytes) -> list[LogLine]:
        """Return the lines that `data` completes. A line longer than 64 Ki characters comes in pieces."""
        if stream not in self._decoders:
            self._decoders[stream] = codecs.getincrementaldecoder("utf-8")("replace")
        *ended, rest = (self._rests.get(stream, "") + self._decoders[stream].decode(data)).split("\n")
        lines = [self._line(stream, line) for line in ended]
        while len(rest) > LONGEST_LINE:
            lines.append(self._line(stream, rest[:LONGEST_LINE], goes_on=True))
            rest = rest[LONGEST_LINE:]
        self._rests[stream] = rest
        return lines

    def finish(self) -> list[LogLine]:
        """Return the last lines, which have no line end."""
        lines = []
        for stream, decoder in self._decoders.items():
            rest = self._rests.pop(stream, "") + decoder.decode(b"", final=True)
            if rest:
                lines.append(self._line(stream, rest))
        return lines

    def _line(self, stream: int, line: str, goes_on: bool = False) -> LogLine:
        time = self._begun.pop(stream, "")
        if self._timestamps and not time:  # later pieces have none of their own
            time, _, line = line.partition(" ")
        if goes_on:
            self._begun[stream] = time
        return LogLine(line.removesuffix("\r"), stream == STDERR, time)
