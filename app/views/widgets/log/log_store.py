"""Keeps a million log lines in little memory: blocks of joined text, taken apart when somebody looks."""

import re
from collections.abc import Iterator, Sequence

from app.viewmodels.containers.log_line import LogLine
from app.viewmodels.terminal.terminal_text import Span

BLOCK = 512
_SEPARATOR = "\n"

Match = tuple[int, int, int]  # line, column, length


class _Block:
    """Some lines as three strings: a line of its own as an object takes four times the memory."""

    __slots__ = ("_errors", "_spans", "_times", "text")

    def __init__(self, lines: Sequence[LogLine]) -> None:
        self.text = _SEPARATOR.join(line.text.replace(_SEPARATOR, " ") for line in lines)
        self._times = _SEPARATOR.join(line.time for line in lines) if any(line.time for line in lines) else ""
        self._spans = _SEPARATOR.join(map(_pack, lines)) if any(line.spans for line in lines) else ""
        self._errors = bytes(line.is_error for line in lines)

    def unpack(self) -> list[LogLine]:
        """Return the lines."""
        count = len(self._errors)
        texts = self.text.split(_SEPARATOR)
        times = self._times.split(_SEPARATOR) if self._times else [""] * count
        spans = self._spans.split(_SEPARATOR) if self._spans else [""] * count
        return [
            LogLine(text, _unpack(packed), time, bool(error))
            for text, packed, time, error in zip(texts, spans, times, self._errors, strict=True)
        ]


def _pack(line: LogLine) -> str:
    return ";".join(
        f"{span.start},{span.end},{'' if span.color is None else span.color},{int(span.bold)}"
        for span in line.spans
    )


def _unpack(packed: str) -> tuple[Span, ...]:
    if not packed:
        return ()
    parts = (part.split(",") for part in packed.split(";"))
    return tuple(
        Span(int(start), int(end), int(color) if color else None, bold == "1")
        for start, end, color, bold in parts
    )


class LogStore:
    """A sequence of lines that grows at its end and is cut at its beginning."""

    def __init__(self) -> None:
        self._blocks: list[_Block] = []
        self._open: list[LogLine] = []  # the newest lines, less than a block
        self._cached: tuple[int, list[LogLine]] = (-1, [])

    def __len__(self) -> int:
        return len(self._blocks) * BLOCK + len(self._open)

    def __getitem__(self, number: int) -> LogLine:
        place, offset = divmod(number + len(self) if number < 0 else number, BLOCK)
        return self._lines_of(place)[offset]

    def __iter__(self) -> Iterator[LogLine]:
        for block in self._blocks:
            yield from block.unpack()
        yield from self._open

    def from_line(self, number: int) -> Iterator[LogLine]:
        """Go through the lines from one on."""
        place, offset = divmod(number, BLOCK)
        for block in self._blocks[place:]:
            yield from block.unpack()[offset:]
            offset = 0
        yield from self._open[offset:]

    def extend(self, lines: Sequence[LogLine]) -> None:
        """Add lines at the end."""
        self._open.extend(lines)
        full = len(self._open) // BLOCK * BLOCK
        for first in range(0, full, BLOCK):
            self._blocks.append(_Block(self._open[first : first + BLOCK]))
        del self._open[:full]

    def trim(self, count: int) -> int:
        """Forget at least `count` of the oldest lines, whole blocks; return how many went."""
        blocks = min(-(-count // BLOCK), len(self._blocks))
        del self._blocks[:blocks]
        self._cached = (-1, [])
        return blocks * BLOCK

    def clear(self) -> None:
        """Forget everything."""
        self._blocks, self._open, self._cached = [], [], (-1, [])

    def copy(self) -> "LogStore":
        """Return the lines of now, for another thread to read; nothing of it changes any more."""
        other = LogStore()
        other._blocks, other._open = list(self._blocks), list(self._open)
        return other

    def find(self, first: int, pattern: re.Pattern[str]) -> tuple[list[Match], int]:
        """Search a plain text from line `first` to the end of its block, in the whole block at once.

        Return the matches and the next line to search.
        """
        place, offset = divmod(first, BLOCK)
        begin = place * BLOCK
        if place < len(self._blocks) and offset == 0:
            return _find_in_block(self._blocks[place].text, begin, pattern), begin + BLOCK
        lines = self._lines_of(place)
        found = [
            (begin + number, match.start(), len(match[0]))
            for number in range(offset, len(lines))
            for match in pattern.finditer(lines[number].text)
        ]
        return found, begin + len(lines)

    def _lines_of(self, place: int) -> list[LogLine]:
        if place == len(self._blocks):
            return self._open
        if self._cached[0] != place:
            self._cached = (place, self._blocks[place].unpack())
        return self._cached[1]


def _find_in_block(text: str, begin: int, pattern: re.Pattern[str]) -> list[Match]:
    found: list[Match] = []
    line, line_start, place = begin, 0, 0
    for match in pattern.finditer(text):
        breaks = text.count(_SEPARATOR, place, match.start())
        if breaks:
            line += breaks
            line_start = text.rindex(_SEPARATOR, place, match.start()) + 1
        place = match.start()
        found.append((line, match.start() - line_start, len(match[0])))
    return found
