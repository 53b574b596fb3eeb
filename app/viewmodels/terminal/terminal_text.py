"""Makes log lines safe to show: colours become spans, every other control sequence goes.

Source: ECMA-48 (CSI … m is SGR); OSC, DCS and the rest are removed, because a log is not a terminal.
"""

import re
from dataclasses import dataclass
from unicodedata import combining, east_asian_width

_SEQUENCE = re.compile(
    r"\x1b\[([0-9;:]*)m"  # colours and weights
    r"|\x1b\[[0-?]*[ -/]*(?:[@-~]|$)"  # any other CSI, also one that the line cuts off
    r"|\x1b[\]PX^_].*?(?:\x07|\x1b\\|$)"  # OSC, DCS, SOS, PM, APC with their text
    r"|\x1b[ -/]*[0-~]?"  # two-character escapes, and a lone ESC
    r"|[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f]"  # controls
    r"|[\u200e\u200f\u202a-\u202e\u2066-\u2069]"  # what turns the direction of text around
)
_TAB = 8
MAX_LINE = 20_000


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a line in one of the 16 colours (0-15); `bold` text is heavier. `end` is exclusive."""

    start: int
    end: int
    color: int | None
    bold: bool


@dataclass(frozen=True, slots=True)
class StyledText:
    """A line without control characters, and the stretches that are not in the usual style."""

    text: str
    spans: tuple[Span, ...] = ()


def parse_line(raw: str) -> StyledText:
    """Return `raw`, one line, as a terminal would leave it on screen; very long lines are cut."""
    raw = raw.rstrip("\r\n")
    if "\r" in raw:
        raw = raw[raw.rindex("\r") + 1 :]  # a progress bar that rewrote its line
    cut = len(raw) > MAX_LINE
    if cut:
        raw = raw[:MAX_LINE]
    if raw.isprintable() and raw.isascii():
        return StyledText(raw + ("…" if cut else ""))
    spans: list[Span] = []
    pieces: list[str] = []
    length, place = 0, 0
    color: int | None = None
    bold = False

    def add(piece: str) -> None:
        nonlocal length
        if "\t" in piece:
            piece = _expand_tabs(piece, length)
        if piece:
            if color is not None or bold:
                spans.append(Span(length, length + len(piece), color, bold))
            pieces.append(piece)
            length += len(piece)

    for match in _SEQUENCE.finditer(raw):
        add(raw[place : match.start()])
        place = match.end()
        if match[1] is not None:
            color, bold = _apply(match[1], color, bold)
    add(raw[place:])
    return StyledText("".join(pieces) + ("…" if cut else ""), tuple(spans))


def cell_width(character: str) -> int:
    """Return how many cells of a fixed-width grid `character` takes: 0, 1 or 2."""
    if character < "\u0300":
        return 1
    if combining(character) or character in "\u200b\u200c\u200d\ufe0e\ufe0f":
        return 0
    return 2 if east_asian_width(character) in "WF" else 1


def _expand_tabs(piece: str, column: int) -> str:
    parts: list[str] = []
    for character in piece:
        added = " " * (_TAB - column % _TAB) if character == "\t" else character
        parts.append(added)
        column += len(added)
    return "".join(parts)


def _apply(parameters: str, color: int | None, bold: bool) -> tuple[int | None, bool]:
    codes = [int(part) if part.isascii() and part.isdigit() else 0 for part in re.split("[;:]", parameters)]
    place = 0
    while place < len(codes):
        code = codes[place]
        if code == 0:
            color, bold = None, False
        elif code == 1:
            bold = True
        elif code == 22:
            bold = False
        elif code == 39:
            color = None
        elif 30 <= code <= 37:
            color = code - 30
        elif 90 <= code <= 97:
            color = code - 82
        elif code in (38, 48):  # 256 colours: only the first 16 have a place in the theme
            if place + 2 < len(codes) and codes[place + 1] == 5:
                if code == 38:
                    color = codes[place + 2] if codes[place + 2] < 16 else None
                place += 2
            elif place + 1 < len(codes) and codes[place + 1] == 2:
                place += 4
        place += 1
    return color, bold
