"""Reads what a program writes to its terminal: one regular expression cuts it into tokens.

Sources: ECMA-48, DEC STD 070, xterm's ctlseqs. Whatever is not known is passed over, never shown.
"""

import codecs
import re
from collections.abc import Callable

from app.viewmodels.terminal.terminal_cells import (
    BLINK,
    BOLD,
    DEFAULT,
    FAINT,
    HIDDEN,
    ITALIC,
    PLAIN,
    REVERSE,
    RGB,
    STRUCK,
    UNDERLINE,
    Style,
)
from app.viewmodels.terminal.terminal_frame import FrameHold
from app.viewmodels.terminal.terminal_modes import Modes
from app.viewmodels.terminal.terminal_screen import Screen

_TOKEN = re.compile(
    r"(?P<text>[^\x00-\x1f\x7f-\x9f]+)"
    r"|\x1b\[(?P<private>[<-?]?)(?P<parameters>[0-9;:]*)(?P<between>[ -/]*)(?P<final>[@-~])"
    r"|\x1b\[(?P<odd>[0-?]*[ -/]*[@-~])"
    r"|\x1b\](?P<command>[^\x07\x1b]*)(?:\x07|\x1b\\)"
    r"|\x1b[PX^_](?P<string>[^\x1b]*)\x1b\\"
    r"|\x1b(?P<set>[()*+#% ])(?P<which>[0-~])"
    r"|\x1b(?P<escape>[0-OQ-WYZ\\`-~])"
    r"|(?P<control>[\x00-\x1a\x1c-\x1f\x7f-\x9f])",
    re.DOTALL,
)
_LONGEST_SEQUENCE = 64 * 1024
_LONGEST_TITLE, _LONGEST_NAME = 200, 20
_MOST = 10_000
_WEB_PAGE = re.compile(r"https?://[!-~]{1,2000}", re.IGNORECASE)
_FLAGS = {1: BOLD, 2: FAINT, 3: ITALIC, 4: UNDERLINE, 5: BLINK, 7: REVERSE, 8: HIDDEN, 9: STRUCK}
_FLAGS_OFF = {
    21: UNDERLINE,
    22: BOLD | FAINT,
    23: ITALIC,
    24: UNDERLINE,
    25: BLINK,
    27: REVERSE,
    28: HIDDEN,
    29: STRUCK,
}


