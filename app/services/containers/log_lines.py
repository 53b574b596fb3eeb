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

    def feed(self, stream: int, data: bytes) -> list[LogLine]:
        """Return the lines that `data` completes. A line longer than 64 Ki characters comes in pieces."""
        if stream not in self._decoders:
            self._decoders[stream] = codecs.getincrementaldecoder("utf-8")("replace")
        *lines, rest = (self._rests.get(stream, "") + self._decoders[stream].decode(data)).split("\n")
        while len(rest) > LONGEST_LINE:
            lines.append(rest[:LONGEST_LINE])
            rest = rest[LONGEST_LINE:]
        self._rests[stream] = rest
        return [self._line(stream, line) for line in lines]

    def finish(self) -> list[LogLine]:
        """Return the last lines, which have no line end."""
        lines = []
        for stream, decoder in self._decoders.items():
            rest = self._rests.pop(stream, "") + decoder.decode(b"", final=True)
            if rest:
                lines.append(self._line(stream, rest))
        return lines

    def _line(self, stream: int, line: str) -> LogLine:
        time = ""
        if self._timestamps:
            time, _, line = line.partition(" ")
        return LogLine(line.removesuffix("\r"), stream == STDERR, time)