class TerminalParser:
    """Feeds a screen; what the terminal has to answer goes to `answer`.

    `color_of` returns the colour (#rrggbb) of the text (10), the background (11) and the cursor (12).
    """

    def __init__(
        self,
        screen: Screen,
        answer: Callable[[bytes], object] = lambda data: None,
        color_of: Callable[[int], str] = lambda number: "",
    ) -> None:
        self.screen = screen
        self.frames = FrameHold(screen)
        self._answer, self._color_of = answer, color_of
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest = ""
        self._last = " "
        self._finals = self._build_finals()

    def feed(self, data: bytes) -> None:
        """Take what the program wrote; sequences may be cut anywhere."""
        text = self._rest + self._decoder.decode(data)
        self._rest = ""
        place = 0
        while place < len(text):
            match = _TOKEN.match(text, place)
            if match is None:  # only an ESC can be here: of a sequence that goes on, or of none
                again = text.find("\x1b", place + 1)
                if again < 0 and len(text) - place < _LONGEST_SEQUENCE:
                    self._rest = text[place:]
                    return
                place = again if again >= 0 and text[again : again + 2] != "\x1b\\" else place + 1
                continue
            self._take(match)
            place = match.end()

    def _take(self, match: re.Match[str]) -> None:
        kind = match.lastgroup
        if kind == "text":
            self._last = match["text"][-1]
            self.screen.write(match["text"])
        elif kind == "control":
            self._control(match["control"])
        elif kind == "final":
            self._sequence(match["private"], match["parameters"], match["between"], match["final"])
        elif kind == "command":
            self._command(match["command"], b"\x07" if match[0].endswith("\x07") else b"\x1b\\")
        elif kind == "escape":
            self._escape(match["escape"])
        elif kind == "which":
            self._choose_set(match["set"], match["which"])

    # --- controls and escapes -----------------------------------------------------------------------------

    def _control(self, control: str) -> None:
        screen = self.screen
        if control in "\n\x0b\x0c\x84":
            screen.line_feed()
        elif control == "\r":
            screen.carriage_return()
        elif control == "\b":
            screen.move_by(-1, 0)
        elif control == "\t":
            screen.tabulate()
        elif control in "\x0e\x0f":
            screen.cursor.shifted = 1 if control == "\x0e" else 0
        elif control == "\x85":
            self._escape("E")
        elif control == "\x8d":
            screen.reverse_line_feed()

    def _escape(self, name: str) -> None:
        screen = self.screen
        if name == "D":
            screen.line_feed()
        elif name == "E":
            screen.line_feed()
            screen.carriage_return()
        elif name == "M":
            screen.reverse_line_feed()
        elif name == "7":
            screen.save_cursor()
        elif name == "8":
            screen.restore_cursor()
        elif name == "H":
            screen.tabs.add(screen.cursor.x)
        elif name == "c":
            self.frames.forget()
            screen.reset()
        elif name == "Z":
            self._answer(b"\x1b[?62;22c")

    def _choose_set(self, place: str, which: str) -> None:
        cursor = self.screen.cursor
        if place == "(":
            cursor.charsets = (which == "0", cursor.charsets[1])
        elif place == ")":
            cursor.charsets = (cursor.charsets[0], which == "0")
        elif place == "#" and which == "8":
            self.screen.fill("E")

    def _command(self, text: str, end: bytes) -> None:
        number, _, value = text.partition(";")
        if number in ("0", "2"):
            self.screen.title = _plain(value)[:_LONGEST_TITLE]
        elif number == "1":
            self.screen.tab_name = _plain(value)[:_LONGEST_NAME]
        elif number == "8":
            # Only pages of the web: a container's text must not start another program of this computer. And
            # no OSC 52: the clipboard is the user's alone.
            address = value.partition(";")[2]
            link = address if _WEB_PAGE.fullmatch(address) else ""
            self.screen.cursor.style = self.screen.cursor.style._replace(link=link)

        elif number in ("10", "11", "12"):
            self._tell_colors(int(number), value, end)

    def _tell_colors(self, number: int, value: str, end: bytes) -> None:
        """Answer which colours there are: each "?" asks for the next one. None can be set."""
        for place, word in enumerate(value.split(";"), start=number):
            color = self._color_of(place) if word == "?" else ""
            if color:
                red, green, blue = color[1:3], color[3:5], color[5:7]
                told = f"\x1b]{place};rgb:{red * 2}/{green * 2}/{blue * 2}"
                self._answer(told.encode("ascii") + end)

    # --- control sequences --------------------------------------------------------------------------------

    def _build_finals(self) -> dict[str, Callable[[list[int]], None]]:
        screen = self.screen

        def count(call: Callable[[int], object]) -> Callable[[list[int]], None]:
            return lambda numbers: (call(max(1, numbers[0])), None)[1]

        def exact(call: Callable[[int], object]) -> Callable[[list[int]], None]:
            return lambda numbers: (call(numbers[0]), None)[1]

        def place(numbers: list[int]) -> None:
            screen.move_to(max(1, numbers[1] if len(numbers) > 1 else 1) - 1, max(1, numbers[0]) - 1)

        def row(number: int) -> None:
            screen.move_to(screen.cursor.x, number - 1)

        def column(number: int) -> None:
            screen.cursor.x = min(number, screen.columns) - 1
            screen.cursor.pending_wrap = False

        def margins(numbers: list[int]) -> None:
            screen.set_margins(
                max(1, numbers[0]) - 1, (numbers[1] if len(numbers) > 1 and numbers[1] else screen.rows) - 1
            )

        def next_rows(number: int) -> None:
            screen.move_by(0, number)
            screen.carriage_return()

        return {
            "@": count(screen.insert_characters),
            "A": count(lambda n: screen.move_by(0, -n)),
            "B": count(lambda n: screen.move_by(0, n)),
            "C": count(lambda n: screen.move_by(n, 0)),
            "D": count(lambda n: screen.move_by(-n, 0)),
            "E": count(next_rows),
            "F": count(lambda n: next_rows(-n)),
            "G": count(column),
            "H": place,
            "I": count(screen.tabulate),
            "J": exact(screen.erase_in_display),
            "K": exact(screen.erase_in_line),
            "L": count(screen.insert_lines),
            "M": count(screen.delete_lines),
            "P": count(screen.delete_characters),
            "S": count(screen.scroll_up),
            "T": count(screen.scroll_down),
            "X": count(lambda n: screen.erase_cells(screen.cursor.y, screen.cursor.x, screen.cursor.x + n)),
            "Z": count(lambda n: screen.tabulate(-n)),
            "`": count(column),
            "a": count(lambda n: screen.move_by(n, 0)),
            "b": count(lambda n: screen.write(self._last * min(n, screen.columns * screen.rows))),
            "d": count(row),
            "e": count(lambda n: screen.move_by(0, n)),
            "f": place,
            "g": exact(self._clear_tabs),
            "h": lambda numbers: self._set_modes(numbers, True),
            "l": lambda numbers: self._set_modes(numbers, False),
            "n": exact(self._report),
            "r": margins,
            "s": lambda numbers: screen.save_cursor(),
            "u": lambda numbers: screen.restore_cursor(),
            "c": lambda numbers: (self._answer(b"\x1b[?62;22c"), None)[1],
        }

    def _sequence(self, private: str, parameters: str, between: str, final: str) -> None:
        if final == "m" and not private and not between:
            self.screen.cursor.style = _apply(self.screen.cursor.style, parameters)
            return
        # No sequence means more than a screen's worth: a number from outside must not become a long loop.
        numbers = [min(int(part[:6] or 0), _MOST) for part in re.split("[;:]", parameters)]
        if private == "?" and not between and final in "hl":
            for number in numbers:
                self._set_private_mode(number, final == "h")
        elif private == ">" and final == "c":
            self._answer(
                b"\x1b[>1;277;0c"
            )  # the number of the first xterm with long reports: vim asks for it
        elif private == "?" and between == "$" and final == "p":
            self._tell_private_mode(numbers[0])
        elif not private and between == " " and final == "q":
            self.screen.modes.set_cursor_shape(numbers[0])
        elif between == "!" and final == "p":
            self._soft_reset()
        elif not private and not between and (call := self._finals.get(final)):
            call(numbers)

    def _set_modes(self, numbers: list[int], on: bool) -> None:
        if 4 in numbers:
            self.screen.insert_mode = on
        if 20 in numbers:
            self.screen.new_line_mode = on

    def _set_private_mode(self, number: int, on: bool) -> None:
        screen = self.screen
        if number == 6:
            screen.cursor.origin = on
            screen.move_to(0, 0)
        elif number == 7:
            screen.auto_wrap = on
        elif number in (47, 1047, 1049):
            screen.set_alternate(on, keep_cursor=number == 1049)
        elif number == 2026:
            self.frames.hold(on)
        elif number == 1048:
            screen.save_cursor() if on else screen.restore_cursor()
        else:
            screen.modes.set_private(number, on)

    def _tell_private_mode(self, number: int) -> None:
        """Answer DECRQM: 1 is on, 2 is off, 0 is not known."""
        screen = self.screen
        known = {
            6: screen.cursor.origin,
            7: screen.auto_wrap,
            1049: screen.is_alternate,
            2026: self.frames.is_on,
        }
        on = known.get(number, screen.modes.private(number))
        self._answer(b"\x1b[?%d;%d$y" % (number, 0 if on is None else 1 if on else 2))

    def _clear_tabs(self, how: int) -> None:
        if how == 0:
            self.screen.tabs.discard(self.screen.cursor.x)
        elif how == 3:
            self.screen.tabs.clear()

    def _report(self, what: int) -> None:
        cursor = self.screen.cursor
        if what == 5:
            self._answer(b"\x1b[0n")
        elif what == 6:
            y = cursor.y - (self.screen.top if cursor.origin else 0)
            self._answer(b"\x1b[%d;%dR" % (y + 1, cursor.x + 1))

    def begin_anew(self) -> None:
        """Forget what a program that is gone has left: its modes, its alternate screen, its half sequence."""
        self._rest = ""
        self._decoder.reset()
        self.screen.set_alternate(False, keep_cursor=True)
        self._soft_reset()

    def _soft_reset(self) -> None:
        screen = self.screen
        self.frames.forget()
        screen.insert_mode = screen.cursor.origin = False
        screen.auto_wrap, screen.modes = True, Modes()
        screen.top, screen.bottom = 0, screen.rows - 1
        screen.cursor.style = PLAIN
        screen.cursor.charsets, screen.cursor.shifted = (False, False), 0


def _plain(text: str) -> str:
    return "".join(character for character in text if character.isprintable())


def _apply(style: Style, parameters: str) -> Style:
    """Return the style after an SGR sequence."""
    if not parameters:
        return PLAIN._replace(link=style.link)
    fore, back, flags, link = style
    words = parameters.replace(":", ";").split(";")
    codes = [int(word[:4]) if word else 0 for word in words]
    place = 0
    while place < len(codes):
        code = codes[place]
        if code == 0:
            fore, back, flags, _ = PLAIN
        elif code in _FLAGS:
            flags |= _FLAGS[code]
        elif code in _FLAGS_OFF:
            flags &= ~_FLAGS_OFF[code]
        elif 30 <= code <= 37 or 90 <= code <= 97:
            fore = code - 30 if code < 90 else code - 82
        elif 40 <= code <= 47 or 100 <= code <= 107:
            back = code - 40 if code < 100 else code - 92
        elif code in (38, 48):
            color, used = _read_color(codes[place + 1 : place + 5])
            place += used
            if color is not None:
                fore, back = (color, back) if code == 38 else (fore, color)
        elif code == 39:
            fore = DEFAULT
        elif code == 49:
            back = DEFAULT
        place += 1
    return Style(fore, back, flags, link)


def _read_color(codes: list[int]) -> tuple[int | None, int]:
    """Return the colour after 38 or 48 and how many numbers it took."""
    if codes[:1] == [5] and len(codes) > 1:
        return (codes[1] if codes[1] < 256 else None), 2
    if codes[:1] == [2] and len(codes) > 3:
        red, green, blue = (min(part, 255) for part in codes[1:4])
        return RGB | red << 16 | green << 8 | blue, 4
    return None, len(codes)
